/* session.h: statements that would take the session out of the runner's hands. */
#ifndef MODELC_REVISION_SESSION_H
#define MODELC_REVISION_SESSION_H

#include "base/ctx.h"

/* Queues an error and returns true where a statement that begins with these words (lower case) is session control;
 * `copies`: it is a COPY from or to the client. */
bool session_refuses(struct ctx *ctx, const char *const *words, size_t n_words, bool copies, struct span span);

#endif
