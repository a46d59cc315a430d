/* ctx.c: what one command works in. */
#include "base/ctx.h"

#include "base/diag_queue.h"

struct ctx *ctx_new(void)
{
    struct arena *arena = arena_new();
    struct ctx *ctx = ARENA_NEW(arena, struct ctx);
    *ctx = (struct ctx){.arena = arena, .names = intern_new(arena), .sources = sources_new(arena),
                        .diags = diags_new(arena)};
    return ctx;
}

void ctx_free(struct ctx *ctx)
{
    if (ctx) arena_free(ctx->arena); /* the ctx itself lives in it */
}
