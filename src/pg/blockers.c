/* blockers.c: who held up a statement, where no second session could look while it waited: who holds locks now that are in its way. */
#include <stdlib.h>

#include "base/str.h"
#include "pg/run.h"
#include "sql/effect.h"
#include "sql/quote.h"

/* The modes that conflict with each, as pg_locks names them. */
static const char *conflicts_of(enum lock_level level)
{
    static const char *const conflicts[] = {
        [LOCK_ACCESS_SHARE] = "AccessExclusive",
        [LOCK_ROW_SHARE] = "Exclusive,AccessExclusive",
        [LOCK_ROW_EXCLUSIVE] = "Share,ShareRowExclusive,Exclusive,AccessExclusive",
        [LOCK_SHARE_UPDATE_EXCLUSIVE] = "ShareUpdateExclusive,Share,ShareRowExclusive,Exclusive,AccessExclusive",
        [LOCK_SHARE] = "RowExclusive,ShareUpdateExclusive,ShareRowExclusive,Exclusive,AccessExclusive",
        [LOCK_SHARE_ROW_EXCLUSIVE] = "RowExclusive,ShareUpdateExclusive,Share,ShareRowExclusive,Exclusive,AccessExclusive",
        [LOCK_EXCLUSIVE] = "RowShare,RowExclusive,ShareUpdateExclusive,Share,ShareRowExclusive,Exclusive,AccessExclusive",
        [LOCK_ACCESS_EXCLUSIVE] =
            "AccessShare,RowShare,RowExclusive,ShareUpdateExclusive,Share,ShareRowExclusive,Exclusive,AccessExclusive",
    };
    return level == LOCK_NONE ? "" : conflicts[level];
}

/* (to_regclass('public.orders'), '{AccessShare,..}') for each relation that the statement locks. */
static bool relations_sql(struct run *run, const struct statement *statement, struct buf *out)
{
    struct effect effect = {0};
    if (!sql_effect(run->ctx->arena, statement->sql, run->conn->version, &effect)) return false;
    for (size_t i = 0; i < effect.relations.n; i++) {
        const struct relation_effect *at = &effect.relations.at[i];
        if (at->made || at->lock == LOCK_NONE) continue;
        buf_separate(out, "", ", ");
        buf_add(out, "(pg_catalog.to_regclass(");
        sql_literal(out, sql_qname_str(run->ctx->arena, at->schema, at->name));
        buf_printf(out, "), '{%s}'::text[])", conflicts_of(at->lock));
    }
    return out->len > 0;
}

static const char *holders_query(struct run *run, const char *relations)
{
    return arena_printf(
        run->ctx->arena,
        BLOCKER_COLUMNS "FROM (SELECT DISTINCT l.pid FROM (VALUES %s) w (rel, modes)\n"
        "    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = w.rel\n"
        "    JOIN pg_catalog.pg_locks l ON l.locktype = 'relation' AND l.relation IN (w.rel, i.indrelid) AND l.granted\n"
        "    WHERE l.mode = ANY (SELECT m || 'Lock' FROM pg_catalog.unnest(w.modes) m)\n"
        "        AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()\n"
        "        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) b\n"
        BLOCKER_JOIN, relations);
}

void watch_look_back(struct run *run)
{
    struct server_error error;
    struct rows rows;
    const struct statement *statement = run->watch.statement;
    struct buf relations = buf_new(run->ctx->arena);
    if (run->watch.blockers.n > 0 || !statement || conn_transaction(run->conn) != CONN_IDLE) return;
    if (!relations_sql(run, statement, &relations)) return;
    const char *path = run_set_path(run->ctx, statement->search_path, true);
    const char *begin = arena_printf(run->ctx->arena, "BEGIN READ ONLY; %s", path);
    if (conn_query(run->conn, begin, NULL, &error) &&
        conn_query(run->conn, holders_query(run, relations.text), &rows, &error)) {
        watch_keep(run, &rows);
        rows_free(&rows);
    }
    run_roll_back(run);
}
