/* inherit_hold.c: a table that goes from one parent to another. A column that no parent gives any more is the table's own for good, so in
 * between a table made for that alone holds what both parents give. */
#include "kind/kind.h"

static bool is_given(const struct object *column)
{
    return object_is(column, "column") && (column->inherited || column_is_parents(column));
}

static bool same_field(struct ctx *ctx, const struct object *from, const struct object *to, const char *name)
{
    size_t field = (size_t)(object_get(to, name) - to->values);
    return value_equal(ctx, &to->kind->fields[field], &from->values[field], &to->values[field]);
}

/* By a parent that the table has before and after. */
static bool stays_given(const struct object *from, const struct object *to, const char *name)
{
    const struct value *old = object_get(from, "inherits"), *new = object_get(to, "inherits");
    for (size_t i = 0; i < old->refs.n; i++) {
        for (size_t k = 0; k < new->refs.n; k++) {
            const struct object *parent = new->refs.at[k].to;
            bool same = parent && parent->peer && parent->peer == old->refs.at[i].to && !parent->anew;
            if (same && table_column(parent, name)) return true;
        }
    }
    return false;
}

/* Its type is the same throughout, or it could not be held. */
static bool is_held(struct ctx *ctx, const struct object *from, const struct object *column)
{
    const struct object *old = column->peer;
    if (!is_given(column) || !old || old->parent != from || !is_given(old)) return false;
    const struct object *type = object_get(column, "type")->type.to;
    if (type && type->change) return false;
    return same_field(ctx, old, column, "type") && same_field(ctx, old, column, "collation") &&
           !stays_given(from, column->parent, column->name);
}

static void add_column(const struct object *column, struct buf *sql)
{
    const struct value *collation = object_get(column, "collation");
    sql_object(sql, column);
    buf_addc(sql, ' ');
    sql_type(sql, &object_get(column, "type")->type);
    if (!collation->set) return;
    buf_add(sql, " COLLATE ");
    sql_ref(sql, &collation->ref);
}

static const char *holder(const struct object *table, struct arena *arena)
{
    struct buf name = buf_new(arena);
    sql_object_as(&name, table, sql_object_name(arena, table->name, NULL, "modelc_hold"));
    return name.text;
}

bool inherit_hold(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    const char *name = holder(to, arena);
    bool leaves = object_get(from, "inherits")->refs.n > 0, joins = object_get(to, "inherits")->refs.n > 0, any = false;
    if (!leaves || !joins) return false;
    buf_printf(&sql, "CREATE TABLE %s (", name);
    for (size_t i = 0; i < to->children.n; i++) {
        if (!is_held(ops->ctx, from, to->children.at[i])) continue;
        if (any) buf_add(&sql, ", ");
        add_column(to->children.at[i], &sql);
        any = true;
    }
    buf_addc(&sql, ')');
    if (!any) return false;
    op_add(ops, PHASE_LEAVE, sql.text)->group = 1;
    op_addf(ops, PHASE_LEAVE, "ALTER TABLE %s INHERIT %s", sql_object_str(arena, to), name)->group = 1;
    return true;
}

void inherit_let_go(const struct object *to, struct ops *ops)
{
    const char *name = holder(to, ops->ctx->arena);
    op_addf(ops, PHASE_JOIN, "ALTER TABLE %s NO INHERIT %s", sql_object_str(ops->ctx->arena, to), name)->group = 2;
    op_addf(ops, PHASE_JOIN, "DROP TABLE %s", name)->group = 2;
}
