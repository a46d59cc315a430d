/* catalog_unhandled.c: what stands in the managed schemas and modelc has no kind or field for yet: named, never skipped
 * silently. */
#include <string.h>

#include "pg/reader.h"

/* One row each: catalog and oid (of the owner, where it may belong to an extension), what it is, schema, name, name
 * below it, arguments. */
#define PLAIN(what, catalog, oid, name, namespace, from) \
    "SELECT '" catalog "'::regclass::oid, " oid ", " what "::text, n.nspname, " name "::name, NULL::name, NULL::text" \
    " FROM n JOIN " from " ON " namespace " = n.oid"
#define BELOW(what, sub, from) \
    "SELECT 'pg_class'::regclass::oid, c.oid, " what "::text, n.nspname, c.relname, " sub "::name, NULL::text" \
    " FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN " from
/* Everything that a row of pg_class says by itself, in one pass. */
#define RELATIONS \
    "SELECT 'pg_class'::regclass::oid, c.oid, w.what, n.nspname, c.relname, NULL::name, NULL::text" \
    " FROM n JOIN pg_class c ON c.relnamespace = n.oid CROSS JOIN LATERAL (VALUES" \
    " (CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'" \
    "  WHEN 'p' THEN 'partitioned table' WHEN 'c' THEN 'composite type' END)," \
    " (CASE WHEN c.relkind <> 'r' THEN NULL WHEN c.relispartition THEN 'partition'" \
    "  WHEN c.reloftype <> 0 THEN 'typed table' END)," \
    " (CASE WHEN c.relrowsecurity THEN 'row security' END)," \
    " (CASE WHEN c.relforcerowsecurity THEN 'forced row security' END)," \
    " (CASE WHEN c.relkind IN ('r', 'i') AND c.reltablespace <> 0 THEN 'tablespace' END)," \
    " (CASE WHEN c.relkind = 'r' AND c.relam NOT IN (0, 2) THEN 'access method' END)," \
    " (CASE WHEN c.relkind = 'r' AND c.relreplident <> 'd' THEN 'replica identity' END)) AS w(what)" \
    " WHERE w.what IS NOT NULL AND (c.relkind IN ('v', 'm', 'f', 'p', 'c') OR c.relispartition OR c.reloftype <> 0" \
    " OR c.relrowsecurity OR c.relforcerowsecurity OR c.reltablespace <> 0" \
    " OR c.relkind = 'r' AND (c.relam NOT IN (0, 2) OR c.relreplident <> 'd'))"
/* The first condition is of pg_attribute alone: the scan itself drops nearly all of its rows. */
#define COLUMNS \
    BELOW("CASE c.relkind WHEN 'i' THEN 'index statistics' ELSE 'column options' END", "a.attname", \
          "pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attstattarget >= 0" \
          " OR a.attoptions IS NOT NULL AND array_to_string(a.attoptions, ' ') ~ '(^| )n_distinct')" \
          " AND (c.relkind = 'i' AND a.attstattarget >= 0" \
          " OR c.relkind = 'r' AND array_to_string(a.attoptions, ' ') ~ '(^| )n_distinct')")
#define FUNCTIONS \
    "SELECT 'pg_proc'::regclass::oid, p.oid," \
    " CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END," \
    " n.nspname, p.proname, NULL, pg_get_function_identity_arguments(p.oid) FROM n JOIN pg_proc p ON p.pronamespace " \
    "= n.oid" \
    " WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND " \
    "d.deptype IN ('e', 'i'))"

