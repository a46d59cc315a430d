/* view_column.c: a column of a view, a materialized view or a foreign table; only where it has a comment, or a
 * default of its own. */
#include "kind/routine.h"

#define FIELDS(F) F(default, NULL, EXPR, ALTER, .shadow = true)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void add_default(const struct object *object, enum op_phase phase, const char *what, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER VIEW ");
    sql_table_of(&sql, object);
    buf_add(&sql, " ALTER COLUMN ");
    sql_object(&sql, object);
    buf_printf(&sql, " %s", what);
    op_add_user(ops, phase, object, sql.text);
}

static void create(const struct object *object, struct ops *ops)
{
    if (!object->values[F_default].set) return;
    const char *text = sql_closed(ops->ctx->arena, object->values[F_default].expr.text);
    add_default(object, PHASE_VIEWS, arena_printf(ops->ctx->arena, "SET DEFAULT %s", text), ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    if (!changed[F_default]) return;
    if (to->values[F_default].set) create(to, ops);
    else add_default(to, PHASE_VIEWS, "DROP DEFAULT", ops);
}

static void drop(const struct object *object, struct ops *ops)
{
    if (object->values[F_default].set) add_default(object, PHASE_DETACH, "DROP DEFAULT", ops);
    if (!object->comment) return;
    struct buf target = buf_new(ops->ctx->arena);
    sql_comment_target(&target, object);
    op_addf(ops, PHASE_DETACH, "COMMENT ON %s IS NULL", target.text);
}

/* A foreign table's defaults are in its definition. */
static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT a.attrelid AS oid, a.attnum AS sub, a.attname AS name, CASE WHEN d.oid IS NOT NULL\n"
        "    THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') END AS \"default\"\n"
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid\n"
        "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum AND c.relkind = 'v'\n"
        "WHERE c.relkind IN ('v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped\n"
        "    AND " SQL_MANAGED("c.relnamespace") "\n"
        "    AND (d.oid IS NOT NULL OR EXISTS (SELECT FROM pg_description t\n"
        "        WHERE t.classoid = 1259 AND t.objoid = c.oid AND t.objsubid = a.attnum))"},
    {0},
};

const struct kind kind_view_column = {
    .name = "view_column",
    .title = "view column",
    .noun = "COLUMN",
    .parent = "view materialized_view foreign_table",
    .word = "view column",
    .name_space = NAMES_OWN,
    .phase = PHASE_VIEWS,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "relkinds WHERE relkind IN ('v', 'm', 'f')",
    .create = create,
    .alter = alter,
    .drop = drop,
};
