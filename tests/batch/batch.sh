#!/bin/bash
# batch.sh: UPDATE and DELETE in batches: by which keys, that each row is changed once, and when it is not possible.
. "$(dirname "$0")/common.sh" "$1"

# ---- one key
begin plain
sql -c "CREATE TABLE t (id bigint PRIMARY KEY, c integer, n integer NOT NULL DEFAULT 0, at xid8 DEFAULT NULL);
    INSERT INTO t (id) SELECT i * 3 FROM generate_series(-5000, 5000) i; ANALYZE t"
batched 001 "table=t key=id size=1000" "UPDATE t SET n = n + 1" "UPDATE t SET n = n - 1"
ends "an UPDATE in batches" 0 "^Current   001 \(head\)" upgrade
is "changed each row once" "10001 10001" "SELECT count(*) FILTER (WHERE n = 1) || ' ' || count(*) FROM t"
is "in eleven transactions" 11 "SELECT count(DISTINCT xmin::text) FROM t"
is "and left nothing in modelc's schema" 0 "SELECT count(*) FROM modelc.batch"
ends "and back" 0 "^Current   base" downgrade base
is "each row once" 10001 "SELECT count(*) FROM t WHERE n = 0"
ends "the line is in the file that is shown" 0 "^-- modelc:batch table=t key=id size=1000$" show 001

batched 002 "size=4000" "DELETE FROM public.t AS d USING (VALUES (3), (6), (9)) v(i) WHERE d.id > 0 AND d.id % 2 = 0 OR d.id = v.i RETURNING d.id" \
    "UPDATE t SET c = 1 WHERE c IS NULL"
ends "a DELETE in batches, key and table told by itself" 0 "" upgrade
is "deleted what it says" "0 7499" "SELECT count(*) FILTER (WHERE id > 0 AND id % 2 = 0 OR id IN (3, 6, 9)) || ' ' || count(*) FROM t"
ends "a downgrade fills a column" 0 "" downgrade 001
is "everywhere" 0 "SELECT count(*) FROM t WHERE c IS NULL"
sql -c "TRUNCATE t"
ends "an empty table" 0 "" upgrade

# ---- keys of all sorts: each row is changed once, whatever its key's type, order and spelling
begin keys
kinds=0
key() { # NAME KEY-COLUMNS TABLE-BODY VALUES-QUERY [LINE]
    local name="t$((++kinds))"
    sql -c "SET search_path = public; CREATE TABLE $name (n integer NOT NULL DEFAULT 0, $3); INSERT INTO $name ($2) $4" >"$work/made" || cat "$work/made"
    batched "$(printf '%03d' $kinds)" "size=7 ${5:-}" "UPDATE $name AS x SET n = x.n + 1"
    ends "key $1" 0 "" upgrade
    is "key $1: each row once" t "SELECT bool_and(n = 1) AND count(*) >= 50 AND count(DISTINCT xmin::text) BETWEEN 5 AND 20 FROM $name"
}
key "text" k "k text PRIMARY KEY" "SELECT chr(33 + i) || '''\\' || i FROM generate_series(1, 60) i"
key "text in another collation" k "k text COLLATE \"und-x-icu\" PRIMARY KEY" "SELECT (array['a','B','ä','Z','_','-'])[1 + i % 6] || i FROM generate_series(1, 60) i"
key "uuid" k "k uuid PRIMARY KEY" "SELECT md5(i::text)::uuid FROM generate_series(1, 60) i"
key "numeric" k "k numeric(20, 3) PRIMARY KEY" "SELECT i / 7.0 FROM generate_series(-30, 30) i"
key "double" k "k double precision PRIMARY KEY" "SELECT i / float8 '7' FROM generate_series(-30, 30) i UNION ALL SELECT 'NaN'::float8 UNION ALL SELECT '-infinity'::float8 UNION ALL SELECT 1e-300::float8"
key "timestamptz" k "k timestamptz PRIMARY KEY" "SELECT '2026-03-29 00:00:00.123456+00'::timestamptz + i * interval '7 minutes' FROM generate_series(1, 60) i"
key "bytea" k "k bytea PRIMARY KEY" "SELECT decode(md5(i::text), 'hex') FROM generate_series(1, 60) i"
key "char(n)" k "k char(6) PRIMARY KEY" "SELECT i::text FROM generate_series(1, 60) i"
key "boolean first" "b, k" "b boolean, k smallint, PRIMARY KEY (b, k)" "SELECT i % 2 = 0, i FROM generate_series(1, 60) i"
key "three columns" "a, b, c" "a text, b date, c integer, PRIMARY KEY (a, b, c)" "SELECT 'x', date '2026-01-01' + i % 3, i FROM generate_series(1, 60) i"
key "another order of columns" "a, b" "a integer, b integer, PRIMARY KEY (b, a)" "SELECT i % 4, i FROM generate_series(1, 60) i"
key "quoted" '"Key ""x"", y"' '"Key ""x"", y" integer PRIMARY KEY' "SELECT i FROM generate_series(1, 60) i" 'key="Key ""x"", y"'
key "unique, not primary" k "k integer NOT NULL UNIQUE, o integer UNIQUE" "SELECT i FROM generate_series(1, 60) i"
sql -c "CREATE TABLE t$((++kinds)) (n integer NOT NULL DEFAULT 0, k integer NOT NULL); INSERT INTO t$kinds (k) SELECT i / 3 FROM generate_series(1, 60) i"
batched "$(printf '%03d' $kinds)" "size=7 key=k" "UPDATE t$kinds AS x SET n = x.n + 1"
ends "key that no index begins with: refused" 3 "no index leads through it by k" upgrade
sql -c "CREATE INDEX ON t$kinds (k DESC, n)"
ends "with an index" 0 "" upgrade
is "ties are in one batch" t "SELECT bool_and(n = 1) FROM t$kinds"
sql -c "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE DOMAIN pos AS integer CHECK (VALUE > 0)"
key "enum and domain" "m, p" "m mood, p pos, PRIMARY KEY (m, p)" "SELECT (array['sad','ok','happy']::mood[])[1 + i % 3], i FROM generate_series(1, 60) i"
key "inet" k "k inet PRIMARY KEY" "SELECT '10.0.0.0'::inet + i FROM generate_series(1, 60) i"
key "interval" k "k interval PRIMARY KEY" "SELECT i * interval '1 day 3 hours' FROM generate_series(-30, 30) i"

