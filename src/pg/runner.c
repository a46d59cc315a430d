/* runner.c: applies revisions and takes them back, a section at a time, and records each in the journal. */
#include "pg/runner.h"

#include <stdint.h>

#include "base/map.h"
#include "base/str.h"
#include "pg/run.h"

static const struct span nowhere = {0, 0};

/* The manifest once the revision is applied or taken back; NULL: its object lines say what changes. */
static bool manifest_after(struct run *run, const struct revision_set *heads, const struct map **after)
{
    const struct run_options *options = run->options;
    *after = options->manifest_after ? map_get(options->manifest_after, run->revision->id) : NULL;
    if (*after || options->up) return true;
    *after = revisions_manifest(run->ctx, run->graph, heads);
    return *after != NULL;
}

static void note_manifest(struct run *run, const struct map *after)
{
    if (after) {
        run->manifest = map_new(run->ctx->arena);
        for (struct map_entry e = map_first(after); e.key; e = map_next(e)) map_put(run->manifest, e.key, e.value);
        return;
    }
    for (size_t i = 0; i < run->revision->objects.n; i++) {
        const struct object_line *line = &run->revision->objects.at[i];
        const char *key = arena_printf(run->ctx->arena, "%s %s", line->kind, line->path);
        if (line->hash) map_put(run->manifest, key, arena_strdup(run->ctx->arena, line->hash));
        else map_remove(run->manifest, key);
    }
}

static bool prepare_ending(struct run *run, struct ending *ending)
{
    struct buf sql = buf_new(run->ctx->arena);
    *ending = (struct ending){0};
    revisions_heads_after(run->ctx, run->graph, &run->heads, run->revision, run->options->up, &ending->heads);
    if (!manifest_after(run, &ending->heads, &ending->after)) return false;
    journal_sql_close(run->ctx, &sql, run->schema, &(struct closing){.revision = run->revision, .up = run->options->up,
                      .heads = &ending->heads, .before = run->manifest, .after = ending->after});
    ending->sql = sql.text;
    return true;
}

/* The end of a revision whose last section was not a transaction, in a transaction of its own (one message is one). */
static enum run_outcome close_revision(struct run *run, const struct ending *ending)
{
    struct server_error error;
    if (run_book(run, ending->sql, &error)) return RUN_DONE;
    const char *what = arena_printf(run->ctx->arena, "that %s was %s", run->revision->id,
                                    run->options->up ? "applied" : "taken back");
    if (error.lost) {
        return run_lost_commit(run, NULL, ending, diag_add(run->ctx, D_SERVER, nowhere,
                                                       "the connection was lost when it was recorded %s", what));
    }
    server_error_report(run->ctx, &error, nowhere, arena_printf(run->ctx->arena, "cannot record %s", what));
    return run_stopped(run);
}

static enum run_outcome run_sections_from(struct run *run, const struct ending *ending, size_t first, size_t statement,
                                          bool in_doubt)
{
    struct sections sections = run_sections(run->revision, run->options->up);
    bool ended = false;
    for (size_t i = first; i < sections.n; i++) {
        const struct section *section = &sections.at[i];
        bool last = i + 1 == sections.n;
        struct run_step step = {.revision = run->revision, .section = section, .number = i + 1, .total = sections.n,
                                .statements = section->statements.n};
        bool here = i == first;
        enum run_outcome outcome = run_section(run, &step, last ? ending : NULL, here ? statement : 0,
                                               here && in_doubt);
        if (outcome != RUN_DONE) return outcome;
        ended = last && section->transaction;
    }
    return ended ? RUN_DONE : close_revision(run, ending);
}

static const char *heads_text(struct ctx *ctx, const struct revision_set *heads)
{
    struct buf out = buf_new(ctx->arena);
    for (size_t i = 0; i < heads->n; i++) buf_printf(&out, "%s%s", i ? ", " : "", heads->at[i]->id);
    return heads->n ? out.text : "base";
}

static enum run_outcome run_revision(struct run *run)
{
    const struct run_options *options = run->options;
    const struct db_state *state = &run->state;
    struct ending ending;
    double began = run_now_ms();
    if (!prepare_ending(run, &ending)) return RUN_REFUSED;
    if (options->revision_begins) {
        options->revision_begins(options->arg, run->revision, heads_text(run->ctx, &run->heads),
                                 heads_text(run->ctx, &ending.heads));
    }
    enum run_outcome outcome = run->resuming ? run_sections_from(run, &ending, state->partial_section,
                                                                 state->partial_statement, state->partial_in_doubt)
                                             : run_sections_from(run, &ending, 0, 0, false);
    if (outcome != RUN_DONE) return outcome;
    run->heads = ending.heads;
    note_manifest(run, ending.after);
    if (options->revision_done) options->revision_done(options->arg, run->revision, run_now_ms() - began);
    return RUN_DONE;
}

