ALTER TABLE public.order_lines ADD COLUMN render_job_doc jsonb;
--------
ALTER TABLE public.order_lines DROP COLUMN render_job_doc;
