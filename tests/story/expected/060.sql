ALTER TYPE public.mediaassettype ADD VALUE IF NOT EXISTS 'usd_master' AFTER 'cad_preview';

DO $check$
BEGIN
  IF (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_catalog.pg_enum
      WHERE enumtypid = 'public.mediaassettype'::regtype)
     IS DISTINCT FROM ARRAY['image', 'video', 'cad_preview', 'usd_master']::text[] THEN
    RAISE EXCEPTION 'the labels of %, or their order, are not the ones this migration was written for', 'public.mediaassettype';
  END IF;
END
$check$;
--------
ALTER TYPE public.mediaassettype RENAME TO mediaassettype_modelc_old;

CREATE TYPE public.mediaassettype AS ENUM ('image', 'video', 'cad_preview');

ALTER TABLE public.media_assets ALTER COLUMN kind TYPE public.mediaassettype USING (kind::text)::public.mediaassettype;

DROP TYPE public.mediaassettype_modelc_old;
