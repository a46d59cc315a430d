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

static bool make_folder(struct ctx *ctx, const char *folder, bool *made)
{
    *made = !dir_exists(folder);
    return dir_make(ctx, folder, 0777);
}

/* Beside their places: nothing is changed before all of them are on the disk. */
static bool draft_files(struct import *import)
{
    struct ctx *ctx = import->s->ctx;
    for (size_t i = 0; i < import->files.n; i++) {
        struct import_file *file = &import->files.at[i];
        size_t len = strlen(file->text);
        if (!make_folder(ctx, path_dir(ctx->arena, file->path), &file->made_folder)) return false;
        if (!(file->existed ? file_draft : file_draft_anew)(ctx, file->path, file->text, len, &file->draft)) return false;
    }
    return true;
}

static bool publish_files(struct import *import)
{
    struct ctx *ctx = import->s->ctx;
    for (size_t i = 0; i < import->files.n; i++) {
        struct import_file *file = &import->files.at[i];
        if (!(file->existed ? file_publish : file_publish_anew)(ctx, &file->draft)) return false;
        file->published = true;
    }
    return true;
}

static void take_back(struct import *import, bool made_folder)
{
    for (size_t i = import->files.n; i-- > 0;) {
        struct import_file *file = &import->files.at[i];
        file_discard(&file->draft);
        if (file->published && !file->existed) unlink(file->path);
        if (file->made_folder) rmdir(path_dir(import->s->ctx->arena, file->path));
    }
    if (made_folder) rmdir(import->folder);
}

bool import_write(struct import *import)
{
    bool made_folder;
    if (!make_folder(import->s->ctx, import->folder, &made_folder)) return false;
    if (draft_files(import) && publish_files(import)) return true;
    take_back(import, made_folder);
    return false;
}
