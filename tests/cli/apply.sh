#!/bin/bash
# apply.sh: upgrade, downgrade, stamp, current, on hand-written revisions.
. "$(dirname "$0")/common.sh" "$1"
sample
cd shop || exit 1
run db start
[ "$code" = 0 ] || { cat "$work/err"; echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }

ends "upgrade --plan" 0 "CREATE TABLE public.products" upgrade --plan
ends "which runs nothing" 0 "^base$" current
ends "current --check-heads: behind" 1 "not at the heads" current --check-heads
ends "upgrade +1" 0 "^base -> 1975ea83b712  add products$" upgrade +1
holds "a line per section" "^  \[1/1\] transaction   2 statements   [0-9.]+ m?s$" "$work/out"
holds "and where it is now" "^Current   1975ea83b712 \(1 behind head\)$" "$work/out"
ends "upgrade" 0 "^1975ea83b712 -> 8f3a1c2b9d04  add_xyz_column$" upgrade
holds "sections are aligned: 1" "^  \[1/2\] transaction      2 statements                [0-9.]+ m?s$" "$work/out"
holds "sections are aligned: 2" "^  \[2/2\] no transaction   CREATE INDEX CONCURRENTLY   [0-9.]+ m?s$" "$work/out"
holds "File" "^File       migrations/versions/8f3a1c2b9d04_add_xyz_column.sql$" "$work/out"
holds "Current" "^Current    8f3a1c2b9d04 \(head\)" "$work/out"
holds "Backfill" "^Backfill   products.xyz: 1,204 rows set, 0 still NULL$" "$work/out"
holds "Attention" "^Attention  uq_products_id: a repeated products.id is now refused$" "$work/out"
holds "Back" "^Back       modelc downgrade -1   \(loses products.xyz\)$" "$work/out"
ends "upgrade again: nothing to do" 0 "^Current   8f3a1c2b9d04 \(head\)" upgrade
ends "current" 0 "^8f3a1c2b9d04 \(head\) \(current\), add_xyz_column$" current
ends "current --check-heads" 0 "" current --check-heads
ends "current --format json" 0 '"pending": 0' current --format json
ends "history -v" 0 "^Rev: 8f3a1c2b9d04 \(head\) \(current\)$" history -v
holds "when, who, how long" "^Applied: 20[0-9-]+ [0-9:]+ UTC by .*, [0-9.]+ m?s$" "$work/out"
holds "proof" "^Proof: up-down-up, PostgreSQL 15.20$" "$work/out"
ends "history -i" 0 "\(current\)" history -i
ends "upgrade the wrong way" 2 "modelc downgrade" upgrade 1975ea
ends "upgrade to what isn't there" 2 "no revision is called" upgrade 77be
ends "downgrade --plan" 0 "DROP COLUMN xyz" downgrade --plan -1
ends "downgrade -1" 0 "^8f3a1c2b9d04 -> 1975ea83b712" downgrade -1
holds "where it is now" "^Current   1975ea83b712 \(1 behind head\)$" "$work/out"
ends "downgrade base" 0 "^Current   base" downgrade base
ends "upgrade --log" 0 "^20[0-9-]+T[0-9:]+Z schema is up to date$" upgrade --log --wait
ends "upgrade --log, nothing to do" 0 "schema is up to date$" upgrade --log
ends "-q is quiet" 0 "" -q downgrade -1
check "nothing on stdout" test ! -s "$work/out"
ends "JSON" 0 '"direction": "up"' upgrade --format json
check "and nothing but JSON" bash -c "head -c 1 '$work/out' | grep -q '{'"

ends "stamp base" 0 "recorded, nothing was run" stamp base
ends "a refused statement" 3 "1975ea83b712_add_products.sql:8:1: error: relation \"products\" already exists" upgrade
ends "stamp head" 0 "^Current   8f3a1c2b9d04 \(head\)" stamp head
ends "stamp to what isn't there" 2 "no revision is called" stamp 77be

cat >migrations/versions/77be10c4d2aa_three.sql <<'SQL'
-- three
--
-- modelc:revision   77be10c4d2aa
-- modelc:revises    8f3a1c2b9d04
-- modelc:created    2026-11-22T07:12:00Z

-- modelc:upgrade

CREATE TABLE public.first_part (id bigint);

-- modelc:upgrade

CREATE TABLE public.second_part (id bigint REFERENCES public.missing);

-- modelc:downgrade

DROP TABLE public.second_part;
DROP TABLE public.first_part;
SQL
ends "partially applied" 5 "missing" upgrade
ends "current says so" 0 "half applied" current
ends "what is half applied comes first" 6 "half applied" downgrade -1
sed -i 's/ REFERENCES public.missing//' migrations/versions/77be*.sql
ends "upgrade goes on" 0 "^Current +77be10c4d2aa \(head\)" upgrade
mv migrations/versions/77be*.sql .
ends "upgrade: no file has that id" 2 "database is at 77be10c4d2aa, no file has that id" upgrade
ends "current: no file has that id" 0 "77be10c4d2aa" current
ends "downgrade by the journal's text" 0 "^77be10c4d2aa -> 8f3a1c2b9d04" downgrade -1
ends "back at the head" 0 "" current --check-heads

cat >migrations/versions/77be10c4d2aa_three.sql <<'SQL'
-- three
--
-- modelc:revision   77be10c4d2aa
-- modelc:revises    8f3a1c2b9d04
-- modelc:created    2026-11-22T07:12:00Z

-- modelc:upgrade

-- modelc:complete which value have the old rows?
UPDATE public.products SET name = NULL;

-- modelc:irreversible they are gone
SQL
ends "an unfinished step is refused" 6 "which value|complete|unfinished" upgrade
rm migrations/versions/77be*.sql

psql_holds_lock() {
    key=$("$MODELC" upgrade --sql | sed -n 's/.*pg_try_advisory_lock(\(-*[0-9]*\)).*/\1/p' | head -n 1)
    "$MODELC" db psql -- -qAt -c "select pg_advisory_lock($key)" -c "select pg_sleep(4)" >/dev/null 2>&1 &
    holder=$!
    sleep 1
}
run downgrade -1
psql_holds_lock
ends "the lock is held elsewhere" 4 "holds the lock" upgrade --lock-wait 0
ends "a longer wait gets it" 0 "^Current" upgrade --lock-wait 20
wait "$holder"

ends "another database by --db" 3 "cannot connect" --db "postgresql:///none?host=/nonexistent" current
DATABASE_URL="postgresql:///none?host=/nonexistent" ends "DATABASE_URL is named in the error" 3 "DATABASE_URL" current
tap_done
