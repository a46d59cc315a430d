-- ends without a transaction, in a statement of which nobody can tell whether it was done
--
-- modelc:revision   003
-- modelc:revises    002

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY a_both ON public.a (id, note);

-- modelc:data by itself
INSERT INTO public.steps VALUES ('alone');

-- modelc:downgrade no-transaction

-- modelc:data by itself
INSERT INTO public.steps VALUES ('alone back');
-- modelc:end

DROP INDEX CONCURRENTLY public.a_both;
