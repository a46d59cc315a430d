/* plan.c: changes become ordered operations. */
#include "plan/plan_parts.h"

/* What another plan (of the other direction, say) found out of these objects. */
static void forget_plan(const struct schema *schema)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *object = schema->all.at[i];
        object->unchecked = false;
        if (object_is(object, "column")) object->apart = false;
        struct object *target = object_is(object, "foreign_key") ? object_get(object, "table")->ref.to : NULL;
        if (target) target->referenced = true;
    }
}

struct plan *plan_make(struct ctx *ctx, const struct changes *changes, const struct plan_options *options)
{
    struct plan *plan = ARENA_NEW(ctx->arena, struct plan);
    changes_mark(changes);
    forget_plan(changes->to);
    forget_plan(changes->from);
    park_fold(changes);
    plan_asides(changes);
    for (;;) {
        struct ops ops;
        plan_emit(ctx, changes, options, &ops);
        enum order_result result = plan_order(ctx, changes, &ops, plan);
        if (result == ORDER_LOOP) return NULL;
        if (result == ORDER_AGAIN) continue;
        plan_bodies(ctx, plan, options->create);
        park_make_attic(ctx, plan);
        return plan;
    }
}
