/* foreign_data_wrapper.c: a foreign-data wrapper: its functions and options. */
#include "kind/exotic.h"

#define FIELDS(F) SECRET_KEEPER(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT w.oid, w.fdwname AS name, 'CREATE FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname)"
        " || " SQL_FUNCTION_WORD("HANDLER", "w.fdwhandler") " || " SQL_FUNCTION_WORD("VALIDATOR", "w.fdwvalidator")
        " || " SQL_OPTIONS_TEXT("w.fdwoptions") " AS definition," SQL_SECRETS("w.fdwoptions") " AS secrets\n"
        "FROM pg_foreign_data_wrapper w WHERE w.oid >= 16384"},
    {0},
};

const struct kind kind_foreign_data_wrapper = {
    .name = "foreign_data_wrapper",
    .title = "foreign-data wrapper",
    .noun = "FOREIGN DATA WRAPPER",
    .word = "foreign data wrapper",
    .name_space = NAMES_OWN,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_foreign_data_wrapper",
    .calls = "function",
    .create = secret_create,
    .drop = statement_drop,
};
