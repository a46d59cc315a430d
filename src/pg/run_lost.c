/* run_lost.c: how a run breaks off: what the server refused, interrupts, and connections lost while it was to keep
 * something. */
#include <time.h>

#include "base/str.h"
#include "pg/run.h"

static const struct span nowhere = {0, 0};

const char *run_verb(const struct run *run)
{
    if (run->options->command) return run->options->command;
    return run->options->up ? "upgrade" : "downgrade";
}

enum run_outcome run_stopped(const struct run *run) { return run->committed ? RUN_PARTIAL : RUN_FAILED; }

static enum run_outcome lost(const struct run *run) { return run->committed ? RUN_PARTIAL : RUN_LOST; }

void run_roll_back(struct run *run)
{
    struct server_error error; /* a late cancel may hit the ROLLBACK instead of the statement it was for */
    for (int tries = 0; tries < 3 && conn_transaction(run->conn) != CONN_IDLE; tries++) {
        conn_query(run->conn, "ROLLBACK", NULL, &error);
    }
}

enum run_outcome run_interrupted(struct run *run, const struct run_step *step)
{
    run_roll_back(run);
    diag_add(run->ctx, D_SERVER, nowhere, "interrupted in section %zu of %zu of %s: %s", step->number, step->total,
             run->revision->id,
             run->committed
                 ? arena_printf(run->ctx->arena, "it is partly applied, modelc %s goes on from there", run_verb(run))
                 : "nothing of it was applied");
    return RUN_INTERRUPTED;
}

/* Who was in its way, so that a person can talk to them, or end them. */
static void name_blockers(struct run *run, struct diag *diag)
{
    struct ctx *ctx = run->ctx;
    const char *pid = NULL;
    watch_look_back(run);
    for (size_t i = 0; i < run->watch.blockers.n; i++) {
        const struct blocker *blocker = &run->watch.blockers.at[i];
        diag_mend(ctx, diag, i == 0 ? "held up by" : "and by", "%s", blocker_text(ctx, blocker));
        if (!pid && !str_eq(blocker->pid, "0")) pid = blocker->pid;
    }
    diag_mend(ctx, diag, "mend", "run modelc %s again when it is done%s", run_verb(run),
              pid ? arena_printf(ctx->arena, ", or end it: SELECT pg_terminate_backend(%s)", pid) : "");
}

enum run_outcome run_refused(struct run *run, const struct run_step *step, const struct statement *statement,
                             const struct server_error *error)
{
    struct ctx *ctx = run->ctx;
    unsigned line = statement ? statement->line : step->section->line;
    struct span where = statement ? statement->span : step->section->span;
    struct server_error said = *error;
    if (error->lost) {
        struct diag *diag = diag_add(ctx, D_SERVER, where, "the connection was lost: %s", error->message);
        diag_mend(ctx, diag, "mend",
                  step->section->transaction ? "section %zu of %s was rolled back: run modelc %s again"
                                             : "section %zu of %s broke off: run modelc %s again, it looks first",
                  step->number, run->revision->id, run_verb(run));
        return lost(run);
    }
    if (conn_interrupted()) return run_interrupted(run, step);
    if (run->options->refused) run->options->refused(run->options->arg, statement, error);
    if (!statement) said.position = 0;
    bool held_up = run_was_held_up(run, step, error);
    struct diag *diag = server_error_report(
        ctx, &said, where, span_known(where) ? NULL : arena_printf(ctx->arena, "%s, line %u", run->revision->id, line));
    run_roll_back(run);
    if (held_up) name_blockers(run, diag);
    return run_stopped(run);
}

/* Bookkeeping outside a section's transaction; a late cancel is not meant for it. */
bool run_book(struct run *run, const char *sql, struct server_error *error)
{
    for (int tries = 0; tries < 3; tries++) {
        if (conn_query(run->conn, sql, NULL, error)) return true;
        if (error->lost || !str_eq(error->sqlstate, "57014") || !conn_interrupted()) break;
    }
    return false;
}

