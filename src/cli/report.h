/* report.h: what an upgrade or downgrade means for whoever ran it. */
#ifndef MODELC_REPORT_H
#define MODELC_REPORT_H

#include "cli/progress.h"

/* `before`: the database's heads and manifest before the run. Reads the state again. */
void report_print(struct session *s, const struct progress *progress, const struct revision_set *before,
                  const struct map *manifest_before);

/* What a run that failed left behind: which section was rolled back, and where the database stands. */
void report_failure(struct session *s, const struct progress *progress, enum run_outcome outcome);

/* What a new constraint or index refuses from now on: "uq_pim: a repeated products.pim_id is now refused"; NULL where
 * the statement adds none, or to a table that `manifest` (before the run) doesn't hold. */
const char *attention_text(struct arena *arena, const struct map *manifest, const char *sql);
/* The table and column that "UPDATE t SET c = .." fills, as written; false where it is no such statement. */
bool backfill_target(struct arena *arena, const char *sql, const char **table, const char **column);
/* A path or qualified name without a leading "public.". */
const char *without_public(const char *path);

#endif
