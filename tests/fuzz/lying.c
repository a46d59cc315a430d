/* lying.c: stands in for a connection: the linker puts the __wrap functions in the place of conn_pipeline() and conn_query(), and what
 * they answer comes from a text. All that stands behind them (the reader, diff, plan) is the real thing. */
#include "lying.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "pg/conn.h"

bool __wrap_conn_query(struct conn *conn, const char *sql, struct rows *rows, struct server_error *error);
bool __wrap_conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error,
                          size_t *failed);

enum { COLUMNS_MAX = 256 };

struct liar {
    struct conn conn;
    const char *text;
};

struct conn *lying_conn(struct ctx *ctx, const char *text, size_t len)
{
    struct liar *liar = ARENA_NEW(ctx->arena, struct liar);
    liar->conn = (struct conn){.ctx = ctx, .title = "a liar", .database = "d", .user = "u", .version = 150000};
    liar->text = arena_strndup(ctx->arena, text, len);
    return &liar->conn;
}

/* ---- the text */

const char *lying_find(const char *text, const char *label)
{
    size_t len = strlen(label);
    for (const char *at = text; *at; at++) {
        if (at[0] == '=' && at[1] == ' ' && strncmp(at + 2, label, len) == 0 && at[2 + len] == '\n') return at + 3 + len;
        at = strchr(at, '\n');
        if (!at) break;
    }
    return NULL;
}

static char plain(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c;
}

/* One cell; *at moves to what ends it. NULL: SQL NULL. */
static char *read_cell(struct arena *arena, const char **at)
{
    struct buf cell = buf_new(arena);
    bool null = false;
    buf_add(&cell, "");
    for (; **at && **at != '\t' && **at != '\n'; ++*at) {
        if (**at != '\\' || !(*at)[1]) {
            buf_addc(&cell, **at);
        } else if (*++*at == 'N') {
            null = true;
        } else {
            buf_addc(&cell, plain(**at));
        }
    }
    return null ? NULL : arena_strndup(arena, cell.text, cell.len);
}

static bool next_cell(const char **at)
{
    if (**at != '\t') return false;
    ++*at;
    return true;
}

static PGresult *read_columns(struct arena *arena, const char **at)
{
    PGresAttDesc columns[COLUMNS_MAX];
    int n = 0;
    do {
        char *name = read_cell(arena, at), *colon = name ? strchr(name, ':') : NULL;
        columns[n] = (PGresAttDesc){.name = name ? name : arena_strdup(arena, "?"), .typlen = -1, .atttypmod = -1};
        if (colon) columns[n].tableid = (Oid)strtoul(colon + 1, NULL, 10);
        if (colon) *colon = '\0';
        n++;
    } while (n < COLUMNS_MAX && next_cell(at));
    *at += strcspn(*at, "\n");
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    if (!result || !PQsetResultAttrs(result, n, columns)) abort();
    return result;
}

static void read_row(struct arena *arena, const char **at, PGresult *result, int row)
{
    for (int column = 0; column < PQnfields(result); column++) {
        char *cell = read_cell(arena, at);
        if (!PQsetvalue(result, row, column, cell, cell ? (int)strlen(cell) : -1)) abort();
        if (!next_cell(at)) break;
    }
    *at += strcspn(*at, "\n");
}

static PGresult *read_answer(struct arena *arena, const char *at)
{
    PGresult *result = read_columns(arena, &at);
    for (int row = 0; *at == '\n' && at[1] && !str_starts(at + 1, "= "); row++) {
        at++;
        read_row(arena, &at, result, row);
    }
    return result;
}

/* What all that follows hangs on: whatever there may be, there is, and nothing moves. */
static const char *usual(struct arena *arena, const char *label)
{
    if (!str_eq(label, "present")) return str_eq(label, "snapshot") || str_eq(label, "mark") || str_eq(label, "there") ? "x\nt" : "";
    struct buf names = buf_new(arena);
    for (int i = 0; i < COLUMNS_MAX - 1; i++) buf_add(&names, "x\t");
    buf_add(&names, "x\n");
    for (int i = 0; i < COLUMNS_MAX - 1; i++) buf_add(&names, "t\t");
    buf_add(&names, "t");
    return names.text;
}

/* ---- in the place of query.c's */

static bool answer(struct conn *conn, const char *label, struct rows *rows, struct server_error *error)
{
    struct arena *arena = conn->ctx->arena;
    const char *text = label ? lying_find(((struct liar *)conn)->text, label) : NULL;
    if (!text) text = usual(arena, label);
    if (*text == '!') {
        *error = (struct server_error){.sqlstate = "42P01", .message = arena_strndup(arena, text, strcspn(text, "\n"))};
        return false;
    }
    PGresult *result = read_answer(arena, text);
    if (rows) *rows = (struct rows){(size_t)PQntuples(result), (size_t)PQnfields(result), result};
    else PQclear(result);
    return true;
}

bool __wrap_conn_query(struct conn *conn, const char *sql, struct rows *rows, struct server_error *error)
{
    return answer(conn, lying_label(conn->ctx->arena, sql, sql, 0, 1), rows, error);
}

bool __wrap_conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error,
                          size_t *failed)
{
    for (size_t i = 0; i < n; i++) {
        if (answer(conn, lying_label(conn->ctx->arena, sql[0], sql[i], i, n), &results[i], error)) continue;
        for (size_t j = 0; j < i; j++) rows_free(&results[j]);
        *failed = i;
        return false;
    }
    return true;
}
