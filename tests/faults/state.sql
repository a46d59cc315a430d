-- state.sql: what a run has to leave, as one text: heads, manifest, journal (since row :mark, but for what failed; what a person
-- decided counts as done), objects, rows, INVALID indexes. Then the journal's last row. The steps are forgotten: each run is to be
-- seen alone.
SELECT pg_catalog.concat_ws(E'\n', 'heads ' || coalesce((SELECT string_agg(id, ',' ORDER BY id) FROM modelc.revision), ''),
    'manifest ' || coalesce((SELECT string_agg(object || '=' || hash, ' ' ORDER BY object) FROM modelc.manifest), ''),
    'journal ' || coalesce((SELECT string_agg(pg_catalog.concat_ws(' ', revision, direction, section || '.' || statement,
        CASE state WHEN 'skipped' THEN 'done' ELSE state END), ', ' ORDER BY n) FROM modelc.journal
        WHERE n > :mark AND state <> 'failed'), ''),
    'columns ' || coalesce((SELECT string_agg(pg_catalog.concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod),
        attnotnull), ', ' ORDER BY attrelid::regclass::text, attnum) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped), ''),
    'indexes ' || coalesce((SELECT string_agg(pg_get_indexdef(indexrelid) || CASE WHEN indisvalid AND indisready THEN '' ELSE ' INVALID' END,
        ', ' ORDER BY indexrelid::regclass::text) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace), ''),
    'constraints ' || coalesce((SELECT string_agg(conname || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END, ' ' ORDER BY conname) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'), ''),
    'rows ' || coalesce((SELECT translate(query_to_xml('SELECT * FROM public.a ORDER BY id', false, true, '')::text, E'\n', '')
        WHERE to_regclass('public.a') IS NOT NULL), ''),
    'steps ' || coalesce((SELECT translate(query_to_xml('SELECT * FROM public.steps ORDER BY name', false, true, '')::text, E'\n', '')
        WHERE to_regclass('public.steps') IS NOT NULL), ''));
SELECT coalesce(max(n), 0) FROM modelc.journal;
SELECT to_regclass('public.steps') IS NOT NULL AS there \gset
\if :there
TRUNCATE public.steps;
\endif
