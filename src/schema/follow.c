/* follow.c: what follows from a change: dependents that have to be dropped and made again, and what goes
 * along with something else and needs no step of its own. */
#include "schema/diff_parts.h"

bool changes_force(struct diff *diff, struct changes *changes, struct object *to)
{
    if (!to->peer) return false;
    if (to->change && to->change->type == CHANGE_ALTER) {
        to->change->type = CHANGE_RECREATE;
        to->change->differs = !to->change->forced;
        to->change->forced = true;
        return true;
    }
    if (to->change) return false;
    changes_add(changes, diff->ctx, CHANGE_RECREATE, to->peer, to)->forced = true;
    return true;
}

/* ---- dependents ---- */

/* A new collation is set by ALTER .. TYPE as well. */
static bool type_changes(const struct object *column)
{
    const struct change *change = column->change;
    if (!change || change->type != CHANGE_ALTER) return false;
    return change->changed[0] || change->changed[object_get(column, "collation") - column->values];
}

static bool is_recreated(const struct object *object)
{
    return object->change && object->change->type == CHANGE_RECREATE && !object->kind->rebuild;
}

static bool in_expression(struct ctx *ctx, const struct object *object, const struct object *column)
{
    for (size_t f = 0; f < object->kind->n_fields; f++) {
        const struct field *field = &object->kind->fields[f];
        const struct value *value = &object->values[f];
        if (!value->set || field->means == INTENT || field->means == LIVE) continue;
        struct objects found = {0};
        if (field->type == VALUE_EXPR) expr_columns(ctx, column->parent, value->expr.text, &found);
        for (size_t k = 0; field->type == VALUE_KEYS && k < value->keys.n; k++) {
            if (value->keys.at[k].expr.text) expr_columns(ctx, column->parent, value->keys.at[k].expr.text, &found);
        }
        for (size_t i = 0; i < found.n; i++) {
            if (found.at[i] == column) return true;
        }
    }
    return false;
}

static bool needs_object(struct ctx *ctx, const struct object *object, const struct object *needed)
{
    struct objects needs = {0}, later = {0};
    object_needs(ctx, object, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        if (needs.at[i] == needed) return true;
    }
    return false;
}

/* Types of one family are compared with each other: a foreign key between them holds while its sides change one by one. */
static bool shares_operators(const struct object *from, const struct object *to)
{
    static const char *const families[] = {" int2 int4 int8 ", " float4 float8 ", " text varchar ",
                                           " date timestamp timestamptz "};
    const struct sql_type *old = &object_get(from, "type")->type.sql, *new = &object_get(to, "type")->type.sql;
    char a[80], b[80];
    if (!column_casts_itself(from, to)) return false;
    if (str_eq(old->name, new->name)) return true;
    snprintf(a, sizeof a, " %s ", old->name);
    snprintf(b, sizeof b, " %s ", new->name);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (strstr(families[i], a) && strstr(families[i], b)) return true;
    }
    return false;
}

/* A key is built again when a column that it only includes changes; PostgreSQL does not see to its foreign keys then. */
static bool is_included(const struct object *foreign_key, const struct object *column)
{
    const struct refs *columns = &object_get(foreign_key, "columns")->refs;
    const struct refs *target = &object_get(foreign_key, "target_columns")->refs;
    for (size_t i = 0; i < columns->n; i++) {
        if (columns->at[i].to == column) return false;
    }
    for (size_t i = 0; i < target->n; i++) {
        if (target->at[i].to == column) return false;
    }
    return true;
}

/* Expressions over a column whose type changes are read again by PostgreSQL: it refuses for generated columns always, for the rest when
 * the operators differ (an enum, text to integer ..). A foreign key's two sides may not fit in between. */
