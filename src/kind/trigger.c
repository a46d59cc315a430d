/* trigger.c: triggers of tables and views, constraint triggers among them. A partition's copies are its parent's. */
#include "kind/routine.h"

#define FIELDS(F)                \
    STATEMENT_FIELD(F, RECREATE) \
    ENABLED_FIELD(F)             \
    DEPENDS_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void finish(const struct object *object, struct ops *ops)
{
    enabled_finish(object, ops);
    depends_finish(object, ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_enabled]) enabled_alter(to, ops);
    if (changed[F_depends_on_extension]) depends_alter(from, to, false, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT t.oid, t.tgrelid AS parent, t.tgname AS name, coalesce(pg_get_triggerdef(t.oid), '') AS definition,\n"
        "    " SQL_ENABLED("t.tgenabled") " AS enabled, x.names AS depends_on_extension\n"
        "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid " SQL_JOIN_EXTENSIONS("2620", "t.oid")
        "WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_trigger = {
    .name = "trigger",
    .title = "trigger",
    .noun = "TRIGGER",
    .parent = "table view foreign_table materialized_view",
    .word = "trigger",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_trigger WHERE NOT tgisinternal",
    .create = statement_create,
    .finish = finish,
    .alter = alter,
    .drop = statement_drop,
    .describe_change = enabled_describe_change,
};
