/* conn.c: finds the database that is meant, and opens pinned sessions on it. */
#include "pg/conn.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "pg/embedded.h"
#include "pg/session.h"
#include "sql/quote.h"

#define OLDEST_SERVER 130000

static const struct span nowhere = {0, 0};

struct target {
    const char *url; /* NULL: libpq's own variables */
    const char *named_by;
    struct embedded *server;
};

const char *conn_pinned_settings(void)
{
    return "SET TimeZone TO 'UTC';\n"
           "SET DateStyle TO 'ISO';\n"
           "SET IntervalStyle TO 'postgres';\n"
           "SET client_encoding TO 'UTF8';\n"
           "SET standard_conforming_strings TO on;\n"
           "SET transform_null_equals TO off;\n"
           "SET lc_monetary TO 'C';\n"
           "SET default_tablespace TO '';\n"
           "SET default_table_access_method TO 'heap';\n"
           "SET row_security TO off;\n"
           "SET bytea_output TO 'hex';\n"
           "SET extra_float_digits TO 1;\n"
           "SET quote_all_identifiers TO off;\n"
           "SET jit TO off;\n";
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The first of libpq's variables that name a server or database. */
static const char *libpq_variable(void)
{
    static const char *const names[] = {"PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (variable(names[i])) return names[i];
    }
    return NULL;
}

static bool name_target(struct ctx *ctx, const struct project *project, const char *url, bool may_embed,
                        struct target *target)
{
    const char *libpq = libpq_variable();
    if (url) {
        *target = (struct target){url, "--db", NULL};
    } else if (project && project->url && *project->url) {
        const char *by = project->env ? arena_printf(ctx->arena, "modelc.ini, env %s", project->env) : "modelc.ini";
        *target = (struct target){project->url, by, NULL};
    } else if (variable("DATABASE_URL")) {
        *target = (struct target){arena_strdup(ctx->arena, variable("DATABASE_URL")), "DATABASE_URL", NULL};
    } else if (libpq) {
        *target = (struct target){NULL, libpq, NULL};
    } else if (may_embed && project && project->embedded && !project->env && !variable("CI")) {
        target->server = embedded_find(ctx, project->root);
        if (!target->server) return false;
        target->url = embedded_url(ctx, target->server, embedded_database(ctx, project->root));
        target->named_by = "embedded";
    } else {
        diag_add(ctx, D_USAGE, nowhere, "no database named: set DATABASE_URL or pass --db");
        return false;
    }
    return true;
}

static void no_notices(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

/* The first `dbname` is expanded as a URL, a second one is a plain name that wins. */
static PGconn *connect_to(const char *url, const char *database)
{
    const char *keys[5] = {0}, *values[5] = {0};
    size_t n = 0;
    if (url) {
        keys[n] = "dbname";
        values[n++] = url;
    }
    if (database) {
        keys[n] = "dbname";
        values[n++] = database;
    }
    keys[n] = "application_name";
    values[n++] = "modelc";
    keys[n] = "client_encoding";
    values[n++] = "UTF8";
    PGconn *pg = PQconnectdbParams(keys, values, 1);
    if (pg) PQsetNoticeReceiver(pg, no_notices, NULL);
    return pg;
}

/* libpq's message: the first line says what is wrong, the others what could be the reason. */
static void report_unreachable(struct ctx *ctx, PGconn *pg, const char *named_by)
{
    const char *text = str_trim(ctx->arena, pg ? PQerrorMessage(pg) : "out of memory");
    size_t first = strcspn(text, "\n");
    struct diag *diag = diag_add(ctx, D_SERVER, nowhere, "cannot connect (%s): %.*s", named_by, (int)first, text);
    const char *rest = str_trim(ctx->arena, text + first);
    if (*rest) diag_mend(ctx, diag, "hint", "%s", rest);
}

const char *session_settings(struct ctx *ctx, const char *role)
{
    struct buf sql = buf_new(ctx->arena);
    buf_printf(&sql, "RESET SESSION AUTHORIZATION;\nRESET ALL;\n%s", conn_pinned_settings());
    if (role) buf_printf(&sql, "SET ROLE %s;\n", sql_ident_str(ctx->arena, role));
    return sql.text;
}

const char *session_local_settings(const struct conn *conn)
{
    struct buf sql = buf_new(conn->ctx->arena);
    for (const char *at = conn_pinned_settings(); *at;) {
        size_t len = strcspn(at, "\n");
        buf_printf(&sql, "SET LOCAL %.*s\n", (int)(len - 4), at + 4);
        at += len + 1;
    }
    buf_add(&sql, "SET LOCAL search_path TO DEFAULT;\nSET LOCAL lock_timeout TO DEFAULT;\nSET LOCAL statement_timeout TO DEFAULT;\n");
    if (conn->session->role) buf_printf(&sql, "SET LOCAL ROLE %s;\n", sql_ident_str(conn->ctx->arena, conn->session->role));
    return sql.text;
}

/* What a transaction's statements have set would be the next client's. */
static bool prepare_pooled(struct conn *conn, struct server_error *error)
{
    if (conn_transaction(conn) != CONN_IN_TRANSACTION) return true; /* each transaction brings them along */
    const char *sql = arena_printf(conn->ctx->arena, "RESET SESSION AUTHORIZATION;\nRESET ALL;\n%s", session_local_settings(conn));
    return conn_query(conn, sql, NULL, error);
}

bool session_prepare(struct conn *conn, struct server_error *error)
{
    if (conn->session->pooled) return prepare_pooled(conn, error);
    struct buf sql = buf_new(conn->ctx->arena);
    buf_add(&sql, session_settings(conn->ctx, conn->session->role));
    if (conn->session->application) {
        buf_add(&sql, "SET application_name TO ");
        sql_literal(&sql, conn->session->application);
    }
    return conn_query(conn, sql.text, NULL, error);
}

bool session_backend(struct conn *conn, struct server_error *error)
{
    struct rows rows;
    if (!conn_query(conn, "SELECT pg_catalog.pg_backend_pid()", &rows, error)) return false;
    conn->session->backend = (int)strtol(rows_get(&rows, 0, 0), NULL, 10);
    rows_free(&rows);
    return true;
}

/* A pooler answers with a number of its own where the server would name its process. */
static bool look_for_pooler(struct conn *conn, struct server_error *error)
{
    conn->session->pooled = false;
    if (!session_backend(conn, error)) return false;
    conn->session->pooled = conn->session->backend != PQbackendPID(conn_pg(conn));
    return true;
}

/* Takes over `pg`, which is connected. NULL (and pg finished) and a diagnostic where the session can't be prepared. */
static struct conn *adopt(struct ctx *ctx, PGconn *pg, const struct session *like, const char *named_by)
{
    struct conn *conn = ARENA_NEW(ctx->arena, struct conn);
    struct server_error error;
    conn->ctx = ctx;
    conn->pg = pg;
    conn->session = ARENA_NEW(ctx->arena, struct session);
    *conn->session = *like;
    conn->session->application = conn->session->lease = NULL;
    conn->session->waits = NULL;
    conn->session->cancel = PQgetCancel(pg);
    conn->session->pid = PQbackendPID(pg);
    conn->database = arena_strdup(ctx->arena, PQdb(pg));
    conn->user = arena_strdup(ctx->arena, PQuser(pg));
    conn->version = PQserverVersion(pg);
    conn->embedded = like->server != NULL;
    const char *host = PQhost(pg);
    conn->title = conn->embedded ? "embedded"
                                 : arena_printf(ctx->arena, "%s on %s:%s (%s)", conn->database,
                                                host && *host ? host : "localhost", PQport(pg), named_by);
    if (conn->version < OLDEST_SERVER) {
        diag_add(ctx, D_SERVER, nowhere, "the server is PostgreSQL %d: 13 is the oldest that modelc knows",
                 conn->version / 10000);
    } else if (look_for_pooler(conn, &error) && session_prepare(conn, &error)) {
        return conn;
    } else {
        server_error_report(ctx, &error, nowhere, "cannot prepare the session");
    }
    conn_close(conn);
    return NULL;
}

/* The embedded server's database is made at its first use. */
static PGconn *connect_embedded(struct ctx *ctx, const struct target *target, const char *database)
{
    PGconn *pg = connect_to(target->url, NULL);
    if (PQstatus(pg) == CONNECTION_OK) return pg;
    PGconn *home = connect_to(target->url, "postgres");
    if (PQstatus(home) == CONNECTION_OK) {
        const char *sql = arena_printf(ctx->arena, "CREATE DATABASE %s", sql_ident_str(ctx->arena, database));
        PQclear(PQexec(home, sql)); /* where this fails, so does the next attempt, and says why */
        PQfinish(pg);
        pg = connect_to(target->url, NULL);
    }
    PQfinish(home);
    return pg;
}

static struct conn *open_target(struct ctx *ctx, const struct project *project, const struct target *target)
{
    int hold = -1;
    PGconn *pg;
    if (target->server) {
        hold = embedded_hold(ctx, target->server);
        if (hold < 0) return NULL;
        pg = connect_embedded(ctx, target, embedded_database(ctx, project->root));
    } else {
        pg = connect_to(target->url, NULL);
    }
    embedded_release(hold);
    if (PQstatus(pg) != CONNECTION_OK) {
        report_unreachable(ctx, pg, target->named_by);
        PQfinish(pg);
        return NULL;
    }
    struct session session = {.url = target->url, .role = project ? project->role : NULL, .server = target->server};
    return adopt(ctx, pg, &session, target->named_by);
}

struct conn *conn_open(struct ctx *ctx, const struct project *project, const char *url, bool may_embed)
{
    struct target target = {0};
    return name_target(ctx, project, url, may_embed, &target) ? open_target(ctx, project, &target) : NULL;
}

struct conn *conn_open_direct(struct ctx *ctx, const struct project *project, const char *url, bool may_embed)
{
    bool direct = !url && project && (project->direct_url || project->direct_url_missing);
    if (!direct) return conn_open(ctx, project, url, may_embed);
    if (project->direct_url) {
        struct target target = {project->direct_url, "modelc.ini, direct-url", NULL};
        return open_target(ctx, project, &target);
    }
    diag_add(ctx, D_CONFIG, project->direct_url_span, "the environment variable %s isn't set", project->direct_url_missing);
    return NULL;
}

bool conn_pooled(const struct conn *conn)
{
    return conn->session->pooled;
}

bool conn_own_session(struct conn *conn, struct span where, const char *what)
{
    if (!conn->session->pooled) return true;
    struct diag *diag = diag_add(conn->ctx, D_SERVER, where, "%s needs a session of its own, and this connection goes through a pooler",
                                 what);
    diag_mend(conn->ctx, diag, "mend", "name the server itself (its own port): direct-url = .. in modelc.ini, or --db");
    return false;
}

struct conn *conn_again(const struct conn *conn, const char *database)
{
    PGconn *pg = connect_to(conn->session->url, database ? database : conn->database);
    if (PQstatus(pg) != CONNECTION_OK) {
        report_unreachable(conn->ctx, pg, conn->title);
        PQfinish(pg);
        return NULL;
    }
    struct conn *again = adopt(conn->ctx, pg, conn->session, conn->title);
    if (again && str_eq(again->database, conn->database)) again->title = conn->title;
    return again;
}

bool conn_reconnect(struct conn *conn, struct server_error *error)
{
    PQreset(conn_pg(conn));
    if (PQstatus(conn_pg(conn)) != CONNECTION_OK) {
        session_error(conn, NULL, error);
        return false;
    }
    session_forget(conn->session->cancel);
    PQfreeCancel(conn->session->cancel);
    conn->session->cancel = PQgetCancel(conn_pg(conn));
    conn->session->pid = PQbackendPID(conn_pg(conn));
    return look_for_pooler(conn, error) && session_prepare(conn, error);
}

void conn_close(struct conn *conn)
{
    if (!conn || !conn->pg) return;
    session_forget(conn->session->cancel);
    PQfreeCancel(conn->session->cancel);
    PQfinish(conn_pg(conn));
    conn->pg = NULL;
    if (conn->session->server) embedded_stop(conn->ctx, conn->session->server, false);
}

static bool worth_naming(const PQconninfoOption *option)
{
    return option->val && *option->val && !str_eq(option->keyword, "dbname") &&
           !str_eq(option->keyword, "application_name") && !str_eq(option->keyword, "client_encoding");
}

const char *conn_url(const struct conn *conn, const char *database)
{
    struct buf out = buf_new(conn->ctx->arena);
    PQconninfoOption *options = PQconninfo(conn_pg(conn));
    for (PQconninfoOption *option = options; option && option->keyword; option++) {
        if (worth_naming(option)) {
            buf_printf(&out, "%s='", option->keyword);
            for (const char *c = option->val; *c; c++) {
                buf_printf(&out, "%s%c", *c == '\'' || *c == '\\' ? "\\" : "", *c);
            }
            buf_add(&out, "' ");
        }
    }
    PQconninfoFree(options);
    buf_add(&out, "dbname='");
    for (const char *c = database; *c; c++) buf_printf(&out, "%s%c", *c == '\'' || *c == '\\' ? "\\" : "", *c);
    buf_add(&out, "'");
    return out.text;
}

enum conn_transaction conn_transaction(const struct conn *conn)
{
    switch (PQtransactionStatus(conn_pg(conn))) {
    case PQTRANS_IDLE: return CONN_IDLE;
    case PQTRANS_ACTIVE:
    case PQTRANS_INTRANS: return CONN_IN_TRANSACTION;
    case PQTRANS_INERROR: return CONN_FAILED_TRANSACTION;
    case PQTRANS_UNKNOWN: break;
    }
    return CONN_LOST;
}

int conn_pid(const struct conn *conn)
{
    return conn->session->pooled ? conn->session->backend : conn->session->pid;
}
