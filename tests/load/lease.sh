#!/bin/bash
# lease.sh: modelc's lock as a row with an end.
. "$(dirname "$0")/load.sh" "$@"

slow() { # NAME
    at_work "$1" <<'SQL'
-- modelc:upgrade

CREATE TABLE public.b (id bigint);

-- modelc:data takes its time
SELECT pg_sleep(1);

-- modelc:upgrade

CREATE TABLE public.c (id bigint);

-- modelc:downgrade

DROP TABLE public.c, public.b;
SQL
    echo 'lock = lease' >>modelc.ini
}
lease() { sql -c "SELECT count(*) FROM modelc.lease"; }

slow once
ends "a run under a lease" 0 "^Current +002 \(head\)" upgrade
says "which ends with it" 0 lease

slow two
start upgrade
running 'SELECT pg_sleep'
ends "a lease keeps others out: who, since when, until when" 4 "holds the lock: user postgres, process [0-9]+ on .* \(\"upgrade\"\), since [0-9:]+ UTC, a lease until [0-9:]+" upgrade --lock-wait 0
sed -i 's/^lock = lease//' modelc.ini
ends "those with a session's lock, too" 4 "a lease until" downgrade base --lock-wait 0
echo 'lock = lease' >>modelc.ini
ended "and is not disturbed" 0 "^Current +002"

slow session
sed -i 's/^lock = lease//' modelc.ini
start upgrade
running 'SELECT pg_sleep'
echo 'lock = lease' >>modelc.ini
ends "a session's lock keeps a lease out" 4 "holds the lock: pid [0-9]+, user postgres, since [0-9:]+ UTC \(\"upgrade\"\)" upgrade --lock-wait 0
says "which is not left behind" 0 lease
ended "the other way round" 0 "^Current +002"

slow many
runners=()
for i in 1 2 3 4 5 6; do
    { "$MODELC" upgrade >"$work/r$i" 2>&1 </dev/null; echo "exit $?" >>"$work/r$i"; } &
    runners+=($!)
done
wait "${runners[@]}"
check "six runners all succeed" test "$(cat "$work"/r? | grep -c '^exit 0$')" = 6
says "each section once" "002 0.-1 done, 002 1.-1 done, 002 -1.-1 done" journal

slow killed
start upgrade
running 'SELECT pg_sleep'
kill -9 "$modelc"
wait "$modelc" 2>/dev/null
ends "a dead holder's lease holds until it runs out" 4 "a lease until" upgrade --lock-wait 0
sql -c "UPDATE modelc.lease SET until = clock_timestamp() + interval '1 second'" >/dev/null
ends "then another takes it" 0 "^Current +002 \(head\)" upgrade --lock-wait 10

slow stopped
start upgrade
running 'SELECT pg_sleep'
kill -STOP "$modelc"
sql -c "UPDATE modelc.lease SET until = clock_timestamp() - interval '1 second'" >/dev/null
"$MODELC" upgrade >"$work/second" 2>&1 </dev/null &
second=$!
until_sql "EXISTS (SELECT FROM modelc.lease WHERE until > clock_timestamp())"
kill -CONT "$modelc"
ended "who lost its lease stops before it keeps anything" 3 "another modelc run took the lock: this one's lease ran out"
wait "$second"
check "and the other one does it all" grep -qE "^Current +002 \(head\)" "$work/second"
says "once" "002 0.-1 done, 002 1.-1 done, 002 -1.-1 done" journal

# A statement that takes longer than the lease is long: a second session renews it.
at_work long <<'SQL'
-- modelc:upgrade

-- modelc:data takes its time
SELECT pg_sleep(14);

-- modelc:downgrade
SQL
echo 'lock = lease' >>modelc.ini
start upgrade
running 'SELECT pg_sleep'
sql -c "UPDATE modelc.lease SET until = clock_timestamp() + interval '12 seconds'" >/dev/null
sleep 8
check "it is renewed while a statement runs" until_sql "EXISTS (SELECT FROM modelc.lease WHERE until > clock_timestamp() + interval '20 seconds')"
ended "and the run ends well" 0 "^Current +002"
tap_done
