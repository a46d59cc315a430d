/* plan.c: changes become ordered operations. */
#include "plan/plan_parts.h"

struct plan *plan_make(struct ctx *ctx, const struct changes *changes, const struct plan_options *options)
{
    struct plan *plan = ARENA_NEW(ctx->arena, struct plan);
    struct ops ops;
    plan_emit(ctx, changes, options, &ops);
    return plan_order(ctx, changes, &ops, plan) ? plan : NULL;
}
