/* runner.c: applies revisions and takes them back, a section at a time, and records each in the journal. */
#include "pg/runner.h"

#include <stdint.h>
#include <time.h>

#include "base/map.h"
#include "base/str.h"
#include "pg/run.h"
#include "pg/session.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static const char *verb_of(const struct run *run)
{
    if (run->options->command) return run->options->command;
    return run->options->up ? "upgrade" : "downgrade";
}

static enum run_outcome stopped(const struct run *run)
{
    return run->committed ? RUN_PARTIAL : RUN_FAILED;
}

static enum run_outcome lost(const struct run *run)
{
    return run->committed ? RUN_PARTIAL : RUN_LOST;
}

static void roll_back(struct run *run)
{
    struct server_error error; /* a late cancel may hit the ROLLBACK instead of the statement it was for */
    for (int tries = 0; tries < 3 && conn_transaction(run->conn) != CONN_IDLE; tries++) {
        conn_query(run->conn, "ROLLBACK", NULL, &error);
    }
}

static enum run_outcome interrupted(struct run *run, const struct run_step *step)
{
    roll_back(run);
    diag_add(run->ctx, D_SERVER, nowhere, "interrupted in section %zu of %zu of %s: %s", step->number, step->total,
             run->revision->id,
             run->committed
                 ? arena_printf(run->ctx->arena, "it is partly applied, modelc %s goes on from there", verb_of(run))
                 : "nothing of it was applied");
    return RUN_INTERRUPTED;
}

/* A statement (NULL: the section as a whole) was refused; the connection may be gone. */
static enum run_outcome refused(struct run *run, const struct run_step *step, const struct statement *statement,
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
                  step->number, run->revision->id, verb_of(run));
        return lost(run);
    }
    if (conn_interrupted()) return interrupted(run, step);
    if (run->options->refused) run->options->refused(run->options->arg, statement, error);
    if (!statement) said.position = 0;
    server_error_report(ctx, &said, where,
                        span_known(where) ? NULL : arena_printf(ctx->arena, "%s, line %u", run->revision->id, line));
    roll_back(run);
    return stopped(run);
}

/* Bookkeeping outside a section's transaction; a late cancel is not meant for it. */
static bool book(struct run *run, const char *sql, struct server_error *error)
{
    for (int tries = 0; tries < 3; tries++) {
        if (conn_query(run->conn, sql, NULL, error)) return true;
        if (error->lost || !str_eq(error->sqlstate, "57014") || !conn_interrupted()) break;
    }
    return false;
}

const char *run_set_path(struct ctx *ctx, const char *path, bool local)
{
    return arena_printf(ctx->arena, "SET %ssearch_path TO %s", local ? "LOCAL " : "",
                        !path   ? "DEFAULT"
                        : *path ? path
                                : "''");
}

static bool set_session(struct run *run, const struct section *section, bool local, struct server_error *error)
{
    if (!section->lock_timeout) return true;
    struct buf sql = buf_new(run->ctx->arena);
    buf_printf(&sql, "SET %slock_timeout TO ", local ? "LOCAL " : "");
    sql_literal(&sql, section->lock_timeout);
    return conn_query(run->conn, sql.text, NULL, error);
}

