/* lease.c: modelc's lock as a row with an end: taken, renewed while its holder lives, and taken by others once it ran
 * out. */
#include "pg/lease.h"

#include <stdint.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "pg/journal.h"
#include "pg/session.h"
#include "sql/quote.h"

/* Renewed each 10 s or so; nobody waits longer for a dead holder than for a living one (lock-wait). */
#define LEASE "interval '30 seconds'"

static const char *new_token(struct ctx *ctx)
{
    uint64_t bits[2];
    struct timespec now;
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        clock_gettime(CLOCK_REALTIME, &now);
        bits[0] = (uint64_t)now.tv_sec << 32 | (uint64_t)now.tv_nsec;
        bits[1] = (uint64_t)getpid();
    }
    return arena_printf(ctx->arena, "%016llx%016llx", (unsigned long long)bits[0], (unsigned long long)bits[1]);
}

static const char *new_holder(struct conn *conn, const char *purpose)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    return arena_printf(conn->ctx->arena, "user %s, process %ld on %s (\"%s\")", conn->user, (long)getpid(),
                        *host ? host : "?", purpose);
}

static bool there(struct conn *conn, const char *schema, bool *there, struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(conn->ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.to_regclass(");
    sql_literal(&sql, arena_printf(conn->ctx->arena, "%s.lease", schema));
    buf_add(&sql, ") IS NOT NULL");
    *there = false;
    if (!conn_query(conn, sql.text, &rows, error)) return false;
    *there = str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    return true;
}

/* Two that make it at the same time are in each other's way; then it is there. */
static bool make(struct conn *conn, const char *schema, struct server_error *error)
{
    struct buf sql = buf_new(conn->ctx->arena);
    journal_sql_make(conn->ctx, &sql, schema);
    buf_printf(&sql,
               "CREATE TABLE IF NOT EXISTS %s.lease (\n"
               "    one boolean PRIMARY KEY DEFAULT true CHECK (one),\n"
               "    token text NOT NULL,\n"
               "    holder text NOT NULL,\n"
               "    since timestamptz NOT NULL,\n"
               "    until timestamptz NOT NULL\n"
               ");\n",
               schema);
    for (int tries = 0; tries < 5; tries++) {
        bool found;
        if (!there(conn, schema, &found, error)) return false;
        if (found || conn_query(conn, sql.text, NULL, error)) return true;
        bool raced =
            str_eq(error->sqlstate, "23505") || str_eq(error->sqlstate, "42P06") || str_eq(error->sqlstate, "42P07");
        if (!raced) return false;
    }
    return false;
}

bool lease_try(struct conn *conn, const struct project *project, const char *purpose, bool *got,
               struct server_error *error)
{
    struct rows rows;
    const char *schema = journal_schema(conn->ctx, project), *token = new_token(conn->ctx);
    struct buf sql = buf_new(conn->ctx->arena);
    *got = false;
    if (!make(conn, schema, error)) return false;
    buf_printf(&sql, "INSERT INTO %s.lease AS l (token, holder, since, until) VALUES (", schema);
    sql_literal(&sql, token);
    buf_add(&sql, ", ");
    sql_literal(&sql, new_holder(conn, purpose));
    buf_add(&sql, ", pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp() + " LEASE ")\n"
                  "ON CONFLICT (one) DO UPDATE SET token = excluded.token, holder = excluded.holder,"
                  " since = excluded.since, until = excluded.until\n"
                  "WHERE l.until < pg_catalog.clock_timestamp() RETURNING token");
    if (!conn_query(conn, sql.text, &rows, error)) return false;
    *got = rows.n_rows > 0;
    rows_free(&rows);
    if (*got) conn->session->lease = token;
    return *got;
}

static const char *renewal(struct ctx *ctx, const struct project *project, const char *token)
{
    struct buf sql = buf_new(ctx->arena);
    buf_printf(&sql, "UPDATE %s.lease SET until = pg_catalog.clock_timestamp() + " LEASE " WHERE token = ",
               journal_schema(ctx, project));
    sql_literal(&sql, token);
    return sql.text;
}

bool lock_renew(struct conn *conn, const struct project *project, struct server_error *error)
{
    if (!conn->session->lease) return true;
    if (!conn_query(conn, renewal(conn->ctx, project, conn->session->lease), NULL, error)) return false;
    if (conn_affected(conn) > 0) return true;
    *error = (struct server_error){
        .sqlstate = "",
        .message = "another modelc run took the lock: this one's lease ran out",
    };
    return false;
}

void lease_renew_for(struct conn *via, const struct conn *holder, const struct project *project)
{
    struct server_error error; /* the holder sees for itself before its next section */
    if (holder->session->lease) conn_query(via, renewal(via->ctx, project, holder->session->lease), NULL, &error);
}

void lease_end(struct conn *conn, const struct project *project)
{
    struct server_error error; /* else it runs out */
    struct buf sql = buf_new(conn->ctx->arena);
    buf_printf(&sql, "DELETE FROM %s.lease WHERE token = ", journal_schema(conn->ctx, project));
    sql_literal(&sql, conn->session->lease);
    conn_query(conn, sql.text, NULL, &error);
    conn->session->lease = NULL;
}

const char *lease_holder(struct conn *conn, const struct project *project)
{
    struct server_error error;
    struct rows rows;
    bool found;
    const char *schema = journal_schema(conn->ctx, project), *text = NULL;
    if (!there(conn, schema, &found, &error) || !found) return NULL;
    struct buf sql = buf_new(conn->ctx->arena);
    buf_printf(&sql,
               "SELECT pg_catalog.format('%%s, since %%s UTC, a lease until %%s', holder,"
               " pg_catalog.to_char(since AT TIME ZONE 'UTC', 'HH24:MI:SS'), pg_catalog.to_char(until AT TIME ZONE "
               "'UTC', 'HH24:MI:SS'))\n"
               "FROM %s.lease WHERE until >= pg_catalog.clock_timestamp() AND token <> ",
               schema);
    sql_literal(&sql, conn->session->lease ? conn->session->lease : "");
    if (!conn_query(conn, sql.text, &rows, &error)) return NULL;
    if (rows.n_rows > 0) text = arena_strdup(conn->ctx->arena, rows_get(&rows, 0, 0));
    rows_free(&rows);
    return text;
}
