/* digest.h: short, stable digests (SHA-256 by libmd, the first 16 hex digits) as "v1:0123456789abcdef". */
#ifndef MODELC_DIGEST_H
#define MODELC_DIGEST_H

#include <stddef.h>

#include "base/arena.h"

const char *digest_text(struct arena *arena, const char *text, size_t len);

#endif
