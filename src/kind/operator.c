/* operator.c: an operator. Shells, which another's COMMUTATOR or NEGATOR left, have no function and are none. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT o.oid, o.oprnamespace AS parent, o.oprname AS name, o.oprleft || ' ' || o.oprright AS args,\n"
        "    'CREATE OPERATOR ' || quote_ident(n.nspname) || '.' || o.oprname || ' (FUNCTION = ' || o.oprcode::text\n"
        "    || CASE WHEN o.oprleft <> 0 THEN ', LEFTARG = ' || format_type(o.oprleft, NULL) ELSE '' END\n"
        "    || CASE WHEN o.oprright <> 0 THEN ', RIGHTARG = ' || format_type(o.oprright, NULL) ELSE '' END\n"
        "    || coalesce(', COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')', '')\n"
        "    || coalesce(', NEGATOR = OPERATOR(' || quote_ident(gn.nspname) || '.' || g.oprname || ')', '')\n"
        "    || " SQL_FUNCTION("RESTRICT", "o.oprrest") " || " SQL_FUNCTION("JOIN", "o.oprjoin") "\n"
        "    || CASE WHEN o.oprcanhash THEN ', HASHES' ELSE '' END || CASE WHEN o.oprcanmerge THEN ', MERGES' ELSE"
        " '' END\n"
        "    || ')' AS definition\n"
        "FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace\n"
        "    LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace\n"
        "    LEFT JOIN pg_operator g ON g.oid = o.oprnegate LEFT JOIN pg_namespace gn ON gn.oid = g.oprnamespace\n"
        "WHERE o.oprcode <> 0 AND " SQL_MANAGED("o.oprnamespace")},
    {0},
};

const struct kind kind_operator = {
    .name = "operator",
    .title = "operator",
    .noun = "OPERATOR",
    .parent = "schema",
    .word = "operator",
    .name_space = NAMES_OWN,
    .overloaded = true,
    .verbatim = true,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_operator WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