static void restore_session(struct run *run)
{
    struct server_error error;
    struct buf sql = buf_new(run->ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.set_config('search_path', ");
    sql_literal(&sql, run->search_path);
    buf_add(&sql, ", false), pg_catalog.set_config('lock_timeout', ");
    sql_literal(&sql, run->lock_timeout);
    buf_add(&sql, ", false)");
    book(run, sql.text, &error);
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
                    const struct statement *before, struct server_error *error, bool *setting)
{
    *setting = true;
    if (!before || !str_eq(before->search_path, statement->search_path)) {
        const char *set = run_set_path(run->ctx, statement->search_path, step->section->transaction);
        if (!conn_query_params(run->conn, set, 0, NULL, NULL, error)) return false;
    }
    *setting = false;
    /* With parameters' protocol, so that a text of two statements is refused instead of run. */
    if (!conn_query_params(run->conn, statement->sql, 0, NULL, NULL, error)) return false;
    if (moves_rows(statement)) {
        size_t rows = conn_affected(run->conn);
        step->rows += rows;
        if (run->options->data_done) run->options->data_done(run->options->arg, run->revision, statement, rows);
    }
    return true;
}

static struct step_key section_key(const struct run *run, const struct run_step *step)
{
    return (struct step_key){run->revision->id, run->options->up, (int)step->number - 1, -1,
                             journal_section_digest(run->ctx, step->section)};
}

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

/* What a revision's end changes, worked out before its first section runs: a conflict must not show up after its last.
 */
struct ending {
    struct revision_set heads;
    const struct map *after;
    const char *sql;
};

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

/* Waits until the server process that ran our COMMIT is gone: before that, its outcome can't be read. */
static bool wait_gone(struct run *run, int pid)
{
    struct server_error error;
    struct rows rows;
    const char *sql = arena_printf(run->ctx->arena, "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = %d", pid);
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
    diag_mend(run->ctx, diag, "mend", "run modelc %s again: it goes on with the next revision", verb_of(run));
    return RUN_LOST;
}

/* `ending`: of the revision, where that was to be committed; else it is about the step alone. */
static enum run_outcome lost_commit(struct run *run, const struct run_step *step, const struct ending *ending,
                                    struct diag *diag)
{
    struct db_state state;
    size_t mark = diag_mark(run->ctx);
    if (!look_again(run, &state)) {
        diag_rollback(run->ctx, mark);
        diag_mend(run->ctx, diag, "mend",
                  "the server can't be asked how it ended: modelc current tells once it can, modelc %s goes on",
                  verb_of(run));
        return lost(run);
    }
    bool applied = ending ? same_heads(&state, &ending->heads) : has_entry(&state, run, step->number - 1);
    if (applied && ending) return ended_all_the_same(run, diag);
    run->committed = run->committed || applied;
    diag_mend(run->ctx, diag, "detail", applied ? "it was committed" : "it was rolled back");
    diag_mend(run->ctx, diag, "mend", "run modelc %s again: it goes on from there", verb_of(run));
    return lost(run);
}

static enum run_outcome lost_section(struct run *run, const struct run_step *step, const struct ending *ending)
{
    struct diag *diag = diag_add(run->ctx, D_SERVER, step->section->span,
                                 "the connection was lost at the COMMIT of section %zu of %zu of %s", step->number,
                                 step->total, run->revision->id);
    return lost_commit(run, step, ending, diag);
}

/* Whether the row of a statement's intent is there decides what the next run does, and what this one says. */
static enum run_outcome lost_intent(struct run *run, const struct run_step *step, const struct statement *statement,
                                    const struct server_error *error)
{
    struct db_state state;
    size_t mark = diag_mark(run->ctx);
    if (!run->committed && look_again(run, &state)) run->committed = has_entry(&state, run, step->number - 1);
    diag_rollback(run->ctx, mark);
    return refused(run, step, statement, error);
}

/* The section's row, and with the last section the revision's end, in the section's own transaction. */
static bool book_section(struct run *run, const struct run_step *step, const struct ending *ending,
                         struct server_error *error)
{
    struct step_key key = section_key(run, step);
    struct buf sql = buf_new(run->ctx->arena);
    if (run_changes_session(step->section) && !session_prepare(run->conn, error)) return false;
    journal_sql_section(&sql, run->schema, &key);
    if (ending) buf_add(&sql, ending->sql);
    return conn_query(run->conn, sql.text, NULL, error);
}

static bool is_mended(struct run *run, const struct server_error *error)
{
    if (!run->options->mended || error->lost) return false;
    roll_back(run);
    return run->options->mended(run->options->arg, run->conn, error);
}

/* `ending` is NULL unless this is the last section. */
static enum run_outcome run_together(struct run *run, struct run_step *step, const struct ending *ending)
{
    const struct section *section = step->section;
    struct server_error error;
    bool setting;
    if (!conn_query(run->conn, "BEGIN", NULL, &error) || !set_session(run, section, true, &error)) {
        return refused(run, step, NULL, &error);
    }
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        if (conn_interrupted()) return interrupted(run, step);
        if (!execute(run, step, statement, i > 0 ? statement - 1 : NULL, &error, &setting)) {
            if (is_mended(run, &error)) {
                step->rows = 0;
                return run_together(run, step, ending);
            }
            if (setting) error.position = 0;
            return refused(run, step, statement, &error);
        }
    }
    if (conn_interrupted()) return interrupted(run, step);
    if (conn_transaction(run->conn) != CONN_IN_TRANSACTION) {
        diag_add(run->ctx, D_REVISION, section->span, "a statement of %s ended the section's transaction",
                 run->revision->id);
        return stopped(run);
    }
    if (!book_section(run, step, ending, &error)) return refused(run, step, NULL, &error);
    if (conn_query(run->conn, "COMMIT", NULL, &error)) {
        run->committed = true;
        return RUN_DONE;
    }
    return error.lost ? lost_section(run, step, ending) : refused(run, step, NULL, &error);
}

static bool book_outcome(struct run *run, const struct step_key *key, const char *state, struct server_error *error)
{
    struct buf sql = buf_new(run->ctx->arena);
    journal_sql_outcome(&sql, run->schema, key, state);
    return book(run, sql.text, error);
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
        *outcome = refused(run, step, statement, &error);
        return false;
    }
    enum doubt doubt = doubt_settle(run, statement);
    if (doubt == DOUBT_RUN) return true;
    if (doubt == DOUBT_REFUSED) *outcome = RUN_REFUSED;
    else if (doubt == DOUBT_FAILED) *outcome = conn_interrupted() ? RUN_INTERRUPTED : stopped(run);
    else if (!book_outcome(run, key, doubt == DOUBT_SKIP ? "skipped" : "done", &error))
        *outcome = refused(run, step, statement, &error);
    return false;
}

