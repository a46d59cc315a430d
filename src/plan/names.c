/* names.c: names are resources. Who gives one up comes before who takes it; where that can't be, somebody steps aside
 * to a third name. */
#include "plan/plan_parts.h"

/* Where names live: relations and types by schema, the rest by parent. A constraint with an index takes a relation's
 * name too, a table and a sequence that of a type. */
struct keys_of_name {
    const char *at[3];
    size_t n;
};

static const struct object *same_on_both_sides(const struct changes *changes, const struct object *home)
{
    return home && home->live == changes->from->live && home->peer ? home->peer : home;
}

static void add_key(struct order *order, struct keys_of_name *keys, const char *space, const struct object *home,
                    const char *name)
{
    home = same_on_both_sides(order->changes, home);
    keys->at[keys->n++] = arena_printf(order->ctx->arena, "%s %p %s", space, (const void *)home, name);
}

static bool has_index(const struct object *object)
{
    return object_is(object, "primary_key") || object_is(object, "unique") || object_is(object, "exclude");
}

static bool is_relation(const struct object *object)
{
    return object->kind->name_space == NAMES_RELATION || has_index(object) || object_is(object, "composite");
}

static bool takes_type_name(const struct object *object)
{
    return object->kind->name_space == NAMES_TYPE || object_is_relation(object) || object_is(object, "sequence");
}

/* Routines and operators of one name live side by side. */
static const char *own_name(struct order *order, const struct object *object, const char *name)
{
    struct buf buf = buf_new(order->ctx->arena);
    buf_add(&buf, name);
    sql_args(&buf, object);
    if (object->tail) buf_add(&buf, object->tail);
    return buf.text;
}

/* The names of an object called `name`, its relations and types in `schema`. */
static struct keys_of_name keys_in(struct order *order, const struct object *object, const char *name,
                                   const struct object *schema)
{
    struct keys_of_name keys = {0};
    enum name_space space = object->kind->name_space;
    if (is_relation(object)) add_key(order, &keys, "relation", schema, name);
    if (takes_type_name(object)) add_key(order, &keys, "type", schema, name);
    if (space == NAMES_CONSTRAINT) add_key(order, &keys, "constraint", object->parent, name);
    if (space == NAMES_OWN) add_key(order, &keys, object->kind->title, object->parent, own_name(order, object, name));
    return keys;
}

/* ---- giving up ---- */

/* A table that moves takes its indexes, and the sequences its columns own, along. */
static bool goes_along(const struct object *object, const struct object *table)
{
    if (object->parent == table) return is_relation(object);
    const struct object *owner = owner_of(object);
    return owner && owner->parent == table;
}

/* The table by whose move an object of the old side gets into another schema; NULL: none. */
static const struct object *moving_table(const struct object *object)
{
    const struct object *owner = owner_of(object);
    const struct object *table = owner ? owner->parent : object->parent;
    return table && object_is(table, "table") && table->renaming && table->renaming->moved ? table : NULL;
}

struct release {
    struct change *owner;
    const struct change *by; /* after whose ops in `role` the name is free */
    unsigned role;
    const struct object *object;
    const struct release *next; /* of the same name */
};

static void release(struct order *order, struct map *released, struct release entry, struct keys_of_name keys)
{
    for (size_t i = 0; i < keys.n; i++) {
        struct release *copy = ARENA_NEW(order->ctx->arena, struct release);
        *copy = entry;
        copy->next = map_get(released, keys.at[i]);
        map_put(released, keys.at[i], copy);
    }
}

/* The schema an object is in once its table has moved. */
static const struct object *schema_then(const struct object *object)
{
    const struct object *table = moving_table(object);
    return table ? table->renaming->to->parent : object_schema(object);
}

static void release_own(struct order *order, struct map *released, struct change *change)
{
    const struct object *from = change->from;
    struct release entry = {change, change, R_RENAME, from, NULL};
    if (change->aside) entry.role = R_STEP;
    else if (change->type != CHANGE_RENAME)
        entry = (struct release){change, acting(from) ? acting(from) : change, R_TEAR, from, NULL};
    release(order, released, entry,
            keys_in(order, from, from->name, change->aside ? object_schema(from) : schema_then(from)));
}

static void release_along(struct order *order, struct map *released, struct change *move, const struct object *object)
{
    struct release entry = {move, move, R_RENAME, object, NULL};
    struct keys_of_name keys = keys_in(order, object, object->name, object_schema(object));
    keys.n -= object->kind->name_space == NAMES_CONSTRAINT; /* the constraint's own name stays with the table */
    release(order, released, entry, keys);
}

static struct map *collect_releases(struct order *order)
{
    struct map *released = map_new(order->ctx->arena);
    const struct changes *changes = order->changes;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        bool goes = change->type == CHANGE_DROP || (change->type == CHANGE_RECREATE && !is_rebuild(change));
        if (goes || change->type == CHANGE_RENAME) release_own(order, released, change);
        if (change->type != CHANGE_RENAME || !change->moved || !object_is(change->from, "table")) continue;
        for (size_t j = 0; j < changes->from->all.n; j++) {
            const struct object *object = changes->from->all.at[j];
            if (goes_along(object, change->from)) release_along(order, released, change, object);
        }
    }
    return released;
}

