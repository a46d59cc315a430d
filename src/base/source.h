/* source.h: texts that errors point into. A span is two integers; lines are computed when printing.
 * All sources of one command share one range of positions, so a span alone names its file. */
#ifndef MODELC_SOURCE_H
#define MODELC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Bytes [start, end) of the sources' common range; {0, 0} is "nowhere". */
struct span {
    uint32_t start;
    uint32_t end;
};

struct lines;

struct source {
    const char *name;    /* as the user should see it: relative to the project where inside it */
    const char *text;    /* NUL-terminated */
    size_t len;
    uint32_t base;       /* position of text[0]; never 0 */
    struct lines *lines; /* source_place()'s own */
};

struct sources;

struct place {
    const struct source *source;
    unsigned line;         /* from 1 */
    unsigned column;       /* from 1, in characters (UTF-8), as editors count */
    const char *line_text; /* not terminated: line_len bytes, without the newline */
    size_t line_len;
    size_t line_offset;    /* byte offset of the position in line_text */
};

struct sources *sources_new(struct arena *arena);
/* Registers a text that must live as long as the arena. NULL where the common range (4 GiB) has no room for it. */
struct source *source_add(struct sources *sources, const char *name, const char *text, size_t len);
/* The source that holds a position, NULL for nowhere. */
const struct source *source_of(const struct sources *sources, uint32_t position);
struct place source_place(const struct sources *sources, uint32_t position);

static inline bool span_known(struct span span) { return span.start != 0; }
static inline struct span span_join(struct span a, struct span b)
{
    if (!span_known(a)) return b;
    if (!span_known(b)) return a;
    return (struct span){a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}

#endif
