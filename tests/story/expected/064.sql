ALTER TABLE public.cad_files ADD COLUMN step_hash varchar(64);

-- modelc:upgrade no-transaction

CREATE INDEX CONCURRENTLY ix_cad_files_step_hash ON public.cad_files (step_hash);
--------
-- modelc:downgrade no-transaction

DROP INDEX CONCURRENTLY public.ix_cad_files_step_hash;

-- modelc:downgrade

-- modelc:loses column public.cad_files.step_hash
ALTER TABLE public.cad_files DROP COLUMN step_hash;
