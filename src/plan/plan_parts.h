/* plan_parts.h: shared by the files of the planner only. */
#ifndef MODELC_PLAN_PARTS_H
#define MODELC_PLAN_PARTS_H

#include "plan/plan.h"
#include "schema/diff.h"

/* What an op does to its object, which decides what it must come after. */
enum role { ROLE_RENAME, ROLE_TEAR, ROLE_BUILD, ROLE_FINISH };
enum role op_role(const struct op *op);

/* emit.c: the ops of all changes, in the order of the changes. */
void plan_emit(struct ctx *ctx, const struct changes *changes, const struct plan_options *options, struct ops *ops);
/* order.c: sorts them; false and a diagnostic on a loop. */
bool plan_order(struct ctx *ctx, const struct changes *changes, const struct ops *ops, struct plan *plan);
/* risk.c: what a person has to know about an op, as one line; sets op->risk_text. */
void plan_risk(struct ctx *ctx, struct op *op);

#endif
