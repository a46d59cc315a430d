/* file.h: files and paths. Everything that writes goes through file_write: nothing is ever half-written. */
#ifndef MODELC_FILE_H
#define MODELC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/ctx.h"
#include "base/vec.h"

struct paths {
    const char **at;
    size_t n;
    size_t cap;
};

/* Reads a file and registers it as a source named `shown` (NULL: the path itself). NULL and a diagnostic
 * where it can't be read, holds a NUL byte, isn't UTF-8 or is larger than 64 MiB. A BOM is skipped, CRLF kept. */
struct source *file_load(struct ctx *ctx, const char *path, const char *shown);
/* Temporary file in the same folder, fsync, rename, fsync of the folder. A failure (disk full, no right)
 * is a diagnostic that names the path, and the old content stands. */
bool file_write(struct ctx *ctx, const char *path, const char *text, size_t len);
/* The same in two steps, where several files, or files and a database, have to change together: a full disk shows up
 * before anything has changed. A failed draft or publication leaves no temporary file. */
struct file_draft { const char *path, *target, *beside; /* NULL: published or discarded */ };
bool file_draft(struct ctx *ctx, const char *path, const char *text, size_t len, struct file_draft *made);
bool file_publish(struct ctx *ctx, struct file_draft *made);
void file_discard(struct file_draft *made);
/* The same without waiting for the disk: for many files that replace none and can be made again. */
bool file_draft_anew(struct ctx *ctx, const char *path, const char *text, size_t len, struct file_draft *made);
bool file_publish_anew(struct ctx *ctx, struct file_draft *made);
bool file_exists(const char *path);
bool dir_exists(const char *path);
/* Whatever it is, even a link that leads nowhere. */
bool path_exists(const char *path);
bool dir_make(struct ctx *ctx, const char *path, mode_t mode); /* with its parents */
bool dir_empty(const char *path);
const char *path_join(struct arena *arena, const char *dir, const char *name); /* an absolute name wins */
const char *path_dir(struct arena *arena, const char *path);
const char *path_base(const char *path);
/* Relative to `dir` where inside it, else as it is. */
const char *path_shown(struct arena *arena, const char *dir, const char *path);
/* All files below `dir` whose name ends in `suffix`, sorted by path bytes; hidden folders are skipped,
 * links to folders are not followed. False and a diagnostic where a folder can't be read. */
bool dir_walk(struct ctx *ctx, const char *dir, const char *suffix, struct paths *found);
/* glob(3), sorted; no match is an empty list. */
void path_glob(struct arena *arena, const char *pattern, struct paths *found);

#endif
