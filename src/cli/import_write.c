/* import_write.c: the model files of an import: printed, formatted, read back, and written all together. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/import.h"

/* ---- texts */

const char *import_counts(struct arena *arena, const struct objects *units)
{
    struct buf text = buf_new(arena);
    for (size_t k = 0; k < n_kinds; k++) {
        size_t n = 0;
        for (size_t i = 0; i < units->n; i++) n += units->at[i]->kind == kinds[k];
        if (!n || strcmp(kinds[k]->name, "schema") == 0) continue;
        buf_separate(&text, "", ", ");
        buf_add(&text, str_count(arena, n, kinds[k]->title));
    }
    return text.text;
}

/* A text that can't be read back is written all the same: who imports can mend a line, not a missing file. */
static const char *formatted(struct ctx *ctx, const struct import_file *file)
{
    struct source *source = source_add(ctx->sources, file->shown, file->text, strlen(file->text));
    const char *text = source ? model_format(ctx, source) : NULL;
    return text ? text : file->text;
}

static bool is_replaced(const struct import *import, const struct ast_file *file)
{
    for (size_t i = 0; i < import->files.n; i++) {
        if (import->files.at[i].old == file) return true;
    }
    return false;
}

void import_read_back(struct import *import, size_t mark)
{
    struct ctx *ctx = import->s->ctx;
    struct ast_files files = {0};
    for (size_t i = 0; i < import->s->files.n; i++) {
        if (!is_replaced(import, import->s->files.at[i])) vec_push(ctx->arena, &files, import->s->files.at[i]);
    }
    for (size_t i = 0; i < import->files.n && diag_mark(ctx) == mark; i++) {
        const struct import_file *file = &import->files.at[i];
        struct source *source = source_add(ctx->sources, file->shown, file->text, strlen(file->text));
        if (source) vec_push(ctx->arena, &files, model_parse(ctx, source));
    }
    if (diag_mark(ctx) == mark) schema_resolve(ctx, &files, false);
    diag_soften(ctx, mark);
}

bool import_print(struct import *import, enum layout_style style)
{
    struct session *s = import->s;
    struct arena *arena = s->ctx->arena;
    struct layout layout = {0};
    size_t mark = diag_mark(s->ctx);
    schema_layout(s->ctx, import->live, style, "schema", &layout);
    for (size_t i = 0; i < layout.n; i++) {
        const char *path = path_join(arena, import->folder, arena_printf(arena, "%s.model", layout.at[i].name));
        struct import_file file = {.path = path, .shown = session_shown(s, path), .layout = &layout.at[i],
                                   .text = schema_print_file(s->ctx, import->live, &layout.at[i])};
        if (!*file.text) continue;
        file.existed = path_exists(path);
        file.text = formatted(s->ctx, &file);
        vec_push(arena, &import->files, file);
    }
    import_read_back(import, mark);
    return true;
}

/* ---- files */

static void take_back(const struct import *import, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!import->files.at[i].existed) unlink(import->files.at[i].path);
    }
}

bool import_write(struct import *import)
{
    struct ctx *ctx = import->s->ctx;
    if (!dir_make(ctx, import->folder, 0777)) return false;
    for (size_t i = 0; i < import->files.n; i++) {
        const struct import_file *file = &import->files.at[i];
        bool folder = dir_make(ctx, path_dir(ctx->arena, file->path), 0777);
        bool (*write)(struct ctx *, const char *, const char *, size_t) = file->existed ? file_write : file_write_anew;
        if (folder && write(ctx, file->path, file->text, strlen(file->text))) continue;
        take_back(import, i);
        return false;
    }
    return true;
}
