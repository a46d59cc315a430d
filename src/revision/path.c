/* path.c: which revisions to run, or to take back, to get from where a database stands to a target. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "revision/walk.h"

/* One request. */
struct route {
    struct ctx *ctx;
    const struct graph_of_revisions *graph;
    const struct revision_set *current;
    const char *target;
    const bool *applied; /* marks by ->order */
};

static const struct span nowhere = {0};

static struct route route_to(struct ctx *ctx, const struct graph_of_revisions *graph,
                             const struct revision_set *current,
                             const char *target)
{
    return (struct route){ctx, graph, current, target, walk_ancestors(ctx, graph, current)};
}

/* The N of "+N" and "-N"; 0 where the text isn't a number of steps. */
static size_t steps_of(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 9 && text[digits] == '\0' ? (size_t)strtol(text, NULL, 10) : 0;
}

static void report_ambiguous(const struct route *route, const char *what, struct revision *const *choices, size_t n)
{
    struct diag *diag = diag_add(route->ctx, D_REVISION, nowhere, "%s is ambiguous: %s: %s", route->target, what,
                                 walk_shown_all(route->ctx, choices, n));
    diag_mend(route->ctx, diag, "mend", "name the revision that you mean");
}

static void report_too_far(const struct route *route, size_t steps, const char *where)
{
    diag_add(route->ctx, D_REVISION, nowhere, "%s is too far: %s %s", route->target,
             steps == 0 ? "no revision" : str_count(route->ctx->arena, steps, "revision"), where);
}

static void report_direction(const struct route *route, const char *what, const char *command)
{
    struct diag *diag = diag_add(route->ctx, D_USAGE, nowhere, "%s %s", route->target, what);
    diag_mend(route->ctx, diag, "mend", "%s", command);
}

/* N children on from `at`; NULL stands for base. */
static struct revision *walk_on(const struct route *route, struct revision *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct revision *const *next = at ? at->children.at : route->graph->bases.at;
        size_t choices = at ? at->children.n : route->graph->bases.n;
        if (choices == 1) {
            at = next[0];
            continue;
        }
        if (choices == 0) {
            report_too_far(route, i, i <= 1 ? "follows" : "follow");
        } else {
            report_ambiguous(route, at ? walk_shown(route->ctx, at) : "base", next, choices);
        }
        return NULL;
    }
    return at;
}

/* N parents back from `at`; *at_base where that is before the first revision. */
static struct revision *walk_back(const struct route *route, struct revision *at, size_t n, bool *at_base)
{
    *at_base = false;
    for (size_t i = 0; i < n; i++) {
        struct revision_set parents = {0};
        for (size_t k = 0; at && k < at->parents.n; k++) {
            struct revision *parent = walk_above(route->graph, at, k);
            if (parent) vec_push(route->ctx->arena, &parents, parent);
        }
        if (!at) {
            report_too_far(route, i, i <= 1 ? "stands there" : "stand there");
            return NULL;
        }
        if (parents.n > 1) {
            report_ambiguous(route, arena_printf(route->ctx->arena, "%s is a merge of", at->id), parents.at, parents.n);
            return NULL;
        }
        at = parents.n == 1 ? parents.at[0] : NULL;
    }
    *at_base = !at;
    return at;
}

/* ID, or ID+N, or ID-N. */
static struct revision *find_relative(const struct route *route, bool *at_base)
{
    struct arena *arena = route->ctx->arena;
    const char *plus = strrchr(route->target, '+'), *minus = strrchr(route->target, '-');
    const char *sign = !plus || (minus && minus > plus) ? minus : plus;
    size_t n_found = 0;
    *at_base = false;
    if (!sign || sign == route->target || steps_of(sign + 1) == 0 ||
        walk_lookup(route->ctx, route->graph, route->target, false, &n_found)) {
        return revision_find(route->ctx, route->graph, route->target);
    }
    const char *name = arena_strndup(arena, route->target, (size_t)(sign - route->target));
    bool from_base = strcmp(name, "base") == 0;
    struct revision *start = from_base ? NULL : revision_find(route->ctx, route->graph, name);
    if (!start && !from_base) return NULL;
    return *sign == '+' ? walk_on(route, start, steps_of(sign + 1)) : walk_back(route, start, steps_of(sign + 1),
                                                                                at_base);
}

