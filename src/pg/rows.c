/* rows.c: fingerprints of all rows: one query for the tables, then one for each, in one pipeline. */
#include "pg/rows.h"

#include <stdlib.h>
#include <string.h>

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
                        " n.nspname NOT IN ('information_schema', %s) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE"
                        " e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')",
                        kinds, sql_literal_str(arena, state_schema ? state_schema : ""));
}

#define ABOVE \
    "(WITH RECURSIVE up(oid) AS (SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid" \
    " UNION SELECT i.inhparent FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.oid)" \
    " SELECT pg_catalog.string_agg(' ' || up.oid || ' ', '') FROM up)"
/* Arrays and domains are followed to what they are made of. */
#define COMPOSITE \
    "(WITH RECURSIVE made(oid) AS (SELECT a.atttypid UNION SELECT CASE WHEN y.typelem <> 0 THEN y.typelem ELSE y.typbasetype END" \
    " FROM made JOIN pg_catalog.pg_type y ON y.oid = made.oid)" \
    " SELECT pg_catalog.bool_or(y.typtype = 'c') FROM made JOIN pg_catalog.pg_type y ON y.oid = made.oid)"

/* A row for each column, or one without column for a table that has none. */
static const char *columns_query(struct arena *arena, const char *state_schema)
{
    return arena_printf(arena, "SELECT c.oid, CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::oid END, n.nspname,"
                        " c.relname, c.relkind = 'p', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnum, " ABOVE
                        ", " COMPOSITE " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
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
                                       .partitioned = str_eq(rows_get(&rows, i, 4), "t"), .above = own(conn, &rows, i, 8)};
            table.path = sql_qname_str(arena, table.schema, table.name);
            vec_push(arena, &seen->tables, table);
            last = &seen->tables.at[seen->tables.n - 1];
        }
        if (!rows_get(&rows, i, 5)) continue;
        struct seen_column column = {.name = own(conn, &rows, i, 5), .type = own(conn, &rows, i, 6),
                                     .number = atoi(rows_get(&rows, i, 7)), .composite = str_eq(rows_get(&rows, i, 9), "t")};
        vec_push(arena, &last->columns, column);
    }
    rows_free(&rows);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each column by itself, and the rows as a whole. A list of columns ends at 1,664 elements: counts and sums are one each. */
static const char *fingerprint_query(struct arena *arena, const struct seen_table *table)
{
    size_t n = table->columns.n;
    struct buf counts = buf_new(arena), sums = buf_new(arena), row = buf_new(arena);
    const char **names = ARENA_ARRAY(arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *name = names[i] = sql_ident_str(arena, table->columns.at[i].name), *comma = i ? ", " : "";
        buf_printf(&counts, "%spg_catalog.count(t.%s)", comma, name);
        buf_printf(&sums, "%spg_catalog.sum(pg_catalog.hashtextextended(t.%s::text, 0))", comma, name);
    }
    if (n > 1) qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) buf_printf(&row, "%st.%s", i ? ", " : "", names[i]);
    return arena_printf(arena, "SELECT pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(ROW(%s)::text, 0)),"
                        " pg_catalog.array_to_string(ARRAY[%s]::bigint[], ' '),"
                        " pg_catalog.array_to_string(ARRAY[%s]::numeric[], ' ', '-') FROM %s%s t", row.text, counts.text, sums.text,
                        table->partitioned ? "" : "ONLY ", table->path);
}

static void take_fingerprint(struct conn *conn, const struct rows *rows, struct seen_table *table)
{
    struct arena *arena = conn->ctx->arena;
    char *counts, *sums, *count, *sum;
    table->rows = atoll(rows_get(rows, 0, 0));
    table->whole = own(conn, rows, 0, 1);
    count = strtok_r(arena_strdup(arena, rows_get(rows, 0, 2)), " ", &counts);
    sum = strtok_r(arena_strdup(arena, rows_get(rows, 0, 3)), " ", &sums);
    for (size_t i = 0; i < table->columns.n && count && sum; i++) {
        table->columns.at[i].values = atoll(count);
        table->columns.at[i].sum = str_eq(sum, "-") ? NULL : sum;
        count = strtok_r(NULL, " ", &counts);
        sum = strtok_r(NULL, " ", &sums);
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

#define OWNED \
    " LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0" \
    " AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')"

bool rows_call_sequences(struct conn *conn, const char *state_schema)
{
    struct server_error error;
    /* In the list, not in WHERE, where they might be asked of a table. */
    const char *sql = arena_printf(conn->ctx->arena, "SELECT CASE WHEN pg_catalog.pg_sequence_last_value(c.oid) IS NULL"
                                   " THEN pg_catalog.nextval(c.oid) END FROM pg_catalog.pg_class c"
                                   " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" OWNED
                                   " WHERE d.objid IS NULL AND %s", of_users(conn->ctx->arena, state_schema, "'S'"));
    return conn_query(conn, sql, NULL, &error) || fails(conn, &error);
}

static bool read_sequences(struct conn *conn, const char *state_schema, struct seen_rows *seen)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *sql = arena_printf(arena, "SELECT c.oid, n.nspname, c.relname, coalesce(pg_catalog.pg_sequence_last_value(c.oid), 0),"
                                   " pg_catalog.pg_sequence_last_value(c.oid) IS NULL, s.seqincrement < 0, d.refobjid, a.attname"
                                   " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                                   " JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid" OWNED
                                   " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid"
                                   " WHERE %s ORDER BY n.nspname, c.relname", of_users(arena, state_schema, "'S'"));
    if (!conn_query(conn, sql, &rows, &error)) return fails(conn, &error);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct seen_sequence one = {.oid = own(conn, &rows, i, 0),
                                    .path = sql_qname_str(arena, rows_get(&rows, i, 1), rows_get(&rows, i, 2)),
                                    .name = own(conn, &rows, i, 2), .owner = own(conn, &rows, i, 6), .column = own(conn, &rows, i, 7),
                                    .position = atoll(rows_get(&rows, i, 3)),
                                    .fresh = str_eq(rows_get(&rows, i, 4), "t"),
                                    .falling = str_eq(rows_get(&rows, i, 5), "t")};
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
