/* find.c: a name that a user typed becomes a revision. */
#include <string.h>

#include "base/str.h"
#include "base/suggest.h"
#include "revision/walk.h"

static bool has_label(const struct revision *revision, const char *name)
{
    for (size_t i = 0; i < revision->labels.n; i++) {
        if (str_eq(revision->labels.at[i], name)) return true;
    }
    return false;
}

static bool same_number(const struct revision *revision, const char *name)
{
    return walk_number(name) >= 0 && walk_number(name) == walk_number(revision->id);
}

static bool starts_with(const struct revision *revision, const char *name)
{
    return strlen(name) >= 2 && str_starts(revision->id, name);
}

struct revision *walk_lookup(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name, bool loud,
                             size_t *n_found)
{
    static bool (*const ways[])(const struct revision *, const char *) = {has_label, same_number, starts_with};
    struct revision_set found = {0};
    struct revision *exact = map_get(graph->by_id, name);
    *n_found = 1;
    if (exact) return exact;
    for (size_t way = 0; found.n == 0 && way < sizeof ways / sizeof ways[0]; way++) {
        for (size_t i = 0; i < graph->all.n; i++) {
            if (ways[way](graph->all.at[i], name)) vec_push(ctx->arena, &found, graph->all.at[i]);
        }
    }
    *n_found = found.n;
    if (found.n == 1) return found.at[0];
    if (found.n > 1 && loud) {
        struct diag *diag = diag_add(ctx, D_UNKNOWN_NAME, (struct span){0}, "%s may be %s", name,
                                     walk_shown_all(ctx, found.at, found.n));
        diag_mend(ctx, diag, "mend", "write more of the id");
    }
    return NULL;
}

static void report_unknown(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name)
{
    struct suggest near = {.word = name};
    suggest_try(&near, "head");
    suggest_try(&near, "heads");
    suggest_try(&near, "base");
    for (size_t i = 0; i < graph->all.n; i++) {
        suggest_try(&near, graph->all.at[i]->id);
        for (size_t k = 0; k < graph->all.at[i]->labels.n; k++) suggest_try(&near, graph->all.at[i]->labels.at[k]);
    }
    struct diag *diag = diag_add(ctx, D_UNKNOWN_NAME, (struct span){0}, "no revision is called %s", name);
    if (near.best) diag_mend(ctx, diag, "did you mean", "%s", near.best);
}

static struct revision *find_head(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    if (graph->heads.n == 1) return graph->heads.at[0];
    if (graph->heads.n > 1) {
        walk_report_heads(ctx, graph);
        return NULL;
    }
    struct diag *diag = diag_add(ctx, D_UNKNOWN_NAME, (struct span){0}, "there are no revisions yet");
    diag_mend(ctx, diag, "mend", "modelc autogenerate -m \"...\"");
    return NULL;
}

/* NAME@head: the one head below NAME. */
static struct revision *find_head_below(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name)
{
    struct revision *start = revision_find(ctx, graph, name);
    struct revision_set found = {0};
    if (!start) return NULL;
    const bool *below = walk_descendants(ctx, graph, &(struct revision_set){.at = &start, .n = 1});
    for (size_t i = 0; i < graph->heads.n; i++) {
        if (below[graph->heads.at[i]->order]) vec_push(ctx->arena, &found, graph->heads.at[i]);
    }
    if (found.n == 1) return found.at[0];
    diag_add(ctx, D_HEADS, (struct span){0}, "%s@head may be %s", name, walk_shown_all(ctx, found.at, found.n));
    return NULL;
}

struct revision *revision_find(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name)
{
    size_t n_found;
    if (strcmp(name, "head") == 0) return find_head(ctx, graph);
    if (str_ends(name, "@head") && strlen(name) > 5) {
        return find_head_below(ctx, graph, arena_strndup(ctx->arena, name, strlen(name) - 5));
    }
    struct revision *revision = walk_lookup(ctx, graph, name, true, &n_found);
    if (n_found == 0) report_unknown(ctx, graph, name);
    return revision;
}
