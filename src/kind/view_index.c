/* view_index.c: an index of a materialized view: one statement, since the models don't show the view's columns. */
#include "kind/routine.h"

#define FIELDS(F)                \
    STATEMENT_FIELD(F, RECREATE) \
    DEPENDS_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)changed;
    depends_alter(from, to, false, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT i.indexrelid AS oid, i.indrelid AS parent, c.relname AS name, NOT i.indisvalid AS broken,\n"
        "    x.names AS depends_on_extension, pg_get_indexdef(c.oid)\n"
        "        || coalesce(E';\\nALTER INDEX ' || q.called || ' SET TABLESPACE ' || quote_ident(s.spcname), '')\n"
        "        || coalesce((SELECT string_agg(E';\\nALTER INDEX ' || q.called || ' ALTER COLUMN ' || a.attnum\n"
        "            || ' SET STATISTICS ' || a.attstattarget, '' ORDER BY a.attnum) FROM pg_attribute a\n"
        "            WHERE a.attrelid = c.oid AND a.attstattarget >= 0), '')\n"
        "        || CASE WHEN i.indisclustered THEN E';\\nALTER MATERIALIZED VIEW ' || quote_ident(n.nspname) || '.'\n"
        "            || quote_ident(t.relname) || ' CLUSTER ON ' || quote_ident(c.relname) ELSE '' END AS definition\n"
        "FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_class t ON t.oid = i.indrelid\n"
        "    JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace\n"
        SQL_JOIN_EXTENSIONS("1259", "c.oid")
        "    CROSS JOIN LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS called) q\n"
        "WHERE t.relkind = 'm' AND " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_view_index = {
    .name = "view_index",
    .title = "index of a materialized view",
    .noun = "INDEX",
    .parent = "materialized_view",
    .word = "index of a materialized view",
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
};
