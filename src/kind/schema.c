/* schema.c: a namespace. */
#include "kind/kind.h"

static void create(const struct object *object, struct ops *ops)
{
    op_addf(ops, PHASE_TYPES, "CREATE SCHEMA %s", sql_object_str(ops->ctx->arena, object));
}

static void drop(const struct object *object, struct ops *ops)
{
    op_addf(ops, PHASE_DROP, "DROP SCHEMA %s%s", drop_if(ops), sql_object_str(ops->ctx->arena, object));
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT oid, nspname AS name FROM pg_namespace\n"
        "WHERE oid = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_schema = {
    .name = "schema",
    .title = "schema",
    .noun = "SCHEMA",
    .word = "schema",
    .queries = queries,
    .create = create,
    .drop = drop,
};
