#!/bin/bash
# script.sh: statements in batches elsewhere: as a script for psql, in verify, in create, on a terminal and in a log.
. "$(dirname "$0")/common.sh" "$1"

by_psql() { # NAME ARGUMENTS of modelc: the script it prints is run
    local name=$1 status
    shift
    "$MODELC" "$@" >script.sql 2>"$work/err" && psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq -f script.sql >"$work/out" 2>&1
    status=$?
    tap_result $status "$name" "$work/out"
}

begin logged
sql -c "CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t SELECT i FROM generate_series(1, 24) i; ANALYZE t"
batched 001 "size=2 pause=1s" "UPDATE t SET n = 1"
"$MODELC" upgrade --log >"$work/log" 2>&1 </dev/null &
logged=$!

begin script
sql <<'E'
CREATE SCHEMA odd;
CREATE TABLE odd."T $modelc$ x" ("K', 1" text, k2 date, n integer NOT NULL DEFAULT 0, PRIMARY KEY ("K', 1", k2));
INSERT INTO odd."T $modelc$ x" SELECT 'a''\' || i % 9, date '2026-01-01' + i FROM generate_series(1, 500) i;
CREATE TABLE heap (v integer, c integer);
INSERT INTO heap SELECT i FROM generate_series(1, 3000) i;
CREATE TABLE none (id integer PRIMARY KEY);
CREATE TABLE maybe (id integer, n integer);
E
revision 001 <<'E'
-- modelc:upgrade no-transaction
-- modelc:search-path odd
-- modelc:batch table="T $modelc$ x" size=30 pause=1ms
UPDATE "T $modelc$ x" AS t SET n = n + 1;
-- modelc:search-path public
-- modelc:batch size=200
UPDATE heap SET c = v WHERE c IS NULL; -- by its pages
-- modelc:batch
DELETE FROM none USING heap WHERE heap.v = none.id;
-- modelc:downgrade no-transaction
-- modelc:batch size=100
UPDATE odd."T $modelc$ x" SET n = n - 1 WHERE "K', 1" <> '$1' RETURNING *;
-- modelc:batch size=100
DELETE FROM heap WHERE c > 1000;
E
by_psql "an upgrade by psql" upgrade --sql base:head
is "each row once" "1 1 500" 'SELECT min(n) || $$ $$ || max(n) || $$ $$ || count(*) FROM odd."T $modelc$ x"'
is "in batches" 17 'SELECT count(DISTINCT xmin::text) FROM odd."T $modelc$ x"'
is "a table without a key" "3000 true" "SELECT count(c) || ' ' || (count(DISTINCT xmin::text) > 2) FROM heap"
is "nothing is left in modelc's schema" "0 001" "SELECT (SELECT count(*) FROM modelc.batch) || ' ' || (SELECT string_agg(id, ',') FROM modelc.revision)"
ends "modelc sees it as applied" 0 "^001 \(head\) \(current\)" current
by_psql "a downgrade by psql" downgrade --sql 001:base
is "each row back" "0 0" 'SELECT min(n) || $$ $$ || max(n) FROM odd."T $modelc$ x"'
is "and deleted" 1000 "SELECT count(*) FROM heap"

batched 002 "size=7" "UPDATE maybe SET n = n + 1"
run upgrade --sql 001:002
sed 's/this script is for/&/' "$work/out" >script.sql
run stamp 001
psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq -f script.sql >"$work/out" 2>&1
holds "a table that has no key: the script says so" "maybe can't be changed in batches" "$work/out"

# ---- broken off by psql, gone on with by modelc
begin handed
sql -c "CREATE TABLE t (id bigint PRIMARY KEY, n integer NOT NULL DEFAULT 0, CHECK (id < 290 OR n = 0)); INSERT INTO t SELECT i FROM generate_series(1, 300) i"
batched 001 "size=20" "UPDATE t SET n = n + 1"
"$MODELC" upgrade --sql base:head >script.sql
psql -h "$CLUSTER_DIR" -U postgres -d "$db" -Xq -f script.sql >"$work/out" 2>&1
holds "a script that breaks off" "violates check constraint" "$work/out"
is "in the middle" 280 "SELECT count(*) FROM t WHERE n = 1"
sql -c "ALTER TABLE t DROP CONSTRAINT t_check"
ends "modelc goes on with it" 0 "^Current   001 \(head\)" upgrade
is "each row is changed once" "1 1" "SELECT min(n) || ' ' || max(n) FROM t"

# ---- verify, plans, digests
begin verified
revision 001 <<'E'
-- modelc:upgrade
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);
-- modelc:downgrade
DROP TABLE t;
E
revision 002 <<'E'
-- modelc:upgrade no-transaction
-- modelc:data fill b
-- modelc:batch key=id size=10
UPDATE t SET b = coalesce(a, 0) WHERE b IS NULL;
-- modelc:upgrade
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
-- modelc:downgrade
ALTER TABLE t ALTER COLUMN b DROP NOT NULL;
E
ends "verify runs batches" 0 "" verify
cat "$work/out" "$work/err" | sed 's/^/# /'
ends "upgrade --plan says that it goes in batches" 0 "in batches of 10 rows" upgrade --plan
ends "upgrade --plan as JSON" 0 '"batch": 10' upgrade --plan --format json
ends "up" 0 "" upgrade
sed -i 's/ size=10/ size=20 pause=5ms/' migrations/versions/002.sql
ends "another size is no change of what was applied" 0 "002 \(head\) \(current\)" current

# ---- progress
wait "$logged"
holds "a line every ten seconds in a log" '^20[0-9-]+T[0-9:]+Z 001 \[1/1\] [0-9]+ %, [0-9]+ rows, [0-9]+ rows/s, [0-9.]+ m?s left$' "$work/log"
check "no more than that" test "$(grep -c ' rows/s' "$work/log")" = 1
begin terminal
sql -c "CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t SELECT i FROM generate_series(1, 24) i; ANALYZE t"
batched 001 "size=4 pause=400ms" "UPDATE t SET n = 1"
if command -v script >/dev/null; then
    TERM=xterm script -qec "'$MODELC' upgrade" /dev/null </dev/null | tr '\r' '\n' >"$work/bar"
    holds "a bar on a terminal" '\[#+\.+\] [0-9]+ %, [0-9]+ rows, [0-9]+ rows/s, [0-9.]+ m?s left' "$work/bar"
    holds "which is gone in the end" 'UPDATE   [0-9.]+ s' "$work/bar"
else
    tap_skip "a bar on a terminal" "no script(1)"
    tap_skip "which is gone in the end" "no script(1)"
fi
run -q downgrade base
ends "no bar where nobody looks" 0 "UPDATE +[0-9.]+ s$" upgrade
tap_done
