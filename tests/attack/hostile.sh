#!/bin/bash
# hostile.sh: sections that change the session, closed streams, folders that are none, states that no file explains.
. "$(dirname "$0")/attack.sh" "$1"

begin settings
run -q upgrade
sql -c "CREATE ROLE bob" >/dev/null
seen="SELECT string_agg(setting, ' ') FROM seen"
for mode in "" " no-transaction"; do
    n=0
    for statement in "SET SESSION AUTHORIZATION bob;" "SET default_transaction_read_only = on;" \
        "SELECT set_config('search_path', '', false), set_config('work_mem', '7MB', false);" \
        "DO 'BEGIN PERFORM set_config(''statement_timeout'', ''9s'', false); END';"; do
        revision 003 002 <<SQL
-- modelc:upgrade$mode

-- modelc:data changes the session
$statement

-- modelc:upgrade

-- modelc:data looks at it
CREATE TABLE public.seen AS SELECT session_user || ' ' || string_agg(setting, ' ' ORDER BY name) AS setting
    FROM pg_settings WHERE name IN ('work_mem', 'statement_timeout', 'transaction_read_only');

-- modelc:downgrade

DROP TABLE public.seen;
SQL
        n=$((n + 1))
        run -q upgrade
        says "session $n$mode: later sections don't see it" "postgres 0 off 4096" sql -c "$seen"
        run downgrade -1
        run upgrade --sql 002:003
        sql -v ON_ERROR_STOP=1 -f "$work/out" >/dev/null
        says "session $n$mode: nor in a script" "postgres 0 off 4096" sql -c "$seen"
        ends "session $n$mode: taken back" 0 "" -q downgrade -1
    done
done

begin streams
"$MODELC" upgrade >&- 2>"$work/err" </dev/null
check "standard output closed: said" test $? = 2
says "and not written into the connection" 002 heads
"$MODELC" -q downgrade base >&- 2>&- <&-
check "all streams closed" test $? = 0
says "and done" "" heads
"$MODELC" upgrade 2>"$work/err" </dev/null | true
check "a reader that went away is no error" test "${PIPESTATUS[0]}" = 0
says "and all is done" 002 heads
"$MODELC" downgrade base >/dev/full 2>"$work/err" </dev/null
check "a full disk is one" test $? = 2
check "said with its reason" grep -q "standard output: [^S]" "$work/err"

begin unknown_id
run -q upgrade
mv migrations/versions/002.sql .
ends "check --db: no file has that id" 2 "database is at 002, no file has that id" check --db
ends "downgrade by the journal's text" 0 "^Current +001" downgrade -1
sql -c "UPDATE modelc.revision SET id = 'feed'"
ends "downgrade -1 from nowhere" 2 "stamp --purge" downgrade -1
ends "downgrade base from nowhere" 2 "database is at feed, no file has that id" downgrade base
ends "stamp --purge" 0 "^Current +001" stamp --purge 001
ends "upgrade goes on" 0 "^Current +001 \(head\)" upgrade
sql -c "CREATE ROLE reader LOGIN" >/dev/null
ends "a state that can't be read is not base" 3 "permission denied for schema modelc" current --db "postgresql://reader@/unknown_id?host=$CLUSTER_DIR"
check "nor said to be" bash -c "! grep -q 'at base' '$work/err'"

begin no_folder
run -q upgrade
mv migrations/versions elsewhere
ends "no migrations folder, but applied revisions" 2 "database is at 002, no file has that id" upgrade
holds "and it is said that the folder is missing" "warning: there is no folder migrations/versions/" "$work/both"
mv elsewhere migrations/versions
run -q downgrade base
rm -r migrations/versions
ends "no migrations folder, nothing applied: done, with a warning" 0 "warning: there is no folder migrations/versions/, so there are no revisions" upgrade
ends "which JSON has, too" 0 "there is no folder" upgrade --format json
mkdir migrations/versions
ends "an empty folder is none to speak of" 0 "" upgrade
check "nor is it spoken of" bash -c "! grep -q 'no folder' '$work/both'"

begin folders
mkfifo migrations/versions/pipe.sql models/pipe.model
ends "pipes are not read" 0 "" check
rm -r migrations/versions
echo >migrations/versions
ends "the migrations are no folder" 2 "Not a directory" upgrade
ends "nor for history" 2 "Not a directory" history
tap_done
