/* tokens.c: libpg_query's scanner: its protobuf answer decoded by hand, and digests of token streams. */
#include <pg_query.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "sql/errors.h"
#include "sql/raw.h"

struct bytes {
    const unsigned char *at, *end;
};

static uint64_t read_varint(struct bytes *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; in->at < in->end && shift < 64; shift += 7) {
        unsigned char byte = *in->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

/* One field: its number, and its value or (wire type 2) the bytes it holds. The scanner's answer has no others. */
static unsigned read_field(struct bytes *in, uint64_t *value, struct bytes *inner)
{
    uint64_t tag = read_varint(in);
    *value = read_varint(in);
    *inner = (struct bytes){0};
    if ((tag & 7) == 2) {
        size_t left = (size_t)(in->end - in->at);
        size_t len = *value < left ? (size_t)*value : left;
        *inner = (struct bytes){in->at, in->at + len};
        in->at += len;
    }
    return (unsigned)(tag >> 3);
}

static struct sql_token read_token(struct bytes in)
{
    struct sql_token token = {0};
    while (in.at < in.end) {
        uint64_t value;
        struct bytes inner;
        switch (read_field(&in, &value, &inner)) {
        case 1: token.start = (size_t)value; break;
        case 2: token.end = (size_t)value; break;
        case 4: token.kind = (int)value; break;
        case 5: token.keyword = (enum sql_keyword)value; break;
        default: break;
        }
    }
    return token;
}

/* The end of U&".." or U&'..', which the scanner doesn't tell. A literal goes on behind a line end. */
static size_t unicode_end(const char *text, size_t start)
{
    size_t at = start + 3;
    char quote = text[start + 2];
    for (;; at++) {
        const char *close = strchr(text + at, quote);
        if (!close) return at + strlen(text + at);
        at = (size_t)(close - text) + 1;
        if (text[at] == quote) continue;
        size_t gap = strspn(text + at, " \t\r\n\f\v"), line = strcspn(text + at, "\r\n");
        if (quote != '\'' || text[at + gap] != quote || line >= gap) return at;
        at += gap;
    }
}

static void read_tokens(struct arena *arena, const char *text, struct bytes in, struct sql_tokens *tokens)
{
    while (in.at < in.end) {
        uint64_t value;
        struct bytes inner;
        if (read_field(&in, &value, &inner) != 2) continue;
        struct sql_token token = read_token(inner);
        if (token.kind == TOKEN_SQL_COMMENT || token.kind == TOKEN_C_COMMENT) continue;
        bool unicode = token.kind == TOKEN_UIDENT || token.kind == TOKEN_USCONST;
        if (unicode) token.end = unicode_end(text, token.start);
        vec_push(arena, tokens, token);
    }
}

bool sql_scan(struct arena *arena, const char *text, struct sql_tokens *tokens, struct sql_error *error)
{
    *tokens = (struct sql_tokens){0};
    PgQueryScanResult result = pg_query_scan(text);
    if (result.error) {
        struct sql_frame bare = {"", ""};
        *error = sql_error_of(arena, &bare, text, result.error->message, result.error->cursorpos);
    } else {
        const unsigned char *data = (const unsigned char *)result.pbuf.data;
        read_tokens(arena, text, (struct bytes){data, data + result.pbuf.len}, tokens);
    }
    bool done = !result.error;
    pg_query_free_scan_result(result);
    return done;
}

bool sql_token_is(const char *text, struct sql_token token, const char *word)
{
    size_t len = strlen(word);
    return token.end - token.start == len && strncasecmp(text + token.start, word, len) == 0;
}

size_t sql_close(const struct sql_tokens *tokens, size_t open)
{
    size_t depth = 0;
    for (size_t i = open; i < tokens->n; i++) {
        int kind = tokens->at[i].kind;
        if (kind == '(' || kind == '[') depth++;
        if ((kind == ')' || kind == ']') && --depth == 0) return i + 1;
    }
    return tokens->n;
}

static void add_without_cr(struct buf *buf, const char *text, size_t len)
{
    for (const char *cr; (cr = memchr(text, '\r', len));) {
        size_t before = (size_t)(cr - text);
        buf_addn(buf, text, before);
        text += before + 1;
        len -= before + 1;
    }
    buf_addn(buf, text, len);
}

const char *sql_token_digest(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    struct buf stream = buf_new(arena);
    if (sql_scan(arena, text, &tokens, &error)) {
        for (size_t i = 0; i < tokens.n; i++) {
            add_without_cr(&stream, text + tokens.at[i].start, tokens.at[i].end - tokens.at[i].start);
            buf_addc(&stream, '\x1F'); /* stands in no token but a quoted one */
        }
    } else {
        add_without_cr(&stream, text, strlen(text));
    }
    return digest_text(arena, stream.text, stream.len);
}
