#!/bin/bash
# proof.sh: revisions that are right are proven, each defect is found at its statement.
. "$(dirname "$0")/common.sh" "$1"

ends "nothing to prove" 2 "error: there is no revision to prove" verify
first
ends "the first revision" 0 "^001  about 001  proven$" verify
holds "there was nothing to hold rows" "^    up-down-up with no rows, " "$work/out"
holds "where" "^Server    PostgreSQL [0-9.]+, private; seed 1$" "$work/out"

revision 002 001 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD COLUMN nick text;
CREATE INDEX people_nick ON people (nick);
-- modelc:upgrade no-transaction
CREATE INDEX CONCURRENTLY people_name ON people (name);
-- modelc:downgrade no-transaction
DROP INDEX CONCURRENTLY people_name;
-- modelc:downgrade
DROP INDEX people_nick;
-- modelc:loses column public.people.nick
ALTER TABLE people DROP COLUMN nick;
E
ends "the newest revision" 0 "^    up-down-up with 40 rows in 2 tables, " verify
ends "the same rows for the same seed" 0 "proven" verify --seed 7 --rows 3
holds "as many as wanted" "with 6 rows in 2 tables" "$work/out"
ends "all of them" 0 "^002  about 002  proven" verify --all
holds "from the first" "^001  about 001  proven" "$work/out"
ends "an older one" 0 "^001 " verify 001
ends "for programs" 0 '"proven": true' verify --format json
ends "an unknown one" 2 "error: .*7" verify 7
ends "no number" 2 "error: --seed takes a number, not x" verify --seed x

# ---- the way back

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD COLUMN email varchar(100);
ALTER TABLE people ALTER COLUMN age TYPE bigint;
-- modelc:downgrade
ALTER TABLE people ALTER COLUMN age TYPE integer;
E
ends "something stays behind" 1 "^migrations/versions/003.sql:10:1: error: the downgrade leaves column people.email behind" verify
check "that is all there is to say" test "$(grep -c error: "$work/err")" = 1
holds "a result, too" "^003  about 003  not proven$" "$work/out"

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ALTER COLUMN age TYPE bigint;
ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;
-- modelc:downgrade
ALTER TABLE people ALTER COLUMN age TYPE smallint;
ALTER TABLE orders ALTER COLUMN total DROP DEFAULT;
E
ends "another type comes back" 1 "003.sql:10:1: error: the downgrade brings column people.age back otherwise: type" verify
holds "which was wanted" "^  expected: integer$" "$work/err"
holds "which was found" "^  found: smallint$" "$work/err"

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD COLUMN email text;
-- modelc:downgrade
ALTER TABLE people DROP COLUMN emial;
E
ends "a downgrade that can't run" 1 "003.sql:9:1: error: column \"emial\" .*does not exist" verify

revision 003 002 <<'E'
-- modelc:upgrade
CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY);
ALTER TABLE notes ADD COLUMN IF NOT EXISTS body text DEFAULT to_char(now(), 'YYYY');
CREATE SEQUENCE IF NOT EXISTS leftover;
-- modelc:downgrade
DROP TABLE notes;
DROP SEQUENCE leftover;
CREATE TABLE IF NOT EXISTS archive (id bigint);
E
ends "the downgrade makes something of its own" 1 "003.sql:13:1: error: the downgrade leaves table archive behind" verify

revision 003 002 <<'E'
-- modelc:upgrade
COMMENT ON TABLE people IS 'who buys';
-- modelc:downgrade
COMMENT ON TABLE people IS 'nobody';
E
ends "a comment" 1 "003.sql:9:1: error: the downgrade brings table people back otherwise: comment" verify

revision 003 002 <<'E'
-- modelc:upgrade
GRANT SELECT ON people TO reader;
ALTER TABLE orders OWNER TO keeper;
-- modelc:downgrade
ALTER TABLE orders OWNER TO postgres;
E
ends "privileges, of roles that are made for the proof" 1 "error: the downgrade brings table people back otherwise: privileges" verify
holds "what was found" "^  found: .*SELECT to reader" "$work/err"

