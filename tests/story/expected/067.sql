ALTER TABLE public.order_lines ADD COLUMN unit_price numeric(12,2);

UPDATE public.order_lines SET unit_price = ((select p.price from products p where p.id = product_id)) WHERE unit_price IS NULL;

ALTER TABLE public.order_lines ALTER COLUMN unit_price SET NOT NULL;
--------
-- modelc:loses column public.order_lines.unit_price
ALTER TABLE public.order_lines DROP COLUMN unit_price;
