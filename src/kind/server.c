/* server.c: a foreign server: type, version, wrapper and options. */
#include "kind/exotic.h"

#define FIELDS(F) SECRET_KEEPER(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT s.oid, s.srvname AS name, 'CREATE SERVER ' || quote_ident(s.srvname)\n"
        "    || coalesce(' TYPE ' || quote_literal(s.srvtype), '') || coalesce(' VERSION ' ||"
        " quote_literal(s.srvversion), '')\n"
        "    || ' FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname) || " SQL_OPTIONS_TEXT("s.srvoptions") " AS"
        " definition,"
        SQL_SECRETS("s.srvoptions") " AS secrets\n"
        "FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE s.oid >= 16384"},
    {0},
};

const struct kind kind_server = {
    .name = "server",
    .title = "server",
    .noun = "SERVER",
    .word = "server",
    .name_space = NAMES_OWN,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_foreign_server",
    .calls = "foreign_data_wrapper",
    .create = secret_create,
    .drop = statement_drop,
};
