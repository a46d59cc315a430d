/* island.c: finds the end of SQL inside model text, one lexical piece after the other. */
#include "model/island.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum piece {
    PIECE_END, PIECE_SPACE, PIECE_NEWLINE, PIECE_JOIN /* `\` at the end of a line */, PIECE_COMMENT, PIECE_QUOTED,
    PIECE_UNCLOSED, PIECE_WORD, PIECE_OPEN, PIECE_CLOSE, PIECE_SEMICOLON, PIECE_BRACE, PIECE_COMMA, PIECE_ARROW,
    PIECE_ANNOTATION, PIECE_OTHER
};

struct pieces {
    const char *text;
    size_t len;
    size_t start, end; /* of the last piece */
    bool one_line;     /* a quote must close on its line */
};

/* Islands end somewhere within this; beyond it a parenthesis counts as forgotten, so that no text takes quadratic
 * time. */
enum { FARTHEST_CLOSE = 1 << 18 };

static bool is_word_start(char c) { return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80; }
static bool is_word_char(char c) { return is_word_start(c) || isdigit((unsigned char)c) || c == '$'; }
static bool is_operator(char c) { return c && strchr("+-*/<>=~!@#%^&|`?", c); }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

static char char_at(const struct pieces *p, size_t i) { return i < p->len ? p->text[i] : '\0'; }

size_t island_comment(const char *text, size_t len, size_t pos)
{
    size_t depth = 0;
    for (size_t i = pos; i + 1 < len;) {
        if (text[i] == '/' && text[i + 1] == '*') depth++, i += 2;
        else if (text[i] == '*' && text[i + 1] == '/') {
            depth--, i += 2;
            if (depth == 0) return i;
        } else i++;
    }
    return 0;
}

/* Sets the end of the piece from an offset that is 0 where it is not closed. */
static enum piece closed(struct pieces *p, size_t end, enum piece piece)
{
    p->end = end ? end : p->len;
    return end ? piece : PIECE_UNCLOSED;
}

static enum piece quoted(struct pieces *p, size_t open, bool backslashes)
{
    char quote = p->text[open];
    for (size_t i = open + 1; i < p->len; i++) {
        char c = p->text[i];
        if (c == '\n' && p->one_line) {
            p->end = i;
            return PIECE_UNCLOSED;
        }
        if (c == '\\' && backslashes) i++;
        else if (c == quote && char_at(p, i + 1) == quote) i++;
        else if (c == quote) return closed(p, i + 1, PIECE_QUOTED);
    }
    return closed(p, 0, PIECE_QUOTED);
}

static enum piece dollar(struct pieces *p)
{
    size_t tag = p->start + 1;
    if (is_word_start(char_at(p, tag))) {
        while (is_word_char(char_at(p, tag)) && char_at(p, tag) != '$') tag++;
    }
    if (char_at(p, tag) != '$') {
        p->end = p->start + 1;
        return PIECE_OTHER;
    }
    size_t tag_len = tag + 1 - p->start;
    const char *end = memmem(p->text + tag + 1, p->len - tag - 1, p->text + p->start, tag_len);
    return closed(p, end ? (size_t)(end - p->text) + tag_len : 0, PIECE_QUOTED);
}

static enum piece operator_run(struct pieces *p)
{
    size_t i = p->start;
    if (char_at(p, i) == '@' && is_word_start(char_at(p, i + 1))) {
        p->end = i + 1;
        return PIECE_ANNOTATION;
    }
    while (is_operator(char_at(p, i))) {
        bool comment = i > p->start && (str_starts(p->text + i, "--") || str_starts(p->text + i, "/*"));
        if (comment) break;
        i++;
    }
    p->end = i;
    return i - p->start == 2 && memcmp(p->text + p->start, "->", 2) == 0 ? PIECE_ARROW : PIECE_OTHER;
}

static enum piece word(struct pieces *p)
{
    size_t i = p->start;
    while (is_word_char(char_at(p, i))) i++;
    p->end = i;
    bool escapes = i - p->start == 1 && tolower((unsigned char)p->text[p->start]) == 'e';
    return escapes && char_at(p, i) == '\'' ? quoted(p, i, true) : PIECE_WORD;
}

