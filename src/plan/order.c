/* order.c: the order of ops. An edge for each thing that must be there first, gone first, or renamed first; among what is free to
 * run, the phase decides, then the order of kinds and of the models. */
#include "plan/plan_parts.h"

enum role op_role(const struct op *op)
{
    switch (op->phase) {
    case PHASE_ASIDE: return ROLE_STEP;
    case PHASE_RENAME: return ROLE_RENAME;
    case PHASE_LEAVE: case PHASE_RETURN: return ROLE_LEAVE;
    case PHASE_PREPARE: return ROLE_PREPARE;
    case PHASE_DROP_INDEX: case PHASE_DETACH: case PHASE_DROP: case PHASE_SWAP_OUT: return ROLE_TEAR;
    case PHASE_OLD_INDEX: return ROLE_GONE;
    case PHASE_BATCH: case PHASE_ASSERT: case PHASE_VALIDATE: case PHASE_REQUIRE: return ROLE_LATER;
    case PHASE_JOIN: case PHASE_FACETS: return ROLE_FINISH;
    case PHASE_LABELS: case PHASE_TYPES: case PHASE_TABLES: case PHASE_COLUMNS: case PHASE_CODE: case PHASE_KEYS:
    case PHASE_REFERENCES: case PHASE_VIEWS: case PHASE_RULES: case PHASE_INDEX: case PHASE_SWAP:
        break;
    }
    return ROLE_BUILD;
}

static const struct op *op_of(const struct order *order, size_t node)
{
    return &order->ops->list.at[order->nodes.at[node].first];
}

static const struct object *object_of(const struct change *change)
{
    return change->to ? change->to : change->from;
}

/* Columns keep the order of their table, attributes that of their type. */
static const char *natural_key(struct arena *arena, const struct object *object)
{
    bool in_order = object_is(object, "column") || object_is(object, "attribute");
    return object_path(arena, in_order ? object->parent : object);
}

static void make_nodes(struct order *order)
{
    const struct ops *ops = order->ops;
    size_t change = 0;
    for (size_t i = 0; i < ops->list.n;) {
        struct node node = {.change = ops->list.at[i].change, .role = op_role(&ops->list.at[i]), .first = i, .n = 1};
        size_t group = ops->list.at[i].group;
        while (group && i + node.n < ops->list.n && ops->list.at[i + node.n].change == node.change &&
               ops->list.at[i + node.n].group == group && op_role(&ops->list.at[i + node.n]) == node.role) {
            node.n++;
        }
        while (order->changes->at[change] != node.change) change++;
        node.path = natural_key(order->ctx->arena, object_of(node.change));
        if (!order->of_change[change].n) order->of_change[change].first = order->nodes.n;
        order->of_change[change].n++;
        vec_push(order->ctx->arena, &order->nodes, node);
        i += node.n;
    }
}

/* ---- edges ---- */

static struct span_of_nodes nodes_of(const struct order *order, const struct change *change)
{
    return change ? order->of_change[change->position] : (struct span_of_nodes){0};
}

void order_edges(struct order *order, const struct change *before, unsigned before_roles, const struct change *after,
                 unsigned after_roles)
{
    struct span_of_nodes a = nodes_of(order, before), b = nodes_of(order, after);
    for (size_t i = a.first; i < a.first + a.n; i++) {
        if (!(before_roles & 1u << order->nodes.at[i].role)) continue;
        for (size_t j = b.first; j < b.first + b.n; j++) {
            if (i != j && (after_roles & 1u << order->nodes.at[j].role)) graph_edge(order->graph, i, j);
        }
    }
}

bool is_rebuild(const struct change *change)
{
    return change->type == CHANGE_RECREATE && change->to->kind->rebuild;
}

const struct object *owner_of(const struct object *object)
{
    return object_is(object, "sequence") ? object_get(object, "owned_by")->ref.to : NULL;
}

/* A column that its table's CREATE makes has no ops of its own: the table's stand for it. So do the column's for a sequence
 * that goes with it. */
