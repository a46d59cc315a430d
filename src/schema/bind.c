/* bind.c: finds for each model object the live one that it is: by path, then `was`, then structure; top-down, so that a renamed
 * schema, table or type changes nothing below it. */
#include "schema/diff.h"
#include "schema/diff_parts.h"

static void bind(struct object *live, struct object *model)
{
    live->peer = model;
    model->peer = live;
}

static struct object *free_child(const struct object *live_parent, const struct kind *kind, const char *name)
{
    struct object *found = live_parent && name ? object_child(live_parent, kind->name, name) : NULL;
    return found && !found->peer ? found : NULL;
}

/* Of several routines or operators of one name the one with the same arguments, of operator classes that of the same
 * method; types are bound before them. */
static struct object *free_overload(const struct object *live_parent, const struct object *model)
{
    for (size_t i = 0; i < live_parent->children.n; i++) {
        struct object *live = live_parent->children.at[i];
        bool alike = live->kind == model->kind && str_eq(live->name, model->name) && str_eq(live->tail, model->tail);
        if (alike && !live->peer && same_args(live, model)) return live;
    }
    return NULL;
}

static struct object *live_root(const struct diff *diff, const struct kind *kind, const char *name)
{
    for (size_t i = 0; i < diff->live->roots.n; i++) {
        struct object *root = diff->live->roots.at[i];
        if (root->kind == kind && str_eq(root->name, name)) return root;
    }
    return NULL;
}

/* Default privileges are told by whose, where and on what they are: a schema may have another name now, and a role that is not said is who
 * reads the database. */
static struct object *live_defaults(const struct diff *diff, const struct object *model)
{
    const char *role = object_text(model, "role");
    const struct object *schema = object_get(model, "schema")->ref.to;
    if (str_eq(role, diff->live->role)) role = NULL;
    for (size_t i = 0; i < diff->live->roots.n; i++) {
        struct object *live = diff->live->roots.at[i];
        if (live->kind != model->kind || live->peer || !str_eq(object_text(live, "objects"), object_text(model, "objects"))) continue;
        const struct object *of = object_get(live, "schema")->ref.to;
        if (str_eq(object_text(live, "role"), role) && (schema ? of && of->peer == schema : !of)) return live;
    }
    return NULL;
}

static void bind_defaults(struct diff *diff)
{
    const struct objects *roots = &diff->models->roots;
    for (size_t i = 0; i < roots->n; i++) {
        struct object *live = object_is(roots->at[i], "default_privileges") ? live_defaults(diff, roots->at[i]) : NULL;
        if (!live) continue;
        const char *role = object_text(roots->at[i], "role");
        if (role && !object_text(live, "role")) live->name = arena_printf(diff->ctx->arena, "FOR ROLE %s %s", sql_ident_str(diff->ctx->arena, role), live->name);
        bind(live, roots->at[i]);
    }
}

/* A cast or transform is told by its types, which may be called otherwise now; they are bound before. */
static void bind_by_types(struct diff *diff)
{
    for (size_t i = 0; i < diff->models->roots.n; i++) {
        struct object *model = diff->models->roots.at[i];
        for (size_t j = 0; model->kind->spell && !model->peer && j < diff->live->roots.n; j++) {
            struct object *live = diff->live->roots.at[j];
            if (live->kind == model->kind && !live->peer && same_args(live, model) &&
                str_eq(transform_language(live), transform_language(model))) {
                bind(live, model);
            }
        }
    }
}

static void bind_roots(struct diff *diff)
{
    const struct objects *roots = &diff->models->roots;
    for (size_t i = 0; i < roots->n; i++) {
        struct object *model = roots->at[i], *live = live_root(diff, model->kind, model->name);
        if (live && !object_is(model, "default_privileges")) bind(live, model);
    }
    for (size_t i = 0; i < roots->n; i++) {
        struct object *model = roots->at[i];
        struct object *live = model->peer || !model->was ? NULL : live_root(diff, model->kind, model->was);
        if (live && !live->peer) bind(live, model);
    }
    bind_defaults(diff);
}

/* Where a `was` points: the schema it names (by its live name), else the object's own. */
static const struct object *was_parent(const struct diff *diff, const struct object *model)
{
    if (model->was_schema && object_is(model->parent, "schema")) return live_root(diff, kind_find("schema"), model->was_schema);
    return model->parent->peer;
}

/* Only the old name exists: a rename. The new one exists: the `was` is stale, or the old one a drop; unless the new name is about to be
 * freed by a rename itself (a -> b -> c). Two names that were exchanged look the same before and after: that is no rename. */
