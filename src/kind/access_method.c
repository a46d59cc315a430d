/* access_method.c: how a table or an index is stored, by its handler. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT a.oid, a.amname AS name, 'CREATE ACCESS METHOD ' || quote_ident(a.amname) || ' TYPE '\n"
        "    || CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END || ' HANDLER ' || a.amhandler::text AS"
        " definition\n"
        "FROM pg_am a WHERE a.oid >= 16384"},
    {0},
};

const struct kind kind_access_method = {
    .name = "access_method",
    .title = "access method",
    .noun = "ACCESS METHOD",
    .word = "access method",
    .name_space = NAMES_OWN,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_am WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
