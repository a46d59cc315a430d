/* create.c: runs `create`'s statements in transactions of a few hundred, and notes in the journal, in the same
 * transaction, how far it came. */
#include "pg/create.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/map.h"
#include "pg/run.h"
#include "pg/session.h"
#include "sql/quote.h"
#include "sql/sql.h"

static const struct span nowhere = {0, 0};

struct creation {
    struct ctx *ctx;
    struct conn *conn;
    const struct project *project;
    const struct create_work *work;
    const char *schema;    /* quoted */
    size_t done;           /* statements */
    const char *digest;    /* of those */
    bool committed;        /* something is in the database */
};

/* A chain: what is done so far need not be hashed again. */
static const char *add_digest(struct ctx *ctx, const char *before, const struct create_statement *statement)
{
    const char *text = arena_printf(ctx->arena, "%s\n%s", before, sql_token_digest(ctx->arena, statement->sql));
    return digest_text(ctx->arena, text, strlen(text));
}

/* ---- the journal */

static void sql_progress(struct buf *sql, const struct creation *c, size_t done, const char *digest)
{
    buf_printf(sql, "UPDATE %s.journal SET statement = %zu, digest = ", c->schema, done);
    sql_literal(sql, digest);
    buf_add(sql, ", text = ");
    sql_literal(sql, c->work->found);
    buf_add(sql, " WHERE direction = 'create' AND state = 'intent'");
}

bool create_read(struct conn *conn, const struct project *project, struct create_progress *progress)
{
    struct ctx *ctx = conn->ctx;
    struct server_error error;
    struct rows rows;
    const char *sql =
        arena_printf(ctx->arena,
                     "SELECT statement, digest, text FROM %s.journal WHERE direction = 'create' AND state = 'intent'"
                     " AND statement > 0 ORDER BY n DESC LIMIT 1",
                     journal_schema(ctx, project));
    *progress = (struct create_progress){.digest = "", .found = ""};
    if (!conn_query(conn, sql, &rows, &error)) {
        server_error_report(ctx, &error, nowhere, "cannot read the journal");
        return false;
    }
    if (rows.n_rows > 0) {
        const char *digest = rows_get(&rows, 0, 1), *found = rows_get(&rows, 0, 2);
        progress->begun = true;
        progress->statements = (size_t)strtoul(rows_get(&rows, 0, 0), NULL, 10);
        progress->digest = arena_strdup(ctx->arena, digest ? digest : "");
        progress->found = arena_strdup(ctx->arena, found ? found : "");
    }
    rows_free(&rows);
    return true;
}

bool create_continues(struct ctx *ctx, const struct create_work *work, const struct create_progress *progress)
{
    const char *digest = "";
    size_t n = 0;
    for (size_t i = 0; i < work->batches.n; i++) {
        const struct create_batch *batch = &work->batches.at[i];
        for (size_t k = 0; k < batch->statements.n && n < progress->statements; k++, n++) {
            digest = add_digest(ctx, digest, &batch->statements.at[k]);
        }
    }
    if (n == progress->statements && str_eq(digest, progress->digest)) return true;
    struct diag *diag =
        diag_add(ctx, D_REVISION, nowhere, "create was interrupted here after %s, and the models have changed since",
                 str_count(ctx->arena, progress->statements, "statement"));
    diag_mend(ctx, diag, "mend",
              "take the models as they were and create again, or begin with an empty database (dropdb, createdb)");
    return false;
}

/* Nothing of it remains: it is as if it had not begun. */
static void forget(struct creation *c)
{
    struct server_error error;
    const char *sql = arena_printf(c->ctx->arena, "UPDATE %s.journal SET state = 'failed', ended = clock_timestamp()"
                                                  " WHERE direction = 'create' AND state = 'intent'", c->schema);
    conn_query(c->conn, sql, NULL, &error);
}

/* ---- failures */

static void roll_back(struct creation *c)
{
    struct server_error error; /* a late cancel may hit the ROLLBACK instead of the statement it was for */
    for (int tries = 0; tries < 3 && conn_transaction(c->conn) != CONN_IDLE; tries++) {
        conn_query(c->conn, "ROLLBACK", NULL, &error);
    }
}

static const char *how_far(const struct creation *c)
{
    if (!c->committed) return "nothing was made";
    return arena_printf(c->ctx->arena, "%zu of %s are done, modelc create goes on from there", c->done,
                        str_count(c->ctx->arena, c->work->statements, "statement"));
}

static enum run_outcome interrupted(struct creation *c)
{
    roll_back(c);
    diag_add(c->ctx, D_SERVER, nowhere, "interrupted: %s", how_far(c));
    return RUN_INTERRUPTED;
}