const struct change *acting(const struct object *object)
{
    const struct change *change = object->change;
    const struct object *owner = owner_of(object);
    if (change && change->with_parent && (change->type == CHANGE_DROP || object->park == PARK_ALONG) && owner && owner->change) {
        return acting(owner);
    }
    if (object_is(object, "function")) return change; /* a base type's own go along with it, not with the schema */
    while (change && change->with_parent && object->parent && object->parent->change &&
           (object->parent->change->type == change->type || is_rebuild(object->parent->change))) {
        object = object->parent;
        change = object->change;
    }
    return change;
}

/* Within one change: down before up, the renames before both, what finishes last; except that a rebuilt type's old form goes at the end. */
static void edges_within(struct order *order, const struct change *change)
{
    if (is_rebuild(change)) {
        order_edges(order, change, R_BUILD, change, R_TEAR | R_FINISH);
    } else {
        order_edges(order, change, R_PREPARE, change, R_TEAR | R_BUILD | R_FINISH);
        order_edges(order, change, R_TEAR_NOW, change, R_RENAME | R_BUILT | R_FINISH);
        order_edges(order, change, R_BUILD, change, R_FINISH | R_LATER | R_GONE);
    }
    order_edges(order, change, R_LEAVE, change, R_TEAR | R_PREPARE | R_BUILT | R_FINISH);
    bool shell = change->type == CHANGE_RECREATE && !change->aside; /* of a type that was dropped before */
    if (shell) order_edges(order, change, R_TEAR, change, R_STEP);
    order_edges(order, change, R_STEP, change, shell ? R_BUILD | R_FINISH : R_ALL);
    struct span_of_nodes own = nodes_of(order, change);
    for (size_t i = own.first; i + 1 < own.first + own.n; i++) {
        if (order->nodes.at[i].role == order->nodes.at[i + 1].role) graph_edge(order->graph, i, i + 1);
    }
}

/* A base type's own functions need no more of it than its shell, and it needs them. */
static bool is_of_type(const struct order *order, const struct object *object, const struct object *type)
{
    const struct objects *uses = object_is(type, "base_type") ? object_uses(order->ctx, type) : NULL;
    for (size_t i = 0; uses && i < uses->n; i++) {
        if (uses->at[i] == object) return true;
    }
    return false;
}

/* A constraint that rows don't have to keep before it is validated: no need to wait for their values. */
static bool validates(const struct order *order, const struct change *change)
{
    struct span_of_nodes own = nodes_of(order, change);
    for (size_t i = own.first; i < own.first + own.n; i++) {
        const struct object *to = change->to;
        if (op_of(order, i)->phase == PHASE_VALIDATE && to && (object_is(to, "check") || object_is(to, "foreign_key"))) return true;
    }
    return false;
}

/* The new form needs `needed`: it is built, and what it is built of goes by its new name. */
static void edges_to_needed(struct order *order, const struct change *change, const struct object *needed)
{
    const struct object *type = object_get(needed, "type")->type.to;
    const struct change *other = acting(needed);
    if (type && type != needed) edges_to_needed(order, change, type); /* an expression over a column may speak of its labels */
    if (!other || other == change) return;
    bool shell = change->to && is_of_type(order, change->to, needed);
    if (!other->to) return;
    if (!validates(order, change)) {
        order_edges(order, other, shell ? R_STEP : R_BUILT, change, R_PREPARE | R_BUILD | R_FINISH);
        return;
    }
    order_edges(order, other, R_BUILD, change, R_BUILD | R_FINISH);
    order_edges(order, other, R_LATER, change, R_LATER);
}

/* A default that called one overload and is to call another: while both exist the call may fit either. */
static bool calls_other_overload(const struct order *order, const struct change *change, const struct object *routine)
{
    if (!change->to || !change->to->lets_go || !object_is(routine, "function")) return false;
    const struct objects *uses = object_uses(order->ctx, change->to);
    for (size_t i = 0; i < uses->n; i++) {
        if (object_is(uses->at[i], "function") && str_eq(uses->at[i]->name, routine->name)) return true;
    }
    return false;
}

static bool is_built_beside(const struct order *order, const struct change *change)
{
    struct span_of_nodes own = nodes_of(order, change);
    for (size_t i = own.first; i < own.first + own.n; i++) {
        if (order->nodes.at[i].role == ROLE_PREPARE) return true;
    }
    return false;
}

