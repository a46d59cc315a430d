/* language.c: a procedural language, with its handlers. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT l.oid, l.lanname AS name, 'CREATE ' || CASE WHEN l.lanpltrusted THEN 'TRUSTED ' ELSE '' END ||"
        " 'LANGUAGE '\n"
        "    || quote_ident(l.lanname)" " || " SQL_FUNCTION_WORD("HANDLER", "l.lanplcallfoid")
        " || " SQL_FUNCTION_WORD("INLINE", "l.laninline") " || " SQL_FUNCTION_WORD("VALIDATOR", "l.lanvalidator")
        " AS definition FROM pg_language l WHERE l.lanispl AND l.oid >= 16384"},
    {0},
};

const struct kind kind_language = {
    .name = "language",
    .title = "language",
    .noun = "LANGUAGE",
    .word = "language",
    .name_space = NAMES_OWN,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_language WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
