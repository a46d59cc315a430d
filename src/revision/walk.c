/* walk.c: moving about in a graph of revisions. All passes follow its order, so that even a cycle ends. */
#include "revision/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

size_t walk_n_above(const struct revision *revision)
{
    return revision->parents.n + revision->depends_on.n;
}

const char *walk_above_id(const struct revision *revision, size_t i)
{
    return i < revision->parents.n ? revision->parents.at[i] : revision->depends_on.at[i - revision->parents.n];
}

struct revision *walk_above(const struct graph_of_revisions *graph, const struct revision *revision, size_t i)
{
    return map_get(graph->by_id, walk_above_id(revision, i));
}

static bool *marks_of(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set)
{
    bool *marks = ARENA_ARRAY(ctx->arena, bool, graph->all.n + 1);
    for (size_t i = 0; i < set->n; i++) marks[set->at[i]->order] = true;
    return marks;
}

bool *walk_ancestors(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set)
{
    bool *marks = marks_of(ctx, graph, set);
    for (size_t i = graph->all.n; i-- > 0;) {
        const struct revision *revision = graph->all.at[i];
        for (size_t k = 0; marks[i] && k < walk_n_above(revision); k++) {
            const struct revision *above = walk_above(graph, revision, k);
            if (above) marks[above->order] = true;
        }
    }
    return marks;
}

bool walk_follows(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision *revision,
                  const struct revision *ancestor)
{
    bool *marks = ARENA_ARRAY(ctx->arena, bool, graph->all.n + 1);
    marks[revision->order] = true;
    for (size_t i = graph->all.n; i-- > ancestor->order;) {
        const struct revision *at = graph->all.at[i];
        for (size_t k = 0; marks[i] && k < at->parents.n; k++) {
            const struct revision *parent = walk_above(graph, at, k);
            if (parent) marks[parent->order] = true;
        }
    }
    return marks[ancestor->order];
}

bool *walk_descendants(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set)
{
    bool *marks = marks_of(ctx, graph, set);
    for (size_t i = 0; i < graph->all.n; i++) {
        const struct revision *revision = graph->all.at[i];
        for (size_t k = 0; !marks[i] && k < walk_n_above(revision); k++) {
            const struct revision *above = walk_above(graph, revision, k);
            if (above) marks[i] = marks[above->order];
        }
    }
    return marks;
}

struct revision_set walk_tips(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *set)
{
    struct revision_set above = {0}, tips = {0};
    for (size_t i = 0; i < set->n; i++) {
        for (size_t k = 0; k < walk_n_above(set->at[i]); k++) {
            struct revision *revision = walk_above(graph, set->at[i], k);
            if (revision) vec_push(ctx->arena, &above, revision);
        }
    }
    const bool *reached = walk_ancestors(ctx, graph, &above);
    for (size_t i = 0; i < set->n; i++) {
        if (!reached[set->at[i]->order]) vec_push(ctx->arena, &tips, set->at[i]);
    }
    walk_sort(&tips);
    return tips;
}

static int by_order(const void *a, const void *b)
{
    size_t left = (*(struct revision *const *)a)->order, right = (*(struct revision *const *)b)->order;
    return (left > right) - (left < right);
}

void walk_sort(struct revision_set *set)
{
    size_t kept = 0;
    if (set->n == 0) return;
    qsort(set->at, set->n, sizeof *set->at, by_order);
    for (size_t i = 0; i < set->n; i++) {
        if (i == 0 || set->at[i] != set->at[kept - 1]) set->at[kept++] = set->at[i];
    }
    set->n = kept;
}

bool revision_reaches(const struct graph_of_revisions *graph, const struct revision *ancestor,
                      const struct revision *revision)
{
    struct arena *arena = arena_new();
    struct ctx scratch = {.arena = arena};
    struct revision *start = graph->all.at[revision->order];
    struct revision_set set = {.at = &start, .n = 1};
    bool found = walk_ancestors(&scratch, graph, &set)[ancestor->order];
    arena_free(arena);
    return found;
}

const char *walk_shown(struct ctx *ctx, const struct revision *revision)
{
    if (!*revision->message) return revision->id;
    return arena_printf(ctx->arena, "%s (%s)", revision->id, revision->message);
}

const char *walk_shown_all(struct ctx *ctx, struct revision *const *revisions, size_t n)
{
    struct buf all = buf_new(ctx->arena);
    for (size_t i = 0; i < n; i++) {
        buf_separate(&all, "", ", ");
        buf_add(&all, walk_shown(ctx, revisions[i]));
    }
    return all.text;
}

void walk_report_heads(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    size_t n = graph->heads.n;
    struct diag *diag = diag_add(ctx, D_HEADS, (struct span){0}, "%s heads: %s",
                                 n == 2 ? "two" : arena_printf(ctx->arena, "%zu", n),
                                 walk_shown_all(ctx, graph->heads.at, n));
    diag_mend(ctx, diag, "mend", "modelc rebase, or modelc merge -m \"...\" heads");
}

long walk_number(const char *id)
{
    size_t digits = strspn(id, "0123456789");
    return digits > 0 && digits <= 9 && id[digits] == '\0' ? strtol(id, NULL, 10) : -1;
}