static bool stands_in_the_way(struct ctx *ctx, const struct object *object, const struct object *column)
{
    if (is_recreated(column)) return needs_object(ctx, object, column);
    if (!type_changes(column)) return false;
    if (object_is(object, "column")) return object_get(object, "generated")->set && in_expression(ctx, object, column);
    const struct object *from = column->change->from, *to = column->change->to;
    if (object_is(object, "foreign_key")) {
        return needs_object(ctx, object, column) && (is_included(object, column) || !shares_operators(from, to));
    }
    if (!in_expression(ctx, object, column)) return false;
    return !column_casts_itself(from, to) || (object->live && rereads_otherwise(ctx, object, shares_operators(from, to)));
}

/* PostgreSQL builds the index again then, and forgets its columns' statistics targets. */
static bool renew_statistics(struct diff *diff, struct changes *changes, struct object *index, const struct object *column)
{
    const struct value *targets = object_get(index, "statistics");
    size_t field = (size_t)(targets - index->values);
    struct change *change = index->change;
    if (!object_is(index, "index") || !targets->set || !needs_object(diff->ctx, index, column)) return false;
    if (change && (change->type != CHANGE_ALTER || change->changed[field])) return false;
    if (!change) {
        change = changes_add(changes, diff->ctx, CHANGE_ALTER, index->peer, index);
        change->forced = true;
    }
    change->changed[field] = true;
    return true;
}

/* What stands in the column's table, or in one that inherits it. */
static bool follow_column_in(struct diff *diff, struct changes *changes, const struct object *column, const struct object *table)
{
    const struct objects *siblings = &table->children;
    bool more = false;
    for (size_t i = 0; i < siblings->n; i++) {
        struct object *sibling = siblings->at[i];
        if (sibling != column && sibling->peer && stands_in_the_way(diff->ctx, sibling, column)) {
            more |= changes_force(diff, changes, sibling);
        }
        if (sibling->peer && type_changes(column)) more |= renew_statistics(diff, changes, sibling, column);
    }
    return more;
}

static bool follow_column(struct diff *diff, struct changes *changes, const struct object *column)
{
    const struct schema *schema = changes->to;
    struct objects heirs = {0};
    bool more = follow_column_in(diff, changes, column, column->parent);
    table_heirs(diff->ctx, schema, column->parent, &heirs);
    for (size_t i = 0; i < heirs.n; i++) more |= follow_column_in(diff, changes, column, heirs.at[i]);
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *other = schema->all.at[i];
        if (!object_is(other, "foreign_key") || !other->peer || object_get(other, "table")->ref.to != column->parent) continue;
        if (stands_in_the_way(diff->ctx, other, column)) more |= changes_force(diff, changes, other);
    }
    return more;
}

/* A sequence that a column owns goes with it when the column is made anew, unless it is let go first. */
static bool follow_owner(struct diff *diff, struct changes *changes, const struct object *column)
{
    for (size_t i = 0; i < changes->from->all.n; i++) {
        struct object *sequence = changes->from->all.at[i];
        if (!object_is(sequence, "sequence") || !sequence->peer) continue;
        if (object_get(sequence, "owned_by")->ref.to != column->peer) continue;
        struct change *change = sequence->change;
        if (change && change->forced) continue;
        if (change) change->differs = true;
        else change = changes_add(changes, diff->ctx, CHANGE_ALTER, sequence, sequence->peer);
        change->forced = true;
        change->changed[object_get(sequence, "owned_by") - sequence->values] = true;
        return true;
    }
    return false;
}

/* Foreign keys that rest on a key which is made anew. */
static bool follow_key(struct diff *diff, struct changes *changes, const struct object *key)
{
    const struct object *sides[] = {key->change->from, key->change->to};
    bool more = false;
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *other = changes->to->all.at[i];
        if (!object_is(other, "foreign_key") || !other->peer) continue;
        if (needs_object(diff->ctx, other, sides[1]) || needs_object(diff->ctx, other->peer, sides[0])) {
            more |= changes_force(diff, changes, other);
        }
    }
    return more;
}

static bool is_key(const struct object *object)
{
    return object_is(object, "primary_key") || object_is(object, "unique") || object_is(object, "index");
}

