/* within.c: keeps a project's reading and writing inside of it. */
#include "base/within.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"

static const char *real(struct arena *arena, const char *path)
{
    char resolved[PATH_MAX];
    return realpath(path, resolved) ? arena_strdup(arena, resolved) : NULL;
}

const char *within_of(struct arena *arena, const char *root)
{
    const char *start = real(arena, root);
    for (const char *dir = start; dir; dir = path_dir(arena, dir)) {
        if (path_exists(path_join(arena, dir, ".git"))) return dir;
        if (strcmp(dir, "/") == 0) break;
    }
    return start ? start : root;
}

static bool is_inside(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0' || folder[len - 1] == '/');
}

/* Of a path that isn't there yet, its nearest folder that is. A link that leads nowhere would be followed when it is written to: that is
 * for the caller's open() to refuse. */
static const char *real_part(struct arena *arena, const char *path)
{
    for (;;) {
        const char *found = real(arena, path), *above = path_dir(arena, path);
        if (found || errno != ENOENT || strcmp(above, path) == 0) return found;
        path = above;
    }
}

bool within_check(struct ctx *ctx, const char *path, const char *shown)
{
    if (!ctx->within) return true;
    const char *found = real_part(ctx->arena, path);
    if (!found || is_inside(found, ctx->within)) return true;
    struct diag *diag = diag_file(ctx, D_FILE, shown, "leads out of the project, to %s", found);
    diag_mend(ctx, diag, "mend", "have modelc.ini, or the git work tree, in a folder that holds both");
    return false;
}
