#!/bin/bash
# status.sh: what a run that broke off left, what upgrade --status says of it, and that the next run clears it up.
. "$(dirname "$0")/load.sh" "$@"

# Ends modelc, and the statement that it left running on the server.
kill_both() { # TEXT of the statement
    kill -9 "$modelc"
    wait "$modelc" 2>/dev/null
    sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '$1%' AND application_name LIKE 'modelc%' AND datname = '$db'" >/dev/null
    until_sql "NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'modelc%' AND datname = '$db')"
}

at_work builds <<'SQL'
-- modelc:upgrade

CREATE TABLE public.b (id bigint);

-- modelc:upgrade no-transaction

CREATE UNIQUE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:upgrade

CREATE TABLE public.c (id bigint);

-- modelc:downgrade

DROP TABLE public.c, public.b;

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.a_id;
SQL
sql -c "INSERT INTO a VALUES (1); CREATE UNIQUE INDEX other ON a ((id + 1)); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'other'::regclass" >/dev/null
ends "--status: nothing is half applied" 0 "^Running +nothing: modelc's lock is free" upgrade --status
hold "INSERT INTO a VALUES (2)"
start upgrade
running 'CREATE UNIQUE INDEX'
ends "--status while it runs: who" 5 "^Running +pid [0-9]+, user postgres, since [0-9:]+ UTC \(\"upgrade\"\)" upgrade --status
holds "and how far it is" "^Half +002, applied up to section 2 of 3, statement 1, which was begun" "$work/out"
kill_both 'CREATE UNIQUE INDEX'
let_go
ends "--status afterwards" 5 "^Half +002, applied up to section 2 of 3, statement 1, which was begun: how it ended is not known" upgrade --status
holds "which statement" "^ +CREATE UNIQUE INDEX CONCURRENTLY a_id" "$work/out"
holds "since when, by whom" "^Since +20[0-9: -]+ UTC, by postgres" "$work/out"
holds "what is left" "^Left +INVALID index public.a_id on a$" "$work/out"
check "of this revision alone" test "$(grep -c other "$work/out")" = 0
holds "what comes next" "^Next +modelc upgrade$" "$work/out"
run upgrade --status --format json
check "JSON it is" python3 -c "import json, sys; d = json.load(open('$work/out')); h = d['half_applied']; assert h['section'] == 2 and h['sections'] == 3 and h['left'][0]['what'] == 'INVALID index' and d['running'] is None"
ends "the next run builds it anew" 0 "^Current +002 \(head\)" upgrade
says "one that is not ours stays as it was" 1 invalid
ends "--status: all is done" 0 "^Current +002 \(head\)" upgrade --status

at_work validates <<'SQL'
-- modelc:lock-timeout 100ms
-- modelc:retries 0
-- modelc:upgrade

ALTER TABLE public.a ADD CONSTRAINT a_positive CHECK (id > 0) NOT VALID;

-- modelc:upgrade

ALTER TABLE public.a VALIDATE CONSTRAINT a_positive;

-- modelc:downgrade

ALTER TABLE public.a DROP CONSTRAINT a_positive;
SQL
hold "LOCK TABLE a IN ROW EXCLUSIVE MODE"
ends "VALIDATE goes beside writers, NOT VALID does not" 3 "held up by: pid" upgrade
let_go
sql -c "INSERT INTO a VALUES (-1)" >/dev/null
ends "a row that fits not" 5 "violated by some row" upgrade
ends "--status: the constraint is left" 5 "^Left +NOT VALID constraint a_positive on a$" upgrade --status
sql -c "DELETE FROM a" >/dev/null
hold "LOCK TABLE a IN SHARE UPDATE EXCLUSIVE MODE"
ends "VALIDATE is held up" 5 "held up by: pid [0-9]+, user postgres, shop" upgrade
let_go
ends "it is validated when the run goes on" 0 "^Current +002 \(head\)" upgrade
says "VALID" t sql -c "SELECT convalidated FROM pg_constraint WHERE conname = 'a_positive'"

# A partitioned table's index that has not all its partitions yet is INVALID, and no remnant.
at_work partitions <<'SQL'
-- modelc:upgrade

CREATE TABLE public.p (id bigint) PARTITION BY RANGE (id);
CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (10);
CREATE TABLE public.p2 PARTITION OF public.p FOR VALUES FROM (10) TO (20);

-- modelc:upgrade no-transaction

CREATE INDEX p_id ON ONLY public.p (id);
CREATE INDEX CONCURRENTLY p1_id ON public.p1 (id);
CREATE INDEX CONCURRENTLY p2_id ON public.p2 (id);
-- modelc:data takes its time
SELECT pg_sleep(1);

-- modelc:upgrade

ALTER INDEX public.p_id ATTACH PARTITION public.p1_id;
ALTER INDEX public.p_id ATTACH PARTITION public.p2_id;

-- modelc:downgrade

DROP TABLE public.p;
SQL
"$MODELC" -q upgrade 002 >/dev/null 2>&1 &
modelc=$!
running 'SELECT pg_sleep'
kill_both 'SELECT pg_sleep'
sql -c "UPDATE modelc.journal SET state = 'intent', ended = NULL WHERE sql LIKE '%ON ONLY%'" \
    -c "DELETE FROM modelc.journal WHERE sql LIKE '%CONCURRENTLY p%' OR sql LIKE '%pg_sleep%'" -c "DROP INDEX p1_id" -c "DROP INDEX p2_id" >/dev/null
before=$(sql -c "SELECT 'p_id'::regclass::oid")
ends "an ON ONLY index in doubt: it is there, so it was made" 0 "^Current +002 \(head\)" upgrade
says "and not dropped" "$before" sql -c "SELECT 'p_id'::regclass::oid"
says "whole in the end" 0 invalid

reindex() {
at_work reindex <<'SQL'
-- modelc:upgrade no-transaction

REINDEX TABLE CONCURRENTLY public.p;

-- modelc:downgrade
SQL
sql -c "CREATE TABLE p (id bigint) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE INDEX p_id ON p (id)" >/dev/null
hold "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM p"
start upgrade
running 'REINDEX'
until_sql "EXISTS (SELECT FROM pg_class WHERE relname LIKE '%ccnew')"
kill_both 'REINDEX'
let_go
ends "--status: what REINDEX left" 5 "^Left +INVALID index public.p1_id_idx_ccnew on p1$" upgrade --status
ends "REINDEX of a partitioned table runs again" 0 "^Current +002 \(head\)" upgrade
says "and nothing of it is left" 0 sql -c "SELECT count(*) FROM pg_class WHERE relname ~ '_cc(new|old)'"
}
if [ "$CLUSTER_MAJOR" -ge 14 ]; then reindex; else tap_skip "REINDEX of a partitioned table" "PostgreSQL 13 has none"; fi

# An application that starts before its database does.
begin late
kill -INT "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")"
wait "$CLUSTER_PID" 2>/dev/null
ends "the server is not there" 3 "cannot connect" upgrade
start upgrade --wait --log
(sleep 3; exec 9>&-; cluster_run "$PG_BIN/postgres" -D "$CLUSTER_DIR/data" -k "$CLUSTER_DIR" -c listen_addresses= -c fsync=off \
    -c log_min_messages=fatal >"$CLUSTER_DIR.log" 2>&1) &
CLUSTER_PID=$!
ended "--wait: it starts three seconds later" 0 "schema is up to date"
says "and the schema is there" 002 heads
tap_done
