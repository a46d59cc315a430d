#!/bin/bash
# plan.sh: upgrade --plan and downgrade --plan: locks, sizes and what the database tells of the statements.
. "$(dirname "$0")/common.sh" "$1"
mkdir -p shop/migrations/versions shop/models
printf 'models = models\nmigrations = migrations/versions\nembedded = true\n' >shop/modelc.ini
cd shop || exit 1
run db start
[ "$code" = 0 ] || { cat "$work/err"; echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
url=$("$MODELC" db url)
sql() { psql -qAtX -v ON_ERROR_STOP=1 -d "$url" -c "$1"; }

cat >migrations/versions/a_first.sql <<'E'
-- first
-- modelc:revision aaaa
-- modelc:upgrade
CREATE SCHEMA apart;
CREATE DOMAIN apart.code AS text CHECK (VALUE <> '');
CREATE TABLE public.customers (id integer PRIMARY KEY, name varchar(10));
CREATE TABLE public.orders (id integer PRIMARY KEY, customer integer CONSTRAINT fk REFERENCES public.customers, note varchar(10), total numeric(8,2));
CREATE TABLE public.part (k integer) PARTITION BY LIST (k);
CREATE TABLE public.part_1 PARTITION OF public.part FOR VALUES IN (1);
CREATE TABLE public.part_2 PARTITION OF public.part FOR VALUES IN (2);
CREATE INDEX orders_note ON public.orders (note);
-- modelc:downgrade
DROP TABLE public.orders, public.customers, public.part;
DROP SCHEMA apart CASCADE;
E
ends "a first revision on an empty database" 0 "CREATE TABLE public.orders" upgrade --plan
check "locks nothing that is there" bash -c '! grep -qE "EXCLUSIVE$|wait" "$1"' - "$work/out"
ends "upgrade" 0 "" upgrade
sql "INSERT INTO customers SELECT i, 'n' FROM generate_series(1, 1000) i; INSERT INTO part SELECT 1 + i % 2 FROM generate_series(1, 5000) i;
     INSERT INTO orders SELECT i, 1, 'x', 1 FROM generate_series(1, 20000) i; ANALYZE orders; ANALYZE part"

cat >migrations/versions/b_second.sql <<'E'
-- second
-- modelc:revision bbbb
-- modelc:revises aaaa
-- modelc:upgrade
CREATE TABLE public.fresh (id integer REFERENCES public.customers);
ALTER TABLE public.fresh ADD COLUMN more integer NOT NULL;
ALTER TABLE public.orders ALTER COLUMN note TYPE varchar(20);
ALTER TABLE public.orders ALTER COLUMN total TYPE numeric(8,3);
ALTER TABLE public.orders ALTER COLUMN note TYPE apart.code;
ALTER TABLE public.orders ADD CONSTRAINT never_null CHECK (customer IS NOT NULL) NOT VALID;
-- modelc:upgrade
ALTER TABLE public.orders VALIDATE CONSTRAINT never_null;
ALTER TABLE public.orders VALIDATE CONSTRAINT fk;
-- modelc:upgrade
ALTER TABLE public.orders ALTER COLUMN customer SET NOT NULL;
ALTER TABLE public.customers ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.orders DROP CONSTRAINT fk;
ALTER TABLE public.part ADD COLUMN v integer CHECK (v > 0);
-- modelc:upgrade no-transaction
DROP INDEX CONCURRENTLY public.orders_note;
-- modelc:batch size=500
UPDATE public.orders SET total = 2 WHERE total = 1;
-- modelc:downgrade
DROP TABLE public.fresh;
E
ends "a second one" 0 "^  \[1/4\] transaction, 6 statements$" upgrade --plan
cp "$work/out" "$work/plan"
below() { awk -v at="$1" '/^          [A-Z]/ { on = index($0, at) } on' "$work/plan" >"$work/lines"; } # STATEMENT: its lines
after() { below "$2"; holds "$1" "$3" "$work/lines"; }                                                     # NAME STATEMENT PATTERN
lacks() { below "$2"; check "$1" bash -c '! grep -qE -e "$1" "$2"' - "$3" "$work/lines"; }
after "what a new table refers to" "CREATE TABLE public.fresh" "^ {12}public.customers: SHARE ROW EXCLUSIVE$"
lacks "the new table is nobody's yet" "ALTER TABLE public.fresh" "fresh:"
lacks "a longer varchar writes nothing" "TYPE varchar(20)" "writes"
after "another scale does" "TYPE numeric(8,3)" "orders: ACCESS EXCLUSIVE, writes [0-9.]+ [kM]B anew \(about 20,000 rows\)$"
after "a domain with a check does" "TYPE apart.code" "writes [0-9.]+ [kM]B anew"
after "validating reads" "VALIDATE CONSTRAINT never_null" "orders: SHARE UPDATE EXCLUSIVE, reads [0-9.]+ [kM]B \(about 20,000 rows\)$"
after "and the table that a foreign key refers to" "VALIDATE CONSTRAINT fk" "public.customers: ROW SHARE, reads [0-9.]+ [kM]B \(never analyzed\)$"
lacks "a valid check spares the scan" "customer SET NOT NULL" "reads"
after "without one it is read" "name SET NOT NULL" "customers: ACCESS EXCLUSIVE, reads"
after "partitions count" "part ADD COLUMN" "public.part and its 2 parts: ACCESS EXCLUSIVE, reads [0-9.]+ kB \(about 5,000 rows\)$"
after "an index is its table's" "DROP INDEX CONCURRENTLY" "public.orders: SHARE UPDATE EXCLUSIVE, waits for older transactions$"
after "batches" "UPDATE public.orders" "in batches of 500 rows, each in a transaction of its own$"
holds "who waits for a section" "^ {8}reads and writes of public.orders wait until it commits: a moment$" "$work/plan"
holds "the table that a dropped foreign key refers to waits" "^ {8}reads and writes of public.orders, public.customers, public.part wait" "$work/plan"
check "nobody waits for a section that only validates" bash -c '! sed -n "/\[2\/4\]/,/\[3\/4\]/p" "$1" | grep -q " wait "' - "$work/plan"

run upgrade --plan --format json
check "json: rows" test "$(jq '.[0].sections[1].statements[0].locks[0].rows' "$work/out")" = 20000
check "json: what it blocks" test "$(jq -r '.[0].sections[0].statements[3].locks[0].blocks' "$work/out")" = "reads and writes"
check "json: work" test "$(jq -r '.[0].sections[0].statements[3].locks[0].work' "$work/out")" = rewrite
check "json: batch" test "$(jq '.[0].sections[3].statements[1].batch' "$work/out")" = 500
check "json: all statements" test "$(jq '.[0].statements | length' "$work/out")" = 14

psql -qAtX -d "$url" -c "BEGIN; LOCK TABLE orders; SELECT pg_sleep(20)" >/dev/null 2>&1 &
holder=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(sql "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND granted")" -gt 0 ] && break
    sleep 0.2
done
ends "a locked table holds nothing up" 0 "writes [0-9.]+ [kM]B anew \(about 20,000 rows\)" upgrade --plan
sql "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'orders'::regclass" >/dev/null
wait "$holder" 2>/dev/null
sql "UPDATE customers SET name = 'x'"
ends "the second one runs" 0 "" upgrade
ends "downgrade --plan" 0 "public.fresh: ACCESS EXCLUSIVE, it is empty$" downgrade --plan -1
holds "foreign keys of a table that goes" "writes of public.fresh, public.customers wait" "$work/out"
tap_done
