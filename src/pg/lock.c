/* lock.c: one modelc run at a time: a session's advisory lock, polled with no transaction open (a waiter inside
 * pg_advisory_lock would make CREATE INDEX CONCURRENTLY wait for it, and it for that). */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/str.h"
#include "pg/lock.h"
#include "pg/session.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

#define FIRST_PAUSE_MS 50
#define LONGEST_PAUSE_MS 500

long long lock_key(struct ctx *ctx, const struct project *project)
{
    const char *name = arena_printf(ctx->arena, "modelc lock of %s",
                                    project && project->state_schema ? project->state_schema : "modelc");
    const char *digest = digest_text(ctx->arena, name, strlen(name)), *colon = strchr(digest, ':');
    return (long long)strtoull(colon ? colon + 1 : digest, NULL, 16);
}

/* The purpose and the time stand in application_name: the one column of pg_stat_activity that every role may read. */
static const char *describe_session(struct ctx *ctx, const char *purpose, const char *since)
{
    return arena_printf(ctx->arena, "modelc %.*s @%s", (int)str_clip_utf8(purpose, strlen(purpose), 40), purpose,
                        since);
}

static void set_application(struct conn *conn, const char *name)
{
    struct server_error error; /* only informs: not worth a failure */
    struct buf sql = buf_new(conn->ctx->arena);
    if (conn->session->pooled) return; /* the session is others' afterwards */
    buf_add(&sql, "SET application_name TO ");
    sql_literal(&sql, name);
    conn->session->application = name;
    conn_query(conn, sql.text, NULL, &error);
}

static const char *value(const struct rows *rows, size_t column)
{
    const char *text = rows_get(rows, 0, column);
    return text && *text ? text : NULL;
}

/* "pid 4711, user deploy, since 07:15:02 UTC ("upgrade")" */
static const char *describe_holder(struct ctx *ctx, const struct rows *rows)
{
    struct buf out = buf_new(ctx->arena);
    const char *application = value(rows, 2), *at = application ? strrchr(application, '@') : NULL;
    bool ours = at && str_starts(application, "modelc ") && at - application > 8;
    buf_printf(&out, "pid %s", value(rows, 0) ? value(rows, 0) : "unknown");
    if (value(rows, 1)) buf_printf(&out, ", user %s", value(rows, 1));
    if (value(rows, 3)) buf_printf(&out, ", from %s", value(rows, 3));
    if (ours) buf_printf(&out, ", since %s UTC (\"%.*s\")", at + 1, (int)(at - application) - 8, application + 7);
    else if (application) buf_printf(&out, ", application %s", application);
    if (value(rows, 4)) buf_printf(&out, ", running %.80s", value(rows, 4));
    return out.text;
}

/* The sessions that hold the advisory lock: one, or none. */
static const char *holder_query(struct ctx *ctx, long long key)
{
    return arena_printf(
        ctx->arena,
        "SELECT l.pid, a.usename, a.application_name, pg_catalog.host(a.client_addr),"
        " CASE a.state WHEN 'active' THEN pg_catalog.split_part(a.query, E'\\n', 1) END\n"
        "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid\n"
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = %u AND l.objid = %u\n"
        "    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
        (unsigned)((unsigned long long)key >> 32), (unsigned)((unsigned long long)key & 0xffffffffu));
}

const char *lock_holder(struct conn *conn, const struct project *project)
{
    struct ctx *ctx = conn->ctx;
    struct server_error error;
    struct rows rows;
    const char *holder = lease_holder(conn, project);
    if (!holder && conn_query(conn, holder_query(ctx, lock_key(ctx, project)), &rows, &error)) {
        if (rows.n_rows > 0) holder = describe_holder(ctx, &rows);
        rows_free(&rows);
    }
    return holder;
}

static void report_holder(struct conn *conn, const struct project *project)
{
    struct ctx *ctx = conn->ctx;
    const char *holder = lock_holder(conn, project);
    struct diag *diag = diag_add(ctx, D_SERVER, nowhere, "another modelc run holds the lock%s%s", holder ? ": " : "",
                                 holder ? holder : " (it has just let go)");
    diag_mend(ctx, diag, "mend", "wait for it to end and run this again, or wait longer: lock-wait in modelc.ini");
}

/* One try, and the time by the server's clock. A lease that others hold counts as well: both kinds may be in use at
 * once. */
