ALTER TABLE public.media_assets ADD COLUMN product_id uuid;

UPDATE public.media_assets SET product_id = ((select min(id::text)::uuid from products)) WHERE product_id IS NULL;

ALTER TABLE public.media_assets ALTER COLUMN product_id SET NOT NULL;

ALTER TABLE public.media_assets ADD CONSTRAINT media_assets_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products (id) ON DELETE CASCADE NOT VALID;

-- modelc:upgrade

ALTER TABLE public.media_assets VALIDATE CONSTRAINT media_assets_product_id_fkey;

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY ix_media_assets_product_id ON public.media_assets (product_id);
--------
-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.ix_media_assets_product_id;

-- modelc:downgrade

ALTER TABLE public.media_assets DROP CONSTRAINT media_assets_product_id_fkey;

-- modelc:loses column public.media_assets.product_id
ALTER TABLE public.media_assets DROP COLUMN product_id;
