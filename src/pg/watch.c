/* watch.c: a second session that looks while a statement runs: who holds it up (which can't be asked once it was given
 * up), and that a lease does not run out meanwhile. */
#include <stdlib.h>

#include "base/str.h"
#include "pg/lock.h"
#include "pg/run.h"
#include "pg/session.h"
#include "revision/duration.h"

#define LONGEST_PAUSE_MS 1000
#define TELL_AFTER_MS 5000
#define RENEW_EACH_MS 10000

static struct conn *second_session(struct run *run)
{
    struct watch *watch = &run->watch;
    struct server_error error;
    size_t mark = diag_mark(run->ctx);
    if (watch->conn && conn_transaction(watch->conn) != CONN_LOST) return watch->conn;
    if (watch->refused) return NULL;
    conn_close(watch->conn);
    watch->conn = conn_again(run->conn, NULL);
    diag_rollback(run->ctx, mark); /* too many connections, say: then it runs unwatched */
    watch->refused = !watch->conn;
    if (watch->conn && !watch->conn->session->pooled) {
        conn_query(watch->conn, "SET application_name TO 'modelc watch'; SET statement_timeout TO '2s'", NULL, &error);
    }
    return watch->conn;
}

static const char *text_of(struct ctx *ctx, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text && *text ? arena_strdup(ctx->arena, text) : NULL;
}

void watch_keep(struct run *run, const struct rows *rows)
{
    if (rows->n_rows == 0) return; /* who it was is worth knowing after they let go, too */
    run->watch.blockers.n = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *age = rows_get(rows, i, 4);
        struct blocker blocker = {
            .pid = text_of(run->ctx, rows, i, 0),
            .user = text_of(run->ctx, rows, i, 1),
            .application = text_of(run->ctx, rows, i, 2),
            .state = text_of(run->ctx, rows, i, 3),
            .seconds = age ? strtod(age, NULL) : -1,
            .query = text_of(run->ctx, rows, i, 5),
        };
        vec_push(run->ctx->arena, &run->watch.blockers, blocker);
    }
}

static bool ask_blockers(struct run *run, struct conn *via)
{
    struct server_error error;
    struct rows rows;
    const char *sql = arena_printf(run->ctx->arena,
                                   BLOCKER_COLUMNS "FROM (SELECT DISTINCT p AS pid FROM"
                                                   " pg_catalog.unnest(pg_catalog.pg_blocking_pids(%d)) p) b\n" BLOCKER_JOIN,
                                   run->conn->session->backend);
    if (!conn_query(via, sql, &rows, &error)) return false;
    bool any = rows.n_rows > 0;
    watch_keep(run, &rows);
    rows_free(&rows);
    return any;
}

static void look(void *arg)
{
    struct run *run = arg;
    struct watch *watch = &run->watch;
    const struct run_options *options = run->options;
    struct conn *via = second_session(run);
    if (!via) return;
    double ran = run_now_ms() - watch->began;
    if (run_now_ms() - watch->renewed > RENEW_EACH_MS) {
        lease_renew_for(via, run->conn, run->project);
        watch->renewed = run_now_ms();
    }
    bool held_up = ask_blockers(run, via);
    if (!held_up || watch->told || ran < TELL_AFTER_MS || !options->waiting) return;
    options->waiting(options->arg, watch->step, blocker_text(run->ctx, &watch->blockers.at[0]), ran / 1e3);
    watch->told = true;
}

/* Twice at least before the statement is given up. */
static int pause_of(const struct run *run, const struct run_step *step, const struct statement *statement)
{
    struct timeouts timeouts =
        run_timeouts(run->project, run->revision, step->section, step->section->transaction ? NULL : statement);
    long milliseconds;
    if (!duration_parse(timeouts.lock, &milliseconds) || milliseconds == 0) return LONGEST_PAUSE_MS;
    return milliseconds >= 3 * LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : (int)(milliseconds / 3) + 1;
}

void watch_begin(struct run *run, const struct run_step *step, const struct statement *statement)
{
    struct session *session = run->conn->session;
    run->watch.step = step;
    run->watch.statement = statement;
    run->watch.began = run->watch.renewed = run_now_ms();
    run->watch.blockers.n = 0;
    run->watch.told = false;
    session->waits = look;
    session->waits_arg = run;
    session->waits_ms = pause_of(run, step, statement);
}

void watch_end(struct run *run) { run->conn->session->waits = NULL; }

void watch_close(struct run *run)
{
    watch_end(run);
    conn_close(run->watch.conn);
    run->watch.conn = NULL;
}

static const char *age_text(struct arena *arena, double seconds)
{
    if (seconds < 0) return "";
    if (seconds < 120) return arena_printf(arena, " for %.0f s", seconds);
    if (seconds < 7200) return arena_printf(arena, " for %.0f min", seconds / 60);
    return arena_printf(arena, " for %.0f h", seconds / 3600);
}

const char *blocker_text(struct ctx *ctx, const struct blocker *blocker)
{
    struct buf out = buf_new(ctx->arena);
    if (str_eq(blocker->pid, "0")) return "a prepared transaction";
    buf_printf(&out, "pid %s", blocker->pid);
    if (blocker->user) buf_printf(&out, ", user %s", blocker->user);
    if (blocker->application) buf_printf(&out, ", %s", blocker->application);
    if (blocker->state) buf_printf(&out, ", %s%s", blocker->state, age_text(ctx->arena, blocker->seconds));
    if (blocker->query) buf_printf(&out, ": %s", blocker->query);
    return out.text;
}
