/* conversion.c: a conversion between encodings. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.connamespace AS parent, c.conname AS name, 'CREATE ' || CASE WHEN c.condefault THEN"
        " 'DEFAULT ' ELSE '' END\n"
        "    || 'CONVERSION ' || quote_ident(n.nspname) || '.' || quote_ident(c.conname)\n"
        "    || ' FOR ' || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO '\n"
        "    || quote_literal(pg_encoding_to_char(c.contoencoding)) || ' FROM ' || c.conproc::text AS definition\n"
        "FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE " SQL_MANAGED("c.connamespace")},
    {0},
};

const struct kind kind_conversion = {
    .name = "conversion",
    .title = "conversion",
    .noun = "CONVERSION",
    .parent = "schema",
    .word = "conversion",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_conversion WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