/* What is missing to have all of `targets`, parents first. */
static void list_missing(const struct route *route, const struct revision_set *targets, struct revision_set *steps)
{
    const bool *wanted = walk_ancestors(route->ctx, route->graph, targets);
    for (size_t i = 0; i < route->graph->all.n; i++) {
        if (wanted[i] && !route->applied[i]) vec_push(route->ctx->arena, steps, route->graph->all.at[i]);
    }
}

static bool is_tip(const struct route *route, const struct revision *revision)
{
    struct revision_set tips = walk_tips(route->ctx, route->graph, route->current);
    for (size_t i = 0; i < route->current->n; i++) {
        if (route->current->at[i] == revision) return true;
    }
    return tips.n == 1 && tips.at[0] == revision;
}

static bool upgrade_to(const struct route *route, struct revision *target, struct revision_set *steps)
{
    if (!target) return false;
    if (route->applied[target->order] && !is_tip(route, target)) {
        report_direction(route, "lies behind this database, which has it and later ones",
                         arena_printf(route->ctx->arena, "modelc downgrade %s", target->id));
        return false;
    }
    list_missing(route, &(struct revision_set){.at = &target, .n = 1}, steps);
    return true;
}

/* +N: from the one revision where the database stands. */
static bool upgrade_by(const struct route *route, size_t n, struct revision_set *steps)
{
    struct revision_set tips = walk_tips(route->ctx, route->graph, route->current);
    if (tips.n > 1) {
        report_ambiguous(route, "this database stands at several revisions", tips.at, tips.n);
        return false;
    }
    return upgrade_to(route, walk_on(route, tips.n == 1 ? tips.at[0] : NULL, n), steps);
}

bool revisions_upgrade_path(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *current,
                            const char *target, struct revision_set *steps)
{
    struct route route = route_to(ctx, graph, current, target);
    bool everything = strcmp(target, "heads") == 0;
    bool at_base;
    if (everything || (graph->heads.n <= 1 && strcmp(target, "head") == 0)) {
        struct revision_set heads = {.at = graph->heads.at, .n = graph->heads.n};
        list_missing(&route, &heads, steps);
        return true;
    }
    if (strcmp(target, "base") == 0) {
        report_direction(&route, "is where nothing is applied", "modelc downgrade base");
        return false;
    }
    if (*target == '+' && steps_of(target + 1) > 0) return upgrade_by(&route, steps_of(target + 1), steps);
    if (*target == '-' && steps_of(target + 1) > 0) {
        report_direction(&route, "leads back", arena_printf(ctx->arena, "modelc downgrade %s", target));
        return false;
    }
    struct revision *revision = find_relative(&route, &at_base);
    if (at_base) report_direction(&route, "is where nothing is applied", "modelc downgrade base");
    return upgrade_to(&route, revision, steps);
}

/* Everything applied that is marked, children first. */
static void list_back(const struct route *route, const bool *marked, struct revision_set *steps)
{
    for (size_t i = route->graph->all.n; i-- > 0;) {
        if (marked[i] && route->applied[i]) vec_push(route->ctx->arena, steps, route->graph->all.at[i]);
    }
}

static bool downgrade_to(const struct route *route, struct revision *target, struct revision_set *steps)
{
    if (!target) return false;
    if (!route->applied[target->order]) {
        report_direction(route, "isn't applied to this database",
                         arena_printf(route->ctx->arena, "modelc upgrade %s", route->target));
        return false;
    }
    bool *below = walk_descendants(route->ctx, route->graph, &(struct revision_set){.at = &target, .n = 1});
    below[target->order] = false;
    list_back(route, below, steps);
    return true;
}

