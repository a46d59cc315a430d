#!/bin/bash
# broken.sh: statements in batches that break off: interrupts, kill -9, connections cut at each message, locks of others. What is proved by
# `n = n + 1`: each row is changed once, whatever happened. Usage: broken.sh MODELC PROXY
PROXY=$(readlink -f "$2")
. "$(dirname "$0")/common.sh" "$1"

once() { # NAME [TABLE]: every row was changed once
    is "$1" "1 1" "SELECT min(n) || ' ' || max(n) FROM ${2:-t}"
}

table() { # ROWS
    sql -c "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0); INSERT INTO t SELECT i FROM generate_series(1, $1) i; ANALYZE t"
}

start() { # in the background; leaves pid
    "$MODELC" upgrade "$@" >"$work/bg.out" 2>"$work/bg.err" </dev/null &
    pid=$!
}

some() { # waits for some batches of t that are done
    until_sql "(SELECT count(*) FROM t WHERE n = 1) > ${1:-0}"
}

# ---- an interrupt
begin stops
table 3000
batched 001 "size=20 pause=10ms" "UPDATE t SET n = n + 1" "UPDATE t SET n = n - 1"
start
some 100
kill -INT "$pid"
wait "$pid"
check "ctrl-C ends it with 130" test $? = 130
holds "it says how to go on" "partly applied, modelc upgrade goes on from there" "$work/bg.err"
is "in the middle" t "SELECT count(*) FILTER (WHERE n = 1) BETWEEN 100 AND 2980 AND max(n) = 1 FROM t"
is "where the state schema says" t "SELECT rows = (SELECT count(*) FROM t WHERE n = 1) AND reached[1]::integer = rows AND bound[1] = '3000' FROM modelc.batch"
ends "what is half applied comes first" 6 "half applied" downgrade base
sed -i 's/size=20 pause=10ms/size=100/' migrations/versions/001.sql
ends "current knows that these are batches" 0 "goes on with section 1, statement 1, where its batches broke off" current
ends "and --status how far they are" 5 "^Batches   t: .* changed" upgrade --status
ends "with another size it goes on" 0 "^Current   001 \(head\)" upgrade
once "each row is changed once"
holds "the report counts them all" "3,000 rows" "$work/out"
sed -i 's/size=100/size=20 pause=10ms/' migrations/versions/001.sql
"$MODELC" downgrade base >"$work/bg.out" 2>&1 </dev/null &
pid=$!
until_sql "(SELECT count(*) FROM t WHERE n = 0) > 200"
kill -TERM "$pid"
wait "$pid"
check "a downgrade that is stopped" test $? = 130
ends "goes on, too" 0 "^Current   base" downgrade base
is "each row is back" "0 0" "SELECT min(n) || ' ' || max(n) FROM t"

# ---- kill -9 again and again
for i in 1 2 3 4 5 6; do
    start
    some $((i * 300))
    sleep "0.0$((RANDOM % 40 + 10))"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
done
ends "killed six times, and then the next run" 0 "^Current   001 \(head\)" upgrade
once "each row is changed once"
is "in no more batches than there are" 150 "SELECT count(DISTINCT xmin::text) FROM t"

# ---- the server ends the session
begin session
table 2000
batched 001 "size=20 pause=10ms" "UPDATE t SET n = n + 1"
start
some 100
sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'modelc%' AND pid <> pg_backend_pid()" >/dev/null
wait "$pid"
check "its session ended: 5" test $? = 5
ends "the next run goes on" 0 "" upgrade
once "each row is changed once"

# ---- edited while half applied
begin edited
table 2000
batched 001 "size=20 pause=10ms" "UPDATE t SET n = n + 1"
start
some 100
kill -INT "$pid"
wait "$pid"
batched 001 "size=20" "UPDATE t SET n = n + 1 + 0"
ends "another statement than what was begun" 6 "already run, with another text" upgrade
holds "says what can be done" "or go on with the text as it is now: modelc upgrade --resume retry" "$work/err"
sql -c "CREATE INDEX ON t (n, id)"
batched 001 "key=n,id" "UPDATE t SET n = n + 1"
ends "another key" 2 "changes n, which its batches go by" upgrade
sql -c "ALTER TABLE t ADD o integer NOT NULL DEFAULT 7; CREATE INDEX ON t (o, id)"
batched 001 "key=o,id" "UPDATE t SET n = n + 1"
ends "another key that would do" 5 "rows were changed already, by id: they can't be told from the others by o, id" upgrade
holds "says which" "write key=id" "$work/err"
batched 001 "" "UPDATE t SET n = n + 1 + 0"
ends "the person's word: the rest by the new text" 0 "" upgrade --resume retry
once "each row is changed once"

