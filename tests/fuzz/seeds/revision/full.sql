-- add a shelf to each copy
--
-- modelc:revision   5d1f00aa9b21
-- modelc:revises    4c0e77bb1a10, 0099aabbccdd
-- modelc:depends-on cafecafecafe
-- modelc:label      shelves
-- modelc:created    2026-02-03T04:05:06Z
-- modelc:generated  v1:0123456789abcdef
-- modelc:certified  up-down-up postgres 16.2 2026-02-03 v1:aa55

-- modelc:upgrade
-- modelc:search-path lib, "My Schema"

-- models/library.model:7: column copy.shelf is new
ALTER TABLE lib.copy ADD COLUMN shelf text;
-- modelc:data every copy stands somewhere
-- modelc:batch 1000
UPDATE lib.copy SET shelf = 'a;b' -- not ; here
 WHERE shelf IS NULL;
-- modelc:end
-- modelc:complete which shelf?
UPDATE lib.copy SET shelf = NULL;

-- modelc:upgrade no-transaction
-- modelc:lock-timeout 10s
-- modelc:allow slow
CREATE INDEX CONCURRENTLY ix_shelf ON lib.copy (shelf) WHERE shelf <> $$;$$;

-- modelc:upgrade on-create
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; END;

-- modelc:downgrade no-transaction
DROP INDEX CONCURRENTLY lib.ix_shelf;
-- modelc:downgrade
-- modelc:loses column lib.copy.shelf
DROP FUNCTION f();
ALTER TABLE lib.copy DROP COLUMN shelf;

-- modelc:object column lib.copy.shelf v1:9f2c
-- modelc:object function lib.f(integer, text) v1:00aa
-- modelc:object index lib.ix_shelf -