/* The old form needed `needed`: it lets go of it before that is changed or dropped. */
static void edges_from_needed(struct order *order, const struct change *change, const struct object *needed)
{
    const struct change *other = acting(needed);
    if (!other || other == change) return;
    /* labels come, none go; a sequence is altered under those who use it */
    if (other->type == CHANGE_ALTER && (object_is(needed, "enum") || object_is(needed, "sequence"))) return;
    /* both forms of a key or index are there for a while, and their table is altered under them */
    if (other->type == CHANGE_ALTER && needed == change->from->parent && is_built_beside(order, change)) return;
    /* the old forms go at the end, and what is dropped with all its columns may still have them */
    bool whole = change->type == CHANGE_DROP && (object_is(change->from, "table") || object_is(change->from, "foreign_table"));
    bool end = is_rebuild(other) && (is_rebuild(change) || whole);
    order_edges(order, change, R_TEAR, other, end ? R_TEAR : R_TEAR | R_BUILD);
    bool goes = other->type == CHANGE_DROP || is_rebuild(other);
    bool first = goes && change->type == CHANGE_ALTER && calls_other_overload(order, change, needed);
    if (first) order_edges(order, other, R_TEAR, change, R_BUILD);
    else if (goes && change->type == CHANGE_ALTER) order_edges(order, change, R_BUILD, other, R_TEAR);
}

/* PostgreSQL can't look for values of a domain in arrays and composites, so that it refuses a new check while any table has them. */
static void edges_of_checks(struct order *order, const struct change *change, const struct object *domain, bool new_side)
{
    bool own = object_is(object_of(change), "domain_check") || change->to == domain || change->from == domain;
    bool holds = !own && change->type == (new_side ? CHANGE_CREATE : CHANGE_DROP);
    const struct object *now = new_side ? domain : domain->peer;
    for (size_t i = 0; holds && now && object_is(now, "domain") && i < now->children.n; i++) {
        const struct change *check = now->children.at[i]->change;
        if (!check || check == change || check->type == CHANGE_DROP) continue;
        if (new_side) order_edges(order, check, R_BUILT, change, R_BUILD);
        else order_edges(order, change, R_TEAR, check, R_BUILD);
    }
}

static void edges_after_renames(struct order *order, const struct change *change, const struct object *object)
{
    for (const struct object *at = object; at; at = at->parent) {
        if (at->renaming && at->renaming != change) order_edges(order, at->renaming, R_RENAME, change, R_ALL);
    }
    const struct object *owner = owner_of(object);
    const struct change *move = owner ? owner->parent->renaming : NULL;
    if (move && move->moved) order_edges(order, move, R_RENAME, change, R_ALL); /* it went along */
}

/* The types in a routine's name are called as they are after the renames, in the schemas they move to. */
static void edges_of_args(struct order *order, const struct change *change, const struct object *object)
{
    for (size_t i = 0; i < object->args.n; i++) {
        if (object->args.at[i].to) edges_after_renames(order, change, object->args.at[i].to);
    }
}

/* What steps aside does so while everything above it still has its old name. */
static void edges_of_step(struct order *order, const struct change *change)
{
    const struct object *from = change->from, *owner = owner_of(from);
    const struct change *own = acting(from);
    if (own && own != change) order_edges(order, change, R_STEP, own, R_STEP | R_ALL);
    if (from->renaming != change) order_edges(order, change, R_STEP, from->renaming, R_STEP | R_RENAME);
    if (owner) order_edges(order, change, R_STEP, owner->parent->renaming, R_STEP | R_RENAME);
    for (const struct object *at = from->parent; at; at = at->parent) {
        if (at->renaming) order_edges(order, change, R_STEP, at->renaming, R_STEP | R_RENAME);
        if (at->change) order_edges(order, change, R_STEP, at->change, R_STEP);
    }
}