static bool bind_renamed(struct diff *diff, struct object *model)
{
    const struct object *home = model->parent->peer;
    if (!model->was || model->peer) return false;
    const struct object *taken = home ? object_child(home, model->kind->name, model->name) : NULL;
    if (taken && (!taken->peer || str_eq(taken->peer->name, taken->name))) return false;
    const struct object *old = was_parent(diff, model);
    struct object *live = old ? free_child(old, model->kind, model->was) : NULL;
    if (live) bind(live, model);
    return live != NULL;
}

static void bind_named(struct object *model)
{
    const struct object *home = model->parent->peer;
    if (!home || model->peer) return;
    struct object *live = model->has_args || model->tail ? free_overload(home, model) : free_child(home, model->kind, model->name);
    if (live) bind(live, model);
}

/* An index is found by its name in the whole schema only through its table: one that moved to another table is another index. */
static void bind_kind(struct diff *diff, const struct kind *kind)
{
    const struct objects *all = &diff->models->all;
    if (schema_count(diff->models, kind->name) == 0) return;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < all->n; i++) again |= all->at[i]->kind == kind && bind_renamed(diff, all->at[i]);
    }
    for (size_t i = 0; i < all->n; i++) {
        if (all->at[i]->kind == kind) bind_named(all->at[i]);
    }
}

/* ---- structure ---- */

static bool same_structure(struct ctx *ctx, struct object *live, struct object *model)
{
    for (size_t i = 0; i < model->kind->n_fields; i++) {
        const struct field *field = &model->kind->fields[i];
        if (field->means != ALTER && field->means != RECREATE) continue;
        if (!value_equal(ctx, field, &live->values[i], &model->values[i])) return false;
    }
    return true;
}

static bool is_known(const struct diff *diff, const struct object *live)
{
    if (!diff->manifest || live->inherited) return true;
    return map_has(diff->manifest, arena_printf(diff->ctx->arena, "%s %s", live->kind->name, object_path(diff->ctx->arena, live)));
}

/* Whether PostgreSQL chose the name from the path, numbered perhaps. */
static bool has_default_name(struct diff *diff, const struct object *live)
{
    struct map *taken = map_new(diff->ctx->arena);
    for (size_t i = 0; i <= live->parent->children.n; i++) {
        const char *name = schema_default_name(diff->ctx, live, taken);
        if (str_eq(live->name, name)) return true;
        map_put(taken, name, diff);
    }
    return false;
}

/* A name that PostgreSQL chose from the old path follows the new one; any other live name is taken over. */
static void take_name(struct diff *diff, struct object *live, struct object *model)
{
    if (model->unnamed && !has_default_name(diff, live)) model->name = live->name;
    bind(live, model);
}

static bool may_match(const struct diff *diff, const struct object *live, const struct object *model)
{
    return live->kind == model->kind && !live->peer && (model->unnamed || model->implied || is_known(diff, live));
}

static bool match_structure(struct diff *diff, struct object *model)
{
    const struct object *home = model->parent->peer;
    for (size_t i = 0; home && i < home->children.n; i++) {
        struct object *live = home->children.at[i];
        if (!may_match(diff, live, model) || !same_structure(diff->ctx, live, model)) continue;
        take_name(diff, live, model);
        return true;
    }
    return false;
}

/* A serial's sequence is its column's, whatever it is called. */
static void match_owned_sequence(struct diff *diff, struct object *model)
{
    const struct object *owner = object_get(model, "owned_by")->ref.to;
    struct object *live = owner && owner->peer ? column_sequence(owner->peer) : NULL;
    if (live && !live->peer) take_name(diff, live, model);
}

static bool waits_for_server(const struct object *model, size_t field)
{
    enum value_type type = model->kind->fields[field].type;
    return (type == VALUE_EXPR || type == VALUE_KEYS) && model->values[field].set && model->kind->fields[field].means == RECREATE;
}

static bool has_free_kin(const struct object *model)
{
    const struct object *home = model->parent->peer;
    for (size_t i = 0; home && i < home->children.n; i++) {
        if (home->children.at[i]->kind == model->kind && !home->children.at[i]->peer) return true;
    }
    return false;
}

/* What is left over under another name may still be equal once the server has spelled it. */
static void ask_for_unbound(struct diff *diff, struct object *model)
{
    if (!has_free_kin(model)) return;
    for (size_t f = 0; f < model->kind->n_fields; f++) {
        if (!waits_for_server(model, f)) continue;
        struct question question = {.to = model, .field = f};
        vec_push(diff->ctx->arena, &diff->questions, question);
    }
}

