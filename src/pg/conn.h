/* conn.h: connections: which database, pinned sessions, queries, cancellation. With src/pg/'s other files the only user of libpq. */
#ifndef MODELC_CONN_H
#define MODELC_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "revision/project.h"

struct session;
struct server_error;
struct conn {
    struct ctx *ctx;
    void *pg;              /* PGconn; src/pg only */
    const char *title;     /* "shop on localhost:5432 (DATABASE_URL)", "embedded" */
    const char *database;
    const char *user;
    int version;           /* 150020 */
    bool embedded;
    struct session *session; /* src/pg only */
};

/* Where the database's name comes from, in order: `url` (--db), the env's section, DATABASE_URL, PG* variables or a service
 * file, the embedded server (only where project->embedded, no env, no CI in the environment, and `may_embed`). Nothing named: NULL
 * and D_USAGE "no database named: set DATABASE_URL or pass --db". Starts the embedded server on demand. Sets the pinned session of
 * exact-diff.md, SET ROLE, statement_timeout as found. Prints nothing: the caller shows conn->title. Failures: NULL and D_SERVER. */
struct conn *conn_open(struct ctx *ctx, const struct project *project, const char *url, bool may_embed);
/* Another session to the same database (or to `database` on the same server), pinned likewise. */
struct conn *conn_again(const struct conn *conn, const char *database);
/* The lost connection once more, in place: settings as at first, locks are gone. */
bool conn_reconnect(struct conn *conn, struct server_error *error);
/* A session of its own, by project->direct_url where that is given and `url` isn't: past a pooler. */
struct conn *conn_open_direct(struct ctx *ctx, const struct project *project, const char *url, bool may_embed);
/* Whether it goes through a pooler: then each statement is a transaction of its own with its settings, unless one was begun; nothing can run
 * outside of one. */
bool conn_pooled(const struct conn *conn);
/* True, or an error at `where`: "WHAT needs a session of its own, ..". */
bool conn_own_session(struct conn *conn, struct span where, const char *what);
void conn_close(struct conn *conn); /* NULL is allowed; stops an embedded server that this process started on demand */

/* How psql or pg_dump reach the same server, as keywords and values (with the password, where one was given: not to be printed). */
const char *conn_url(const struct conn *conn, const char *database);

enum conn_transaction { CONN_IDLE, CONN_IN_TRANSACTION, CONN_FAILED_TRANSACTION, CONN_LOST };
enum conn_transaction conn_transaction(const struct conn *conn);
/* The server process; behind a pooler that of the section's transaction. */
int conn_pid(const struct conn *conn);

/* A server's refusal, copied from its error fields. */
struct server_error {
    const char *sqlstate; /* "" where the connection broke */
    const char *message, *detail, *hint, *context;
    size_t position;      /* 1-based characters in the statement, 0 unknown */
    bool lost;            /* the connection is gone */
};
struct rows {
    size_t n_rows, n_columns;
    void *result;         /* PGresult, freed with rows_free */
};
/* One statement (or several without results). False: *error is filled. rows may be NULL. */
bool conn_query(struct conn *conn, const char *sql, struct rows *rows, struct server_error *error);
bool conn_query_params(struct conn *conn, const char *sql, size_t n, const char *const *values, struct rows *rows,
                       struct server_error *error);
/* The same in one pipeline: one round trip. results[i] belongs to sql[i]; stops at the first error, whose index is *failed. */
bool conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error, size_t *failed);
const char *rows_get(const struct rows *rows, size_t row, size_t column); /* NULL for SQL NULL; valid until rows_free */
int rows_column(const struct rows *rows, const char *name);               /* -1 where absent */
void rows_free(struct rows *rows);
/* Rows changed by the last statement run, as the server's command tag said (0 where it did not). */
size_t conn_affected(const struct conn *conn);

/* SIGINT and SIGTERM: the running statement is cancelled on the server, conn_interrupted() turns true. Installed by the command line only. */
void conn_catch_signals(void);
bool conn_interrupted(void);

/* Queues a D_SERVER diagnostic with message, detail and hint; `where` as span of the statement's text in a source (nowhere: none), in which
 * the server's position is looked up. */
struct diag *server_error_report(struct ctx *ctx, const struct server_error *error, struct span where, const char *what);

/* The session settings that reader, canonicaliser, runner and printed scripts share, one SET a line. */
const char *conn_pinned_settings(void);

#endif