/* A key that goes while the foreign key that used it stays (on another key of the same columns). */
static bool follow_gone_key(struct diff *diff, struct changes *changes, const struct object *key)
{
    bool more = false;
    for (size_t i = 0; i < changes->from->all.n; i++) {
        struct object *other = changes->from->all.at[i];
        if (object_is(other, "foreign_key") && other->peer && needs_object(diff->ctx, other, key)) {
            more |= changes_force(diff, changes, other->peer);
        }
    }
    return more;
}

static bool follow_once(struct diff *diff, struct changes *changes)
{
    bool more = false;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        struct object *to = change->to;
        if (change->type == CHANGE_DROP && is_key(change->from)) more |= follow_gone_key(diff, changes, change->from);
        if (!to || to->change != change) continue;
        if (object_is(to, "column") && (type_changes(to) || is_recreated(to))) more |= follow_column(diff, changes, to);
        if (object_is(to, "column") && is_recreated(to)) more |= follow_owner(diff, changes, to);
        if (is_key(to) && is_recreated(to)) more |= follow_key(diff, changes, to);
    }
    return more;
}

/* ---- no step of their own ---- */

static bool owner_goes(const struct object *sequence)
{
    const struct object *owner = object_get(sequence, "owned_by")->ref.to;
    return owner && owner->change && (owner->change->type == CHANGE_DROP || is_recreated(owner));
}

static bool turns_identity(const struct object *column, bool into)
{
    const struct change *change = column ? column->change : NULL;
    if (!change || change->type != CHANGE_ALTER) return false;
    return into ? object_get(change->to, "identity")->set && !object_get(change->from, "identity")->set
                : object_get(change->from, "identity")->set && !object_get(change->to, "identity")->set;
}

/* A serial's sequence goes with its column; between serial and identity the column's own change hands the position over. */
static void fold_sequence(struct change *change)
{
    const struct object *sequence = change->from ? change->from : change->to;
    const struct object *owner = object_get(sequence, "owned_by")->ref.to;
    if (change->type == CHANGE_DROP && (owner_goes(sequence) || turns_identity(owner, true))) change->with_parent = true;
    if (change->type == CHANGE_CREATE && turns_identity(owner, false)) change->with_parent = true;
}

/* Tables that are dropped together and refer to each other: of each circle the foreign key that closes it goes first. One walk,
 * depth first; `state` by the table's serial: 0 unseen, 1 on the way, 2 done. */
static void unfold_circles(const struct object *table, char *state)
{
    state[table->serial] = 1;
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i];
        if (!object_is(child, "foreign_key") || !child->change || !child->change->with_parent) continue;
        const struct object *target = object_get(child, "table")->ref.to;
        bool goes = target && target != table && target->change && target->change->type == CHANGE_DROP;
        if (goes && state[target->serial] == 1) child->change->with_parent = false;
        else if (goes && state[target->serial] == 0) unfold_circles(target, state);
    }
    state[table->serial] = 2;
}

static void fold(struct diff *diff, struct changes *changes)
{
    char *state = ARENA_ARRAY(diff->ctx->arena, char, changes->from->all.n + 1);
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        const struct object *object = change->from ? change->from : change->to;
        if (object_is(object, "sequence")) fold_sequence(change);
        bool table = object_is(object, "table") && change->type == CHANGE_DROP;
        if (table && state[object->serial] == 0) unfold_circles(object, state);
    }
}

/* Something dropped and made anew has its new name at once. */
static void forget_renames(struct changes *changes)
{
    size_t kept = 0;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        bool anew = change->type == CHANGE_RENAME && is_recreated(change->to);
        if (anew) change->from->renaming = change->to->renaming = NULL;
        else changes->at[kept++] = change;
    }
    changes->n = kept;
}

void diff_follow(struct diff *diff, struct changes *changes)
{
    diff_follow_types(diff, changes);
    while (follow_once(diff, changes) || diff_dependents(diff, changes) || inherit_follow(diff, changes)) {
    }
    inherit_forget(diff->ctx, changes);
    diff_fold_types(diff->ctx, changes);
    forget_renames(changes);
    fold(diff, changes);
}
