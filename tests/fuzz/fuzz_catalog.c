/* fuzz_catalog.c: a server that lies: what the reader makes of its answers is printed, compared with a model, planned and written. */
#include <string.h>

#include "fuzz.h"
#include "lying.h"
#include "model/model.h"
#include "pg/catalog.h"
#include "pg/runner.h"
#include "plan/plan.h"
#include "revision/write.h"
#include "schema/diff.h"

static struct schema *resolve(struct ctx *ctx, const char *name, const char *text)
{
    struct ast_files files = {0};
    size_t errors = diag_errors(ctx);
    struct ast_file *file = model_parse(ctx, fuzz_source(ctx, name, text, strlen(text)));
    if (diag_errors(ctx) > errors) return NULL;
    vec_push(ctx->arena, &files, file);
    return schema_resolve(ctx, &files, false);
}

/* The models: what stands behind "= model", else what the database itself would be imported as, else none. */
static struct schema *models_of(struct ctx *ctx, const char *text, const struct schema *live)
{
    const char *given = lying_find(text, "model"), *printed = schema_print(ctx, live);
    struct schema *models = NULL;
    if (given) models = resolve(ctx, "given.model", given);
    else if (printed) models = resolve(ctx, "printed.model", printed);
    return models ? models : resolve(ctx, "empty.model", "");
}

/* A migration file that is written is one that can be read. */
static const char *write_file(struct ctx *ctx, const struct plan *up, const struct plan *down)
{
    struct revision_draft draft = {.id = "0a0a0a0a0a0a", .message = "m", .created = "2026-11-20T00:00:00Z", .up = up, .down = down};
    const char *text = revision_text(ctx, project_without_ini(ctx, "/"), &draft);
    if (!text) return diag_errors(ctx) ? NULL : "no file, and no error says why";
    size_t errors = diag_errors(ctx);
    const struct revision *revision = revision_parse(ctx, fuzz_source(ctx, "written.sql", text, strlen(text)));
    return revision && diag_errors(ctx) == errors ? NULL : fuzz_refused(ctx, "what was written can't be read", text);
}

static const char *compare(struct ctx *ctx, struct schema *live, struct schema *models)
{
    struct map *drops = map_new(ctx->arena);
    struct diff *diff = diff_bind(ctx, live, models, NULL);
    map_put(drops, "all", drops);
    diff->drops = drops;
    diff_answered(diff);
    struct changes *down = diff_changes(diff, true), *up = diff_changes(diff, false);
    struct plan_options options = {.online = true};
    if (!up || !down) return diag_errors(ctx) ? NULL : "no changes, and no error says why";
    const struct plan *downgrade = plan_make(ctx, down, &options), *upgrade = plan_make(ctx, up, &options);
    if (!upgrade || !downgrade) return diag_errors(ctx) ? NULL : "no plan, and no error says why";
    return write_file(ctx, upgrade, downgrade);
}

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    struct conn *conn = lying_conn(ctx, text, len);
    struct db_state state;
    const struct project *project = project_without_ini(ctx, "/");
    if (!state_read(conn, project, &state) && !diag_errors(ctx)) return "no state, and no error says why";
    size_t errors = diag_errors(ctx);
    struct schema *live = catalog_read(conn, NULL);
    if (!live) return diag_errors(ctx) > errors ? NULL : "no schema, and no error says why";
    if (diag_errors(ctx) > errors) return "a schema in spite of errors";
    schema_manifest(ctx, live);
    struct schema *models = models_of(ctx, text, live);
    return models ? compare(ctx, live, models) : "an empty model is wrong";
}
