/* fuzz_model.c: models: parsing anything; what parses is formatted, parses to the same, and formats to the same. */
#include <string.h>

#include "../unit/ast_same.h"
#include "fuzz.h"
#include "model/model.h"

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    struct source *source = fuzz_source(ctx, "fuzz.model", text, len);
    const struct ast_file *file = model_parse(ctx, source);
    if (diag_errors(ctx)) return NULL;
    const char *once = model_format(ctx, source);
    if (!once) return fuzz_refused(ctx, "parses, but is not formatted", text);
    struct source *formatted = fuzz_source(ctx, "formatted.model", once, strlen(once));
    const struct ast_file *again = model_parse(ctx, formatted);
    if (diag_errors(ctx)) return fuzz_refused(ctx, "formatted, it has errors", once);
    if (!same_file(file, again)) return fuzz_refused(ctx, "formatted, it says something else", once);
    const char *twice = model_format(ctx, formatted);
    if (!twice) return fuzz_refused(ctx, "formatted, it is not formatted again", once);
    if (strcmp(once, twice) == 0) return NULL;
    return arena_printf(ctx->arena, "formatted twice, it differs\n--- once:\n%s\n--- twice:\n%s\n---", once, twice);
}
