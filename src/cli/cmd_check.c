/* cmd_check.c: the pre-commit check: models against what the revisions hold, without a database unless one is named. */
#include "cli/compare.h"
#include "cli/unsaved.h"
#include "lib/apply.h"
#include "revision/certificate.h"
#include "revision/walk.h"

static const struct span nowhere = {0, 0};

/* ---- steps to complete */

static void check_unfinished(struct session *s)
{
    for (size_t i = 0; i < s->graph->all.n; i++) {
        const struct revision *revision = s->graph->all.at[i];
        const struct statement *open = revision_unfinished(revision);
        if (!open) continue;
        struct diag *diag = diag_add(s->ctx, D_POLICY, open->span, "%s has a statement to complete: %s", revision->id,
                                     open->reason ? open->reason : "see its comment");
        diag_mend(s->ctx, diag, "mend", "write the statement and make `-- modelc:complete` above it `-- modelc:data`");
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
        if (!file || !file->path || !entry->digest || str_eq(entry->digest, revision_body_digest(s->ctx, file))) continue;
        struct diag *diag = diag_add(s->ctx, D_REVISION, file->header, "%s was edited after it was applied", file->id);
        diag_mend(s->ctx, diag, "mend", "restore the file, or write a new revision; modelc downgrade uses the text that was applied");
    }
}

static void report_drift(struct session *s, const struct comparison *found)
{
    for (size_t i = 0; i < found->up->n; i++) {
        const struct change *change = found->up->at[i];
        if (change->with_parent || change_only_follows(change)) continue;
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
        diag_mend(s->ctx, diag, "mend", "modelc import --add \"%s %s\" and modelc autogenerate, or modelc autogenerate --drop %s",
                  object->kind->title, shown, shown);
    }
}

/* Pending, drift and unsaved are three things: drift is judged only where models, files and database stand at the same revision. */
static bool check_database(struct session *s, bool saved, struct comparison *found)
{
    if (!session_open_db(s, FOREIGN_REFUSED)) return false;
    check_applied_files(s);
    size_t behind = apply_pending(s->graph, &s->current);
    if (behind) {
        struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "pending: the database is %s behind head",
                                     str_count(s->ctx->arena, behind, "revision"));
        diag_mend(s->ctx, diag, "mend", "modelc upgrade head");
        return true;
    }
    if (!saved && !option_given(s->options, OPT_STRICT)) return true;
    if (!compare_read(s, found)) return false;
    if (!saved) return true;
    if (!compare_changes(s, found)) return false;
    report_drift(s, found);
    return true;
}

static void print_json(struct session *s, size_t findings, const struct schema *live)
{
    json_t *object = json_object();
    json_object_set_new(object, "in_sync", json_boolean(findings == 0));
    json_object_set_new(object, "findings", json_integer((json_int_t)findings));
    json_object_set_new(object, "tables", json_integer((json_int_t)schema_count(s->models, "table")));
    json_object_set_new(object, "files", json_integer((json_int_t)s->models->files));
    json_object_set_new(object, "revisions", json_integer((json_int_t)s->graph->all.n));
    json_object_set_new(object, "database", out_text(s->conn ? s->conn->title : NULL));
    json_object_set_new(object, "unhandled", unhandled_json(s, s->models, live));
    out_json(&s->out, object);
}

static void say_clean(struct session *s)
{
    struct arena *arena = s->ctx->arena;
    if (s->out.quiet) return;
    out_print(&s->out, "Models and revisions are in sync: %s in %s, %s%s.\n", str_count(arena, schema_count(s->models, "table"), "table"),
              str_count(arena, s->models->files, "file"), str_count(arena, s->graph->all.n, "revision"),
              s->conn ? ", and the database" : "");
}

static void say_unhandled(struct session *s, const struct schema *live)
{
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    if (!live || s->out.quiet || s->out.json) return;
    unhandled_add(s, live, &block);
    block_print(&block);
}

/* --certified alone: as modelc.ini says, else every revision. */
static bool check_certificates(struct session *s)
{
    const char *after = option_text(s->options, OPT_CERTIFIED);
    if (!after) return true;
    if (!*after) after = s->project->certified ? s->project->certified : "base";
    return certificates_demand(s->ctx, s->graph, after, NULL) || diag_has(s->ctx, D_POLICY);
}

static bool wants_database(const struct session *s)
{
    return option_given(s->options, OPT_DB) || option_given(s->options, OPT_ENV);
}

int cmd_check(struct session *s)
{
    struct comparison found = {0};
    if (!session_project(s)) return session_code(s);
    /* two files with one number are a finding: both are named, and rebase mends it */
    if (!session_graph(s)) return diag_has(s->ctx, D_DUPLICATE) ? CODE_FINDINGS : session_code(s);
    if (!session_expects_models(s)) return session_code(s);
    bool handled = compare_unhandled(s, s->models);
    size_t mark = diag_errors(s->ctx);
    struct map *held = revisions_manifest(s->ctx, s->graph, NULL);
    if (!held) return session_code(s);
    unsaved_report(s, held);
    bool saved = diag_errors(s->ctx) == mark;
    if (s->graph->heads.n > 1) walk_report_heads(s->ctx, s->graph);
    check_unfinished(s);
    if (!check_certificates(s)) return session_code(s);
    if (option_given(s->options, OPT_STAGED) && !check_git(s)) return session_code(s);
    if (wants_database(s) && !check_database(s, saved, &found)) return session_code(s);
    size_t findings = diag_errors(s->ctx) - mark;
    if (found.live) handled = compare_unhandled(s, found.live) && handled;
    if (s->out.json) print_json(s, findings, found.live);
    if (handled && findings == 0) say_clean(s);
    say_unhandled(s, found.live);
    if (!handled) return session_code(s);
    return findings > 0 ? CODE_FINDINGS : CODE_DONE;
}
