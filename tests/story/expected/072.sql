-- modelc:upgrade no-transaction

DROP INDEX CONCURRENTLY IF EXISTS public.ix_by_hand;
--------
-- modelc:downgrade no-transaction

CREATE INDEX CONCURRENTLY ix_by_hand ON public.orders (status);
