/* fuzz_ini.c: modelc.ini: loading anything, with and without an env; it is loaded the same again. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "fuzz.h"
#include "revision/project.h"

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(text, 1, len, out) != len || fclose(out) != 0) abort();
}

static bool has_all(const struct project *project)
{
    return project->root && project->models && project->migrations && project->templates && project->file_name &&
           project->state_schema && project->lock_timeout && project->statement_timeout && project->lock_wait >= 0 && project->retries >= 0;
}

static bool same(const struct project *a, const struct project *b)
{
    bool alike = str_eq(a->models, b->models) && str_eq(a->migrations, b->migrations) && str_eq(a->url, b->url) &&
                 a->ids == b->ids && a->embedded == b->embedded && a->ignore.n == b->ignore.n;
    for (size_t i = 0; alike && i < a->ignore.n; i++) alike = str_eq(a->ignore.at[i], b->ignore.at[i]);
    return alike;
}

static const char *check(struct ctx *ctx, const char *folder, const char *path, const char *env)
{
    size_t errors = diag_errors(ctx);
    const struct project *project = project_load(ctx, folder, path, env);
    if (!project) return diag_errors(ctx) > errors ? NULL : "no project, and no error says why";
    if (diag_errors(ctx) > errors) return "a project in spite of errors";
    if (!has_all(project)) return "a project with gaps";
    project_ignores(project, "table", "public.spatial_ref_sys");
    project_ignores(project, "function", "public.\"F\"(integer, text)");
    const struct project *again = project_load(ctx, folder, path, env);
    return again && same(project, again) ? NULL : "loaded twice, it differs";
}

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    const char *temp = getenv("TMPDIR");
    char *folder = arena_printf(ctx->arena, "%s/modelc-fuzz-XXXXXX", temp ? temp : "/tmp");
    if (!mkdtemp(folder)) abort();
    const char *path = arena_printf(ctx->arena, "%s/modelc.ini", folder);
    write_file(path, text, len);
    const char *complaint = check(ctx, folder, path, NULL);
    if (!complaint) complaint = check(ctx, folder, path, "live");
    unlink(path);
    rmdir(folder);
    return complaint;
}
