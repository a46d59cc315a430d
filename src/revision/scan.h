/* scan.h: SQL text as pieces: just enough of PostgreSQL's lexical rules to know where a statement ends. */
#ifndef MODELC_REVISION_SCAN_H
#define MODELC_REVISION_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum scan_token {
    SCAN_END,
    SCAN_LINE_COMMENT,  /* from -- up to the line's end, which is excluded */
    SCAN_BLOCK_COMMENT, /* nested ones included */
    SCAN_WORD,          /* a name or keyword without quotes */
    SCAN_QUOTED,        /* '..', E'..', "..", $tag$..$tag$ */
    SCAN_SEMICOLON,
    SCAN_OPEN,
    SCAN_CLOSE,
    SCAN_BACKSLASH,     /* outside of quotes: no SQL, but psql's */
    SCAN_OTHER,         /* one character of a number or an operator */
    SCAN_UNCLOSED,      /* a quote or comment that never ends; it runs to the end of the text */
};

struct scan_piece {
    enum scan_token token;
    size_t start, end; /* bytes of the text */
};

struct scan;

/* The text must outlive the scan. */
struct scan *scan_new(struct arena *arena, const char *text, size_t len);
struct scan_piece scan_next(struct scan *scan);

/* Whether a line comment is a directive, `-- modelc:NAME ..`; *name_at is then where NAME starts in it. */
bool scan_is_directive(const char *comment, size_t len, size_t *name_at);
/* What separates a directive's name from its value. */
bool scan_is_blank(char c);
/* Whether only white space stands before byte `at` on its line. */
bool scan_at_line_start(const char *text, size_t at);
/* Where the line of byte `at` ends, excluding CR and LF. */
size_t scan_line_end(const char *text, size_t len, size_t at);

#endif
