/* arena.h: memory with the life of one command; nothing in it is freed singly. */
#ifndef MODELC_ARENA_H
#define MODELC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;
struct memo;

/* A new, empty arena. Running out of memory, here and in every function below,
 * ends the process with exit status 3 and a line on stderr: one place, never NULL. */
struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy of `old_size` bytes at `old` in a block of `new_size`; the rest is zero. */
void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size);

char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), nonnull(2)));

/* The place where memo.c keeps what belongs to this arena. */
struct memo **arena_memo(struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

#endif