/* Constraints and indexes, of tables and domains: what PostgreSQL names where nobody does. */
static bool is_unnamed_part(const struct object *model)
{
    bool constraint = model->kind->name_space == NAMES_CONSTRAINT || object_is(model, "index");
    return constraint && model->parent && !object_is(model->parent, "schema");
}

static void bind_by_structure(struct diff *diff, bool ask)
{
    for (size_t i = 0; i < diff->models->all.n; i++) {
        struct object *model = diff->models->all.at[i];
        if (model->peer) continue;
        if (object_is(model, "sequence")) match_owned_sequence(diff, model);
        else if (is_unnamed_part(model) && !match_structure(diff, model) && ask) ask_for_unbound(diff, model);
    }
}

/* ---- questions ---- */

/* nextval() of one sequence under its old and its new name: it is the sequence that is compared. */
static bool same_nextval(struct diff *diff, const struct object *live, struct value *from, const struct object *model, struct value *to)
{
    const char *old_schema, *old_name, *new_schema, *new_name;
    struct arena *arena = diff->ctx->arena;
    if (!sql_nextval(arena, from->expr.text, &old_schema, &old_name) || !sql_nextval(arena, to->expr.text, &new_schema, &new_name)) {
        return false;
    }
    const struct object *old = schema_lookup(diff->live, "sequence", old_schema ? old_schema : object_schema(live)->name, old_name);
    const struct object *new = schema_lookup(diff->models, "sequence", new_schema ? new_schema : object_schema(model)->name, new_name);
    if (!old || !new || old->peer != new) return false;
    to->expr.canonical = from->expr.canonical = from->expr.text;
    return true;
}

/* DEFAULT NULL may be no default at all: only the server knows for which types. */
static bool may_be_null(const struct value *value)
{
    return value->expr.text && strcasestr(value->expr.text, "null");
}

static void ask(struct diff *diff, struct object *live, struct object *model)
{
    for (size_t f = 0; f < model->kind->n_fields; f++) {
        const struct field *field = &model->kind->fields[f];
        if ((field->type != VALUE_EXPR && field->type != VALUE_KEYS) || field->means == INTENT || field->means == LIVE) continue;
        if (!model->values[f].set || (!live->values[f].set && !may_be_null(&model->values[f]))) continue;
        if (value_equal(diff->ctx, field, &live->values[f], &model->values[f])) continue;
        if (field->type == VALUE_EXPR && live->values[f].set && same_nextval(diff, live, &live->values[f], model, &model->values[f])) continue;
        struct question question = {.from = live->values[f].set ? live : NULL, .to = model, .field = f};
        vec_push(diff->ctx->arena, &diff->questions, question);
    }
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const struct sql_pair *)a)->name, ((const struct sql_pair *)b)->name);
}

/* Where no column can be long there is no toast table, and PostgreSQL forgets options for it: nothing to compare. */
static void forget_toast(struct diff *diff, struct object *live, const struct object *model)
{
    const struct value *wanted = object_get(model, "options");
    if (!object_is(model, "table") || object_flag(live, "toast")) return;
    struct value *options = object_set(live, "options");
    for (size_t i = 0; i < wanted->pairs.n; i++) {
        if (!str_starts(wanted->pairs.at[i].name, "toast.")) continue;
        options->set = true;
        vec_push(diff->ctx->arena, &options->pairs, wanted->pairs.at[i]);
    }
    if (options->pairs.n) qsort(options->pairs.at, options->pairs.n, sizeof *options->pairs.at, by_name);
}

struct diff *diff_bind(struct ctx *ctx, struct schema *live, struct schema *models, const struct map *manifest)
{
    struct diff *diff = ARENA_NEW(ctx->arena, struct diff);
    diff->ctx = ctx;
    diff->live = live;
    diff->models = models;
    diff->manifest = manifest;
    diff->drops = map_new(ctx->arena);
    bind_roots(diff);
    for (size_t k = 0; k < n_kinds; k++) {
        if (kinds[k] == &kind_column) inherit_spell_out(diff); /* tables are bound, what they are made of isn't */
        if (kinds[k]->parent && !kinds[k]->overloaded) bind_kind(diff, kinds[k]);
    }
    for (size_t k = 0; k < n_kinds; k++) { /* by their arguments, whose types are bound by now */
        if (kinds[k]->overloaded) bind_kind(diff, kinds[k]);
    }
    bind_by_types(diff);
    bind_by_structure(diff, true);
    for (size_t i = 0; i < models->all.n; i++) {
        struct object *model = models->all.at[i];
        if (!model->peer) continue;
        forget_toast(diff, model->peer, model);
        ask(diff, model->peer, model);
    }
    return diff;
}

void diff_answered(struct diff *diff)
{
    bind_by_structure(diff, false);
    inherit_settle(diff);
}