# ---- tables of all sorts
begin tables
sql -c "CREATE TABLE p (id integer, day date, n integer NOT NULL DEFAULT 0, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY HASH (id);
    CREATE TABLE p21 PARTITION OF p2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO p SELECT i, date '2026-01-01' + i % 55 FROM generate_series(1, 500) i"
batched 001 "size=50" "UPDATE p SET n = n + 1"
ends "a partitioned table" 0 "" upgrade
is "each row once" 500 "SELECT count(*) FROM p WHERE n = 1"

sql -c "CREATE TABLE heap (v integer, c integer); INSERT INTO heap SELECT i FROM generate_series(1, 3000) i; ANALYZE heap"
batched 002 "size=500" "UPDATE heap SET c = v WHERE c IS NULL" "UPDATE heap SET c = NULL WHERE c IS NOT NULL"
if [ "$CLUSTER_MAJOR" -lt 14 ]; then
    ends "a table without a key, on PostgreSQL 13" 3 "heap can't be changed in batches: it has no key" upgrade
    sql -c "UPDATE heap SET c = v"
    run stamp 002
else
    ends "a table without a key, by its pages" 0 "" upgrade
    is "each row" "3000" "SELECT count(*) FROM heap WHERE c = v"
    is "in several transactions" t "SELECT count(DISTINCT xmin::text) > 5 FROM heap"
fi
batched 003 "" "UPDATE heap SET c = c + 1"
ends "without a key, and nothing tells what is done" 3 "it has no key, and the statement's condition doesn't leave out the rows that are done" upgrade
holds "says what helps" "give the table a primary key, or name columns: key=" "$work/err"
sql -c "ALTER TABLE heap ADD PRIMARY KEY (v)"
ends "with a key" 0 "" upgrade
is "each row once" 3000 "SELECT count(*) FROM heap WHERE c = v + 1"

sql -c "CREATE TABLE mother (id integer PRIMARY KEY, n integer DEFAULT 0); CREATE TABLE child () INHERITS (mother);
    CREATE VIEW seen AS SELECT * FROM mother; CREATE TABLE maybe (id integer UNIQUE, n integer);
    INSERT INTO mother SELECT i FROM generate_series(1, 20) i; INSERT INTO child SELECT i FROM generate_series(1, 20) i"
