-- catalog.sql: what a reader of the whole catalog can't do without: plain set-based queries, raw columns, text of expressions only
-- where there are any. The floor that `modelc diff` is measured against.
set jit = off;
set search_path = '';
begin isolation level repeatable read read only;
select oid, nspname, nspowner, nspacl from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema';
select oid, extname, extnamespace, extversion from pg_extension;
select classid, objid from pg_depend where deptype = 'e';
select oid, typname, typnamespace, typtype, typelem, typrelid, typbasetype, typowner, typcollation, typstorage from pg_type;
select enumtypid, enumlabel from pg_enum order by enumtypid, enumsortorder;
select oid, collname, collnamespace from pg_collation;
select oid, opcname, opcnamespace, opcmethod, opcintype, opcdefault from pg_opclass;
select oid, amname from pg_am;
select oid, relname, relnamespace, relkind, relpersistence, reloptions, relowner, relacl, reltablespace, relam
    from pg_class where oid >= 16384 and relkind in ('r', 'p', 'S', 'v', 'm', 'i', 'I');
select attrelid, attnum, attname, atttypid, atttypmod, attndims, attnotnull, atthasdef, attidentity, attgenerated, attstorage,
       attcompression, attstattarget, attcollation, attoptions, attacl
    from pg_attribute where attrelid >= 16384 and attnum > 0 and not attisdropped;
select adrelid, adnum, pg_get_expr(adbin, case when position('{VAR ' in adbin::text) > 0 then adrelid else 0 end) from pg_attrdef;
select oid, conname, contype, conrelid, conindid, confrelid, conkey, confkey, confupdtype, confdeltype, confmatchtype, condeferrable,
       condeferred, convalidated, connoinherit, conexclop,
       case when conbin is not null then pg_get_expr(conbin, conrelid) end
    from pg_constraint where conrelid <> 0;
select indexrelid, indrelid, indisunique, indisprimary, indisvalid, indnullsnotdistinct, indkey, indclass, indoption, indcollation,
       indnkeyatts,
       case when indexprs is not null then pg_get_expr(indexprs, indrelid) end,
       case when indpred is not null then pg_get_expr(indpred, indrelid) end
    from pg_index where indexrelid >= 16384;
select seqrelid, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle from pg_sequence;
select objid, refobjid, refobjsubid, deptype from pg_depend
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i') and refobjsubid > 0;
select objoid, classoid, objsubid, description from pg_description where objoid >= 16384 or classoid = 'pg_namespace'::regclass;
select inhrelid, inhparent, inhseqno from pg_inherits;
commit;