/* ---- taking ---- */

static void take(struct order *order, const struct map *released, const struct change *taker, unsigned role,
                 const struct object *object, struct keys_of_name keys)
{
    for (size_t i = 0; i < keys.n; i++) {
        for (const struct release *entry = map_get(released, keys.at[i]); entry; entry = entry->next) {
            if (entry->by == taker || entry->object == object || entry->object == object->peer) continue;
            order_edges(order, entry->by, entry->role, taker, role);
            struct name_edge edge = {entry->owner, entry->by, taker};
            vec_push(order->ctx->arena, &order->name_edges, edge);
        }
    }
}

static void take_along(struct order *order, const struct map *released, const struct change *move)
{
    const struct objects *all = &order->changes->from->all;
    for (size_t i = 0; i < all->n; i++) {
        const struct object *object = all->at[i];
        if (!goes_along(object, move->from) || (object->renaming && object->renaming->aside)) continue;
        struct keys_of_name keys = keys_in(order, object, object->name, move->to->parent);
        keys.n -= object->kind->name_space == NAMES_CONSTRAINT;
        take(order, released, move, R_RENAME, object, keys);
    }
}

void order_names(struct order *order)
{
    const struct map *released = collect_releases(order);
    const struct changes *changes = order->changes;
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        const struct object *to = change->to;
        if (change->type == CHANGE_RENAME) {
            take(order, released, change, R_RENAME, to, keys_in(order, to, to->name, object_schema(to)));
            if (change->moved && object_is(to, "table")) take_along(order, released, change);
        } else if (change->type == CHANGE_CREATE || (change->type == CHANGE_RECREATE && !is_rebuild(change))) {
            const struct change *taker = acting(to) ? acting(to) : change;
            unsigned first = object_is(to, "base_type") ? R_STEP : 0; /* its shell */
            take(order, released, taker, first | R_BUILD, to, keys_in(order, to, to->name, object_schema(to)));
        }
    }
}

/* ---- stepping aside ---- */

bool order_step_aside(struct order *order, const size_t *cycle, size_t n_cycle)
{
    for (size_t i = 0; i < n_cycle; i++) {
        const struct change *before = order->nodes.at[cycle[i]].change,
                            *after = order->nodes.at[cycle[(i + 1) % n_cycle]].change;
        for (size_t j = 0; j < order->name_edges.n; j++) {
            const struct name_edge *edge = &order->name_edges.at[j];
            if (edge->before != before || edge->after != after || edge->owner->aside) continue;
            edge->owner->aside = true;
            return true;
        }
    }
    return false;
}

/* The object that has the name which this rename wants, if it is itself being renamed in the same place. */
static const struct change *renamed_away(const struct changes *changes, const struct change *change)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *other = changes->at[i];
        if (other->type == CHANGE_RENAME && other != change && str_eq(other->from->name, change->to->name) &&
            other->from->kind->name_space == change->from->kind->name_space &&
            other->from->parent == change->from->parent) {
            return other;
        }
    }
    return NULL;
}

/* Renames in a circle: the first of each circle goes by way of a third name. */
static bool begins_circle(const struct changes *changes, const struct change *change)
{
    if (!change->renamed) return false;
    const struct change *at = renamed_away(changes, change);
    for (size_t steps = 0; at && at != change && !at->aside && steps < changes->n; steps++)
        at = renamed_away(changes, at);
    return at == change;
}

static bool shares_space(const struct object *a, const struct object *b)
{
    bool types = takes_type_name(a) && takes_type_name(b);
    return types || (is_relation(a) && is_relation(b));
}

static bool holds_name(const struct changes *changes, const struct schema *side, const struct object *object,
                       const struct object *home)
{
    for (size_t i = 0; i < side->all.n; i++) {
        const struct object *other = side->all.at[i];
        if (other != object && other != object->peer && str_eq(other->name, object->name) &&
            shares_space(object, other) && same_on_both_sides(changes, object_schema(other)) == home) {
            return true;
        }
    }
    return false;
}

/* Its old name is taken in the schema it moves to, by itself or with its table. */
static bool meets_its_name(const struct changes *changes, const struct change *change)
{
    const struct object *from = change->from;
    if (!change->moved && !(is_relation(from) && moving_table(from))) return false;
    const struct object *home = same_on_both_sides(changes, change->moved ? change->to->parent : schema_then(from));
    return holds_name(changes, changes->from, from, home) || holds_name(changes, changes->to, from, home);
}

void plan_asides(const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        bool goes = change->type == CHANGE_DROP || (change->type == CHANGE_RECREATE && !is_rebuild(change));
        if (change->type == CHANGE_RENAME)
            change->aside = begins_circle(changes, change) || (change->renamed && meets_its_name(changes, change));
        else if (goes && !change->with_parent) change->aside = meets_its_name(changes, change);
    }
}
