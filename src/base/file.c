/* file.c: reading, writing whole files, folders and paths. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "base/within.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

/* ---- reading */

/* The whole of an open file; false with errno set. Stops behind FILE_MAX, so the caller sees what is too big. */
static bool read_all(int fd, struct buf *text)
{
    char piece[16 * 1024];
    while (text->len <= FILE_MAX) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n == 0) return true;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        buf_addn(text, piece, (size_t)n);
    }
    return true;
}

static size_t line_of(const char *text, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) line += text[i] == '\n';
    return line;
}

/* Whether a text is what every reader here relies on. */
static bool acceptable(struct ctx *ctx, const char *shown, const char *text, size_t len)
{
    if (len > FILE_MAX) {
        diag_file(ctx, D_FILE, shown, "larger than 64 MiB");
        return false;
    }
    const char *nul = memchr(text, '\0', len);
    if (nul) {
        diag_file(ctx, D_FILE, shown, "holds a NUL byte (line %zu)", line_of(text, (size_t)(nul - text)));
        return false;
    }
    size_t valid = str_utf8_valid(text, len);
    if (valid < len) {
        diag_file(ctx, D_FILE, shown, "not UTF-8 (line %zu)", line_of(text, valid));
        return false;
    }
    return true;
}

struct source *file_load(struct ctx *ctx, const char *path, const char *shown)
{
    if (!shown) shown = path;
    if (!within_check(ctx, path, shown)) return NULL;
    CLEANUP(cleanup_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct buf text = buf_new(ctx->arena);
    if (fd < 0 || !read_all(fd, &text)) {
        diag_file(ctx, D_FILE, shown, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    if (!acceptable(ctx, shown, text.text, text.len)) return NULL;
    size_t skip = str_starts(text.text, "\xEF\xBB\xBF") ? 3 : 0;
    struct source *source = source_add(ctx->sources, shown, text.text + skip, text.len - skip);
    if (!source) diag_file(ctx, D_FILE, shown, "too much text in one run (4 GiB)");
    return source;
}

/* ---- writing */

static bool write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* A new file beside `target`, whose name is free. */
static int open_beside(struct arena *arena, const char *target, const char **made)
{
    for (int i = 0; i < 100; i++) {
        struct buf name = buf_new(arena);
        buf_addc(&name, '.');
        buf_add(&name, path_base(target));
        buf_printf(&name, ".%ld-%d.tmp", (long)getpid(), i);
        *made = path_join(arena, path_dir(arena, target), name.text);
        int fd = open(*made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* Some file systems can't sync a folder: then the rename is as safe as it gets there. */
static bool sync_folder(const char *folder)
{
    CLEANUP(cleanup_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

/* Fills the temporary file: content, the rights of the file it replaces, and, where wanted, down to the disk. */
static bool fill(int fd, const char *target, const char *text, size_t len, bool sync)
{
    struct stat old;
    bool done = write_all(fd, text, len);
    if (done && stat(target, &old) == 0) done = fchmod(fd, old.st_mode & 07777) == 0;
    if (done && sync) done = fsync(fd) == 0;
    int failure = errno;
    if (close(fd) != 0 && done) return false;
    errno = failure;
    return done;
}

static bool failed(struct ctx *ctx, const char *path, int failure)
{
    diag_file(ctx, D_FILE, path, "cannot be written: %s", strerror(failure));
    return false;
}

static bool draft(struct ctx *ctx, const char *path, const char *text, size_t len, bool sync, struct file_draft *made)
{
    *made = (struct file_draft){.path = path};
    if (!within_check(ctx, path, path)) return false;
    char *real = realpath(path, NULL); /* writes through a link instead of replacing it */
    made->target = real ? arena_strdup(ctx->arena, real) : path;
    free(real);
    const char *beside = NULL;
    int fd = open_beside(ctx->arena, made->target, &beside);
    if (fd < 0) return failed(ctx, path, errno);
    made->beside = beside;
    if (fill(fd, made->target, text, len, sync)) return true;
    int failure = errno;
    file_discard(made);
    return failed(ctx, path, failure);
}

static bool publish(struct ctx *ctx, struct file_draft *made, bool sync)
{
    if (rename(made->beside, made->target) != 0) {
        int failure = errno;
        file_discard(made);
        return failed(ctx, made->path, failure);
    }
    made->beside = NULL;
    return !sync || sync_folder(path_dir(ctx->arena, made->target)) || failed(ctx, made->path, errno);
}

bool file_draft(struct ctx *ctx, const char *path, const char *text, size_t len, struct file_draft *made)
{
    return draft(ctx, path, text, len, true, made);
}

bool file_publish(struct ctx *ctx, struct file_draft *made)
{
    return publish(ctx, made, true);
}

void file_discard(struct file_draft *made)
{
    if (made->beside) unlink(made->beside);
    made->beside = NULL;
}

bool file_write(struct ctx *ctx, const char *path, const char *text, size_t len)
{
    struct file_draft made;
    return draft(ctx, path, text, len, true, &made) && publish(ctx, &made, true);
}

bool file_draft_anew(struct ctx *ctx, const char *path, const char *text, size_t len, struct file_draft *made)
{
    return draft(ctx, path, text, len, false, made);
}

bool file_publish_anew(struct ctx *ctx, struct file_draft *made)
{
    return publish(ctx, made, false);
}

/* ---- folders */

bool file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool dir_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool path_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 || errno != ENOENT;
}

bool dir_make(struct ctx *ctx, const char *path, mode_t mode)
{
    if (!within_check(ctx, path, path)) return false;
    char *part = arena_strdup(ctx->arena, path);
    for (char *at = part + 1; *part; at++) {
        char end = *at;
        if (end != '/' && end != '\0') continue;
        *at = '\0';
        if (mkdir(part, mode) != 0 && !dir_exists(part)) {
            diag_file(ctx, D_FILE, path, "cannot be made: %s", strerror(errno));
            return false;
        }
        *at = end;
        if (end == '\0') break;
    }
    return true;
}

/* Pipes, sockets and devices are left alone (opening one may wait for ever); a link that leads nowhere is kept, to be
 * named as such. */
static bool is_text_file(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 || S_ISREG(info.st_mode);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool dir_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) return false;
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(dir));) empty = is_dots(entry->d_name);
    closedir(dir);
    return empty;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_from(struct paths *paths, size_t first)
{
    if (paths->n > first) qsort(paths->at + first, paths->n - first, sizeof *paths->at, by_bytes);
}

/* Adds what is wanted of one folder to `found` and its folders to `todo`; false where it can't be read. */
static bool walk_one(struct arena *arena, const char *dir, const char *suffix, struct paths *found, struct paths *todo)
{
    DIR *handle = opendir(dir);
    if (!handle) return false;
    for (const struct dirent *entry; (entry = readdir(handle));) {
        if (entry->d_name[0] == '.') continue;
        const char *path = path_join(arena, dir, entry->d_name);
        struct stat info;
        if (lstat(path, &info) != 0) continue; /* gone meanwhile */
        if (S_ISDIR(info.st_mode)) {
            vec_push(arena, todo, path);
        } else if (str_ends(entry->d_name, suffix) && is_text_file(path)) {
            vec_push(arena, found, path);
        }
    }
    closedir(handle);
    return true;
}

bool dir_walk(struct ctx *ctx, const char *dir, const char *suffix, struct paths *found)
{
    struct paths todo = {0};
    size_t first = found->n;
    bool readable = true;
    vec_push(ctx->arena, &todo, dir);
    for (size_t i = 0; i < todo.n; i++) {
        if (walk_one(ctx->arena, todo.at[i], suffix, found, &todo)) continue;
        diag_file(ctx, D_FILE, todo.at[i], "cannot be read: %s", strerror(errno));
        readable = false;
    }
    sort_from(found, first);
    return readable;
}

void path_glob(struct arena *arena, const char *pattern, struct paths *found)
{
    glob_t matches;
    size_t first = found->n;
    /* Not glob's own order: that depends on the locale. */
    if (glob(pattern, GLOB_NOSORT, NULL, &matches) == 0) {
        for (size_t i = 0; i < matches.gl_pathc; i++) {
            vec_push(arena, found, arena_strdup(arena, matches.gl_pathv[i]));
        }
    }
    globfree(&matches);
    sort_from(found, first);
}

/* ---- paths */

const char *path_join(struct arena *arena, const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0') return arena_strdup(arena, name);
    return arena_printf(arena, "%s%s%s", dir, str_ends(dir, "/") ? "" : "/", name);
}

const char *path_dir(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *path_shown(struct arena *arena, const char *dir, const char *path)
{
    size_t len = strlen(dir);
    while (len && dir[len - 1] == '/') len--;
    bool inside = len && strncmp(path, dir, len) == 0 && path[len] == '/';
    const char *shown = inside ? path + len : path;
    while (inside && *shown == '/') shown++;
    while (str_starts(shown, "./") && shown[2] != '/') shown += 2;
    return arena_strdup(arena, *shown ? shown : path);
}
