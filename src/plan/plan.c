/* plan.c: changes become ordered operations. */
#include "plan/plan_parts.h"

struct plan *plan_make(struct ctx *ctx, const struct changes *changes, const struct plan_options *options)
{
    struct plan *plan = ARENA_NEW(ctx->arena, struct plan);
    changes_mark(changes);
    for (size_t i = 0; i < changes->to->all.n; i++) changes->to->all.at[i]->unchecked = false; /* of the other direction's plan */
    plan_asides(changes);
    for (;;) {
        struct ops ops;
        plan_emit(ctx, changes, options, &ops);
        enum order_result result = plan_order(ctx, changes, &ops, plan);
        if (result == ORDER_LOOP) return NULL;
        if (result == ORDER_AGAIN) continue;
        plan_bodies(ctx, plan, options->create);
        return plan;
    }
}
