/* batch.c: runs an UPDATE or DELETE in batches: windows of its table's key, each in a transaction that also records how far it is. */
#include "pg/batch.h"

#include <stdlib.h>
#include <time.h>

#include "base/str.h"
#include "pg/lease.h"

/* One window, while it runs. Its texts are gone after it: there may be hundreds of thousands. */
struct window {
    struct arena *arena;
    const char **end;
    size_t rows, seen;
};

static bool interrupted(struct server_error *error)
{
    if (!conn_interrupted()) return false;
    *error = (struct server_error){.sqlstate = "57014", .message = "interrupted"};
    return true;
}

static bool at_end(const struct batching *b)
{
    const char **reached = b->place.reached, **bound = b->place.bound;
    size_t n = b->key.columns.n ? b->key.columns.n : 1;
    if (!bound) return true;
    for (size_t i = 0; reached && i < n; i++) {
        if (!str_eq(reached[i], bound[i])) return false;
    }
    return reached != NULL;
}

/* ---- one batch */

/* The key of the window's last row; where fewer rows are left than a batch has, the bound. */
static const char *end_query(const struct batching *b, const struct window *window)
{
    struct buf sql = buf_new(window->arena);
    buf_add(&sql, b->begin);
    if (!b->key.columns.n) return sql.text;
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_printf(&sql, "%s%s.%s::text", i ? ", " : "SELECT ", b->sql->qualifier, b->key.columns.at[i]);
    }
    buf_printf(&sql, " FROM %s WHERE ", b->sql->target);
    batch_sql_window(b, &sql, (const char *const *)b->place.reached, (const char *const *)b->place.bound);
    buf_add(&sql, " ORDER BY ");
    for (size_t i = 0; i < b->key.columns.n; i++) {
        buf_printf(&sql, "%s%s.%s", i ? ", " : "", b->sql->qualifier, b->key.columns.at[i]);
    }
    buf_printf(&sql, " OFFSET %zu LIMIT 1", b->options->size - 1);
    return sql.text;
}

static void end_by_pages(const struct batching *b, struct window *window)
{
    size_t from = b->place.reached ? (size_t)strtoull(b->place.reached[0], NULL, 10) : 0;
    size_t bound = (size_t)strtoull(b->place.bound[0], NULL, 10), pages = (size_t)((double)b->options->size / b->key.page_rows);
    size_t to = from + (pages ? pages : 1);
    if (to > bound) to = bound;
    window->end = ARENA_ARRAY(window->arena, const char *, 1);
    window->end[0] = arena_printf(window->arena, "%zu", to);
    window->seen = (size_t)((double)(to - from) * b->key.page_rows);
}

static bool begin_window(const struct batching *b, struct window *window, struct server_error *error)
{
    struct rows rows;
    size_t n = b->key.columns.n;
    if (!conn_query(b->run->conn, end_query(b, window), &rows, error)) return false;
    if (!n) {
        end_by_pages(b, window);
    } else {
        window->end = ARENA_ARRAY(window->arena, const char *, n);
        for (size_t i = 0; i < n; i++) {
            window->end[i] = arena_strdup(window->arena, rows.n_rows ? rows_get(&rows, 0, i) : b->place.bound[i]);
        }
        window->seen = rows.n_rows ? b->options->size : 0;
    }
    rows_free(&rows);
    return true;
}

/* With parameters' protocol, so that a text of two statements is refused instead of run. */
static bool change(struct batching *b, struct window *window, struct server_error *error)
{
    struct buf sql = buf_new(window->arena);
    buf_add(&sql, b->sql->before);
    batch_sql_window(b, &sql, (const char *const *)b->place.reached, (const char *const *)window->end);
    buf_add(&sql, b->sql->after);
    watch_begin(b->run, b->step, b->statement);
    bool fine = conn_query_params(b->run->conn, sql.text, 0, NULL, NULL, error);
    watch_end(b->run);
    window->rows = conn_affected(b->run->conn);
    size_t window_at = strlen(b->sql->before); /* places behind it moved; the user knows nothing of the window */
    if (!fine && error->position > window_at) error->position = 0;
    return fine;
}

