ALTER TYPE public.userrole ADD VALUE IF NOT EXISTS 'tenant_admin' AFTER 'admin';

ALTER TYPE public.userrole ADD VALUE IF NOT EXISTS 'global_admin' AFTER 'tenant_admin';

DO $check$
BEGIN
  IF (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_catalog.pg_enum
      WHERE enumtypid = 'public.userrole'::regtype)
     IS DISTINCT FROM ARRAY['viewer', 'editor', 'admin', 'tenant_admin', 'global_admin']::text[] THEN
    RAISE EXCEPTION 'the labels of %, or their order, are not the ones this migration was written for', 'public.userrole';
  END IF;
END
$check$;

-- modelc:upgrade

-- modelc:data admins become tenant admins
UPDATE public.users SET role = 'tenant_admin' WHERE role = 'admin';
--------
-- modelc:data tenant and global admins are admins again
UPDATE public.users SET role = 'admin' WHERE role IN ('tenant_admin', 'global_admin');

-- modelc:downgrade

ALTER TYPE public.userrole RENAME TO userrole_modelc_old;

CREATE TYPE public.userrole AS ENUM ('viewer', 'editor', 'admin');

ALTER TABLE public.users ALTER COLUMN role DROP DEFAULT;

ALTER TABLE public.users ALTER COLUMN role TYPE public.userrole USING (role::text)::public.userrole;

ALTER TABLE public.users ALTER COLUMN role SET DEFAULT 'viewer'::public.userrole;

DROP TYPE public.userrole_modelc_old;
