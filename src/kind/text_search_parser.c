/* text_search_parser.c: what cuts a text into tokens. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT p.oid, p.prsnamespace AS parent, p.prsname AS name, 'CREATE TEXT SEARCH PARSER ' ||"
        " quote_ident(n.nspname) || '.'\n"
        "    || quote_ident(p.prsname) || ' (START = ' || p.prsstart::text || ', GETTOKEN = ' || p.prstoken::text"
        " || ', END = '\n"
        "    || p.prsend::text || ', LEXTYPES = ' || p.prslextype::text || " SQL_FUNCTION("HEADLINE", "p.prsheadline")
        " || ')' AS definition\n"
        "FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE " SQL_MANAGED("p.prsnamespace")},
    {0},
};

const struct kind kind_text_search_parser = {
    .name = "text_search_parser",
    .title = "text search parser",
    .noun = "TEXT SEARCH PARSER",
    .parent = "schema",
    .word = "text search parser",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_ts_parser WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
