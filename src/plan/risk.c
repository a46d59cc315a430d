/* risk.c: what a person has to know before an op runs. */
#include "plan/plan_parts.h"

static const char *loss(struct arena *arena, const struct object *object)
{
    const char *shown = object_shown(arena, object);
    if (object->not_parked) return arena_printf(arena, "%s: is not parked: %s", shown, object->not_parked);
    if (object_is(object, "table")) return arena_printf(arena, "%s: rows are lost, downgrade restores it empty", shown);
    if (object_is(object, "sequence")) return arena_printf(arena, "%s: its position is lost, downgrade starts it anew", shown);
    return arena_printf(arena, "%s: its values are lost, downgrade restores it empty", shown);
}

static const char *refusal(struct arena *arena, const struct object *object)
{
    const char *shown = object_shown(arena, object);
    if (object_is(object, "column")) return arena_printf(arena, "%s: fails where existing rows do not fit", shown);
    if (object_is(object, "foreign_key")) return arena_printf(arena, "%s: fails where a row refers to nothing", shown);
    if (object_is(object, "check")) return arena_printf(arena, "%s: fails where a row violates it", shown);
    bool type = object_is(object, "domain") || object_is(object, "domain_check") || object_is(object, "composite");
    return arena_printf(arena, "%s: fails where %s", shown, type ? "a value does not fit" : "rows repeat");
}

void plan_risk(struct ctx *ctx, struct op *op)
{
    struct arena *arena = ctx->arena;
    const struct object *object = op->change->to ? op->change->to : op->change->from;
    const char *shown = object_shown(arena, object);
    if (op->risk_text || !op->risk) return;
    if (op->risk & RISK_LOSS) op->risk_text = loss(arena, object);
    else if (op->risk & RISK_REWRITE) {
        op->risk_text = arena_printf(arena, "%s: its table is rewritten, locked against reads and writes meanwhile", shown);
    } else if (op->risk & RISK_REFUSED) op->risk_text = refusal(arena, object);
    else if (op->risk & RISK_SCAN) op->risk_text = arena_printf(arena, "%s: its table is scanned, locked against writes meanwhile", shown);
}
