/* attic.c: what is parked in a database, from its catalog; when it was parked, from the journal; by what, from the revisions. */
#include "pg/attic.h"

#include <stdlib.h>
#include <string.h>

#include "pg/journal.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

/* A partition's and an heir's columns are their parent's; sequences that a column owns go with its table. */
#define ITEMS \
    "SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END AS kind, c.relname AS name, NULL AS of_table,\n" \
    "    CASE WHEN c.relkind = 'r' THEN CASE WHEN pg_catalog.pg_relation_size(c.oid) = 0 THEN 0 WHEN c.reltuples >= 0\n" \
    "        AND c.relpages > 0 THEN c.reltuples::bigint ELSE -1 END ELSE -1 END AS rows,\n" \
    "    CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_total_relation_size(c.oid) ELSE -1 END AS bytes,\n" \
    "    c.relkind = 'r' AND pg_catalog.pg_relation_size(c.oid) = 0 AS empty\n" \
    "FROM pg_catalog.pg_class c\n" \
    "WHERE c.relnamespace = pg_catalog.to_regnamespace('" ATTIC_SCHEMA "') AND c.relkind IN ('r', 'p', 'S') AND NOT EXISTS (\n" \
    "    SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid\n" \
    "        AND d.refclassid = d.classid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND c.relkind = 'S')\n" \
    "UNION ALL\n" \
    "SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'composite' END, t.typname, NULL, -1, -1, false\n" \
    "FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid\n" \
    "WHERE t.typnamespace = pg_catalog.to_regnamespace('" ATTIC_SCHEMA "') AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')\n" \
    "UNION ALL\n" \
    "SELECT 'collation', l.collname, NULL, -1, -1, false FROM pg_catalog.pg_collation l\n" \
    "WHERE l.collnamespace = pg_catalog.to_regnamespace('" ATTIC_SCHEMA "')\n" \
    "UNION ALL\n" \
    "SELECT 'column', a.attname, pg_catalog.format('%I.%I', n.nspname, c.relname),\n" \
    "    coalesce((c.reltuples * (1 - s.null_frac))::bigint, -1),\n" \
    "    coalesce((c.reltuples * (1 - s.null_frac) * s.avg_width)::bigint, -1), false\n" \
    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid\n" \
    "    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n" \
    "    LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname\n" \
    "        AND c.reltuples >= 0 AND NOT s.inherited\n" \
    "WHERE pg_catalog.left(a.attname, 7) = '" ATTIC_COLUMN "' AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0\n" \
    "    AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> '" ATTIC_SCHEMA "'"

static bool fails(struct conn *conn, const struct server_error *error, const char *what)
{
    server_error_report(conn->ctx, error, nowhere, what);
    return false;
}

/* ---- what there is */

static const char *own(struct conn *conn, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? arena_strdup(conn->ctx->arena, text) : NULL;
}

static long long number(const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? atoll(text) : -1;
}

static bool read_items(struct conn *conn, struct attic *attic)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    if (!conn_query(conn, ITEMS " ORDER BY 3, 2", &rows, &error)) return fails(conn, &error, "reading the attic");
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct attic_item item = {.kind = own(conn, &rows, i, 0), .name = own(conn, &rows, i, 1), .table = own(conn, &rows, i, 2),
                                  .rows = number(&rows, i, 3), .bytes = number(&rows, i, 4), .seconds = -1,
                                  .empty = str_eq(rows_get(&rows, i, 5), "t")};
        if (item.table) item.sql = arena_printf(arena, "%s.%s", item.table, sql_ident_str(arena, item.name));
        else item.sql = sql_qname_str(arena, ATTIC_SCHEMA, item.name);
        vec_push(arena, &attic->items, item);
    }
    rows_free(&rows);
    return true;
}

/* ---- whose it was */

static void find_origin(const struct graph_of_revisions *graph, struct attic_item *item)
{
    for (size_t i = 0; i < graph->all.n; i++) {
        const struct revision *revision = graph->all.at[i];
        for (size_t k = 0; k < revision->parks.n; k++) {
            const struct parked *parked = &revision->parks.at[k];
            if (!str_eq(parked->name, item->name) || !str_eq(parked->kind, item->kind)) continue;
            item->was = parked->path;
            item->revision = revision->id;
        }
    }
}

