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
};

static inline PGconn *conn_pg(const struct conn *conn) { return conn->pg; }

/* Fills *error from a result, or, where result is NULL, from the connection itself. */
void session_error(struct conn *conn, const PGresult *result, struct server_error *error);
/* As statements: everything back to how the session began, then the pinned settings and the role (NULL: the
 * session's own). */
const char *session_settings(struct ctx *ctx, const char *role);
/* The same, run (again, where statements may have changed them). */
bool session_prepare(struct conn *conn, struct server_error *error);
/* Forgets a cancel handle that is about to be freed. */
void session_forget(const PGcancel *cancel);

#endif
