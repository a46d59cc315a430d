/* text_search_template.c: the functions behind text search dictionaries. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT t.oid, t.tmplnamespace AS parent, t.tmplname AS name, 'CREATE TEXT SEARCH TEMPLATE ' ||"
        " quote_ident(n.nspname)\n"
        "    || '.' || quote_ident(t.tmplname) || ' (LEXIZE = ' || t.tmpllexize::text ||"
        " " SQL_FUNCTION("INIT", "t.tmplinit")
        " || ')' AS definition\n"
        "FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE " SQL_MANAGED("t.tmplnamespace")},
    {0},
};

const struct kind kind_text_search_template = {
    .name = "text_search_template",
    .title = "text search template",
    .noun = "TEXT SEARCH TEMPLATE",
    .parent = "schema",
    .word = "text search template",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_ts_template WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
