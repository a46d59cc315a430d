#!/bin/bash
# timeouts.sh: sections that others' locks hold up: given up in time, tried again, and who it was is said.
. "$(dirname "$0")/load.sh" "$@"

add_column() { # NAME HEADER [DIRECTIVES of the section]
    at_work "$1" <<SQL
$2
-- modelc:upgrade
${3:-}
ALTER TABLE public.a ADD COLUMN n integer;

-- modelc:downgrade

ALTER TABLE public.a DROP COLUMN n;
SQL
}

add_column released ""
echo 'lock-timeout = 300ms' >>modelc.ini
hold "SELECT count(*) FROM a"
start upgrade
until grep -q "retry 1 of 5" "$work/bg"; do sleep 0.05; kill -0 "$modelc" 2>/dev/null || break; done
let_go
ended "a section that was held up goes through once they are done" 0 "lock timeout: held up by pid [0-9]+, user postgres, shop, idle in transaction for [0-9]+ s: SELECT count.*; retry 1 of 5 in"
says "it was run once" "002 0.-1 done, 002 -1.-1 done" journal

add_column refused "-- modelc:lock-timeout 200ms
-- modelc:retries 1"
hold "SELECT count(*) FROM a"
ends "held up for long: given up" 3 "002.sql:9:1: error: canceling statement due to lock timeout" upgrade
holds "it names them" "held up by: pid [0-9]+, user postgres, shop, idle in transaction" "$work/err"
holds "and what to do" "mend: run modelc upgrade again when it is done, or end it: SELECT pg_terminate_backend\([0-9]+\)" "$work/err"
check "after one retry" test "$(grep -c "retry 1 of 1" "$work/out")" = 1
says "nothing remains" "" journal
ends "--log: a line each" 3 "^20[0-9TZ:-]+ 002 \[1/1\] canceling statement due to lock timeout: held up by .*; retry 1 of 1 in" upgrade --log
let_go
ends "and then it runs" 0 "^Current +002 \(head\)" upgrade
hold "SELECT count(*) FROM a"
ends "so for the way back" 3 "end it: SELECT pg_terminate_backend" downgrade -1
let_go

# Where there is no second session to look meanwhile: who holds such locks afterwards.
add_column alone "-- modelc:lock-timeout 200ms
-- modelc:retries 1"
sql -c "CREATE ROLE single LOGIN SUPERUSER CONNECTION LIMIT 1; ALTER DATABASE $db CONNECTION LIMIT 2; ALTER TABLE a OWNER TO single" >/dev/null
sql -c "ALTER ROLE single NOSUPERUSER; GRANT CREATE ON DATABASE $db TO single; GRANT ALL ON SCHEMA public, modelc TO single;
    GRANT ALL ON ALL TABLES IN SCHEMA modelc TO single; GRANT ALL ON ALL SEQUENCES IN SCHEMA modelc TO single; GRANT pg_monitor TO single" >/dev/null
hold "SELECT count(*) FROM a"
ends "a role with one connection alone" 3 "held up by: pid [0-9]+, user postgres, shop, idle in transaction" upgrade --db "postgresql://single@/$db?host=$CLUSTER_DIR"
let_go

add_column section "-- modelc:lock-timeout 10min
-- modelc:retries 0" "-- modelc:lock-timeout 100ms"
hold "SELECT count(*) FROM a"
ends "the section's own comes before the header's" 3 "lock timeout" upgrade
let_go

add_column none "-- modelc:lock-timeout 0"
echo 'lock-timeout = 100ms' >>modelc.ini
hold "SELECT count(*) FROM a"
start upgrade
sleep 1
let_go
ended "none: it waits" 0 "^Current +002"

# Rows are held by transactions, not by the table's lock.
at_work rows <<'SQL'
-- modelc:lock-timeout 200ms
-- modelc:retries 0
-- modelc:upgrade

-- modelc:data counts
UPDATE public.a SET id = id + 1;

-- modelc:downgrade
SQL
sql -c "INSERT INTO a VALUES (1)"
hold "UPDATE a SET id = 5"
ends "held up by a row" 3 "held up by: pid [0-9]+, user postgres, shop, idle in transaction" upgrade
let_go
ends "then it runs" 0 "UPDATE: 1 row|1 row" upgrade

at_work statement <<'SQL'
-- modelc:statement-timeout 200ms
-- modelc:retries 1
-- modelc:upgrade

-- modelc:data takes its time
SELECT pg_sleep(5);

-- modelc:downgrade
SQL
ends "statement-timeout" 3 "canceling statement due to statement timeout" upgrade
check "it was tried again" grep -q "retry 1 of 1" "$work/out"

at_work cancelled <<'SQL'
-- modelc:upgrade

-- modelc:data takes its time
SELECT pg_sleep(20);

-- modelc:downgrade
SQL
start upgrade
running 'SELECT pg_sleep'
sql -c "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = '$db'" >/dev/null
ended "what a person cancels is not tried again" 3 "canceling statement due to user request"
check "not once" test "$(grep -c retry "$work/bg")" = 0

add_column interrupt "-- modelc:lock-timeout 100ms"
hold "SELECT count(*) FROM a"
start upgrade
until grep -q "retry 3 of 5" "$work/bg"; do sleep 0.05; kill -0 "$modelc" 2>/dev/null || break; done
kill -INT "$modelc"
ended "an interrupt ends the waiting in between" 130 "nothing of it was applied"
let_go

# The session's timeouts would leave an INVALID index.
at_work no_timeouts <<'SQL'
-- modelc:lock-timeout 100ms
-- modelc:statement-timeout 100ms
-- modelc:upgrade no-transaction
-- modelc:lock-timeout 100ms
-- modelc:statement-timeout 100ms

CREATE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.a_id;
SQL
hold "INSERT INTO a VALUES (2)"
start upgrade
check "CONCURRENTLY waits, and it is said for whom" timeout 20 sh -c "until grep -q 'waits for [56] s, held up by pid [0-9]*, user postgres, shop' $work/bg; do sleep 0.1; done"
let_go
ended "CONCURRENTLY has no timeouts" 0 "^Current +002"
says "no INVALID index" 0 invalid

# A deadlock: one of the two is ended by the server.
at_work deadlock <<'SQL'
-- modelc:upgrade

LOCK TABLE public.a IN ACCESS EXCLUSIVE MODE;
-- modelc:data waits
SELECT pg_sleep(1.5);
-- modelc:end
LOCK TABLE public.b IN ACCESS EXCLUSIVE MODE;

-- modelc:downgrade
SQL
sql -c "CREATE TABLE b (); ALTER DATABASE $db SET deadlock_timeout = '300ms'"
hold "SET deadlock_timeout = '10s'; LOCK TABLE b"
start upgrade
running 'SELECT pg_sleep'
echo "LOCK TABLE a;" >&9
until grep -q "retry 1 of 5" "$work/bg"; do sleep 0.05; kill -0 "$modelc" 2>/dev/null || break; done
let_go
ended "a deadlock is tried again" 0 "deadlock detected.*retry 1 of 5"

# As psql runs it.
add_column script "-- modelc:statement-timeout 2min" "-- modelc:lock-timeout 7s"
run upgrade --sql 001:002
holds "a script sets the same" "^SET LOCAL lock_timeout TO '7s';" "$work/out"
holds "and the other" "^SET LOCAL statement_timeout TO '2min';" "$work/out"
run downgrade --sql 002:001
holds "the project's, where nothing else is said" "^SET LOCAL lock_timeout TO '3s';" "$work/out"
tap_done
