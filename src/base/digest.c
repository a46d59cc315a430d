/* digest.c: SHA-256 by libmd, shortened. */
#include "base/digest.h"

#include <sys/types.h>

#include <sha2.h>

#include "base/str.h"

enum { SHOWN_BYTES = 8 };

const char *digest_text(struct arena *arena, const char *text, size_t len)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, len);
    SHA256Final(digest, &sha);
    struct buf shown = buf_new(arena);
    buf_add(&shown, "v1:");
    for (size_t i = 0; i < SHOWN_BYTES; i++) buf_printf(&shown, "%02x", digest[i]);
    return shown.text;
}
