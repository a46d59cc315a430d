-- m
-- modelc:revision a1
-- modelc:upgrade

-- note
SELECT 1;
-- modelc:downgrade
SELECT 2;
-- modelc:object table a.b v1:0