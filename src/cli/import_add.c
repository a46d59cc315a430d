/* import_add.c: single live objects put into the models there are, where they belong; the rest stays as it is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/import.h"

static const struct span nowhere = {0, 0};

struct edit {
    const struct ast_file *file; /* NULL: a new one */
    const char *path;
    size_t at;                   /* byte of the file */
    const char *text;
};
struct edits { VEC(struct edit) list; };

/* ---- what is wanted */

static struct object *find_live(const struct import *import, const char *path)
{
    struct object *found = schema_find_path(import->live, path);
    for (size_t k = 0; k < n_kinds && !found; k++) {
        const char *title = kinds[k]->title;
        size_t len = strlen(title);
        if (!str_starts(path, title) || path[len] != ' ') continue;
        const char *full = arena_printf(import->s->ctx->arena, "%s %s", kinds[k]->name, path + len + 1);
        found = schema_find_path(import->live, full);
    }
    return found;
}

static void say_unknown(struct import *import, const char *path)
{
    struct suggest near = {.word = path};
    const struct objects *all = &import->live->all;
    for (size_t i = 0; i < all->n; i++) suggest_try(&near, object_shown(import->s->ctx->arena, all->at[i]));
    struct diag *diag = diag_add(import->s->ctx, D_USAGE, nowhere, "--add %s: the database has no such object", path);
    if (near.best) diag_mend(import->s->ctx, diag, "did you mean", "%s", near.best);
}

/* The object called `word`, or `word` and what follows it on the command line: `--add table public.foo`. */
static bool find_one(struct import *import, const char *word, size_t *next, struct objects *wanted)
{
    const struct words *more = &import->s->options->arguments;
    enum { LONGEST = 4 };
    const char *path = word;
    struct object *found = find_live(import, path);
    size_t n = 0;
    while (!found && n < LONGEST && *next + n < more->n) {
        path = arena_printf(import->s->ctx->arena, "%s %s", path, more->at[*next + n++]);
        found = find_live(import, path);
    }
    if (!found) {
        say_unknown(import, word);
        return false;
    }
    *next += n;
    vec_push(import->s->ctx->arena, wanted, found);
    return true;
}

static bool find_wanted(struct import *import, struct objects *wanted)
{
    const struct options *options = import->s->options;
    size_t next = 0;
    for (size_t i = 0; i < options->given[OPT_ADD].n; i++) {
        if (!find_one(import, options->given[OPT_ADD].at[i], &next, wanted)) return false;
    }
    while (next < options->arguments.n) {
        const char *word = options->arguments.at[next++];
        if (!find_one(import, word, &next, wanted)) return false;
    }
    return true;
}

static bool is_declared(struct import *import, const struct object *live)
{
    struct session *s = import->s;
    const char *path = arena_printf(s->ctx->arena, "%s %s", live->kind->name, object_path(s->ctx->arena, live));
    const struct object *model = schema_find_path(s->models, path);
    if (!model || model->implied) return false;
    diag_add(s->ctx, D_USAGE, model->span, "%s %s is in the models already", live->kind->title,
             object_shown(s->ctx->arena, live));
    return true;
}

/* ---- where it belongs */

static const struct ast_file *file_of(const struct import *import, const struct object *model)
{
    const struct source *source = source_of(import->s->ctx->sources, model->span.start);
    for (size_t i = 0; source && i < import->s->files.n; i++) {
        if (import->s->files.at[i]->source == source) return import->s->files.at[i];
    }
    return NULL;
}

/* The models' own table of that name. */
static const struct object *model_of(const struct import *import, const struct object *live)
{
    return schema_lookup(import->s->models, live->kind->name, object_schema(live)->name, live->name);
}

/* Beside the first table it refers to. */
static const struct ast_file *file_of_target(const struct import *import, const struct object *live)
{
    for (size_t i = 0; i < live->children.n; i++) {
        const struct object *child = live->children.at[i];
        const struct object *target = object_is(child, "foreign_key") ? object_get(child, "table")->ref.to : NULL;
        const struct object *model = target && target != live ? model_of(import, target) : NULL;
        if (model) return file_of(import, model);
    }
    return NULL;
}

