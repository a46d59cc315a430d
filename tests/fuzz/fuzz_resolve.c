/* fuzz_resolve.c: models to a schema; what resolves is printed, and resolves to a schema of the same manifest. */
#include <string.h>

#include "fuzz.h"
#include "model/model.h"
#include "schema/schema.h"

static struct schema *resolve(struct ctx *ctx, const char *name, const char *text, size_t len)
{
    struct ast_files files = {0};
    struct ast_file *file = model_parse(ctx, fuzz_source(ctx, name, text, len));
    if (diag_errors(ctx)) return NULL;
    vec_push(ctx->arena, &files, file);
    return schema_resolve(ctx, &files, false);
}

/* The first key of `a` that `b` lacks or knows otherwise, or NULL. */
static const char *first_difference(const struct map *a, const struct map *b)
{
    for (struct map_entry e = map_first(a); e.key; e = map_next(e)) {
        if (!str_eq(e.value, map_get(b, e.key))) return e.key;
    }
    return NULL;
}

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    const struct schema *schema = resolve(ctx, "fuzz.model", text, len);
    if (!schema) return diag_errors(ctx) ? NULL : "no schema, and no error says why";
    if (diag_errors(ctx)) return fuzz_refused(ctx, "a schema in spite of errors", text);
    const char *printed = schema_print(ctx, schema);
    const struct schema *again = resolve(ctx, "printed.model", printed, strlen(printed));
    /* What modelc has no kind for is not printed, and what is printed may refer to it. */
    if (schema->unhandled.n) return diag_has(ctx, D_SYNTAX) ? fuzz_refused(ctx, "printed, it is no model", printed) : NULL;
    if (!again) return fuzz_refused(ctx, "printed, it has errors", printed);
    const struct map *one = schema_manifest(ctx, schema), *two = schema_manifest(ctx, again);
    const char *differs = first_difference(one, two);
    if (!differs) differs = first_difference(two, one);
    if (!differs) return NULL;
    return fuzz_refused(ctx, arena_printf(ctx->arena, "printed, this differs: %s", differs), printed);
}
