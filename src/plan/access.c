/* access.c: owners and privileges in a plan: what changes, and what something has to be given that this plan makes. */
#include "plan/plan_parts.h"
#include "schema/access.h"

static bool is_made(const struct change *change)
{
    return change->type == CHANGE_CREATE || change->type == CHANGE_RECREATE;
}

static void emit_steps(const struct access *access, const struct object *object, const struct access_steps *steps,
                       struct ops *ops)
{
    if (steps->owner) owner_op(object, steps->owner, ops);
    grant_ops(object, &steps->privileges, steps->of, access->live->version, ops);
}

static bool is_defaults(const struct object *object)
{
    return object_is(object, "default_privileges");
}

/* Privileges of a column go with it while its table stays. */
static void emit_lost(const struct changes *changes, const struct change *change, struct ops *ops)
{
    struct access_steps steps;
    const struct object *to = change->to;
    if (change->type != CHANGE_RECREATE || !object_is(to, "column") || !to->parent->peer || to->parent->anew) return;
    access_column_steps(changes->access, change->from, to, &steps);
    emit_steps(changes->access, to->parent, &steps, ops);
}

void plan_access(const struct changes *changes, const struct change *change, struct ops *ops)
{
    const struct object *object = change->to ? change->to : change->from;
    struct access_steps steps = {0};
    bool facet = change->type == CHANGE_OWNER || change->type == CHANGE_PRIVILEGES || is_defaults(object);
    if (facet) {
        if (object->change != change && object->change && object->change->type == CHANGE_RECREATE)
            return; /* that gives it all */
        steps = (struct access_steps){.of = change->owner, .privileges = change->privileges};
        if (change->type == CHANGE_OWNER) steps.owner = change->owner;
    } else if (is_made(change)) {
        emit_lost(changes, change, ops);
        if (!grant_class_of(object) && !object_has_owner(object)) return;
        access_steps(changes->access, change->from, change->to, true, &steps);
    } else {
        return;
    }
    emit_steps(changes->access, object, &steps, ops);
}
