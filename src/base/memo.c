/* memo.c: results by text, in a table of open addresses that hangs on the arena. */
#include "base/memo.h"

#include <stdint.h>
#include <string.h>

enum { FIRST_SIZE = 256, LONGEST = 512 };

struct entry {
    const char *text; /* NULL: free */
    uint64_t hash;
    void *result;
    unsigned what;
};

struct memo {
    struct entry *at;
    size_t n, size; /* size: a power of two */
};

static uint64_t hash_of(unsigned what, const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u ^ what;
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static struct entry *find(const struct memo *memo, unsigned what, const char *text, uint64_t hash)
{
    size_t i = (size_t)hash & (memo->size - 1);
    for (;; i = (i + 1) & (memo->size - 1)) {
        struct entry *entry = &memo->at[i];
        if (!entry->text) return entry;
        if (entry->hash == hash && entry->what == what && strcmp(entry->text, text) == 0) return entry;
    }
}

static void grow(struct arena *arena, struct memo *memo)
{
    struct memo larger = {.n = memo->n, .size = memo->size ? memo->size * 2 : FIRST_SIZE};
    larger.at = ARENA_ARRAY(arena, struct entry, larger.size);
    for (size_t i = 0; i < memo->size; i++) {
        const struct entry *entry = &memo->at[i];
        if (entry->text) *find(&larger, entry->what, entry->text, entry->hash) = *entry;
    }
    *memo = larger;
}

void *memo_get(struct arena *arena, unsigned what, const char *text)
{
    const struct memo *memo = *arena_memo(arena);
    return memo ? find(memo, what, text, hash_of(what, text))->result : NULL;
}

void memo_put(struct arena *arena, unsigned what, const char *text, void *result)
{
    struct memo **memo = arena_memo(arena);
    if (strlen(text) > LONGEST) return;
    if (!*memo) *memo = ARENA_NEW(arena, struct memo);
    if ((*memo)->n * 2 >= (*memo)->size) grow(arena, *memo);
    uint64_t hash = hash_of(what, text);
    struct entry *entry = find(*memo, what, text, hash);
    if (!entry->text) {
        (*memo)->n++;
        *entry = (struct entry){.text = arena_strdup(arena, text), .hash = hash, .what = what};
    }
    entry->result = result;
}
