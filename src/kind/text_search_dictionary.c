/* text_search_dictionary.c: a text search dictionary: its template with options. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT d.oid, d.dictnamespace AS parent, d.dictname AS name, 'CREATE TEXT SEARCH DICTIONARY ' ||"
        " quote_ident(n.nspname)\n"
        "    || '.' || quote_ident(d.dictname) || ' (TEMPLATE = ' || quote_ident(tn.nspname) || '.' ||"
        " quote_ident(t.tmplname)\n"
        "    || coalesce(', ' || d.dictinitoption, '') || ')' AS definition\n"
        "FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid ="
        " d.dicttemplate\n"
        "    JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE " SQL_MANAGED("d.dictnamespace")},
    {0},
};

const struct kind kind_text_search_dictionary = {
    .name = "text_search_dictionary",
    .title = "text search dictionary",
    .noun = "TEXT SEARCH DICTIONARY",
    .parent = "schema",
    .word = "text search dictionary",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_ts_dict WHERE oid >= 16384",
    .calls = "text_search_template",
    .create = statement_create,
    .drop = statement_drop,
};