/* One statement outside a transaction: an intent is committed before it, its end after it. */
static enum run_outcome run_alone(struct run *run, struct run_step *step, size_t i, bool in_doubt)
{
    const struct statement *statement = &step->section->statements.at[i];
    struct step_key key = {run->revision->id, run->options->up, (int)step->number - 1, (int)i,
                           journal_statement_digest(run->ctx, statement)};
    struct server_error error, second;
    enum run_outcome outcome;
    bool setting;
    if (in_doubt) {
        if (!settle(run, step, statement, &key, &outcome)) return outcome;
    } else {
        struct buf sql = buf_new(run->ctx->arena);
        journal_sql_intent(&sql, run->schema, &key, statement->sql);
        if (!book(run, sql.text, &error)) {
            return error.lost ? lost_intent(run, step, statement, &error) : refused(run, step, NULL, &error);
        }
    }
    bool done = execute(run, step, statement, NULL, &error, &setting);
    while (!done && is_mended(run, &error)) done = execute(run, step, statement, NULL, &error, &setting);
    if (done) {
        run->committed = true;
        if (run_changes_session(step->section) &&
            (!session_prepare(run->conn, &error) || !set_session(run, step->section, false, &error))) {
            return refused(run, step, NULL, &error);
        }
        if (!book_outcome(run, &key, "done", &error)) return refused(run, step, NULL, &error);
        return RUN_DONE;
    }
    if (setting) error.position = 0;
    if (!error.lost) roll_back(run);
    /* Else the intent stands: the next run looks again. */
    bool settled = !error.lost && doubt_clean(run, statement, &error) && book_outcome(run, &key, "failed", &second);
    run->committed = run->committed || !settled;
    return refused(run, step, statement, &error);
}

