ALTER TABLE public.order_lines ADD COLUMN render_job_doc jsonb;
--------
-- modelc:loses column public.order_lines.render_job_doc
ALTER TABLE public.order_lines DROP COLUMN render_job_doc;
