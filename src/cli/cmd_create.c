/* cmd_create.c: everything from the models onto an empty database. */
#include <string.h>

#include "cli/compare.h"
#include "cli/everything.h"
#include "cli/unsaved.h"
#include "pg/catalog.h"
#include "pg/create.h"

static const struct span nowhere = {0, 0};

struct creating {
    struct session *s;
    struct map *manifest;          /* afterwards */
    struct revision_set heads;     /* likewise */
    struct create_work work;
    struct create_progress progress;
    VEC(const struct revision *) left_out; /* data that did not run */
    double milliseconds;
    int mode_width, what_width;    /* of the progress lines */
    bool line_open;
};

/* ---- what there is to run */

/* A project without revisions has nothing that the models could differ from. */
static bool models_are_saved(struct session *s)
{
    if (s->graph->all.n == 0) return true;
    size_t errors = diag_errors(s->ctx);
    const struct map *held = revisions_manifest(s->ctx, s->graph, NULL);
    if (held) unsaved_report(s, held);
    return held && diag_errors(s->ctx) == errors;
}

static struct create_batch *batch_for(struct creating *c, const struct op *op, const struct op *before)
{
    struct arena *arena = c->s->ctx->arena;
    bool transaction = op->transaction != OP_ALONE;
    struct create_batch *last = before ? &c->work.batches.at[c->work.batches.n - 1] : NULL;
    bool commits = before && before->transaction == OP_COMMIT_AFTER && op->transaction != OP_COMMIT_AFTER;
    if (last && last->transaction == transaction && last->statements.n < CREATE_BATCH && !commits) return last;
    vec_push(arena, &c->work.batches, (struct create_batch){.transaction = transaction});
    return &c->work.batches.at[c->work.batches.n - 1];
}

static void add_plan(struct creating *c, const struct plan *plan)
{
    for (size_t i = 0; i < plan->ops.n; i++) {
        const struct op *op = &plan->ops.at[i];
        const struct object *object = op->change->to ? op->change->to : op->change->from;
        struct create_batch *batch = batch_for(c, op, i ? op - 1 : NULL);
        struct create_statement statement = {
            .sql = op->sql, .search_path = op->search_path, .note = op->note, .span = object->span};
        if (op->phase == PHASE_CODE) batch->unread = true;
        vec_push(c->s->ctx->arena, &batch->statements, statement);
        c->work.statements++;
    }
}

static bool add_section(struct creating *c, const struct revision *revision, const struct section *section)
{
    struct ctx *ctx = c->s->ctx;
    struct create_batch batch = {.transaction = section->transaction, .section = section, .revision = revision};
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *from = &section->statements.at[i];
        if (from->origin == STATEMENT_COMPLETE) {
            diag_add(ctx, D_POLICY, from->span, "%s has a statement to complete: %s", revision->id, from->reason);
            return false;
        }
        struct create_statement statement = {.sql = from->sql,
                                             .search_path = from->search_path,
                                             .note = from->note,
                                             .span = from->span,
                                             .in_file = true};
        vec_push(ctx->arena, &batch.statements, statement);
        c->work.statements++;
    }
    if (batch.statements.n) vec_push(ctx->arena, &c->work.batches, batch);
    return true;
}

static bool has_data(const struct section *section)
{
    for (size_t i = 0; i < section->statements.n; i++) {
        if (section->statements.at[i].origin == STATEMENT_DATA) return true;
    }
    return false;
}

static bool add_revisions(struct creating *c)
{
    const struct graph_of_revisions *graph = c->s->graph;
    for (size_t i = 0; i < graph->all.n; i++) {
        const struct revision *revision = graph->all.at[i];
        bool left_out = false;
        for (size_t k = 0; k < revision->up.n; k++) {
            const struct section *section = &revision->up.at[k];
            if (section->on_create && !add_section(c, revision, section)) return false;
            left_out = left_out || (!section->on_create && has_data(section));
        }
        if (left_out) vec_push(c->s->ctx->arena, &c->left_out, revision);
    }
    return true;
}

/* All statements, from a database that has nothing but these roots. */
static bool prepare(struct creating *c, struct schema *empty)
{
    struct session *s = c->s;
    struct plan *plan;
    c->work.found = everything_roots(s->ctx, empty);
    c->manifest = schema_manifest(s->ctx, s->models);
    for (size_t i = 0; i < s->graph->heads.n; i++) vec_push(s->ctx->arena, &c->heads, s->graph->heads.at[i]);
    if (!everything_plan(s->ctx, empty, s->models, &plan, NULL)) return false;
    add_plan(c, plan);
    return add_revisions(c);
}

