-- add_xyz_column
--
-- modelc:revision   8f3a1c2b9d04
-- modelc:revises    1975ea83b712
-- modelc:created    2026-11-21T07:12:00Z
-- modelc:certified  up-down-up postgres 15.20 2026-11-20 v1:40c2

-- modelc:upgrade

ALTER TABLE public.products ADD COLUMN xyz varchar(200);

-- modelc:data backfill
UPDATE public.products SET xyz = name WHERE xyz IS NULL;

-- modelc:upgrade no-transaction

-- models/catalog.model:22: index uq_products_id is new
CREATE UNIQUE INDEX CONCURRENTLY uq_products_id ON public.products (id) WHERE id IS NOT NULL;

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.uq_products_id;

-- modelc:downgrade

ALTER TABLE public.products DROP COLUMN xyz;

-- modelc:object column public.products.xyz v1:9f2c
-- modelc:object index public.uq_products_id v1:c01e
