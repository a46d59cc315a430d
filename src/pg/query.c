/* query.c: statements and their results, the server's refusals, and cancelling on a signal. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "pg/conn.h"
#include "pg/session.h"

/* The only variables of the program: a signal handler has no other way to know. */
static PGcancel *volatile running;
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    char text[256];
    int saved = errno;
    if (running) {
        PQcancel(running, text, sizeof text);
    } else if (interrupted) { /* asked twice, and no server is at work that could answer */
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
    errno = saved;
}

void conn_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool conn_interrupted(void)
{
    return interrupted != 0;
}

void session_forget(const PGcancel *cancel)
{
    if (running == cancel) running = NULL;
}

static const char *field(struct conn *conn, const PGresult *result, int code)
{
    const char *text = result ? PQresultErrorField(result, code) : NULL;
    return text ? arena_strdup(conn->ctx->arena, text) : NULL;
}

void session_error(struct conn *conn, const PGresult *result, struct server_error *error)
{
    const char *position = field(conn, result, PG_DIAG_STATEMENT_POSITION);
    *error = (struct server_error){
        .sqlstate = field(conn, result, PG_DIAG_SQLSTATE),
        .message = field(conn, result, PG_DIAG_MESSAGE_PRIMARY),
        .detail = field(conn, result, PG_DIAG_MESSAGE_DETAIL),
        .hint = field(conn, result, PG_DIAG_MESSAGE_HINT),
        .context = field(conn, result, PG_DIAG_CONTEXT),
        .position = position ? (size_t)strtoul(position, NULL, 10) : 0,
        .lost = PQstatus(conn_pg(conn)) == CONNECTION_BAD,
    };
    if (!error->sqlstate) error->sqlstate = "";
    if (!error->message) {
        const char *text = str_trim(conn->ctx->arena, PQerrorMessage(conn_pg(conn)));
        error->message = *text ? arena_strndup(conn->ctx->arena, text, strcspn(text, "\n"))
                               : "the server did not answer";
    }
}

/* Waits without blocking in libpq: a cancel request that came before the server began is sent again. */
static void wait_result(struct conn *conn, bool was_interrupted)
{
    PGconn *pg = conn_pg(conn);
    struct session *session = conn->session;
    while (PQisBusy(pg)) {
        struct pollfd ready = {.fd = PQsocket(pg), .events = POLLIN};
        if (ready.fd < 0) return;
        char text[256];
        if (poll(&ready, 1, session->waits ? session->waits_ms : 1000) == 0) {
            if (!was_interrupted && interrupted) {
                PQcancel(session->cancel, text, sizeof text);
            } else if (session->waits) {
                session->waits(session->waits_arg);
                running = session->cancel;
            }
        }
        if (ready.revents != 0 && !PQconsumeInput(pg)) return;
    }
}

static PGresult *next_result(struct conn *conn, bool was_interrupted)
{
    wait_result(conn, was_interrupted);
    return PQgetResult(conn_pg(conn));
}

static void end_copy(struct conn *conn, ExecStatusType status)
{
    char *data;
    if (status == PGRES_COPY_IN) PQputCopyEnd(conn_pg(conn), "COPY FROM STDIN is not possible here");
    while (status == PGRES_COPY_OUT && PQgetCopyData(conn_pg(conn), &data, 0) > 0) PQfreemem(data);
}

static bool succeeded(ExecStatusType status)
{
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           status == PGRES_COPY_OUT;
}

static void keep(struct conn *conn, PGresult *result, struct rows *rows)
{
    conn->session->affected = (size_t)strtoul(PQcmdTuples(result), NULL, 10);
    if (rows) {
        PQclear(rows->result);
        *rows = (struct rows){(size_t)PQntuples(result), (size_t)PQnfields(result), result};
    } else {
        PQclear(result);
    }
}

