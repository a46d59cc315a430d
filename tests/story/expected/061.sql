ALTER TABLE public.cad_files ADD COLUMN metadata jsonb DEFAULT '{}' NOT NULL;

ALTER TABLE public.cad_files ADD COLUMN bounding_box jsonb;

ALTER TABLE public.cad_files ADD COLUMN materials jsonb;

COMMENT ON COLUMN public.cad_files.bounding_box IS 'in millimetres, NULL until measured';
--------
-- modelc:loses column public.cad_files.metadata
ALTER TABLE public.cad_files DROP COLUMN metadata;

-- modelc:loses column public.cad_files.bounding_box
ALTER TABLE public.cad_files DROP COLUMN bounding_box;

-- modelc:loses column public.cad_files.materials
ALTER TABLE public.cad_files DROP COLUMN materials;
