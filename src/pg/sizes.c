/* sizes.c: how large tables are: the server's statistics, brought up to their present size in bytes. */
#include "pg/sizes.h"

#include <stdlib.h>

#include "base/str.h"
#include "sql/quote.h"

/* A locked table is not waited for longer than this. */
static const char begin[] = "BEGIN READ ONLY; SET LOCAL lock_timeout = '500ms'";

/* What is stored of one relation: as it is now, which takes a moment's lock, or as the last statistics have it. */
static const char measured[] =
    "pg_relation_size(c.oid)::float8 AS heap, pg_table_size(c.oid)::float8 AS size, pg_indexes_size(c.oid)::float8 AS indexes";
static const char remembered[] =
    "c.relpages * block::float8 AS heap, c.relpages * block::float8 AS size,"
    " (SELECT sum(x.relpages) * block::float8 FROM pg_index JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = c.oid) AS indexes";

/* Two %s: the asked ones, and what is stored of one. Rows: as many in a page as when it was analyzed. */
static const char query[] =
    "WITH RECURSIVE asked (i, schema, name) AS (VALUES %s),\n"
    "found AS (\n"
    "    SELECT DISTINCT ON (i) i, c.relkind, coalesce(x.indrelid, c.oid) AS rel\n"
    "      FROM asked JOIN pg_class c ON c.relname = asked.name JOIN pg_namespace n ON n.oid = c.relnamespace\n"
    "      LEFT JOIN pg_index x ON x.indexrelid = c.oid\n"
    "     WHERE n.nspname = asked.schema OR asked.schema IS NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'\n"
    "     ORDER BY i, n.nspname <> 'public', n.nspname),\n"
    "tree (i, oid) AS (SELECT i, rel FROM found UNION SELECT i, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid),\n"
    "part AS (\n"
    "    SELECT tree.i, stored.size, stored.indexes, stored.heap, block,\n"
    "           CASE WHEN c.relkind NOT IN ('r', 'm') OR stored.heap = 0 THEN 0\n"
    "                WHEN c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples / c.relpages * (stored.heap / block)\n"
    "                WHEN c.reltuples > 0 THEN c.reltuples END AS rows\n"
    "      FROM tree JOIN pg_class c ON c.oid = tree.oid\n"
    "     CROSS JOIN (SELECT current_setting('block_size')::float8 AS block) b\n"
    "     CROSS JOIN LATERAL (SELECT %s) stored)\n"
    "SELECT found.i, found.relkind, n.nspname, t.relname,\n"
    "       (SELECT CASE WHEN bool_and(rows IS NOT NULL) THEN sum(rows)::float8 ELSE -1 END FROM part WHERE part.i = found.i),\n"
    "       (SELECT sum(size) FROM part WHERE part.i = found.i),\n"
    "       (SELECT sum(indexes) FROM part WHERE part.i = found.i),\n"
    "       (SELECT count(*) - 1 FROM part WHERE part.i = found.i)\n"
    "  FROM found JOIN pg_class t ON t.oid = found.rel JOIN pg_namespace n ON n.oid = t.relnamespace";

static const char *asked(struct arena *arena, const struct relation_size *at, size_t n)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&out, "%s(%zu, ", i ? ", " : "", i);
        if (at[i].schema) sql_literal(&out, at[i].schema);
        else buf_add(&out, "NULL");
        buf_add(&out, "::text, ");
        sql_literal(&out, at[i].name);
        buf_add(&out, "::text)");
    }
    return out.text;
}

static double number(const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? strtod(text, NULL) : 0;
}

static const char *kept(struct arena *arena, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? arena_strdup(arena, text) : NULL;
}

static void fill(struct arena *arena, const struct rows *rows, struct relation_size *at, size_t n)
{
    for (size_t row = 0; row < rows->n_rows; row++) {
        size_t i = (size_t)number(rows, row, 0);
        const char *kind = rows_get(rows, row, 1);
        if (i >= n) continue;
        at[i].exists = true;
        at[i].kind = kind ? *kind : 'r';
        at[i].table_schema = kept(arena, rows, row, 2);
        at[i].table = kept(arena, rows, row, 3);
        at[i].rows = number(rows, row, 4);
        at[i].bytes = number(rows, row, 5);
        at[i].index_bytes = number(rows, row, 6);
        at[i].parts = (size_t)number(rows, row, 7);
    }
}

static bool read_once(struct conn *conn, const char *stored, struct relation_size *at, size_t n, struct server_error *error)
{
    struct rows rows;
    struct server_error ignored;
    const char *sql = arena_printf(conn->ctx->arena, query, asked(conn->ctx->arena, at, n), stored);
    if (!conn_query(conn, begin, NULL, error)) return false;
    bool done = conn_query(conn, sql, &rows, error);
    if (done) {
        fill(conn->ctx->arena, &rows, at, n);
        rows_free(&rows);
    }
    conn_query(conn, "ROLLBACK", NULL, &ignored);
    return done;
}

bool sizes_read(struct conn *conn, struct relation_size *at, size_t n, struct server_error *error)
{
    for (size_t i = 0; i < n; i++) {
        const char *schema = at[i].schema, *name = at[i].name;
        at[i] = (struct relation_size){.schema = schema, .name = name, .table_schema = schema, .table = name, .rows = -1};
    }
    if (n == 0 || read_once(conn, measured, at, n, error)) return true;
    return !error->lost && str_eq(error->sqlstate, "55P03") && read_once(conn, remembered, at, n, error);
}

const char *size_rows_text(struct arena *arena, const struct relation_size *size)
{
    if (size->rows < 0) return "never analyzed";
    const char *rows = str_number(arena, size->rows);
    return arena_printf(arena, "about %s row%s", rows, str_eq(rows, "1") ? "" : "s");
}

const char *size_text(struct arena *arena, const struct relation_size *size)
{
    return arena_printf(arena, "%s, %s", str_bytes(arena, size->bytes), size_rows_text(arena, size));
}
