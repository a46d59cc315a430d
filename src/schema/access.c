/* access.c: owners and privileges are compared: of managed roles with what the models say, where default privileges may have given and
 * taken as well; of all others nothing changes. */
#include "schema/access.h"

/* ---- whose */

static const char *role_key(const char *role)
{
    return *role ? role : "public";
}

static void name_roles(struct map *managed, const struct object *object)
{
    if (object->owner) map_put(managed, role_key(object->owner), managed);
    for (size_t i = 0; i < object->privileges.n; i++) map_put(managed, role_key(object->privileges.at[i].role), managed);
}

struct access *access_new(struct diff *diff, bool reverse)
{
    struct access *access = ARENA_NEW(diff->ctx->arena, struct access);
    struct map *managed = map_new(diff->ctx->arena);
    *access = (struct access){diff->ctx, diff->live, diff->models, managed, false, reverse};
    for (size_t i = 0; diff->roles && i < diff->roles->n; i++) {
        access->everybody = access->everybody || str_eq(diff->roles->at[i], "*");
        map_put(managed, diff->roles->at[i], managed);
    }
    for (size_t i = 0; !diff->roles && i < diff->models->all.n; i++) name_roles(managed, diff->models->all.at[i]);
    return access;
}

bool access_manages(const struct access *access, const char *role)
{
    return access->everybody || map_has(access->managed, role_key(role));
}

/* ---- one object on its two sides */

struct pair {
    const struct access *access;
    const struct object *live, *model; /* either may be NULL */
    struct privileges_of of;
    const char *owner; /* after the upgrade; NULL: not known */
};

static bool is_default(const struct object *object)
{
    return object_is(object, "default_privileges");
}

static bool is_managed(const struct pair *pair, const char *role)
{
    if (!str_eq(role, ROLE_OWNER)) return access_manages(pair->access, role);
    return !pair->owner || access_manages(pair->access, pair->owner);
}

/* A column's sequence is its table's owner's. */
static const struct object *owned(const struct object *object)
{
    const struct object *column = !object ? NULL : object_is(object, "column") ? object : object_get(object, "owned_by")->ref.to;
    return column ? column->parent : object;
}

/* Who has it now: for default privileges whose objects they speak of. */
static const char *live_owner(const struct access *access, const struct object *live)
{
    if (is_default(live)) return object_text(live, "role") ? object_text(live, "role") : access->live->role;
    return owned(live)->owner;
}

static const char *owner_after(const struct access *access, const struct object *live, const struct object *model)
{
    const struct object *said = owned(model);
    if (said && said->owner && access_manages(access, said->owner)) return said->owner;
    if (live) return live_owner(access, live);
    return model && is_default(model) && object_text(model, "role") ? object_text(model, "role") : access->live->role;
}

static struct privileges base_of(const struct pair *pair)
{
    return privileges_base(&pair->of, pair->model ? pair->model : pair->live);
}

static void say(const struct pair *pair, const struct object *model, struct privileges *set)
{
    for (size_t i = 0; model && i < model->privileges.n; i++) privileges_apply(&pair->of, set, &model->privileges.at[i]);
}

/* ---- default privileges */

static bool is_of_schema(const struct object *defaults, const struct object *schema)
{
    const struct value *said = object_get(defaults, "schema");
    return !said->set || (schema && said->ref.to && (said->ref.to == schema || said->ref.to->peer == schema));
}

/* What an entry holds: of the models what is said of nothing, or of everybody's defaults. */
static struct privileges held_by(const struct pair *pair, const struct object *defaults)
{
    struct privileges set = {0};
    bool local = object_get(defaults, "schema")->set;
    if (defaults->live) {
        privileges_copy(pair->of.arena, &defaults->privileges, &set);
        privileges_own(&set, live_owner(pair->access, defaults));
        return set;
    }
    if (!local) set = privileges_default(&pair->of);
    say(pair, defaults, &set);
    return set;
}

static bool applies(const struct pair *pair, const struct object *defaults, const struct object *object)
{
    const struct object *schema = object_is(object, "schema") ? NULL : object_schema(object);
    return is_default(defaults) && str_eq(object_text(defaults, "objects"), pair->of.class->plural) && is_of_schema(defaults, schema);
}

