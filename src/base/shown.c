/* shown.c: names may hold anything, escape sequences among them. */
#include "base/shown.h"

static unsigned two_bytes(const unsigned char *at)
{
    return (at[0] & 0xE0) == 0xC0 && (at[1] & 0xC0) == 0x80 ? (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu) : 0;
}

static unsigned three_bytes(const unsigned char *at)
{
    if ((at[0] & 0xF0) != 0xE0 || (at[1] & 0xC0) != 0x80 || (at[2] & 0xC0) != 0x80) return 0;
    return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
}

/* Controls of the second set; marks of direction; what has no width; line and paragraph separators. */
static bool steers(unsigned code)
{
    static const struct { unsigned first, last; } ranges[] = {
        {0x80, 0x9F}, {0x061C, 0x061C}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) return true;
    }
    return false;
}

size_t shown_steers(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0x80) return at[0] && (at[0] < ' ' || at[0] == 0x7F);
    if (two_bytes(at) && steers(two_bytes(at))) return 2;
    return three_bytes(at) && steers(three_bytes(at)) ? 3 : 0;
}

static void spell(struct buf *out, const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;
    if (*text == '\n') buf_add(out, "\\n");
    else if (*text == '\r') buf_add(out, "\\r");
    else if (*text == '\t') buf_add(out, "\\t");
    else if (len == 1) buf_printf(out, "\\x%02X", (unsigned)*at);
    else buf_printf(out, "\\u%04X", len == 2 ? two_bytes(at) : three_bytes(at));
}

const char *text_shown(struct arena *arena, const char *text, bool lines)
{
    struct buf out = buf_new(arena);
    const char *done = text;
    for (const char *at = text; *at;) {
        size_t len = shown_steers(at);
        if (!len || (lines && (*at == '\n' || *at == '\t'))) {
            at++;
            continue;
        }
        buf_addn(&out, done, (size_t)(at - done));
        spell(&out, at, len);
        at += len;
        done = at;
    }
    if (done == text) return text;
    buf_add(&out, done);
    return out.text;
}
