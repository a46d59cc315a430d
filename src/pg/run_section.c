/* run_section.c: one section: as a transaction, or statement by statement outside of one, each recorded in the journal.
 */
#include <time.h>

#include "base/str.h"
#include "pg/batch.h"
#include "pg/lock.h"
#include "pg/run.h"
#include "pg/session.h"

/* Why a try did not succeed. */
struct failure {
    const struct statement *statement; /* NULL: the section as a whole */
    struct server_error error;
    bool interrupted; /* between two statements */
    bool ended;       /* a statement ended the transaction */
    bool at_commit;
};

double run_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Hand-written data steps, and backfills that modelc wrote itself. */
static bool moves_rows(const struct statement *statement)
{
    static const char *const verbs[] = {"UPDATE", "INSERT", "DELETE", "MERGE"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_eq(statement->verb, verbs[i])) return true;
    }
    return statement->origin == STATEMENT_DATA;
}

/* One statement under its search path; `before` is the statement before it in the section, whose path is in force. */
static bool execute(struct run *run, struct run_step *step, const struct statement *statement,
                    const struct statement *before, struct server_error *error)
{
    if (!before || !str_eq(before->search_path, statement->search_path)) {
        const char *set = run_set_path(run->ctx, statement->search_path, step->section->transaction);
        if (!conn_query_params(run->conn, set, 0, NULL, NULL, error)) {
            error->position = 0;
            return false;
        }
    }
    /* With parameters' protocol, so that a text of two statements is refused instead of run. */
    watch_begin(run, step, statement);
    bool fine = conn_query_params(run->conn, statement->sql, 0, NULL, NULL, error);
    watch_end(run);
    if (fine && moves_rows(statement)) {
        struct moved moved = {statement, conn_affected(run->conn)};
        vec_push(run->ctx->arena, &run->moved, moved);
    }
    return fine;
}

/* Told once it is kept: a section that is tried again moves its rows once. */
static void tell_rows(struct run *run, struct run_step *step)
{
    for (size_t i = 0; i < run->moved.n; i++) {
        const struct moved *moved = &run->moved.at[i];
        step->rows += moved->rows;
        if (run->options->data_done)
            run->options->data_done(run->options->arg, run->revision, moved->statement, moved->rows);
    }
    run->moved.n = 0;
}

static struct step_key section_key(const struct run *run, const struct run_step *step)
{
    return (struct step_key){run->revision->id, run->options->up, (int)step->number - 1, -1,
                             journal_section_digest(run->ctx, step->section)};
}

/* The section's row, and with the last section the revision's end, in the section's own transaction. Where the lock is
 * a lease, it has to be ours still, and stays so until the COMMIT. */
static bool book_section(struct run *run, const struct run_step *step, const struct ending *ending,
                         struct server_error *error)
{
    struct step_key key = section_key(run, step);
    struct buf sql = buf_new(run->ctx->arena);
    if (run_changes_session(step->section) && !session_prepare(run->conn, error)) return false;
    if (!lock_renew(run->conn, run->project, error)) return false;
    journal_sql_section(&sql, run->schema, &key);
    if (ending) buf_add(&sql, ending->sql);
    return conn_query(run->conn, sql.text, NULL, error);
}

static bool is_mended(struct run *run, const struct server_error *error)
{
    if (!run->options->mended || error->lost) return false;
    run_roll_back(run);
    return run->options->mended(run->options->arg, run->conn, error);
}

static bool begin(struct run *run, const struct run_step *step, struct server_error *error)
{
    struct buf sql = buf_new(run->ctx->arena);
    struct timeouts timeouts = run_timeouts(run->project, run->revision, step->section, NULL);
    buf_add(&sql, "BEGIN;\n");
    timeouts_sql(&sql, &timeouts, true);
    run->moved.n = 0;
    return conn_query(run->conn, sql.text, NULL, error) &&
           (!conn_pooled(run->conn) || session_backend(run->conn, error));
}

/* The section as one transaction, once. */
static bool try_together(struct run *run, struct run_step *step, const struct ending *ending, struct failure *failure)
{
    const struct section *section = step->section;
    *failure = (struct failure){0};
    if (!begin(run, step, &failure->error)) return false;
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        failure->interrupted = conn_interrupted();
        if (failure->interrupted) return false;
        if (execute(run, step, statement, i > 0 ? statement - 1 : NULL, &failure->error)) continue;
        failure->statement = statement;
        return false;
    }
    failure->interrupted = conn_interrupted();
    failure->ended = conn_transaction(run->conn) != CONN_IN_TRANSACTION;
    if (failure->interrupted || failure->ended) return false;
    if (!book_section(run, step, ending, &failure->error)) return false;
    failure->at_commit = true;
    return conn_query(run->conn, "COMMIT", NULL, &failure->error);
}

static enum run_outcome run_together(struct run *run, struct run_step *step, const struct ending *ending)
{
    struct failure failure;
    for (size_t tries = 1; !try_together(run, step, ending, &failure);) {
        if (failure.interrupted) return run_interrupted(run, step);
        if (failure.ended) {
            diag_add(run->ctx, D_REVISION, step->section->span, "a statement of %s ended the section's transaction",
                     run->revision->id);
            return run_stopped(run);
        }
        if (failure.error.lost && failure.at_commit) return run_lost_section(run, step, ending);
        if (is_mended(run, &failure.error)) continue;
        if (!run_retry(run, step, &failure.error, tries)) {
            return run_refused(run, step, failure.statement, &failure.error);
        }
        tries++;
    }
    run->committed = true;
    tell_rows(run, step);
    return RUN_DONE;
}

