/* ctx.h: what one command works in: its memory, names, texts and findings. No globals anywhere. */
#ifndef MODELC_CTX_H
#define MODELC_CTX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/source.h"

struct diags;

struct ctx {
    struct arena *arena;
    struct intern *names;
    struct sources *sources;
    struct diags *diags;
    const char *within; /* the folder that a project's files are read and written in (within.h); NULL: anywhere */
};

struct ctx *ctx_new(void);
void ctx_free(struct ctx *ctx); /* frees everything that was allocated in it */

#endif