static size_t run_of(const struct pieces *p, size_t i, bool (*test)(char))
{
    while (i < p->len && test(p->text[i])) i++;
    return i;
}

static enum piece punctuation(char c)
{
    switch (c) {
    case '(': return PIECE_OPEN;
    case ')': return PIECE_CLOSE;
    case ';': return PIECE_SEMICOLON;
    case '{':
    case '}': return PIECE_BRACE;
    case ',': return PIECE_COMMA;
    default: return PIECE_OTHER;
    }
}

static enum piece line_comment(struct pieces *p)
{
    const char *newline = memchr(p->text + p->start, '\n', p->len - p->start);
    p->end = newline ? (size_t)(newline - p->text) : p->len;
    return PIECE_COMMENT;
}

static enum piece next_piece(struct pieces *p)
{
    p->start = p->end;
    if (p->start >= p->len) return PIECE_END;
    char c = p->text[p->start], next = char_at(p, p->start + 1);
    p->end = p->start + 1;
    if (c == '\n') return PIECE_NEWLINE;
    if (is_blank(c)) {
        p->end = run_of(p, p->start, is_blank);
        return PIECE_SPACE;
    }
    if (c == '\\') {
        size_t line_end = run_of(p, p->start + 1, is_blank);
        if (char_at(p, line_end) == '\n') return closed(p, line_end + 1, PIECE_JOIN);
        return PIECE_OTHER;
    }
    if (c == '-' && next == '-') return line_comment(p);
    if (c == '/' && next == '*') return closed(p, island_comment(p->text, p->len, p->start), PIECE_COMMENT);
    if (c == '\'' || c == '"') return quoted(p, p->start, false);
    if (c == '$') return dollar(p);
    if (is_word_start(c)) return word(p);
    if (isdigit((unsigned char)c)) {
        p->end = run_of(p, p->start, is_word_char);
        return PIECE_OTHER;
    }
    if (is_operator(c)) return operator_run(p);
    return punctuation(c);
}

size_t island_close(const char *text, size_t len, size_t open)
{
    struct pieces p = {.text = text, .len = len, .end = open};
    size_t depth = 0;
    bool later_line = false;
    while (p.end - open < FARTHEST_CLOSE) {
        switch (next_piece(&p)) {
        case PIECE_OPEN: depth++; break;
        case PIECE_CLOSE:
            if (--depth == 0) return p.end;
            break;
        case PIECE_NEWLINE: later_line = true; break;
        case PIECE_BRACE:
        case PIECE_SEMICOLON:
            if (later_line) return 0;
            break;
        case PIECE_END:
        case PIECE_UNCLOSED: return 0;
        default: break;
        }
    }
    return 0;
}

static bool piece_is(const struct pieces *p, const char *word)
{
    size_t len = strlen(word);
    return p->end - p->start == len && strncasecmp(p->text + p->start, word, len) == 0;
}

static bool piece_in(const struct pieces *p, const char *const *words)
{
    for (; *words; words++) {
        if (piece_is(p, *words)) return true;
    }
    return false;
}

/* Words that end a `default`: every other clause of a column. */
static const char *const column_words[] = {
    "null", "not", "pk", "primary", "unique", "index", "check", "constraint", "default", "generated", "identity",
    "collate", "storage", "compression", "statistics", "backfill", "convert", "references", "was", "as", "on", "match",
    "deferrable", "initially", "nulls", NULL,
};
/* Words that continue the item above when they begin a line. */
static const char *const line_words[] = {
    "as", "on", "where", "with", "default", "references", "collate", "not", "null", "deferrable", "initially", "using",
    "to", "for", "when", NULL,
};

bool island_continues(const char *text, size_t len, size_t pos)
{
    struct pieces p = {.text = text, .len = len, .end = pos};
    for (;;) {
        switch (next_piece(&p)) {
        case PIECE_NEWLINE:
        case PIECE_SPACE:
        case PIECE_COMMENT: break;
        case PIECE_ARROW: return true;
        case PIECE_WORD: return piece_in(&p, line_words);
        default: return false;
        }
    }
}

