/* unfold.c: what goes with its parent, or is said in its CREATE, though something else has to come in between: it gets a
 * statement of its own (a rule that writes into a table whose foreign key points at the rule's own). */
#include "plan/plan_parts.h"

/* Of a column it is the default. */
static bool stands_alone(const struct object *part)
{
    if (object_is(part, "column")) return !part->apart && object_get(part, "default")->set;
    return part->kind->drop && !object_is(part, "view_column");
}

/* Whether the part needs what `other` makes, changes or drops. */
static bool rests_on(struct order *order, const struct object *part, const struct change *other)
{
    struct objects needs = {0}, later = {0};
    object_needs(order->ctx, part, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        if (acting(needs.at[i]) == other) return true;
    }
    return false;
}

static bool unfold(struct order *order, const struct change *whole, const struct object *object, const struct change *other,
                   bool new_side)
{
    for (size_t i = 0; object && i < object->children.n; i++) {
        struct object *part = object->children.at[i];
        if (!stands_alone(part) || !is_included(whole, part, new_side) || !rests_on(order, part, other)) continue;
        bool column = object_is(part, "column");
        if (!column) part->change->with_parent = part->change->gone = false;
        part->apart = new_side || column;
        return true;
    }
    return false;
}

bool order_unfold(struct order *order, const size_t *cycle, size_t n_cycle)
{
    for (size_t i = 0; i < n_cycle; i++) {
        const struct node *node = &order->nodes.at[cycle[i]];
        const struct change *before = order->nodes.at[cycle[(i + n_cycle - 1) % n_cycle]].change,
                            *after = order->nodes.at[cycle[(i + 1) % n_cycle]].change;
        if (node->role == ROLE_TEAR && unfold(order, node->change, node->change->from, after, false)) return true;
        if (node->role == ROLE_BUILD && unfold(order, node->change, node->change->to, before, true)) return true;
    }
    return false;
}