/* They may have given more, or taken what PUBLIC has, when the object was made by whomever: both is as well. */
static void tolerate(const struct pair *pair, struct privileges *least, struct privileges *most)
{
    const struct schema *sides[] = {pair->access->live, pair->access->models};
    const struct object *object = pair->model ? pair->model : pair->live;
    const char *for_public = pair->of.class->for_public;
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->roots.n; i++) {
            const struct object *defaults = sides[s]->roots.at[i];
            if (!applies(pair, defaults, object)) continue;
            struct privileges held = held_by(pair, defaults);
            for (size_t k = 0; k < held.n; k++) privileges_add(pair->of.arena, most, &held.at[k]);
            const struct privilege *kept = for_public ? privileges_find(least, "", for_public, NULL) : NULL;
            bool takes = kept && !object_get(defaults, "schema")->set && !privileges_find(&held, "", for_public, NULL);
            if (takes) privileges_remove(least, (size_t)(kept - least->at));
        }
    }
}

static bool is_our_own(const struct access *access, const struct object *defaults)
{
    const char *role = object_text(defaults, "role");
    return !role || str_eq(role, access->live->role);
}

/* What an object has that we make while one side's default privileges are in force. */
static struct privileges made_under(const struct pair *pair, const struct schema *side)
{
    const struct object *object = pair->model ? pair->model : pair->live;
    struct privileges set = privileges_default(&pair->of);
    for (size_t local = 0; local < 2; local++) {
        for (size_t i = 0; i < side->roots.n; i++) {
            const struct object *defaults = side->roots.at[i];
            if (!applies(pair, defaults, object) || !is_our_own(pair->access, defaults)) continue;
            if (object_get(defaults, "schema")->set != (local == 1)) continue;
            struct privileges held = held_by(pair, defaults);
            if (local == 0) set = (struct privileges){0};
            for (size_t k = 0; k < held.n; k++) privileges_add(pair->of.arena, &set, &held.at[k]);
        }
    }
    return set;
}

/* Default privileges may change in the same plan, before or after the object is made. */
static void made(const struct pair *pair, const char *owner, struct privileges *certain, struct privileges *possible)
{
    struct privileges one = made_under(pair, pair->access->live), other = made_under(pair, pair->access->models);
    *certain = *possible = (struct privileges){0};
    for (size_t i = 0; i < one.n; i++) {
        if (privileges_find(&other, one.at[i].role, one.at[i].name, NULL)) privileges_add(pair->of.arena, certain, &one.at[i]);
        privileges_add(pair->of.arena, possible, &one.at[i]);
    }
    for (size_t i = 0; i < other.n; i++) privileges_add(pair->of.arena, possible, &other.at[i]);
    privileges_own(certain, owner);
    privileges_own(possible, owner);
}

/* ---- states */

/* Columns by their names on the other side; what goes, or comes, has no privileges there. */
static void name_columns(const struct object *object, struct privileges *set)
{
    for (size_t i = set->n; i-- > 0;) {
        const struct object *column = set->at[i].column ? object_child(object, "column", set->at[i].column) : NULL;
        if (!column) continue;
        bool alone = column->change && (column->change->type == CHANGE_DROP || column->change->type == CHANGE_CREATE);
        if (column->peer) set->at[i].column = column->peer->name;
        else if (alone) privileges_remove(set, i);
    }
}

static struct privileges live_state(const struct pair *pair)
{
    struct privileges set;
    if (!pair->live || !pair->live->says_privileges) return base_of(pair);
    privileges_copy(pair->of.arena, &pair->live->privileges, &set);
    privileges_own(&set, live_owner(pair->access, pair->live));
    return set;
}

/* The least and the most that the models are content with. */
static void bounds(const struct pair *pair, struct privileges *least, struct privileges *most)
{
    struct privileges base = base_of(pair);
    privileges_copy(pair->of.arena, &base, least);
    privileges_copy(pair->of.arena, &base, most);
    if (!is_default(pair->model ? pair->model : pair->live)) tolerate(pair, least, most);
    say(pair, pair->model, least);
    say(pair, pair->model, most);
    privileges_own(least, pair->owner);
    privileges_own(most, pair->owner);
}

