/* access.c: owners and privileges are compared: of managed roles with what the models say, where default privileges
 * may have given and taken as well; of all others nothing changes. */
#include "schema/access.h"

#include <ctype.h>

/* ---- whose */

static const char *role_key(const char *role)
{
    return *role ? role : "public";
}

static void name_roles(struct map *managed, const struct object *object)
{
    if (object->owner) map_put(managed, role_key(object->owner), managed);
    for (size_t i = 0; i < object->privileges.n; i++)
        map_put(managed, role_key(object->privileges.at[i].role), managed);
}

static bool has_defaults(const struct schema *schema)
{
    for (size_t i = 0; i < schema->roots.n; i++) {
        if (object_is(schema->roots.at[i], "default_privileges")) return true;
    }
    return false;
}

struct access *access_new(struct diff *diff, bool reverse)
{
    struct access *access = ARENA_NEW(diff->ctx->arena, struct access);
    struct map *managed = map_new(diff->ctx->arena);
    *access = (struct access){.ctx = diff->ctx, .live = diff->live, .models = diff->models, .managed = managed};
    access->reverse = reverse;
    access->defaults = has_defaults(diff->live) || has_defaults(diff->models);
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
    if (!object) return NULL;
    const struct object *column = object_is(object, "column") ? object : object_get(object, "owned_by")->ref.to;
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
    for (size_t i = 0; model && i < model->privileges.n; i++) {
        struct privilege said = model->privileges.at[i];
        if (str_eq(said.role, pair->owner)) said.role = ROLE_OWNER; /* as whom the set knows them */
        privileges_apply(&pair->of, set, &said);
    }
}

/* ---- states */

/* What a view that is made otherwise is called by: of a live one the server has told, of the models' there is its text. */
static bool may_have_column(struct arena *arena, const struct object *view, const char *name)
{
    const char *columns = object_text(view, "columns"), *text = object_get(view, "definition")->expr.text;
    const char *quoted = sql_ident_str(arena, name);
    bool listed = columns != NULL;
    for (const char *at = listed ? columns : text ? text : ""; (at = strstr(at, listed ? quoted : name)); at++) {
        size_t len = strlen(listed ? quoted : name);
        bool begins = at == (listed ? columns : text) ||
                      (listed ? at[-1] == '\n' : !isalnum((unsigned char)at[-1]) && at[-1] != '_');
        bool ends = listed ? at[len] == ' ' : !isalnum((unsigned char)at[len]) && at[len] != '_';
        if (begins && ends) return true;
    }
    return !listed && (!text || strchr(text, '*'));
}

