/* everything.h: all that the models hold as one plan, from a database that has none of it: for create and baseline. */
#ifndef MODELC_EVERYTHING_H
#define MODELC_EVERYTHING_H

#include "cli/session.h"
#include "plan/plan.h"

/* A live schema that has only what every new database has, on a server of that version (0: not known). */
struct schema *everything_new(struct ctx *ctx, int version);
/* Takes all from a live schema but the roots (schemas, extensions) of which "kind name" is a line of `kept` (NULL: all
 * of them). */
void everything_strip(struct schema *live, const char *kept);
/* The roots that it has, a line each. */
const char *everything_roots(struct ctx *ctx, const struct schema *live);
/* What of the models the live database has a thing by that name of: "table public.products". */
struct taken { const char **at; size_t n, cap; };
void everything_taken(struct ctx *ctx, const struct schema *live, const struct schema *models, struct taken *taken);

/* From `empty` to the models and back; binds both. down may be NULL. False: diagnostics. */
bool everything_plan(struct ctx *ctx, struct schema *empty, struct schema *models, struct plan **up,
                     struct plan **down);

#endif
