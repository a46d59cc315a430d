/* statistics.c: extended statistics of a table. */
#include "kind/routine.h"

#define FIELDS(F)                \
    STATEMENT_FIELD(F, RECREATE) \
    F(target, NULL, TEXT, ALTER, .absent = "-1")

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void set_target(const struct object *object, struct ops *ops)
{
    op_addf(ops, PHASE_FACETS, "ALTER STATISTICS %s SET STATISTICS %s", sql_object_str(ops->ctx->arena, object),
            object_text(object, "target"));
}

static void finish(const struct object *object, struct ops *ops)
{
    if (object->values[F_target].set) set_target(object, ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    if (changed[F_target]) set_target(to, ops);
}

/* PostgreSQL lists the columns in their table's order, whatever was said: that is none of theirs, so they go by their names. */
static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT s.oid, s.stxnamespace AS parent, s.stxname AS name,\n"
        "    coalesce(replace(d.text, ' ON ' || c.listed, ' ON ' || c.sorted), d.text, '') AS definition,\n"
        "    s.stxstattarget AS target\n"
        "FROM pg_statistic_ext s CROSS JOIN LATERAL (SELECT pg_get_statisticsobjdef(s.oid) AS text) d\n"
        "CROSS JOIN LATERAL (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n) AS listed,\n"
        "    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) AS sorted\n"
        "    FROM unnest(s.stxkeys::int2[]) WITH ORDINALITY k(number, n)\n"
        "    JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.number) c\n"
        "WHERE " SQL_MANAGED("s.stxnamespace")},
    {0},
};

const struct kind kind_statistics = {
    .name = "statistics",
    .title = "statistics",
    .noun = "STATISTICS",
    .parent = "schema",
    .word = "statistics",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_statistic_ext",
    .create = statement_create,
    .finish = finish,
    .alter = alter,
    .drop = statement_drop,
};
