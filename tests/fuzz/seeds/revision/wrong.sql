-- modelc:revison x
-- modelc:revision head
-- modelc:revises a, a,, -b
SELECT 'outside a section';
-- modelc:upgrade sometimes
BEGIN; COMMIT; COPY t FROM STDIN;
\i other.sql
1	2
\.
-- modelc:lock-timeout soon
-- modelc:search-path 1,
-- modelc:object
-- modelc:object a b c
-- modelc:label -x
SELECT (1; SELECT $open$ never closed
