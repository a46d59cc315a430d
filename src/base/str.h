/* str.h: text building and the few string tests everything uses. */
#ifndef MODELC_STR_H
#define MODELC_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"

/* Text under construction. `text` is always NUL-terminated (an empty string at first). */
struct buf {
    struct arena *arena;
    char *text;
    size_t len;
    size_t cap;
};

struct buf buf_new(struct arena *arena);
void buf_add(struct buf *buf, const char *text);
void buf_addn(struct buf *buf, const char *text, size_t len);
void buf_addc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `separator`, unless the text is empty or ends in `opening` ("(" for a list, "" for none). */
void buf_separate(struct buf *buf, const char *opening, const char *separator);

/* Equality of strings that are often interned: the pointers first. Both NULL are equal. */
static inline bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && *a == *b && strcmp(a, b) == 0);
}
/* A total, stable order by bytes; NULL first. */
int str_cmp(const char *a, const char *b);
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
/* Without white space (space, tab, CR, LF) on both ends. */
char *str_trim(struct arena *arena, const char *text);
/* The longest prefix of at most `max` bytes that cuts no UTF-8 character (PostgreSQL's pg_mbcliplen). */
size_t str_clip_utf8(const char *text, size_t len, size_t max);
/* The length of the longest prefix that is valid UTF-8: `len` where all of it is. */
size_t str_utf8_valid(const char *text, size_t len);
/* `n` things: "1 table", "3 tables", "2 indexes", "2 foreign keys". */
char *str_count(struct arena *arena, size_t n, const char *noun);
/* "1,204"; without a fraction. */
char *str_number(struct arena *arena, double value);
/* "12 GB", "1.5 MB", "812 bytes". */
char *str_bytes(struct arena *arena, double bytes);

#endif
