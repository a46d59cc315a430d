/* batch_place.c: how far a statement's batches are: the row in the state schema, and the windows between two keys. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "pg/batch.h"
#include "sql/quote.h"

static size_t width(const struct batching *b)
{
    return b->key.columns.n ? b->key.columns.n : 1; /* the number of a page */
}

const char *batch_here(struct ctx *ctx, const struct step_key *key)
{
    struct buf sql = buf_new(ctx->arena);
    buf_add(&sql, "revision = ");
    sql_literal(&sql, key->revision);
    buf_printf(&sql, " AND direction = '%s' AND section = %d AND statement = %d", key->up ? "up" : "down", key->section, key->statement);
    return sql.text;
}

static void sql_row(const struct batching *b, struct buf *sql, const char *const *values)
{
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_add(sql, i ? ", " : "(");
        sql_literal(sql, values[i]);
        buf_printf(sql, "::%s", b->key.types.at[i]);
    }
    buf_addc(sql, ')');
}

void batch_sql_window(const struct batching *b, struct buf *sql, const char *const *from, const char *const *to)
{
    if (!b->key.columns.n) {
        buf_printf(sql, "%s.ctid >= '(%s,0)'::pg_catalog.tid AND %s.ctid < '(%s,0)'::pg_catalog.tid", b->sql->qualifier,
                   from ? from[0] : "0", b->sql->qualifier, to[0]);
        return;
    }
    if (from) {
        buf_printf(sql, "%s > ", b->key.row);
        sql_row(b, sql, from);
        buf_add(sql, " AND ");
    }
    buf_printf(sql, "%s <= ", b->key.row);
    sql_row(b, sql, to);
}

/* ---- the row */

static void sql_values(const struct batching *b, struct buf *sql, const char *const *values)
{
    if (!values) buf_add(sql, "NULL");
    for (size_t i = 0; values && i < width(b); i++) {
        buf_add(sql, i ? ", " : "ARRAY[");
        sql_literal(sql, values[i]);
    }
    buf_add(sql, values ? "]::text[]" : "");
}

/* The key's columns as one text. */
static const char *key_text(const struct batching *b)
{
    struct buf out = buf_new(b->run->ctx->arena);
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_separate(&out, "", ", ");
        buf_add(&out, b->key.columns.at[i]);
    }
    return out.len ? out.text : "ctid";
}

void batch_sql_reached(const struct batching *b, struct buf *sql, const char *const *end, size_t rows, size_t seen)
{
    buf_printf(sql, "UPDATE %s.batch SET reached = ", b->run->schema);
    sql_values(b, sql, end);
    buf_printf(sql, ", rows = rows + %zu, seen = seen + %zu, batches = batches + 1, batched = clock_timestamp(), milliseconds = milliseconds"
                    " + extract(epoch FROM clock_timestamp() - now()) * 1000 WHERE %s;\n", rows, seen, b->here);
}

static const char **copy_values(struct batching *b, const struct rows *rows, size_t first)
{
    if (!rows_get(rows, 0, first)) return NULL;
    const char **values = ARENA_ARRAY(b->arena, const char *, width(b));
    for (size_t i = 0; i < width(b); i++) values[i] = arena_strdup(b->arena, rows_get(rows, 0, first + i));
    return values;
}

static size_t count_of(const struct rows *rows, size_t column)
{
    const char *text = rows_get(rows, 0, column);
    return text ? (size_t)strtoull(text, NULL, 10) : 0;
}

/* What was done by another text of the statement counts where it can't be told from what is left to do. */
static bool goes_on(struct batching *b, const struct rows *rows, bool *found, struct server_error *error)
{
    bool same = str_eq(rows_get(rows, 0, 0), b->digest), same_key = str_eq(rows_get(rows, 0, 1), key_text(b));
    *found = same_key && (same || !b->sql->left_before);
    if (same_key || b->sql->left_before) return true;
    struct arena *arena = b->run->ctx->arena;
    *error = (struct server_error){.sqlstate = ""};
    error->message = arena_printf(arena, "%s rows were changed already, by %s: they can't be told from the others by %s",
                                  rows_get(rows, 0, 3), rows_get(rows, 0, 1), key_text(b));
    error->hint = arena_printf(arena, "write key=%s", rows_get(rows, 0, 1));
    return false;
}

