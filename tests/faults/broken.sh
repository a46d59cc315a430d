#!/bin/bash
# broken.sh: upgrades that end in the middle: signals, kill -9, backends and servers that vanish. The next run must be right.
. "$(dirname "$0")/faults.sh" "$@"

whole="002 0.-1 done, 002 1.0 done, 002 2.-1 done, 002 -1.-1 done"
after() { # NAME: the next run finishes it
    ends "$1: the next run" 0 "^Current +002 \(head\)" upgrade
    says "$1: at head" 002 heads
    says "$1: no INVALID index" 0 invalid
    ends "$1: back to base" 0 "^Current +base" downgrade base
}

# In the background: runs modelc, its exit code into $work/code.
start() {
    "$MODELC" upgrade >"$work/bg" 2>&1 </dev/null &
    modelc=$!
}
ended() { # NAME CODE PATTERN
    wait "$modelc" 2>/dev/null
    local found=$?
    check "$1: exit $2" test "$found" = "$2"
    [ -z "$3" ] || holds "$1: $3" "$3" "$work/bg"
}

# A transaction that CREATE INDEX CONCURRENTLY has to wait for.
hold() {
    sql -c "BEGIN; INSERT INTO a VALUES (1); SELECT pg_sleep(30)" >/dev/null &
    until_sql "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'BEGIN; INSERT%' AND wait_event = 'PgSleep' AND datname = '$db')"
}
let_go() {
    sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; INSERT%' AND datname = '$db'" >/dev/null
}

for signal in INT TERM; do
    begin "sleeping_${signal,,}"
    start
    running 'SELECT pg_sleep'
    kill -"$signal" "$modelc"
    ended "SIG$signal in a data step" 130 "nothing of it was applied"
    check "SIG$signal: cancelled on the server" until_sql "NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = '$db')"
    says "SIG$signal: rolled back" "" journal
    after "SIG$signal in a data step"
done

begin concurrently_int
hold
start
running 'CREATE INDEX'
kill -INT "$modelc"
ended "SIGINT in CONCURRENTLY" 130 "it is partly applied"
holds "which does not wait for what held it up" "INVALID index that this left, the next run does" "$work/bg"
says "SIGINT in CONCURRENTLY: in doubt" "002 0.-1 done, 002 1.0 intent" journal
let_go
after "SIGINT in CONCURRENTLY"

begin concurrently_kill
hold
start
running 'CREATE INDEX'
kill -9 "$modelc"
ended "kill -9 in CONCURRENTLY" 137 ""
ends "current tells" 0 "^002 half applied: modelc upgrade goes on with section 2, statement 1, whose outcome is unknown" current
ends "nobody builds on it" 6 "half applied" downgrade base
(sleep 0.5; let_go) &
after "kill -9 in CONCURRENTLY"

begin concurrently_cut
hold
start
running 'CREATE INDEX'
sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND datname = '$db'" >/dev/null
ended "connection cut in CONCURRENTLY" 5 "it looks first"
let_go
says "connection cut in CONCURRENTLY: in doubt" "002 0.-1 done, 002 1.0 intent" journal
after "connection cut in CONCURRENTLY"

begin sleeping_kill
start
running 'SELECT pg_sleep'
kill -9 "$modelc"
ended "kill -9 in a data step" 137 ""
after "kill -9 in a data step"

begin commit_cut
sql -c "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'" \
    -c "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON modelc.journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
ends "connection cut at COMMIT" 3 "detail: it was rolled back" upgrade
says "connection cut at COMMIT: rolled back" "" journal
sql -c "DROP FUNCTION cut CASCADE" >/dev/null
after "connection cut at COMMIT"

begin runners
runners=()
for i in 1 2 3 4 5 6 7 8 9 10; do
    { "$MODELC" upgrade >"$work/r$i" 2>&1 </dev/null; echo "exit $?" >>"$work/r$i"; } &
    runners+=($!)
done
running 'SELECT pg_sleep'
ends "the lock is held: who, since when" 4 "another modelc run holds the lock: pid [0-9]+, user postgres, since [0-9:]+ UTC \(\"upgrade\"\)" upgrade --lock-wait 0
wait "${runners[@]}" # the server is a child, too
check "ten runners all succeed" test "$(cat "$work"/r? "$work/r10" | grep -c '^exit 0$')" = 10
says "ten runners: each section once" "$whole" journal

begin server_gone
start
running 'SELECT pg_sleep'
kill -9 "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")" # not the processes that it started
ended "the server is killed" 3 "the connection was lost"
ends "and is not there" 3 "cannot connect" upgrade
server_again
after "the server is killed"
tap_done