/* By the row that closed the revision's last upgrade. */
static bool read_times(struct conn *conn, const struct project *project, struct attic *attic)
{
    struct arena *arena = conn->ctx->arena;
    const char *schema = journal_schema(conn->ctx, project);
    struct rows rows;
    struct server_error error;
    const char *name = sql_literal_str(arena, arena_printf(arena, "%s.journal", schema));
    const char *journal = arena_printf(arena, "SELECT pg_catalog.to_regclass(%s)", name);
    if (!conn_query(conn, journal, &rows, &error)) return fails(conn, &error, "reading the journal");
    bool there = rows_get(&rows, 0, 0) != NULL;
    rows_free(&rows);
    if (!there) return true;
    const char *sql = arena_printf(arena, "SELECT revision, pg_catalog.to_char(max(ended) AT TIME ZONE 'UTC',"
                                   " 'YYYY-MM-DD HH24:MI \"UTC\"'), extract(epoch FROM pg_catalog.clock_timestamp() - max(ended))::bigint FROM %s.journal"
                                   " WHERE section = -1 AND direction = 'up' GROUP BY revision", schema);
    if (!conn_query(conn, sql, &rows, &error)) return fails(conn, &error, "reading the journal");
    for (size_t i = 0; i < rows.n_rows; i++) {
        for (size_t k = 0; k < attic->items.n; k++) {
            struct attic_item *item = &attic->items.at[k];
            if (!str_eq(item->revision, rows_get(&rows, i, 0)) || !rows_get(&rows, i, 1)) continue;
            item->since = own(conn, &rows, i, 1);
            item->seconds = number(&rows, i, 2);
        }
    }
    rows_free(&rows);
    return true;
}

bool attic_read(struct conn *conn, const struct project *project, const struct graph_of_revisions *graph, struct attic *attic)
{
    *attic = (struct attic){0};
    if (!read_items(conn, attic)) return false;
    for (size_t i = 0; i < attic->items.n; i++) find_origin(graph, &attic->items.at[i]);
    return attic->items.n == 0 || read_times(conn, project, attic);
}

const char *attic_count(struct conn *conn)
{
    struct rows rows;
    struct server_error error;
    struct buf text = buf_new(conn->ctx->arena);
    const char *sql = "SELECT kind, count(*) FROM (" ITEMS ") AS i GROUP BY kind ORDER BY kind DESC";
    if (!conn_query(conn, sql, &rows, &error)) return NULL;
    for (size_t i = 0; i < rows.n_rows; i++) {
        buf_separate(&text, "", ", ");
        buf_add(&text, str_count(conn->ctx->arena, (size_t)number(&rows, i, 1), rows_get(&rows, i, 0)));
    }
    rows_free(&rows);
    return text.len ? text.text : NULL;
}

/* ---- removing */

static const char *noun_of(const struct attic_item *item)
{
    static const struct { const char *kind, *noun; } nouns[] = {
        {"table", "TABLE"}, {"sequence", "SEQUENCE"}, {"domain", "DOMAIN"}, {"collation", "COLLATION"},
    };
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        if (str_eq(nouns[i].kind, item->kind)) return nouns[i].noun;
    }
    return "TYPE";
}

bool attic_remove(struct conn *conn, const struct project *project, const struct attic_item *item, bool whole, struct server_error *error)
{
    struct arena *arena = conn->ctx->arena;
    struct server_error ignored;
    const char *limit = project->lock_timeout ? project->lock_timeout : "0", *sql;
    if (item->table) sql = arena_printf(arena, "ALTER TABLE %s DROP COLUMN %s", item->table, sql_ident_str(arena, item->name));
    else if (whole) sql = arena_printf(arena, "DROP %s %s", noun_of(item), item->sql);
    else sql = arena_printf(arena, "TRUNCATE %s", item->sql);
    const char *all = arena_printf(arena, "BEGIN; SET LOCAL lock_timeout = %s; %s; COMMIT", sql_literal_str(arena, limit), sql);
    if (conn_query(conn, all, NULL, error)) return true;
    if (!error->lost) conn_query(conn, "ROLLBACK", NULL, &ignored);
    return false;
}
