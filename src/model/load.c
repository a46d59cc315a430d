/* load.c: all model files of a project: the folder's, and what they import. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "model/model.h"

struct loading {
    struct ctx *ctx;
    const char *shown_from;
    struct ast_files *files;
    struct map *loaded; /* real paths */
    struct paths paths; /* of files->at[i] */
};

/* The same file under two names is one file. */
static const char *real_path(struct ctx *ctx, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = arena_strdup(ctx->arena, real ? real : path);
    free(real);
    return copy;
}

static void load(struct loading *l, const char *path)
{
    struct arena *arena = l->ctx->arena;
    const char *real = real_path(l->ctx, path);
    if (map_has(l->loaded, real)) return;
    map_put(l->loaded, real, l);
    const char *shown = l->shown_from ? path_shown(arena, l->shown_from, path) : NULL;
    struct source *source = file_load(l->ctx, path, shown);
    if (!source) return;
    vec_push(arena, l->files, model_parse(l->ctx, source));
    vec_push(arena, &l->paths, path);
}

/* The folder's name in a pattern means itself. */
static const char *escape_glob(struct arena *arena, const char *folder)
{
    struct buf text = buf_new(arena);
    for (const char *c = folder; *c; c++) {
        if (strchr("*?[]\\", *c)) buf_addc(&text, '\\');
        buf_addc(&text, *c);
    }
    return text.text;
}

static void import(struct loading *l, const char *importer, const struct ast_arg *pattern)
{
    struct arena *arena = l->ctx->arena;
    struct paths found = {.n = 0};
    const char *folder = escape_glob(arena, path_dir(arena, importer));
    path_glob(arena, path_join(arena, folder, pattern->text), &found);
    if (found.n == 0) diag_add(l->ctx, D_FILE, pattern->span, "no file matches '%s'", pattern->text);
    for (size_t i = 0; i < found.n; i++) {
        if (dir_exists(found.at[i])) continue;
        load(l, found.at[i]);
    }
}

static void load_imports(struct loading *l, size_t i)
{
    const struct ast_file *file = l->files->at[i];
    for (size_t d = 0; d < file->decls.n; d++) {
        const struct ast_clause *path = ast_clause(file->decls.at[d], "path");
        if (path) import(l, l->paths.at[i], &path->args.at[0]);
    }
}

void model_load(struct ctx *ctx, const char *folder, const char *shown_from, struct ast_files *files)
{
    struct paths found = {.n = 0};
    if (!dir_walk(ctx, folder, ".model", &found)) return;
    struct ast_files loaded = {.n = 0};
    struct loading l = {.ctx = ctx, .shown_from = shown_from, .files = &loaded, .loaded = map_new(ctx->arena)};
    for (size_t i = 0; i < found.n; i++) load(&l, found.at[i]);
    for (size_t i = 0; i < loaded.n; i++) load_imports(&l, i); /* grows while it runs: imports of imports */
    for (size_t i = 0; i < loaded.n; i++) vec_push(ctx->arena, files, loaded.at[i]);
}
