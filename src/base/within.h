/* within.h: what a project may read and write: a branch that nobody has looked at can hold links and paths that lead anywhere. */
#ifndef MODELC_WITHIN_H
#define MODELC_WITHIN_H

#include <stdbool.h>

#include "base/ctx.h"

/* The work tree that a project's folder stands in (the nearest folder with a .git), else that folder itself; a real path. */
const char *within_of(struct arena *arena, const char *root);
/* Whether `path`, or the part of it that exists, is inside ctx->within once all links are followed (NULL: anything is). Else a diagnostic. */
bool within_check(struct ctx *ctx, const char *path, const char *shown);

#endif
