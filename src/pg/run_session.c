/* run_session.c: the session's settings while sections run, and how they are given back. */
#include "base/str.h"
#include "pg/run.h"
#include "pg/session.h"
#include "sql/quote.h"
#include "sql/sql.h"

static const struct span nowhere = {0, 0};

bool run_read_session(struct run *run)
{
    struct server_error error;
    struct rows rows;
    if (!conn_query(run->conn,
                    "SELECT current_setting('search_path'), current_setting('lock_timeout'),"
                    " current_setting('statement_timeout')",
                    &rows, &error)) {
        server_error_report(run->ctx, &error, nowhere, "cannot read the session's settings");
        return false;
    }
    run->search_path = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 0));
    run->timeouts.lock = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 1));
    run->timeouts.statement = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 2));
    rows_free(&rows);
    return true;
}

const char *run_set_path(struct ctx *ctx, const char *path, bool local)
{
    return arena_printf(ctx->arena, "SET %ssearch_path TO %s", local ? "LOCAL " : "",
                        !path   ? "DEFAULT"
                        : *path ? path
                                : "''");
}

/* A timeout would cancel it in the middle, and leave an INVALID index or a half detached partition. */
static bool works_concurrently(const struct statement *statement)
{
    struct arena *arena = arena_new();
    struct sql_statement info;
    struct sql_error bad;
    bool concurrently = sql_classify(arena, statement->sql, &info, &bad) && info.concurrently;
    arena_free(arena);
    return concurrently;
}

static const char *first_said(const char *section, const char *revision, const char *project)
{
    return section ? section : revision ? revision : project ? project : "0";
}

struct timeouts run_timeouts(const struct project *project, const struct revision *revision,
                             const struct section *section, const struct statement *alone)
{
    if (alone && alone->batch) alone = NULL; /* each batch is a transaction */
    if (alone && works_concurrently(alone)) return (struct timeouts){"0", "0"};
    if (alone) {
        return (struct timeouts){first_said(section->lock_timeout, NULL, NULL),
                                 first_said(section->statement_timeout, NULL, NULL)};
    }
    return (struct timeouts){
        first_said(section->lock_timeout, revision->lock_timeout, project ? project->lock_timeout : NULL),
        first_said(section->statement_timeout, revision->statement_timeout,
                   project ? project->statement_timeout : NULL)};
}

void timeouts_sql(struct buf *sql, const struct timeouts *timeouts, bool local)
{
    buf_printf(sql, "SET %slock_timeout TO ", local ? "LOCAL " : "");
    sql_literal(sql, timeouts->lock);
    buf_printf(sql, ";\nSET %sstatement_timeout TO ", local ? "LOCAL " : "");
    sql_literal(sql, timeouts->statement);
    buf_add(sql, ";\n");
}

bool run_set_timeouts(struct run *run, const struct section *section, const struct statement *alone,
                      struct server_error *error)
{
    struct buf sql = buf_new(run->ctx->arena);
    struct timeouts timeouts = run_timeouts(run->project, run->revision, section, alone);
    timeouts_sql(&sql, &timeouts, false);
    return conn_query(run->conn, sql.text, NULL, error);
}

void run_restore_session(struct run *run)
{
    struct server_error error;
    struct buf sql = buf_new(run->ctx->arena);
    timeouts_sql(&sql, &run->timeouts, false);
    buf_add(&sql, "SELECT pg_catalog.set_config('search_path', ");
    sql_literal(&sql, run->search_path);
    buf_add(&sql, ", false)");
    run_book(run, sql.text, &error);
}