/* What was applied of a half-applied revision must be what its file still says. */
static bool matches(struct run *run, const struct journal_entry *entry)
{
    struct sections sections = run_sections(run->revision, run->options->up);
    if (entry->section >= sections.n) return false;
    const struct section *section = &sections.at[entry->section];
    if (entry->statement == SIZE_MAX) {
        return section->transaction && str_eq(entry->digest, journal_section_digest(run->ctx, section));
    }
    if (section->transaction || entry->statement >= section->statements.n) return false;
    if (str_eq(entry->state, "intent") && run->options->resume != RESUME_NONE) return true; /* the person decides */
    return str_eq(entry->digest, journal_statement_digest(run->ctx, &section->statements.at[entry->statement]));
}

/* Whether the half-applied revision, if any, is the one to go on with. */
static bool may_resume(struct run *run, const struct revision *step)
{
    struct db_state *state = &run->state;
    run->resuming = state->partial && str_eq(state->partial, step->id) &&
                    str_eq(state->partial_direction, run->options->up ? "up" : "down");
    run->committed = run->resuming;
    if (!state->partial) return true;
    if (!run->resuming) {
        bool up = str_eq(state->partial_direction, "up");
        struct diag *diag = diag_add(run->ctx, D_REVISION, step->header, "revision %s is only partly %s",
                                     state->partial, up ? "applied" : "taken back");
        diag_mend(run->ctx, diag, "mend", "finish that first: modelc %s %s", up ? "upgrade" : "downgrade",
                  up ? state->partial : "-1");
        return false;
    }
    for (size_t i = 0; i < state->open.n; i++) {
        if (matches(run, &state->open.at[i])) continue;
        size_t section = state->open.at[i].section;
        struct diag *diag = diag_add(run->ctx, D_REVISION, step->header,
                                     "section %zu of %s was already run, with another text than it has now",
                                     section + 1, step->id);
        if (str_eq(state->open.at[i].state, "intent")) {
            diag_mend(run->ctx, diag, "mend", "put it back as it was, or go on with the text as it is now: modelc %s --resume retry", run_verb(run));
        } else {
            diag_mend(run->ctx, diag, "mend", "put that section back as it was; only what has not run yet can be changed");
        }
        return false;
    }
    /* A finished section without transaction has no row of its own: go on with the next one. */
    struct sections sections = run_sections(step, run->options->up);
    while (state->partial_section < sections.n && !sections.at[state->partial_section].transaction &&
           state->partial_statement >= sections.at[state->partial_section].statements.n) {
        state->partial_section++;
        state->partial_statement = 0;
    }
    return true;
}

static enum run_outcome run_steps(struct run *run, const struct graph_of_revisions *graph, const struct revision_set *steps)
{
    bool up = run->options->up;
    for (size_t i = 0; i < steps->n; i++) {
        run->revision = steps->at[i];
        run->last = i + 1 == steps->n;
        /* Another run may have done it while this one waited for the lock. */
        if (run_reached(graph, run->revision, &run->heads) == up) continue;
        if (!may_resume(run, run->revision) || !run_in_order(run->ctx, graph, &run->heads, run->revision, up)) return RUN_REFUSED;
        enum run_outcome outcome = run_revision(run);
        if (outcome != RUN_DONE) return outcome;
        run->state.partial = NULL;
    }
    return RUN_DONE;
}

/* Settings of a session don't hold behind a pooler, and a transaction's are no help to what runs outside of one. */
static bool session_suffices(struct run *run, const struct revision_set *steps)
{
    for (size_t i = 0; conn_pooled(run->conn) && i < steps->n; i++) {
        struct sections sections = run_sections(steps->at[i], run->options->up);
        for (size_t k = 0; k < sections.n; k++) {
            const char *what = arena_printf(run->ctx->arena, "section %zu of %s, which is no transaction,", k + 1, steps->at[i]->id);
            if (!sections.at[k].transaction && !conn_own_session(run->conn, sections.at[k].span, what)) return false;
        }
    }
    return true;
}

enum run_outcome run_revisions(struct conn *conn, const struct project *project, struct graph_of_revisions *graph,
                               const struct revision_set *steps, const struct run_options *options)
{
    struct run run = {.ctx = conn->ctx, .conn = conn, .project = project, .graph = graph, .options = options,
                      .schema = journal_schema(conn->ctx, project)};
    if (!run_allowed(run.ctx, project, steps, options->up, options->allow_loss) || !session_suffices(&run, steps)) return RUN_REFUSED;
    if (!run_read_session(&run) || !state_ensure(conn, project) || !state_read(conn, project, &run.state)) {
        return RUN_FAILED;
    }
    if (!state_heads(conn, graph, &run.state, &run.heads)) return RUN_REFUSED;
    run.manifest = run.state.manifest;
    enum run_outcome outcome = run_steps(&run, graph, steps);
    watch_close(&run);
    return outcome;
}
