/* column_queries.c: how columns are read from the catalog: tables' own, and what a child changes in its parent's. */
#include "kind/kind.h"

#define OF_ATTRIBUTE(a, compression) \
    a ".attrelid AS oid, " a ".attnum AS sub, " a ".atttypid AS type, " a ".atttypmod AS typmod,\n" \
    "    NOT " a ".attnotnull AS nullable, " a ".attcollation AS collation,\n" \
    "    CASE " a ".attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,\n" \
    "    CASE WHEN " a ".attgenerated <> '' THEN '' END AS generated, " a ".attgenerated = 'v' AS virtual,\n" \
    "    nullif(" a ".attstattarget, -1) AS statistics,\n" \
    "    CASE " a ".attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended'\n" \
    "        WHEN 'm' THEN 'main' END AS storage,\n" \
    "    CASE WHEN " a ".attoptions IS NOT NULL THEN " N_DISTINCT(a) " END AS options,\n" \
    "    " compression "\n"
/* Some servers keep options of their own there. */
#define N_DISTINCT(a) "ARRAY(SELECT o FROM unnest(" a ".attoptions) AS o WHERE o ~ '^n_distinct')"
#define NOT_PARKED(a) "left(" a ".attname, 7) <> '" ATTIC_COLUMN "'"
#define COLUMNS(compression) \
    "SELECT a.attname AS name, " OF_ATTRIBUTE("a", compression) \
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid\n" \
    "WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attislocal AND " NOT_PARKED("a") "\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

/* What a child has from its parents is the parents' (the first one's that has it), unless something differs. Statistics targets and
 * n_distinct are each table's own: nobody has them from a parent. */
#define CHILD_COLUMNS(compression, compression_differs) \
    "SELECT DISTINCT ON (a.attrelid, a.attnum) p.attrelid AS same, p.attnum AS same_sub,\n" \
    "    CASE WHEN a.attnotnull <> p.attnotnull OR a.attstorage <> p.attstorage\n" \
    "        OR nullif(a.attstattarget, -1) IS NOT NULL OR " compression_differs "\n" \
    "        OR a.attidentity <> p.attidentity AND a.attidentity <> ''\n" \
    "        OR a.attacl IS NOT NULL OR pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(e.adbin, e.adrelid)\n" \
    "        OR " N_DISTINCT("a") " <> '{}'\n" \
    "        OR EXISTS (SELECT FROM pg_description WHERE classoid = 1259 AND objoid = a.attrelid AND objsubid = a.attnum)\n" \
    "        THEN a.attname END AS name, a.attidentity = '' AND a.attstorage = p.attstorage\n" \
    "    AND NOT (" compression_differs ") AS of_parent, " OF_ATTRIBUTE("a", compression) \
    "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid\n" \
    "    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attislocal\n" \
    "        AND " NOT_PARKED("a") "\n" \
    "    JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped\n" \
    "    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum\n" \
    "    LEFT JOIN pg_attrdef e ON e.adrelid = p.attrelid AND e.adnum = p.attnum\n" \
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])\n" \
    "ORDER BY a.attrelid, a.attnum, i.inhseqno"
#define COMPRESSION(a) "CASE " a ".attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression"

/* Whether PostgreSQL chose the name, with a number perhaps; of a long one the parts are cut. */
#define LONGER "octet_length(c.relname || a.attname::text)"
#define USUAL "c.relname || '_' || a.attname || '_not_null'"
#define CHOSEN \
    "CASE WHEN " LONGER " > 50 THEN left(x.conname, 20) = left(c.relname, 20) AND x.conname ~ '_not_null\\d*$'\n" \
    "        ELSE starts_with(x.conname::text, " USUAL ")\n" \
    "            AND substr(x.conname, length(" USUAL ") + 1) ~ '^([1-9]\\d*)?$' END"
#define NOT_NULLS \
    "SELECT c.oid, a.attnum AS sub, CASE WHEN NOT " CHOSEN " THEN x.conname END AS not_null,\n" \
    "    CASE WHEN x.conname <> " USUAL " AND " CHOSEN " THEN x.conname END AS not_null_chosen,\n" \
    "    NOT x.convalidated AS not_null_not_valid, x.connoinherit AS not_null_no_inherit,\n" \
    "    t.description AS not_null_comment\n" \
    "FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid\n" \
    "    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.conkey[1]\n" \
    "    LEFT JOIN pg_description t ON t.classoid = 2606 AND t.objoid = x.oid\n" \
    "WHERE x.contype = 'n' AND x.conislocal AND c.relkind IN ('r', 'p')\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])\n" \
    "    AND (x.connoinherit OR NOT x.convalidated OR t.description IS NOT NULL OR x.conname <> " USUAL ")"

const struct catalog_query column_queries[] = {
    {.min_version = 140000, .sql = COLUMNS(COMPRESSION("a"))},
    {.min_version = 0, .sql = COLUMNS("NULL AS compression")},
    {.part = 1, .min_version = 140000, .present = "pg_inherits", .sql = CHILD_COLUMNS(COMPRESSION("a"), "a.attcompression <> p.attcompression")},
    {.part = 1, .min_version = 0, .present = "pg_inherits", .sql = CHILD_COLUMNS("NULL AS compression", "false")},
    {.part = 2, .min_version = 0, .sql =
        "SELECT adrelid AS oid, adnum AS sub, coalesce(pg_get_expr(adbin,\n"
        "    CASE WHEN position('{VAR ' IN adbin::text) > 0 THEN adrelid ELSE 0 END), '') AS \"generated|default\"\n"
        "FROM pg_attrdef\n"
        "WHERE adrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')\n"
        "    AND relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[]))"},
    {.part = 3, .min_version = 0, .present = "relkinds WHERE relkind = 'S'", .sql =
        "SELECT d.refobjid AS oid, d.refobjsubid AS sub, c.relname AS identity_sequence,\n"
        "    nullif(array_remove(ARRAY[\n"
        "        CASE WHEN s.seqcache <> 1 THEN 'cache=' || s.seqcache END,\n"
        "        CASE WHEN s.seqcycle THEN 'cycle=true' END,\n"
        "        CASE WHEN s.seqincrement <> 1 THEN 'increment=' || s.seqincrement END,\n"
        "        CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1 WHEN s.seqtypid = 21 THEN 32767\n"
        "            WHEN s.seqtypid = 23 THEN 2147483647 ELSE 9223372036854775807 END\n"
        "            THEN 'maxvalue=' || s.seqmax END,\n"
        "        CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1 WHEN s.seqtypid = 21 THEN -32768\n"
        "            WHEN s.seqtypid = 23 THEN -2147483648 ELSE -9223372036854775808 END\n"
        "            THEN 'minvalue=' || s.seqmin END,\n"
        "        CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END\n"
        "            THEN 'start=' || s.seqstart END], NULL), '{}') AS identity_options\n"
        "FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid\n"
        "    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0\n"
        "        AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'\n"
        "WHERE c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {.part = 4, .min_version = 180000, .sql = NOT_NULLS},
    {0},
};
