-- add products
--
-- modelc:revision   1975ea83b712
-- modelc:created    2026-11-20T07:12:00Z

-- modelc:upgrade

CREATE TABLE public.products (id bigint PRIMARY KEY, name text);
INSERT INTO public.products SELECT g, 'x' FROM generate_series(1, 1204) g;

-- modelc:downgrade

DROP TABLE public.products;

-- modelc:object table public.products v1:aaaa
-- modelc:object column public.products.id v1:aaab
-- modelc:object column public.products.name v1:aaac