static void edges_of_needs(struct order *order, const struct change *change, const struct object *object, bool new_side)
{
    struct objects needs = {0}, later = {0};
    const struct change *own = object->apart && object->change ? object->change : change;
    object_needs(order->ctx, object, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        if (new_side) edges_to_needed(order, change, needs.at[i]);
        else edges_from_needed(order, change, needs.at[i]);
        edges_of_checks(order, change, needs.at[i], new_side);
        if (!new_side && needs.at[i]->renaming) order_edges(order, needs.at[i]->renaming, R_RENAME, change, R_LEAVE);
        if (new_side && needs.at[i]->renaming) order_edges(order, needs.at[i]->renaming, R_RENAME, change, R_PREPARE | R_BUILD | R_FINISH);
    }
    for (size_t i = 0; i < later.n; i++) {
        const struct change *other = acting(later.at[i]);
        if (!other || other == change) continue;
        if (new_side) order_edges(order, other, R_BUILD, own, R_FINISH);
        else order_edges(order, own, R_TEAR, other, R_TEAR);
    }
}

bool is_included(const struct change *change, const struct object *part, bool new_side)
{
    const struct change *own = part->change;
    if (!own || own == change) return false;
    if (own->gone && !new_side) return true;
    return own->with_parent && acting(part) == change;
}

/* `*` means the columns that are there when it is read, a routine's row of a table too: what goes has to be gone. */
static void edges_of_star(struct order *order, const struct change *change)
{
    const struct value *text = object_get(change->to, "definition");
    bool routine = object_is(change->to, "function") || object_is(change->to, "procedure");
    if (!text->set || !(routine || (!change->to->live && strchr(text->expr.text, '*')))) return;
    const struct objects *uses = object_uses(order->ctx, change->to);
    for (size_t i = 0; i < uses->n; i++) {
        const struct object *old = uses->at[i]->peer;
        for (size_t k = 0; old && object_is_relation(old) && k < old->children.n; k++) {
            const struct change *gone = old->children.at[k]->change;
            if (gone && gone->type == CHANGE_DROP) order_edges(order, gone, R_TEAR, change, R_BUILD);
        }
    }
}

/* An object's own needs, and those of the children that its CREATE or DROP includes. */
static void edges_of_object(struct order *order, const struct change *change, const struct object *object, bool new_side)
{
    edges_of_needs(order, change, object, new_side);
    if (change->type == CHANGE_RENAME || change_is_facet(change) || change->type == CHANGE_ALTER) return;
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        if (is_included(change, child, new_side)) edges_of_needs(order, change, child, new_side);
    }
}

/* A move needs its new schema, and the old one can go only when it is empty. */
static void edges_of_move(struct order *order, const struct change *change)
{
    const struct change *new = change->to->parent->change, *old = change->from->parent->change;
    if (new) order_edges(order, new, R_BUILD, change, R_RENAME);
    if (old) order_edges(order, change, R_RENAME, old, R_TEAR);
}

/* A table has one primary key at a time, whatever the two are called. */
static void edges_of_primary_key(struct order *order, const struct change *change)
{
    const struct object *old = change->to->parent->peer;
    for (size_t i = 0; old && i < old->children.n; i++) {
        const struct object *child = old->children.at[i];
        if (!object_is(child, "primary_key") || !child->change || child->change == change) continue;
        order_edges(order, child->change, R_TEAR, change, R_BUILD);
    }
}

/* Values come over to a composite that is built again as they are; what is new in it comes after that. */
static void edges_of_attribute(struct order *order, const struct change *change)
{
    const struct change *whole = change->to->parent->change;
    if (!whole || !is_rebuild(whole)) return;
    for (size_t i = 0; i < order->changes->n; i++) {
        const struct change *other = order->changes->at[i];
        if (other->type != CHANGE_ALTER || !object_is(other->to, "column")) continue;
        const struct object *type = object_get(other->to, "type")->type.to;
        bool follows = type && type->change && is_rebuild(type->change);
        if (follows) order_edges(order, other, R_BUILD, change, R_BUILD | R_FINISH);
    }
}

/* Privileges are on columns, too. */
static void edges_of_columns(struct order *order, const struct change *change)
{
    for (size_t i = 0; i < change->privileges.n; i++) {
        const char *name = change->privileges.at[i].column;
        const struct object *column = name ? object_child(change->to, "column", name) : NULL;
        if (column && column->change) order_edges(order, column->change, R_BUILD, change, R_FINISH);
    }
}

