# alembic_diff.py: what alembic's autogenerate does on a database that equals its models: reflect, compare. Only for the benchmark.
# Usage: alembic_diff.py URL reflect FILE | alembic_diff.py URL compare FILE
import pickle
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

sys.setrecursionlimit(100000)
url, what, path = sys.argv[1:]
engine = create_engine(url)
if what == "reflect":
    # The models of the comparison, made once and not timed: what an application has in its Python classes.
    metadata = MetaData()
    metadata.reflect(bind=engine)
    with open(path, "wb") as file:
        pickle.dump(metadata, file)
else:
    with open(path, "rb") as file:
        metadata = pickle.load(file)
    with engine.connect() as connection:
        # Server defaults stay out, as they do by alembic's own default: 1.8 fails on reflected ones that are empty strings.
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        changes = compare_metadata(context, metadata)
    print(len(changes), "changes")
