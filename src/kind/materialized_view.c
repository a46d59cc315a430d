/* materialized_view.c: a materialized view. Whether it holds rows is no part of it. */
#include "kind/routine.h"

/* The LIVE ones are parts of the definition: how and where rows are stored can change without computing them again.
 * `query` goes with
 * the access method and what is set for single columns. */
#define FIELDS(F)                     \
    STATEMENT_FIELD(F, ALTER)         \
    DEPENDS_FIELD(F)                  \
    F(query, NULL, TEXT, LIVE, )      \
    F(options, NULL, PAIRS, LIVE, )   \
    F(tablespace, NULL, TEXT, LIVE, .absent = "pg_default")

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const char *old = object_text(from, "query"), *new = object_text(to, "query");
    return changed[F_definition] && (!old || !str_eq(old, new));
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_definition]) {
        const struct sql_pairs *old = &from->values[F_options].pairs, *new = &to->values[F_options].pairs;
        options_alter("MATERIALIZED VIEW", to, old, new, PHASE_VIEWS, ops);
        const char *tablespace = object_text(to, "tablespace");
        if (!str_eq(object_text(from, "tablespace"), tablespace)) {
            struct arena *arena = ops->ctx->arena;
            op_addf(ops, PHASE_VIEWS, "ALTER MATERIALIZED VIEW %s SET TABLESPACE %s", sql_object_str(arena, to),
                    sql_ident_str(arena, tablespace))->risk = RISK_REWRITE;
        }
    }
    depends_alter(from, to, false, ops);
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    if (changed[F_definition]) buf_add(out, must_recreate(from, to, changed) ? "query" : "storage");
    if (changed[F_depends_on_extension]) buf_printf(out, "%sextension it depends on", out->len > start ? ", " : "");
}

/* An option's value is quoted unless it is a word or a number. */
static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.relnamespace AS parent, c.relname AS name, x.names AS depends_on_extension,\n"
        "    w.options, s.spcname AS tablespace, w.method || w.query || w.columns AS query,\n"
        "    coalesce('CREATE MATERIALIZED VIEW ' || w.called || w.method\n"
        "        || coalesce(' WITH (' || (SELECT string_agg(split_part(o, '=', 1) || '='\n"
        "            || CASE WHEN substr(o, strpos(o, '=') + 1)\n"
        "            ~ '^([a-z_]+|-?[0-9]+(\\.[0-9]+)?)$' THEN substr(o, strpos(o, '=') + 1)\n"
        "            ELSE quote_literal(substr(o, strpos(o, '=') + 1)) END, ', ' ORDER BY o)\n"
        "            FROM unnest(w.options) o) || ')', '')\n"
        "        || coalesce(' TABLESPACE ' || quote_ident(s.spcname), '') || E' AS\\n' || w.query || w.columns, '')\n"
        "        AS definition\n"
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam\n"
        "LEFT JOIN pg_class t ON t.oid = c.reltoastrelid LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace\n"
        SQL_JOIN_EXTENSIONS("1259", "c.oid")
        "CROSS JOIN LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS called) q\n"
        "CROSS JOIN LATERAL (SELECT q.called, rtrim(pg_get_viewdef(c.oid), ';') AS query,\n"
        "    CASE WHEN m.amname = 'heap' THEN '' ELSE ' USING ' || quote_ident(m.amname) END AS method,\n"
        "    c.reloptions || (SELECT array_agg('toast.' || o) FROM unnest(t.reloptions) o) AS options,\n"
        "    coalesce((SELECT string_agg(E';\\nALTER MATERIALIZED VIEW ' || q.called || ' ALTER COLUMN '\n"
        "        || quote_ident(a.attname) || ' SET '\n"
        "        || v.set, '' ORDER BY a.attnum, v.set) FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid\n"
        "        CROSS JOIN LATERAL (VALUES\n"
        "            (CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END),\n"
        "            (CASE WHEN a.attstorage <> y.typstorage THEN 'STORAGE '\n"
        "                || CASE a.attstorage WHEN 'p' THEN 'PLAIN'\n"
        "                WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END),\n"
        "            (CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'COMPRESSION pglz'\n"
        "                WHEN 'l' THEN 'COMPRESSION lz4' END),\n"
        "            ((SELECT '(' || string_agg(o, ', ' ORDER BY o) || ')' FROM unnest(a.attoptions) o\n"
        "                WHERE o ~ '^n_distinct'))) v(set)\n"
        "        WHERE a.attrelid = c.oid AND a.attnum > 0 AND v.set IS NOT NULL), '') AS columns) w\n"
        "WHERE c.relkind = 'm' AND " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_materialized_view = {
    .name = "materialized_view",
    .title = "materialized view",
    .noun = "MATERIALIZED VIEW",
    .parent = "schema",
    .word = "materialized view",
    .name_space = NAMES_RELATION,
    .phase = PHASE_VIEWS,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "relkinds WHERE relkind = 'm'",
    .create = statement_create,
    .finish = depends_finish,
    .alter = alter,
    .drop = statement_drop,
    .must_recreate = must_recreate,
    .describe_change = describe_change,
};