static enum run_outcome run_singly(struct run *run, struct run_step *step, size_t first, bool in_doubt)
{
    enum run_outcome outcome = RUN_DONE;
    struct server_error error;
    if (!set_session(run, step->section, false, &error)) return refused(run, step, NULL, &error);
    for (size_t i = first; outcome == RUN_DONE && i < step->section->statements.n; i++) {
        outcome = conn_interrupted() ? interrupted(run, step) : run_alone(run, step, i, in_doubt && i == first);
    }
    if (conn_transaction(run->conn) != CONN_LOST) restore_session(run);
    return outcome;
}

static enum run_outcome run_section(struct run *run, struct run_step *step, const struct ending *ending, size_t first,
                                    bool in_doubt)
{
    const struct run_options *options = run->options;
    double began = now_ms();
    if (options->section_begins) options->section_begins(options->arg, step);
    enum run_outcome outcome = step->section->transaction ? run_together(run, step, ending)
                                                          : run_singly(run, step, first, in_doubt);
    step->milliseconds = now_ms() - began;
    if (outcome == RUN_DONE && options->section_done) options->section_done(options->arg, step);
    return outcome;
}

/* The end of a revision whose last section was not a transaction, in a transaction of its own (one message is one). */
static enum run_outcome close_revision(struct run *run, const struct ending *ending)
{
    struct server_error error;
    if (book(run, ending->sql, &error)) return RUN_DONE;
    const char *what = arena_printf(run->ctx->arena, "that %s was %s", run->revision->id,
                                    run->options->up ? "applied" : "taken back");
    if (error.lost) {
        return lost_commit(run, NULL, ending, diag_add(run->ctx, D_SERVER, nowhere,
                                                       "the connection was lost when it was recorded %s", what));
    }
    server_error_report(run->ctx, &error, nowhere, arena_printf(run->ctx->arena, "cannot record %s", what));
    return stopped(run);
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
    double began = now_ms();
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
    if (options->revision_done) options->revision_done(options->arg, run->revision, now_ms() - began);
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
        diag_mend(run->ctx, diag, "mend", "put that section back as it was; only what has not run yet can be changed");
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

static bool read_session(struct run *run)
{
    struct server_error error;
    struct rows rows;
    if (!conn_query(run->conn, "SELECT current_setting('search_path'), current_setting('lock_timeout')", &rows,
                    &error)) {
        server_error_report(run->ctx, &error, nowhere, "cannot read the session's settings");
        return false;
    }
    run->search_path = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 0));
    run->lock_timeout = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 1));
    rows_free(&rows);
    return true;
}

enum run_outcome run_revisions(struct conn *conn, const struct project *project, struct graph_of_revisions *graph,
                               const struct revision_set *steps, const struct run_options *options)
{
    struct run run = {.ctx = conn->ctx, .conn = conn, .project = project, .graph = graph, .options = options,
                      .schema = journal_schema(conn->ctx, project)};
    if (!run_allowed(run.ctx, project, steps, options->up, options->allow_loss)) return RUN_REFUSED;
    if (!read_session(&run) || !state_ensure(conn, project) || !state_read(conn, project, &run.state)) {
        return RUN_FAILED;
    }
    if (!state_heads(conn, graph, &run.state, &run.heads)) return RUN_REFUSED;
    run.manifest = run.state.manifest;
    for (size_t i = 0; i < steps->n; i++) {
        run.revision = steps->at[i];
        run.last = i + 1 == steps->n;
        /* Another run may have done it while this one waited for the lock. */
        if (run_reached(graph, run.revision, &run.heads) == options->up) continue;
        if (!may_resume(&run, run.revision) || !run_in_order(run.ctx, graph, &run.heads, run.revision, options->up)) {
            return RUN_REFUSED;
        }
        enum run_outcome outcome = run_revision(&run);
        if (outcome != RUN_DONE) return outcome;
        run.state.partial = NULL;
    }
    return RUN_DONE;
}
