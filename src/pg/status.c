/* status.c: what a run that broke off left in the database, how far batches are, and who is at work now. */
#include "pg/status.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/str.h"
#include "pg/lock.h"
#include "pg/run.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

/* Sections of single statements have no row of their own: behind the last statement is the next section. */
static void find_place(const struct db_state *state, const struct sections *sections, struct run_status *status)
{
    size_t section = state->partial_section, statement = state->partial_statement;
    while (section < sections->n && !sections->at[section].transaction &&
           statement >= sections->at[section].statements.n) {
        section++;
        statement = 0;
    }
    status->section = section + 1;
    status->sections = sections->n;
    status->statement = statement + 1;
    if (section < sections->n && statement < sections->at[section].statements.n) {
        status->sql = sections->at[section].statements.at[statement].sql;
    }
}

static bool continues_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool speaks_of(const char *sql, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strstr(sql, name); at; at = strstr(at + 1, name)) {
        if ((at == sql || !continues_name(at[-1])) && !continues_name(at[len])) return true;
    }
    return false;
}

/* "a_id" of "a_id_ccnew1", which a broken REINDEX CONCURRENTLY left. */
static const char *copied_from(struct ctx *ctx, const char *name)
{
    const char *suffix = NULL;
    for (const char *at = strstr(name, "_cc"); at; at = strstr(at + 1, "_cc")) suffix = at;
    bool copy = suffix && (str_starts(suffix, "_ccnew") || str_starts(suffix, "_ccold"));
    return copy ? arena_strndup(ctx->arena, name, (size_t)(suffix - name)) : name;
}

static bool of_revision(struct ctx *ctx, const struct sections *sections, const char *name)
{
    const char *original = copied_from(ctx, name);
    for (size_t i = 0; i < sections->n; i++) {
        for (size_t k = 0; k < sections->at[i].statements.n; k++) {
            const struct statement *statement = &sections->at[i].statements.at[k];
            bool anew = original != name && statement->verb &&
                        str_starts(statement->verb, "REINDEX"); /* a table's, most often */
            if (anew || speaks_of(statement->sql, name) || speaks_of(statement->sql, original)) return true;
        }
    }
    return false;
}

static bool read_left(struct conn *conn, const struct sections *sections, struct run_status *status,
                      struct server_error *error)
{
    static const char query[] =
        "SELECT 'INVALID index', c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), "
        "i.indrelid::pg_catalog.regclass::text\n"
        "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n"
        "    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
        "WHERE NOT i.indisvalid AND n.nspname !~ '^pg_'\n"
        "UNION ALL SELECT 'NOT VALID constraint', o.conname, pg_catalog.quote_ident(o.conname),\n"
        "    CASE WHEN o.conrelid <> 0 THEN o.conrelid::pg_catalog.regclass::text ELSE "
        "o.contypid::pg_catalog.regtype::text END\n"
        "FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_namespace n ON n.oid = o.connamespace\n"
        "WHERE NOT o.convalidated AND n.nspname !~ '^pg_'\nORDER BY 1, 3";
    struct rows rows;
    struct ctx *ctx = conn->ctx;
    if (!conn_query(conn, query, &rows, error)) return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        if (!of_revision(ctx, sections, rows_get(&rows, i, 1))) continue;
        struct left_over left = {arena_strdup(ctx->arena, rows_get(&rows, i, 0)),
                                 arena_strdup(ctx->arena, rows_get(&rows, i, 2)),
                                 arena_strdup(ctx->arena, rows_get(&rows, i, 3))};
        vec_push(ctx->arena, &status->left, left);
    }
    rows_free(&rows);
    return true;
}

static size_t number(const struct rows *rows, size_t row, size_t column)
{
    return (size_t)strtoull(rows_get(rows, row, column), NULL, 10);
}

static bool read_batches(struct conn *conn, const char *schema, const struct db_state *state, struct run_status *status,
                         struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(conn->ctx->arena);
    buf_printf(
        &sql,
        "SELECT target, section, statement, rows, seen, expected, pass,"
        " pg_catalog.to_char(batched AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')\nFROM %s.batch WHERE revision = ",
        schema);
    sql_literal(&sql, state->partial);
    buf_add(&sql, " ORDER BY section, statement");
    if (!conn_query(conn, sql.text, &rows, error)) return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        const char *batched = rows_get(&rows, i, 7);
        struct batch_status batch = {
            .target = arena_strdup(conn->ctx->arena, rows_get(&rows, i, 0)),
            .section = number(&rows, i, 1) + 1,
            .statement = number(&rows, i, 2) + 1,
            .rows = number(&rows, i, 3),
            .seen = number(&rows, i, 4),
            .expected = number(&rows, i, 5),
            .pass = number(&rows, i, 6),
            .batched = batched ? arena_strdup(conn->ctx->arena, batched) : NULL,
        };
        vec_push(conn->ctx->arena, &status->batches, batch);
    }
    rows_free(&rows);
    return true;
}

/* The table is made before the first batch; a state schema of an older run may lack it. */
static bool has_batches(struct conn *conn, const char *schema, bool *there, struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(conn->ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.to_regclass(");
    sql_literal(&sql, arena_printf(conn->ctx->arena, "%s.batch", schema));
    buf_add(&sql, ") IS NOT NULL");
    if (!conn_query(conn, sql.text, &rows, error)) return false;
    *there = str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    return true;
}

bool status_read(struct conn *conn, const struct project *project, const struct db_state *state,
                 const struct revision *partial, struct run_status *status)
{
    struct server_error error;
    const char *schema = journal_schema(conn->ctx, project);
    bool batches = false;
    *status = (struct run_status){.holder = lock_holder(conn, project)};
    if (!state->partial) return true;
    bool fine =
        has_batches(conn, schema, &batches, &error) && (!batches || read_batches(conn, schema, state, status, &error));
    if (fine && partial) {
        struct sections sections = run_sections(partial, str_eq(state->partial_direction, "up"));
        find_place(state, &sections, status);
        fine = read_left(conn, &sections, status, &error);
    }
    if (!fine) server_error_report(conn->ctx, &error, nowhere, "cannot read how far the last run came");
    return fine;
}
