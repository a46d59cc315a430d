/* needs.c: what an object cannot exist without, read off its values. */
#include "schema/diff.h"

void expr_columns(struct ctx *ctx, const struct object *table, const char *text, struct objects *found)
{
    struct sql_mentions mentions = {0};
    if (!sql_mentions(ctx->arena, SQL_EXPR, text, &mentions)) return;
    for (size_t i = 0; i < mentions.n; i++) {
        if (mentions.at[i].what != SQL_MENTION_COLUMN) continue;
        struct object *column = table_column(table, mentions.at[i].name);
        if (column) vec_push(ctx->arena, found, column);
    }
}

static void push(struct ctx *ctx, struct object *object, struct objects *list)
{
    if (object) vec_push(ctx->arena, list, object);
}

/* nextval('s') of a default: the sequence, where it is in the schema of its user (elsewhere the phases of a plan keep the order). */
static struct object *sequence_of(struct ctx *ctx, const struct object *object, const char *text)
{
    const char *schema, *name;
    const struct object *home = object_schema(object);
    if (!sql_nextval(ctx->arena, text, &schema, &name) || (schema && !str_eq(home->name, schema))) return NULL;
    return object_child(home, "sequence", name);
}

static void needs_of_expr(struct ctx *ctx, const struct object *object, const char *text, struct objects *needs)
{
    if (!text) return;
    push(ctx, sequence_of(ctx, object, text), needs);
    const struct object *table = object->parent;
    if (!table || !object_is(table, "table")) return;
    struct objects columns = {0};
    expr_columns(ctx, table, text, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        if (columns.at[i] != object) push(ctx, columns.at[i], needs);
    }
}

static void needs_of_keys(struct ctx *ctx, const struct object *object, const struct keys *keys, struct objects *needs)
{
    for (size_t i = 0; i < keys->n; i++) {
        push(ctx, keys->at[i].column, needs);
        push(ctx, keys->at[i].collation.to, needs);
        needs_of_expr(ctx, object, keys->at[i].expr.text, needs);
    }
}

static void needs_of_value(struct ctx *ctx, const struct object *object, const struct field *field, const struct value *value,
                           struct objects *needs, struct objects *later)
{
    bool apart = object->apart && field->type == VALUE_EXPR;
    struct objects *list = field->later || apart ? later : needs;
    switch (field->type) {
    case VALUE_REF: push(ctx, value->ref.to, list); break;
    case VALUE_REFS:
        for (size_t i = 0; i < value->refs.n; i++) push(ctx, value->refs.at[i].to, list);
        break;
    case VALUE_TYPE: push(ctx, value->type.to, list); break;
    case VALUE_EXPR: needs_of_expr(ctx, object, value->expr.text, list); break;
    case VALUE_KEYS: needs_of_keys(ctx, object, &value->keys, list); break;
    case VALUE_FLAG: case VALUE_WORD: case VALUE_TEXT: case VALUE_PAIRS: case VALUE_LABELS: break;
    }
}

/* How a table or an index is stored, where somebody made that. */
static struct object *method_of(const struct object *object)
{
    const char *name = object_get(object, "method")->text;
    for (size_t i = 0; name && object->home && i < object->home->roots.n; i++) {
        struct object *root = object->home->roots.at[i];
        if (object_is(root, "access_method") && str_eq(root->name, name)) return root;
    }
    return NULL;
}

void object_needs(struct ctx *ctx, const struct object *object, struct objects *needs, struct objects *later)
{
    push(ctx, object->parent, needs);
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        if (object->values[i].set && field->means != LIVE) {
            needs_of_value(ctx, object, field, &object->values[i], needs, later);
        }
    }
    const struct objects *uses = object_uses(ctx, object);
    bool apart = object->apart && object_is(object, "column");
    for (size_t i = 0; i < uses->n; i++) push(ctx, uses->at[i], apart ? later : needs);
    for (size_t i = 0; !object->unchecked && i < object->mentions.n; i++) push(ctx, object->mentions.at[i], needs);
    for (size_t i = 0; i < object->args.n; i++) push(ctx, object->args.at[i].to, needs);
    if (object->kind->needs) object->kind->needs(object, ctx->arena, needs);
    push(ctx, method_of(object), needs);
}