static void edges_of_lost_columns(struct order *order, const struct change *joining, const struct object *old)
{
    for (size_t i = 0; old && i < old->children.n; i++) {
        const struct object *column = old->children.at[i];
        bool goes = object_is(column, "column") && column->change && column->change->type == CHANGE_DROP;
        if (goes) order_edges(order, column->change, R_TEAR, joining, R_FINISH);
    }
}

/* A table joins parents when they have no column left that it lacks, nor a partition any that they lack. */
static void edges_of_joining(struct order *order, const struct change *change, const struct object *table)
{
    struct objects parents = {0};
    table_parents(table, order->ctx->arena, &parents);
    if (table_is_partition(table)) edges_of_lost_columns(order, change, table->peer);
    for (size_t i = 0; i < parents.n; i++) {
        edges_of_lost_columns(order, change, parents.at[i]->peer);
        edges_of_joining(order, change, parents.at[i]);
    }
}

/* A shell comes before everything, but its schema. */
static void edges_of_shell(struct order *order, const struct change *change)
{
    const struct object *parent = change->to->parent;
    if (parent && parent->change) order_edges(order, parent->change, R_BUILD, change, R_STEP);
    if (parent && parent->renaming) order_edges(order, parent->renaming, R_RENAME, change, R_STEP);
}

static void edges_around(struct order *order, const struct change *change, const struct object *part)
{
    const struct change *both[] = {part->change, part->renaming};
    for (size_t i = 0; i < 2; i++) {
        if (!both[i] || both[i] == change) continue;
        order_edges(order, change, R_LEAVE, both[i], R_ALL);
        order_edges(order, both[i], R_ALL, change, R_FINISH);
    }
}

/* A table is of no type while its columns and those of the type change. */
static void edges_of_type(struct order *order, const struct change *change)
{
    const struct object *sides[] = {change->from, change->to};
    if (!change->changed[object_get(change->to, "of_type") - change->to->values]) return;
    for (size_t s = 0; s < 2; s++) {
        const struct object *type = object_get(sides[s], "of_type")->ref.to;
        for (size_t i = 0; type && i < type->children.n; i++) edges_around(order, change, type->children.at[i]);
        for (size_t i = 0; i < sides[s]->children.n; i++) {
            if (object_is(sides[s]->children.at[i], "column")) edges_around(order, change, sides[s]->children.at[i]);
        }
    }
}

/* A column's rename reaches the children: what has the new name there has to be gone. */
static void edges_of_renamed_parents(struct order *order, const struct change *gone, const struct object *table, const char *name)
{
    struct objects parents = {0};
    table_parents(table, order->ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        const struct object *parent = parents.at[i];
        for (size_t k = 0; k < parent->children.n; k++) {
            const struct change *rename = object_is(parent->children.at[k], "column") ? parent->children.at[k]->renaming : NULL;
            if (rename && str_eq(rename->to->name, name)) order_edges(order, gone, R_TEAR, rename, R_RENAME);
        }
        edges_of_renamed_parents(order, gone, parent, name);
    }
}

static void edges_of_gone_columns(struct order *order, const struct change *change)
{
    const struct object *gone = change->from;
    if (object_is(gone, "column") && object_is(gone->parent, "table")) {
        edges_of_renamed_parents(order, change, gone->parent, gone->name);
    }
    for (size_t i = 0; object_is(gone, "table") && i < gone->children.n; i++) {
        const struct object *child = gone->children.at[i];
        if (object_is(child, "column")) edges_of_renamed_parents(order, change, gone, child->name);
    }
}

/* A child's own column in place of its parent's, or the other way round: the name is free when the old one is gone. */
static void edges_of_column(struct order *order, const struct change *change)
{
    const struct object *column = object_of(change);
    if (!object_is(column, "column") || !column->parent->peer || (change->from && change->to)) return;
    const struct object *other = inherited_column(column->parent->peer, column->name);
    if (!other || !other->change || other->change == change || (other->change->from && other->change->to)) return;
    if (change->to) order_edges(order, other->change, R_TEAR, change, R_BUILD);
    else order_edges(order, change, R_TEAR, other->change, R_BUILD);
}