static bool try_window(struct batching *b, struct window *window, struct server_error *error)
{
    struct buf sql = buf_new(window->arena);
    if (!begin_window(b, window, error)) {
        error->position = 0;
        return false;
    }
    if (!change(b, window, error) || !lock_renew(b->run->conn, b->run->project, error)) return false;
    batch_sql_reached(b, &sql, (const char *const *)window->end, window->rows, window->seen);
    buf_add(&sql, "COMMIT");
    return conn_query(b->run->conn, sql.text, NULL, error);
}

static void take_over(struct batching *b, const struct window *window)
{
    arena_free(b->arena);
    b->arena = window->arena; /* the bound is the next one's, too */
    b->place.reached = window->end;
    b->place.rows += window->rows;
    b->place.seen += window->seen;
    b->run->batched = b->run->committed = true;
}

static void keep_bound(const struct batching *b, const struct window *window, const char **bound)
{
    size_t n = b->key.columns.n ? b->key.columns.n : 1;
    for (size_t i = 0; i < n; i++) bound[i] = arena_strdup(window->arena, b->place.bound[i]);
}

/* The next window, tried again where others held it up. */
static bool run_window(struct batching *b, size_t *rows, struct server_error *error)
{
    struct window window = {.arena = arena_new()};
    for (size_t tries = 1; !try_window(b, &window, error); tries++) {
        bool again = run_retry(b->run, b->step, error, tries);
        arena_free(window.arena);
        if (!again) return false;
        window = (struct window){.arena = arena_new()};
    }
    const char **bound = ARENA_ARRAY(window.arena, const char *, b->key.columns.n ? b->key.columns.n : 1);
    keep_bound(b, &window, bound);
    take_over(b, &window);
    b->place.bound = bound;
    *rows = window.rows;
    return true;
}

/* ---- passes */

static void tell(const struct batching *b, bool over)
{
    const struct run_options *options = b->run->options;
    if (!options->batch_done) return;
    double elapsed = run_now_ms() - b->began;
    size_t seen = b->place.seen - b->seen_before;
    struct batch_progress progress = {.statement = b->statement, .pass = b->place.pass, .rows = b->place.rows, .seen = b->place.seen,
                                      .expected = b->place.expected, .left = -1, .over = over};
    if (elapsed > 0) progress.rate = (double)seen / elapsed * 1e3;
    if (seen && b->place.expected > b->place.seen) progress.left = elapsed / (double)seen * (double)(b->place.expected - b->place.seen);
    options->batch_done(options->arg, b->step, &progress);
}

/* A signal ends it. */
static void rest(const struct batching *b, size_t rows)
{
    double until = run_now_ms() + b->options->pause;
    while (rows && !conn_interrupted()) {
        double left = until - run_now_ms();
        if (left <= 0) return;
        long part = left < 20 ? (long)(left * 1e6) : 20000000;
        nanosleep(&(struct timespec){.tv_nsec = part}, NULL);
    }
}

static bool run_pass(struct batching *b, struct server_error *error)
{
    b->began = run_now_ms();
    while (!at_end(b)) {
        size_t rows;
        if (interrupted(error) || !run_window(b, &rows, error)) return false;
        tell(b, false);
        if (!at_end(b)) rest(b, rows);
    }
    return true;
}

static bool end_transaction(const struct batching *b, bool fine, struct server_error *error)
{
    if (fine) return conn_query(b->run->conn, "COMMIT", NULL, error);
    error->position = 0;
    return false;
}

