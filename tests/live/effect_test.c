/* effect_test.c: what sql_effect() says of each statement of effect.sql, against the locks, scans and rewrites of a server that runs it. */
#include <stdio.h>

#include "base/file.h"
#include "pg/sizes.h"
#include "pg_fixture.h"
#include "sql/effect.h"
#include "sql/sql.h"

static const char state_query[] =
    "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relfilenode, pg_stat_get_xact_numscans(c.oid),"
    "       (SELECT min(inhparent) FROM pg_inherits WHERE inhrelid = c.oid)"
    "  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('public', 'other', 'empty_one') AND c.relkind <> 'c' ORDER BY c.oid";
static const char lock_query[] =
    "SELECT relation, max(array_position(ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',"
    " 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], mode))"
    "  FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted GROUP BY relation";

struct seen {
    const char *oid, *schema, *name, *file, *parent;
    char kind;
    long scans;
    enum lock_level lock;
    bool gone, scanned, rewritten;
};
struct server_state { VEC(struct seen) all; };

static const char *cell(struct fixture *f, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return arena_strdup(f->ctx->arena, text ? text : "");
}

static struct server_state look(struct fixture *f)
{
    struct server_state state = {0};
    struct rows rows;
    struct server_error error;
    if (!conn_query(f->conn, state_query, &rows, &error)) return state;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct seen one = {.oid = cell(f, &rows, i, 0), .schema = cell(f, &rows, i, 1), .name = cell(f, &rows, i, 2),
                           .file = cell(f, &rows, i, 4), .kind = *cell(f, &rows, i, 3), .scans = atol(cell(f, &rows, i, 5)),
                           .parent = cell(f, &rows, i, 6)};
        vec_push(f->ctx->arena, &state.all, one);
    }
    rows_free(&rows);
    return state;
}

static struct seen *by_oid(struct server_state *state, const char *oid)
{
    for (size_t i = 0; i < state->all.n; i++) {
        if (strcmp(state->all.at[i].oid, oid) == 0) return &state->all.at[i];
    }
    return NULL;
}

/* What the statement did to the relations that were there before. */
static void compare_states(struct fixture *f, struct server_state *before, struct server_state *after)
{
    struct rows rows;
    struct server_error error;
    for (size_t i = 0; i < before->all.n; i++) {
        struct seen *was = &before->all.at[i], *is = by_oid(after, was->oid);
        was->gone = !is;
        was->rewritten = is && strcmp(is->file, was->file) != 0;
        was->scanned = is && is->scans > was->scans;
    }
    if (!conn_query(f->conn, lock_query, &rows, &error)) return;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct seen *one = by_oid(before, rows_get(&rows, i, 0));
        if (one) one->lock = (enum lock_level)atoi(rows_get(&rows, i, 1));
    }
    rows_free(&rows);
}

static const struct relation_effect *said_of(const struct effect *effect, const struct seen *seen)
{
    bool index = seen->kind == 'i' || seen->kind == 'I';
    for (size_t i = 0; i < effect->relations.n; i++) {
        const struct relation_effect *at = &effect->relations.at[i];
        const char *schema = at->schema ? at->schema : "public";
        if (at->index == index && strcmp(at->name, seen->name) == 0 && strcmp(schema, seen->schema) == 0) return at;
    }
    return NULL;
}

static bool is_wrong(struct fixture *f, const struct relation_effect *said, const struct seen *seen, const char **why)
{
    bool may = said->work & WORK_MAY_REWRITE;
    bool work = said->work & (WORK_REWRITE | WORK_BUILD | WORK_SCAN), scan = seen->scanned || seen->rewritten;
    bool rows = said->lock <= LOCK_ROW_EXCLUSIVE; /* what reads or changes rows scans as it likes */
    bool empty = seen->rewritten && said->work & WORK_LOSES;
    if (said->lock != seen->lock) {
        *why = arena_printf(f->ctx->arena, "%s: said %s, is %s", seen->name, lock_name(said->lock), lock_name(seen->lock));
    } else if (!rows && !seen->gone && seen->kind == 'r' && !may && !(said->work & WORK_LOSES) &&
               (bool)(said->work & WORK_REWRITE) != seen->rewritten) {
        *why = arena_printf(f->ctx->arena, "%s: %s", seen->name, seen->rewritten ? "is rewritten" : "is not rewritten");
    } else if (!rows && !seen->gone && seen->kind == 'r' && !may && !empty && work != scan) {
        *why = arena_printf(f->ctx->arena, "%s: %s", seen->name, scan ? "is scanned" : "is not scanned");
    }
    return *why != NULL;
}

