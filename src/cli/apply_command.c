/* apply_command.c: upgrade and downgrade: find the steps, take the lock, run, report. */
#include "cli/apply_command.h"

#include <string.h>
#include <time.h>

#include "base/file.h"
#include "cli/listing.h"
#include "cli/plan_show.h"
#include "cli/report.h"
#include "cli/status.h"
#include "pg/attic.h"
#include "revision/certificate.h"

static const struct span nowhere = {0, 0};

enum { WAIT_SECONDS = 600 };

struct command_run {
    struct session *s;
    bool up;
    const char *target;
    int lock_seconds;
    struct revision_set steps;
};

/* ---- --sql: no database is asked */

static bool sql_ends(struct session *s, bool up, const char *target, const char **from, const char **to)
{
    const char *colon = strchr(target, ':');
    *from = colon ? arena_strndup(s->ctx->arena, target, (size_t)(colon - target)) : "base";
    *to = colon ? colon + 1 : target;
    if ((colon || up) && **from && **to) return true;
    struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "--sql needs both ends: A:B");
    diag_mend(s->ctx, diag, "write", "modelc %s --sql %s", up ? "upgrade" : "downgrade", up ? "base:head" : "head:-1");
    return false;
}

static int print_sql(struct session *s, bool up, const char *target)
{
    const char *from_name, *to;
    struct revision_set from = {0}, steps = {0};
    if (!session_graph(s) || !sql_ends(s, up, target, &from_name, &to)) return session_code(s);
    if (!listing_find_set(s, from_name, &from)) return session_code(s);
    bool found = up ? revisions_upgrade_path(s->ctx, s->graph, &from, to, &steps)
                    : revisions_downgrade_path(s->ctx, s->graph, &from, to, &steps);
    const char *script = found ? run_script(s->ctx, s->project, s->graph, &from, &steps, up) : NULL;
    if (!script) return session_code(s);
    if (s->out.json) out_json(&s->out, json_pack("{s:o}", "sql", out_text(script)));
    out_print(&s->out, "%s", script);
    return CODE_DONE;
}

/* ---- opening */

static enum foreign_heads foreign(const struct command_run *run)
{
    bool looks = option_given(run->s->options, OPT_STATUS);
    return run->up && !looks ? FOREIGN_REFUSED : FOREIGN_ALLOWED;
}

