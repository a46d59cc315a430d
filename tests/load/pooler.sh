#!/bin/bash
# pooler.sh: PgBouncer in transaction mode between modelc and the server: refused where a session is needed, else nothing is left behind
# in the sessions that others use next.
. "$(dirname "$0")/load.sh" "$@"
bouncer=$(PATH=$PATH:/usr/sbin:/sbin command -v pgbouncer) || { echo "1..0 # SKIP no pgbouncer"; exit 0; }

# Two sessions on the server for all clients: they get whichever is free.
pooler_start() {
    local i
    mkdir "$work/pool" && chmod 777 "$work/pool"
    cat >"$work/pool/pgbouncer.ini" <<INI
[databases]
* = host=$CLUSTER_DIR user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = $work/pool
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 50
logfile = $work/pool/log
pidfile = $work/pool/pid
INI
    cluster_run "$bouncer" -q "$work/pool/pgbouncer.ini" >"$work/pool/out" 2>&1 &
    for i in $(seq 100); do
        psql -h "$work/pool" -p 6432 -U postgres -d postgres -XAtqc '' >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    cat "$work/pool/out" "$work/pool/log" >&2
    return 1
}
pooler_stop() {
    kill "$(cat "$work/pool/pid" 2>/dev/null)" 2>/dev/null
    finish_attack
}
trap pooler_stop EXIT
pooler_start || { echo "Bail out! pgbouncer doesn't start"; exit 1; }
pooled() {
    direct=$DATABASE_URL
    export DATABASE_URL="postgresql://postgres@/$db?host=$work/pool&port=6432"
}
# What the pool's sessions are set to, for the next client.
settings() {
    psql -h "$work/pool" -p 6432 -U postgres -d "$db" -XAtq \
        -c "SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings WHERE setting <> reset_val AND source = 'session' AND name NOT IN ('application_name', 'client_encoding')"
}

at_work refused <<'SQL'
-- modelc:upgrade

CREATE TABLE public.b (id bigint);

-- modelc:downgrade

DROP TABLE public.b;
SQL
pooled
for command in "upgrade" "downgrade -1" "stamp 002"; do
    ends "$command is refused" 3 "goes through a pooler: a lock of the session would not hold" $command
    holds "$command: direct-url helps" "mend: name the server itself \(its own port\): direct-url = .. in modelc.ini" "$work/err"
done
ends "current reads" 0 "^001" current
ends "heads reads" 0 "^002" heads
ends "history -i reads" 0 "001 \(current\)" history -i
printf 'table a {\n  id bigint null\n}\n' >models/a.model
ends "diff reads" 0 "" diff
DATABASE_URL=$direct run diff
cp "$work/out" "$work/direct"
run diff
same "diff: as without the pooler" "$work/direct" "$work/out"
ends "check --db reads" 1 "pending: the database is 1 revision behind head" check --db "$DATABASE_URL"
ends "import reads" 0 "" import -o "$work/imported" --force
ends "upgrade --plan reads" 0 "CREATE TABLE public.b" upgrade --plan
says "nothing is left behind in the pool's sessions" "" settings
echo "direct-url = $direct" >>modelc.ini
ends "direct-url" 0 "^Current +002 \(head\)" upgrade
holds "says so" "Database +refused on .*:5432 \(modelc.ini, direct-url\)" "$work/err"
ends "is for those that need it" 0 "^002" current
holds "others go through the pooler" "Database +refused on .*:6432 \(DATABASE_URL\)" "$work/err"
ends "--db comes before it" 3 "goes through a pooler" downgrade -1 --db "$DATABASE_URL"
sed -i '/direct-url/d' modelc.ini
echo 'direct-url = %(MODELC_NOWHERE)s' >>modelc.ini
ends "a variable that isn't set" 2 "the environment variable MODELC_NOWHERE isn't set" upgrade
ends "matters to those alone that need it" 0 "^002" current

# With a lease.
at_work leased <<'SQL'
-- modelc:upgrade
-- modelc:search-path app, public

CREATE SCHEMA app;
CREATE TABLE t (id bigint, at timestamptz DEFAULT '2026-01-01 00:00');

-- modelc:data settings of its own
SET work_mem = '8MB';
INSERT INTO t VALUES (1);

-- modelc:upgrade

CREATE TABLE public.b (id bigint);

-- modelc:downgrade

DROP TABLE public.b;
DROP SCHEMA app CASCADE;
SQL
echo 'lock = lease' >>modelc.ini
sql -c "ALTER DATABASE leased SET timezone = 'Asia/Tokyo'"
pooled
ends "lock = lease: upgrade through the pooler" 0 "^Current +002 \(head\)" upgrade
says "under the section's search path and the pinned settings" "app 2026-01-01 00:00:00" sql -c "SELECT nspname, at AT TIME ZONE 'UTC' FROM app.t, pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.relname = 't'" -F ' '
says "nothing is left behind" "" settings
says "no lease either" 0 sql -c "SELECT count(*) FROM modelc.lease"
ends "downgrade" 0 "^Current +001" downgrade -1
ends "stamp" 0 "^Current +002" stamp 002
ends "and back" 0 "^Current +001" stamp 001
runners=()
for i in 1 2 3 4; do
    { "$MODELC" upgrade >"$work/r$i" 2>&1 </dev/null; echo "exit $?" >>"$work/r$i"; } &
    runners+=($!)
done
wait "${runners[@]}"
check "four runners through two sessions all succeed" test "$(cat "$work"/r? | grep -c '^exit 0$')" = 4
says "each section once" "002 0.-1 done, 002 1.-1 done, 002 -1.-1 done" sql -c "SELECT string_agg(revision || ' ' || section || '.' || statement || ' ' || state, ', ' ORDER BY n) FROM modelc.journal WHERE n > (SELECT max(n) FROM modelc.journal WHERE state = 'stamped')"
begin fresh
rm migrations/versions/*
echo 'lock = lease' >>modelc.ini
sql -c "DROP SCHEMA modelc CASCADE; DROP TABLE a" >/dev/null
pooled
ends "create needs a session" 3 "create needs a session of its own, and this connection goes through a pooler" create

at_work outside <<'SQL'
-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.a_id;
SQL
echo 'lock = lease' >>modelc.ini
pooled
ends "what runs outside a transaction is refused beforehand" 6 "002.sql:5:1: error: section 1 of 002, which is no transaction, needs a session of its own" upgrade
says "and nothing ran" "" journal

# Held up by others, behind the pooler.
at_work held <<'SQL'
-- modelc:lock-timeout 300ms
-- modelc:retries 1
-- modelc:upgrade

ALTER TABLE public.a ADD COLUMN n integer;

-- modelc:downgrade

ALTER TABLE public.a DROP COLUMN n;
SQL
echo 'lock = lease' >>modelc.ini
hold "SELECT count(*) FROM a"
pooled
ends "held up behind a pooler: by whom" 3 "held up by: pid [0-9]+, user postgres, shop, idle in transaction" upgrade
let_go
ends "then it runs" 0 "^Current +002" upgrade
tap_done