/* Partitions and children go with what they belong to, tables with an index of theirs. */
static bool goes_with(struct server_state *state, const struct effect *effect, const struct seen *seen)
{
    struct seen *parent = by_oid(state, seen->parent);
    const struct relation_effect *said = parent ? said_of(effect, parent) : NULL;
    for (size_t i = 0; i < effect->relations.n; i++) {
        if (effect->relations.at[i].index && effect->relations.at[i].lock >= seen->lock) return true;
    }
    return said && said->lock >= seen->lock;
}

static const char *first_wrong(struct fixture *f, const struct effect *effect, struct server_state *state)
{
    for (size_t i = 0; i < state->all.n; i++) {
        const struct seen *seen = &state->all.at[i];
        const struct relation_effect *said = said_of(effect, seen);
        const char *why = NULL;
        bool index = seen->kind == 'i' || seen->kind == 'I';
        if (said) is_wrong(f, said, seen, &why);
        else if (!index && seen->lock && !effect->others && !goes_with(state, effect, seen)) {
            why = arena_printf(f->ctx->arena, "%s: %s, and nothing was said", seen->name, lock_name(seen->lock));
        }
        if (why) return why;
    }
    return NULL;
}

static void test_statement(struct fixture *f, const char *sql)
{
    struct effect effect;
    struct server_error error;
    const char *why = NULL;
    if (!sql_effect(f->ctx->arena, sql, 0, &effect)) {
        ok(false, "%s: does not parse", sql);
        return;
    }
    run_sql(f, "BEGIN");
    sizes_settle(f->conn, &effect);
    struct server_state before = look(f);
    if (!conn_query(f->conn, sql, NULL, &error)) {
        why = error.message;
    } else {
        struct server_state after = look(f);
        compare_states(f, &before, &after);
        why = first_wrong(f, &effect, &before);
    }
    run_sql(f, "ROLLBACK");
    ok(!why, "%s", sql);
    if (why) printf("#   %s\n", why);
}

/* ---- what can't run in a transaction: the lock that it waits for while another session has one that goes with reads and writes */

static const char *awaited(struct fixture *f, int pid)
{
    enum { TRIES = 200 };
    const char *sql = arena_printf(f->ctx->arena, "SELECT relation::regclass || ': ' || mode FROM pg_locks WHERE pid = %d AND NOT granted", pid);
    for (int i = 0; i < TRIES; i++, rest(20)) {
        const char *found = ask(f, sql);
        if (*found) return found;
    }
    return "nothing";
}

static void test_waiting(struct fixture *f, const char *sql, const char *blocked, const char *expected)
{
    struct conn *other = conn_again(f->conn, f->conn->database), *holder = conn_again(f->conn, f->conn->database);
    struct server_error error;
    int pid = conn_pid(other);
    conn_query(holder, "BEGIN", NULL, &error);
    conn_query(holder, arena_printf(f->ctx->arena, "LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE", blocked), NULL, &error);
    pid_t child = fork();
    if (child == 0) {
        conn_query(other, sql, NULL, &error);
        _exit(0);
    }
    is_text(awaited(f, pid), expected, sql);
    ask(f, arena_printf(f->ctx->arena, "SELECT pg_terminate_backend(%d)", pid));
    exit_of(child);
    conn_close(other);
    conn_close(holder);
}

