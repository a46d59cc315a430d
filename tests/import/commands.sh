#!/bin/bash
# commands.sh: what `modelc import` takes, refuses and says; scripts instead of databases; single objects added.
# Usage: commands.sh MODELC NORMALISE
set -u
. "$(dirname "$0")/common.sh" "$@"

# ---- without a project, and refusing to overwrite
cat >"$work/small.sql" <<'EOF'
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL, mood mood);
CREATE TABLE pets (id serial PRIMARY KEY, owner integer NOT NULL REFERENCES people);
CREATE VIEW owners AS SELECT DISTINCT owner FROM pets;
EOF
database small "$work/small.sql"
dir=$work/bare
mkdir "$dir"
use small
ends "without a project: ./models" 0 'models/public.model +1 enum, 2 tables, 1 view' import
cat >"$work/expected" <<'EOF'
enum mood { good, bad }

table people {
  id    serial pk
  name  text
  mood  mood?
}

table pets {
  id     serial pk
  owner  integer -> people
}

CREATE VIEW public.owners AS
 SELECT DISTINCT pets.owner
   FROM public.pets;
EOF
same "types, then parents before children, then views" "$work/expected" "$dir/models/public.model"
echo "-- mine" >>"$dir/models/public.model"
cp "$dir/models/public.model" "$work/mine"
ends "models that are there are not overwritten" 2 'holds 1 model file already' import
same "nothing was touched" "$work/mine" "$dir/models/public.model"
ends "--force" 0 'Wrote' import --force
same "the file is the import's" "$work/expected" "$dir/models/public.model"
ends "another folder" 0 'other/public.model' import -o other
ends "--layout single" 0 'one/schema.model' import -o one --layout single
ends "--format json" 0 '"json/public.model"' import -o json --format json
ends "no database" 3 'cannot connect' import --db "postgresql://nobody@/none?host=/nowhere" -o none
[ ! -e "$dir/none" ]
tap_result $? "and no folder is made"
ends "a wrong layout" 2 'one of: single schema group table' import --layout odd

# ---- of things that say the same only their names tell which is which
printf 'CREATE TABLE t (a int, b int, CHECK (a > b), CHECK (a > b), UNIQUE (a));' >"$work/twins.sql"
database twins "$work/twins.sql"
project twins
ends "twins" 0 '' import
holds "are both named" '^  check t_check ' "$dir/models/public.model"
holds "each by its name" '^  check t_check1 ' "$dir/models/public.model"
holds "what has no twin is not" '^  a  integer\? unique$' "$dir/models/public.model"

# ---- an empty database, and one that may only be read
database empty
project empty
ends "an empty database" 0 'nothing' import
ends "holds no difference" 0 '' diff --exit-code
pg_dump -s small >"$work/dump.sql"
psql -qX -d small -c "CREATE ROLE import_reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO import_reader" >"$work/load" 2>&1
dir=$work/reader
mkdir "$dir"
DATABASE_URL="postgresql://import_reader@/small?host=$CLUSTER_DIR"
ends "a role that may only read" 0 'models/public.model' import
holds "finds the tables" '^table people' "$dir/models/public.model"
use small

# ---- scripts
dir=$work/script
mkdir "$dir"
cp "$work/dump.sql" "$dir/small.sql"
ends "--sql: what pg_dump wrote" 0 'models/public.model' import --sql small.sql
same "gives the same models" "$work/expected" "$dir/models/public.model"
ends "--sql -" 0 'piped/public.model' import --sql - -o piped <"$dir/small.sql"
same "gives the same too" "$work/expected" "$dir/piped/public.model"
psql -qX -d small -c "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM import_reader; INSERT INTO people (name) VALUES ('x')" >/dev/null
pg_dump small >"$dir/rows.sql"
ends "rows are left out" 0 '' import --sql rows.sql -o rows
same "and change nothing" "$work/expected" "$dir/rows/public.model"
cat >"$dir/roles.sql" <<'EOF'
\set ON_ERROR_STOP on
\connect other
BEGIN;
CREATE TABLE t (id int, made_by text);
ALTER TABLE t OWNER TO somebody_else;
GRANT SELECT ON t TO reader_1, "Reader 2";
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON t TO reader_1 USING (made_by = current_user);
COMMIT;
CREATE TABLE u (id int) TABLESPACE fast;
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; END;
INSERT INTO t VALUES (1, 'x');
COPY t (id, made_by) FROM stdin;
1	it's not; closed
\.
CREATE TABLE v (id int);
EOF
ends "missing roles and tablespaces are made" 0 'roles/public.model' import --sql roles.sql -o roles
holds "policies for roles that nobody made" 'policy p to reader_1' "$dir/roles/public.model"
holds "a tablespace" '^table u tablespace fast' "$dir/roles/public.model"
holds "what stands below rows" '^table v' "$dir/roles/public.model"
printf 'CREATE TABLE a (id int);\n\nCREATE TABLE b (\n  id integer,\n  other nonsense\n);\n' >"$dir/wrong.sql"
ends "a script that the server refuses" 3 'wrong.sql:5:9: error' import --sql wrong.sql -o wrong
[ ! -e "$dir/wrong" ]
tap_result $? "leaves nothing"
ends "a script that isn't there" 2 'none.sql' import --sql none.sql -o none
printf '\\i more.sql\n' >"$dir/include.sql"
ends "psql's own includes" 2 'include.sql:1:1' import --sql include.sql -o include

# ---- single objects
project added "ids = sequential
"
database added "$work/small.sql"
ends "import" 0 '' import
cp "$dir/models/public.model" "$work/before"
printf -- '-- a remark    that nobody formats\n' >>"$dir/models/public.model"
psql -qX -d added >"$work/load" 2>&1 <<'EOF'
CREATE SCHEMA shop;
CREATE TABLE prices (id serial PRIMARY KEY, pet integer REFERENCES pets, price numeric);
CREATE TABLE shop.orders (id integer PRIMARY KEY);
COMMENT ON TABLE shop.orders IS 'all of them';
CREATE INDEX people_by_mood ON people (mood, name);
ALTER TABLE people ADD born date;
CREATE VIEW shop.open AS SELECT 1 AS one;
EOF
ends "diff names the import" 0 'import --add' diff
ends "--add, one path" 0 'added to' import --add "table public.prices"
holds "at the end" '^table prices' "$dir/models/public.model"
holds "the rest stays as it is" '^-- a remark    that nobody formats$' "$dir/models/public.model"
ends "--add, in two words, and another" 0 'shop.model' import --add table shop.orders index public.people_by_mood
holds "a new schema has its file" '^schema shop' "$dir/models/shop.model"
holds "with its comments" '^--- all of them' "$dir/models/shop.model"
holds "an index stands in its table" '^  index people_by_mood \(mood, name\)' "$dir/models/public.model"
ends "--add a column and a view" 0 '' import --add people.born --add "view shop.open"
holds "a column stands in its table" '^  born  date\?' "$dir/models/public.model"
ends "no difference is left" 0 'No changes detected' diff --exit-code
ends "twice is an error" 2 'in the models already' import --add prices
ends "an unknown path" 2 'no such object' import --add pric
ends "no object of an unknown table" 2 '' import --add nothing.column
tap_done
