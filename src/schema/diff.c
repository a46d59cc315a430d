/* diff.c: bound schemas become changes, in either direction. */
#include "schema/diff.h"
#include "schema/diff_parts.h"

static const char *path_key(const struct diff *diff, const struct object *object)
{
    struct arena *arena = diff->ctx->arena;
    return arena_printf(arena, "%s %s", object->kind->name, object_path(arena, object));
}

bool diff_dropped(const struct diff *diff, const struct object *live)
{
    struct arena *arena = diff->ctx->arena;
    return map_has(diff->drops, path_key(diff, live)) || map_has(diff->drops, object_path(arena, live)) ||
           map_has(diff->drops, object_shown(arena, live));
}

/* In the manifest it is a drop; never known it is reported, and dropped only when told so. */
static bool is_ours(const struct diff *diff, const struct object *live)
{
    if (live->inherited) return is_ours(diff, live->parent); /* it came with the table's parent */
    return !diff->manifest || map_has(diff->manifest, path_key(diff, live)) || diff_dropped(diff, live);
}

/* The parts of something that is dropped (or, on the way back, made again) share its fate, known or not. */
static bool goes_with_parent(const struct object *live)
{
    const struct change *change = live->parent && !object_is(live->parent, "schema") ? live->parent->change : NULL;
    return change && (change->type == CHANGE_DROP || change->type == CHANGE_CREATE);
}

struct change *changes_add_facet(struct changes *changes, struct ctx *ctx, enum change_type type, struct object *from, struct object *to)
{
    struct change *change = ARENA_NEW(ctx->arena, struct change);
    const struct kind *kind = (from ? from : to)->kind;
    change->type = type;
    change->from = from;
    change->to = to;
    change->changed = ARENA_ARRAY(ctx->arena, bool, kind->n_fields + 1);
    vec_push(ctx->arena, changes, change);
    return change;
}

struct change *changes_add(struct changes *changes, struct ctx *ctx, enum change_type type, struct object *from, struct object *to)
{
    struct change *change = changes_add_facet(changes, ctx, type, from, to);
    if (from) from->change = change;
    if (to) to->change = change;
    return change;
}

bool changes_fold(struct ctx *ctx, const struct object *object)
{
    struct buf probe = buf_new(ctx->arena);
    const struct change *parent = object->parent ? object->parent->change : NULL;
    bool made = parent && (parent->type == CHANGE_CREATE || (parent->type == CHANGE_RECREATE && !object->parent->kind->rebuild));
    if (object->apart && !object_is(object, "column")) return false;
    return made && object->kind->define && object->kind->define(object, &probe);
}

static void create(struct diff *diff, struct changes *changes, struct object *object)
{
    struct change *change = changes_add(changes, diff->ctx, CHANGE_CREATE, NULL, object);
    change->with_parent = changes_fold(diff->ctx, object);
}

static void drop(struct diff *diff, struct changes *changes, struct object *object)
{
    struct change *change = changes_add(changes, diff->ctx, CHANGE_DROP, object, NULL);
    change->with_parent = goes_with_parent(object);
    change->foreign = object->live && !object->inherited && diff->manifest && !map_has(diff->manifest, path_key(diff, object));
}

/* DROP COLUMN takes the keys, checks and indexes that use the column along, known or not: the plan says so, and the way back
 * has them. */
static bool goes_with_column(const struct diff *diff, const struct object *live)
{
    struct objects needs = {0}, later = {0};
    if (!live->parent || !object_is(live->parent, "table") || !live->parent->peer || object_is(live, "column")) return false;
    object_needs(diff->ctx, live, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        const struct object *need = needs.at[i];
        if (object_is(need, "column") && need->parent == live->parent && !need->peer && is_ours(diff, need)) return true;
    }
    return false;
}

/* A live object that the models don't have: ours to drop, somebody else's, or ignored. */
bool diff_takes(struct diff *diff, struct object *live, bool report)
{
    if (live->aside || diff->creations_only || (object_is(live, "schema") && str_eq(live->name, "public"))) return false;
    if (goes_with_parent(live) || goes_with_column(diff, live)) return true;
    if (is_ours(diff, live)) return true;
    if (live->parent && !live->parent->peer && !object_is(live->parent, "schema")) return false;
    if (report && !(diff->ignored && diff->ignored(diff->ignored_arg, live->kind->name, object_path(diff->ctx->arena, live)))) {
        vec_push(diff->ctx->arena, &diff->unmanaged, live);
    }
    return false;
}

