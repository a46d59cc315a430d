/* batch.h: a `-- modelc:batch` line and the statement below it, which then runs in batches. */
#ifndef MODELC_REVISION_BATCH_H
#define MODELC_REVISION_BATCH_H

#include "base/ctx.h"
#include "sql/batch_sql.h"

struct statement;
struct batch {
    struct batch_options options; /* size is said or the usual one */
    const char *text;             /* batch_text() of them */
    struct span span;             /* of the line */
    struct sql_batch sql;         /* the statement, once batch_join() said yes */
};

/* Reads the directive's value; NULL and a diagnostic where it is none. */
struct batch *batch_read(struct ctx *ctx, const char *value, struct span line);
/* Whether the statement below can be run so; else a diagnostic. */
bool batch_join(struct ctx *ctx, struct batch *batch, const struct statement *statement);

#endif
