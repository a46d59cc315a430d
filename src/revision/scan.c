/* scan.c: the flex scanner of grammar/revision.l behind a plain interface. */
#include "revision/scan.h"

#include <string.h>
#include <strings.h>

#include "revision/scan_flex.h"
#include "revision_scan.h"

struct scan *scan_new(struct arena *arena, const char *text, size_t len)
{
    struct scan *scan = ARENA_NEW(arena, struct scan);
    scan->arena = arena;
    scan->text = text;
    scan->len = len;
    revision_yylex_init_extra(scan, (yyscan_t *)&scan->flex);
    revision_yy_scan_bytes(text, (int)len, scan->flex);
    return scan;
}

void scan_open_dollar(struct scan *scan, size_t len)
{
    scan->opened = scan->start;
    scan->delimiter = scan->text + scan->start;
    scan->delimiter_len = len;
}

bool scan_is_delimiter(const struct scan *scan, const char *delimiter, size_t len)
{
    return len == scan->delimiter_len && memcmp(delimiter, scan->delimiter, len) == 0;
}

struct scan_piece scan_next(struct scan *scan)
{
    int token = scan->ended ? SCAN_END : revision_yylex(scan->flex);
    switch (token) {
    case SCAN_END:
        scan->ended = true;
        return (struct scan_piece){SCAN_END, scan->len, scan->len};
    case SCAN_BLOCK_COMMENT:
        return (struct scan_piece){SCAN_BLOCK_COMMENT, scan->opened, scan->at};
    case SCAN_DOLLAR_QUOTED:
        return (struct scan_piece){SCAN_QUOTED, scan->opened, scan->at};
    case SCAN_UNCLOSED_BLOCK:
        scan->ended = true;
        return (struct scan_piece){SCAN_UNCLOSED, scan->opened, scan->len};
    default:
        return (struct scan_piece){(enum scan_token)token, scan->start, scan->at};
    }
}

bool scan_is_directive(const char *comment, size_t len, size_t *name_at)
{
    size_t at = 2;
    while (at < len && (comment[at] == ' ' || comment[at] == '\t')) at++;
    if (len - at < 7 || strncasecmp(comment + at, "modelc:", 7) != 0) return false;
    *name_at = at + 7;
    return true;
}

bool scan_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v';
}

bool scan_at_line_start(const char *text, size_t at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) at--;
    return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
}

size_t scan_line_end(const char *text, size_t len, size_t at)
{
    while (at < len && text[at] != '\n' && text[at] != '\r') at++;
    return at;
}