static bool book_outcome(struct run *run, const struct step_key *key, const char *state, struct server_error *error)
{
    struct buf sql = buf_new(run->ctx->arena);
    journal_sql_outcome(&sql, run->schema, key, state);
    return run_book(run, sql.text, error);
}

/* Settles a statement in doubt. True: it has to be run (again), under the intent row that stands. */
static bool settle(struct run *run, const struct run_step *step, const struct statement *statement,
                   const struct step_key *key, enum run_outcome *outcome)
{
    struct server_error error;
    const char *set = run_set_path(run->ctx, statement->search_path, false);
    *outcome = RUN_DONE;
    if (!conn_query_params(run->conn, set, 0, NULL, NULL, &error)) {
        error.position = 0;
        *outcome = run_refused(run, step, statement, &error);
        return false;
    }
    enum doubt doubt = doubt_settle(run, statement);
    if (doubt == DOUBT_RUN) return true;
    if (doubt == DOUBT_REFUSED) *outcome = RUN_REFUSED;
    else if (doubt == DOUBT_FAILED) *outcome = conn_interrupted() ? RUN_INTERRUPTED : run_stopped(run);
    else if (!book_outcome(run, key, doubt == DOUBT_SKIP ? "skipped" : "done", &error))
        *outcome = run_refused(run, step, statement, &error);
    return false;
}

/* The one place where a statement outside a transaction runs. */
static bool run_one(struct run *run, struct run_step *step, size_t i, struct server_error *error)
{
    const struct statement *statement = &step->section->statements.at[i];
    return statement->batch ? batch_run(run, step, i, error) : execute(run, step, statement, NULL, error);
}

/* Its intent is committed before it runs; the row of one in doubt stands already. */
static bool book_intent(struct run *run, const struct run_step *step, const struct statement *statement,
                        const struct step_key *key, enum run_outcome *outcome)
{
    struct server_error error;
    struct buf sql = buf_new(run->ctx->arena);
    journal_sql_intent(&sql, run->schema, key, statement->sql);
    *outcome = RUN_DONE;
    if (run_book(run, sql.text, &error)) return true;
    *outcome = error.lost ? run_lost_intent(run, step, statement, &error) : run_refused(run, step, NULL, &error);
    return false;
}

static enum run_outcome book_alone(struct run *run, struct run_step *step, const struct statement *statement,
                                   const struct step_key *key)
{
    struct server_error error;
    run->committed = true;
    tell_rows(run, step);
    if (run_changes_session(step->section) &&
        (!session_prepare(run->conn, &error) || !run_set_timeouts(run, step->section, statement, &error))) {
        return run_refused(run, step, NULL, &error);
    }
    return book_outcome(run, key, "done", &error) ? RUN_DONE : run_refused(run, step, NULL, &error);
}

/* The server refused it: what it left is removed, else its intent stands and the next run looks again. */
static bool cleaned_up(struct run *run, const struct statement *statement, const struct step_key *key,
                       const struct server_error *error)
{
    struct server_error second;
    if (error->lost) return false;
    run_roll_back(run);
    return doubt_clean(run, statement, error) && book_outcome(run, key, "failed", &second);
}

/* One statement outside a transaction: an intent is committed before it, its end after it. */
static enum run_outcome run_alone(struct run *run, struct run_step *step, size_t i, bool in_doubt)
{
    const struct statement *statement = &step->section->statements.at[i];
    struct step_key key = {run->revision->id, run->options->up, (int)step->number - 1, (int)i,
                           journal_statement_digest(run->ctx, statement)};
    struct server_error error;
    enum run_outcome outcome;
    run->moved.n = 0;
    if (!lock_renew(run->conn, run->project, &error) || !run_set_timeouts(run, step->section, statement, &error)) {
        return run_refused(run, step, NULL, &error);
    }
    for (size_t tries = 1;; tries++) {
        bool ready =
            in_doubt ? settle(run, step, statement, &key, &outcome) : book_intent(run, step, statement, &key, &outcome);
        if (!ready) return outcome;
        bool done = run_one(run, step, i, &error);
        while (!done && is_mended(run, &error)) done = run_one(run, step, i, &error);
        if (done) return book_alone(run, step, statement, &key);
        bool cleaned = cleaned_up(run, statement, &key, &error);
        if (cleaned && !statement->batch && run_retry(run, step, &error, tries)) {
            in_doubt = false;
            continue;
        }
        run->committed = run->committed || !cleaned;
        return run_refused(run, step, statement, &error);
    }
}

static enum run_outcome run_singly(struct run *run, struct run_step *step, size_t first, bool in_doubt)
{
    enum run_outcome outcome = RUN_DONE;
    for (size_t i = first; outcome == RUN_DONE && i < step->section->statements.n; i++) {
        outcome = conn_interrupted() ? run_interrupted(run, step) : run_alone(run, step, i, in_doubt && i == first);
    }
    if (conn_transaction(run->conn) != CONN_LOST) run_restore_session(run);
    return outcome;
}

enum run_outcome run_section(struct run *run, struct run_step *step, const struct ending *ending, size_t first,
                             bool in_doubt)
{
    const struct run_options *options = run->options;
    double began = run_now_ms();
    struct server_error error;
    if (options->section_begins) options->section_begins(options->arg, step);
    if (!lock_renew(run->conn, run->project, &error)) return run_refused(run, step, NULL, &error);
    enum run_outcome outcome =
        step->section->transaction ? run_together(run, step, ending) : run_singly(run, step, first, in_doubt);
    step->milliseconds = run_now_ms() - began;
    if (outcome == RUN_DONE && options->section_done) options->section_done(options->arg, step);
    return outcome;
}