# ---- held up by others
begin locks
table 400
batched 001 "size=50" "UPDATE t SET n = n + 1"
psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq -c "BEGIN; SELECT FROM t WHERE id = 220 FOR UPDATE" -c "SELECT pg_sleep(1)" -c "COMMIT" >/dev/null 2>&1 &
holder=$!
until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid())"
ends "a row that is locked for a second: tried again" 0 "^Current   001" upgrade
holds "it says so" "retry 1 of 2" "$work/out"
once "each row is changed once"
wait "$holder"
batched 002 "size=50" "UPDATE t SET n = n + 1 WHERE n = 1"
psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq -c "BEGIN; SELECT FROM t WHERE id = 220 FOR UPDATE" -c "SELECT pg_sleep(20)" -c "COMMIT" >/dev/null 2>&1 &
holder=$!
until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid())"
ends "a row that stays locked: given up after the retries" 5 "canceling statement due to lock timeout" upgrade
is "the batches before it are kept" "200" "SELECT count(*) FROM t WHERE n = 2"
sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()" >/dev/null
wait "$holder"
ends "the next run goes on" 0 "^Current   002" upgrade
is "each row is changed once" "2 2" "SELECT min(n) || ' ' || max(n) FROM t"

# ---- at each message of the talk between modelc and the server
begin cuts
table 100
sql -c "CREATE TABLE gone (id integer PRIMARY KEY); INSERT INTO gone SELECT i FROM generate_series(1, 60) i"
revision 001 <<'E'
-- modelc:upgrade
CREATE TABLE first_step ();
-- modelc:upgrade no-transaction
-- modelc:batch size=40
UPDATE t SET n = n + 1;
-- modelc:batch size=40
DELETE FROM gone WHERE id % 2 = 0;
-- modelc:upgrade
CREATE TABLE last_step ();
-- modelc:irreversible no
E
psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "ALTER DATABASE cuts RENAME TO origin"
: >"$work/wrong"
copy() {
    psql -h "$CLUSTER_DIR" -U postgres -d postgres -Xq -c "DROP DATABASE IF EXISTS cuts WITH (FORCE)" -c "CREATE DATABASE cuts TEMPLATE origin" 2>/dev/null
}
broken() { # WHEN ACTION
    DATABASE_URL="postgresql://postgres@/cuts?host=$work" "$PROXY" "$CLUSTER_DIR/.s.PGSQL.5432" "$work/.s.PGSQL.5432" "$1" "$2" "$work/log" \
        "$MODELC" upgrade >"$work/out" 2>"$work/err" </dev/null
    code=$?
}
fine="1 1 30 2 0"
ended() {
    sql -c "SELECT min(n) || ' ' || max(n) || ' ' || (SELECT count(*) FROM gone) || ' ' || (SELECT count(*) FROM pg_class WHERE relname IN ('first_step', 'last_step')) || ' ' || (SELECT count(*) FROM modelc.batch) FROM t"
}
copy
broken 0 none
messages=$(wc -l <"$work/log")
check "a clean run through the proxy" test "$(ended)" = "$fine"
grep -nE "^[0-9]+ (F [QPS]|B Z)" "$work/log" | cut -d: -f1 >"$work/points"
every=${MODELC_FULL:+1}
tried=0
for action in kill before after; do
    while read -r when; do
        [ $((tried++ % ${every:-7})) = 0 ] || continue
        copy
        broken "$when" "$action"
        first=$code
        run upgrade
        [ "$code" = 0 ] && [ "$(ended)" = "$fine" ] ||
            { echo "$action at $when ($(grep "^$when " "$work/log")): exit $first, then $code: $(ended)"; cat "$work/err"; } >>"$work/wrong"
    done <"$work/points"
done
tap_result "$([ ! -s "$work/wrong" ]; echo $?)" "killed and cut at messages, $messages there are: each row is changed once" "$work/wrong"
tap_done
