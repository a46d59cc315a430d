/* digest.c: SHA-256 by libmd, shortened. */
#include "base/digest.h"

#include <string.h>
#include <sys/types.h>

#include <sha2.h>


enum { SHOWN_BYTES = 8 };

const char *digest_text(struct arena *arena, const char *text, size_t len)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX sha;
    SHA256Init(&sha);
    SHA256Update(&sha, (const uint8_t *)text, len);
    SHA256Final(digest, &sha);
    static const char hex[] = "0123456789abcdef", version[] = "v1:";
    char *shown = arena_alloc(arena, sizeof version + 2 * SHOWN_BYTES), *at = shown + sizeof version - 1;
    memcpy(shown, version, sizeof version);
    for (size_t i = 0; i < SHOWN_BYTES; i++) {
        *at++ = hex[digest[i] >> 4];
        *at++ = hex[digest[i] & 15];
    }
    return shown;
}