/* All results of what was sent; the last one is kept, the first error wins. */
static bool collect(struct conn *conn, bool was_interrupted, struct rows *rows, struct server_error *error)
{
    bool fine = true, any = false;
    PGresult *result;
    while ((result = next_result(conn, was_interrupted))) {
        ExecStatusType status = PQresultStatus(result);
        any = true;
        end_copy(conn, status);
        if (fine && succeeded(status)) {
            keep(conn, result, rows);
            continue;
        }
        if (fine && status != PGRES_COPY_IN) {
            session_error(conn, result, error);
            fine = false;
        }
        PQclear(result);
    }
    if (fine && (!any || PQstatus(conn_pg(conn)) == CONNECTION_BAD)) {
        session_error(conn, NULL, error);
        fine = false;
    }
    if (!fine && rows) rows_free(rows);
    /* Asked last: a FATAL error comes before the end of the connection. */
    if (!fine) error->lost = PQstatus(conn_pg(conn)) == CONNECTION_BAD;
    return fine;
}

static bool finish(struct conn *conn, int sent, bool was_interrupted, struct rows *rows, struct server_error *error)
{
    bool fine = false;
    if (sent) fine = collect(conn, was_interrupted, rows, error);
    else session_error(conn, NULL, error);
    running = NULL;
    return fine;
}

static bool begin(struct conn *conn, struct rows *rows, struct server_error *error)
{
    bool was_interrupted = interrupted != 0;
    *error = (struct server_error){.sqlstate = ""};
    if (rows) *rows = (struct rows){0};
    conn->session->affected = 0;
    running = conn->session->cancel;
    return was_interrupted;
}

static bool plain_query(struct conn *conn, const char *sql, struct rows *rows, struct server_error *error)
{
    bool was_interrupted = begin(conn, rows, error);
    return finish(conn, PQsendQuery(conn_pg(conn), sql), was_interrupted, rows, error);
}

/* Behind a pooler, what is set outside of a transaction may be set in one session and read in another, and stays behind for its next
 * client: so each transaction brings the settings along, and a statement alone becomes one. *alone: it has to be ended by leave(). */
static bool enter(struct conn *conn, const char *sql, bool *alone, struct server_error *error)
{
    *alone = false;
    if (!conn->session->pooled || PQtransactionStatus(conn_pg(conn)) != PQTRANS_IDLE) return true;
    const char *settings = arena_printf(conn->ctx->arena, "BEGIN;\n%s", session_local_settings(conn));
    if (!plain_query(conn, settings, NULL, error)) return false;
    *alone = strncmp(sql, "BEGIN", 5) != 0;
    return true;
}

static bool leave(struct conn *conn, bool alone, bool fine, struct server_error *error)
{
    struct server_error second;
    size_t affected = conn->session->affected;
    if (!alone) return fine;
    if (fine) fine = plain_query(conn, "COMMIT", NULL, error);
    else plain_query(conn, "ROLLBACK", NULL, &second);
    conn->session->affected = affected;
    return fine;
}

bool conn_query(struct conn *conn, const char *sql, struct rows *rows, struct server_error *error)
{
    bool alone;
    if (rows) *rows = (struct rows){0};
    if (!enter(conn, sql, &alone, error)) return false;
    bool fine = leave(conn, alone, plain_query(conn, sql, rows, error), error);
    if (!fine && rows) rows_free(rows);
    return fine;
}

bool conn_query_params(struct conn *conn, const char *sql, size_t n, const char *const *values, struct rows *rows,
                       struct server_error *error)
{
    bool alone;
    if (rows) *rows = (struct rows){0};
    if (!enter(conn, sql, &alone, error)) return false;
    bool was_interrupted = begin(conn, rows, error);
    int sent = PQsendQueryParams(conn_pg(conn), sql, (int)n, NULL, values, NULL, NULL, 0);
    bool fine = leave(conn, alone, finish(conn, sent, was_interrupted, rows, error), error);
    if (!fine && rows) rows_free(rows);
    return fine;
}

/* The result of one statement of a pipeline and the NULL after it. */
static bool pipeline_result(struct conn *conn, bool was_interrupted, struct rows *rows, struct server_error *error)
{
    PGresult *result = next_result(conn, was_interrupted), *more;
    ExecStatusType status = PQresultStatus(result);
    bool fine = result && succeeded(status);
    if (fine) {
        keep(conn, result, rows);
    } else {
        session_error(conn, result, error);
        PQclear(result);
    }
    while (PQstatus(conn_pg(conn)) == CONNECTION_OK && (more = next_result(conn, was_interrupted))) PQclear(more);
    return fine;
}

