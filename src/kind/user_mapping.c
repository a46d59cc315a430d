/* user_mapping.c: who a role is on a foreign server. The catalog itself is closed to most roles, the view isn't. */
#include "kind/exotic.h"

#define FIELDS(F) SECRET_KEEPER(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT u.umid AS oid, 'FOR ' || x.role || ' SERVER ' || quote_ident(u.srvname) AS name,\n"
        "    'CREATE USER MAPPING FOR ' || x.role || ' SERVER ' || quote_ident(u.srvname) ||"
        " " SQL_OPTIONS_TEXT("u.umoptions")
        " AS definition," SQL_SECRETS("u.umoptions") " AS secrets\n"
        "FROM pg_user_mappings u CROSS JOIN LATERAL (SELECT CASE WHEN u.umuser = 0 THEN 'public'"
        " ELSE quote_ident(u.usename) END AS role) x"},
    {0},
};

const struct kind kind_user_mapping = {
    .name = "user_mapping",
    .title = "user mapping",
    .noun = "USER MAPPING",
    .word = "user mapping",
    .name_space = NAMES_OWN,
    .verbatim = true,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_foreign_server",
    .calls = "server",
    .create = secret_create,
    .drop = statement_drop,
};
