/* pg_fixture.h: what the live tests of src/pg share: a scratch server, a database per test, revisions from text. */
#ifndef MODELC_PG_FIXTURE_H
#define MODELC_PG_FIXTURE_H

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/map.h"
#include "base/str.h"
#include "pg/conn.h"
#include "pg/embedded.h"
#include "pg/runner.h"
#include "tap.h"

struct fixture {
    struct ctx *ctx;
    struct conn *conn;
    struct project project;
    struct graph_of_revisions graph;
};

static inline void rest(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* A session of its own on database `name`, made on demand. */
static inline struct fixture fixture_open(const char *url, const char *name)
{
    struct fixture f = {.ctx = ctx_new(), .project = {.state_schema = "modelc", .lock_wait = 1, .lock_timeout = "0", .statement_timeout = "0"}};
    struct server_error error;
    struct conn *home = conn_open(f.ctx, NULL, url, false);
    if (home) {
        conn_query(home, arena_printf(f.ctx->arena, "CREATE DATABASE %s", name), NULL, &error);
        f.conn = conn_again(home, name);
        conn_close(home);
    }
    return f;
}

static inline void fixture_close(struct fixture *f)
{
    conn_close(f->conn);
    ctx_free(f->ctx);
}

static inline bool run_sql(struct fixture *f, const char *sql)
{
    struct server_error error;
    if (conn_query(f->conn, sql, NULL, &error)) return true;
    printf("# %s: %s\n", sql, error.message);
    return false;
}

/* The first column of all rows, lines joined by "; ". */
static inline const char *ask(struct fixture *f, const char *sql)
{
    struct server_error error;
    struct rows rows;
    struct buf out = buf_new(f->ctx->arena);
    if (!conn_query(f->conn, sql, &rows, &error)) return error.message;
    for (size_t i = 0; i < rows.n_rows; i++)
        buf_printf(&out, "%s%s", i ? "; " : "", rows_get(&rows, i, 0) ? rows_get(&rows, i, 0) : "null");
    rows_free(&rows);
    return out.text;
}

static inline struct revision *add_revision(struct fixture *f, const char *name, const char *text)
{
    text = arena_strdup(f->ctx->arena, text);
    struct source *source = source_add(f->ctx->sources, arena_strdup(f->ctx->arena, name), text, strlen(text));
    struct revision *revision = revision_parse(f->ctx, source);
    if (revision) revisions_add(f->ctx, &f->graph, revision);
    return revision;
}

/* Everything queued so far as text, and the queue empty. */
static inline const char *said(struct fixture *f)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    diag_print(f->ctx, out, DIAG_TEXT, false, 0);
    fclose(out);
    const char *copy = arena_strdup(f->ctx->arena, text);
    free(text);
    return copy;
}

static inline bool says(struct fixture *f, const char *part, const char *what)
{
    const char *text = said(f);
    bool found = strstr(text, part) != NULL;
    if (!ok(found, "%s", what)) printf("#   expected: ..%s..\n#   found:    %s\n", part, text);
    return found;
}

static inline enum run_outcome run_with(struct fixture *f, bool up, struct revision_set steps,
                                        struct run_options options)
{
    options.up = up;
    return run_revisions(f->conn, &f->project, &f->graph, &steps, &options);
}

#define STEPS(...) ((struct revision_set){.at = (struct revision *[]){__VA_ARGS__},                       \
                                          .n = sizeof((struct revision *[]){__VA_ARGS__}) / sizeof(struct revision *)})
#define NO_OPTIONS ((struct run_options){0})

static inline bool is_outcome(enum run_outcome got, enum run_outcome expected, const char *what)
{
    static const char *const names[] = {"done", "failed", "partial", "refused", "interrupted", "lost"};
    return is_text(names[got], names[expected], what);
}

static inline int exit_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
