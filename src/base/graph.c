/* graph.c: a stable topological sort with a heap of the ready nodes. */
#include "base/graph.h"

#include <stdint.h>

#include "base/vec.h"

struct edge {
    size_t before, after;
};

struct graph {
    struct arena *arena;
    size_t n;
    VEC(struct edge) edges;
};

/* One run of graph_sort(). */
struct sorting {
    bool (*less)(const void *arg, size_t a, size_t b);
    const void *arg;
    size_t *first;   /* successors of node i: after[first[i]] .. after[first[i + 1] - 1] */
    size_t *after;
    size_t *waiting; /* how many of a node's edges come from nodes that are not out yet */
    size_t *heap;
    size_t n_heap;
};

struct graph *graph_new(struct arena *arena, size_t n)
{
    struct graph *graph = ARENA_NEW(arena, struct graph);
    graph->arena = arena;
    graph->n = n;
    return graph;
}

void graph_edge(struct graph *graph, size_t before, size_t after)
{
    if (before == after) return;
    vec_push(graph->arena, &graph->edges, ((struct edge){before, after}));
}

static bool comes_first(const struct sorting *s, size_t a, size_t b)
{
    if (s->less && s->less(s->arg, a, b)) return true;
    if (s->less && s->less(s->arg, b, a)) return false;
    return a < b;
}

static void swap(size_t *a, size_t *b)
{
    size_t old = *a;
    *a = *b;
    *b = old;
}

static void heap_add(struct sorting *s, size_t node)
{
    size_t at = s->n_heap++;
    s->heap[at] = node;
    for (; at && comes_first(s, s->heap[at], s->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        swap(&s->heap[at], &s->heap[(at - 1) / 2]);
    }
}

static size_t heap_take(struct sorting *s)
{
    size_t top = s->heap[0];
    s->heap[0] = s->heap[--s->n_heap];
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child >= s->n_heap) break;
        if (child + 1 < s->n_heap && comes_first(s, s->heap[child + 1], s->heap[child])) child++;
        if (!comes_first(s, s->heap[child], s->heap[at])) break;
        swap(&s->heap[at], &s->heap[child]);
        at = child;
    }
    return top;
}

static void count_edges(const struct graph *graph, struct sorting *s)
{
    s->first = ARENA_ARRAY(graph->arena, size_t, graph->n + 2);
    s->after = ARENA_ARRAY(graph->arena, size_t, graph->edges.n);
    s->waiting = ARENA_ARRAY(graph->arena, size_t, graph->n);
    s->heap = ARENA_ARRAY(graph->arena, size_t, graph->n);
    for (size_t i = 0; i < graph->edges.n; i++) {
        s->first[graph->edges.at[i].before + 2]++;
        s->waiting[graph->edges.at[i].after]++;
    }
    for (size_t i = 2; i < graph->n + 2; i++) s->first[i] += s->first[i - 1];
    /* first[i + 1] is where node i's next successor goes; when all are placed it is where they end. */
    for (size_t i = 0; i < graph->edges.n; i++) {
        s->after[s->first[graph->edges.at[i].before + 1]++] = graph->edges.at[i].after;
    }
}

/* Every node left waits for one that is left, so walking back must come round to a node seen before. */
static size_t find_cycle(const struct graph *graph, const struct sorting *s, size_t *cycle)
{
    size_t *back = ARENA_ARRAY(graph->arena, size_t, graph->n);
    bool *seen = ARENA_ARRAY(graph->arena, bool, graph->n);
    size_t at = SIZE_MAX, n = 0;
    for (size_t i = graph->edges.n; i-- > 0;) {
        struct edge edge = graph->edges.at[i];
        if (s->waiting[edge.before] == 0 || s->waiting[edge.after] == 0) continue;
        back[edge.after] = edge.before;
        if (edge.after < at) at = edge.after;
    }
    for (; !seen[at]; at = back[at]) seen[at] = true;
    size_t start = at;
    do {
        cycle[n++] = at;
        at = back[at];
    } while (at != start);
    for (size_t i = 0; i < n / 2; i++) swap(&cycle[i], &cycle[n - 1 - i]);
    return n;
}

bool graph_sort(const struct graph *graph, bool (*less)(const void *arg, size_t a, size_t b), const void *arg,
                size_t *order, size_t *cycle, size_t *n_cycle)
{
    struct sorting s = {.less = less, .arg = arg};
    count_edges(graph, &s);
    for (size_t i = 0; i < graph->n; i++) {
        if (s.waiting[i] == 0) heap_add(&s, i);
    }
    size_t n = 0;
    while (s.n_heap) {
        size_t node = heap_take(&s);
        order[n++] = node;
        for (size_t i = s.first[node]; i < s.first[node + 1]; i++) {
            if (--s.waiting[s.after[i]] == 0) heap_add(&s, s.after[i]);
        }
    }
    *n_cycle = n == graph->n ? 0 : find_cycle(graph, &s, cycle);
    return n == graph->n;
}
