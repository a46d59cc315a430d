/* batch_key.c: which columns the batches of a statement go by. */
#include <stdlib.h>

#include "base/str.h"
#include "pg/batch.h"
#include "sql/quote.h"

/* The columns of an index's key, as numbers. */
#define KEY_COLUMNS "generate_series(0, i.indnkeyatts - 1) k"

static void sql_named(struct buf *sql, const struct batch_options *options)
{
    buf_printf(sql, "i.indnkeyatts >= %zu AND ARRAY(SELECT a.attname::text FROM generate_series(0, %zu) k\n"
                    "        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] ORDER BY k) = ARRAY[",
               options->key.n, options->key.n - 1);
    for (size_t i = 0; i < options->key.n; i++) {
        if (i) buf_add(sql, ", ");
        sql_literal(sql, options->key.at[i]);
    }
    buf_add(sql, "]::text[]");
}

/* An index that leads through the table in the order of the key. One that sorts otherwise than the operators compare would not. */
const char *batch_key_query(struct ctx *ctx, const struct batch *batch)
{
    struct buf sql = buf_new(ctx->arena);
    size_t named = batch->options.key.n;
    const char *columns = named ? arena_printf(ctx->arena, "generate_series(0, %zu) k", named - 1) : KEY_COLUMNS;
    buf_printf(&sql, "SELECT pg_catalog.quote_ident(a.attname) AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type\n"
                     "FROM (SELECT i.* FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n"
                     "    JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname = 'btree'\n"
                     "    WHERE i.indisvalid AND i.indpred IS NULL AND i.indrelid = pg_catalog.to_regclass(");
    sql_literal(&sql, batch->sql.relation);
    buf_add(&sql, ")\n    AND ");
    if (named) sql_named(&sql, &batch->options);
    else buf_add(&sql, "i.indisunique");
    buf_printf(&sql, "\n    AND NOT EXISTS (SELECT FROM %s\n"
                     "        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]\n"
                     "        LEFT JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k]\n"
                     "        WHERE a.attnotnull IS NOT TRUE OR NOT o.opcdefault OR a.attcollation <> i.indcollation[k]\n"
                     "            OR i.indoption[k] & 1 <> i.indoption[0] & 1)\n"
                     "    ORDER BY i.indisprimary DESC, i.indnkeyatts, c.relname LIMIT 1) i, %s\n"
                     "    JOIN pg_catalog.pg_attribute a ON true\n"
                     "WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k] ORDER BY k",
               columns, named ? columns : "LATERAL " KEY_COLUMNS);
    return sql.text;
}

static bool complain(struct batching *b, struct server_error *error, const char *hint, const char *format, const char *more)
{
    *error = (struct server_error){.sqlstate = "", .hint = hint};
    error->message = arena_printf(b->run->ctx->arena, "%s can't be changed in batches: %s%s", b->sql->relation, format, more);
    return false;
}

static const char *list(struct arena *arena, const struct sql_texts *names)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < names->n; i++) {
        buf_separate(&out, "", ", ");
        sql_ident(&out, names->at[i]);
    }
    return out.text;
}

static bool read_key(struct batching *b, struct server_error *error)
{
    struct arena *arena = b->run->ctx->arena;
    struct rows rows;
    if (!conn_query(b->run->conn, batch_key_query(b->run->ctx, b->statement->batch), &rows, error)) return false;
    struct buf row = buf_new(arena);
    for (size_t i = 0; i < rows.n_rows; i++) {
        const char *name = arena_strdup(arena, rows_get(&rows, i, 0));
        vec_push(arena, &b->key.columns, name);
        vec_push(arena, &b->key.types, arena_strdup(arena, rows_get(&rows, i, 1)));
        buf_printf(&row, "%s%s.%s", i ? ", " : "(", b->sql->qualifier, name);
    }
    buf_addc(&row, ')');
    b->key.row = row.text;
    rows_free(&rows);
    return true;
}

/* Pages are read in their order, and a row that was changed may turn up on a later one: only where the statement knows what it did. */
static bool by_pages(struct batching *b, const struct rows *table, struct server_error *error)
{
    static const char name_key[] = "give the table a primary key, or name columns: key=..";
    double density = strtod(rows_get(table, 0, 2), NULL);
    if (b->options->key.n) {
        return complain(b, error, "key=.. takes columns that are NOT NULL and that an index begins with, in their order",
                        "no index leads through it by ", list(b->run->ctx->arena, &b->options->key));
    }
    if (str_eq(rows_get(table, 0, 0), "p")) return complain(b, error, "run the statement on each partition", "it has no key", "");
    if (!b->sql->left_before) {
        return complain(b, error, name_key, "it has no key, and the statement's condition doesn't leave out the rows that are done", "");
    }
    if (b->run->conn->version < 140000) return complain(b, error, name_key, "it has no key", "");
    b->key.page_rows = density >= 1 ? density : 100;
    return true;
}

/* A row whose key changes could be met again, or never. */
static bool keeps_key(struct batching *b, struct server_error *error)
{
    for (size_t i = 0; i < b->sql->sets.n; i++) {
        const char *set = sql_ident_str(b->run->ctx->arena, b->sql->sets.at[i]);
        for (size_t k = 0; k < b->key.columns.n; k++) {
            if (!str_eq(set, b->key.columns.at[k])) continue;
            return complain(b, error, "name other columns that an index begins with: key=..", "the statement changes its key: ", set);
        }
    }
    return true;
}

bool batch_find_key(struct batching *b, struct server_error *error)
{
    struct rows table;
    struct buf sql = buf_new(b->run->ctx->arena);
    buf_add(&sql, "SELECT c.relkind, c.relhassubclass, CASE WHEN c.relpages > 0 THEN c.reltuples / c.relpages ELSE 0 END\n"
                  "FROM pg_catalog.pg_class c WHERE c.oid = ");
    sql_literal(&sql, b->sql->relation);
    buf_add(&sql, "::regclass");
    if (!conn_query(b->run->conn, sql.text, &table, error)) {
        error->position = 0;
        return false;
    }
    const char *kind = rows_get(&table, 0, 0);
    bool heirs = str_eq(kind, "r") && str_eq(rows_get(&table, 0, 1), "t") && !b->sql->only, fine = false;
    if (!str_eq(kind, "r") && !str_eq(kind, "p")) complain(b, error, NULL, "it is no table", "");
    else if (heirs) complain(b, error, "run the statement on each of them: UPDATE ONLY, DELETE FROM ONLY", "it has child tables", "");
    else fine = read_key(b, error) && (b->key.columns.n ? keeps_key(b, error) : by_pages(b, &table, error));
    rows_free(&table);
    return fine;
}
