/* graph.h: a stable topological order. */
#ifndef MODELC_GRAPH_H
#define MODELC_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct graph;

/* Nodes are 0 .. n-1. */
struct graph *graph_new(struct arena *arena, size_t n);
/* `before` comes before `after`; repeated edges and self-edges are ignored. */
void graph_edge(struct graph *graph, size_t before, size_t after);
/* Writes the n nodes to `order`: always the ready node that is least by `less` (ties: the smaller number)
 * comes next. False where there is a cycle: then `cycle` holds its nodes in order and *n_cycle their number. */
bool graph_sort(const struct graph *graph, bool (*less)(const void *arg, size_t a, size_t b), const void *arg,
                size_t *order, size_t *cycle, size_t *n_cycle);

#endif