static enum run_outcome refused(struct creation *c, const struct create_statement *statement,
                                const struct server_error *error)
{
    struct server_error said = *error;
    if (error->lost) {
        struct diag *diag = diag_add(c->ctx, D_SERVER, nowhere, "the connection was lost: %s", error->message);
        diag_mend(c->ctx, diag, "mend", "modelc create again: it looks how far it came");
        return c->committed ? RUN_PARTIAL : RUN_LOST;
    }
    if (conn_interrupted()) return interrupted(c);
    if (!statement || !statement->in_file) said.position = 0; /* counts in a statement that stands in no file */
    server_error_report(c->ctx, &said, statement ? statement->span : nowhere, NULL);
    roll_back(c);
    if (c->committed) diag_add(c->ctx, D_SERVER, nowhere, "create stopped: %s", how_far(c));
    return c->committed ? RUN_PARTIAL : RUN_FAILED;
}

/* ---- running */

struct messages {
    VEC(const char *) sql;
    VEC(const struct create_statement *) of; /* NULL: bookkeeping */
};

static void message(const struct creation *c, struct messages *messages, const char *sql,
                    const struct create_statement *of)
{
    vec_push(c->ctx->arena, &messages->sql, sql);
    vec_push(c->ctx->arena, &messages->of, of);
}

static const char *timeout_sql(struct ctx *ctx, const struct create_batch *batch, bool local)
{
    if (!batch->section || !batch->section->lock_timeout) return NULL;
    struct buf sql = buf_new(ctx->arena);
    buf_printf(&sql, "SET %slock_timeout TO ", local ? "LOCAL " : "");
    sql_literal(&sql, batch->section->lock_timeout);
    return sql.text;
}

/* What is made from the models may mention what comes later; the plan has the server read such bodies at the end. */
static const char bodies_off[] = "SET LOCAL check_function_bodies = off";

/* One round trip for the whole transaction. */
static enum run_outcome run_together(struct creation *c, const struct create_batch *batch)
{
    struct messages messages = {0};
    struct server_error error;
    size_t failed;
    const char *path = NULL, *digest = c->digest, *timeout = timeout_sql(c->ctx, batch, true);
    message(c, &messages, "BEGIN", NULL);
    if (timeout) message(c, &messages, timeout, NULL);
    if (batch->unread) message(c, &messages, bodies_off, NULL);
    for (size_t i = 0; i < batch->statements.n; i++) {
        const struct create_statement *statement = &batch->statements.at[i];
        if (!str_eq(path, statement->search_path))
            message(c, &messages, run_set_path(c->ctx, statement->search_path, true), NULL);
        path = statement->search_path;
        message(c, &messages, statement->sql, statement);
        digest = add_digest(c->ctx, digest, statement);
    }
    struct buf progress = buf_new(c->ctx->arena);
    sql_progress(&progress, c, c->done + batch->statements.n, digest);
    message(c, &messages, progress.text, NULL);
    message(c, &messages, "COMMIT", NULL);
    if (!conn_pipeline(c->conn, messages.sql.at, messages.sql.n, NULL, &error, &failed)) {
        return refused(c, failed < messages.of.n ? messages.of.at[failed] : NULL, &error);
    }
    c->done += batch->statements.n;
    c->digest = digest;
    c->committed = true;
    return RUN_DONE;
}

static enum run_outcome run_alone(struct creation *c, const struct create_statement *statement)
{
    struct server_error error;
    struct buf progress = buf_new(c->ctx->arena);
    const char *digest = add_digest(c->ctx, c->digest, statement);
    if (!conn_query(c->conn, run_set_path(c->ctx, statement->search_path, false), NULL, &error))
        return refused(c, NULL, &error);
    if (!conn_query_params(c->conn, statement->sql, 0, NULL, NULL, &error)) return refused(c, statement, &error);
    sql_progress(&progress, c, c->done + 1, digest);
    if (!conn_query(c->conn, progress.text, NULL, &error)) return refused(c, NULL, &error);
    c->done++;
    c->digest = digest;
    c->committed = true;
    return RUN_DONE;
}

static enum run_outcome run_singly(struct creation *c, const struct create_batch *batch, size_t first)
{
    enum run_outcome outcome = RUN_DONE;
    struct server_error error;
    const char *timeout = timeout_sql(c->ctx, batch, false);
    if (timeout && !conn_query(c->conn, timeout, NULL, &error)) return refused(c, NULL, &error);
    for (size_t i = first; outcome == RUN_DONE && i < batch->statements.n; i++) {
        outcome = conn_interrupted() ? interrupted(c) : run_alone(c, &batch->statements.at[i]);
    }
    if (conn_transaction(c->conn) != CONN_LOST)
        conn_query(c->conn, "RESET search_path; RESET lock_timeout", NULL, &error);
    return outcome;
}

