/* graph.c: all migration files of a folder become one graph; what can't be one is reported. */
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/graph.h"
#include "base/str.h"
#include "base/suggest.h"
#include "revision/walk.h"

static bool created_before(const void *arg, size_t a, size_t b)
{
    const struct graph_of_revisions *graph = arg;
    const struct revision *left = graph->all.at[a], *right = graph->all.at[b];
    int order = str_cmp(left->created, right->created);
    if (order == 0) order = str_cmp(left->id, right->id);
    return order != 0 ? order < 0 : a < b;
}

/* Puts graph->all in order; false where there is a cycle, which is then its start and number of members. */
static bool order_all(struct ctx *ctx, struct graph_of_revisions *graph, struct revision_set *cycle)
{
    size_t n = graph->all.n, n_members = 0;
    size_t *order = ARENA_ARRAY(ctx->arena, size_t, n + 1), *members = ARENA_ARRAY(ctx->arena, size_t, n + 1);
    struct graph *edges = graph_new(ctx->arena, n);
    for (size_t i = 0; i < n; i++) graph->all.at[i]->order = i;
    for (size_t i = 0; i < n; i++) {
        const struct revision *revision = graph->all.at[i];
        for (size_t k = 0; k < walk_n_above(revision); k++) {
            const struct revision *above = walk_above(graph, revision, k);
            if (above) graph_edge(edges, above->order, i);
        }
    }
    if (!graph_sort(edges, created_before, graph, order, members, &n_members)) {
        for (size_t i = 0; i < n_members; i++) vec_push(ctx->arena, cycle, graph->all.at[members[i]]);
        return false;
    }
    struct revision_set sorted = {0};
    for (size_t i = 0; i < n; i++) {
        vec_push(ctx->arena, &sorted, graph->all.at[order[i]]);
        sorted.at[i]->order = i;
    }
    graph->all.at = sorted.at;
    graph->all.cap = sorted.cap;
    return true;
}

static bool link_all(struct ctx *ctx, struct graph_of_revisions *graph, struct revision_set *cycle)
{
    bool ordered = order_all(ctx, graph, cycle);
    graph->heads.n = graph->bases.n = 0;
    for (size_t i = 0; i < graph->all.n; i++) graph->all.at[i]->children.n = 0;
    for (size_t i = 0; i < graph->all.n; i++) {
        struct revision *revision = graph->all.at[i];
        for (size_t k = 0; k < revision->parents.n; k++) {
            struct revision *parent = walk_above(graph, revision, k);
            if (parent) vec_push(ctx->arena, &parent->children, revision);
        }
        if (revision->parents.n == 0) vec_push(ctx->arena, &graph->bases, revision);
    }
    for (size_t i = 0; i < graph->all.n; i++) {
        if (graph->all.at[i]->children.n == 0) vec_push(ctx->arena, &graph->heads, graph->all.at[i]);
    }
    return ordered;
}

static struct graph_of_revisions *graph_empty(struct ctx *ctx)
{
    struct graph_of_revisions *graph = ARENA_NEW(ctx->arena, struct graph_of_revisions);
    graph->by_id = map_new(ctx->arena);
    return graph;
}

void revisions_add(struct ctx *ctx, struct graph_of_revisions *graph, struct revision *revision)
{
    struct revision_set cycle = {0};
    if (!graph->by_id) graph->by_id = map_new(ctx->arena);
    struct revision *known = map_get(graph->by_id, revision->id);
    if (known) {
        graph->all.at[known->order] = revision;
    } else {
        vec_push(ctx->arena, &graph->all, revision);
    }
    map_put(graph->by_id, revision->id, revision);
    link_all(ctx, graph, &cycle);
}

static void report_twice(struct ctx *ctx, const struct revision *first, const struct revision *second)
{
    bool same = str_eq(first->id, second->id);
    struct diag *diag = same ? diag_add(ctx, D_DUPLICATE, second->id_span, "two files have the revision id %s",
                                        second->id)
                             : diag_add(ctx, D_DUPLICATE, second->id_span, "two files have the number %ld: %s and %s",
                                        walk_number(second->id), first->id, second->id);
    diag_note(ctx, diag, first->id_span, "the other file");
    diag_mend(ctx, diag, "mend", "modelc rebase");
}

