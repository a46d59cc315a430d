/* str.c: text building and string tests. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum { BUF_FIRST = 64 };

struct buf buf_new(struct arena *arena)
{
    return (struct buf){.arena = arena, .text = arena_alloc(arena, BUF_FIRST), .cap = BUF_FIRST};
}

/* Room for `more` bytes and the NUL behind them. */
static void make_room(struct buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;
    if (need <= buf->cap) return;
    size_t cap = buf->cap * 2;
    if (cap < need) cap = need;
    buf->text = arena_grow(buf->arena, buf->text, buf->len + 1, cap);
    buf->cap = cap;
}

void buf_add(struct buf *buf, const char *text)
{
    buf_addn(buf, text, strlen(text));
}

void buf_addn(struct buf *buf, const char *text, size_t len)
{
    make_room(buf, len);
    if (len) memcpy(buf->text + buf->len, text, len);
    buf->len += len;
    buf->text[buf->len] = '\0';
}

void buf_addc(struct buf *buf, char c)
{
    buf_addn(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = buf->cap - buf->len;
    int len = vsnprintf(buf->text + buf->len, room, format, args);
    if (len < 0 || (size_t)len >= room) {
        buf->text[buf->len] = '\0';
        buf_add(buf, arena_vprintf(buf->arena, format, again));
    } else {
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void buf_separate(struct buf *buf, const char *opening, const char *separator)
{
    if (buf->len == 0 || (*opening && str_ends(buf->text, opening))) return;
    buf_add(buf, separator);
}

int str_cmp(const char *a, const char *b)
{
    if (a == b) return 0;
    if (!a) return -1;
    if (!b) return 1;
    return strcmp(a, b);
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t len = strlen(text), end = strlen(suffix);
    return end <= len && memcmp(text + len - end, suffix, end) == 0;
}

char *str_trim(struct arena *arena, const char *text)
{
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len && strchr(" \t\r\n", text[len - 1])) len--;
    return arena_strndup(arena, text, len);
}

size_t str_clip_utf8(const char *text, size_t len, size_t max)
{
    if (len <= max) return len;
    size_t end = max;
    while (end && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
    return end;
}

/* The length of the valid UTF-8 character at `at`, 0 where there is none. */
static size_t utf8_char(const unsigned char *at, size_t left)
{
    static const struct { unsigned char first, last, low, high; size_t len; } forms[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*at < forms[i].first || *at > forms[i].last) continue;
        if (forms[i].len > left) return 0;
        if (forms[i].len > 1 && (at[1] < forms[i].low || at[1] > forms[i].high)) return 0;
        for (size_t k = 2; k < forms[i].len; k++) {
            if ((at[k] & 0xC0) != 0x80) return 0;
        }
        return forms[i].len;
    }
    return 0;
}

size_t str_utf8_valid(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        if ((unsigned char)text[at] < 0x80) { /* nearly all there is */
            at++;
            continue;
        }
        size_t n = utf8_char((const unsigned char *)text + at, len - at);
        if (n == 0) break;
        at += n;
    }
    return at;
}

static const char *plural_ending(const char *noun, size_t *keep)
{
    size_t len = strlen(noun);
    *keep = len;
    if (str_ends(noun, "privileges") || str_ends(noun, "statistics")) return "";
    if (len > 1 && noun[len - 1] == 'y' && !strchr("aeiou", noun[len - 2])) {
        *keep = len - 1;
        return "ies";
    }
    bool hisses = str_ends(noun, "x") || str_ends(noun, "s") || str_ends(noun, "ch") || str_ends(noun, "sh");
    return hisses ? "es" : "s";
}

char *str_count(struct arena *arena, size_t n, const char *noun)
{
    if (n == 1) return arena_printf(arena, "1 %s", noun);
    size_t keep;
    const char *ending = plural_ending(noun, &keep);
    return arena_printf(arena, "%zu %.*s%s", n, (int)keep, noun, ending);
}

char *str_number(struct arena *arena, double value)
{
    const char *digits = arena_printf(arena, "%.0f", value);
    struct buf text = buf_new(arena);
    for (size_t i = 0, n = strlen(digits); i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) buf_addc(&text, ',');
        buf_addc(&text, digits[i]);
    }
    return text.text;
}

char *str_bytes(struct arena *arena, double bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    enum { ONE_DIGIT = 10 }; /* below it a tenth counts */
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1024;
    bool fraction = unit && bytes < ONE_DIGIT && (int)(bytes * ONE_DIGIT + 0.5) % ONE_DIGIT;
    return arena_printf(arena, "%.*f %s", fraction, bytes, units[unit]);
}