bool batch_look_up(struct batching *b, bool *found, struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(b->run->ctx->arena);
    buf_add(&sql, "SELECT digest, key, pass, rows, seen, expected");
    for (size_t i = 1; i <= width(b); i++) buf_printf(&sql, ", reached[%zu]", i);
    for (size_t i = 1; i <= width(b); i++) buf_printf(&sql, ", bound[%zu]", i);
    buf_printf(&sql, " FROM %s.batch WHERE %s", b->run->schema, b->here);
    *found = false;
    if (!conn_query(b->run->conn, sql.text, &rows, error)) return false;
    bool fine = rows.n_rows == 0 || goes_on(b, &rows, found, error);
    if (fine && *found) {
        b->place = (struct batch_place){.pass = count_of(&rows, 2), .rows = count_of(&rows, 3), .seen = count_of(&rows, 4),
                                        .expected = count_of(&rows, 5)};
        b->place.reached = copy_values(b, &rows, 6);
        b->place.bound = copy_values(b, &rows, 6 + width(b));
        b->seen_before = b->place.seen;
    }
    rows_free(&rows);
    return fine;
}

/* ---- setting out */

/* The last row's key, or the number of pages. */
static const char *bound_query(const struct batching *b)
{
    struct buf sql = buf_new(b->run->ctx->arena);
    if (!b->key.columns.n) {
        buf_add(&sql, "SELECT nullif(pg_catalog.pg_relation_size(");
        sql_literal(&sql, b->sql->relation);
        buf_add(&sql, "::regclass) / pg_catalog.current_setting('block_size')::bigint, 0)::text");
        return sql.text;
    }
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_printf(&sql, "%s%s.%s::text", i ? ", " : "SELECT ", b->sql->qualifier, b->key.columns.at[i]);
    }
    buf_printf(&sql, " FROM %s ORDER BY ", b->sql->target);
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_printf(&sql, "%s%s.%s DESC", i ? ", " : "", b->sql->qualifier, b->key.columns.at[i]);
    }
    buf_add(&sql, " LIMIT 1");
    return sql.text;
}

/* The planner's idea of how many rows there are: only for the progress. */
static bool expect(struct batching *b, struct server_error *error)
{
    struct rows rows;
    if (!conn_query(b->run->conn, arena_printf(b->run->ctx->arena, "EXPLAIN SELECT 1 FROM %s", b->sql->target), &rows, error)) return false;
    const char *text = rows.n_rows ? rows_get(&rows, 0, 0) : "", *at = strstr(text, " rows=");
    b->place.expected = at ? (size_t)strtoull(at + sizeof " rows=" - 1, NULL, 10) : 0;
    rows_free(&rows);
    return true;
}

bool batch_set_out(struct batching *b, struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(b->run->ctx->arena);
    if (!conn_query(b->run->conn, bound_query(b), &rows, error)) return false;
    b->place.reached = NULL;
    b->place.bound = rows.n_rows ? copy_values(b, &rows, 0) : NULL;
    b->place.seen = b->seen_before = 0;
    b->place.pass++;
    rows_free(&rows);
    if (!expect(b, error)) return false;
    buf_printf(&sql, "DELETE FROM %s.batch WHERE %s;\nINSERT INTO %s.batch (revision, direction, section, statement, target, key, digest, "
                     "pass, rows, expected, bound) VALUES (", b->run->schema, b->here, b->run->schema);
    sql_literal(&sql, b->run->revision->id);
    buf_printf(&sql, ", '%s', %zu, %zu, ", b->run->options->up ? "up" : "down", b->step->number - 1,
               (size_t)(b->statement - b->step->section->statements.at));
    sql_literal(&sql, b->sql->relation);
    buf_add(&sql, ", ");
    sql_literal(&sql, key_text(b));
    buf_add(&sql, ", ");
    sql_literal(&sql, b->digest);
    buf_printf(&sql, ", %zu, %zu, %zu, ", b->place.pass, b->place.rows, b->place.expected);
    sql_values(b, &sql, (const char *const *)b->place.bound);
    buf_add(&sql, ");\n");
    return conn_query(b->run->conn, sql.text, NULL, error);
}