# ---- rows

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people DROP COLUMN name;
-- modelc:downgrade
ALTER TABLE people ADD COLUMN name text;
CREATE INDEX people_name ON people (name);
E
ends "values that go unsaid" 1 "003.sql:7:1: error: the upgrade loses [0-9]+ of [0-9]+ values of people.name, and the file doesn't say so" verify
holds "how to say it" "mend: keep them, or say it above the statement: -- modelc:loses column public.people.name" "$work/err"
sed -i 's/^ALTER TABLE people DROP/-- modelc:loses column public.people.name\n&/' migrations/versions/003.sql
ends "said: no error" 0 "^    the upgrade loses [0-9]+ of [0-9]+ values of people.name, as the file says$" verify

revision 003 002 <<'E'
-- modelc:upgrade
CREATE TABLE people2 (LIKE people INCLUDING ALL);
DROP TABLE orders;
-- modelc:downgrade
DROP TABLE people2;
CREATE TABLE orders (id serial PRIMARY KEY, person bigint NOT NULL REFERENCES people, total numeric(10,2) NOT NULL);
E
ends "a table that goes unsaid" 1 "003.sql:8:1: error: the upgrade loses table orders with 20 rows" verify

revision 003 002 <<'E'
-- modelc:upgrade
UPDATE people SET name = upper(name) WHERE name <> '';
DELETE FROM orders WHERE id < 5;
-- modelc:downgrade
E
ends "a data step changes what it says" 0 "the upgrade changes values of people.name, by the data step in line 7$" verify
holds "or takes" "the upgrade loses 4 of 20 rows of orders, by the data step in line 8$" "$work/out"

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,0);
-- modelc:downgrade
ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,2);
E
ends "values that don't come back" 1 "error: up and down together change values of orders.total, and the file doesn't say so" verify

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ALTER COLUMN id DROP IDENTITY;
-- modelc:downgrade
ALTER TABLE people ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;
E
ends "a sequence that begins again" 1 "set sequence people_id_seq back from [0-9]+ to 0" verify

revision 003 002 <<'E'
-- modelc:upgrade
-- modelc:loses table public.orders
DROP TABLE orders;
-- modelc:downgrade
CREATE TABLE orders (id serial PRIMARY KEY, person bigint NOT NULL REFERENCES people, total numeric(10,2) NOT NULL);
E
ends "a sequence goes with its table" 0 "set sequence orders_id_seq back from [0-9]+ to 0, as the file says" verify

# ---- rows that the revision itself refuses

revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD CONSTRAINT grown_up CHECK (age BETWEEN 18 AND 19);
-- modelc:downgrade
ALTER TABLE people DROP CONSTRAINT grown_up;
E
ends "rows are made to fit" 0 "with 40 rows in 2 tables that fit its new constraints" verify
holds "why" "rows made for the state before are refused: .*grown_up" "$work/out"
revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD CONSTRAINT never CHECK (length(name) = 1 AND length(name) = 2 AND name IS NOT NULL);
-- modelc:downgrade
ALTER TABLE people DROP CONSTRAINT never;
E
ends "or left out where none can fit" 0 "public.people was tried without rows" verify

# ---- what isn't plain

revision 003 002 <<'E'
-- modelc:irreversible the names are gone for good

-- modelc:upgrade
-- modelc:loses column public.people.name
ALTER TABLE people DROP COLUMN name;
E
ends "irreversible: the upgrade alone" 0 "^    up with 40 rows in 2 tables; irreversible, as the file says" verify
revision 003 002 <<'E'
-- modelc:upgrade
-- modelc:complete how to fill it
ALTER TABLE people ADD COLUMN x integer NOT NULL;
-- modelc:downgrade
ALTER TABLE people DROP COLUMN x;
E
ends "a step to complete" 6 "003.sql:8:1: error: 003 has a statement to complete: how to fill it" verify
revision 003 001 <<'E'
-- modelc:upgrade
CREATE TABLE beside (id bigint);
-- modelc:downgrade
DROP TABLE beside;
E
ends "two heads: which one" 2 "heads" verify
ends "two branches, each from its own state" 0 "^003  about 003  proven" verify --all
revision 004 "002 003" </dev/null
ends "a merge" 0 "^004  about 004  proven" verify

tap_done