/* The file of the last object of its kind in its schema, else of the last object there. */
static const struct ast_file *file_of_kin(const struct import *import, const struct object *live, bool same_kind)
{
    const struct object *schema = object_schema(live), *last = NULL;
    for (size_t i = 0; i < import->s->models->all.n; i++) {
        const struct object *model = import->s->models->all.at[i], *in = object_schema(model);
        if (!span_known(model->span) || (same_kind && model->kind != live->kind)) continue;
        if (schema ? !in || !str_eq(in->name, schema->name) : in != NULL) continue;
        if (!last || model->span.start > last->span.start) last = model;
    }
    return last ? file_of(import, last) : NULL;
}

static const struct ast_file *choose_file(const struct import *import, const struct object *live)
{
    const struct ast_file *file = file_of_target(import, live);
    if (!file) file = file_of_kin(import, live, true);
    return file ? file : file_of_kin(import, live, false);
}

/* A name that no file of the folder has. */
static const char *new_path(const struct import *import, const struct object *live)
{
    struct arena *arena = import->s->ctx->arena;
    const struct object *schema = object_schema(live);
    const char *name = schema ? schema->name : "database";
    for (unsigned i = 1;; i++) {
        const char *file = i > 1 ? arena_printf(arena, "%s_%u.model", name, i) : arena_printf(arena, "%s.model", name);
        char *plain = arena_strdup(arena, file);
        for (char *c = plain; *c; c++) *c = *c == '/' ? '_' : *c;
        const char *path = path_join(arena, import->folder, plain);
        if (!path_exists(path)) return path;
    }
}

/* ---- its text */

/* The schema in force at the end of a file. */
static const char *schema_at_end(const struct ast_file *file)
{
    if (!file || !file->decls.n) return "public";
    const struct ast_decl *last = file->decls.at[file->decls.n - 1];
    return str_eq(last->word, "schema") ? last->name : last->in_schema;
}

static bool stands_alone(const struct object *live)
{
    return !live->parent || object_is(live->parent, "schema");
}

/* Formatted for itself: what stands there is not touched. */
static void add_at_end(struct import *import, const struct object *live, struct edits *edits)
{
    struct ctx *ctx = import->s->ctx;
    struct layout_file unit = {.name = "added"};
    struct edit edit = {.file = choose_file(import, live)};
    const struct source *old = edit.file ? edit.file->source : NULL;
    const struct object *schema = object_schema(live);
    edit.path = old ? path_join(ctx->arena, import->s->project->shown_from, old->name) : new_path(import, live);
    edit.at = old ? old->len : 0;
    bool declared = !schema || schema_namespace(import->s->models, schema->name);
    if (!declared) vec_push(ctx->arena, &unit.units, (struct object *)schema);
    vec_push(ctx->arena, &unit.units, (struct object *)live);
    unit.in_schema = old ? schema_at_end(edit.file) : NULL;
    const char *text = schema_print_file(ctx, import->live, &unit);
    struct source *source = source_add(ctx->sources, "what is added", text, strlen(text));
    const char *tidy = source ? model_format(ctx, source) : NULL;
    bool open = old && old->len && old->text[old->len - 1] != '\n';
    edit.text = arena_printf(ctx->arena, "%s%s%s", open ? "\n" : "", old && old->len ? "\n" : "", tidy ? tidy : text);
    vec_push(ctx->arena, &edits->list, edit);
}

/* ---- items of a table */

static const struct ast_decl *decl_of(const struct import *import, const struct object *table,
                                      const struct ast_file **file)
{
    *file = file_of(import, table);
    for (size_t i = 0; *file && i < (*file)->decls.n; i++) {
        const struct ast_decl *decl = (*file)->decls.at[i];
        const char *schema = decl->schema ? decl->schema : decl->in_schema;
        bool called = str_eq(decl->word, "table") && str_eq(decl->name, table->name);
        if (called && str_eq(schema, object_schema(table)->name)) return decl;
    }
    return NULL;
}

