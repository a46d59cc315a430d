-- tables
--
-- modelc:revision   001

-- modelc:upgrade

CREATE TABLE public.a (id bigint, note text);
CREATE TABLE public.steps (name text);

-- modelc:data some rows
INSERT INTO public.a SELECT i, 'row ' || i FROM pg_catalog.generate_series(1, 20) i;

-- modelc:downgrade

DROP TABLE public.steps;
DROP TABLE public.a;
