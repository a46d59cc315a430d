/* rebase_files.c: all migration files, also where two of them have one number, and what git and the database say of
 * them. */
#include <string.h>

#include "cli/rebase.h"
#include "revision/walk.h"

static const struct span nowhere = {0, 0};

struct rebase_file *rebase_file_of(const struct rebase *r, const char *id)
{
    return map_get(r->by_id, id);
}

const char *rebase_shown(const struct rebase *r, const struct rebase_file *file)
{
    return arena_printf(r->s->ctx->arena, "%s (%s)", file->id, file->revision->message);
}

struct graph_of_revisions *rebase_graph(struct ctx *ctx, const struct revision_set *set)
{
    struct graph_of_revisions *graph = ARENA_NEW(ctx->arena, struct graph_of_revisions);
    graph->by_id = map_new(ctx->arena);
    for (size_t i = 0; i + 1 < set->n; i++) {
        map_put(graph->by_id, set->at[i]->id, set->at[i]);
        vec_push(ctx->arena, &graph->all, set->at[i]);
    }
    if (set->n) revisions_add(ctx, graph, set->at[set->n - 1]); /* links all of them */
    return graph;
}

/* What two files can't share: the id, or the number that it is. */
static const char *key_of(struct arena *arena, const struct revision *revision)
{
    long number = walk_number(revision->id);
    return number < 0 ? revision->id : arena_printf(arena, "%ld", number);
}

/* ---- loading */

static size_t count_twins(const struct rebase *r)
{
    struct map *seen = map_new(r->s->ctx->arena);
    size_t n = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        const char *key = key_of(r->s->ctx->arena, r->files.at[i]->revision);
        n += map_has(seen, key);
        map_put(seen, key, r->files.at[i]);
    }
    return n;
}

static void ask_git(struct rebase *r)
{
    struct arena *arena = r->s->ctx->arena;
    const char *folder = r->s->project->migrations;
    /* What others have: the main branch of the origin, the upstream, what is being merged; at least what is in the
     * index. */
    const char *const questions[][8] = {
        {"ls-tree", "-r", "--name-only", "refs/remotes/origin/HEAD", "--", "."},
        {"ls-tree", "-r", "--name-only", "@{upstream}", "--", "."},
        {"ls-tree", "-r", "--name-only", "MERGE_HEAD", "--", "."},
        {"ls-files", "--", "."},
    };
    const char *text = NULL;
    for (size_t i = 0; !text && i < sizeof questions / sizeof *questions; i++) {
        const char *argv[16] = {"git", "-C", folder, "-c", "core.quotePath=off"};
        for (size_t k = 0; questions[i][k]; k++) argv[5 + k] = questions[i][k];
        text = session_capture(r->s, argv);
    }
    if (!text) return;
    const char *lines = arena_printf(arena, "\n%s\n", text);
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        bool known = strstr(lines, arena_printf(arena, "\n%s\n", path_shown(arena, folder, file->revision->path)));
        file->side = known ? SIDE_SHARED : SIDE_LOCAL;
    }
}

bool rebase_load(struct rebase *r)
{
    struct session *s = r->s;
    if (!session_project(s)) return false;
    size_t mark = diag_mark(s->ctx), errors = diag_errors(s->ctx);
    struct graph_of_revisions *graph = revisions_load(s->ctx, s->project->migrations, s->project->shown_from);
    for (size_t i = 0; i < graph->all.n; i++) {
        struct rebase_file *file = ARENA_NEW(s->ctx->arena, struct rebase_file);
        file->revision = graph->all.at[i];
        file->id = file->revision->id;
        vec_push(s->ctx->arena, &r->files, file);
    }
    r->twins = count_twins(r);
    /* Two files with one number are what this command is for; anything else has to be mended first. */
    if (diag_errors(s->ctx) != errors + r->twins) return false;
    if (r->twins) diag_rollback(s->ctx, mark);
    s->graph = graph;
    ask_git(r);
    return true;
}

/* ---- the database */

static const struct journal_entry *entry_of(const struct session *s, const char *id)
{
    for (size_t i = 0; i < s->state.applied.n; i++) {
        if (str_eq(s->state.applied.at[i].revision, id)) return &s->state.applied.at[i];
    }
    return NULL;
}

/* Where two files have the id, the text that was applied tells which it is. */
static bool mark_applied(struct rebase *r)
{
    struct map *sharing = map_new(r->s->ctx->arena), *found = map_new(r->s->ctx->arena);
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        map_put(sharing, file->id, map_has(sharing, file->id) ? file : NULL);
    }
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        const struct journal_entry *entry = entry_of(r->s, file->id);
        bool alone = !map_get(sharing, file->id);
        file->applied = entry && !map_has(found, file->id) && (alone || str_eq(entry->digest, revision_body_digest(r->s->ctx, file->revision)));
        if (file->applied) map_put(found, file->id, file);
    }
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        if (!entry_of(r->s, file->id) || map_has(found, file->id)) continue;
        struct diag *diag = diag_add(r->s->ctx, D_REVISION, file->revision->header,
                                     "%s is applied here with a text that none of its files has", file->id);
        diag_mend(r->s->ctx, diag, "mend", "restore the file that was applied");
        return false;
    }
    return true;
}

