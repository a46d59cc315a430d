-- observe.sql: what a database holds, a line a fact, by PostgreSQL's own functions: beside what modelc reads the second observer of
-- servers that are newer than the pg_dump at hand. Of extensions' members and modelc's own schema nothing.
SET search_path = '';
CREATE TEMP VIEW theirs AS SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass;
CREATE TEMP VIEW n AS SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'modelc', 'modelc_attic');
-- what a partition's index that is its parent's is called, is the server's choice
CREATE TEMP VIEW c AS SELECT c.*, format('%s %I.%I', c.relkind, n.nspname, CASE WHEN c.relkind IN ('i', 'I') AND c.relispartition
        THEN (SELECT format('%s of %s', pg_partition_root(c.oid), indrelid::regclass) FROM pg_index WHERE indexrelid = c.oid)
        ELSE c.relname END) AS path FROM pg_class c
    JOIN n ON n.oid = c.relnamespace WHERE NOT EXISTS (SELECT FROM pg_temp.theirs t WHERE t.classid = 1259 AND t.objid = c.oid);
WITH facts(fact) AS (
    SELECT concat_ws(' ', path, relpersistence, relowner::regrole, relrowsecurity, relforcerowsecurity, relreplident,
        (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(reloptions) AS o),
        (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'
            ELSE 'r' END::"char", relowner))) AS a),
        (SELECT amname FROM pg_am WHERE oid = relam), (SELECT spcname FROM pg_tablespace WHERE oid = reltablespace),
        CASE WHEN reloftype <> 0 THEN 'of ' || reloftype::regtype END, pg_get_expr(relpartbound, oid),
        CASE WHEN relkind = 'p' THEN pg_get_partkeydef(oid) END,
        (SELECT string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid
            AND relkind NOT IN ('i', 'I')))
    FROM pg_temp.c
    UNION ALL SELECT concat_ws(' ', 'column', path, a.attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' END,
        'identity ' || nullif(attidentity::text, ''), 'generated ' || nullif(attgenerated::text, ''), pg_get_expr(d.adbin, d.adrelid),
        attcollation::regcollation, attstorage, attcompression, attstattarget,
        CASE WHEN NOT relispartition THEN attislocal END,
        (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(attoptions || attfdwoptions) AS o WHERE o !~ '^pg_attver'),
        (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(attacl) AS x))
    FROM pg_temp.c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND relkind NOT IN ('i', 'I', 'S')
        LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
    UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, contypid::regtype, conname, pg_get_constraintdef(x.oid),
        convalidated, CASE WHEN contype IN ('c', 'n') THEN connoinherit END)
    FROM pg_constraint x JOIN n ON n.oid = connamespace LEFT JOIN pg_temp.c ON c.oid = conrelid
    WHERE conparentid = 0 AND (c.oid IS NOT NULL OR contypid <> 0) AND conislocal AND (coninhcount = 0 OR NOT relispartition AND contype <> 'n')
    UNION ALL SELECT concat_ws(' ', CASE WHEN relispartition THEN path || substring(pg_get_indexdef(indexrelid), ' USING .*')
        ELSE pg_get_indexdef(indexrelid) END, indisunique, indisclustered, indisreplident, indisvalid)
    FROM pg_index JOIN pg_temp.c ON c.oid = indexrelid
    UNION ALL SELECT concat_ws(' ', path, pg_get_viewdef(oid)) FROM pg_temp.c WHERE relkind IN ('v', 'm')
    UNION ALL SELECT concat_ws(' ', path, seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)
    FROM pg_sequence JOIN pg_temp.c ON c.oid = seqrelid
    UNION ALL SELECT concat_ws(' ', CASE WHEN prokind IN ('a', 'w') THEN 'aggregate ' || p.oid::regprocedure
        ELSE pg_get_functiondef(p.oid) END, proowner::regrole,
        (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(proacl, acldefault('f', proowner))) AS a))
    FROM pg_proc p JOIN n ON n.oid = pronamespace WHERE p.oid NOT IN (SELECT objid FROM pg_temp.theirs WHERE classid = 1255)
    UNION ALL SELECT concat_ws(' ', 'type', typtype, t.oid::regtype, typbasetype::regtype, typtypmod, typnotnull, typdefault,
        typcollation::regcollation, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
    FROM pg_type t JOIN n ON n.oid = typnamespace WHERE t.oid NOT IN (SELECT objid FROM pg_temp.theirs WHERE classid = 1247)
    UNION ALL SELECT concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t JOIN pg_temp.c ON c.oid = tgrelid
    WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', pg_get_ruledef(r.oid), ev_enabled) FROM pg_rewrite r JOIN pg_temp.c ON c.oid = ev_class
    WHERE rulename <> '_RETURN'
    UNION ALL SELECT concat_ws(' ', 'policy', polrelid::regclass, polname, polcmd, polpermissive, (SELECT string_agg(r::regrole::text, ','
        ORDER BY r::regrole::text) FROM unnest(polroles) AS r), pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy
    -- the server lists the columns as they stand in the table: here they go by their names
    UNION ALL SELECT concat_ws(' ', 'statistics', stxnamespace::regnamespace, stxname, stxkind, stxrelid::regclass, (SELECT string_agg(attname, ',' ORDER BY attname)
        FROM pg_attribute WHERE attrelid = stxrelid AND attnum = ANY (stxkeys)),
        pg_get_statisticsobjdef_expressions(s.oid), stxstattarget) FROM pg_statistic_ext s
    UNION ALL SELECT concat_ws(' ', 'event trigger', evtname, evtevent, evtfoid::regprocedure, evtenabled, evttags) FROM pg_event_trigger
    UNION ALL SELECT concat_ws(' ', 'default', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype,
        (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(defaclacl) AS a)) FROM pg_default_acl
    UNION ALL SELECT concat_ws(' ', 'comment', pg_describe_object(classoid, objoid, objsubid), description) FROM pg_description
    WHERE objoid >= 16384 AND (classoid, objoid) NOT IN (SELECT classid, objid FROM pg_temp.theirs)
    -- whatever there is besides: operators, casts, text search, publications ..
    UNION ALL SELECT DISTINCT pg_describe_object(classid, objid, objsubid) FROM pg_depend
    WHERE objid >= 16384 AND deptype = 'n' AND classid NOT IN (1259, 2604, 2606, 2620, 2618, 1247)
        AND (classid, objid) NOT IN (SELECT classid, objid FROM pg_temp.theirs)
)
SELECT regexp_replace(regexp_replace(fact, 'pg_temp_\d+', 'pg_temp', 'g'), '\s+', ' ', 'g') FROM facts
WHERE fact !~ '\mmodelc(_attic)?\.|schema modelc\M|\mpg_toast' ORDER BY fact COLLATE "C";
