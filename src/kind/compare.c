/* compare.c: equality of values, one rule for each value type; references are equal by their peers. */
#include "kind/kind.h"

const char *expr_shape(struct ctx *ctx, enum sql_island island, struct expr *expr)
{
    if (!expr->shape && expr->text) {
        expr->shape = sql_shape(ctx->arena, island, expr->text);
        if (!expr->shape) expr->shape = expr->text;
    }
    return expr->shape;
}

static bool same_object(const struct object *from, const struct object *to)
{
    return from->peer == to && to->peer == from;
}

static bool same_ref(const struct ref *from, const struct ref *to)
{
    if (from->to && to->to) return same_object(from->to, to->to);
    return str_eq(from->name, to->name) && (!from->schema || !to->schema || str_eq(from->schema, to->schema));
}

static bool same_refs(const struct refs *from, const struct refs *to)
{
    if (from->n != to->n) return false;
    for (size_t i = 0; i < from->n; i++) {
        if (!same_ref(&from->at[i], &to->at[i])) return false;
    }
    return true;
}

static bool same_type(const struct type_name *from, const struct type_name *to)
{
    if (from->sql.array != to->sql.array || from->multirange != to->multirange || !str_eq(from->sql.mods, to->sql.mods)) return false;
    if (from->to && to->to) return same_object(from->to, to->to);
    return str_eq(from->sql.name, to->sql.name) &&
           (!from->sql.schema || !to->sql.schema || str_eq(from->sql.schema, to->sql.schema));
}

/* The server's word, where it was asked for both sides, is final; a live text that was not read again is canonical as it stands. */
bool same_args(const struct object *from, const struct object *to)
{
    if (from->args.n != to->args.n) return false;
    for (size_t i = 0; i < from->args.n; i++) {
        if (!same_type(&from->args.at[i], &to->args.at[i])) return false;
    }
    return true;
}

static bool same_expr(struct ctx *ctx, enum sql_island island, struct expr *from, struct expr *to)
{
    if (to->canonical || from->canonical) {
        return str_eq(from->canonical ? from->canonical : from->text, to->canonical ? to->canonical : to->text);
    }
    return str_eq(from->text, to->text) || str_eq(expr_shape(ctx, island, from), expr_shape(ctx, island, to));
}

/* Said or not, it is its column's collation: PostgreSQL doesn't remember whether it was said, and lets it follow the column's. */
static bool follows_column(const struct key *key)
{
    if (!key->collation.name) return true;
    const struct value *own = object_get(key->column, "collation");
    if (!own->set) return str_eq(key->collation.name, "default") && !key->collation.to;
    return str_eq(own->ref.name, key->collation.name) &&
           (own->ref.to == key->collation.to || !own->ref.to || !key->collation.to);
}

static bool follow_alike(const struct key *from, const struct key *to)
{
    return !from->column || !to->column || follows_column(from) == follows_column(to);
}

static bool same_collation(const struct key *from, const struct key *to)
{
    return (from->column && follows_column(from)) || same_ref(&from->collation, &to->collation);
}

static bool same_key(struct ctx *ctx, struct key *from, struct key *to)
{
    if (!follow_alike(from, to)) return false;
    if (from->canonical && to->canonical) return strcmp(from->canonical, to->canonical) == 0;
    if ((from->column == NULL) != (to->column == NULL)) return false;
    if (from->column ? !same_object(from->column, to->column) : !same_expr(ctx, SQL_EXPR, &from->expr, &to->expr)) return false;
    return from->desc == to->desc && from->nulls_first == to->nulls_first && same_collation(from, to) &&
           same_ref(&from->opclass, &to->opclass) && str_eq(from->opclass_options, to->opclass_options) &&
           str_eq(from->operator_name, to->operator_name);
}

static bool same_keys(struct ctx *ctx, const struct keys *from, const struct keys *to)
{
    if (from->n != to->n) return false;
    for (size_t i = 0; i < from->n; i++) {
        if (!same_key(ctx, &from->at[i], &to->at[i])) return false;
    }
    return true;
}

static bool same_pairs(const struct sql_pairs *from, const struct sql_pairs *to)
{
    if (from->n != to->n) return false;
    for (size_t i = 0; i < from->n; i++) {
        if (!str_eq(from->at[i].name, to->at[i].name) || !str_eq(from->at[i].value, to->at[i].value)) return false;
    }
    return true;
}

static bool same_labels(const struct labels *from, const struct labels *to)
{
    if (from->n != to->n) return false;
    for (size_t i = 0; i < from->n; i++) {
        if (!str_eq(from->at[i].name, to->at[i].name)) return false;
    }
    return true;
}

static const char *text_of(const struct field *field, const struct value *value)
{
    return value->set ? value->text : field->absent;
}

/* Lists, pairs and flags: absent is the same as empty. */
static bool is_empty(const struct field *field, const struct value *value)
{
    if (!value->set) return true;
    switch (field->type) {
    case VALUE_FLAG: return !value->flag;
    case VALUE_REFS: return value->refs.n == 0;
    case VALUE_KEYS: return value->keys.n == 0;
    case VALUE_PAIRS: return value->pairs.n == 0;
    case VALUE_LABELS: return value->labels.n == 0;
    case VALUE_EXPR: return value->expr.canonical && value->expr.canonical[0] == '\0'; /* the server stores nothing for it */
    case VALUE_WORD: case VALUE_TEXT: case VALUE_REF: case VALUE_TYPE: return false;
    }
    return false;
}

bool value_equal(struct ctx *ctx, const struct field *field, struct value *from, struct value *to)
{
    if (field->type == VALUE_WORD || field->type == VALUE_TEXT) {
        if (field->loose && !to->set) return true;
        return str_eq(text_of(field, from), text_of(field, to));
    }
    bool no_from = is_empty(field, from), no_to = is_empty(field, to);
    if (no_from || no_to) return no_from == no_to || (field->loose && no_to);
    switch (field->type) {
    case VALUE_FLAG: return true;
    case VALUE_REF: return same_ref(&from->ref, &to->ref);
    case VALUE_REFS: return same_refs(&from->refs, &to->refs);
    case VALUE_TYPE: return same_type(&from->type, &to->type);
    case VALUE_EXPR: return same_expr(ctx, field->island, &from->expr, &to->expr);
    case VALUE_KEYS: return same_keys(ctx, &from->keys, &to->keys);
    case VALUE_PAIRS: return same_pairs(&from->pairs, &to->pairs);
    case VALUE_LABELS: return same_labels(&from->labels, &to->labels);
    case VALUE_WORD: case VALUE_TEXT: break;
    }
    return true;
}