/* Whether nothing but the end of the item follows. */
static bool at_item_end(struct pieces p)
{
    for (;;) {
        switch (next_piece(&p)) {
        case PIECE_SPACE:
        case PIECE_COMMENT: break;
        case PIECE_NEWLINE:
        case PIECE_SEMICOLON:
        case PIECE_END: return true;
        case PIECE_BRACE: return p.text[p.start] == '}';
        default: return false;
        }
    }
}

struct free_scan {
    struct pieces p;
    struct free_island found;
    bool is_default;
    bool any;       /* something was found */
    bool qualified; /* after `.` or `::`, where a word is a name */
};

static bool ends_default(const struct free_scan *s, enum piece piece)
{
    if (!s->is_default) return false;
    if (piece == PIECE_ANNOTATION) return true;
    if (!s->any) return false;
    return piece == PIECE_ARROW || (piece == PIECE_WORD && !s->qualified && piece_in(&s->p, column_words));
}

static bool free_problem(struct free_scan *s, const char *what)
{
    const char *newline = memchr(s->p.text + s->p.start, '\n', s->p.len - s->p.start);
    s->found.problem = what;
    s->found.problem_at = s->p.start;
    s->found.end = newline ? (size_t)(newline - s->p.text) : s->p.len;
    return false;
}

/* Takes one piece into the island; false where the island ends before it. */
static bool take_piece(struct free_scan *s, enum piece piece)
{
    struct pieces *p = &s->p;
    switch (piece) {
    case PIECE_SPACE:
    case PIECE_COMMENT:
    case PIECE_JOIN: return true;
    case PIECE_NEWLINE: return island_continues(p->text, p->len, p->end);
    case PIECE_END:
    case PIECE_SEMICOLON:
    case PIECE_BRACE: return false;
    case PIECE_UNCLOSED: return free_problem(s, "this quote is not closed");
    case PIECE_COMMA:
        if (at_item_end(*p)) return false;
        break;
    case PIECE_OPEN:
        p->end = island_close(p->text, p->len, p->start);
        if (!p->end) return free_problem(s, "this ( is not closed");
        break;
    case PIECE_ANNOTATION:
        if (!s->found.annotation) s->found.annotation = p->start;
        break;
    default: break;
    }
    if (!s->any) s->found.start = p->start;
    s->any = true;
    s->found.end = p->end;
    s->qualified = piece == PIECE_OTHER && (p->text[p->end - 1] == '.' || p->text[p->end - 1] == ':');
    return true;
}

struct free_island island_free(const char *text, size_t len, size_t pos, bool is_default)
{
    struct free_scan s = {.p = {.text = text, .len = len, .end = pos, .one_line = true},
                          .found = {.start = pos, .end = pos}, .is_default = is_default};
    for (;;) {
        enum piece piece = next_piece(&s.p);
        if (ends_default(&s, piece) || !take_piece(&s, piece)) break;
    }
    s.found.next = s.found.end;
    return s.found;
}

/* ---- statements */

bool island_starts_statement(const char *text, size_t len, size_t pos, bool braced)
{
    static const char *const blocks[] = {"table", "enum", "mixin", "composite", NULL};
    static const char *const lines[] = {"domain", "sequence", "schema", "extension", NULL};
    struct pieces p = {.text = text, .len = len, .end = pos, .one_line = true};
    if (next_piece(&p) != PIECE_WORD) return false;
    if (!piece_in(&p, blocks) && (braced || !piece_in(&p, lines))) return false;
    if (next_piece(&p) != PIECE_SPACE) return false;
    enum piece name = next_piece(&p);
    if (name != PIECE_WORD && name != PIECE_QUOTED) return false;
    if (!braced) return true;
    size_t brace = p.end + strcspn(text + p.end, "{\n,;('\"$");
    return brace < len && text[brace] == '{';
}

struct statement_scan {
    struct pieces p;
    size_t parens;
    size_t atomic;      /* BEGIN ATOMIC, and CASE inside of it */
    bool was_begin;
    bool line_start;
    size_t candidate;   /* first later line that looks like a statement of ours */
};

