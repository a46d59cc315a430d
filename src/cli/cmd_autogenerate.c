/* cmd_autogenerate.c: models against the live database, written as a migration file. */
#include "cli/adopt.h"
#include "cli/new_revision.h"
#include "cli/verify.h"
#include "revision/certificate.h"
#include "revision/walk.h"

static const struct span nowhere = {0, 0};

/* A diff is only worth its name against the state that the files lead to. */
static bool stands_at_heads(struct session *s)
{
    if (s->graph->heads.n > 1) {
        walk_report_heads(s->ctx, s->graph);
        return false;
    }
    size_t behind = apply_pending(s->graph, &s->current);
    if (s->state.partial) {
        diag_add(s->ctx, D_REVISION, nowhere, "%s is half %s: %s goes on with it", s->state.partial,
                 str_eq(s->state.partial_direction, "down") ? "taken back" : "applied", session_finish(s));
        return false;
    }
    if (!behind) return true;
    struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "the database is %s behind head", str_count(s->ctx->arena, behind, "revision"));
    diag_mend(s->ctx, diag, "mend", "modelc upgrade head");
    return false;
}

/* Only the words changed, not what they mean to PostgreSQL: the head remembers the new ones. */
static bool record_lines(struct session *s, const struct object_lines *lines)
{
    struct arena *arena = s->ctx->arena;
    if (s->graph->heads.n == 0) return true;
    const struct revision *head = s->graph->heads.at[0];
    struct object_lines merged = {0};
    struct map *replaced = map_new(arena);
    for (size_t i = 0; i < lines->n; i++) {
        map_put(replaced, arena_printf(arena, "%s %s", lines->at[i].kind, lines->at[i].path), &lines->at[i]);
    }
    for (size_t i = 0; i < head->objects.n; i++) {
        const struct object_line *line = &head->objects.at[i];
        if (!map_has(replaced, arena_printf(arena, "%s %s", line->kind, line->path))) vec_push(arena, &merged, *line);
    }
    for (size_t i = 0; i < lines->n; i++) vec_push(arena, &merged, lines->at[i]);
    const char *text = revision_rewrite_objects(s->ctx, head, merged.at, merged.n);
    if (!text || !file_write(s->ctx, head->path, text, strlen(text))) return false;
    out_say(&s->out, "Recorded  %s in %s: no SQL to write, the database has it so\n", str_count(arena, lines->n, "object"),
              session_shown(s, head->path));
    return true;
}

static bool begin_draft(struct session *s, const struct comparison *found, struct revision_draft *draft)
{
    if (!draft_begin(s, draft)) return false;
    if (s->graph->heads.n) vec_push(s->ctx->arena, &draft->parents, s->graph->heads.at[0]->id);
    draft->up = found->upgrade;
    draft->down = found->downgrade;
    return true;
}

static bool is_unfinished(const struct plan *plan)
{
    for (size_t i = 0; i < plan->ops.n; i++) {
        if (plan->ops.at[i].complete) return true;
    }
    return false;
}

/* ---- --verify */

static bool may_verify(struct session *s, const struct comparison *found)
{
    if (!is_unfinished(found->upgrade) && !is_unfinished(found->downgrade)) return true;
    struct diag *diag = diag_add(s->ctx, D_POLICY, nowhere, "a step has to be completed by a person, and can't be proven before");
    diag_mend(s->ctx, diag, "mend", "modelc autogenerate without --verify, modelc edit, then modelc verify --write");
    return false;
}

/* The text as it will be written, proven and certified; else the exit code. */
static int verify_draft(struct session *s, const struct comparison *found, struct revision_draft *draft)
{
    struct ctx *ctx = s->ctx;
    struct verify v;
    struct proof proof = {0};
    const char *name = revision_file_name(ctx, s->project, draft->id, draft->message);
    const char *text = may_verify(s, found) && name ? revision_text(ctx, s->project, draft) : NULL;
    if (!text) return session_code(s);
    const char *shown = arena_printf(ctx->arena, "%s (not written)", session_shown(s, path_join(ctx->arena, s->project->migrations, name)));
    struct revision *revision = revision_parse(ctx, source_add(ctx->sources, shown, text, strlen(text)));
    if (!revision || !verify_begin(s, s->graph, &v)) return session_code(s);
    revisions_add(ctx, s->graph, revision);
    bool tried = verify_revision(&v, revision, &proof);
    verify_end(&v);
    if (!tried) return session_code(s);
    if (!proof.good) return CODE_FINDINGS;
    draft->text = revision_rewrite_field(ctx, revision, "certified", certificate_text(ctx, revision, proof_how(&proof), v.server));
    out_say(&s->out, "Proven    %s on PostgreSQL %s\n", proof_how(&proof), v.server);
    return CODE_DONE;
}