/* Columns by their names on the other side; what goes, or comes, has no privileges there. */
static void name_columns(struct arena *arena, const struct object *object, struct privileges *set)
{
    const struct change *change = object->change;
    bool otherwise = change && change->type == CHANGE_RECREATE && !change_only_follows(change) && !object_is(object, "table");
    for (size_t i = set->n; i-- > 0;) {
        const char *name = set->at[i].column;
        const struct object *column = name ? object_child(object, "column", name) : NULL;
        bool alone =
            column && column->change && (column->change->type == CHANGE_DROP || column->change->type == CHANGE_CREATE);
        if (column && column->peer) set->at[i].column = column->peer->name;
        else if (alone || (name && otherwise && !may_have_column(arena, object->peer, name))) privileges_remove(set, i);
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

static bool is_of_schema(const struct object *defaults, const struct object *schema)
{
    const struct value *said = object_get(defaults, "schema");
    return !said->set || (schema && said->ref.to && (said->ref.to == schema || said->ref.to->peer == schema));
}

/* What there is after the upgrade, in the models' names of columns: managed roles within the bounds, all others as they
 * are. */
static struct privileges within(const struct pair *pair, const struct privileges *least, const struct privileges *most)
{
    struct privileges set = live_state(pair);
    if (pair->live && pair->model) name_columns(pair->of.arena, pair->live, &set);
    privileges_own(&set, pair->owner);
    for (size_t i = set.n; i-- > 0;) {
        struct privilege *held = &set.at[i];
        if (!is_managed(pair, held->role)) continue;
        const struct privilege *allowed = privileges_find(most, held->role, held->name, held->column);
        if (!allowed) privileges_remove(&set, i);
        else if (!allowed->grantable) held->grantable = false;
    }
    for (size_t i = 0; i < least->n; i++) {
        if (is_managed(pair, least->at[i].role)) privileges_add(pair->of.arena, &set, &least->at[i]);
    }
    return set;
}

/* ---- default privileges */

/* One entry on its two sides; false where it says nothing of such an object. */
static bool entry_of(const struct pair *pair, const struct object *live, const struct object *model, struct pair *entry)
{
    const struct object *defaults = model ? model : live, *object = pair->model ? pair->model : pair->live;
    const struct object *schema = object_is(object, "schema") ? NULL : object_schema(object);
    bool speaks = is_default(defaults) && str_eq(object_text(defaults, "objects"), pair->of.class->plural);
    if (!speaks || !is_of_schema(defaults, schema)) return false;
    *entry = (struct pair){.access = pair->access, .live = live, .model = model, .of = pair->of};
    entry->owner = owner_after(pair->access, live, model);
    return true;
}

/* What it gives: now, or after the upgrade. */
static struct privileges given(const struct pair *entry, bool after)
{
    bool stays = !entry->model && !entry->live->change;
    if (!after || stays) return live_state(entry);
    struct privileges base = base_of(entry);
    say(entry, entry->model, &base);
    privileges_own(&base, entry->owner);
    return within(entry, &base, &base);
}

struct entries {
    struct pair *at;
    size_t n, cap;
};

static struct entries entries_of(const struct pair *pair)
{
    const struct objects *live = &pair->access->live->roots, *models = &pair->access->models->roots;
    struct entries entries = {0};
    struct pair entry;
    for (size_t i = 0; pair->access->defaults && i < live->n; i++) {
        if (entry_of(pair, live->at[i], live->at[i]->peer, &entry)) vec_push(pair->of.arena, &entries, entry);
    }
    for (size_t i = 0; pair->access->defaults && i < models->n; i++) {
        bool alone = !models->at[i]->peer;
        if (alone && entry_of(pair, NULL, models->at[i], &entry)) vec_push(pair->of.arena, &entries, entry);
    }
    return entries;
}

static bool is_local(const struct pair *entry)
{
    return object_get(entry->model ? entry->model : entry->live, "schema")->set;
}

/* They may have given more, or taken what PUBLIC has, when the object was made by whomever: both is as well. */
static void tolerate(const struct pair *pair, struct privileges *least, struct privileges *most)
{
    struct entries entries = entries_of(pair);
    const char *for_public = pair->of.class->for_public;
    for (size_t i = 0; i < entries.n; i++) {
        struct privileges held = given(&entries.at[i], true);
        for (size_t k = 0; k < held.n; k++) privileges_add(pair->of.arena, most, &held.at[k]);
        const struct privilege *kept = for_public ? privileges_find(least, "", for_public, NULL) : NULL;
        bool takes = kept && !is_local(&entries.at[i]) && !privileges_find(&held, "", for_public, NULL);
        if (takes) privileges_remove(least, (size_t)(kept - least->at));
    }
}

static bool is_our_own(const struct pair *entry)
{
    const char *role = object_text(entry->model ? entry->model : entry->live, "role");
    return !role || str_eq(role, entry->access->live->role);
}

/* What an object has that we make now, or after the upgrade: everybody's entry stands for PostgreSQL's own, a schema's
 * comes on top. */
static struct privileges made_under(const struct pair *pair, const struct entries *entries, bool after)
{
    struct privileges set = privileges_default(&pair->of);
    for (size_t local = 0; local < 2; local++) {
        for (size_t i = 0; i < entries->n; i++) {
            const struct pair *entry = &entries->at[i];
            if (is_local(entry) != (local == 1) || !is_our_own(entry)) continue;
            struct privileges held = given(entry, after);
            if (local == 0) set = (struct privileges){0};
            for (size_t k = 0; k < held.n; k++) privileges_add(pair->of.arena, &set, &held.at[k]);
        }
    }
    return set;
}

/* Default privileges may change in the same plan, before or after the object is made. */
static void made(const struct pair *pair, const char *owner, struct privileges *certain, struct privileges *possible)
{
    struct entries entries = entries_of(pair);
    struct privileges now = made_under(pair, &entries, false), then = made_under(pair, &entries, true);
    *certain = *possible = (struct privileges){0};
    for (size_t i = 0; i < now.n; i++) {
        const struct privilege *one = &now.at[i];
        if (privileges_find(&then, one->role, one->name, NULL)) privileges_add(pair->of.arena, certain, one);
        privileges_add(pair->of.arena, possible, one);
    }
    for (size_t i = 0; i < then.n; i++) privileges_add(pair->of.arena, possible, &then.at[i]);
    privileges_own(certain, owner);
    privileges_own(possible, owner);
}

/* ---- what the models are content with */

/* The least and the most of it. */
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

static struct privileges wanted(const struct pair *pair)
{
    struct privileges least, most;
    bounds(pair, &least, &most);
    return within(pair, &least, &most);
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
        if (pair->live && pair->model) name_columns(arena, pair->live, &certain);
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
        if (pair->live && pair->model) name_columns(pair->of.arena, pair->model, &certain);
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

void access_steps(const struct access *access, const struct object *from, const struct object *to, bool is_made,
                  struct access_steps *steps)
{
    struct pair pair = pair_of(access, from, to);
    *steps = (struct access_steps){.owner = owner_step(&pair, to, is_made)};
    if (!pair.of.class || (!to && !is_default(from))) return;
    bool new = is_made || (from && !grant_class_of(from)); /* a column becomes an identity */
    bool said = (from && from->says_privileges) || (to && to->says_privileges);
    if (!said && !(new && access->defaults)) return; /* as everybody begins */
    if (access->reverse) down(&pair, new, &steps->privileges);
    else up(&pair, new, &steps->privileges);
    steps->of = access->reverse && pair.live ? live_owner(access, pair.live) : pair.owner;
}

void access_column_steps(const struct access *access, const struct object *from, const struct object *to,
                         struct access_steps *steps)
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
