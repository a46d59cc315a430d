/* intern.c: one copy of each name, over uthash. */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) arena_alloc(names->arena, (size))
#define uthash_free(at, size) ((void)(at))
#define uthash_fatal(message) abort()
#include <uthash.h>

struct name {
    const char *text;
    UT_hash_handle hh;
};

struct intern {
    struct arena *arena;
    struct name *head;
};

struct intern *intern_new(struct arena *arena)
{
    struct intern *names = ARENA_NEW(arena, struct intern);
    names->arena = arena;
    return names;
}

const char *intern(struct intern *names, const char *text)
{
    return intern_n(names, text, strlen(text));
}

const char *intern_n(struct intern *names, const char *text, size_t len)
{
    struct name *name = NULL;
    unsigned hash;
    HASH_VALUE(text, len, hash);
    HASH_FIND_BYHASHVALUE(hh, names->head, text, len, hash, name);
    if (name) return name->text;
    name = ARENA_NEW(names->arena, struct name);
    name->text = arena_strndup(names->arena, text, len);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, names->head, name->text, len, hash, name);
    return name->text;
}