/* What there is after the upgrade, in the models' names of columns: managed roles within the bounds, all others as they are. */
static struct privileges wanted(const struct pair *pair)
{
    struct privileges set = live_state(pair), least, most;
    if (pair->live && pair->model) name_columns(pair->live, &set);
    privileges_own(&set, pair->owner);
    bounds(pair, &least, &most);
    for (size_t i = set.n; i-- > 0;) {
        struct privilege *held = &set.at[i];
        if (!is_managed(pair, held->role)) continue;
        const struct privilege *allowed = privileges_find(&most, held->role, held->name, held->column);
        if (!allowed) privileges_remove(&set, i);
        else if (!allowed->grantable) held->grantable = false;
    }
    for (size_t i = 0; i < least.n; i++) {
        if (is_managed(pair, least.at[i].role)) privileges_add(pair->of.arena, &set, &least.at[i]);
    }
    return set;
}

/* ---- steps */

static void forget_unmanaged(const struct pair *pair, struct privileges *steps)
{
    for (size_t i = steps->n; i-- > 0;) {
        if (!is_managed(pair, steps->at[i].role)) privileges_remove(steps, i);
    }
}

static void up(const struct pair *pair, bool is_made, struct privileges *steps)
{
    struct arena *arena = pair->of.arena;
    struct privileges certain, possible, least, most;
    bool new = !pair->live && !is_default(pair->model);
    if (is_made) {
        made(pair, pair->owner, &certain, &possible);
    } else {
        certain = live_state(pair);
        if (pair->live && pair->model) name_columns(pair->live, &certain);
        privileges_own(&certain, pair->owner);
        possible = certain;
    }
    if (new) bounds(pair, &least, &most);
    else least = most = wanted(pair);
    privileges_steps(arena, &certain, &possible, &least, &most, steps);
    if (new) forget_unmanaged(pair, steps);
}

static void down(const struct pair *pair, bool is_made, struct privileges *steps)
{
    struct privileges certain, possible, before = live_state(pair);
    const char *owner = pair->live ? live_owner(pair->access, pair->live) : pair->owner;
    if (is_made) {
        made(pair, owner, &certain, &possible);
    } else {
        certain = wanted(pair);
        if (pair->live && pair->model) name_columns(pair->model, &certain);
        privileges_own(&certain, owner);
        possible = certain;
    }
    privileges_own(&before, owner);
    privileges_steps(pair->of.arena, &certain, &possible, &before, &before, steps);
}

static struct pair pair_of(const struct access *access, const struct object *from, const struct object *to)
{
    const struct object *live = access->reverse ? to : from, *model = access->reverse ? from : to;
    struct pair pair = {.access = access, .live = live, .model = model, .owner = owner_after(access, live, model)};
    pair.of = (struct privileges_of){access->ctx->arena, grant_class_of(to ? to : from), access->live->version};
    return pair;
}

static const char *owner_step(const struct pair *pair, const struct object *to, bool is_made)
{
    const struct access *access = pair->access;
    const char *live = pair->live ? live_owner(access, pair->live) : NULL;
    const char *target = access->reverse ? live : pair->owner;
    const char *now = is_made ? access->live->role : access->reverse ? pair->owner : live;
    if (!to || !target || !object_has_owner(to) || str_eq(target, now)) return NULL;
    return target;
}

void access_steps(const struct access *access, const struct object *from, const struct object *to, bool is_made, struct access_steps *steps)
{
    struct pair pair = pair_of(access, from, to);
    *steps = (struct access_steps){.owner = owner_step(&pair, to, is_made)};
    if (!pair.of.class || (!to && !is_default(from))) return;
    bool new = is_made || (from && !grant_class_of(from)); /* a column becomes an identity */
    if (access->reverse) down(&pair, new, &steps->privileges);
    else up(&pair, new, &steps->privileges);
    steps->of = access->reverse && pair.live ? live_owner(access, pair.live) : pair.owner;
}

void access_column_steps(const struct access *access, const struct object *from, const struct object *to, struct access_steps *steps)
{
    struct pair pair = pair_of(access, from->parent, to->parent);
    *steps = (struct access_steps){.of = pair.owner};
    if (!pair.of.class) return;
    struct privileges none = {0}, all = access->reverse ? live_state(&pair) : wanted(&pair);
    for (size_t i = all.n; i-- > 0;) {
        if (!str_eq(all.at[i].column, to->name)) privileges_remove(&all, i);
    }
    privileges_steps(pair.of.arena, &none, &none, &all, &all, &steps->privileges);
}