/* A sequence that a column owns, and goes on to own, goes where its table goes. */
static bool moves_with_owner(const struct object *from, const struct object *to)
{
    const struct object *owner = object_is(from, "sequence") ? object_get(from, "owned_by")->ref.to : NULL;
    if (!owner || !owner->peer || object_get(to, "owned_by")->ref.to != owner->peer) return false;
    return owner->parent->parent->peer != owner->peer->parent->parent;
}

static void compare_names(struct diff *diff, struct changes *changes, struct object *from, struct object *to)
{
    bool in_schema = from->parent && object_is(from->parent, "schema");
    bool moved = in_schema && from->parent->peer != to->parent && !moves_with_owner(from, to);
    bool renamed = !to->kind->spell && !str_eq(from->name, to->name);
    if (!moved && !renamed) return;
    struct change *change = changes_add_facet(changes, diff->ctx, CHANGE_RENAME, from, to);
    change->moved = moved;
    change->renamed = renamed;
    from->renaming = to->renaming = change;
}

static bool compare_values(struct diff *diff, struct object *from, struct object *to, bool *changed, bool *recreate)
{
    bool any = false;
    for (size_t i = 0; i < from->kind->n_fields; i++) {
        const struct field *field = &from->kind->fields[i];
        if (field->means == INTENT || field->means == LIVE) continue;
        /* value_equal reads live before model: canonical forms stand on both */
        struct value *live = &(from->live ? from : to)->values[i], *model = &(from->live ? to : from)->values[i];
        if (value_equal(diff->ctx, field, live, model)) continue;
        changed[i] = any = true;
        if (field->means == RECREATE) *recreate = true;
    }
    return any;
}

static bool comments_differ(const struct object *from, const struct object *to)
{
    const struct object *model = from->live ? to : from;
    return !str_eq(from->comment, to->comment) && (model->comment || !model->kind->own_comment);
}

static void compare(struct diff *diff, struct changes *changes, struct object *from, struct object *to)
{
    bool *changed = ARENA_ARRAY(diff->ctx->arena, bool, from->kind->n_fields + 1);
    bool recreate = false, any = compare_values(diff, from, to, changed, &recreate);
    const struct object *live = from->live ? from : to;
    compare_names(diff, changes, from, to);
    if (live->broken && !live->building && !changes->reverse) any = recreate = true;
    if (any) {
        if (!recreate && from->kind->must_recreate) recreate = from->kind->must_recreate(from, to, changed);
        struct change *change = changes_add(changes, diff->ctx, recreate ? CHANGE_RECREATE : CHANGE_ALTER, from, to);
        change->changed = changed;
    }
    if (comments_differ(from, to) && !(any && recreate)) changes_add_facet(changes, diff->ctx, CHANGE_COMMENT, from, to);
}

static void walk_new(struct diff *diff, struct changes *changes)
{
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *to = changes->to->all.at[i];
        if (to->aside || (to->peer && diff->creations_only) || object_is(to, "default_privileges")) continue;
        if (to->peer) compare(diff, changes, to->peer, to);
        else if (!changes->reverse || diff_takes(diff, to, false)) create(diff, changes, to);
    }
}

static void walk_gone(struct diff *diff, struct changes *changes)
{
    for (size_t i = 0; i < changes->from->all.n; i++) {
        struct object *from = changes->from->all.at[i];
        if (from->peer || from->aside || object_is(from, "default_privileges")) continue;
        if (changes->reverse || diff_takes(diff, from, true)) drop(diff, changes, from);
    }
}

bool change_is_facet(const struct change *change)
{
    return change->type == CHANGE_COMMENT || change->type == CHANGE_OWNER || change->type == CHANGE_PRIVILEGES;
}

bool change_only_follows(const struct change *change)
{
    return change->forced && !change->differs;
}

void changes_mark(const struct changes *changes)
{
    const struct schema *sides[] = {changes->from, changes->to};
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->all.n; i++) sides[s]->all.at[i]->change = sides[s]->all.at[i]->renaming = NULL;
    }
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        struct object *both[] = {change->from, change->to};
        for (size_t s = 0; s < 2; s++) {
            if (!both[s] || change_is_facet(change)) continue;
            if (change->type == CHANGE_RENAME) both[s]->renaming = change;
            else both[s]->change = change;
        }
    }
}

struct changes *diff_changes(struct diff *diff, bool reverse)
{
    struct changes *changes = ARENA_NEW(diff->ctx->arena, struct changes);
    changes->reverse = reverse;
    changes->from = reverse ? diff->models : diff->live;
    changes->to = reverse ? diff->live : diff->models;
    if (!reverse) diff->unmanaged.n = 0;
    changes_mark(changes);
    walk_gone(diff, changes);
    walk_new(diff, changes);
    diff_follow(diff, changes);
    diff_privileges(diff, changes);
    if (!reverse) diff_lookalikes(diff, changes);
    return changes;
}
