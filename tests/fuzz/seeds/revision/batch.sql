-- batches
--
-- modelc:revision   ab12
-- modelc:upgrade no-transaction
-- modelc:data fill
-- modelc:batch table=s."T x" key=a,"b c" size=7 pause=5ms
UPDATE s."T x" SET c = 1 WHERE c IS NULL;
-- modelc:batch
DELETE FROM t;
-- modelc:irreversible no
