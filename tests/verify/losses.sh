#!/bin/bash
# losses.sh: what becomes of rows, values and sequence positions; what counts as saying so; ways back that are none for rows.
. "$(dirname "$0")/common.sh" "$1"
first

revision 002 001 <<'E'
-- modelc:upgrade
-- modelc:data move things
ALTER TABLE people DROP COLUMN name;
INSERT INTO people (age) VALUES (1000000);
-- modelc:downgrade
-- modelc:loses column public.people.name
ALTER TABLE people ADD COLUMN name text;
E
ends "a drop is no data step, nor does the downgrade speak for the upgrade" 1 "002.sql:8:1: error: the upgrade loses [0-9]+ of [0-9]+ values of people.name, and" verify
holds "rows that are new are no loss" "the upgrade adds 1 row to people, by the data step in line 9" "$work/out"
sed -i '0,/^ALTER TABLE people DROP/s//-- modelc:loses index public.people.name\n&/' migrations/versions/002.sql
ends "of another kind" 1 "values of people.name, and the file doesn't say so" verify

revision 002 001 <<'E'
-- modelc:upgrade
CREATE TABLE names AS SELECT id, name FROM people;
ALTER TABLE people DROP COLUMN name;
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
DO $$ BEGIN UPDATE people SET age = age + 1; END $$;
-- modelc:downgrade
DO $$ BEGIN UPDATE people SET age = age - 1; END $$;
ALTER TYPE mood RENAME VALUE 'blue' TO 'sad';
ALTER TABLE people ADD COLUMN name text;
UPDATE people SET name = names.name FROM names WHERE names.id = people.id;
DROP TABLE names;
E
ends "what comes back isn't lost" 0 "the upgrade loses [0-9]+ of [0-9]+ values of people.name, which the downgrade brings back" verify
turned='(SELECT name, row_number() OVER (ORDER BY id) r FROM names) n JOIN (SELECT id, row_number() OVER (ORDER BY id DESC) r FROM people) o USING (r)'
sed -i "s/^UPDATE people SET name.*/UPDATE people p SET name = n.name FROM $turned WHERE o.id = p.id;/" migrations/versions/002.sql
ends "but in other rows it is" 1 "002.sql:15:1: error: up and down together change which values stand together in the rows of people, and" verify

revision 002 001 <<'E'
-- modelc:upgrade
TRUNCATE orders RESTART IDENTITY;
WITH gone AS (DELETE FROM people WHERE id < 4 RETURNING id) SELECT count(*) FROM gone;
-- modelc:downgrade
E
ends "a table that begins again" 0 "sets sequence orders_id_seq back from [0-9]+ to 0, by the data step in line 7" verify
holds "rows that a query takes" "the upgrade loses 3 of 20 rows of people, by the data step in line 8" "$work/out"

revision 002 001 <<'E'
-- modelc:irreversible so it is

-- modelc:upgrade
ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,0);
ALTER TABLE people ALTER COLUMN age TYPE bigint;
E
ends "what a type rounds for good" 1 "002.sql:9:1: error: the upgrade changes values of orders.total, and the file doesn't say so" verify
check "another type alone is no loss" test "$(grep -c error: "$work/err")" = 1

# ---- ways back that are none for rows

revision 002 001 <<'E'
-- modelc:upgrade
-- modelc:loses column public.people.age
ALTER TABLE people DROP COLUMN age;
-- modelc:downgrade
ALTER TABLE people ADD COLUMN age integer NOT NULL CHECK (age >= 0);
E
ends "a downgrade that no row survives" 1 "002.sql:10:1: error: the downgrade is refused where there are rows: column \"age\" .*contains null values" verify
revision 002 001 <<'E'
-- modelc:upgrade
INSERT INTO orders (id, person, total) SELECT 1000000 + id, id, 8 FROM people;
-- modelc:downgrade
E
ends "a second upgrade, neither" 1 "002.sql:7:1: error: the second upgrade is refused where there are rows: duplicate key" verify

# ---- wholes and their parts

revision 002 001 <<'E'
-- modelc:upgrade
CREATE TYPE place AS (street text, zip text);
CREATE TABLE parts (id integer, k integer NOT NULL, v text) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE animals (id integer, weight float8, home place[]);
CREATE TABLE dogs (bark text) INHERITS (animals);
CREATE TABLE "Pe""o
ple; -- x" ("se'lect" numeric(10,2));
CREATE TABLE apart (v numeric(10,2));
CREATE SEQUENCE tick;
-- modelc:downgrade
DROP SEQUENCE tick;
DROP TABLE "Pe""o
ple; -- x", apart, dogs, animals, parts;
DROP TYPE place;
E
revision 003 002 <<'E'
-- modelc:upgrade
-- modelc:loses table public.parts_2
DROP TABLE parts_2;
-- modelc:loses column public.parts.v
ALTER TABLE parts DROP COLUMN v;
-- modelc:loses column public.animals.weight
ALTER TABLE animals DROP COLUMN weight;
-- modelc:loses attribute public.place.zip
ALTER TYPE place DROP ATTRIBUTE zip;
-- modelc:loses column public."Pe""o\nple; -- x"."se'lect"
ALTER TABLE "Pe""o
ple; -- x" ALTER COLUMN "se'lect" TYPE numeric(10,0);
DROP SEQUENCE tick;
-- modelc:downgrade
CREATE SEQUENCE tick;
ALTER TABLE "Pe""o
ple; -- x" ALTER COLUMN "se'lect" TYPE numeric(10,2);
ALTER TYPE place ADD ATTRIBUTE zip text;
ALTER TABLE animals ADD COLUMN weight float8;
ALTER TABLE parts ADD COLUMN v text;
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
E
ends "a sequence of its own has a position, too" 1 "003.sql:20:1: error: up and down together set sequence tick back from 1 to 0" verify
check "what the file says of wholes is said of their parts" test "$(grep -c error: "$work/err")" = 1
check "a name is one line" grep -qF 'values of "Pe""o\nple; -- x"."se' "$work/out"
revision 003 002 <<'E'
-- modelc:upgrade
-- modelc:loses column public.parts.v
ALTER TABLE parts DROP COLUMN v;
-- modelc:downgrade
ALTER TABLE parts ADD COLUMN v text;
E
ends "one finding for all partitions" 0 "values of parts.v, as the file says" verify
check "and none for each" test "$(grep -c parts_ "$work/out")" = 0
revision 003 002 <<'E'
-- modelc:upgrade
ALTER TABLE people ADD CONSTRAINT grown_up CHECK (age BETWEEN 18 AND 19);
ALTER TABLE apart ALTER COLUMN v TYPE numeric(10,0);
-- modelc:downgrade
ALTER TABLE apart ALTER COLUMN v TYPE numeric(10,2);
ALTER TABLE people DROP CONSTRAINT grown_up;
E
ends "rows that fit hide no loss of other tables" 1 "error: up and down together change values of apart.v" verify

tap_done
