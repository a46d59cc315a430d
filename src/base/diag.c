/* diag.c: the queue of findings. */
#include "base/diag.h"

#include <assert.h>

#include "base/ctx.h"
#include "base/diag_queue.h"

static const struct {
    const char *name;
    enum severity severity;
} codes[] = {
#define DIAG(id, name, severity) [id] = {name, severity},
#include "base/diag.def"
#undef DIAG
};
static_assert(sizeof codes / sizeof *codes == DIAG_COUNT, "one row for each code");

struct diags *diags_new(struct arena *arena)
{
    return ARENA_NEW(arena, struct diags);
}

const char *diag_code_name(enum diag_code code)
{
    return codes[code].name;
}

const char *diag_shown_name(const struct diag *diag)
{
    return diag->name ? diag->name : diag_code_name(diag->code);
}

static struct diag *queue(struct ctx *ctx, enum diag_code code, const char *message)
{
    struct diag *diag = ARENA_NEW(ctx->arena, struct diag);
    diag->code = code;
    diag->severity = codes[code].severity;
    diag->message = message;
    diag->number = ctx->diags->list.n;
    vec_push(ctx->arena, &ctx->diags->list, diag);
    return diag;
}

struct diag *diag_add(struct ctx *ctx, enum diag_code code, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = queue(ctx, code, arena_vprintf(ctx->arena, format, args));
    va_end(args);
    diag->span = span;
    return diag;
}

struct diag *diag_file(struct ctx *ctx, enum diag_code code, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = queue(ctx, code, arena_vprintf(ctx->arena, format, args));
    va_end(args);
    diag->file = arena_strdup(ctx->arena, file);
    return diag;
}

void diag_note(struct ctx *ctx, struct diag *diag, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag_note note = {.span = span, .message = arena_vprintf(ctx->arena, format, args)};
    va_end(args);
    vec_push(ctx->arena, &diag->notes, note);
}

void diag_mend(struct ctx *ctx, struct diag *diag, const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag_mend mend = {.label = label, .text = arena_vprintf(ctx->arena, format, args)};
    va_end(args);
    vec_push(ctx->arena, &diag->mends, mend);
}

void diag_severity(struct diag *diag, enum severity severity)
{
    diag->severity = severity;
}

void diag_name(struct diag *diag, const char *name)
{
    diag->name = name;
}

static size_t count(const struct ctx *ctx, enum severity severity)
{
    size_t n = 0;
    for (size_t i = 0; i < ctx->diags->list.n; i++) n += ctx->diags->list.at[i]->severity == severity;
    return n;
}

size_t diag_errors(const struct ctx *ctx)
{
    return count(ctx, SEVERITY_ERROR);
}

size_t diag_warnings(const struct ctx *ctx)
{
    return count(ctx, SEVERITY_WARNING);
}

bool diag_has(const struct ctx *ctx, enum diag_code code)
{
    for (size_t i = 0; i < ctx->diags->list.n; i++) {
        const struct diag *diag = ctx->diags->list.at[i];
        if (diag->code == code && diag->severity == SEVERITY_ERROR) return true;
    }
    return false;
}

size_t diag_mark(const struct ctx *ctx)
{
    return ctx->diags->list.n;
}

void diag_soften(struct ctx *ctx, size_t mark)
{
    for (size_t i = mark; i < ctx->diags->list.n; i++) {
        struct diag *diag = ctx->diags->list.at[i];
        if (diag->severity == SEVERITY_ERROR) diag->severity = SEVERITY_WARNING;
    }
}

void diag_rollback(struct ctx *ctx, size_t mark)
{
    if (mark < ctx->diags->list.n) ctx->diags->list.n = mark;
}
