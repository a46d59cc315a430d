/* walk.h: moving about in a graph of revisions; shared by graph.c, find.c, path.c and manifest.c. */
#ifndef MODELC_REVISION_WALK_H
#define MODELC_REVISION_WALK_H

#include "revision/revision.h"

/* What stands directly above a revision: its parents, then what it depends on. NULL: no file has that id. */
size_t walk_n_above(const struct revision *revision);
const char *walk_above_id(const struct revision *revision, size_t i);
struct revision *walk_above(const struct graph_of_revisions *graph, const struct revision *revision, size_t i);

/* Marks, by ->order, of the revisions of a set and all that stand above (below) them. */
bool *walk_ancestors(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set);
bool *walk_descendants(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set);
/* The members of a set that no other member reaches, in the graph's order. */
struct revision_set walk_tips(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set);
/* Whether `ancestor` is `revision` or above it by `revises` alone: what depends on a head leaves it a head. */
bool walk_follows(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision *revision,
                  const struct revision *ancestor);
void walk_sort(struct revision_set *set); /* by ->order, each once */

/* "8f3a1c2b9d04 (add xyz column)" */
const char *walk_shown(struct ctx *ctx, const struct revision *revision);
const char *walk_shown_all(struct ctx *ctx, struct revision *const *revisions, size_t n);
/* The error that several heads are, with the commands that help. */
void walk_report_heads(struct ctx *ctx, const struct graph_of_revisions *graph);
/* An id, number, label or unique prefix. NULL: *n_found tells whether there was none or several (then reported
 * if `loud`). */
struct revision *walk_lookup(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name, bool loud,
                             size_t *n_found);
/* The number that an id is under `ids = sequential`, or -1. */
long walk_number(const char *id);

#endif