/* --wait: an application may start before its database does. */
static bool open_waiting(const struct command_run *run)
{
    struct session *s = run->s;
    int left = run->lock_seconds;
    for (;;) {
        size_t mark = diag_mark(s->ctx);
        if (session_open_db(s, foreign(run))) return true;
        bool again = !s->conn && diag_has(s->ctx, D_SERVER) && left-- > 0 && !conn_interrupted();
        if (!again) return false;
        diag_rollback(s->ctx, mark);
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
}

/* A new project need not have it: git keeps no empty folders. In any other it was forgotten where this was deployed. */
static void warn_no_folder(struct session *s)
{
    if (path_exists(s->project->migrations)) return;
    struct diag *diag = diag_add(s->ctx, D_FILE, nowhere, "there is no folder %s/, so there are no revisions",
                                 session_shown(s, s->project->migrations));
    diag_severity(diag, SEVERITY_WARNING);
    diag_mend(s->ctx, diag, "mend", "bring it along, or say in modelc.ini where it is: migrations = FOLDER");
}

static bool open_database(struct command_run *run)
{
    struct session *s = run->s;
    bool wait = option_given(s->options, OPT_WAIT);
    if (!session_project(s)) return false;
    warn_no_folder(s);
    int otherwise = wait ? WAIT_SECONDS : s->project->lock_wait;
    if (!option_seconds(s->ctx, s->options, OPT_LOCK_WAIT, otherwise, &run->lock_seconds)) return false;
    return wait ? open_waiting(run) : session_open_db(s, foreign(run));
}

static bool find_steps(struct command_run *run)
{
    struct session *s = run->s;
    return apply_steps(s->ctx, s->graph, &s->state, &s->current, run->target, run->up, &run->steps) &&
           (!run->up || certificates_demand(s->ctx, s->graph, s->project->certified, &run->steps));
}

/* ---- running */

static enum resume resume_option(const struct session *s)
{
    const char *how = option_text(s->options, OPT_RESUME);
    if (!how) return RESUME_NONE;
    return strcmp(how, "skip") == 0 ? RESUME_SKIP : RESUME_RETRY;
}

static int show_plan(struct command_run *run)
{
    plan_show(run->s, run->up, &run->steps);
    if (run->steps.n == 0) out_print(&run->s->out, "nothing to do: database is at %s\n", session_position(run->s));
    return CODE_DONE;
}

/* Somebody forgot to fill in the file, most likely. A merge has nothing to do by nature. */
static void warn_empty(const struct command_run *run)
{
    for (size_t i = 0; run->up && i < run->steps.n; i++) {
        const struct revision *revision = run->steps.at[i];
        size_t statements = 0;
        for (size_t k = 0; k < revision->up.n; k++) statements += revision->up.at[k].statements.n;
        if (statements > 0 || revision->parents.n > 1) continue;
        struct diag *diag = diag_add(run->s->ctx, D_LINT, revision->header, "%s: nothing in it to run", revision->id);
        if (i + 1 < run->steps.n) continue;
        diag_mend(run->s->ctx, diag, "mend", "modelc downgrade -1, modelc edit %s, modelc upgrade", revision->id);
    }
}

static int run_steps(struct command_run *run)
{
    struct session *s = run->s;
    struct progress progress = progress_new(s, run->up);
    struct revision_set before = s->current;
    const struct map *manifest = s->state.manifest ? s->state.manifest : map_new(s->ctx->arena);
    struct run_options options = {
        .up = run->up,
        .allow_loss = option_given(s->options, OPT_ALLOW_LOSS),
        .resume = resume_option(s),
        .manifest_after = apply_manifests(s->ctx, s->graph, &s->current, &run->steps, run->up),
    };
    if (!options.manifest_after) return session_code(s);
    progress_listen(&progress, &options);
    enum run_outcome outcome = RUN_DONE;
    if (run->steps.n > 0) outcome = run_revisions(s->conn, s->project, s->graph, &run->steps, &options);
    progress_end(&progress);
    session_unlock(s);
    if (outcome != RUN_DONE) report_failure(s, &progress, outcome);
    else if (!progress.log || s->out.json) report_print(s, &progress, &before, manifest);
    else progress_log(&progress, run->up ? "schema is up to date" : "schema is taken back");
    if (outcome == RUN_DONE) warn_empty(run);
    json_decref(progress.revisions);
    return code_of_outcome(outcome);
}

int apply_command(struct session *s, bool up, const char *target)
{
    struct command_run run = {.s = s, .up = up, .target = target};
    int code = CODE_DONE;
    if (option_given(s->options, OPT_SQL)) return print_sql(s, up, target);
    if (!open_database(&run)) return session_code(s);
    if (option_given(s->options, OPT_STATUS)) return status_show(s);
    bool plan = option_given(s->options, OPT_PLAN);
    size_t mark = diag_mark(s->ctx);
    bool found = find_steps(&run);
    /* What is half applied may be what another run is at work on: that is known once we have the lock. */
    if (!found && (plan || !s->state.partial)) return session_code(s);
    if (plan) return show_plan(&run);
    if (!found || run.steps.n > 0) {
        diag_rollback(s->ctx, mark);
        if (!session_lock(s, run.lock_seconds, up ? "upgrade" : "downgrade", &code)) return code;
        /* Whoever held the lock before us may have done it all. */
        if (!session_state(s, foreign(&run)) || !find_steps(&run)) return session_code(s);
    }
    if (!up && !attic_there(s->conn, &run.steps, s->state.partial)) {
        session_unlock(s);
        return session_code(s);
    }
    return run_steps(&run);
}
