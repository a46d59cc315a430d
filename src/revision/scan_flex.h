/* scan_flex.h: what the flex scanner of grammar/revision.l shares with scan.c. Nobody else includes this. */
#ifndef MODELC_REVISION_SCAN_FLEX_H
#define MODELC_REVISION_SCAN_FLEX_H

#include "revision/scan.h"

struct scan {
    struct arena *arena;
    const char *text;
    size_t len;
    size_t start, at;      /* of the pattern matched last; `at` is its end */
    size_t opened;         /* where the dollar quote or block comment began */
    unsigned depth;        /* of block comments */
    const char *delimiter; /* $tag$ of the dollar quote that is open */
    size_t delimiter_len;
    void *flex;
    bool ended;
};

/* Tokens whose start is `opened`, not the last pattern's; scan_next turns them into public ones. */
enum { SCAN_DOLLAR_QUOTED = SCAN_UNCLOSED + 1, SCAN_UNCLOSED_BLOCK };

void scan_open_dollar(struct scan *scan, size_t len);
bool scan_is_delimiter(const struct scan *scan, const char *delimiter, size_t len);

#endif
