/* apply.h: the middle of upgrade and downgrade, without a word printed: which revisions, under the lock, recorded how.
 * Both the command line and libmodelc call it. */
#ifndef MODELC_APPLY_H
#define MODELC_APPLY_H

#include <stdbool.h>

#include "lib/code.h"
#include "pg/runner.h"
#include "revision/revision.h"

/* Adds the applied revisions that no file has to the graph, from the journal's texts. */
void apply_add_journal(struct ctx *ctx, struct graph_of_revisions *graph, const struct db_state *state);
/* The database's heads as revisions. False and diagnostics where the graph lacks one. */
bool apply_current(struct ctx *ctx, const struct graph_of_revisions *graph, const struct db_state *state,
                   struct revision_set *current);
/* What to run to come from `current` to `target`; a half-applied revision comes first. */
bool apply_steps(struct ctx *ctx, const struct graph_of_revisions *graph, const struct db_state *state,
                 const struct revision_set *current, const char *target, bool up, struct revision_set *steps);
/* Revision id -> the manifest (struct map *) after each of the steps. NULL: diagnostics. */
struct map *apply_manifests(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *current,
                            const struct revision_set *steps, bool up);
/* How many of the graph's revisions the heads `current` don't hold. */
size_t apply_pending(const struct graph_of_revisions *graph, const struct revision_set *current);

#endif
