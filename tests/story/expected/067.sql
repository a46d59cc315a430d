ALTER TABLE public.order_lines ADD COLUMN unit_price numeric(12,2);
-- modelc:data backfill of order_lines.unit_price
UPDATE public.order_lines SET unit_price = ((select p.price from products p where p.id = product_id)) WHERE unit_price IS NULL;
-- modelc:upgrade
ALTER TABLE public.order_lines ALTER COLUMN unit_price SET NOT NULL;
--------
ALTER TABLE public.order_lines DROP COLUMN unit_price;
