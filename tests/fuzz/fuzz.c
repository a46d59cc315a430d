/* fuzz.c: what both drivers of the fuzz targets share. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct source *fuzz_source(struct ctx *ctx, const char *name, const char *text, size_t len)
{
    struct source *source = source_add(ctx->sources, name, text, len);
    if (!source) abort();
    return source;
}

const char *fuzz_refused(struct ctx *ctx, const char *what, const char *text)
{
    char *findings = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&findings, &len);
    if (!out) abort();
    diag_print(ctx, out, DIAG_TEXT, false, 5);
    fclose(out);
    const char *complaint = arena_printf(ctx->arena, "%s\n%s--- text:\n%s\n---", what, findings, text);
    free(findings);
    return complaint;
}

/* Every finding has to be printable, in each of the formats. */
static void print_findings(struct ctx *ctx, enum diag_format format)
{
    FILE *nowhere = fopen("/dev/null", "w");
    if (!nowhere) abort();
    diag_print(ctx, nowhere, format, format == DIAG_TEXT, 0);
    fclose(nowhere);
}

bool fuzz_run(const unsigned char *data, size_t size, FILE *complaints)
{
    struct ctx *ctx = ctx_new();
    size_t len = size ? strnlen((const char *)data, size) : 0;
    len = size ? str_utf8_valid((const char *)data, len) : 0;
    /* a block of its own, so that the sanitizer sees reading behind the end */
    char *text = malloc(len + 1);
    if (!text) abort();
    if (len) memcpy(text, data, len);
    text[len] = '\0';
    const char *complaint = fuzz_one(ctx, text, len);
    if (complaint) fprintf(complaints, "%.4000s\n", complaint);
    print_findings(ctx, (enum diag_format)(size % 3));
    ctx_free(ctx);
    free(text);
    return !complaint;
}