/* A line above the brace that closes the table's block. */
static bool add_to_table(struct import *import, const struct object *live, struct edits *edits)
{
    struct ctx *ctx = import->s->ctx;
    const struct object *table = model_of(import, live->parent);
    struct edit edit = {0};
    const struct ast_decl *decl = table ? decl_of(import, table, &edit.file) : NULL;
    const char *line = decl ? schema_print_item(ctx, import->live, decl->in_schema, live) : NULL;
    if (!decl) {
        const char *name = object_shown(ctx->arena, live->parent);
        struct diag *diag = diag_add(ctx, D_USAGE, nowhere, "%s is of %s %s, which is not in the models",
                                     object_shown(ctx->arena, live), live->parent->kind->title, name);
        diag_mend(ctx, diag, "mend", "modelc import --add \"%s %s\"", live->parent->kind->title, name);
        return false;
    }
    if (!line) {
        add_at_end(import, live, edits);
        return true;
    }
    const struct source *source = edit.file->source;
    size_t brace = decl->span.end - source->base - 1, at = brace;
    while (at > 0 && strchr(" \t", source->text[at - 1])) at--;
    bool own_line = at > 0 && source->text[at - 1] == '\n';
    edit.at = own_line ? at : brace;
    edit.text = own_line ? line : arena_printf(ctx->arena, "\n%s", line);
    edit.path = path_join(ctx->arena, import->s->project->shown_from, source->name);
    vec_push(ctx->arena, &edits->list, edit);
    return true;
}

/* ---- files */

static int by_place(const struct edit *x, const struct edit *y)
{
    int path = strcmp(x->path, y->path);
    return path ? path : (x->at > y->at) - (x->at < y->at);
}

/* All edits of one file, from edits->list.at[i] on; returns the first of the next. */
static size_t apply_file(struct import *import, const struct edits *edits, size_t i)
{
    struct ctx *ctx = import->s->ctx;
    const struct edit *first = &edits->list.at[i];
    const struct source *source = first->file ? first->file->source : NULL;
    struct buf text = buf_new(ctx->arena);
    size_t from = 0;
    for (; i < edits->list.n && str_eq(edits->list.at[i].path, first->path); i++) {
        const struct edit *edit = &edits->list.at[i];
        if (source) buf_addn(&text, source->text + from, edit->at - from);
        buf_add(&text, edit->text);
        from = edit->at;
    }
    if (source) buf_addn(&text, source->text + from, source->len - from);
    struct import_file file = {.path = first->path, .shown = session_shown(import->s, first->path), .text = text.text,
                               .existed = source != NULL, .old = first->file};
    vec_push(ctx->arena, &import->files, file);
    return i;
}

bool import_add(struct import *import)
{
    struct session *s = import->s;
    struct objects wanted = {0};
    struct edits edits = {0};
    bool good = true;
    s->project->models = import->folder;
    if (!session_models(s) || !find_wanted(import, &wanted)) return false;
    for (size_t i = 0; i < wanted.n; i++) {
        const struct object *live = wanted.at[i];
        if (is_declared(import, live)) good = false;
        else if (stands_alone(live)) add_at_end(import, live, &edits);
        else good = add_to_table(import, live, &edits) && good;
    }
    if (!good) return false;
    /* stable for what goes to one place: as it was asked for */
    for (size_t i = 1; i < edits.list.n; i++) {
        for (size_t k = i; k > 0 && by_place(&edits.list.at[k - 1], &edits.list.at[k]) > 0; k--) {
            struct edit edit = edits.list.at[k];
            edits.list.at[k] = edits.list.at[k - 1];
            edits.list.at[k - 1] = edit;
        }
    }
    for (size_t i = 0; i < edits.list.n;) i = apply_file(import, &edits, i);
    import_read_back(import, diag_mark(s->ctx));
    return true;
}
