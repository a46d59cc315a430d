/* facts_online.c: what the form that blocks least depends on: defaults that differ from row to row, and how many rows there are. */
#include <string.h>

#include "pg/facts.h"

/* ---- defaults ---- */

/* What the models say of a function of theirs; volatile is what is not said to be anything else. */
static bool is_volatile_text(struct ctx *ctx, const struct object *function)
{
    const struct value *definition = object_get(function, "definition");
    struct sql_routine routine;
    if (!definition->set || !sql_routine(ctx->arena, definition->expr.text, &routine)) return true;
    return !strcasestr(definition->expr.text, "immutable") && !strcasestr(definition->expr.text, "stable");
}

static bool is_volatile_here(const struct changes *changes, const char *name, bool *known)
{
    bool is_volatile = false;
    for (size_t i = 0; i < changes->to->all.n; i++) {
        const struct object *object = changes->to->all.at[i];
        if (!object_is(object, "function") || !str_eq(object->name, name)) continue;
        *known = true;
        is_volatile = is_volatile || is_volatile_text(changes->to->ctx, object);
    }
    return is_volatile;
}

/* By its name alone: any of the functions called so. One that nobody knows may be anything. */
static bool is_volatile(struct conn *conn, const struct changes *changes, const char *name, bool *answer)
{
    static const char sql[] = "SELECT count(*), count(*) FILTER (WHERE provolatile = 'v') FROM pg_catalog.pg_proc WHERE proname = $1";
    struct rows rows;
    struct server_error error;
    bool known = false;
    *answer = is_volatile_here(changes, name, &known);
    if (known) return true;
    if (!conn_query_params(conn, sql, 1, &name, &rows, &error)) return !error.lost;
    *answer = str_eq(rows_get(&rows, 0, 0), "0") || !str_eq(rows_get(&rows, 0, 1), "0");
    rows_free(&rows);
    return true;
}

static bool gives_new_values(struct conn *conn, const struct changes *changes, const char *expr, bool *answer)
{
    struct sql_mentions found = {0};
    *answer = false;
    if (!strchr(expr, '(') || !sql_mentions(conn->ctx->arena, SQL_EXPR, expr, &found)) return true;
    for (size_t i = 0; i < found.n && !*answer; i++) {
        bool calls = found.at[i].what == SQL_MENTION_FUNCTION;
        if (calls && !is_volatile(conn, changes, found.at[i].name, answer)) return false;
    }
    return true;
}

/* ---- tables ---- */

/* The live side of a table that exists before and after; NULL: it doesn't. */
static struct object *live_table(const struct object *column)
{
    struct object *table = column->parent;
    if (!table || !object_is(table, "table") || !table->peer) return NULL;
    return table->live ? table : table->peer;
}

static bool ask_rows(struct conn *conn, struct object *table)
{
    static const char sql[] = "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint >= $2::bigint\n"
                              "FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind <> 'p'\n"
                              "    OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) WHERE isleaf)";
    struct arena *arena = conn->ctx->arena;
    const char *values[] = {sql_qname_str(arena, object_schema(table)->name, table->name), arena_printf(arena, "%d", (int)LARGE_ROWS)};
    struct rows rows;
    struct server_error error;
    if (!conn_query_params(conn, sql, 2, values, &rows, &error)) return !error.lost;
    table->large = rows.n_rows && str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    return true;
}

static bool ask(struct conn *conn, const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        struct object *to = change->to;
        if (!to || !object_is(to, "column") || change->with_parent) continue;
        struct object *table = live_table(to);
        const struct value *preset = object_get(to, "default");
        bool added = change->type == CHANGE_CREATE || change->type == CHANGE_RECREATE;
        if (!table || (!added && change->type != CHANGE_ALTER)) continue;
        if (added && preset->set && !gives_new_values(conn, changes, preset->expr.text, &to->new_values)) return false;
        bool fills = to->new_values || object_get(to, "backfill")->set;
        if (fills && !ask_rows(conn, table)) return false;
    }
    return true;
}

bool facts_online(struct conn *conn, const struct changes *up, const struct changes *down)
{
    return ask(conn, up) && ask(conn, down);
}