/* ---- writing */

/* `next` has a place for the id; NULL: what is usual. */
static int write_file(struct session *s, const struct comparison *found, const struct object_lines *lines, const char *next)
{
    struct revision_draft draft;
    if (!begin_draft(s, found, &draft)) return session_code(s);
    for (size_t i = 0; i < lines->n; i++) vec_push(s->ctx->arena, &draft.objects, lines->at[i]);
    if (!s->out.quiet) compare_report(s, found);
    int code = option_given(s->options, OPT_VERIFY) ? verify_draft(s, found, &draft) : CODE_DONE;
    if (code != CODE_DONE) return code;
    if (!next && is_unfinished(found->upgrade)) next = "modelc edit %s: a step is to be completed; then modelc upgrade head";
    const char *text = next ? arena_printf(s->ctx->arena, next, draft.id) : "modelc show head, then modelc upgrade head";
    return draft_write(s, &draft, text) ? CODE_DONE : session_code(s);
}

static struct map *only(struct session *s, const struct map *wanted, const struct map *held, const struct objects *objects)
{
    struct arena *arena = s->ctx->arena;
    struct map *some = map_new(arena);
    for (struct map_entry e = map_first(held); e.key; e = map_next(e)) map_put(some, e.key, e.value);
    for (size_t i = 0; i < objects->n; i++) {
        const char *key = arena_printf(arena, "%s %s", objects->at[i]->kind->name, object_path(arena, objects->at[i]));
        if (map_has(wanted, key)) map_put(some, key, map_get(wanted, key));
    }
    return some;
}

/* Made by hand here: a revision of its own, which this database only gets stamped with. */
static int write_by_hand(struct session *s, struct comparison *found, struct adoption *adoption, const struct map *held,
                         const struct map *wanted)
{
    struct object_lines lines = {0};
    bool others = found->up->n > 0;
    for (size_t i = 0; others && i < s->models->all.n; i++) {
        /* what is really new or changed waits for the revision after this one */
        struct object *model = s->models->all.at[i];
        if (!model->peer) model->aside = true;
    }
    adopt_as_new(adoption);
    for (size_t i = 0; i < adoption->by_hand.n; i++) adoption->by_hand.at[i]->aside = false;
    found->diff->creations_only = true;
    if (!compare_changes(s, found) || !compare_plan(s, found)) return session_code(s);
    compare_object_lines(s, held, only(s, wanted, held, &adoption->by_hand), &lines);
    int code = write_file(s, found, &lines, "modelc stamp %s: this database has it already; the others get it by modelc upgrade");
    if (code == CODE_DONE && others) out_say(&s->out, "%s", "          then modelc autogenerate again: there are further changes\n");
    return code;
}

static struct map *held_by_files(struct session *s)
{
    return s->graph->all.n ? revisions_manifest(s->ctx, s->graph, NULL) : map_new(s->ctx->arena);
}

static int nothing_to_write(struct session *s, const struct comparison *found, const struct object_lines *lines)
{
    if (lines->n && !record_lines(s, lines)) return session_code(s);
    if (s->out.json) out_json(&s->out, compare_json(s, found));
    if (s->out.quiet) return CODE_DONE;
    compare_say_equal(s, found);
    compare_report(s, found);
    return CODE_DONE;
}

int cmd_autogenerate(struct session *s)
{
    struct comparison found = {0};
    struct adoption adoption = {0};
    struct object_lines lines = {0};
    if (!session_open_db(s, FOREIGN_REFUSED) || !stands_at_heads(s) || !session_expects_models(s)) return session_code(s);
    struct map *held = held_by_files(s), *wanted = schema_manifest(s->ctx, s->models);
    if (!held || !compare_read(s, &found) || !adopt_find(s, &found, &adoption)) return session_code(s);
    bool handled = compare_unhandled(s, s->models);
    if (!compare_unhandled(s, found.live) || !handled || !compare_changes(s, &found)) return session_code(s);
    if (adoption.by_hand.n) return write_by_hand(s, &found, &adoption, held, wanted);
    if (!compare_plan(s, &found)) return session_code(s);
    compare_object_lines(s, held, wanted, &lines);
    if (!found.upgrade->ops.n) return nothing_to_write(s, &found, &lines);
    return write_file(s, &found, &lines, NULL);
}
