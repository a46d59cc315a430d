/* operator_family.c: an operator family, with the members that belong to no class of it. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT f.oid, f.opfnamespace AS parent, f.opfname AS name, ' USING ' || quote_ident(a.amname) AS tail,\n"
        "    'CREATE OPERATOR FAMILY ' || x.named || coalesce(E';\\nALTER OPERATOR FAMILY ' || x.named || ' ADD '"
        " || m.members, '')\n"
        "    AS definition\n"
        "FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod\n"
        "    CROSS JOIN LATERAL (SELECT quote_ident(n.nspname) || '.' || quote_ident(f.opfname) || ' USING '\n"
        "        || quote_ident(a.amname) AS named) x\n"
        "    CROSS JOIN LATERAL (" SQL_MEMBERS("pg_opfamily", "f.oid") ") m\n"
        "WHERE " SQL_MANAGED("f.opfnamespace")},
    {0},
};

const struct kind kind_operator_family = {
    .name = "operator_family",
    .title = "operator family",
    .noun = "OPERATOR FAMILY",
    .parent = "schema",
    .word = "operator family",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_opfamily WHERE oid >= 16384",
    .calls = "function operator",
    .create = statement_create,
    .drop = statement_drop,
};
