#!/bin/bash
# lacking.sh: throw-away servers have neither the roles nor the tablespaces of the real one: they are made there, and can't log in.
. "$(dirname "$0")/../cli/common.sh" "$1"
. "$here/../lib/cluster.sh"

finish_hostile() {
    cluster_stop
    finish
}

cluster_start || { echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
[ "$CLUSTER_MAJOR" -ge 15 ] || { cluster_stop; echo "1..0 # SKIP tablespaces in place came with PostgreSQL 15"; exit 0; }
PATH=$PATH:$PG_BIN
unset PGHOST PGPORT PGUSER
trap finish_hostile EXIT

sql() {
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -XAtq "$@" 2>&1
}

export DATABASE_URL="postgresql://postgres@/postgres?host=$CLUSTER_DIR"
mkdir -p p/models p/migrations/versions && cd p || exit 1
printf 'models = models\nmigrations = migrations/versions\nids = sequential\n' >modelc.ini

# Both were there once, and are in the chain: ghost, attic. The others are there, and nowhere else.
sql -c "CREATE ROLE \"Owner's\"" -c "SET allow_in_place_tablespaces = on" -c "CREATE TABLESPACE \"fast one\" LOCATION ''" >/dev/null
cat >migrations/versions/001_one.sql <<'SQL'
-- one
-- modelc:revision 001

-- modelc:upgrade

-- modelc:data by hand
CREATE TABLE public.t (a int);
GRANT SELECT ON public.t TO ghost;
ALTER TABLE public.t OWNER TO "Owner's";
CREATE INDEX i ON public.t (a) TABLESPACE attic;
ALTER INDEX public.i SET TABLESPACE pg_default;
REVOKE SELECT ON public.t FROM ghost;
DO $$ BEGIN
    IF (SELECT rolcanlogin OR rolsuper FROM pg_roles WHERE rolname = 'ghost') THEN RAISE 'a ghost that logs in'; END IF;
END $$;

-- modelc:downgrade

DROP TABLE public.t;
SQL
sql -c "CREATE TABLE public.t (a int)" -c "CREATE INDEX i ON public.t (a)" -c "ALTER TABLE public.t OWNER TO \"Owner's\"" >/dev/null
printf 'table t {\n  a  int?\n\n  index i (a)\n}\n' >models/t.model
run stamp 001
ends "replay: roles and tablespaces of old" 0 "Recorded +2 objects in migrations/versions/001|Recorded" autogenerate -m x
check "replay: not made on the real server" test "$(sql -c "SELECT count(*) FROM pg_roles WHERE rolname = 'ghost'")" = 0

# What only a server with all of it can spell.
sql -c "CREATE MATERIALIZED VIEW public.m TABLESPACE \"fast one\" AS SELECT a + 1 AS b FROM public.t" \
    -c "CREATE POLICY o ON public.t TO \"Owner's\" USING (a > 1)" -c "ALTER MATERIALIZED VIEW public.m OWNER TO \"Owner's\"" >/dev/null
cat >models/t.model <<'MODEL'
table t {
  a  int?

  index i (a)
  policy o to "Owner's" using (a>1)
}

create materialized view m tablespace "fast one" as select t.a+1 as b from t;
MODEL
ends "shadow: nothing differs" 0 "No changes detected" diff
check "shadow: all was compared" bash -c "! grep -qi unsure '$work/both'"
sed -i 's/a>1/a > 2/; s/a+1/a + 2/' models/t.model
sed -i "s/to \"Owner's\" using/to \"Owner's\", stranger using/" models/t.model
ends "shadow: what differs is seen, for a role that is nowhere" 0 "policy +t.o" diff
check "shadow: all was compared, too" bash -c "! grep -qi unsure '$work/both'"
check "shadow: not made on the real server" test "$(sql -c "SELECT count(*) FROM pg_roles WHERE rolname = 'stranger'")" = 0
tap_done
