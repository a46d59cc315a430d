/* function.c: functions, window functions among them. Its query feeds procedures, too. */
#include "kind/routine.h"

#define FIELDS(F)             \
    STATEMENT_FIELD(F, ALTER) \
    DEPENDS_FIELD(F)          \
    SIGNATURE_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_definition]) statement_replace(from, to, changed, ops);
    depends_alter(from, to, changed[F_definition], ops);
}

/* What a type brings along (a range type's constructors) is the type's. */
static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT p.oid, p.pronamespace AS parent, p.proname AS name, p.proargtypes::text AS args,\n"
        "    CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,\n"
        "    coalesce('CREATE' || substr(rtrim(pg_get_functiondef(p.oid), E'\\n'), 18), '') AS definition,\n"
        "    " SQL_SIGNATURE("''") " AS signature, x.names AS depends_on_extension\n"
        "FROM pg_proc p " SQL_JOIN_EXTENSIONS("1255", "p.oid")
        "WHERE p.prokind IN ('f', 'w', 'p') AND " SQL_MANAGED("p.pronamespace") "\n"
        "    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid\n"
        "        AND d.deptype IN ('e', 'i'))"},
    {0},
};

const struct kind kind_function = {
    .name = "function",
    .title = "function",
    .noun = "FUNCTION",
    .parent = "schema",
    .word = "function",
    .name_space = NAMES_OWN,
    .overloaded = true,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_proc WHERE oid >= 16384",
    .create = statement_create,
    .finish = depends_finish,
    .alter = alter,
    .drop = statement_drop,
    .must_recreate = routine_must_recreate,
    .describe_change = routine_describe_change,
};