/* Counts BEGIN ATOMIC .. END and CASE .. END, in which `;` ends nothing. */
static void statement_word(struct statement_scan *s)
{
    bool atomic = s->was_begin && piece_is(&s->p, "atomic");
    s->was_begin = piece_is(&s->p, "begin");
    if (atomic || (s->atomic && piece_is(&s->p, "case"))) s->atomic++;
    else if (s->atomic && piece_is(&s->p, "end")) s->atomic--;
    if (s->line_start && !s->candidate && island_starts_statement(s->p.text, s->p.len, s->p.start, false)) {
        s->candidate = s->p.start;
    }
}

/* The first line from `pos` on that begins a statement of ours, or the text's end. */
static size_t next_statement(const char *text, size_t len, size_t pos)
{
    while (pos < len) {
        const char *newline = memchr(text + pos, '\n', len - pos);
        if (!newline) return len;
        pos = (size_t)(newline - text) + 1;
        if (island_starts_statement(text, len, pos, false)) return pos;
    }
    return len;
}

/* After the block that opens at `pos`, with the braces in it counted. */
static size_t after_block(struct pieces p, size_t pos)
{
    size_t depth = 0;
    p.end = pos;
    for (;;) {
        enum piece piece = next_piece(&p);
        if (piece == PIECE_END) return p.len;
        if (piece != PIECE_BRACE) continue;
        if (p.text[p.start] == '{') depth++;
        else if (depth <= 1) return p.end;
        else depth--;
    }
}

static struct statement missing(const struct statement_scan *s, enum piece last)
{
    struct statement found = {.missing = true, .brace = last == PIECE_BRACE && !s->candidate};
    if (last == PIECE_UNCLOSED) found.unclosed = s->p.start;
    if (s->candidate) found.next = s->candidate;
    else if (last == PIECE_BRACE) found.next = after_block(s->p, s->p.start);
    else found.next = next_statement(s->p.text, s->p.len, last == PIECE_UNCLOSED ? s->p.start : s->p.len);
    found.end = found.next;
    return found;
}

struct statement island_statement(const char *text, size_t len, size_t start)
{
    struct statement_scan s = {.p = {.text = text, .len = len, .end = start}};
    for (;;) {
        enum piece piece = next_piece(&s.p);
        switch (piece) {
        case PIECE_WORD: statement_word(&s); break;
        case PIECE_OPEN: s.parens++; break;
        case PIECE_CLOSE:
            if (s.parens) s.parens--;
            break;
        case PIECE_SEMICOLON:
            if (!s.parens && !s.atomic) return (struct statement){.end = s.p.start, .next = s.p.end};
            break;
        case PIECE_BRACE:
        case PIECE_END:
        case PIECE_UNCLOSED: return missing(&s, piece);
        default: break;
        }
        if (piece != PIECE_SPACE) s.line_start = piece == PIECE_NEWLINE;
        if (piece != PIECE_SPACE && piece != PIECE_NEWLINE && piece != PIECE_COMMENT && piece != PIECE_WORD) {
            s.was_begin = false;
        }
    }
}

/* ---- layout */

const char *island_squeeze(struct arena *arena, const char *text, size_t len)
{
    struct pieces p = {.text = text, .len = len};
    struct buf out = buf_new(arena);
    bool space = false, after_word = false;
    size_t depth = 0;
    for (enum piece piece; (piece = next_piece(&p)) != PIECE_END;) {
        bool gap = piece == PIECE_SPACE || piece == PIECE_NEWLINE || piece == PIECE_COMMENT || piece == PIECE_JOIN;
        if (gap) {
            space = true;
            continue;
        }
        bool is_word = piece == PIECE_WORD || piece == PIECE_QUOTED || piece == PIECE_OTHER;
        bool dot = text[p.start] == '.' || text[p.start] == '[' || text[p.start] == ']';
        if (space && after_word && is_word && !dot) buf_addc(&out, ' ');
        buf_addn(&out, text + p.start, p.end - p.start);
        if (piece == PIECE_OPEN) depth++;
        else if (piece == PIECE_CLOSE && depth) depth--;
        bool opens = text[p.end - 1] == '.' || text[p.end - 1] == '[';
        after_word = (is_word && !opens) || (piece == PIECE_CLOSE && depth == 0);
        space = false;
    }
    return out.text;
}
