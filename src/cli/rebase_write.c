/* rebase_write.c: the files of what moves: their ids, parents, names; bodies stay byte for byte. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/rebase.h"
#include "revision/walk.h"
#include "revision/write.h"

/* ---- ids and names */

/* Numbers go up along the chain: yours come after all others'. */
static bool needs_numbers(const struct rebase *r, long highest)
{
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        long number = walk_number(file->id);
        if (file->mine && number >= 0 && (file->twin || number <= highest)) return true;
    }
    return false;
}

static long highest_number(const struct rebase *r, int *width)
{
    long highest = 0;
    *width = 3;
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        long number = walk_number(file->id);
        if (number < 0) continue;
        if (!file->mine && number > highest) highest = number;
        if ((int)strlen(file->id) > *width) *width = (int)strlen(file->id);
    }
    return highest;
}

static void choose_ids(struct rebase *r)
{
    struct ctx *ctx = r->s->ctx;
    int width;
    long highest = highest_number(r, &width);
    bool numbers = r->s->project->ids == IDS_SEQUENTIAL && needs_numbers(r, highest);
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (!file->mine) continue;
        file->new_id = file->id;
        if (numbers && walk_number(file->id) >= 0) file->new_id = arena_printf(ctx->arena, "%0*ld", width, ++highest);
        else if (file->twin) file->new_id = revision_new_id(ctx, r->s->project, r->view);
    }
}

/* The file keeps the name that somebody may have given it, but for the id in it. */
static const char *new_path(const struct rebase *r, const struct rebase_file *file)
{
    struct arena *arena = r->s->ctx->arena;
    const char *path = file->revision->path, *base = path_base(path), *at = strstr(base, file->id);
    if (str_eq(file->new_id, file->id)) return path;
    const char *name = at ? arena_printf(arena, "%.*s%s%s", (int)(at - base), base, file->new_id, at + strlen(file->id))
                          : revision_file_name(r->s->ctx, r->s->project, file->new_id, file->revision->message);
    return path_join(arena, path_dir(arena, path), name);
}

/* ---- texts */

struct ids { const char **at; size_t n, cap; };

static void add_id(struct arena *arena, struct ids *ids, const char *id)
{
    for (size_t i = 0; i < ids->n; i++) {
        if (str_eq(ids->at[i], id)) return;
    }
    vec_push(arena, ids, id);
}

/* Within the branch by the new ids; what it began at becomes the other head, which holds that. */
static struct ids new_parents(const struct rebase *r, const struct rebase_file *file)
{
    struct arena *arena = r->s->ctx->arena;
    struct ids ids = {0};
    for (size_t i = 0; i < file->revision->parents.n; i++) {
        const struct rebase_file *parent = rebase_file_of(r, file->revision->parents.at[i]);
        if (parent->mine) add_id(arena, &ids, parent->new_id);
        else if (!r->onto) add_id(arena, &ids, parent->id);
    }
    if (ids.n == 0 && r->onto) add_id(arena, &ids, r->onto->id);
    return ids;
}

static const char *new_dependencies(const struct rebase *r, const struct rebase_file *file, bool *changed)
{
    struct buf text = buf_new(r->s->ctx->arena);
    *changed = false;
    for (size_t i = 0; i < file->revision->depends_on.n; i++) {
        const struct rebase_file *needed = rebase_file_of(r, file->revision->depends_on.at[i]);
        const char *id = needed->mine ? needed->new_id : needed->id;
        *changed = *changed || !str_eq(id, needed->id);
        buf_printf(&text, "%s%s", text.len ? " " : "", id);
    }
    return text.text;
}

static struct revision *parse(struct rebase *r, const char *path, const char *text)
{
    struct ctx *ctx = r->s->ctx;
    size_t errors = diag_errors(ctx);
    struct source *source = source_add(ctx->sources, session_shown(r->s, path), text, strlen(text));
    struct revision *revision = source ? revision_parse(ctx, source) : NULL;
    if (!revision || diag_errors(ctx) > errors) return NULL;
    revision->path = path;
    return revision;
}

static bool rewrite(struct rebase *r, struct rebase_file *file)
{
    struct ctx *ctx = r->s->ctx;
    struct ids parents = new_parents(r, file);
    bool changed;
    const char *needed = new_dependencies(r, file, &changed);
    file->new_path = new_path(r, file);
    file->new_text = revision_rewrite_header(ctx, file->revision, file->new_id, parents.at, parents.n);
    file->written = parse(r, file->new_path, file->new_text);
    if (!file->written || !changed) return file->written != NULL;
    file->new_text = revision_rewrite_field(ctx, file->written, "depends-on", needed);
    file->written = parse(r, file->new_path, file->new_text);
    return file->written != NULL;
}

/* ---- graphs */

/* A copy without the links to others, which belong to one graph. */
static struct revision *copy(struct ctx *ctx, const struct revision *revision)
{
    struct revision *new = ARENA_NEW(ctx->arena, struct revision);
    *new = *revision;
    new->children.at = NULL;
    new->children.n = new->children.cap = 0;
    return new;
}

