/* follow_types.c: types that are built again. When ALTER TYPE or ALTER DOMAIN can't do a change, a new type takes the
 * name; the columns that hold values of the old one come over, and the types that are made of it are altered, or built
 * again as well. */
#include "schema/diff_parts.h"

/* ---- who holds values */

static const struct type_name *type_of(const struct object *object)
{
    const struct value *value = object_get(object, "type");
    return value->set && value->type.to ? &value->type : NULL;
}

static bool made_of(const struct object *object, const struct object *type)
{
    const struct type_name *own = type_of(object);
    if (own) return own->to == type;
    for (size_t i = 0; object_is(object, "range") && i < object->uses.n; i++) {
        if (object->uses.at[i] == type) return true;
    }
    return false;
}

/* Whether a table has values of the type, or of one that is made of it. `inside`: only those in arrays, composites and
 * ranges, which ALTER DOMAIN doesn't look into. */
static bool is_held(const struct schema *schema, const struct object *type, bool inside)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *user = schema->all.at[i];
        if (!made_of(user, type)) continue;
        bool deeper = inside && !object_is(user, "attribute") && !object_is(user, "range") && !type_of(user)->sql.array;
        if (object_is(user, "column") && !deeper) return true;
        if (object_is(user, "column")) continue;
        if (is_held(schema, object_is(user, "attribute") ? user->parent : user, deeper)) return true;
    }
    return false;
}

/* ---- what has to be built again */

static bool is_rebuilt(const struct object *type)
{
    return type->change && type->change->type == CHANGE_RECREATE && type->kind->rebuild;
}

static bool is_changed(const struct change *change, const char *field)
{
    const struct value *value = object_get(change->to, field);
    return change->changed[value - change->to->values];
}

static bool rebuild(struct diff *diff, struct changes *changes, struct object *type)
{
    if (!type->peer || is_rebuilt(type)) return false;
    if (!changes_force(diff, changes, type)) return false;
    type->change->forced = false;
    return true;
}

/* A new rule for a domain whose values PostgreSQL will not look for. */
static bool is_rule(const struct change *change)
{
    if (object_is(change->to, "domain")) {
        if (change->type != CHANGE_ALTER) return false;
        return is_changed(change, "not_null") && object_flag(change->to, "not_null");
    }
    bool says = change->type == CHANGE_CREATE || change->type == CHANGE_RECREATE || change->type == CHANGE_ALTER;
    return says && object_is(change->to, "domain_check") && !object_flag(change->to, "not_valid");
}

static bool outgrows_alter(struct diff *diff, struct changes *changes, const struct change *change)
{
    struct object *type = object_is(change->to, "domain") ? change->to : change->to->parent;
    if (!type || !type->peer || is_rebuilt(type)) return false;
    if (object_is(change->to, "attribute")) {
        bool in_place = change->type != CHANGE_ALTER || !is_held(changes->from, type->peer, false);
        return !in_place && rebuild(diff, changes, type);
    }
    return is_rule(change) && is_held(changes->from, type->peer, true) && rebuild(diff, changes, type);
}

/* New attributes come last, so that only a new type has the models' order: where no table has its values, nor is of that type. */
static bool is_reordered(const struct object *from, const struct object *to)
{
    size_t last = 0;
    bool new = false;
    for (size_t i = 0; i < to->children.n; i++) {
        const struct object *old = to->children.at[i]->peer;
        size_t at = 0;
        while (old && at < from->children.n && from->children.at[at] != old) at++;
        if (old && (new || at < last)) return true;
        if (old) last = at;
        else new = true;
    }
    return false;
}

static bool is_of_table(const struct schema *schema, const struct object *type)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        if (object_get(schema->all.at[i], "of_type")->ref.to == type) return true;
    }
    return false;
}

static bool is_bound(const struct schema *schema, const struct object *type)
{
    return is_held(schema, type, false) || is_of_table(schema, type);
}