batched 004 "" "UPDATE mother SET n = 1"
ends "a table with children" 3 "it has child tables" upgrade
batched 004 "" "UPDATE ONLY mother SET n = 1"
ends "ONLY itself" 0 "" upgrade
is "its own rows" "20 20" "SELECT count(*) FILTER (WHERE n = 1) || ' ' || count(*) FILTER (WHERE n = 0) FROM mother"
batched 005 "" "UPDATE seen SET n = 1"
ends "a view" 3 "seen can't be changed in batches: it is no table" upgrade
batched 005 "key=id" "UPDATE maybe SET n = 1"
ends "a key that may be NULL" 3 "no index leads through it by id" upgrade
batched 005 "" "UPDATE mother SET id = -id"
ends "a statement that changes the key it would go by" 3 "child tables|changes its key" upgrade
batched 005 "" "UPDATE ONLY mother SET id = -id"
ends "ONLY: the same" 3 "the statement changes its key: id" upgrade
batched 005 "" "UPDATE missing SET id = -id"
ends "a table that isn't there" 3 "relation \"missing\" does not exist" upgrade
ends "nothing is half applied by these" 0 "^004 \(current\)" current
revision 005 <<'E'
-- modelc:upgrade no-transaction
-- modelc:search-path odd
-- modelc:batch size=3
UPDATE "T" SET n = lower(n) WHERE n IS NOT NULL;
-- modelc:irreversible no
E
sql -c 'CREATE SCHEMA odd; CREATE TABLE odd."T" (id integer PRIMARY KEY, n text); CREATE FUNCTION odd.lower(text) RETURNS text LANGUAGE sql AS $$SELECT $1 || 1::text$$;
    INSERT INTO odd."T" SELECT i, NULL FROM generate_series(1, 10) i; UPDATE odd."T" SET n = '"'x' WHERE id > 2"
ends "names go by the statement's search path" 0 "" upgrade
is "each row once, quoted names" "x" 'SELECT DISTINCT n FROM odd."T" WHERE id > 2'

# ---- completion
begin complete
sql -c "CREATE TABLE t (id serial PRIMARY KEY, a integer, c integer); INSERT INTO t (a) SELECT i FROM generate_series(1, 100) i;
    CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
        IF pg_trigger_depth() = 1 AND (SELECT count(*) FROM t) < 103 THEN INSERT INTO t (a) VALUES (1); END IF; RETURN NEW; END\$\$;
    CREATE TRIGGER again AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION again()"
batched 001 "size=30" "UPDATE t SET c = a WHERE c IS NULL"
ends "rows that came meanwhile are done in a further pass" 0 "103 rows|0 still NULL|Current" upgrade
is "none is left" "103 0" "SELECT count(*) || ' ' || count(*) FILTER (WHERE c IS NULL) FROM t"
sql -c "DROP TRIGGER again ON t; UPDATE t SET a = NULL, c = NULL WHERE id IN (5, 55); UPDATE t SET c = NULL WHERE id = 7"
batched 002 "size=30" "UPDATE t SET c = a WHERE c IS NULL"
ends "rows that stay NULL are an error" 5 "002.sql:9:1: error: t: its condition still holds for 2 rows after 4 passes" upgrade
holds "which says what helps" "a condition that leaves those out helps" "$work/err"
is "the others are done" 2 "SELECT count(*) FROM t WHERE c IS NULL"
sql -c "UPDATE t SET a = 0 WHERE a IS NULL"
ends "once it can, it goes on" 0 "^Current   002 \(head\)" upgrade
is "to the end" 0 "SELECT count(*) FROM t WHERE c IS NULL"

# ---- a value that is refused in the middle
sql -c "ALTER TABLE t ADD CHECK (c < 95) NOT VALID; ALTER TABLE t ADD n integer NOT NULL DEFAULT 0"
batched 003 "size=10" "UPDATE t SET c = a, n = n + 1"
ends "a row that is refused" 5 "violates check constraint" upgrade
is "what was done is kept" t "SELECT count(*) FILTER (WHERE n = 1) BETWEEN 80 AND 100 FROM t"
ends "it is half applied" 0 "003 half applied" current
sql -c "UPDATE t SET a = 1, c = 1 WHERE a >= 95"
ends "it goes on from there" 0 "^Current   003 \(head\)" upgrade
is "each row once" "1" "SELECT DISTINCT n FROM t"
tap_done
