ALTER TABLE public.products ADD COLUMN weight numeric;
--------
-- modelc:loses column public.products.weight
ALTER TABLE public.products DROP COLUMN weight;
