/* dependents.c: what uses something that is dropped and made anew (or whose type changes under it) has to let go of it first and
 * to be made again after it: views, routines, triggers, policies, rules, defaults, whatever pg_depend or the models' SQL says.
 * What stands in something that is made anew goes with it and comes back with it. */
#include "schema/diff_parts.h"

struct users {
    struct objects *of; /* of the old side's objects, by their serial; NULL until wanted */
};

static struct objects *users_of(struct diff *diff, const struct changes *changes, struct users *users, const struct object *used)
{
    const struct objects *all = &changes->from->all;
    if (!users->of) {
        users->of = ARENA_ARRAY(diff->ctx->arena, struct objects, all->n + 1);
        for (size_t i = 0; i < all->n; i++) {
            const struct objects *uses = object_uses(diff->ctx, all->at[i]);
            for (size_t k = 0; k < uses->n; k++) vec_push(diff->ctx->arena, &users->of[uses->at[k]->serial], all->at[i]);
        }
    }
    return &users->of[used->serial];
}

static bool is_one_of(const struct object *object, const char *const *list)
{
    for (; *list; list++) {
        if (object_is(object, *list)) return true;
    }
    return false;
}

/* Whose use of a column keeps PostgreSQL from changing its type; and statistics, which it would make anew without their owner and target. */
static bool holds_column(const struct object *user)
{
    static const char *const holders[] = {"view", "materialized_view", "rule", "trigger", "policy", "function", "procedure",
                                        "publication", "statistics", NULL};
    return is_one_of(user, holders);
}

/* What has to let go of a type that is built again: it is not altered, as columns are. */
static bool holds_type(const struct object *user)
{
    static const char *const holders[] = {"foreign_table", "aggregate", "operator", "operator_class", "operator_family", "cast", "transform", NULL};
    return is_one_of(user, holders);
}

/* A column's default is set anew; the column stays, and its rows. */
static bool renew_default(struct diff *diff, struct changes *changes, struct object *to)
{
    const struct value *text = object_get(to, "default");
    size_t field = (size_t)(text - to->values);
    struct change *change = to->change;
    if (!text->set || (change && change->type != CHANGE_ALTER) || (change && change->changed[field])) return false;
    if (!change) {
        change = changes_add(changes, diff->ctx, CHANGE_ALTER, to->peer, to);
        change->forced = true;
    }
    change->changed[field] = true;
    return true;
}

static bool is_built_again(const struct object *type)
{
    return type->kind->rebuild && type->change && type->change->type == CHANGE_RECREATE;
}

/* Whether values in a relation are of a type that is built again. */
static bool has_rebuilt_type(struct diff *diff, const struct object *relation)
{
    for (size_t i = 0; i < relation->children.n; i++) {
        const struct object *type = object_get(relation->children.at[i], "type")->type.to;
        if (type && is_built_again(type)) return true;
    }
    if (!object_is(relation, "foreign_table")) return false;
    const struct objects *uses = object_uses(diff->ctx, relation); /* its columns stand in its text */
    for (size_t i = 0; i < uses->n; i++) {
        if (is_built_again(uses->at[i])) return true;
    }
    return false;
}

/* Made from what it is from now on, it no longer uses a relation or column that goes. Where something of that name remains, or all columns
 * are meant, nobody can tell as long as the old one is there. */
static bool lets_go_of(struct diff *diff, const struct object *user, const struct object *gone)
{
    static const char *const replaced[] = {"view", "function", "procedure", NULL};
    const struct object *to = user->peer;
    if (!to || !is_one_of(user, replaced) || !(object_is(gone, "column") || object_is_relation(gone))) return false;
    const struct value *text = object_get(to, "definition");
    if (!to->change || to->change->type != CHANGE_ALTER || !to->change->changed[text - to->values]) return false;
    const struct objects *uses = object_uses(diff->ctx, to);
    for (size_t i = 0; i < uses->n; i++) {
        if (str_eq(uses->at[i]->name, gone->name)) return false;
        bool row = !object_is(to, "view") && object_is(gone, "column") && uses->at[i] == gone->parent->peer;
        if (row) return false; /* it may return rows of that relation, as they are then */
    }
    return !strchr(text->expr.text, '*');
}

