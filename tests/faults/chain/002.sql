-- every kind of section
--
-- modelc:revision   002
-- modelc:revises    001

-- modelc:upgrade

ALTER TABLE public.a ADD COLUMN n integer DEFAULT 0 NOT NULL;
CREATE TABLE public.b (id bigint PRIMARY KEY);
ALTER TABLE public.a ADD CONSTRAINT a_n CHECK (n >= 0) NOT VALID;
CREATE TABLE public.p (id bigint) PARTITION BY RANGE (id);
CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (10);
CREATE INDEX p_id ON ONLY public.p (id);

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY p1_id ON public.p1 (id);
CREATE INDEX CONCURRENTLY a_note ON public.a (note);
CREATE UNIQUE INDEX CONCURRENTLY a_id ON public.a (id);

-- modelc:upgrade

-- modelc:data counts
UPDATE public.a SET n = n + 1;
INSERT INTO public.steps VALUES ('counted');

-- modelc:upgrade

ALTER TABLE public.a VALIDATE CONSTRAINT a_n;

-- modelc:upgrade

ALTER INDEX public.p_id ATTACH PARTITION public.p1_id;
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

DROP TABLE public.p;
DROP TABLE public.b;
ALTER TABLE public.a DROP COLUMN n;

-- modelc:object column public.a.n v1:9f2c4e1a77b0c3d2
-- modelc:object table public.b v1:9f2c4e1a77b0c3d3