/* ---- the database */

static bool nothing_applied(struct session *s)
{
    if (s->state.heads.n == 0 && !s->state.partial) return true;
    struct diag *diag =
        diag_add(s->ctx, D_REVISION, nowhere, "the database is at %s: create is for an empty one", session_position(s));
    diag_mend(s->ctx, diag, "mend", "modelc upgrade head");
    return false;
}

static bool nothing_taken(struct session *s, const struct schema *live)
{
    enum { SHOWN = 5 };
    struct taken taken = {0};
    struct buf names = buf_new(s->ctx->arena);
    everything_taken(s->ctx, live, s->models, &taken);
    if (taken.n == 0) return true;
    for (size_t i = 0; i < taken.n && i < SHOWN; i++) buf_printf(&names, "%s%s", i ? ", " : "", taken.at[i]);
    if (taken.n > SHOWN) buf_printf(&names, " and %zu more", taken.n - SHOWN);
    bool first = s->graph->all.n == 0;
    struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "the database isn't empty: it has %s", names.text);
    diag_mend(s->ctx, diag, "mend", "%s",
              first ? "modelc baseline -m \"...\" adopts it as it is" : "modelc stamp, if it is up to date already");
    diag_mend(s->ctx, diag, "mend", "modelc autogenerate -m \"...\" writes what it lacks");
    return false;
}

/* Empty, or as an interrupted create left it. */
static bool look(struct creating *c)
{
    struct session *s = c->s;
    struct catalog_options options = {.models = s->models, .state_schema = s->project->state_schema};
    if (!session_state(s, FOREIGN_REFUSED) || !nothing_applied(s) || !session_fits_server(s)) return false;
    if (s->state.creating && !create_read(s->conn, s->project, &c->progress)) return false;
    struct schema *live = catalog_read(s->conn, &options);
    if (!live || (!c->progress.begun && !nothing_taken(s, live))) return false;
    everything_strip(live, c->progress.begun ? c->progress.found : NULL);
    return prepare(c, live) && (!c->progress.begun || create_continues(s->ctx, &c->work, &c->progress));
}

static const char *mode_of(const struct create_batch *batch)
{
    return batch->transaction ? "transaction" : "no transaction";
}

static const char *what_of(const struct creating *c, const struct create_batch *batch)
{
    return str_count(c->s->ctx->arena, batch->statements.n, "statement");
}

static void batch_begins(void *arg, const struct create_batch *batch, size_t number, size_t total)
{
    struct creating *c = arg;
    const struct out *out = &c->s->out;
    const char *data = batch->revision ? arena_printf(c->s->ctx->arena, "   %s, on create", batch->revision->id) : "";
    out_say(out, "  [%zu/%zu] %-*s   %-*s%s", number, total, c->mode_width, mode_of(batch), c->what_width,
            what_of(c, batch), data);
    c->line_open = true;
}

static void batch_done(void *arg, const struct create_batch *batch, double milliseconds)
{
    struct creating *c = arg;
    (void)batch;
    c->milliseconds += milliseconds;
    c->line_open = false;
    out_say(&c->s->out, "   %s\n", text_milliseconds(c->s->ctx->arena, milliseconds));
}

static const char *target_of(const struct creating *c)
{
    struct buf ids = buf_new(c->s->ctx->arena);
    for (size_t i = 0; i < c->heads.n; i++) buf_printf(&ids, "%s%s", i ? ", " : "", c->heads.at[i]->id);
    return c->heads.n ? ids.text : "models";
}

static enum run_outcome run(struct creating *c)
{
    struct session *s = c->s;
    struct create_listener listener = {batch_begins, batch_done, c};
    for (size_t i = 0; i < c->work.batches.n; i++) {
        int mode = (int)strlen(mode_of(&c->work.batches.at[i])), what = (int)strlen(what_of(c, &c->work.batches.at[i]));
        if (mode > c->mode_width) c->mode_width = mode;
        if (what > c->what_width) c->what_width = what;
    }
    const char *shown = out_paint(&s->out, PAINT_BOLD, arena_printf(s->ctx->arena, "base -> %s", target_of(c)));
    out_say(&s->out, "%s  create%s\n", shown, c->progress.begun ? ", from where it was interrupted" : "");
    enum run_outcome outcome = create_run(s->conn, s->project, &c->work, &c->progress, &listener);
    if (c->line_open) out_say(&s->out, "   not done\n");
    return outcome;
}

