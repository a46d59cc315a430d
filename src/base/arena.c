/* arena.c: memory in blocks that are freed together. */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Under AddressSanitizer a gap follows each piece, and nothing but the pieces may be touched: else an arena would hide
 * what runs over the end of one. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

/* Blocks double up to a huge page, which the kernel gives, and clears, at once instead of in 512 pieces. Memory is asked
 * for cleared: what comes fresh from the kernel need not be cleared a second time. */
enum { BLOCK_SIZE = 64 * 1024, HUGE_PAGE = 2 * 1024 * 1024 };

struct block {
    struct block *next;
    size_t used;
    size_t size;
    bool huge; /* mapped, HUGE_PAGE with this head */
    max_align_t data[];
};

struct arena {
    struct block *blocks; /* the first one is being filled */
    struct memo *memo;
};

/* The one place where a command ends for want of memory: nothing sensible can be done without. */
static _Noreturn void out_of_memory(void)
{
    fputs("modelc: error: out of memory\n", stderr);
    exit(3);
}

static size_t aligned(size_t size)
{
    size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - sizeof(struct block) - align) out_of_memory();
    return (size + align - 1) / align * align;
}

static struct block *block_new(size_t size)
{
    struct block *block = calloc(1, sizeof(struct block) + size);
    if (!block) out_of_memory();
    block->size = size;
    ASAN_POISON_MEMORY_REGION(block->data, size);
    return block;
}

/* NULL where the system has none. */
static struct block *block_huge(void)
{
    char *at = GAP ? MAP_FAILED : mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
    struct block *block = (struct block *)(void *)(at + before);
    if (before) munmap(at, before);
    munmap(at + before + HUGE_PAGE, HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
    madvise(block, HUGE_PAGE, MADV_HUGEPAGE);
#endif
    block->size = HUGE_PAGE - sizeof *block;
    block->huge = true;
    return block;
}

/* The one to be filled next. */
static struct block *block_next(const struct block *last)
{
    size_t size = last->size < HUGE_PAGE / 4 ? last->size * 2 : HUGE_PAGE;
    struct block *huge = size == HUGE_PAGE ? block_huge() : NULL;
    return huge ? huge : block_new(size);
}

struct arena *arena_new(void)
{
    struct arena *arena = malloc(sizeof *arena);
    if (!arena) out_of_memory();
    *arena = (struct arena){.blocks = block_new(BLOCK_SIZE)};
    return arena;
}

struct memo **arena_memo(struct arena *arena)
{
    return &arena->memo;
}

void arena_free(struct arena *arena)
{
    if (!arena) return;
    for (struct block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        if (block->huge) munmap(block, HUGE_PAGE);
        else free(block);
    }
    free(arena);
}

/* Cleared bytes. A big request gets a block of its own behind the current one, so that the rest of the
 * current block is not lost. */
static void *take(struct arena *arena, size_t wanted)
{
    size_t size = aligned(wanted ? wanted : 1) + GAP;
    struct block *block = arena->blocks;
    if (size > block->size - block->used) {
        if (size > BLOCK_SIZE / 4) {
            struct block *own = block_new(size);
            own->used = size;
            own->next = block->next;
            block->next = own;
            ASAN_UNPOISON_MEMORY_REGION(own->data, wanted);
            return own->data;
        }
        block = block_next(block);
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *at = (char *)block->data + block->used;
    block->used += size;
    ASAN_UNPOISON_MEMORY_REGION(at, wanted);
    return at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return take(arena, size);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size)
{
    char *at = take(arena, new_size);
    size_t keep = old_size < new_size ? old_size : new_size;
    if (keep) memcpy(at, old, keep);
    return at;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = take(arena, len + 1);
    if (len) memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char most[256]; /* is shorter: then it is printed once */
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(most, sizeof most, format, args);
    if (len < 0) out_of_memory();
    char *text = take(arena, (size_t)len + 1);
    if ((size_t)len < sizeof most) memcpy(text, most, (size_t)len + 1);
    else vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}
