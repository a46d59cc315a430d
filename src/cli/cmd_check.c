/* cmd_check.c: the pre-commit check: models against what the revisions hold, without a database unless one is named. */
#include "cli/compare.h"
#include "lib/apply.h"

static const struct span nowhere = {0, 0};

static void mend_by_autogenerate(struct session *s, struct diag *diag)
{
    diag_mend(s->ctx, diag, "mend", "modelc autogenerate -m \"...\"");
}

/* ---- models and manifest */

static void check_model_object(struct session *s, const struct map *held, const struct map *wanted, const struct object *object)
{
    struct arena *arena = s->ctx->arena;
    const char *key = arena_printf(arena, "%s %s", object->kind->name, object_path(arena, object));
    const char *hash = map_get(wanted, key), *old = map_get(held, key);
    if (!hash || str_eq(hash, old)) return;
    const char *shown = object_shown(arena, object);
    const char *state = !map_has(held, key) || !old ? "is in no revision" : "differs from what the revisions hold";
    mend_by_autogenerate(s, diag_add(s->ctx, D_UNSAVED, object->span, "%s %s", shown, state));
}

/* A new table is one finding, not one for each of its columns. */
static bool parent_is_new(struct session *s, const struct map *held, const struct object *object)
{
    struct arena *arena = s->ctx->arena;
    const struct object *parent = object->parent;
    if (!parent || object_is(parent, "schema")) return false;
    return !map_get(held, arena_printf(arena, "%s %s", parent->kind->name, object_path(arena, parent)));
}

static void check_models(struct session *s, const struct map *held)
{
    struct arena *arena = s->ctx->arena;
    struct map *wanted = schema_manifest(s->ctx, s->models);
    for (size_t i = 0; i < s->models->all.n; i++) {
        const struct object *object = s->models->all.at[i];
        if (!object->implied && !parent_is_new(s, held, object)) check_model_object(s, held, wanted, object);
    }
    for (struct map_entry e = map_first(held); e.key; e = map_next(e)) {
        if (!e.value || map_has(wanted, e.key)) continue;
        const char *path = strchr(e.key, ' ') + 1, *dot = strrchr(path, '.');
        const char *table = dot ? arena_printf(arena, "table %.*s", (int)(dot - path), path) : NULL;
        if (table && map_get(held, table) && !map_has(wanted, table)) continue;
        mend_by_autogenerate(s, diag_add(s->ctx, D_UNSAVED, nowhere, "%s is in the revisions, but not in the models", e.key));
    }
}

/* ---- heads */

static void check_heads(struct session *s)
{
    struct arena *arena = s->ctx->arena;
    struct buf names = buf_new(arena);
    if (s->graph->heads.n < 2) return;
    for (size_t i = 0; i < s->graph->heads.n; i++) {
        buf_separate(&names, "", ", ");
        buf_add(&names, s->graph->heads.at[i]->id);
    }
    struct diag *diag = diag_add(s->ctx, D_HEADS, nowhere, "%zu heads: %s", s->graph->heads.n, names.text);
    diag_mend(s->ctx, diag, "mend", "modelc rebase, or modelc merge -m \"...\" heads");
}

static void check_unfinished(struct session *s)
{
    for (size_t i = 0; i < s->graph->all.n; i++) {
        const struct statement *open = revision_unfinished(s->graph->all.at[i]);
        if (!open) continue;
        struct diag *diag = diag_add(s->ctx, D_POLICY, open->span, "a step is still to be completed: %s", open->reason);
        diag_mend(s->ctx, diag, "mend", "write the value, then change the word complete to data");
    }
}

/* ---- git */

/* One line of `git status --porcelain`: XY PATH. The commit takes what is in the index: untracked and unstaged files are not. */
static void check_git_line(struct session *s, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (strlen(line) < 4) return;
    const char *path = line + 3;
    bool ours = str_ends(path, ".model") || str_ends(path, ".sql");
    if (!ours || (line[0] != '?' && line[1] != 'M')) return;
    const char *state = line[0] == '?' ? "not added to git" : "changed since it was added to git";
    struct diag *diag = diag_file(s->ctx, D_FILE, arena_strdup(s->ctx->arena, path), "%s", state);
    diag_mend(s->ctx, diag, "mend", "git add %s", path);
}