/* How many rows the condition still holds for. A DELETE's new ones behind its end are not its matter. */
static bool count_left(struct batching *b, size_t *left, struct server_error *error)
{
    struct buf sql = buf_new(b->run->ctx->arena);
    struct rows rows;
    *left = 0;
    if (!b->sql->left_before) return true;
    buf_printf(&sql, "%sSET LOCAL statement_timeout TO 0;\n%s", b->begin, b->sql->left_before);
    if (b->sql->deletes && b->place.bound && b->key.columns.n) batch_sql_window(b, &sql, NULL, (const char *const *)b->place.bound);
    else buf_add(&sql, "true");
    buf_add(&sql, b->sql->left_after);
    bool fine = conn_query(b->run->conn, sql.text, &rows, error);
    if (fine) {
        *left = (size_t)strtoull(rows_get(&rows, 0, 0), NULL, 10);
        rows_free(&rows);
    }
    return end_transaction(b, fine, error);
}

static bool next_pass(struct batching *b, struct server_error *error)
{
    bool fine = conn_query(b->run->conn, b->begin, NULL, error) && batch_set_out(b, error);
    return end_transaction(b, fine, error);
}

/* The next run begins with a first pass. */
static bool give_up(struct batching *b, size_t left, struct server_error *error)
{
    struct arena *arena = b->run->ctx->arena;
    size_t passes = b->place.pass;
    b->place.pass = 0;
    if (!next_pass(b, error)) return false;
    *error = (struct server_error){.sqlstate = ""};
    error->message = arena_printf(arena, "%s: its condition still holds for %s after %zu passes", b->sql->relation,
                                  str_count(arena, left, "row"), passes);
    error->hint = b->sql->deletes
        ? "something keeps the rows, or writes new ones: a trigger, the application?"
        : "something writes new ones, or the new value is what the condition looks for: a condition that leaves those out helps";
    return false;
}

static bool run_passes(struct batching *b, struct server_error *error)
{
    for (;;) {
        size_t left;
        if (!run_pass(b, error) || !count_left(b, &left, error)) return false;
        if (!left) return true;
        if (b->place.pass > BATCH_FURTHER_PASSES) return give_up(b, left, error);
        if (!next_pass(b, error)) return false;
    }
}

/* ---- the whole */

static const char *begin_sql(const struct batching *b)
{
    struct ctx *ctx = b->run->ctx;
    struct buf sql = buf_new(ctx->arena);
    struct timeouts timeouts = run_timeouts(b->run->project, b->run->revision, b->step->section, NULL);
    buf_printf(&sql, "BEGIN;\n%s;\n", run_set_path(ctx, b->statement->search_path, true));
    timeouts_sql(&sql, &timeouts, true);
    return sql.text;
}

/* The key, and where an earlier run broke off. */
static bool get_ready(struct batching *b, struct server_error *error)
{
    bool found = false;
    bool fine = conn_query(b->run->conn, b->begin, NULL, error) && batch_find_key(b, error) && batch_look_up(b, &found, error) &&
                (found || batch_set_out(b, error));
    b->run->batched = found;
    return end_transaction(b, fine, error);
}

static bool get_ready_again(struct batching *b, struct server_error *error)
{
    for (size_t tries = 1; !get_ready(b, error); tries++) {
        if (!run_retry(b->run, b->step, error, tries)) return false;
        b->key = (struct batch_key){0};
        b->place = (struct batch_place){0};
    }
    return true;
}

bool batch_run(struct run *run, struct run_step *step, size_t statement, struct server_error *error)
{
    const struct statement *it = &step->section->statements.at[statement];
    struct step_key key = {run->revision->id, run->options->up, (int)step->number - 1, (int)statement, NULL};
    struct batching b = {.run = run, .step = step, .statement = it, .sql = &it->batch->sql, .options = &it->batch->options,
                         .here = batch_here(run->ctx, &key), .digest = journal_statement_digest(run->ctx, it), .arena = arena_new()};
    b.begin = begin_sql(&b);
    bool fine = get_ready_again(&b, error) && run_passes(&b, error);
    if (fine) {
        struct moved moved = {it, b.place.rows};
        vec_push(run->ctx->arena, &run->moved, moved);
    }
    tell(&b, true);
    arena_free(b.arena);
    return fine;
}