static enum run_outcome run_batch(struct creation *c, const struct create_batch *batch, size_t first)
{
    struct server_error error;
    enum run_outcome outcome = batch->transaction ? run_together(c, batch) : run_singly(c, batch, first);
    bool changed = outcome == RUN_DONE && batch->section && run_changes_session(batch->section);
    return changed && !session_prepare(c->conn, &error) ? refused(c, NULL, &error) : outcome;
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static enum run_outcome run_batches(struct creation *c, const struct create_listener *listener)
{
    size_t start = 0;
    for (size_t i = 0; i < c->work->batches.n; i++) {
        const struct create_batch *batch = &c->work->batches.at[i];
        size_t end = start + batch->statements.n, first = c->done > start ? c->done - start : 0;
        start = end;
        if (c->done >= end) continue;
        double began = now_ms();
        if (conn_interrupted()) return interrupted(c);
        listener->batch_begins(listener->arg, batch, i + 1, c->work->batches.n);
        enum run_outcome outcome = run_batch(c, batch, first);
        if (outcome != RUN_DONE) return outcome;
        listener->batch_done(listener->arg, batch, now_ms() - began);
    }
    return RUN_DONE;
}

enum run_outcome create_run(struct conn *conn, const struct project *project, const struct create_work *work,
                            const struct create_progress *progress, const struct create_listener *listener)
{
    struct creation c = {.ctx = conn->ctx,
                         .conn = conn,
                         .project = project,
                         .work = work,
                         .schema = journal_schema(conn->ctx, project),
                         .done = progress->statements,
                         .digest = progress->digest,
                         .committed = progress->begun};
    if (!progress->begun && !state_creating(conn, project)) return RUN_FAILED;
    enum run_outcome outcome = run_batches(&c, listener);
    bool there = conn_transaction(conn) == CONN_IDLE;
    if (!c.committed && outcome != RUN_DONE && there) forget(&c);
    return outcome;
}

/* ---- the script */

static void script_batch(struct creation *c, const struct create_batch *batch, struct buf *out)
{
    const char *path = NULL, *timeout = timeout_sql(c->ctx, batch, batch->transaction);
    if (batch->revision) buf_printf(out, "\n-- %s, on create\n", batch->revision->id);
    buf_add(out, batch->transaction ? "\nBEGIN;\n" : "\n-- not in a transaction\n");
    if (timeout) buf_printf(out, "%s;\n", timeout);
    if (batch->unread && batch->transaction) buf_printf(out, "%s;\n", bodies_off);
    for (size_t i = 0; i < batch->statements.n; i++) {
        const struct create_statement *statement = &batch->statements.at[i];
        bool last = i + 1 == batch->statements.n;
        c->digest = add_digest(c->ctx, c->digest, statement);
        c->done++;
        if (!str_eq(path, statement->search_path))
            buf_printf(out, "%s;\n", run_set_path(c->ctx, statement->search_path, batch->transaction));
        path = statement->search_path;
        script_statement(out, statement->note, statement->sql);
        if (batch->transaction && !last) continue;
        if (batch->section && run_changes_session(batch->section))
            script_session(c->ctx, c->project, out);
        sql_progress(out, c, c->done, c->digest);
        buf_add(out, ";\n");
    }
    buf_add(out, batch->transaction ? "COMMIT;\n" : "RESET search_path;\nRESET lock_timeout;\n");
}

const char *create_script(struct ctx *ctx, const struct project *project, const struct create_work *work,
                          const struct graph_of_revisions *graph, const struct revision_set *heads,
                          const struct map *manifest)
{
    struct creation c = {
        .ctx = ctx, .project = project, .work = work, .schema = journal_schema(ctx, project), .digest = ""};
    struct buf out = buf_new(ctx->arena);
    struct db_state empty = {.manifest = map_new(ctx->arena)};
    struct stamping stamping = {graph, heads, manifest, &empty};
    script_start(ctx, project, &(struct revision_set){0}, &out);
    buf_add(&out, "BEGIN;\n");
    journal_sql_creating(&out, c.schema);
    buf_add(&out, "COMMIT;\n");
    for (size_t i = 0; i < work->batches.n; i++) script_batch(&c, &work->batches.at[i], &out);
    buf_add(&out, "\n-- done\nBEGIN;\n");
    journal_sql_stamp(ctx, &out, c.schema, &stamping);
    buf_add(&out, "COMMIT;\n");
    return out.text;
}