/* The view's ids are for us alone. */
static void name_as_in_file(const struct rebase *r, struct revision *revision, const struct rebase_file *file)
{
    struct arena *arena = r->s->ctx->arena;
    revision->id = file->id;
    revision->parents.at = ARENA_ARRAY(arena, const char *, revision->parents.n + 1);
    revision->depends_on.at = ARENA_ARRAY(arena, const char *, revision->depends_on.n + 1);
    for (size_t i = 0; i < revision->parents.n; i++)
        revision->parents.at[i] = rebase_file_of(r, file->revision->parents.at[i])->id;
    for (size_t i = 0; i < revision->depends_on.n; i++) {
        revision->depends_on.at[i] = rebase_file_of(r, file->revision->depends_on.at[i])->id;
    }
}

struct graph_of_revisions *rebase_applied_graph(const struct rebase *r)
{
    struct revision_set kept = {0}, hidden = {0};
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        bool hides = file->applied && file->twin && str_eq(file->id, file->twin->id);
        if (hides) vec_push(r->s->ctx->arena, &hidden, file->twin->revision);
    }
    const bool *left_out = walk_descendants(r->s->ctx, r->view, &hidden);
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        bool other_twin = file->twin && !file->applied && str_eq(file->id, file->twin->id);
        if (left_out[i] || other_twin) continue;
        struct revision *revision = copy(r->s->ctx, file->revision);
        name_as_in_file(r, revision, file);
        vec_push(r->s->ctx->arena, &kept, revision);
    }
    return rebase_graph(r->s->ctx, &kept);
}

static bool is_sound(struct rebase *r, struct graph_of_revisions *graph)
{
    size_t errors = diag_errors(r->s->ctx);
    for (size_t i = 0; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i];
        bool taken = file->mine && !str_eq(file->new_path, file->revision->path) && file_exists(file->new_path);
        for (size_t k = 0; taken && k < r->files.n; k++)
            taken = !r->files.at[k]->mine || !str_eq(r->files.at[k]->revision->path, file->new_path);
        if (taken) diag_file(r->s->ctx, D_FILE, session_shown(r->s, file->new_path), "exists already");
    }
    return revisions_manifest(r->s->ctx, graph, NULL) && diag_errors(r->s->ctx) == errors;
}

struct graph_of_revisions *rebase_rewrite(struct rebase *r)
{
    struct ctx *ctx = r->s->ctx;
    struct revision_set all = {0};
    choose_ids(r);
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (file->mine && !rewrite(r, file)) return NULL;
        struct revision *revision = file->mine ? file->written : copy(ctx, file->revision);
        if (!file->mine) name_as_in_file(r, revision, file);
        vec_push(ctx->arena, &all, revision);
    }
    struct graph_of_revisions *graph = rebase_graph(ctx, &all);
    return is_sound(r, graph) ? graph : NULL;
}

/* ---- writing */

static const struct rebase_file *was_at(const struct rebase *r, const char *path)
{
    for (size_t i = 0; i < r->files.n; i++) {
        if (str_eq(r->files.at[i]->revision->path, path)) return r->files.at[i];
    }
    return NULL;
}

static bool stays(const struct rebase *r, const char *path)
{
    for (size_t i = 0; i < r->files.n; i++) {
        if (r->files.at[i]->mine && str_eq(r->files.at[i]->new_path, path)) return true;
    }
    return false;
}

void rebase_discard(const struct rebase *r)
{
    for (size_t i = 0; i < r->files.n; i++) file_discard(&r->files.at[i]->draft);
}

bool rebase_draft(const struct rebase *r)
{
    for (size_t i = 0; i < r->files.n; i++) {
        struct rebase_file *file = r->files.at[i];
        if (!file->mine || str_eq(file->new_text, file->revision->source->text)) continue;
        if (file_draft(r->s->ctx, file->new_path, file->new_text, strlen(file->new_text), &file->draft)) continue;
        rebase_discard(r);
        return false;
    }
    return true;
}

/* The last one first: where names move up by one, each text is in its new place before its old one is written over. */
static size_t publish_all(const struct rebase *r)
{
    size_t i = r->files.n;
    for (; i > 0; i--) {
        struct rebase_file *file = r->files.at[i - 1];
        if (file->draft.beside && !file_publish(r->s->ctx, &file->draft)) break;
    }
    return i;
}

static void undo(const struct rebase *r, size_t from)
{
    for (size_t i = from; i < r->files.n; i++) {
        const struct rebase_file *file = r->files.at[i], *before = file->mine ? was_at(r, file->new_path) : NULL;
        if (!file->mine) continue;
        if (before)
            file_write(r->s->ctx, file->new_path, before->revision->source->text, before->revision->source->len);
        else unlink(file->new_path);
    }
}

bool rebase_publish(const struct rebase *r)
{
    size_t failed = publish_all(r);
    bool removed = true;
    if (failed > 0) {
        rebase_discard(r);
        undo(r, failed);
        return false;
    }
    for (size_t i = r->files.n; i-- > 0;) {
        const struct rebase_file *file = r->files.at[i];
        const char *path = file->revision->path;
        if (!file->mine || stays(r, path) || unlink(path) == 0) continue;
        diag_file(r->s->ctx, D_FILE, session_shown(r->s, path), "cannot be removed: %s", strerror(errno));
        removed = false;
    }
    return removed;
}
