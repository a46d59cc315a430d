/* canon_made.c: asks that rest on a domain, composite, range, collation or operator class that the plan makes, renames or builds
 * again: a temp table of this server can't have columns or indexes of it yet, so the shadow answers them. Enums are made true in place
 * (canon_types.c). */
#include <string.h>

#include "pg/canon.h"

static bool is_moved(const struct object *type)
{
    return !type->peer || !str_eq(type->name, type->peer->name) || type->parent != type->peer->parent->peer;
}

static bool same_type(struct job *job, const struct object *object)
{
    const struct value *type = object_get(object, "type");
    size_t field = (size_t)(type - object->values);
    return value_equal(job->ctx, &object->kind->fields[field], &object->peer->values[field], &object->values[field]);
}

static bool is_made(struct job *job, const struct object *type);

static bool is_made_composite(struct job *job, const struct object *composite)
{
    if (composite->children.n != composite->peer->children.n) return true;
    for (size_t i = 0; i < composite->children.n; i++) {
        const struct object *attribute = composite->children.at[i], *type = object_get(attribute, "type")->type.to;
        bool same = attribute->peer && str_eq(attribute->name, attribute->peer->name) && same_type(job, attribute);
        if (!same) return true;
        if (type && is_made(job, type)) return true;
    }
    return false;
}

static bool is_made(struct job *job, const struct object *type)
{
    bool named = object_is(type, "collation") || object_is(type, "operator_class");
    if (type->kind->name_space != NAMES_TYPE && !named) return false; /* the row of a table */
    if (is_moved(type)) return true;
    if (object_is(type, "enum")) return !value_equal(job->ctx, type->kind->fields, type->peer->values, type->values);
    if (object_is(type, "composite")) return is_made_composite(job, type);
    if (!object_is(type, "domain")) return false;
    const struct object *base = object_get(type, "type")->type.to;
    return !same_type(job, type) || (base && is_made(job, base));
}

static bool mentions(const struct value *value, enum value_type type, const char *name)
{
    if (type == VALUE_EXPR) return value->expr.text && strstr(value->expr.text, name);
    for (size_t i = 0; type == VALUE_KEYS && i < value->keys.n; i++) {
        const struct key *key = &value->keys.at[i];
        if (key->expr.text && strstr(key->expr.text, name)) return true;
        if (str_eq(key->opclass.name, name) || str_eq(key->collation.name, name)) return true;
    }
    return false;
}

static bool is_of(const struct object *column, const struct object *made)
{
    return object_get(column, "type")->type.to == made || object_get(column, "collation")->ref.to == made;
}

/* Of the models, but for enums. */
static const struct objects *made_types(struct job *job)
{
    const struct objects *all = &job->diff->models->all;
    for (size_t i = 0; i < all->n && !job->made_known; i++) {
        const struct object *type = all->at[i];
        if (object_is(type, "enum")) continue;
        if (is_made(job, type)) vec_push(job->ctx->arena, &job->made, all->at[i]);
    }
    job->made_known = true;
    return &job->made;
}

bool ask_of_made_type(struct job *job, const struct ask *ask)
{
    const struct objects *made = made_types(job);
    const struct object *table = ask->to->parent;
    struct objects columns = {0}; /* a domain has none */
    if (made->n && object_is(table, "table")) table_columns(table, job->ctx->arena, &columns);
    for (size_t i = 0; i < made->n; i++) {
        if (mentions(ask->model, ask->to->kind->fields[ask->field].type, made->at[i]->name)) return true;
        for (size_t k = 0; k < columns.n; k++) {
            if (is_of(columns.at[k], made->at[i])) return true;
        }
    }
    return false;
}