static bool downgrade_to_base(const struct route *route, struct revision_set *steps)
{
    list_back(route, route->applied, steps);
    return true;
}

/* What else would have to go: applied, on or below a revision that goes, and not itself among those. */
static bool is_closed(const struct route *route, const struct revision_set *going)
{
    struct revision_set others = {0};
    const bool *below = walk_descendants(route->ctx, route->graph, going);
    for (size_t i = 0; i < route->graph->all.n; i++) {
        bool goes = false;
        for (size_t k = 0; k < going->n; k++) goes |= going->at[k]->order == i;
        if (below[i] && route->applied[i] && !goes) vec_push(route->ctx->arena, &others, route->graph->all.at[i]);
    }
    if (others.n > 0) report_ambiguous(route, "these follow and are applied", others.at, others.n);
    return others.n == 0;
}

/* -N: the last N along the parents of the one revision where the database stands. */
static bool downgrade_by(const struct route *route, size_t n, struct revision_set *steps)
{
    struct revision_set tips = walk_tips(route->ctx, route->graph, route->current), going = {0};
    bool at_base = tips.n == 0;
    if (tips.n > 1) {
        report_ambiguous(route, "this database stands at several revisions", tips.at, tips.n);
        return false;
    }
    struct revision *at = at_base ? NULL : tips.at[0];
    for (size_t i = 0; i < n; i++) {
        if (!at && !at_base) return false;
        if (at_base) {
            report_too_far(route, i, i <= 1 ? "is applied" : "are applied");
            return false;
        }
        vec_push(route->ctx->arena, &going, at);
        if (i + 1 < n) at = walk_back(route, at, 1, &at_base);
    }
    if (!is_closed(route, &going)) return false;
    for (size_t i = 0; i < going.n; i++) vec_push(route->ctx->arena, steps, going.at[i]);
    return true;
}

bool revisions_downgrade_path(struct ctx *ctx, const struct graph_of_revisions *graph,
                              const struct revision_set *current,
                              const char *target, struct revision_set *steps)
{
    struct route route = route_to(ctx, graph, current, target);
    bool at_base;
    if (strcmp(target, "base") == 0) return downgrade_to_base(&route, steps);
    if (*target == '-' && steps_of(target + 1) > 0) return downgrade_by(&route, steps_of(target + 1), steps);
    if (*target == '+' && steps_of(target + 1) > 0) {
        report_direction(&route, "leads forward", arena_printf(ctx->arena, "modelc upgrade %s", target));
        return false;
    }
    if (strcmp(target, "heads") == 0) {
        report_direction(&route, "leads forward", "modelc upgrade heads");
        return false;
    }
    struct revision *revision = find_relative(&route, &at_base);
    return at_base ? downgrade_to_base(&route, steps) : downgrade_to(&route, revision, steps);
}

static void put_parents(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision *step,
                        struct revision_set *after)
{
    struct revision_set remaining = *after;
    for (size_t i = 0; i < step->parents.n; i++) {
        struct revision *parent = walk_above(graph, step, i);
        bool covered = !parent;
        for (size_t k = 0; !covered && k < remaining.n; k++) covered = walk_follows(ctx, graph, remaining.at[k],
                                                                                    parent);
        if (!covered) vec_push(ctx->arena, after, parent);
    }
}

void revisions_heads_after(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *before,
                           const struct revision *step, bool up, struct revision_set *after)
{
    for (size_t i = 0; i < before->n; i++) {
        struct revision *head = before->at[i];
        bool goes = head == step;
        for (size_t k = 0; up && k < step->parents.n; k++) goes |= walk_above(graph, step, k) == head;
        if (!goes) vec_push(ctx->arena, after, head);
    }
    if (up) {
        vec_push(ctx->arena, after, graph->all.at[step->order]);
    } else {
        put_parents(ctx, graph, step, after);
    }
    walk_sort(after);
}
