#!/bin/bash
# rights.sh: modelc as a role that lacks a right: it says which, nothing is half-recorded, and the next run by the owner works.
. "$(dirname "$0")/faults.sh" "$@"
trial="postgresql://postgres@/postgres?host=$CLUSTER_DIR"

as() { # ROLE: for what is run next
    export DATABASE_URL="postgresql://$1@/$db?host=$CLUSTER_DIR"
}

# Test: refused with a text, and the database is as it was.
refused() { # NAME CODE PATTERN ARGUMENTS...
    local name=$1
    seen >"$work/before"
    ends "$@"
    seen >"$work/after"
    same "$name: nothing is recorded" "$work/before" "$work/after"
}

seen() {
    sql -c "SELECT relname, relkind FROM pg_class WHERE relnamespace IN ('public'::regnamespace, to_regnamespace('modelc')) ORDER BY 1, 2" \
        -c "SELECT nspname FROM pg_namespace ORDER BY 1"
    [ -n "$(sql -c "SELECT to_regclass('modelc.journal')")" ] &&
        sql -c "SELECT revision, direction, section, statement FROM modelc.journal WHERE state <> 'failed' ORDER BY n" -c "TABLE modelc.revision"
}

begin_with() { # DB ROLE: who may connect, and no more
    chain "$1"
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "CREATE ROLE $2 LOGIN"
    sql -c "REVOKE ALL ON DATABASE $1 FROM PUBLIC; GRANT CONNECT ON DATABASE $1 TO $2; REVOKE CREATE ON SCHEMA public FROM PUBLIC" >/dev/null
}

begin_with nothing guest
as guest
refused "no CREATE on the database" 3 "cannot make modelc's schema modelc: permission denied for database nothing" upgrade
ends "current can be asked" 0 "base" current
sql -c "GRANT CREATE ON DATABASE nothing TO guest" >/dev/null
ends "no CREATE on the schema" 3 "permission denied for schema public" upgrade
ends "no CREATE on the schema: at base" 0 "base" current
as postgres
ends "the owner's run works" 0 "003 \(head\)" upgrade

begin_with owned guest2
run -q upgrade 001
as guest2
refused "no USAGE on modelc's schema" 3 "permission denied for schema modelc" upgrade
sql -c "GRANT USAGE ON SCHEMA modelc TO guest2" >/dev/null
refused "no SELECT on its tables" 3 "permission denied for table (revision|journal|manifest)" upgrade
sql -c "GRANT SELECT ON ALL TABLES IN SCHEMA modelc TO guest2" >/dev/null
ends "SELECT is enough for current" 0 "001" current
refused "not the owner of the table" 3 "must be owner of table a" upgrade
sql -c "ALTER TABLE a OWNER TO guest2; GRANT CREATE ON SCHEMA public TO guest2" >/dev/null
refused "no INSERT into the journal" 3 "permission denied for table journal" upgrade
# The right is lost between two sections.
sql -c "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA modelc TO guest2; GRANT USAGE ON ALL SEQUENCES IN SCHEMA modelc TO guest2" >/dev/null
ends "no right on the rows of another's table" 5 "permission denied for table steps" upgrade 002
ends "which is half applied" 0 "002 half applied" current
as postgres
ends "the owner goes on with it" 0 "003 \(head\)" upgrade
check "each step once" test "$(sql -c "SELECT string_agg(name, ' ' ORDER BY name) FROM steps")" = "alone counted"

# What a right is lacking for after the objects were made: the journal's row of a statement outside transactions.
begin_with lost guest3
sql -c "GRANT CREATE ON DATABASE lost TO guest3; GRANT CREATE ON SCHEMA public TO guest3" >/dev/null
as guest3
ends "as guest" 0 "001" upgrade 001
sql -c "ALTER SCHEMA modelc OWNER TO postgres; REVOKE ALL ON ALL TABLES IN SCHEMA modelc FROM guest3; REASSIGN OWNED BY guest3 TO postgres" \
    -c "GRANT USAGE ON SCHEMA modelc TO guest3; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA modelc TO guest3" \
    -c "ALTER TABLE a OWNER TO guest3; ALTER TABLE steps OWNER TO guest3" >/dev/null
ends "intents can be written, outcomes can't" 5 "permission denied for table (journal|revision|manifest)" upgrade 002
as postgres
ends "the owner goes on" 0 "003 \(head\)" upgrade
check "and each step once" test "$(sql -c "SELECT string_agg(name, ' ' ORDER BY name) FROM steps")" = "alone counted"
check "and no INVALID index" test "$(invalid)" = 0

# Reading: no TEMP, no SELECT on catalogs.
begin_with read guest4
rm migrations/versions/*
printf 'table shop {\n    id bigint\n    note text default upper('"'x'"')\n}\n' >models/shop.model
run -q baseline -m shop --rev-id aaa --scratch "$trial"
run -q upgrade
sql -c "GRANT USAGE ON SCHEMA modelc TO guest4; GRANT SELECT ON ALL TABLES IN SCHEMA modelc TO guest4" >/dev/null
as guest4
ends "diff without TEMP" 0 "" diff --exit-code --scratch "$trial"
sed -i "s/note text.*/note text default lower('x')/" models/shop.model
ends "diff that finds something" 1 "shop.note" diff --exit-code --scratch "$trial"
for table in pg_index pg_proc pg_statistic_ext pg_policy; do
    sql -c "REVOKE SELECT ON pg_catalog.$table FROM PUBLIC" >/dev/null
    ends "no SELECT on $table: diff" 3 "permission denied for table $table" diff --exit-code --scratch "$trial"
    ends "no SELECT on $table: autogenerate" 3 "permission denied for table $table" autogenerate -m none --scratch "$trial"
    sql -c "GRANT SELECT ON pg_catalog.$table TO PUBLIC" >/dev/null
done
check "no file was written" test "$(ls migrations/versions | wc -l)" = 1
as postgres
ends "the owner's autogenerate" 0 "Wrote" autogenerate -m note --rev-id bbb --scratch "$trial"
ends "and upgrade" 0 "bbb \(head\)" upgrade
tap_done
