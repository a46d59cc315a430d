-- What is no difference, one a line.
ALTER TABLE orders RESET (fillfactor); ALTER TABLE orders SET (fillfactor = 80)
ALTER INDEX uq_open RESET (fillfactor); ALTER INDEX uq_open SET (fillfactor = 70)
ALTER VIEW open_orders RESET (security_barrier); ALTER VIEW open_orders SET (security_barrier = true)
ALTER FUNCTION add(int, int) RESET search_path; ALTER FUNCTION add(int, int) SET search_path = ''
REVOKE ALL ON orders FROM app; GRANT INSERT, SELECT ON orders TO app; GRANT UPDATE (note) ON orders TO app
ALTER TABLE scratch DROP COLUMN a; ALTER TABLE scratch ADD COLUMN a int
ALTER TABLE customers DROP COLUMN email; ALTER TABLE customers DROP COLUMN name CASCADE; ALTER TABLE customers ADD COLUMN email citext, ADD COLUMN name text NOT NULL; CREATE POLICY own ON customers FOR SELECT TO app USING (name = current_user)
ALTER TABLE orders DROP COLUMN note CASCADE; ALTER TABLE orders ADD COLUMN note text DEFAULT E'a;b\\c (''x'', "y")'; ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL, ALTER COLUMN note SET STATISTICS 500, ALTER COLUMN note SET COMPRESSION pglz; COMMENT ON COLUMN orders.note IS 'a note'; GRANT UPDATE (note) ON orders TO app; CREATE INDEX ix_note ON orders (note text_pattern_ops); COMMENT ON INDEX ix_note IS 'search'; CREATE UNIQUE INDEX uq_open ON orders (customer_id, lower(note) DESC NULLS LAST) INCLUDE (total) WITH (deduplicate_items = off, fillfactor = 70) WHERE status = 'ok'
DROP INDEX ix_note; CREATE INDEX ix_note ON orders (note text_pattern_ops); COMMENT ON INDEX ix_note IS 'search'
