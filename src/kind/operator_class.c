/* operator_class.c: an operator class. A family of its own name is not said: it is found, or made, by that name. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.opcnamespace AS parent, c.opcname AS name, ' USING ' || quote_ident(a.amname) AS tail,\n"
        "    'CREATE OPERATOR CLASS ' || quote_ident(n.nspname) || '.' || quote_ident(c.opcname)\n"
        "    || CASE WHEN c.opcdefault THEN ' DEFAULT' ELSE '' END || ' FOR TYPE ' || format_type(c.opcintype,"
        " NULL)\n"
        "    || ' USING ' || quote_ident(a.amname)\n"
        "    || CASE WHEN f.opfname <> c.opcname OR f.opfnamespace <> c.opcnamespace\n"
        "        THEN ' FAMILY ' || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) ELSE '' END\n"
        "    || ' AS ' || concat_ws(', ', CASE WHEN c.opckeytype <> 0 OR m.members IS NULL\n"
        "        THEN 'STORAGE ' || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), NULL) END,"
        " m.members) AS definition\n"
        "FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am a ON a.oid = c.opcmethod\n"
        "    JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace\n"
        "    CROSS JOIN LATERAL (" SQL_MEMBERS("pg_opclass", "c.oid") ") m\n"
        "WHERE " SQL_MANAGED("c.opcnamespace")},
    {0},
};

const struct kind kind_operator_class = {
    .name = "operator_class",
    .title = "operator class",
    .noun = "OPERATOR CLASS",
    .parent = "schema",
    .word = "operator class",
    .name_space = NAMES_OWN,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_opclass WHERE oid >= 16384",
    .calls = "function operator operator_family access_method",
    .create = statement_create,
    .drop = statement_drop,
};
