-- fill in what was forgotten

-- modelc:revision 007
-- modelc:revises 006
-- modelc:upgrade
-- modelc:data by hand
INSERT INTO t VALUES (E'\';', $x$ ; $y$ $x$, "odd""name;", U&'\0041;', '''');
DO $do$ BEGIN RAISE NOTICE '%', $in$;$in$; END $do$;
CREATE RULE r AS ON DELETE TO t DO INSTEAD (SELECT 1; SELECT 2);
-- modelc:irreversible who would know
