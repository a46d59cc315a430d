/* errors.c: the parser's messages and places, less the frame we put around an island. */
#include "sql/errors.h"

#include <string.h>

static const char at_or_near[] = " at or near \"";

struct sql_error sql_error_at(const char *message, size_t offset, size_t length)
{
    return (struct sql_error){.message = message, .offset = offset, .length = length ? length : 1};
}

/* Byte offset of the character number `cursor` (from 1) in frame and text. Frames are ASCII. */
static size_t framed_offset(const struct sql_frame *frame, const char *text, int cursor)
{
    size_t before = strlen(frame->before), skip = cursor > 0 ? (size_t)cursor - 1 : 0;
    if (skip <= before) return skip;
    size_t at = 0;
    for (size_t n = skip - before; n && text[at]; n--) {
        at++;
        while (((unsigned char)text[at] & 0xC0) == 0x80) at++;
    }
    return before + at;
}

/* The words between the quotes of `.. at or near ".."`: to the end of the line and of the caller's text, because
 * for an unterminated string the parser quotes all that follows, our frame included. */
static size_t excerpt_length(const char *excerpt, const char *text_there)
{
    size_t len = strlen(excerpt);
    if (len && excerpt[len - 1] == '"') len--;
    size_t there = strlen(text_there), line = strcspn(excerpt, "\r\n");
    if (line < len) len = line;
    return len < there ? len : there;
}

struct sql_error sql_error_of(struct arena *arena, const struct sql_frame *frame, const char *text, const char *message,
                              int cursor)
{
    size_t before = strlen(frame->before), len = strlen(text);
    size_t offset = framed_offset(frame, text, cursor);
    offset = offset > before ? offset - before : 0;
    if (offset >= len) {
        bool syntax = str_starts(message, "syntax error");
        return sql_error_at(syntax ? "syntax error at end of input" : arena_strdup(arena, message), len, 1);
    }
    const char *near = strstr(message, at_or_near);
    if (!near) return sql_error_at(arena_strdup(arena, message), offset, 1);
    size_t said = (size_t)(near - message), quoted = excerpt_length(near + strlen(at_or_near), text + offset);
    const char *shown = arena_printf(arena, "%.*s%s%.*s\"", (int)said, message, at_or_near, (int)quoted,
                                     near + strlen(at_or_near));
    return sql_error_at(shown, offset, quoted);
}