static const struct {
    int min_version;
    const char *sql;
} parts[] = {
    {0, RELATIONS},
    {0, COLUMNS},
    {0, BELOW("kin.what", "NULL", "kin ON kin.oid = c.oid WHERE c.relkind = 'r' AND NOT c.relispartition")},
    {0, BELOW("'clustered index'", "NULL", "pg_index i ON i.indexrelid = c.oid AND i.indisclustered")},
    {0, BELOW("CASE WHEN t.tgisinternal THEN 'disabled trigger' ELSE 'trigger' END", "t.tgname",
              "pg_trigger t ON t.tgrelid = c.oid AND t.tgparentid = 0 AND (NOT t.tgisinternal OR t.tgenabled <> 'O')")},
    {0, BELOW("'policy'", "p.polname", "pg_policy p ON p.polrelid = c.oid")},
    {0, BELOW("'rule'", "r.rulename", "pg_rewrite r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'")},
    {0, PLAIN("CASE x.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' WHEN 'p' THEN 'shell type' ELSE 'base "
              "type' END",
              "pg_type", "x.oid", "x.typname", "x.typnamespace",
              "pg_type x") " AND (x.typtype IN ('d', 'r', 'p') OR x.typtype = 'b' AND NOT (x.typlen = -1 AND x.typelem "
                           "<> 0))"},
    {0, FUNCTIONS},
    {0, PLAIN("'statistics'", "pg_statistic_ext", "x.oid", "x.stxname", "x.stxnamespace", "pg_statistic_ext x")},
    {0, PLAIN("'collation'", "pg_collation", "x.oid", "x.collname", "x.collnamespace", "pg_collation x")},
    {0, PLAIN("'conversion'", "pg_conversion", "x.oid", "x.conname", "x.connamespace", "pg_conversion x")},
    {0, PLAIN("'operator'", "pg_operator", "x.oid", "x.oprname", "x.oprnamespace", "pg_operator x")},
    {0, PLAIN("'operator class'", "pg_opclass", "x.oid", "x.opcname", "x.opcnamespace", "pg_opclass x")},
    {0, PLAIN("'operator family'", "pg_opfamily", "x.oid", "x.opfname", "x.opfnamespace", "pg_opfamily x")},
    {0, PLAIN("'text search configuration'", "pg_ts_config", "x.oid", "x.cfgname", "x.cfgnamespace", "pg_ts_config x")},
    {0, PLAIN("'text search dictionary'", "pg_ts_dict", "x.oid", "x.dictname", "x.dictnamespace", "pg_ts_dict x")},
    {0, PLAIN("'text search parser'", "pg_ts_parser", "x.oid", "x.prsname", "x.prsnamespace", "pg_ts_parser x")},
    {0,
     PLAIN("'text search template'", "pg_ts_template", "x.oid", "x.tmplname", "x.tmplnamespace", "pg_ts_template x")},
    {180000,
     BELOW("'virtual generated column'", "a.attname", "pg_attribute a ON a.attrelid = c.oid AND a.attgenerated = 'v'")},
    {180000,
     BELOW("'not enforced constraint'", "x.conname", "pg_constraint x ON x.conrelid = c.oid AND NOT x.conenforced")},
    {180000, BELOW("'temporal constraint'", "x.conname", "pg_constraint x ON x.conrelid = c.oid AND x.conperiod")},
};

const char *unhandled_query(struct arena *arena, int version)
{
    struct buf sql = buf_new(arena);
    buf_add(&sql, "WITH n AS MATERIALIZED (SELECT oid, nspname FROM pg_namespace"
                  " WHERE oid = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])),"
                  " kin AS MATERIALIZED (SELECT inhrelid AS oid, 'inheriting table' AS what FROM pg_inherits"
                  " UNION ALL SELECT inhparent, 'inherited table' FROM pg_inherits) ");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].min_version <= version) buf_printf(&sql, "%s%s", i ? " UNION ALL " : "", parts[i].sql);
    }
    buf_add(&sql, " ORDER BY 4, 5, 6, 7, 3");
    return sql.text;
}

static const char *path_of(struct reader *reader, const struct rows *rows, size_t row)
{
    struct buf path = buf_new(reader->ctx->arena);
    sql_qname(&path, rows_get(rows, row, 3), rows_get(rows, row, 4));
    if (rows_get(rows, row, 5)) {
        buf_addc(&path, '.');
        sql_ident(&path, rows_get(rows, row, 5));
    }
    if (rows_get(rows, row, 6)) buf_printf(&path, "(%s)", rows_get(rows, row, 6));
    return path.text;
}

void unhandled_rows(struct reader *reader, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        unsigned class = (unsigned)decode_oid(rows_get(rows, i, 0));
        if (oid_map_get(&reader->members, oid_key(class, decode_oid(rows_get(rows, i, 1)), 0))) continue;
        struct unhandled unhandled = {.what = intern(reader->ctx->names, rows_get(rows, i, 2)),
                                      .path = path_of(reader, rows, i)};
        vec_push(reader->ctx->arena, &reader->schema->unhandled, unhandled);
    }
}
