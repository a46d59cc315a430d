/* apply.c: which revisions to run, and what the manifest is after each. */
#include "lib/apply.h"

#include <string.h>

#include "base/str.h"

static const struct span nowhere = {0, 0};

void apply_add_journal(struct ctx *ctx, struct graph_of_revisions *graph, const struct db_state *state)
{
    for (size_t i = 0; i < state->applied.n; i++) {
        const struct journal_entry *entry = &state->applied.at[i];
        if (map_has(graph->by_id, entry->revision) || !entry->text) continue;
        const char *name = arena_printf(ctx->arena, "(applied text of %s)", entry->revision);
        struct source *source = source_add(ctx->sources, name, entry->text, strlen(entry->text));
        struct revision *revision = source ? revision_parse(ctx, source) : NULL;
        if (revision) revisions_add(ctx, graph, revision);
    }
}

static bool has_text(const struct db_state *state, const char *id)
{
    for (size_t i = 0; i < state->applied.n; i++) {
        if (str_eq(state->applied.at[i].revision, id)) return state->applied.at[i].text != NULL;
    }
    return false;
}

bool apply_current(struct ctx *ctx, const struct graph_of_revisions *graph, const struct db_state *state,
                   struct revision_set *current)
{
    bool known = true;
    *current = (struct revision_set){0};
    for (size_t i = 0; i < state->heads.n; i++) {
        struct revision *revision = map_get(graph->by_id, state->heads.at[i]);
        if (revision) {
            vec_push(ctx->arena, current, revision);
            continue;
        }
        struct diag *diag =
            diag_add(ctx, D_REVISION, nowhere, "database is at %s, no file has that id", state->heads.at[i]);
        diag_mend(ctx, diag, "mend", "get its file (git pull), or %s",
                  has_text(state, state->heads.at[i]) ? "take it back: modelc downgrade -1"
                                                      : "say where the database really is: modelc stamp --purge REV");
        known = false;
    }
    return known;
}

static void to_front(struct revision_set *steps, size_t i)
{
    struct revision *first = steps->at[i];
    memmove(steps->at + 1, steps->at, i * sizeof *steps->at);
    steps->at[0] = first;
}

/* A half-applied revision is finished before anything else happens: it comes first, or nothing runs. */
static bool partial_first(struct ctx *ctx, const struct db_state *state, bool up, struct revision_set *steps)
{
    bool partial_up = !str_eq(state->partial_direction, "down");
    for (size_t i = 0; partial_up == up && i < steps->n; i++) {
        if (!str_eq(steps->at[i]->id, state->partial)) continue;
        to_front(steps, i);
        return true;
    }
    struct diag *diag = diag_add(ctx, D_POLICY, nowhere, "%s is half %s: that has to be finished first", state->partial,
                                 partial_up ? "applied" : "taken back");
    if (partial_up) diag_mend(ctx, diag, "mend", "modelc upgrade %s", state->partial);
    else diag_mend(ctx, diag, "mend", "modelc downgrade -1");
    return false;
}

bool apply_steps(struct ctx *ctx, const struct graph_of_revisions *graph, const struct db_state *state,
                 const struct revision_set *current, const char *target, bool up, struct revision_set *steps)
{
    struct revision_set known;
    *steps = (struct revision_set){0};
    if (!up && !apply_current(ctx, graph, state, &known)) return false;
    bool found = up ? revisions_upgrade_path(ctx, graph, current, target, steps)
                    : revisions_downgrade_path(ctx, graph, current, target, steps);
    return found && (!state->partial || partial_first(ctx, state, up, steps));
}

struct map *apply_manifests(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *current,
                            const struct revision_set *steps, bool up)
{
    struct map *manifests = map_new(ctx->arena);
    struct revision_set heads = *current;
    for (size_t i = 0; i < steps->n; i++) {
        struct revision_set after = {0};
        revisions_heads_after(ctx, graph, &heads, steps->at[i], up, &after);
        struct map *manifest = revisions_manifest(ctx, graph, &after);
        if (!manifest) return NULL;
        map_put(manifests, steps->at[i]->id, manifest);
        heads = after;
    }
    return manifests;
}

size_t apply_pending(const struct graph_of_revisions *graph, const struct revision_set *current)
{
    size_t pending = 0;
    for (size_t i = 0; i < graph->all.n; i++) {
        bool held = false;
        for (size_t k = 0; k < current->n && !held; k++)
            held = revision_reaches(graph, graph->all.at[i], current->at[k]);
        pending += !held;
    }
    return pending;
}
