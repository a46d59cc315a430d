/* event_trigger.c: event triggers: the database's own. */
#include "kind/routine.h"

#define FIELDS(F)                \
    STATEMENT_FIELD(F, RECREATE) \
    ENABLED_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    if (changed[F_enabled]) enabled_alter(to, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT t.oid, t.evtname AS name, 'CREATE EVENT TRIGGER ' || quote_ident(t.evtname) || ' ON ' || t.evtevent\n"
        "        || coalesce(E'\\n    WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ' ORDER BY i)\n"
        "            FROM unnest(t.evttags) WITH ORDINALITY AS w(tag, i)) || ')', '')\n"
        "        || E'\\n    EXECUTE FUNCTION ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '()'\n"
        "        AS definition,\n"
        "    " SQL_ENABLED("t.evtenabled") " AS enabled\n"
        "FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace"},
    {0},
};

const struct kind kind_event_trigger = {
    .name = "event_trigger",
    .title = "event trigger",
    .noun = "EVENT TRIGGER",
    .word = "event trigger",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_event_trigger",
    .create = statement_create,
    .finish = enabled_finish,
    .alter = alter,
    .drop = statement_drop,
    .describe_change = enabled_describe_change,
};