static bool follow_user(struct diff *diff, struct changes *changes, const struct object *user)
{
    static const char *const lasting[] = {"table", "composite", "enum", "sequence", "schema", "extension", "attribute", "domain", NULL};
    struct object *to = user->peer;
    if (!to || is_one_of(user, lasting)) return false;
    if (object_is(user, "column") && !object_get(to, "generated")->set) {
        to->lets_go = to->peer->lets_go = true;
        return renew_default(diff, changes, to);
    }
    return changes_force(diff, changes, to);
}

/* Its parts are gone once it is dropped. */
static bool follow_parts(struct diff *diff, struct changes *changes, struct change *change)
{
    bool more = false;
    for (size_t i = 0; i < change->from->children.n; i++) {
        struct object *part = change->from->children.at[i];
        if (part->change && part->change->type == CHANGE_DROP) part->change->with_parent = true;
        if (!part->peer || part->peer->parent != change->to) continue;
        more |= changes_force(diff, changes, part->peer);
        part->peer->change->gone = true;
        part->peer->change->with_parent = changes_fold(diff->ctx, part->peer);
    }
    for (size_t i = 0; i < change->to->children.n; i++) {
        struct object *part = change->to->children.at[i];
        if (part->change && part->change->type == CHANGE_CREATE) part->change->with_parent = changes_fold(diff->ctx, part);
    }
    return more;
}

static bool is_anew(const struct change *change)
{
    return change->type == CHANGE_RECREATE && !change->to->kind->rebuild;
}

static bool column_type_changes(const struct change *change)
{
    const struct object *column = change->from;
    if (change->type != CHANGE_ALTER || !(object_is(column, "column") || object_is(column, "attribute"))) return false;
    return change->changed[0] || change->changed[object_get(column, "collation") - column->values];
}

static bool follow_holders(struct diff *diff, struct changes *changes, const struct objects *list)
{
    bool more = false;
    for (size_t i = 0; i < list->n; i++) {
        if (holds_column(list->at[i])) more |= follow_user(diff, changes, list->at[i]);
    }
    return more;
}

/* The type of a parent's column changes in its partitions and children, too. Where such a column is no object of its own, nobody can tell
 * who of the table's users reads it. */
static bool follow_heirs(struct diff *diff, struct changes *changes, struct users *users, const struct object *column)
{
    struct objects heirs = {0};
    bool more = false;
    table_heirs(diff->ctx, changes->from, column->parent, &heirs);
    for (size_t i = 0; i < heirs.n; i++) {
        const struct object *own = object_child(heirs.at[i], "column", column->name);
        more |= follow_holders(diff, changes, users_of(diff, changes, users, own ? own : heirs.at[i]));
        if (!own) more |= follow_holders(diff, changes, &heirs.at[i]->children);
    }
    return more;
}

static bool uses_rebuilt_type(struct diff *diff, const struct object *user)
{
    const struct objects *uses = object_uses(diff->ctx, user);
    for (size_t i = 0; i < uses->n; i++) {
        if (object_is_relation(uses->at[i]) && has_rebuilt_type(diff, uses->at[i])) return true;
    }
    return false;
}

/* A view that shows values of such a type can't be replaced by another, since its columns' types change. */
static bool follow_views(struct diff *diff, struct changes *changes)
{
    bool more = false;
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        if (change->type != CHANGE_ALTER || !object_is(change->to, "view")) continue;
        if (uses_rebuilt_type(diff, change->from) || uses_rebuilt_type(diff, change->to)) {
            more |= changes_force(diff, changes, change->to);
        }
    }
    return more;
}

bool diff_dependents(struct diff *diff, struct changes *changes)
{
    struct users users = {0};
    bool more = false;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        if (!change->from || change->from->change != change) continue;
        bool retyped = column_type_changes(change), rebuilt = change->type == CHANGE_RECREATE && change->to->kind->rebuild;
        if (change->type != CHANGE_DROP && change->type != CHANGE_RECREATE && !retyped) continue;
        if (is_anew(change)) more |= follow_parts(diff, changes, change);
        if (retyped && object_is(change->from, "column")) more |= follow_heirs(diff, changes, &users, change->from);
        const struct objects *list = users_of(diff, changes, &users, change->from);
        for (size_t k = 0; k < list->n; k++) {
            const struct object *user = list->at[k];
            if ((retyped || rebuilt) && !holds_column(user) && !(rebuilt && holds_type(user))) continue;
            if (change->type == CHANGE_DROP && lets_go_of(diff, user, change->from)) continue;
            more |= follow_user(diff, changes, user);
        }
    }
    return follow_views(diff, changes) || more;
}