static bool try_session(struct conn *conn, const struct project *project, bool *got, const char **now,
                        struct server_error *error)
{
    struct rows rows;
    long long key = lock_key(conn->ctx, project);
    const char *sql = arena_printf(conn->ctx->arena,
                                   "SELECT pg_catalog.pg_try_advisory_lock(%lld),"
                                   " pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'HH24:MI:SS')",
                                   key);
    if (!conn_query(conn, sql, &rows, error)) return false;
    *got = str_eq(rows_get(&rows, 0, 0), "t");
    *now = arena_strdup(conn->ctx->arena, rows_get(&rows, 0, 1));
    rows_free(&rows);
    if (!*got || !lease_holder(conn, project)) return true;
    *got = false;
    return conn_query(conn, arena_printf(conn->ctx->arena, "SELECT pg_catalog.pg_advisory_unlock(%lld)", key), NULL,
                      error);
}

/* The same for a lease, which gives way to a session's lock. */
static bool try_lease(struct conn *conn, const struct project *project, const char *purpose, bool *got,
                      struct server_error *error)
{
    struct rows rows;
    if (!lease_try(conn, project, purpose, got, error) || !*got) return *got || str_eq(error->sqlstate, "");
    if (!conn_query(conn, holder_query(conn->ctx, lock_key(conn->ctx, project)), &rows, error)) return false;
    *got = rows.n_rows == 0;
    rows_free(&rows);
    if (!*got) lease_end(conn, project);
    return true;
}

static bool refuse_standby(struct conn *conn)
{
    struct diag *diag = diag_add(conn->ctx, D_SERVER, nowhere, "this server is a standby: it can only be read");
    diag_mend(conn->ctx, diag, "mend", "name its primary in --db, DATABASE_URL or modelc.ini");
    return false;
}

static bool refuse_pooler(struct conn *conn)
{
    struct diag *diag = diag_add(conn->ctx, D_SERVER, nowhere,
                                 "this connection goes through a pooler: a lock of the session would not hold");
    diag_mend(conn->ctx, diag, "mend", "name the server itself (its own port): direct-url = .. in modelc.ini, or --db");
    diag_mend(conn->ctx, diag, "or", "lock = lease in modelc.ini: a row with an end takes the lock's place");
    return false;
}

/* Whether this is a server where a lock keeps others out, and, for a session's lock, a session of its own. */
static bool lockable(struct conn *conn, const struct project *project)
{
    struct server_error error;
    struct rows rows;
    if (!conn_query(conn, "SELECT pg_catalog.pg_is_in_recovery()", &rows, &error)) {
        server_error_report(conn->ctx, &error, nowhere, "cannot take modelc's lock");
        return false;
    }
    bool standby = str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    if (standby) return refuse_standby(conn);
    return !conn->session->pooled || project->lease || refuse_pooler(conn);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool try_lock(struct conn *conn, const struct project *project, const char *purpose, bool *got)
{
    struct server_error error = {.sqlstate = ""};
    const char *now = NULL;
    bool fine =
        project->lease ? try_lease(conn, project, purpose, got, &error) : try_session(conn, project, got, &now, &error);
    if (!fine) server_error_report(conn->ctx, &error, nowhere, "cannot take modelc's lock");
    else if (*got && now) set_application(conn, describe_session(conn->ctx, purpose, now));
    return fine;
}

bool lock_take(struct conn *conn, const struct project *project, int seconds, const char *purpose, bool *held_elsewhere)
{
    double until = seconds_now() + seconds;
    long pause = FIRST_PAUSE_MS;
    *held_elsewhere = false;
    if (!lockable(conn, project)) return false;
    for (;;) {
        bool got = false;
        if (!try_lock(conn, project, purpose, &got)) return false;
        if (got) return true;
        if (conn_interrupted() || seconds_now() >= until) {
            *held_elsewhere = true;
            report_holder(conn, project);
            return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = pause * 1000000}, NULL);
        pause = pause * 3 / 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 3 / 2;
    }
}

void lock_release(struct conn *conn, const struct project *project)
{
    struct server_error error;
    const char *sql =
        arena_printf(conn->ctx->arena, "SELECT pg_catalog.pg_advisory_unlock(%lld)", lock_key(conn->ctx, project));
    if (conn->session->lease) lease_end(conn, project);
    else conn_query(conn, sql, NULL, &error); /* where the session is gone, so is the lock */
    set_application(conn, "modelc");
}
