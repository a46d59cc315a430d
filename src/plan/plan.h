/* plan.h: a set of changes becomes an ordered list of SQL operations. */
#ifndef MODELC_PLAN_H
#define MODELC_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "kind/op.h"
#include "schema/diff.h"

struct plan {
    VEC(struct op) ops; /* in the order to run */
};

struct plan_options {
    bool online;  /* existing tables change in the forms that block least, in sections of their own where need be */
    bool annotated; /* @online of the models counts */
    bool bare;    /* without owners and privileges: on a server that has no such roles */
    bool create;  /* everything onto an empty database: no notes on risks */
};

/* Orders by dependency, stable: the same changes give the same bytes. NULL and a diagnostic that names the members where
 * the dependencies form a loop that modelc doesn't know how to break. */
struct plan *plan_make(struct ctx *ctx, const struct changes *changes, const struct plan_options *options);

#endif
