/* rule.c: rules of tables and views, but for the one that is a view's query. */
#include "kind/routine.h"

#define FIELDS(F)             \
    STATEMENT_FIELD(F, ALTER) \
    ENABLED_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_definition]) statement_replace(from, to, changed, ops);
    if (changed[F_enabled]) enabled_alter(to, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT r.oid, r.ev_class AS parent, r.rulename AS name,\n"
        "    coalesce(rtrim(pg_get_ruledef(r.oid), ';'), '') AS definition,\n"
        "    " SQL_ENABLED("r.ev_enabled") " AS enabled\n"
        "FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class\n"
        "WHERE r.rulename <> '_RETURN' AND " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_rule = {
    .name = "rule",
    .title = "rule",
    .noun = "RULE",
    .parent = "table view",
    .word = "rule",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'",
    .create = statement_create,
    .finish = enabled_finish,
    .alter = alter,
    .drop = statement_drop,
    .describe_change = enabled_describe_change,
};