/* A partition's own index that could be one of its parent's would become it, if it were there first. */
static void edges_of_partition_index(struct order *order, const struct change *change)
{
    const struct object *table = change->to->parent;
    bool index = object_is(change->to, "index") || object_is(change->to, "unique") || object_is(change->to, "primary_key");
    if (!index || !object_is(table, "table")) return;
    while ((table = object_get(table, "partition_of")->ref.to) != NULL) {
        for (size_t i = 0; i < table->children.n; i++) {
            const struct object *other = table->children.at[i];
            if (object_is(other, change->to->kind->name) && other->change) {
                order_edges(order, other->change, R_BUILD, change, R_BUILD);
            }
        }
    }
}

/* Values that rows get later may be read from what this plan drops. */
static void edges_of_data(struct order *order, const struct change *change)
{
    struct span_of_nodes own = nodes_of(order, change);
    for (size_t i = own.first; i < own.first + own.n; i++) {
        const struct op *op = op_of(order, i);
        for (size_t k = 0; op->phase == PHASE_BATCH && k < order->changes->n; k++) {
            const struct change *other = order->changes->at[k];
            bool reads = other->type == CHANGE_DROP && other != change && plan_has_word(op->sql, other->from->name);
            if (reads) order_edges(order, change, R_LATER, acting(other->from), R_TEAR);
        }
    }
}

static bool descends_from(struct order *order, const struct object *table, const struct object *from)
{
    struct objects parents = {0};
    table_parents(table, order->ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        if (parents.at[i] == from || descends_from(order, parents.at[i], from)) return true;
    }
    return false;
}

static bool is_child_of_used(struct order *order, const struct object *table, const struct objects *uses)
{
    for (size_t i = 0; i < uses->n; i++) {
        if (descends_from(order, table, uses->at[i])) return true;
    }
    return false;
}

static bool is_named_by(const struct order *order, const struct change *change, const struct object *object)
{
    struct span_of_nodes own = nodes_of(order, change);
    for (size_t i = own.first; i < own.first + own.n; i++) {
        const struct node *node = &order->nodes.at[i];
        for (size_t k = 0; k < node->n; k++) {
            if (plan_has_word(order->ops->list.at[node->first + k].sql, object->name)) return true;
        }
    }
    return false;
}

/* A table is published with its children, which the statement then names; a live publication's tables stand in its text only. */
static void edges_of_published(struct order *order, const struct change *change)
{
    const struct objects *uses = object_uses(order->ctx, change->to);
    for (size_t i = 0; i < order->changes->n; i++) {
        const struct change *other = order->changes->at[i];
        bool comes = other->type == CHANGE_CREATE || other->type == CHANGE_RENAME;
        if (!comes || !object_is(other->to, "table")) continue;
        bool named = is_named_by(order, change, other->to);
        if (named || is_child_of_used(order, other->to, uses)) order_edges(order, other, R_BUILD | R_RENAME, change, R_BUILD);
    }
}

