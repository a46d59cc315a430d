/* cmd_rebase.c: your revisions are taken back here, the other branch is applied, your files follow it, and are applied
 * again. */
#include "cli/at_hand.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "cli/rebase.h"
#include "revision/walk.h"

static const struct span nowhere = {0, 0};

static size_t count_mine(const struct rebase *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->files.n; i++) n += r->files.at[i]->mine;
    return n;
}

static int nothing_to_do(struct session *s)
{
    if (s->out.json) out_json(&s->out, json_pack("{s:[], s:n}", "revisions", "onto"));
    out_print(&s->out, "Nothing to rebase: %s\n", s->graph->heads.n ? "there is one head" : "there are no revisions");
    return CODE_DONE;
}

/* ---- what is done to the database */

static struct revision_set to_take_back(const struct rebase *r, const struct graph_of_revisions *graph)
{
    struct revision_set steps = {0};
    for (size_t i = r->files.n; i-- > 0;) {
        const struct rebase_file *file = r->files.at[i];
        if (file->mine && file->applied) vec_push(r->s->ctx->arena, &steps, map_get(graph->by_id, file->id));
    }
    return steps;
}

static struct revision_set to_apply(const struct rebase *r, const struct graph_of_revisions *graph)
{
    struct revision_set steps = {0};
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (file->theirs && !file->applied) vec_push(r->s->ctx->arena, &steps, map_get(graph->by_id, file->id));
    }
    return steps;
}

static struct revision_set to_apply_again(const struct rebase *r)
{
    struct revision_set steps = {0};
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (file->mine && file->applied) vec_push(r->s->ctx->arena, &steps, file->written);
    }
    return steps;
}

static int run(struct session *s, struct graph_of_revisions *graph, const struct revision_set *steps, bool up)
{
    if (steps->n == 0) return CODE_DONE;
    struct progress progress = progress_new(s, up);
    struct run_options options = {.up = up, .allow_loss = option_given(s->options, OPT_ALLOW_LOSS),
                                  .command = "rebase"};
    progress_listen(&progress, &options);
    enum run_outcome outcome = run_revisions(s->conn, s->project, graph, steps, &options);
    progress_end(&progress);
    json_decref(progress.revisions);
    return code_of_outcome(outcome);
}

/* The database has both branches: only what it remembers of their order changes. */
static int record(const struct rebase *r, struct graph_of_revisions *graph)
{
    struct session *s = r->s;
    struct revision_set set = {0};
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        const char *id = file->mine ? file->new_id : file->id;
        if (file->applied) vec_push(s->ctx->arena, &set, map_get(graph->by_id, id));
    }
    struct revision_set heads = walk_tips(s->ctx, graph, &set);
    return state_stamp(s->conn, s->project, graph, &heads, NULL, "rebase") ? CODE_DONE : session_code(s);
}

static bool is_finished(const struct session *s)
{
    if (!s->conn || !s->state.partial) return true;
    bool down = str_eq(s->state.partial_direction, "down");
    struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "%s is half %s here: that has to be finished first",
                                 s->state.partial, down ? "taken back" : "applied");
    diag_mend(s->ctx, diag, "mend", "%s", session_finish(s));
    return false;
}

/* ---- what is said */

/* Whether yours have to be taken back here, since the other branch isn't. */
static bool takes_back(const struct rebase *r)
{
    bool moves = false, behind = false;
    for (size_t i = 0; i < r->files.n; i++) {
        moves = moves || (r->files.at[i]->mine && r->files.at[i]->applied);
        behind = behind || (r->files.at[i]->theirs && !r->files.at[i]->applied);
    }
    return moves && behind;
}

static void add_losses(const struct rebase *r, struct block *block)
{
    const char *label = "Loses";
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        const char *path = file->mine && file->applied ? revision_loses(file->revision, false) : NULL;
        if (!path) continue;
        block_add(block, label, "what is in %s: %s is taken back here and applied again", path, file->id);
        label = "";
    }
}

static void say_plan(const struct rebase *r)
{
    struct session *s = r->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    const char *n = count_mine(r) > 1
                        ? arena_printf(s->ctx->arena, " (%s)", str_count(s->ctx->arena, count_mine(r), "revision"))
                        : "";
    if (r->onto)
        block_add(&block, "Rebase", "%s%s, yours, after %s", rebase_shown(r, r->head), n, rebase_shown(r, r->onto));
    else
        block_add(&block, "Rebase", "a number is taken twice: %s get%s a new one",
                  str_count(s->ctx->arena, count_mine(r), "revision"), count_mine(r) == 1 ? "s" : "");
    if (takes_back(r)) add_losses(r, &block);
    block_print(&block);
}