/* ---- the report */

static void print_json(const struct creating *c)
{
    struct session *s = c->s;
    json_t *object = json_object(), *left_out = json_array();
    for (size_t i = 0; i < c->left_out.n; i++) json_array_append_new(left_out, out_text(c->left_out.at[i]->id));
    json_object_set_new(object, "database", out_text(s->conn->title));
    json_object_set_new(object, "statements", json_integer((json_int_t)c->work.statements));
    json_object_set_new(object, "tables", json_integer((json_int_t)schema_count(s->models, "table")));
    json_object_set_new(object, "milliseconds", json_real(c->milliseconds));
    json_object_set_new(object, "heads", out_texts(s->state.heads.at, s->state.heads.n));
    json_object_set_new(object, "data_not_run", left_out);
    out_json(&s->out, object);
}

static void print_report(const struct creating *c)
{
    struct session *s = c->s;
    struct arena *arena = s->ctx->arena;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    const char *statements = text_number(arena, c->work.statements);
    block_add(&block, "Created", "%s by %s statement%s in %s",
              str_count(arena, schema_count(s->models, "table"), "table"), statements,
              c->work.statements == 1 ? "" : "s", text_milliseconds(arena, c->milliseconds));
    if (s->graph->all.n) block_add(&block, "Current", "%s; models and database agree", session_position(s));
    else block_add(&block, "Current", "base: there is no revision yet, so none is recorded; the objects are");
    for (size_t i = 0; i < c->left_out.n; i++) {
        const struct revision *revision = c->left_out.at[i];
        block_add(&block, i ? "" : "Not run", "the data of %s, %s   %s", revision->id, revision->message,
                  session_shown(s, revision->path));
    }
    if (s->graph->all.n == 0) block_add(&block, "Next", "modelc baseline -m \"...\" writes the first revision");
    block_print(&block);
}

static int create_here(struct creating *c)
{
    struct session *s = c->s;
    enum run_outcome outcome = run(c);
    if (outcome != RUN_DONE) return code_of_outcome(outcome);
    if (!state_stamp(s->conn, s->project, s->graph, &c->heads, c->manifest, "create")) return session_code(s);
    session_unlock(s);
    if (!session_state(s, FOREIGN_REFUSED)) return session_code(s);
    if (s->out.json) print_json(c);
    else print_report(c);
    return CODE_DONE;
}

/* What a script is written for, as 150000; 0: not known. */
static int oldest_target(const struct project *project)
{
    int oldest = 0;
    for (size_t i = 0; i < project->targets.n; i++) {
        if (!oldest || project->targets.at[i] < oldest) oldest = project->targets.at[i];
    }
    return oldest * 10000;
}

static int print_script(struct creating *c)
{
    struct session *s = c->s;
    if (!prepare(c, everything_new(s->ctx, oldest_target(s->project)))) return session_code(s);
    const char *script = create_script(s->ctx, s->project, &c->work, s->graph, &c->heads, c->manifest);
    if (s->out.json) out_json(&s->out, json_pack("{s:o}", "sql", out_text(script)));
    out_print(&s->out, "%s", script);
    return CODE_DONE;
}

int cmd_create(struct session *s)
{
    struct creating c = {.s = s, .progress = {.digest = ""}};
    int seconds, code = CODE_DONE;
    if (!session_project(s) || !session_graph(s) || !session_models(s) || !models_are_saved(s)) return session_code(s);
    compare_unhandled(s, s->models);
    if (option_given(s->options, OPT_SQL)) return print_script(&c);
    if (!option_seconds(s->ctx, s->options, OPT_LOCK_WAIT, s->project->lock_wait, &seconds))
        return session_code(s);
    if (!session_open_db(s, FOREIGN_REFUSED) || !nothing_applied(s)) return session_code(s);
    if (!conn_own_session(s->conn, (struct span){0}, "create")) return session_code(s);
    if (!session_lock(s, seconds, "create", &code)) return code;
    if (!look(&c)) return session_code(s);
    return create_here(&c);
}
