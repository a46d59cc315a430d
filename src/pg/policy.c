/* policy.c: what must hold before a revision runs, for the runner and for printed scripts alike. */
#include "base/str.h"
#include "pg/run.h"

struct sections run_sections(const struct revision *revision, bool up)
{
    return up ? (struct sections){revision->up.at, revision->up.n}
              : (struct sections){revision->down.at, revision->down.n};
}

/* Hand-written queries may call set_config, as the head of every dump does. */
static bool changes_session(const struct statement *statement)
{
    static const char *const calls[] = {"SELECT", "DO", "CALL", "WITH"};
    const char *verb = statement->verb;
    if (!verb || str_starts(verb, "SET") || str_starts(verb, "RESET")) return true;
    for (size_t i = 0; statement->origin == STATEMENT_DATA && i < sizeof calls / sizeof *calls; i++) {
        if (str_eq(verb, calls[i])) return true;
    }
    return false;
}

bool run_changes_session(const struct section *section)
{
    for (size_t i = 0; i < section->statements.n; i++) {
        if (changes_session(&section->statements.at[i])) return true;
    }
    return false;
}

bool run_reached(const struct graph_of_revisions *graph, const struct revision *revision,
                 const struct revision_set *heads)
{
    for (size_t i = 0; i < heads->n; i++) {
        if (revision_reaches(graph, revision, heads->at[i])) return true;
    }
    return false;
}

static bool finished(struct ctx *ctx, const struct revision *revision, bool up)
{
    struct sections sections = run_sections(revision, up);
    bool fine = true;
    for (size_t i = 0; i < sections.n; i++) {
        for (size_t j = 0; j < sections.at[i].statements.n; j++) {
            const struct statement *statement = &sections.at[i].statements.at[j];
            if (statement->origin != STATEMENT_COMPLETE) continue;
            struct diag *diag = diag_add(ctx, D_POLICY, statement->span, "%s has a statement to complete: %s",
                                         revision->id, statement->reason ? statement->reason : "see its comment");
            diag_mend(ctx, diag, "mend", "write the statement and make `-- modelc:complete` above it `-- modelc:data`");
            fine = false;
        }
    }
    return fine;
}

static bool reversible(struct ctx *ctx, const struct revision *revision)
{
    if (!revision->irreversible) return true;
    struct diag *diag = diag_add(ctx, D_POLICY, revision->irreversible_span, "%s can't be taken back: %s", revision->id,
                                 revision->irreversible);
    diag_mend(ctx, diag, "mend", "write a new revision that makes what should be, or restore a backup");
    return false;
}

static size_t count_losses(const struct revision *revision, bool up)
{
    struct sections sections = run_sections(revision, up);
    size_t n = 0;
    for (size_t i = 0; i < sections.n; i++) n += sections.at[i].loses.n;
    return n;
}

static bool harmless(struct ctx *ctx, const struct project *project, const struct revision *revision, bool up, bool allow_loss)
{
    size_t n = count_losses(revision, up);
    if (!project || !project->protect || allow_loss || n == 0) return true;
    const char *more = n > 1 ? arena_printf(ctx->arena, " and %zu more", n - 1) : "";
    struct diag *diag = diag_add(ctx, D_POLICY, revision->header, "%s loses data: %s%s", revision->id,
                                 revision_loses(revision, up), more);
    diag_mend(ctx, diag, "mend",
              "this database is protected (protect = true in modelc.ini): --allow-loss runs it all the same");
    return false;
}

bool run_allowed(struct ctx *ctx, const struct project *project, const struct revision_set *steps, bool up,
                 bool allow_loss)
{
    bool fine = true;
    for (size_t i = 0; i < steps->n; i++) {
        const struct revision *step = steps->at[i];
        if (!up && !reversible(ctx, step)) fine = false;
        else if (!finished(ctx, step, up)) fine = false;
        if (!harmless(ctx, project, step, up, allow_loss)) fine = false;
    }
    return fine;
}

bool run_in_order(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *heads,
                  const struct revision *step, bool up)
{
    for (size_t i = 0; up && i < step->parents.n; i++) {
        const struct revision *parent = map_get(graph->by_id, step->parents.at[i]);
        if (parent && run_reached(graph, parent, heads)) continue;
        diag_add(ctx, D_HEADS, step->revises_span, "%s revises %s, which is not applied", step->id,
                 step->parents.at[i]);
        return false;
    }
    for (size_t i = 0; !up && i < heads->n; i++) {
        if (heads->at[i] == step || !revision_reaches(graph, step, heads->at[i])) continue;
        diag_add(ctx, D_HEADS, step->header, "%s can't be taken back before %s, which builds on it", step->id,
                 heads->at[i]->id);
        return false;
    }
    return true;
}
