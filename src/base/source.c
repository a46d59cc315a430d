/* source.c: positions to files, lines and columns. */
#include "base/source.h"

#include <string.h>

#include "base/vec.h"

/* Where the lines of a source begin, found when first asked: one file may have a finding on each. */
struct lines {
    VEC(uint32_t) starts;
};

struct sources {
    struct arena *arena;
    VEC(struct source *) list; /* by base */
};

struct sources *sources_new(struct arena *arena)
{
    struct sources *sources = ARENA_NEW(arena, struct sources);
    sources->arena = arena;
    return sources;
}

struct source *source_add(struct sources *sources, const char *name, const char *text, size_t len)
{
    uint64_t base = 1;
    if (sources->list.n) {
        const struct source *last = sources->list.at[sources->list.n - 1];
        base = (uint64_t)last->base + last->len + 1; /* the position behind the last byte is a place, too */
    }
    if (base + len >= UINT32_MAX) return NULL;
    struct source *source = ARENA_NEW(sources->arena, struct source);
    *source = (struct source){
        .name = arena_strdup(sources->arena, name), .text = text, .len = len, .base = (uint32_t)base,
        .lines = ARENA_NEW(sources->arena, struct lines)};
    vec_push(sources->arena, &sources->list, source);
    return source;
}

const struct source *source_of(const struct sources *sources, uint32_t position)
{
    size_t low = 0, high = sources->list.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct source *source = sources->list.at[middle];
        if (position < source->base) {
            high = middle;
        } else if (position - source->base > source->len) {
            low = middle + 1;
        } else {
            return source;
        }
    }
    return NULL;
}

static unsigned characters(const char *text, size_t len)
{
    unsigned n = 0;
    for (size_t i = 0; i < len; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) n++;
    }
    return n;
}

static void find_lines(struct arena *arena, const struct source *source)
{
    const char *text = source->text, *end = text + source->len;
    for (const char *line = text; line;) {
        vec_push(arena, &source->lines->starts, (uint32_t)(line - text));
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline ? newline + 1 : NULL;
    }
}

/* The line, from 0, that holds an offset. */
static size_t line_at(struct arena *arena, const struct source *source, size_t offset)
{
    struct lines *lines = source->lines;
    if (lines->starts.n == 0) find_lines(arena, source);
    size_t low = 0, high = lines->starts.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (lines->starts.at[middle] <= offset) low = middle;
        else high = middle;
    }
    return low;
}

struct place source_place(const struct sources *sources, uint32_t position)
{
    const struct source *source = source_of(sources, position);
    if (!source) return (struct place){0};
    size_t offset = position - source->base, line = line_at(sources->arena, source, offset);
    size_t start = source->lines->starts.at[line];
    const char *text = source->text + start;
    const char *end = memchr(text, '\n', source->len - start);
    size_t len = end ? (size_t)(end - text) : source->len - start;
    if (len && text[len - 1] == '\r') len--;
    return (struct place){.source = source, .line = (unsigned)line + 1, .column = characters(text, offset - start) + 1,
                          .line_text = text, .line_len = len, .line_offset = offset - start};
}