/* ---- two files with one number */

static bool is_named(const struct rebase *r, const struct rebase_file *file)
{
    const char *onto = option_text(r->s->options, OPT_ONTO), *path = file->revision->path;
    return onto && (str_eq(onto, path_base(path)) || str_eq(onto, session_shown(r->s, path)));
}

/* Whether a keeps the number that both have. What is applied here and comes to others only later is yours; *sure: not
 * just by dates. */
static bool keeps_number(const struct rebase *r, const struct rebase_file *a, const struct rebase_file *b, bool *sure)
{
    *sure = true;
    if (is_named(r, a) != is_named(r, b)) return is_named(r, a);
    if (a->side != b->side) return a->side == SIDE_SHARED;
    if (a->applied != b->applied) return !a->applied;
    *sure = false;
    int order = str_cmp(a->revision->created, b->revision->created);
    return order ? order < 0 : strcmp(a->revision->path, b->revision->path) < 0;
}

static bool settle_twins(struct rebase *r)
{
    struct map *keepers = map_new(r->s->ctx->arena);
    size_t unsure = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        const char *key = key_of(r->s->ctx->arena, file->revision);
        const struct rebase_file *keeper = map_get(keepers, key);
        bool sure = true, wins = !keeper || keeps_number(r, file, keeper, &sure);
        unsure += !sure;
        if (wins) map_put(keepers, key, file);
    }
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        const struct rebase_file *keeper = map_get(keepers, key_of(r->s->ctx->arena, file->revision));
        file->twin = keeper == file ? NULL : keeper;
    }
    if (unsure < 2) return true;
    struct diag *diag = diag_add(r->s->ctx, D_REVISION, nowhere,
                                 "several numbers are taken twice, and nothing tells whose files are whose");
    diag_mend(r->s->ctx, diag, "mend",
              "name the database that has yours (--db), or let git know the others' (git fetch)");
    return false;
}

/* The keeper counts as the others', the other one as yours, whatever told us so. */
static void take_sides(struct rebase *r)
{
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (!file->twin) continue;
        file->side = SIDE_LOCAL;
        for (size_t k = 0; k < r->files.n; k++) {
            if (r->files.at[k] == file->twin) r->files.at[k]->side = SIDE_SHARED;
        }
    }
}

static bool may_follow(const struct rebase_file *above, const struct rebase_file *file)
{
    if (above == file) return false;
    if (above->side != SIDE_UNKNOWN && file->side != SIDE_UNKNOWN) return above->side == file->side;
    if (file->applied) return above->applied;
    return str_cmp(above->revision->created, file->revision->created) <= 0;
}

/* The view's id of what `file` calls `id`. NULL: two files have it, and it could mean either. */
static const char *meant(struct rebase *r, const struct rebase_file *file, const char *id)
{
    VEC(const struct rebase_file *) fitting = {0};
    size_t n = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *other = r->files.at[i];
        if (!str_eq(other->id, id)) continue;
        n++;
        if (may_follow(other, file)) vec_push(r->s->ctx->arena, &fitting, other);
    }
    if (n <= 1) return id;
    if (fitting.n == 1) return fitting.at[0]->revision->id;
    struct diag *diag = diag_add(r->s->ctx, D_REVISION, file->revision->revises_span,
                                 "%s follows %s, and two files have that id", file->id, id);
    diag_mend(r->s->ctx, diag, "mend",
              "give one of them another id by hand: its name, its `modelc:revision` and what `modelc:revises` it");
    return NULL;
}

static bool point(struct rebase *r, const struct rebase_file *file, const char **ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ids[i] = meant(r, file, ids[i]);
        if (!ids[i]) return false;
    }
    return true;
}

/* First each id gets one meaning, then it is found who meant which. */
static bool rename_twins(struct rebase *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (file->twin && str_eq(file->id, file->twin->id))
            file->revision->id = arena_printf(r->s->ctx->arena, "%s~%zu", file->id, ++n);
    }
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (!point(r, file, file->revision->parents.at, file->revision->parents.n)) return false;
        if (!point(r, file, file->revision->depends_on.at, file->revision->depends_on.n)) return false;
    }
    return true;
}

bool rebase_view(struct rebase *r)
{
    struct ctx *ctx = r->s->ctx;
    r->by_id = map_new(ctx->arena);
    r->view = r->s->graph;
    if (!mark_applied(r) || !settle_twins(r)) return false;
    take_sides(r);
    if (r->twins && !rename_twins(r)) return false;
    if (r->twins) {
        struct revision_set all = {0};
        for (size_t i = 0; i < r->files.n; i++) vec_push(ctx->arena, &all, r->files.at[i]->revision);
        r->view = rebase_graph(ctx, &all);
    }
    for (size_t i = 0; i < r->files.n; i++) map_put(r->by_id, r->files.at[i]->revision->id, r->files.at[i]);
    for (size_t i = 0; i < r->view->all.n; i++) r->files.at[i] = rebase_file_of(r, r->view->all.at[i]->id);
    r->s->graph = r->view;
    return true;
}