/* Waits until the server process that ran our COMMIT is gone: before that, its outcome can't be read. A pooler's lives on, and may
 * be the one that answers: then it is done. */
static bool wait_gone(struct run *run, int pid)
{
    struct server_error error;
    struct rows rows;
    const char *sql = arena_printf(run->ctx->arena, "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = %d%s", pid,
                                   conn_pooled(run->conn) ? " AND state = 'active' AND pid <> pg_catalog.pg_backend_pid()" : "");
    for (int tries = 0; tries < 50; tries++) {
        if (!conn_query(run->conn, sql, &rows, &error)) return false;
        bool gone = rows.n_rows == 0;
        rows_free(&rows);
        if (gone) return true;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return false;
}

static bool has_entry(const struct db_state *state, const struct run *run, size_t section)
{
    for (size_t i = 0; i < state->open.n; i++) {
        const struct journal_entry *entry = &state->open.at[i];
        if (str_eq(entry->revision, run->revision->id) && entry->section == section) return true;
    }
    return false;
}

static bool same_heads(const struct db_state *state, const struct revision_set *heads)
{
    if (state->heads.n != heads->n) return false;
    for (size_t i = 0; i < heads->n; i++) {
        bool found = false;
        for (size_t j = 0; j < heads->n; j++) found = found || str_eq(state->heads.at[j], heads->at[i]->id);
        if (!found) return false;
    }
    return true;
}

/* The connection broke while the server was to keep something: asks it over a new one. False: it can't be asked. */
static bool look_again(struct run *run, struct db_state *state)
{
    struct server_error error;
    int pid = conn_pid(run->conn);
    return conn_reconnect(run->conn, &error) && wait_gone(run, pid) && state_read(run->conn, run->project, state);
}

/* The last thing to do was done: then only the lock was lost with the connection. */
static enum run_outcome ended_all_the_same(struct run *run, struct diag *diag)
{
    diag_mend(run->ctx, diag, "detail", "it was committed");
    if (run->last) {
        diag_severity(diag, SEVERITY_WARNING);
        return RUN_DONE;
    }
    diag_mend(run->ctx, diag, "mend", "run modelc %s again: it goes on with the next revision", run_verb(run));
    return RUN_LOST;
}

/* `ending`: of the revision, where that was to be committed; else it is about the step alone. */
enum run_outcome run_lost_commit(struct run *run, const struct run_step *step, const struct ending *ending,
                                 struct diag *diag)
{
    struct db_state state;
    size_t mark = diag_mark(run->ctx);
    if (!look_again(run, &state)) {
        diag_rollback(run->ctx, mark);
        diag_mend(run->ctx, diag, "mend",
                  "the server can't be asked how it ended: modelc current tells once it can, modelc %s goes on",
                  run_verb(run));
        return lost(run);
    }
    bool applied = ending ? same_heads(&state, &ending->heads) : has_entry(&state, run, step->number - 1);
    if (applied && ending) return ended_all_the_same(run, diag);
    run->committed = run->committed || applied;
    diag_mend(run->ctx, diag, "detail", applied ? "it was committed" : "it was rolled back");
    diag_mend(run->ctx, diag, "mend", "run modelc %s again: it goes on from there", run_verb(run));
    return lost(run);
}

enum run_outcome run_lost_section(struct run *run, const struct run_step *step, const struct ending *ending)
{
    struct diag *diag = diag_add(run->ctx, D_SERVER, step->section->span,
                                 "the connection was lost at the COMMIT of section %zu of %zu of %s", step->number,
                                 step->total, run->revision->id);
    return run_lost_commit(run, step, ending, diag);
}

/* Whether the row of a statement's intent is there decides what the next run does, and what this one says. */
enum run_outcome run_lost_intent(struct run *run, const struct run_step *step, const struct statement *statement,
                                 const struct server_error *error)
{
    struct db_state state;
    size_t mark = diag_mark(run->ctx);
    if (!run->committed && look_again(run, &state)) run->committed = has_entry(&state, run, step->number - 1);
    diag_rollback(run->ctx, mark);
    return run_refused(run, step, statement, error);
}
