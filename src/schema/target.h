/* target.h: which PostgreSQL the models are for, and what of them it can't do. */
#ifndef MODELC_SCHEMA_TARGET_H
#define MODELC_SCHEMA_TARGET_H

#include "schema/schema.h"

struct target {
    int major;        /* 13 .. 18 */
    const char *says; /* "the target is 15", "the server has 15" */
    struct span span; /* where modelc.ini says so; nowhere: nobody did */
};

/* An error (D_TARGET) for all that needs another PostgreSQL, at its place in the models. False: there were some. */
bool target_check(struct ctx *ctx, const struct schema *models, const struct target *target);

#endif
