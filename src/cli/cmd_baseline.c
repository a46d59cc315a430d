/* cmd_baseline.c: the first revision: all that the models hold, for a database that has it already, or for an empty
 * one. */
#include "cli/at_hand.h"
#include "cli/compare.h"
#include "cli/everything.h"
#include "cli/new_revision.h"

static const struct span nowhere = {0, 0};

enum finding { FOUND_NO_DATABASE, FOUND_EQUAL, FOUND_EMPTY, FOUND_DIFFERENT, FOUND_NOTHING /* diagnostics */ };

static bool is_first(struct session *s)
{
    if (!session_graph(s)) return false;
    if (s->graph->all.n == 0) return true;
    struct diag *diag = diag_add(s->ctx, D_USAGE, s->graph->all.at[0]->header, "there is a first revision already: %s",
                                 s->graph->all.at[0]->id);
    diag_mend(s->ctx, diag, "mend",
              "modelc autogenerate -m \"...\" writes what it lacks; modelc stamp adopts a further database");
    return false;
}

/* A schema of its own, since comparing binds the models to the database and takes over its names. Its findings are
 * known already. */
static struct schema *fresh_models(struct session *s)
{
    size_t mark = diag_mark(s->ctx);
    struct schema *models = schema_resolve(s->ctx, &s->files, false);
    if (models) diag_rollback(s->ctx, mark);
    return models;
}

static bool plan_all(struct session *s, struct revision_draft *draft)
{
    struct schema *models = fresh_models(s);
    struct plan *up, *down;
    struct object_lines lines = {0};
    if (!models) return false;
    compare_object_lines(s, map_new(s->ctx->arena), schema_manifest(s->ctx, models), &lines);
    if (!everything_plan(s->ctx, everything_new(s->ctx, s->conn ? s->conn->version : 0), models, &up, &down)) return false;
    if (up->ops.n == 0) {
        diag_add(s->ctx, D_USAGE, nowhere, "the models hold nothing that a revision could create");
        return false;
    }
    draft->up = up;
    draft->down = down;
    for (size_t i = 0; i < lines.n; i++) vec_push(s->ctx->arena, &draft->objects, lines.at[i]);
    return true;
}

static bool none_exists(struct session *s, const struct schema *live)
{
    struct taken taken = {0};
    everything_taken(s->ctx, live, s->models, &taken);
    return taken.n == 0;
}

static enum finding look(struct session *s)
{
    struct comparison found = {0};
    if (!s->conn) return FOUND_NO_DATABASE;
    if (s->state.creating) {
        struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "a modelc create was interrupted in this database");
        diag_mend(s->ctx, diag, "mend", "modelc create goes on with it");
        return FOUND_NOTHING;
    }
    if (!compare_read(s, &found) || !compare_changes(s, &found)) return FOUND_NOTHING;
    bool empty = none_exists(s, found.live);
    if (empty || found.up->n == 0) {
        compare_report(s, &(struct comparison){.live = found.live, .diff = found.diff, .up = &(struct changes){0}});
        return found.up->n == 0 ? FOUND_EQUAL : FOUND_EMPTY;
    }
    if (!compare_plan(s, &found)) return FOUND_NOTHING;
    if (s->out.json) out_json(&s->out, compare_json(s, &found));
    compare_report(s, &found);
    struct diag *diag = diag_add(s->ctx, D_DRIFT, nowhere, "models and database differ: nothing was written");
    diag_mend(s->ctx, diag, "mend",
              "change the models, or the database, until modelc diff finds nothing");
    return FOUND_DIFFERENT;
}

/* The new file joins the graph as it would be read. */
static bool stamp(struct session *s, const char *path)
{
    struct source *source = file_load(s->ctx, path, session_shown(s, path));
    struct revision *revision = source ? revision_parse(s->ctx, source) : NULL;
    if (!revision) return false;
    revision->path = path;
    revisions_add(s->ctx, s->graph, revision);
    struct revision_set heads = {.at = &revision, .n = 1};
    struct map *manifest = revisions_manifest(s->ctx, s->graph, &heads);
    return manifest && state_stamp(s->conn, s->project, s->graph, &heads, manifest, "baseline") &&
           session_state(s, FOREIGN_REFUSED);
}

static int write_and_stamp(struct session *s, const struct revision_draft *draft, enum finding finding)
{
    bool stamps = finding == FOUND_EQUAL;
    const char *path = draft_write(s, draft, stamps ? NULL : "modelc show head, then modelc upgrade head");
    if (!path) return session_code(s);
    if (!stamps) return CODE_DONE;
    if (!stamp(s, path)) return session_code(s);
    session_unlock(s);
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    block_add(&block, "Current", "%s; recorded, nothing was run: models and database agree", session_position(s));
    block_print(&block);
    return CODE_DONE;
}

int cmd_baseline(struct session *s)
{
    struct revision_draft draft;
    int seconds, code = CODE_DONE;
    if (!is_first(s) || !draft_begin(s, &draft) || !session_models(s)) return session_code(s);
    if (!option_seconds(s->ctx, s->options, OPT_LOCK_WAIT, s->project->lock_wait, &seconds))
        return session_code(s);
    if (!at_hand_open(s) || !plan_all(s, &draft)) return session_code(s);
    if (s->conn && !session_lock(s, seconds, "baseline", &code)) return code;
    if (s->conn && !session_state(s, FOREIGN_REFUSED)) return session_code(s);
    compare_unhandled(s, s->models);
    enum finding finding = look(s);
    if (finding == FOUND_NOTHING || finding == FOUND_DIFFERENT) return session_code(s);
    return write_and_stamp(s, &draft, finding);
}
