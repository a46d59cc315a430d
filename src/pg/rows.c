/* rows.c: fingerprints of all rows: one query for the tables, then one for each, in one pipeline. */
#include "pg/rows.h"

#include <stdlib.h>

#include "sql/quote.h"

static const struct span nowhere = {0, 0};

static bool fails(struct conn *conn, const struct server_error *error)
{
    server_error_report(conn->ctx, error, nowhere, "cannot read the rows of the throw-away database");
    return false;
}

static const char *of_users(struct arena *arena, const char *state_schema, const char *kinds)
{
    return arena_printf(arena, "c.relkind IN (%s) AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND"
                        " n.nspname NOT IN ('information_schema', %s) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE"
                        " d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')",
                        kinds, sql_literal_str(arena, state_schema ? state_schema : ""));
}

/* A row for each column, or one without column for a table that has none. */
static const char *columns_query(struct arena *arena, const char *state_schema)
{
    return arena_printf(arena, "SELECT c.oid, CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) END, n.nspname,"
                        " c.relname, c.relkind = 'p', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnum"
                        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                        " WHERE %s ORDER BY n.nspname, c.relname, c.oid, a.attnum", of_users(arena, state_schema, "'r', 'p'"));
}

static const char *own(struct conn *conn, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? arena_strdup(conn->ctx->arena, text) : NULL;
}

static bool read_tables(struct conn *conn, const char *state_schema, struct seen_rows *seen)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    if (!conn_query(conn, columns_query(arena, state_schema), &rows, &error)) return fails(conn, &error);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct seen_table *last = seen->tables.n ? &seen->tables.at[seen->tables.n - 1] : NULL;
        if (!last || !str_eq(last->oid, rows_get(&rows, i, 0))) {
            struct seen_table table = {.oid = own(conn, &rows, i, 0), .root = own(conn, &rows, i, 1),
                                       .schema = own(conn, &rows, i, 2), .name = own(conn, &rows, i, 3),
                                       .partitioned = str_eq(rows_get(&rows, i, 4), "t")};
            table.path = sql_qname_str(arena, table.schema, table.name);
            vec_push(arena, &seen->tables, table);
            last = &seen->tables.at[seen->tables.n - 1];
        }
        if (!rows_get(&rows, i, 5)) continue;
        struct seen_column column = {.name = own(conn, &rows, i, 5), .type = own(conn, &rows, i, 6),
                                     .number = atoi(rows_get(&rows, i, 7))};
        vec_push(arena, &last->columns, column);
    }
    rows_free(&rows);
    return true;
}

static const char *fingerprint_query(struct arena *arena, const struct seen_table *table)
{
    struct buf sql = buf_new(arena);
    buf_add(&sql, "SELECT pg_catalog.count(*)");
    for (size_t i = 0; i < table->columns.n; i++) {
        const char *name = sql_ident_str(arena, table->columns.at[i].name);
        buf_printf(&sql, ", pg_catalog.count(t.%s), pg_catalog.sum(pg_catalog.hashtextextended(t.%s::text, 0))", name, name);
    }
    buf_printf(&sql, " FROM %s%s t", table->partitioned ? "" : "ONLY ", table->path);
    return sql.text;
}

static void take_fingerprint(struct conn *conn, const struct rows *rows, struct seen_table *table)
{
    table->rows = atoll(rows_get(rows, 0, 0));
    for (size_t i = 0; i < table->columns.n; i++) {
        table->columns.at[i].values = atoll(rows_get(rows, 0, 1 + 2 * i));
        table->columns.at[i].sum = own(conn, rows, 0, 2 + 2 * i);
    }
}

static bool read_fingerprints(struct conn *conn, struct seen_rows *seen)
{
    struct arena *arena = conn->ctx->arena;
    size_t n = seen->tables.n, failed;
    const char **sql = ARENA_ARRAY(arena, const char *, n + 1);
    struct rows *results = ARENA_ARRAY(arena, struct rows, n + 1);
    struct server_error error;
    if (n == 0) return true;
    for (size_t i = 0; i < n; i++) sql[i] = fingerprint_query(arena, &seen->tables.at[i]);
    if (!conn_pipeline(conn, sql, n, results, &error, &failed)) return fails(conn, &error);
    for (size_t i = 0; i < n; i++) {
        take_fingerprint(conn, &results[i], &seen->tables.at[i]);
        rows_free(&results[i]);
    }
    return true;
}

static bool read_sequences(struct conn *conn, const char *state_schema, struct seen_rows *seen)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *sql = arena_printf(arena, "SELECT c.oid, n.nspname, c.relname, coalesce(pg_catalog.pg_sequence_last_value(c.oid), 0),"
                                   " pg_catalog.pg_sequence_last_value(c.oid) IS NULL, s.seqincrement < 0, (SELECT pg_catalog.format('%%I.%%I.%%I',"
                                   " m.nspname, t.relname, a.attname) FROM pg_catalog.pg_depend d"
                                   " JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace m"
                                   " ON m.oid = t.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND"
                                   " a.attnum = d.refobjsubid WHERE d.classid = 'pg_catalog.pg_class'::regclass AND"
                                   " d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 LIMIT 1)"
                                   " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                   " JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid"
                                   " WHERE %s ORDER BY n.nspname, c.relname", of_users(arena, state_schema, "'S'"));
    if (!conn_query(conn, sql, &rows, &error)) return fails(conn, &error);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct seen_sequence one = {.oid = own(conn, &rows, i, 0),
                                    .path = sql_qname_str(arena, rows_get(&rows, i, 1), rows_get(&rows, i, 2)),
                                    .position = atoll(rows_get(&rows, i, 3)),
                                    .fresh = str_eq(rows_get(&rows, i, 4), "t"),
                                    .falling = str_eq(rows_get(&rows, i, 5), "t"), .owner = own(conn, &rows, i, 6)};
        vec_push(arena, &seen->sequences, one);
    }
    rows_free(&rows);
    return true;
}

bool rows_see(struct conn *conn, const char *state_schema, struct seen_rows *seen)
{
    *seen = (struct seen_rows){0};
    return read_tables(conn, state_schema, seen) && read_fingerprints(conn, seen) && read_sequences(conn, state_schema, seen);
}