static void print_json(const struct rebase *r)
{
    struct session *s = r->s;
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (!file->mine) continue;
        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "id", out_text(file->new_id), "was",
                                              out_text(file->id), "path", out_text(session_shown(s, file->new_path)),
                                              "was_path", out_text(session_shown(s, file->revision->path))));
    }
    json_object_set_new(object, "onto", out_text(r->onto ? r->onto->id : NULL));
    json_object_set_new(object, "revisions", list);
    if (s->conn) json_object_set_new(object, "heads", out_texts(s->state.heads.at, s->state.heads.n));
    out_json(&s->out, object);
}

static void say_planned_steps(const struct rebase *r)
{
    struct session *s = r->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    bool runs = takes_back(r);
    for (size_t i = r->files.n; runs && i-- > 0;) {
        if (r->files.at[i]->mine && r->files.at[i]->applied)
            block_add(&block, "Would", "take back %s", rebase_shown(r, r->files.at[i]));
    }
    for (size_t i = 0; runs && i < r->files.n; i++) {
        if (r->files.at[i]->theirs && !r->files.at[i]->applied)
            block_add(&block, "Would", "apply %s", rebase_shown(r, r->files.at[i]));
    }
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (file->mine)
            block_add(&block, "Would", "write %s, after %s", session_shown(s, file->new_path),
                      listing_parents(s, file->written));
    }
    if (runs) block_add(&block, "Would", "apply yours again");
    block_print(&block);
    if (s->out.json) print_json(r);
}

static void say_files(const struct rebase *r)
{
    struct session *s = r->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (!file->mine || str_eq(file->new_text, file->revision->source->text)) continue;
        bool renamed = !str_eq(file->new_path, file->revision->path);
        const char *was = renamed ? arena_printf(s->ctx->arena, " (was %s)", path_base(file->revision->path)) : "";
        block_add(&block, "Wrote", "%s%s, after %s", session_shown(s, file->new_path), was,
                  listing_parents(s, file->written));
    }
    block_print(&block);
}

static void say_end(const struct rebase *r, bool applied)
{
    struct session *s = r->s;
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    if (s->out.json) print_json(r);
    if (s->conn) block_add(&block, "Current", "%s", session_position(s));
    if (!applied || apply_pending(s->graph, &s->current)) block_add(&block, "Next", "modelc upgrade head");
    block_print(&block);
}

/* ---- the steps */

/* Files change only once the database has the other branch; a failure before that leaves them as they are. A full disk
 * shows up before the database changes. */
static int carry_out(struct rebase *r, struct graph_of_revisions *after)
{
    struct session *s = r->s;
    struct graph_of_revisions *before = rebase_applied_graph(r);
    struct revision_set back = {0}, theirs = {0}, again = {0};
    if (s->conn) {
        back = to_take_back(r, before);
        theirs = to_apply(r, after);
        again = to_apply_again(r);
    }
    /* Numbers alone don't change what is in the database; nor does an order in which it has everything. */
    bool runs = takes_back(r);
    if (!rebase_draft(r)) return session_code(s);
    int code = runs ? run(s, before, &back, false) : CODE_DONE;
    if (code == CODE_DONE && runs) code = run(s, after, &theirs, true);
    if (code != CODE_DONE) rebase_discard(r);
    if (code != CODE_DONE) return code;
    if (!rebase_publish(r)) return session_code(s);
    say_files(r);
    s->graph = after;
    if (back.n > 0) code = runs ? run(s, after, &again, true) : record(r, after);
    session_unlock(s);
    if (code != CODE_DONE) return code;
    if (s->conn && !session_state(s, FOREIGN_REFUSED)) return session_code(s);
    say_end(r, back.n > 0);
    return CODE_DONE;
}

int cmd_rebase(struct session *s)
{
    struct rebase r = {.s = s};
    int seconds, code = CODE_DONE;
    bool plan = option_given(s->options, OPT_PLAN);
    if (!rebase_load(&r) || !at_hand_open(s)) return session_code(s);
    if (!option_seconds(s->ctx, s->options, OPT_LOCK_WAIT, s->project->lock_wait, &seconds))
        return session_code(s);
    if (s->conn && !plan && !session_lock(s, seconds, "rebase", &code)) return code;
    if ((s->conn && !session_state(s, FOREIGN_REFUSED)) || !is_finished(s)) return session_code(s);
    if (!rebase_view(&r) || !rebase_sides(&r)) return session_code(s);
    if (count_mine(&r) == 0) return nothing_to_do(s);
    if (!rebase_disjoint(&r)) return session_code(s);
    struct graph_of_revisions *after = rebase_rewrite(&r);
    if (!after) return session_code(s);
    say_plan(&r);
    if (!plan) return carry_out(&r, after);
    say_planned_steps(&r);
    return CODE_DONE;
}
