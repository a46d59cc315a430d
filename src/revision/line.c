/* line.c: keeps names, notes and statements from being read as something else in a migration file. */
#include "revision/line.h"

#include <string.h>

#include "revision/scan.h"

const char *line_encode(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (; *text; text++) {
        switch (*text) {
        case '\n': buf_add(&out, "\\n"); break;
        case '\r': buf_add(&out, "\\r"); break;
        case '\\': buf_add(&out, "\\\\"); break;
        default: buf_addc(&out, *text);
        }
    }
    return out.text;
}

const char *line_decode(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (; *text; text++) {
        bool escape = text[0] == '\\' && text[1] && strchr("nr\\", text[1]);
        if (!escape) {
            buf_addc(&out, *text);
            continue;
        }
        text++;
        buf_addc(&out, *text == 'n' ? '\n' : *text == 'r' ? '\r' : '\\');
    }
    return out.text;
}

const char *line_flatten(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    while (*text) {
        text += strspn(text, " \t\r\n\f\v");
        size_t len = strcspn(text, " \t\r\n\f\v");
        if (len > 0 && out.len > 0) buf_addc(&out, ' ');
        buf_addn(&out, text, len);
        text += len;
    }
    return out.text;
}

/* `modelc:upgrade` in a comment is text for a reader: a blank before the colon keeps it so. */
static void add_comment(struct buf *out, const char *comment, size_t len)
{
    size_t name_at;
    if (scan_is_directive(comment, len, &name_at)) {
        buf_addn(out, comment, name_at - 1);
        buf_addc(out, ' ');
        comment += name_at - 1;
        len -= name_at - 1;
    }
    buf_addn(out, comment, len);
}

void line_comments(struct buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\r\n");
        size_t kept = len;
        while (kept > 0 && (text[kept - 1] == ' ' || text[kept - 1] == '\t')) kept--;
        struct buf line = buf_new(out->arena);
        buf_add(&line, kept > 0 ? "-- " : "--");
        buf_addn(&line, text, kept);
        add_comment(out, line.text, line.len);
        buf_addc(out, '\n');
        text += len;
        if (text[0] == '\r' && text[1] == '\n') text++;
        if (*text) text++;
    }
}

const char *line_statement(struct arena *arena, const char *sql)
{
    struct buf out = buf_new(arena);
    const char *text = str_trim(arena, sql);
    struct scan *scan = scan_new(arena, text, strlen(text));
    struct scan_piece piece = scan_next(scan);
    size_t copied = 0;
    bool ends_in_comment = false;
    for (; piece.token != SCAN_END; piece = scan_next(scan)) {
        ends_in_comment = piece.token == SCAN_LINE_COMMENT;
        if (!ends_in_comment) continue;
        buf_addn(&out, text + copied, piece.start - copied);
        add_comment(&out, text + piece.start, piece.end - piece.start);
        copied = piece.end;
    }
    buf_add(&out, text + copied);
    if (ends_in_comment) buf_addc(&out, '\n');
    return out.text;
}