static void check_labels(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    struct map *labels = map_new(ctx->arena);
    for (size_t i = 0; i < graph->all.n; i++) {
        struct revision *revision = graph->all.at[i];
        for (size_t k = 0; k < revision->labels.n; k++) {
            const char *label = revision->labels.at[k];
            const struct revision *other = map_get(labels, label);
            if (!other) other = map_get(graph->by_id, label);
            if (other && other != revision) {
                struct diag *diag = diag_add(ctx, D_DUPLICATE, revision->header, "label %s has two meanings", label);
                diag_note(ctx, diag, other->header, "the other one");
            }
            map_put(labels, label, revision);
        }
    }
}

static void check_above(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision *revision)
{
    for (size_t i = 0; i < walk_n_above(revision); i++) {
        const char *id = walk_above_id(revision, i);
        if (map_has(graph->by_id, id)) continue;
        struct suggest near = {.word = id};
        for (size_t k = 0; k < graph->all.n; k++) {
            if (graph->all.at[k] != revision) suggest_try(&near, graph->all.at[k]->id);
        }
        struct diag *diag = diag_add(ctx, D_UNKNOWN_NAME, revision->revises_span,
                                     "no file has revision %s, which %s %s",
                                     id, revision->id, i < revision->parents.n ? "revises" : "depends on");
        if (near.best) diag_mend(ctx, diag, "did you mean", "%s", near.best);
    }
}

static void check_cycle(struct ctx *ctx, const struct revision_set *cycle)
{
    if (cycle->n == 0) return;
    struct diag *diag = diag_add(ctx, D_REVISION, cycle->at[0]->revises_span, "the revisions form a circle: %s",
                                 walk_shown_all(ctx, cycle->at, cycle->n));
    for (size_t i = 1; i < cycle->n; i++) diag_note(ctx, diag, cycle->at[i]->revises_span, "and on to the next");
}

/* A revision that follows itself is a circle of one, which a topological sort doesn't see. */
static void check_self(struct ctx *ctx, const struct revision *revision)
{
    for (size_t i = 0; i < walk_n_above(revision); i++) {
        if (!str_eq(walk_above_id(revision, i), revision->id)) continue;
        diag_add(ctx, D_REVISION, revision->revises_span, "revision %s follows itself", revision->id);
    }
}

static void take_file(struct ctx *ctx, struct graph_of_revisions *graph, struct map *numbers, const char *path,
                      const char *shown_from)
{
    struct source *source = file_load(ctx, path, path_shown(ctx->arena, shown_from, path));
    struct revision *revision = source ? revision_parse(ctx, source) : NULL;
    if (!revision) return;
    long number = walk_number(revision->id);
    const char *key = number < 0 ? revision->id : arena_printf(ctx->arena, "%ld", number);
    const struct revision *other = map_get(numbers, key);
    revision->path = path;
    vec_push(ctx->arena, &graph->all, revision);
    if (!map_has(graph->by_id, revision->id)) map_put(graph->by_id, revision->id, revision);
    if (other) {
        report_twice(ctx, other, revision);
    } else {
        map_put(numbers, key, revision);
    }
}

struct graph_of_revisions *revisions_load(struct ctx *ctx, const char *folder, const char *shown_from)
{
    struct graph_of_revisions *graph = graph_empty(ctx);
    struct map *numbers = map_new(ctx->arena);
    struct revision_set cycle = {0};
    struct paths paths = {0};
    /* A project that has no revision yet need not have the folder: git keeps no empty ones. */
    if (!path_exists(folder) || !dir_walk(ctx, folder, ".sql", &paths)) return graph;
    for (size_t i = 0; i < paths.n; i++) take_file(ctx, graph, numbers, paths.at[i], shown_from);
    link_all(ctx, graph, &cycle);
    for (size_t i = 0; i < graph->all.n; i++) {
        check_above(ctx, graph, graph->all.at[i]);
        check_self(ctx, graph->all.at[i]);
    }
    check_labels(ctx, graph);
    check_cycle(ctx, &cycle);
    return graph;
}
