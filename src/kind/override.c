/* override.c: a column of a partition or child table that its parent has too: what the child's own declaration changes in it. */
#include "kind/kind.h"

static const char *const own_fields[] = {"nullable", "default",    "storage",            "compression",         "statistics",
                                        "options",  "not_null",   "not_null_not_valid", "not_null_no_inherit", "not_null_comment"};

static size_t field_of(const struct object *column, const char *name)
{
    return (size_t)(object_get(column, name) - column->values);
}

bool override_differs(struct ctx *ctx, const struct object *from, const struct object *to, bool *changed)
{
    bool any = false;
    for (size_t i = 0; i < sizeof own_fields / sizeof *own_fields; i++) {
        size_t field = field_of(to, own_fields[i]);
        bool differs = !value_equal(ctx, &to->kind->fields[field], &from->values[field], &to->values[field]);
        if (changed) changed[field] = differs;
        any = any || differs;
    }
    return any;
}

bool column_is_parents(const struct object *column)
{
    if (!object_flag(column, "of_parent") || column->inherited || table_is_partition(column->parent)) return false;
    return inherited_column(column->parent, column->name) != NULL;
}

/* Whether the column comes with what its table has from its parents: then it is altered, never added. */
bool column_overrides(const struct object *column)
{
    const struct object *table = column->parent, *old = table->peer;
    const struct object *base = object_is(table, "table") && !column->inherited ? inherited_column(table, column->name) : NULL;
    if (!base) return false;
    if (!old || table->anew || (old->live == column->live)) return true;
    return inherited_column(old, base->peer ? base->peer->name : column->name) || (base->parent->peer && !base->peer);
}

static void change(const struct object *from, const struct object *to, struct ops *ops)
{
    bool *changed = ARENA_ARRAY(ops->ctx->arena, bool, to->kind->n_fields + 1);
    memset(changed, 0, to->kind->n_fields + 1);
    if (override_differs(ops->ctx, from, to, changed)) to->kind->alter(from, to, changed, ops);
}

void override_create(const struct object *column, struct ops *ops)
{
    change(inherited_column(column->parent, column->name), column, ops);
}

bool override_drop(const struct object *column, struct ops *ops)
{
    const struct object *table = column->parent->peer, *base = inherited_column(column->parent, column->name);
    if (!base || !table) return false;
    const struct object *left = inherited_column(table, base->peer ? base->peer->name : column->name);
    if (!left) return table_is_partition(column->parent) && table_is_partition(table); /* it goes with its parent's */
    struct object *as_parent = ARENA_NEW(ops->ctx->arena, struct object);
    *as_parent = *left;
    as_parent->parent = (struct object *)table;
    as_parent->now = NULL;
    change(column, as_parent, ops);
    if (column->comment) {
        struct buf sql = buf_new(ops->ctx->arena);
        buf_add(&sql, "COMMENT ON ");
        sql_comment_target(&sql, as_parent);
        op_addf(ops, PHASE_FACETS, "%s IS NULL", sql.text);
    }
    return true;
}
