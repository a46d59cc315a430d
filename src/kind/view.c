/* view.c: a view: its query, options and column names are one statement. */
#include "kind/kind.h"

/* `columns` are the names and types it has: CREATE OR REPLACE can only add some at the end. */
#define FIELDS(F)               \
    STATEMENT_FIELD(F, ALTER)   \
    F(columns, NULL, TEXT, LIVE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const char *old = object_text(from, "columns"), *new = object_text(to, "columns");
    if (!changed[F_definition]) return false;
    return !old || !new || !str_starts(new, old) || (new[strlen(old)] && new[strlen(old)] != '\n');
}

/* Option values and names as PostgreSQL stores them: plain words. */
static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.relnamespace AS parent, c.relname AS name,\n"
        "    'CREATE VIEW ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)\n"
        "        || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '') || E' AS\\n'\n"
        "        || rtrim(pg_get_viewdef(c.oid), ';') AS definition,\n"
        "    (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), E'\\n'\n"
        "        ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns\n"
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n"
        "WHERE c.relkind = 'v' AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_view = {
    .name = "view",
    .title = "view",
    .noun = "VIEW",
    .parent = "schema",
    .word = "view",
    .name_space = NAMES_RELATION,
    .phase = PHASE_VIEWS,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "relkinds WHERE relkind = 'v'",
    .create = statement_create,
    .alter = statement_replace,
    .drop = statement_drop,
    .must_recreate = must_recreate,
};