static bool pipeline_send(struct conn *conn, const char *const *sql, size_t n)
{
    PGconn *pg = conn_pg(conn);
    if (!PQenterPipelineMode(pg)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!PQsendQueryParams(pg, sql[i], 0, NULL, NULL, NULL, NULL, 0)) return false;
    }
    return PQpipelineSync(pg) != 0;
}

static bool pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results,
                     struct server_error *error, size_t *failed)
{
    bool was_interrupted = begin(conn, NULL, error), fine = pipeline_send(conn, sql, n);
    PGresult *result;
    *failed = n;
    if (!fine) {
        session_error(conn, NULL, error);
        *failed = 0;
    }
    for (size_t i = 0; i < n; i++) {
        struct server_error later;
        if (results) results[i] = (struct rows){0};
        if (PQstatus(conn_pg(conn)) != CONNECTION_OK && !fine) continue;
        if (pipeline_result(conn, was_interrupted, results ? &results[i] : NULL, fine ? error : &later) || !fine) {
            continue;
        }
        *failed = i;
        fine = false;
    }
    while (PQstatus(conn_pg(conn)) == CONNECTION_OK &&
           (result = next_result(conn, was_interrupted))) { /* the sync's own */
        bool sync = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        PQclear(result);
        if (sync) break;
    }
    if (PQstatus(conn_pg(conn)) == CONNECTION_OK) PQexitPipelineMode(conn_pg(conn));
    running = NULL;
    if (!fine) error->lost = PQstatus(conn_pg(conn)) == CONNECTION_BAD;
    for (size_t i = 0; !fine && results && i < n; i++) rows_free(&results[i]);
    return fine;
}

bool conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results,
                   struct server_error *error, size_t *failed)
{
    bool alone;
    *failed = 0;
    for (size_t i = 0; results && i < n; i++) results[i] = (struct rows){0};
    if (!enter(conn, n ? sql[0] : "", &alone, error)) return false;
    bool fine = leave(conn, alone, pipeline(conn, sql, n, results, error, failed), error);
    for (size_t i = 0; !fine && results && i < n; i++) rows_free(&results[i]);
    return fine;
}

const char *rows_get(const struct rows *rows, size_t row, size_t column)
{
    return PQgetisnull(rows->result, (int)row, (int)column) ? NULL : PQgetvalue(rows->result, (int)row, (int)column);
}

int rows_column(const struct rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->n_columns; i++) {
        if (str_eq(PQfname(rows->result, (int)i), name)) return (int)i;
    }
    return -1;
}

void rows_free(struct rows *rows)
{
    PQclear(rows->result);
    *rows = (struct rows){0};
}

size_t conn_affected(const struct conn *conn)
{
    return conn->session->affected;
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The word or character at the server's position (1-based, in characters) of a statement that stands at `where`. */
static struct span locate(const struct ctx *ctx, struct span where, size_t position)
{
    const struct source *source = span_known(where) ? source_of(ctx->sources, where.start) : NULL;
    if (!source || position == 0) return where;
    const char *start = source->text + (where.start - source->base), *at = start, *limit = source->text + source->len;
    while (--position > 0 && at < limit) {
        at++;
        while (at < limit && continues_character(*at)) at++;
    }
    size_t len = 0;
    while (at + len < limit && (strchr("_$\"", at[len]) || (unsigned char)at[len] >= 0x80 ||
                                isalnum((unsigned char)at[len]))) len++;
    uint32_t from = where.start + (uint32_t)(at - start);
    return (struct span){from, from + (uint32_t)(len ? len : 1)};
}

struct diag *server_error_report(struct ctx *ctx, const struct server_error *error, struct span where, const char *what)
{
    struct span span = locate(ctx, where, error->position);
    struct diag *diag = what ? diag_add(ctx, D_SERVER, span, "%s: %s", what, error->message)
                             : diag_add(ctx, D_SERVER, span, "%s", error->message);
    if (error->detail) diag_mend(ctx, diag, "detail", "%s", error->detail);
    if (error->hint) diag_mend(ctx, diag, "hint", "%s", error->hint);
    if (error->context) diag_mend(ctx, diag, "context", "%s", error->context);
    return diag;
}
