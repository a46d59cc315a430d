/* quote.c: names and texts as SQL. */
#include "sql/quote.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memo.h"
#include "sql/raw.h"

enum { NAME_MAX_BYTES = 63 }; /* NAMEDATALEN - 1 */

bool sql_needs_quotes(const char *name)
{
    size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
    if (letters == 0) return true;
    if (name[letters]) return name[letters + strspn(name + letters, "abcdefghijklmnopqrstuvwxyz_0123456789")];
    /* Only letters: perhaps a keyword. The scanner knows, and the arena is for its answer alone. */
    struct arena *arena = arena_new();
    struct sql_tokens tokens;
    struct sql_error error;
    bool scanned = sql_scan(arena, name, &tokens, &error) && tokens.n == 1;
    bool plain = scanned && tokens.at[0].keyword <= KEYWORD_UNRESERVED;
    arena_free(arena);
    return !plain;
}

/* Between two quote signs, those inside doubled. */
static void add_quoted(struct buf *buf, const char *text, char quote)
{
    buf_addc(buf, quote);
    for (const char *at; (at = strchr(text, quote)); text = at + 1) {
        buf_addn(buf, text, (size_t)(at - text) + 1);
        buf_addc(buf, quote);
    }
    buf_add(buf, text);
    buf_addc(buf, quote);
}

static bool needs_quotes(struct arena *arena, const char *name)
{
    static const char plain[] = "", quoted[] = "q";
    const char *known = memo_get(arena, MEMO_QUOTES, name);
    if (!known) {
        known = sql_needs_quotes(name) ? quoted : plain;
        memo_put(arena, MEMO_QUOTES, name, (char *)known);
    }
    return *known != '\0';
}

void sql_ident(struct buf *buf, const char *name)
{
    if (needs_quotes(buf->arena, name)) {
        add_quoted(buf, name, '"');
    } else {
        buf_add(buf, name);
    }
}

void sql_qname(struct buf *buf, const char *schema, const char *name)
{
    if (schema) {
        sql_ident(buf, schema);
        buf_addc(buf, '.');
    }
    sql_ident(buf, name);
}

void sql_literal(struct buf *buf, const char *text)
{
    if (!text) {
        buf_add(buf, "NULL");
        return;
    }
    if (!strchr(text, '\\')) {
        add_quoted(buf, text, '\'');
        return;
    }
    buf_add(buf, "E'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') buf_addc(buf, *text);
        buf_addc(buf, *text);
    }
    buf_addc(buf, '\'');
}

void sql_dollar(struct buf *buf, const char *text, const char *tag)
{
    /* Without its last `$`: a text that ends in `$tag` would close the quote as well. */
    const char *open = arena_printf(buf->arena, "$%s", tag);
    for (unsigned n = 1; strstr(text, open); n++) open = arena_printf(buf->arena, "$%s_%u", tag, n);
    buf_printf(buf, "%s$", open);
    buf_add(buf, text);
    buf_printf(buf, "%s$", open);
}

const char *sql_ident_str(struct arena *arena, const char *name)
{
    return sql_qname_str(arena, NULL, name);
}

const char *sql_qname_str(struct arena *arena, const char *schema, const char *name)
{
    struct buf buf = buf_new(arena);
    sql_qname(&buf, schema, name);
    return buf.text;
}

const char *sql_literal_str(struct arena *arena, const char *text)
{
    struct buf buf = buf_new(arena);
    sql_literal(&buf, text);
    return buf.text;
}

static void add_utf8(struct buf *buf, unsigned long code)
{
    if (code < 0x80) {
        buf_addc(buf, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xC0, 0xE0, 0xF0};
    buf_addc(buf, (char)(first[more] | (code >> (6 * more))));
    while (more-- > 0) buf_addc(buf, (char)(0x80 | ((code >> (6 * more)) & 0x3F)));
}

/* The escape at a backslash: \XXXX or \+XXXXXX; its length, 0 where it is none. */
static size_t add_escape(struct buf *buf, const char *at, size_t len)
{
    bool wide = len > 1 && at[1] == '+';
    size_t skip = wide ? 2 : 1, digits = wide ? 6 : 4;
    char hex[8] = {0};
    if (len < skip + digits) return 0;
    for (size_t i = 0; i < digits; i++) {
        hex[i] = at[skip + i];
        if (!isxdigit((unsigned char)hex[i])) return 0;
    }
    unsigned long code = strtoul(hex, NULL, 16);
    if (code == 0 || code > 0x10FFFF) return 0;
    add_utf8(buf, code);
    return skip + digits;
}

const char *sql_unquote(struct arena *arena, const char *text, size_t len)
{
    struct buf plain = buf_new(arena);
    bool escapes = len > 2 && text[1] == '&';
    size_t start = escapes ? 2 : 0;
    for (size_t i = start + 1; i + 1 < len; i++) {
        size_t escape = escapes && text[i] == '\\' ? add_escape(&plain, text + i, len - 1 - i) : 0;
        if (escape) {
            i += escape - 1;
            continue;
        }
        buf_addc(&plain, text[i]);
        bool doubled = i + 2 < len && text[i + 1] == text[i];
        if (doubled && (text[i] == text[start] || (escapes && text[i] == '\\'))) i++;
    }
    return plain.text;
}

const char *sql_fold(struct arena *arena, const char *text, size_t len)
{
    struct buf name = buf_new(arena);
    bool escapes = len > 3 && (text[0] == 'U' || text[0] == 'u') && text[1] == '&' && text[2] == '"';
    bool quoted = escapes || (len >= 2 && text[0] == '"' && text[len - 1] == '"');
    if (quoted) buf_add(&name, sql_unquote(arena, text, len));
    for (size_t i = 0; !quoted && i < len; i++) {
        buf_addc(&name, text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i]);
    }
    name.text[str_clip_utf8(name.text, name.len, NAME_MAX_BYTES)] = '\0';
    return name.text;
}

const char *sql_object_name(struct arena *arena, const char *name1, const char *name2, const char *label)
{
    size_t overhead = (name2 ? 1 : 0) + (label ? strlen(label) + 1 : 0);
    size_t room = overhead < NAME_MAX_BYTES ? NAME_MAX_BYTES - overhead : 0;
    size_t n1 = strlen(name1), n2 = name2 ? strlen(name2) : 0;
    while (n1 + n2 > room) {
        if (n1 > n2) {
            n1--;
        } else {
            n2--;
        }
    }
    n1 = str_clip_utf8(name1, strlen(name1), n1);
    n2 = name2 ? str_clip_utf8(name2, strlen(name2), n2) : 0;
    struct buf name = buf_new(arena);
    buf_addn(&name, name1, n1);
    if (name2) {
        buf_addc(&name, '_');
        buf_addn(&name, name2, n2);
    }
    if (label) buf_printf(&name, "_%s", label);
    return name.text;
}