static void make_edges(struct order *order)
{
    for (size_t i = 0; i < order->changes->n; i++) {
        const struct change *change = order->changes->at[i];
        edges_within(order, change);
        if (!nodes_of(order, change).n) continue;
        bool shell = change->type == CHANGE_RECREATE && !change->aside; /* its step makes the new type's shell */
        if (change->from && !shell) edges_of_step(order, change);
        if (change->type == CHANGE_CREATE) edges_of_shell(order, change);
        if (change->type == CHANGE_CREATE && object_is(change->to, "primary_key")) edges_of_primary_key(order, change);
        if (change->type == CHANGE_CREATE && object_is(change->to, "attribute")) edges_of_attribute(order, change);
        if (change->type == CHANGE_CREATE) edges_of_partition_index(order, change);
        if (change->to && object_is(change->to, "publication")) edges_of_published(order, change);
        if (change->type == CHANGE_RENAME && change->moved) edges_of_move(order, change);
        if (change->from) edges_after_renames(order, change, change->from);
        if (change->to) edges_after_renames(order, change, change->to);
        if (change->from) edges_of_args(order, change, change->from);
        if (change->to) edges_of_args(order, change, change->to);
        if (change->to && change->type != CHANGE_RENAME) edges_of_object(order, change, change->to, true);
        if (change->to && !change_is_facet(change)) edges_of_star(order, change);
        if (change->from && change->type != CHANGE_RENAME && !change_is_facet(change)) {
            edges_of_object(order, change, change->from, false);
        }
        if (change->type == CHANGE_ALTER && object_is(change->to, "table")) {
            edges_of_joining(order, change, change->to);
            edges_of_type(order, change);
        }
        if (change_is_facet(change) && change->to->change) order_edges(order, change->to->change, R_BUILD, change, R_FINISH);
        if (change->type == CHANGE_PRIVILEGES) edges_of_columns(order, change);
        edges_of_column(order, change);
        edges_of_data(order, change);
        if (change->type == CHANGE_DROP) edges_of_gone_columns(order, change);
    }
    order_names(order);
}

/* ---- ties ---- */

/* Drops in the reverse order of creation. */
static bool less(const void *arg, size_t a, size_t b)
{
    const struct order *order = arg;
    const struct op *x = op_of(order, a), *y = op_of(order, b);
    const struct object *p = object_of(x->change), *q = object_of(y->change);
    if (x->phase != y->phase) return x->phase < y->phase;
    size_t i = kind_order(p->kind), j = kind_order(q->kind);
    bool down = op_role(x) == ROLE_TEAR;
    if (i != j) return down ? i > j : i < j;
    if (!x->change->to != !y->change->to) return !x->change->to;
    int natural = str_cmp(order->nodes.at[a].path, order->nodes.at[b].path);
    if (natural) return natural < 0;
    if (p->serial != q->serial) return p->serial < q->serial;
    return a < b;
}

static void report_loop(struct order *order, const size_t *cycle, size_t n)
{
    struct diag *diag = diag_add(order->ctx, D_UNSUPPORTED, (struct span){0, 0},
                                 "these changes depend on each other in a circle that modelc can't break");
    diag_severity(diag, SEVERITY_ERROR);
    for (size_t i = 0; i < n; i++) {
        const struct change *change = order->nodes.at[cycle[i]].change;
        diag_note(order->ctx, diag, object_of(change)->span, "%s", change_text(order->ctx, change));
    }
    diag_mend(order->ctx, diag, "mend", "make the changes in two revisions");
}

enum order_result plan_order(struct ctx *ctx, const struct changes *changes, const struct ops *ops, struct plan *plan)
{
    struct order order = {.ctx = ctx, .changes = changes, .ops = ops};
    for (size_t i = 0; i < changes->n; i++) {
        changes->at[i]->position = i;
        if (changes->at[i]->from) changes->at[i]->from->unchecked = true; /* what its body mentions doesn't keep it from going */
    }
    order.of_change = ARENA_ARRAY(ctx->arena, struct span_of_nodes, changes->n + 1);
    make_nodes(&order);
    size_t n = order.nodes.n, n_cycle = 0;
    size_t *sorted = ARENA_ARRAY(ctx->arena, size_t, n + 1), *cycle = ARENA_ARRAY(ctx->arena, size_t, n + 1);
    order.graph = graph_new(ctx->arena, n);
    make_edges(&order);
    if (!graph_sort(order.graph, less, &order, sorted, cycle, &n_cycle)) {
        if (order_leave_unread(&order, cycle, n_cycle) || order_unfold(&order, cycle, n_cycle)) return ORDER_AGAIN;
        if (order_step_aside(&order, cycle, n_cycle)) return ORDER_AGAIN;
        report_loop(&order, cycle, n_cycle);
        return ORDER_LOOP;
    }
    for (size_t i = 0; i < n; i++) {
        const struct node *node = &order.nodes.at[sorted[i]];
        for (size_t j = 0; j < node->n; j++) vec_push(ctx->arena, &plan->ops, ops->list.at[node->first + j]);
    }
    return ORDER_FINE;
}
