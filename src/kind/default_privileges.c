/* default_privileges.c: what roles get on objects that a role is going to make. Its grants are all there is of it: they are
 * a facet, as with any other object, so that creating and dropping it has nothing else to do. */
#include "kind/kind.h"

/* Its name says the same: "FOR ROLE r IN SCHEMA s ON TABLES". Without a role: of whoever runs it. */
#define FIELDS(F)                                    \
    F(role, NULL, TEXT, LIVE, )                      \
    F(schema, NULL, REF, LIVE, .refers = "schema")   \
    F(objects, NULL, TEXT, LIVE, )

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void nothing(const struct object *object, struct ops *ops)
{
    (void)object;
    (void)ops;
}

static void nothing_to_alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    (void)changed;
    nothing(to, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT d.oid, o.objects, nullif(d.defaclnamespace, 0) AS schema,\n"
        "    nullif(pg_get_userbyid(d.defaclrole), current_user) AS role,\n"
        "    CASE WHEN pg_get_userbyid(d.defaclrole) <> current_user\n"
        "        THEN 'FOR ROLE ' || quote_ident(pg_get_userbyid(d.defaclrole)) || ' ' ELSE '' END\n"
        "    || coalesce('IN SCHEMA ' || quote_ident(n.nspname) || ' ', '') || 'ON ' || o.objects AS name\n"
        "FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace\n"
        "    JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS'))\n"
        "        AS o(letter, objects) ON o.letter = d.defaclobjtype::text\n"
        "WHERE d.defaclnamespace = 0 OR d.defaclnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_default_privileges = {
    .name = "default_privileges",
    .title = "default privileges",
    .noun = "DEFAULT PRIVILEGES",
    .verbatim = true,
    .phase = PHASE_FACETS,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_default_acl",
    .create = nothing,
    .alter = nothing_to_alter,
    .drop = nothing,
};
