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

/* What stands in WITH (..), and the query behind it. */
static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    (void)changed;
    const char *texts[] = {statement_printed(from), statement_printed(to)}, *heads[2], *queries_of[2];
    for (size_t i = 0; i < 2; i++) {
        const char *query = texts[i] ? strstr(texts[i], " AS\n") : NULL;
        const char *options = query ? strstr(texts[i], " WITH (") : NULL;
        queries_of[i] = query;
        heads[i] = options && options < query ? arena_strndup(out->arena, options, (size_t)(query - options)) : "";
    }
    bool known = queries_of[0] && queries_of[1], options = known && !str_eq(heads[0], heads[1]);
    bool query = known && !str_eq(queries_of[0], queries_of[1]);
    if (!options && !query) buf_add(out, "definition");
    else buf_printf(out, "%s%s%s", options ? "options" : "", options && query ? ", " : "", query ? "query" : "");
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
    .describe_change = describe_change,
};
