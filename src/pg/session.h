/* session.h: what conn.c and query.c share about a connection; private to src/pg. */
#ifndef MODELC_SESSION_H
#define MODELC_SESSION_H

#include <libpq-fe.h>

#include "pg/conn.h"
#include "pg/embedded.h"

struct session {
    PGcancel *cancel;        /* made beforehand: a signal handler may use it, but not make it */
    size_t affected;
    int pid;                 /* kept: libpq forgets it with the connection */
    const char *url;         /* NULL: PG* variables */
    const char *role;        /* to SET ROLE to, or NULL */
    const char *application; /* application_name while the lock is held, or NULL */
    struct embedded *server; /* the embedded server it is on, or NULL */
    void (*waits)(void *arg); /* called each waits_ms while a statement runs, or NULL; it may use another session */
    void *waits_arg;
    int waits_ms;
    bool pooled;             /* behind a pooler: each transaction may run in another session, which is others' afterwards */
    int backend;             /* the server process, as it says itself; behind a pooler when it was last asked */
    const char *lease;       /* the token of modelc's lock where that is a lease of ours, or NULL */
};

static inline PGconn *conn_pg(const struct conn *conn) { return conn->pg; }

/* Fills *error from a result, or, where result is NULL, from the connection itself. */
void session_error(struct conn *conn, const PGresult *result, struct server_error *error);
/* As statements: everything back to how the session began, then the pinned settings and the role (NULL: the
 * session's own). */
const char *session_settings(struct ctx *ctx, const char *role);
/* The same, run (again, where statements may have changed them). */
bool session_prepare(struct conn *conn, struct server_error *error);
/* Settings and role for one transaction alone, for sessions behind a pooler. */
const char *session_local_settings(const struct conn *conn);
/* Asks which server process is at work: behind a pooler, for this transaction. */
bool session_backend(struct conn *conn, struct server_error *error);
/* Forgets a cancel handle that is about to be freed. */
void session_forget(const PGcancel *cancel);

#endif
