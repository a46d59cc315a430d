/* modelc.c: the public library: the command line's upgrade without its words. */
#include "modelc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lib/apply.h"
#include "revision/certificate.h"
#include "pg/conn.h"
#include "revision/project.h"

#define PUBLIC __attribute__((visibility("default")))

struct modelc {
    struct ctx *ctx;
    struct project *project;
    struct graph_of_revisions *graph;
    struct conn *conn;
    struct db_state state;
    struct revision_set current;
};

struct modelc_error {
    enum modelc_code code;
    char message[];
};

/* ---- errors */

/* All queued findings as text, which empties the queue. */
static void set_error(struct ctx *ctx, int code, struct modelc_error **error)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = error ? open_memstream(&text, &len) : NULL;
    if (out) {
        diag_print(ctx, out, DIAG_TEXT, false, 0);
        fclose(out);
        *error = malloc(sizeof **error + len + 1);
        if (*error) {
            (*error)->code = code < MODELC_UNJUDGED ? MODELC_UNJUDGED : (enum modelc_code)code;
            memcpy((*error)->message, text, len + 1);
        }
    }
    free(text);
    diag_rollback(ctx, 0);
}

static void fail(struct modelc *handle, struct modelc_error **error)
{
    set_error(handle->ctx, code_of_findings(handle->ctx), error);
}

PUBLIC enum modelc_code modelc_error_code(const struct modelc_error *error)
{
    return error ? error->code : MODELC_UNJUDGED;
}

PUBLIC const char *modelc_error_message(const struct modelc_error *error)
{
    return error ? error->message : "out of memory";
}

PUBLIC void modelc_error_free(struct modelc_error *error)
{
    free(error);
}

/* ---- opening */

PUBLIC const char *modelc_version(void)
{
    return MODELC_VERSION;
}

static bool read_state(struct modelc *handle)
{
    handle->state = (struct db_state){0};
    return state_read(handle->conn, handle->project, &handle->state) &&
           apply_current(handle->ctx, handle->graph, &handle->state, &handle->current);
}

static bool open_all(struct modelc *handle, const char *folder, const char *url)
{
    char *real = realpath(folder, NULL);
    const char *start = arena_strdup(handle->ctx->arena, real ? real : folder);
    free(real);
    handle->project = project_load(handle->ctx, start, NULL, NULL);
    if (!handle->project) return false;
    handle->graph = revisions_load(handle->ctx, handle->project->migrations, handle->project->shown_from);
    if (!handle->graph || diag_errors(handle->ctx) > 0) return false;
    handle->conn = conn_open_direct(handle->ctx, handle->project, url, false);
    return handle->conn != NULL;
}

PUBLIC struct modelc *modelc_open(const char *folder, const char *url, struct modelc_error **error)
{
    struct modelc *handle = calloc(1, sizeof *handle);
    if (error) *error = NULL;
    if (!handle) return NULL;
    handle->ctx = ctx_new();
    if (open_all(handle, folder, url)) return handle;
    fail(handle, error);
    modelc_close(handle);
    return NULL;
}

PUBLIC void modelc_close(struct modelc *handle)
{
    if (!handle) return;
    conn_close(handle->conn);
    ctx_free(handle->ctx);
    free(handle);
}

/* ---- asking */

PUBLIC long modelc_pending(struct modelc *handle, struct modelc_error **error)
{
    if (read_state(handle)) return (long)apply_pending(handle->graph, &handle->current);
    fail(handle, error);
    return -1;
}

PUBLIC const char *modelc_current(struct modelc *handle, struct modelc_error **error)
{
    struct buf text = buf_new(handle->ctx->arena);
    if (!read_state(handle)) {
        fail(handle, error);
        return NULL;
    }
    for (size_t i = 0; i < handle->state.heads.n; i++) {
        buf_separate(&text, "", ", ");
        buf_add(&text, handle->state.heads.at[i]);
    }
    return text.len ? text.text : "base";
}

/* ---- upgrading */

struct listener {
    modelc_progress *progress;
    void *arg;
};

static void tell(void *arg, const struct run_step *step)
{
    const struct listener *listener = arg;
    if (listener->progress)
        listener->progress(listener->arg, step->revision->id, step->number, step->total, step->milliseconds);
}

static bool find_steps(struct modelc *handle, struct revision_set *steps)
{
    return read_state(handle) &&
           apply_steps(handle->ctx, handle->graph, &handle->state, &handle->current, "head", true, steps);
}

static int run(struct modelc *handle, struct revision_set *steps, struct listener *listener)
{
    if (!certificates_demand(handle->ctx, handle->graph, handle->project->certified, steps)) return code_of_findings(handle->ctx);
    struct run_options options = {
        .up = true,
        .manifest_after = apply_manifests(handle->ctx, handle->graph, &handle->current, steps, true),
        .section_done = tell,
        .arg = listener,
    };
    if (!options.manifest_after) return code_of_findings(handle->ctx);
    return code_of_outcome(run_revisions(handle->conn, handle->project, handle->graph, steps, &options));
}

PUBLIC bool modelc_upgrade(struct modelc *handle, modelc_progress *progress, void *arg, struct modelc_error **error)
{
    struct listener listener = {.progress = progress, .arg = arg};
    struct revision_set steps;
    size_t mark = diag_mark(handle->ctx);
    bool held = false, found = find_steps(handle, &steps);
    int code = CODE_DONE;
    if (error) *error = NULL;
    if (found && steps.n == 0) return true;
    /* What is half applied may be what another run is at work on: that is known once we have the lock. */
    bool ready = found || handle->state.partial;
    if (ready) diag_rollback(handle->ctx, mark);
    if (ready && lock_take(handle->conn, handle->project, handle->project->lock_wait, "upgrade", &held)) {
        /* Whoever held the lock before us may have done it all. */
        ready = find_steps(handle, &steps);
        if (ready && steps.n > 0) code = run(handle, &steps, &listener);
        lock_release(handle->conn, handle->project);
    } else {
        ready = false;
    }
    if (ready && code == CODE_DONE) return true;
    set_error(handle->ctx, held ? CODE_LOCKED : ready ? code : code_of_findings(handle->ctx), error);
    return false;
}