static void rebuild_reordered(struct diff *diff, struct changes *changes)
{
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *to = changes->to->all.at[i], *from = to->peer;
        if (!object_is(to, "composite") || !from || to->aside || !is_reordered(from, to)) continue;
        if (is_bound(changes->from, from) || is_bound(changes->to, to)) continue;
        to->reordered = rebuild(diff, changes, to);
    }
}

/* ---- what is made of it */

static bool retype(struct diff *diff, struct changes *changes, struct object *part)
{
    if (!part->peer || (part->change && part->change->type != CHANGE_ALTER)) return false;
    if (part->change && part->change->changed[0]) return false;
    if (!part->change) changes_add(changes, diff->ctx, CHANGE_ALTER, part->peer, part)->forced = true;
    part->change->changed[0] = true; /* the first field of a column or attribute is its type */
    return true;
}

static bool follow_type(struct diff *diff, struct changes *changes, struct object *object)
{
    const struct type_name *type = type_of(object);
    if (!type || !is_rebuilt(type->to)) return false;
    if (object_is(object, "domain")) return !is_rebuilt(object) && changes_force(diff, changes, object);
    if (object_is(object, "attribute") && is_rebuilt(object->parent)) return false;
    return (object_is(object, "column") || object_is(object, "attribute")) && retype(diff, changes, object);
}

void diff_follow_types(struct diff *diff, struct changes *changes)
{
    rebuild_reordered(diff, changes);
    for (bool more = true; more;) {
        bool rebuilt = false;
        more = false;
        for (size_t i = 0; i < changes->n; i++) {
            const struct change *change = changes->at[i];
            if (change->to) more |= outgrows_alter(diff, changes, change);
            rebuilt |= change->to && is_rebuilt(change->to);
        }
        for (size_t i = 0; rebuilt && i < changes->to->all.n; i++) {
            more |= follow_type(diff, changes, changes->to->all.at[i]);
        }
    }
}

/* ---- no step of their own */

/* A domain is built again with its rules as they will be. */
static void fold_check(struct ctx *ctx, struct change *change)
{
    struct buf probe = buf_new(ctx->arena);
    bool said = change->to && change->to->kind->define(change->to, &probe);
    if (change->type == CHANGE_RECREATE) change->gone = true;
    if (change->type == CHANGE_DROP || said) change->with_parent = true;
}

/* An attribute of both types is made with the new one; what is new or gone is altered after or before it. */
static bool comes_along(const struct change *change)
{
    return change->type == CHANGE_ALTER && (object_is(change->to, "attribute") || object_is(change->to, "domain_check"));
}

/* DROP TYPE takes a base type's own functions along. */
static void fold_functions(struct ctx *ctx, const struct object *type)
{
    const struct objects *uses = object_uses(ctx, type);
    for (size_t i = 0; i < uses->n; i++) {
        struct change *change = uses->at[i]->change;
        if (!change || !object_is(uses->at[i], "function")) continue;
        if (change->type == CHANGE_DROP) change->with_parent = true;
        if (change->type == CHANGE_RECREATE) change->gone = true;
    }
}

void diff_fold_types(struct ctx *ctx, struct changes *changes)
{
    size_t kept = 0;
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        bool goes = change->type == CHANGE_DROP || change->type == CHANGE_RECREATE;
        if (goes && object_is(change->from, "base_type")) fold_functions(ctx, change->from);
    }
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        const struct object *object = change->to ? change->to : change->from;
        bool of_rebuilt = object->parent && object->parent->change && is_rebuilt(object->parent);
        if (of_rebuilt && comes_along(change)) {
            change->from->change = change->to->change = NULL;
            continue;
        }
        bool own = object->change == change; /* no comment, no rename */
        if (of_rebuilt && own && object_is(object, "domain_check")) fold_check(ctx, change);
        const struct object *whole = of_rebuilt && own ? object->parent->change->to : NULL;
        if (whole && whole->reordered && object_is(object, "attribute")) change->with_parent = true;
        changes->at[kept++] = change;
    }
    changes->n = kept;
}