static bool check_git(struct session *s)
{
    struct arena *arena = s->ctx->arena;
    const char *argv[] = {"git", "-C", s->project->root, "-c", "core.quotePath=off", "status", "--porcelain", "--untracked-files=all", "--",
                          s->project->models, s->project->migrations, NULL};
    const char *text = session_capture(s, argv);
    if (!text) {
        diag_add(s->ctx, D_FILE, nowhere, "--staged: %s is no git repository, or git is missing", s->project->root);
        return false;
    }
    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");
        check_git_line(s, arena_strndup(arena, line, len));
        line += len + (line[len] != '\0');
    }
    return true;
}

/* ---- database */

static void check_applied_files(struct session *s)
{
    for (size_t i = 0; i < s->state.applied.n; i++) {
        const struct journal_entry *entry = &s->state.applied.at[i];
        const struct revision *file = map_get(s->graph->by_id, entry->revision);
        if (!file || !file->path || !entry->digest || str_eq(entry->digest, file->digest)) continue;
        struct diag *diag = diag_add(s->ctx, D_REVISION, file->header, "%s was edited after it was applied", file->id);
        diag_mend(s->ctx, diag, "mend", "restore the file, or write a new revision; modelc downgrade uses the text that was applied");
    }
}

static void report_drift(struct session *s, const struct comparison *found)
{
    for (size_t i = 0; i < found->up->n; i++) {
        const struct change *change = found->up->at[i];
        if (change->with_parent || change->forced) continue;
        /* told from the database's side: what the models have and it lacks was dropped there */
        const struct object *object = change->to ? change->to : change->from;
        const char *shown = object_shown(s->ctx->arena, object);
        const char *text = change->type == CHANGE_CREATE ? "is missing in the database"
                         : change->type == CHANGE_DROP   ? "is in the database, but not in the models"
                                                         : "was changed in the database";
        struct diag *diag = diag_add(s->ctx, D_DRIFT, object->span, "drift: %s %s %s", object->kind->title, shown, text);
        if (change->type != CHANGE_CREATE && change->type != CHANGE_DROP) diag_mend(s->ctx, diag, "to undo it", "%s", change_text(s->ctx, change));
    }
    for (size_t i = 0; i < found->diff->unmanaged.n; i++) {
        const struct object *object = found->diff->unmanaged.at[i];
        const char *shown = object_shown(s->ctx->arena, object);
        struct diag *diag = diag_add(s->ctx, D_DRIFT, nowhere, "drift: %s %s is in the database, and in no revision", object->kind->title, shown);
        diag_mend(s->ctx, diag, "mend", "declare it in the models and modelc autogenerate, or modelc autogenerate --drop %s", shown);
    }
}

/* Pending, drift and unsaved are three things: drift is judged only where models, files and database stand at the same revision. */
static bool check_database(struct session *s, bool saved)
{
    struct comparison found = {0};
    if (!session_open_db(s, FOREIGN_ALLOWED)) return false;
    check_applied_files(s);
    size_t behind = apply_pending(s->graph, &s->current);
    if (behind) {
        struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "pending: the database is %s behind head",
                                     str_count(s->ctx->arena, behind, "revision"));
        diag_mend(s->ctx, diag, "mend", "modelc upgrade head");
        return true;
    }
    if (!saved) return true;
    if (!compare_read(s, &found) || !compare_changes(s, &found)) return false;
    report_drift(s, &found);
    return true;
}

static void say_clean(struct session *s)
{
    struct arena *arena = s->ctx->arena;
    if (s->out.json || s->out.quiet) return;
    out_print(&s->out, "Models and revisions are in sync: %s in %s, %s%s.\n", str_count(arena, schema_count(s->models, "table"), "table"),
              str_count(arena, s->models->files, "file"), str_count(arena, s->graph->all.n, "revision"),
              s->conn ? ", and the database" : "");
}

static bool wants_database(const struct session *s)
{
    return option_given(s->options, OPT_DB) || option_given(s->options, OPT_ENV);
}

int cmd_check(struct session *s)
{
    if (!session_project(s) || !session_graph(s) || !session_models(s)) return session_code(s);
    size_t mark = diag_errors(s->ctx);
    struct map *held = revisions_manifest(s->ctx, s->graph, NULL);
    if (!held) return session_code(s);
    check_models(s, held);
    bool saved = diag_errors(s->ctx) == mark;
    check_heads(s);
    check_unfinished(s);
    if (option_given(s->options, OPT_STAGED) && !check_git(s)) return session_code(s);
    if (wants_database(s) && !check_database(s, saved)) return session_code(s);
    if (diag_errors(s->ctx) > mark) return CODE_FINDINGS;
    say_clean(s);
    return CODE_DONE;
}