static void test_all_waiting(struct fixture *f)
{
    test_waiting(f, "CREATE INDEX CONCURRENTLY ON orders (total)", "orders", "orders: ShareUpdateExclusiveLock");
    test_waiting(f, "DROP INDEX CONCURRENTLY orders_at_idx", "orders", "orders: ShareUpdateExclusiveLock");
    test_waiting(f, "REINDEX TABLE CONCURRENTLY orders", "orders", "orders: ShareUpdateExclusiveLock");
    test_waiting(f, "REINDEX INDEX CONCURRENTLY orders_at_idx", "orders", "orders: ShareUpdateExclusiveLock");
    test_waiting(f, "VACUUM orders", "orders", "orders: ShareUpdateExclusiveLock");
    test_waiting(f, "VACUUM (FULL) orders", "orders", "orders: AccessExclusiveLock");
    test_waiting(f, "ALTER TABLE part DETACH PARTITION part_1 CONCURRENTLY", "ONLY part", "part: ShareUpdateExclusiveLock");
}

/* ---- docs/locks.md: its table of locks */

static const char *shown_effect(struct arena *arena, const char *sql)
{
    struct effect effect;
    struct buf out = buf_new(arena);
    if (!sql_effect(arena, sql, 0, &effect)) return "no SQL";
    for (size_t i = 0; i < effect.relations.n; i++) {
        const struct relation_effect *at = &effect.relations.at[i];
        if (at->made || at->lock == LOCK_ACCESS_SHARE) continue;
        buf_separate(&out, "", "; ");
        buf_add(&out, effect_text(arena, at->index ? arena_printf(arena, "the table of %s", at->name) : at->name, at));
    }
    return out.text;
}

/* A row: | `STATEMENT` | what it locks | what that means | */
static void test_row(struct fixture *f, const char *row)
{
    const char *end = strchr(row, '`'), *cell = end ? strstr(end, "| ") : NULL, *close = cell ? strstr(cell, " |") : NULL;
    if (!ok(close != NULL, "a whole row")) return;
    struct arena *arena = f->ctx->arena;
    const char *sql = arena_strndup(arena, row, (size_t)(end - row));
    struct effect effect;
    is_text(arena_strndup(arena, cell + 2, (size_t)(close - cell) - 2), shown_effect(arena, sql), sql);
    if (sql_effect(arena, sql, 0, &effect) && !effect.outside_transaction) test_statement(f, sql);
}

static void test_docs(struct fixture *f, const char *path)
{
    struct source *source = file_load(f->ctx, path, NULL);
    size_t rows = 0;
    for (const char *at = source ? source->text : NULL; at; at = strchr(at, '\n')) {
        if (*at == '\n') at++;
        if (strncmp(at, "| `", 3) != 0 || !strstr(at, "EXCLUSIVE") || strstr(at, "EXCLUSIVE") > strchr(at, '\n')) continue;
        test_row(f, at + 3);
        rows++;
    }
    ok(rows > 20, "locks.md has a table of locks");
}

/* The statements of a file: those before `-- statements` are its world. */
static void test_file(const char *url, const char *path, const char *docs)
{
    struct fixture f = fixture_open(url, "t_effect");
    struct source *source = f.conn ? file_load(f.ctx, path, NULL) : NULL;
    struct sql_error error;
    struct sql_texts world = {0}, all = {0};
    char *text = source ? arena_strdup(f.ctx->arena, source->text) : NULL;
    char *mark = text ? strstr(text, "-- statements\n") : NULL;
    if (ok(mark != NULL, "effect.sql can be read")) {
        *mark = '\0';
        sql_split(f.ctx->arena, text, &world, &error);
        sql_split(f.ctx->arena, mark + strlen("-- statements\n"), &all, &error);
        for (size_t i = 0; i < world.n; i++) ok(run_sql(&f, world.at[i]), "%s", world.at[i]);
        for (size_t i = 0; i < all.n; i++) test_statement(&f, all.at[i]);
        test_all_waiting(&f);
        test_docs(&f, docs);
    }
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    if (ok(scratch != NULL && argc > 2, "a scratch server")) test_file(scratch_url(scratch), argv[1], argv[2]);
    else diag_print(ctx, stdout, DIAG_TEXT, false, 0);
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
