-- every kind of section
--
-- modelc:revision   002
-- modelc:revises    001

-- modelc:upgrade

ALTER TABLE public.a ADD COLUMN n integer DEFAULT 0 NOT NULL;
CREATE TABLE public.b (id bigint PRIMARY KEY);

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY a_note ON public.a (note);
CREATE UNIQUE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:upgrade

-- modelc:data counts
UPDATE public.a SET n = n + 1;
INSERT INTO public.steps VALUES ('counted');

-- modelc:upgrade

CREATE TABLE public.c (id bigint REFERENCES public.b);

-- modelc:downgrade

DROP TABLE public.c;

-- modelc:downgrade

-- modelc:data counts back
INSERT INTO public.steps VALUES ('counted back');
UPDATE public.a SET n = n - 1;

-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.a_id;
DROP INDEX CONCURRENTLY public.a_note;

-- modelc:downgrade

DROP TABLE public.b;
ALTER TABLE public.a DROP COLUMN n;

-- modelc:object column public.a.n v1:9f2c4e1a77b0c3d2
-- modelc:object table public.b v1:9f2c4e1a77b0c3d3
