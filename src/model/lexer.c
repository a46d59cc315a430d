/* lexer.c: between scanner and grammar: line ends, continuation lines, blocks, SQL islands and error recovery. */
#include "model/lexer.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "model.tab.h"
#include "model/island.h"

/* So many unclosed quotes and parentheses, and the rest of the file is not worth reading; it also bounds the time
 * that looking for their ends may take. */
enum { MOST_LOST = 100, LONGEST_WORD = 16 };

struct span lexer_span(const struct reader *r, size_t start, size_t end)
{
    return (struct span){r->source->base + (uint32_t)start, r->source->base + (uint32_t)end};
}

void lexer_begin(struct reader *r)
{
    struct lexer *lx = ARENA_NEW(r->ctx->arena, struct lexer);
    r->lexer = lx;
    lx->text = r->source->text;
    lx->len = r->source->len;
    lx->words = map_new(r->ctx->arena);
    lx->held.kind = -1;
    lx->previous = T_NL;
    lx->last = lexer_span(r, 0, 0);
    if (str_starts(lx->text, "\xef\xbb\xbf")) lx->pos = 3; /* a byte order mark */
    scan_begin(r);
}

void lexer_end(struct reader *r)
{
    scan_end(r);
}

struct diag *lexer_lost(struct reader *r, struct span span, const char *message)
{
    struct lexer *lx = r->lexer;
    struct diag *diag = diag_add(r->ctx, D_SYNTAX, span, "%s", message);
    if (++lx->lost < MOST_LOST) return diag;
    diag_mend(r->ctx, diag, "detail", "too many unclosed quotes and parentheses: the rest of the file is not read");
    lx->dead = true;
    return diag;
}

void lexer_comment(struct reader *r, size_t start, size_t end)
{
    while (end > start && r->lexer->text[end - 1] == '\r') end--;
    struct comment comment = {.span = lexer_span(r, start, end), .own_line = !r->lexer->line_used};
    vec_push(r->ctx->arena, &r->lexer->comments, comment);
}

/* The kinds of the words met so far are remembered: the grammar's list is searched once for each. */
int lexer_word(struct reader *r, size_t start, size_t len)
{
    char word[LONGEST_WORD + 1];
    if (len > LONGEST_WORD) return T_WORD;
    for (size_t i = 0; i < len; i++) {
        char c = r->lexer->text[start + i];
        word[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        if (word[i] < 'a' || word[i] > 'z') return T_WORD;
    }
    word[len] = '\0';
    void *known = map_get(r->lexer->words, word);
    if (known) return (int)(intptr_t)known;
    int kind = model_word_kind(word);
    map_put(r->lexer->words, word, (void *)(intptr_t)kind);
    return kind;
}

size_t lexer_line_end(const struct lexer *lx, size_t pos)
{
    const char *newline = memchr(lx->text + pos, '\n', lx->len - pos);
    size_t end = newline ? (size_t)(newline - lx->text) : lx->len;
    while (end > pos && isspace((unsigned char)lx->text[end - 1])) end--;
    return end;
}

struct token lexer_island(struct reader *r, size_t open)
{
    struct lexer *lx = r->lexer;
    size_t end = island_close(lx->text, lx->len, open);
    if (end) {
        const char *inside = arena_strndup(r->ctx->arena, lx->text + open + 1, end - open - 2);
        return (struct token){.kind = T_ISLAND, .value = inside, .span = lexer_span(r, open, end)};
    }
    lexer_lost(r, lexer_span(r, open, open + 1), "this ( is not closed");
    return (struct token){.kind = T_ISLAND, .span = lexer_span(r, open, lexer_line_end(lx, open + 1))};
}

/* ---- what the grammar asks for */

void lexer_want(struct reader *r, enum want want)
{
    r->lexer->want = want;
}

void lexer_labels(struct reader *r)
{
    r->lexer->labels = true;
}

/* The text of an island without the `\` of its continued lines, every byte in its place. */
static const char *free_text(struct reader *r, size_t start, size_t end)
{
    char *text = arena_strndup(r->ctx->arena, r->lexer->text + start, end - start);
    for (size_t i = 0; i < end - start; i++) {
        if (text[i] != '\\') continue;
        size_t next = i + 1 + strspn(text + i + 1, " \t\r");
        if (text[next] == '\n') text[i] = ' ';
    }
    return text;
}

static struct token want_free(struct reader *r, bool is_default)
{
    struct lexer *lx = r->lexer;
    size_t word = lx->last.start - r->source->base;
    struct free_island found = island_free(lx->text, lx->len, lx->pos, is_default);
    struct token token = {.kind = T_SQL, .span = lexer_span(r, found.start, found.end)};
    if (found.problem) {
        lexer_lost(r, lexer_span(r, found.problem_at, found.problem_at + 1), found.problem);
    } else if (found.annotation) {
        struct span at = lexer_span(r, found.annotation, found.annotation + 1);
        struct diag *diag = diag_add(r->ctx, D_SYNTAX, at, "an annotation stands before `where`");
        diag_mend(r->ctx, diag, "hint", "`where` takes all that follows in the item");
    } else if (found.start == found.end) {
        diag_add(r->ctx, D_SYNTAX, lexer_span(r, word, lx->pos), "`%s` needs an SQL expression",
                 is_default ? "default" : "where");
    } else {
        token.value = free_text(r, found.start, found.end);
    }
    token.broken = token.value == NULL;
    scan_to(r, found.next > lx->pos ? found.next : lx->pos);
    return token;
}

static struct token want_statement(struct reader *r)
{
    struct lexer *lx = r->lexer;
    size_t start = lx->last.start - r->source->base;
    struct statement found = island_statement(lx->text, lx->len, start);
    struct token token = {.kind = T_SQL, .span = lexer_span(r, start, found.next)};
    if (found.missing) {
        struct diag *diag = lexer_lost(r, lx->last, "this statement has no `;` at its end");
        if (found.unclosed) {
            diag_note(r->ctx, diag, lexer_span(r, found.unclosed, found.unclosed + 1), "opened here and not closed");
        }
        if (found.brace) diag_mend(r->ctx, diag, "hint", "with braces it is a declaration: table NAME { .. }");
        size_t end = found.end;
        while (end > start && isspace((unsigned char)lx->text[end - 1])) end--;
        token.span = lexer_span(r, start, end);
        token.broken = true;
    } else {
        token.value = arena_strndup(r->ctx->arena, lx->text + start, found.end - start);
    }
    scan_to(r, found.next > lx->pos ? found.next : lx->pos);
    lx->line_used = !found.missing;
    lx->owes_newline = true;
    return token;
}

static struct token take_wanted(struct reader *r)
{
    enum want want = r->lexer->want;
    r->lexer->want = WANT_TOKEN;
    return want == WANT_STATEMENT ? want_statement(r) : want_free(r, want == WANT_DEFAULT);
}

/* ---- lines and blocks */

static struct token take(struct reader *r)
{
    struct token token = r->lexer->held;
    r->lexer->held.kind = -1;
    return token.kind >= 0 ? token : scan_token(r);
}

static void hold(struct reader *r, struct token token)
{
    r->lexer->held = token;
}

static bool at_item_start(const struct lexer *lx)
{
    return lx->previous == T_NL || lx->previous == T_OPEN;
}

static struct token newline_at(uint32_t position)
{
    return (struct token){.kind = T_NL, .span = {position, position}};
}

/* `table NAME {` on a line inside a block: a `}` was forgotten. */
static bool closes_missing(struct reader *r, struct token token)
{
    struct lexer *lx = r->lexer;
    size_t start = token.span.start - r->source->base;
    if (lx->blocks.n == 0 || lx->labels) return false;
    return island_starts_statement(lx->text, lx->len, start, true);
}

static void report_unclosed_block(struct reader *r)
{
    struct lexer *lx = r->lexer;
    if (lx->dead) return;
    lexer_lost(r, lx->blocks.at[lx->blocks.n - 1], "this { is not closed");
}

/* At a line end: folds all that follow it; whether it ends an item. */
static bool newline_counts(struct reader *r, struct token newline)
{
    struct lexer *lx = r->lexer;
    bool semicolon = false;
    struct token next = newline;
    for (; next.kind == T_NL; next = scan_token(r)) {
        semicolon |= lx->text[next.span.start - r->source->base] == ';';
    }
    hold(r, next);
    if (closes_missing(r, next)) {
        report_unclosed_block(r);
        lx->closing = true;
    }
    if (at_item_start(lx)) return false;
    if (semicolon || next.kind == T_END) return true;
    size_t start = next.span.start - r->source->base;
    return next.kind != T_OPEN && (lx->labels || !island_continues(lx->text, lx->len, start));
}

static struct token close_block(struct reader *r, struct token token)
{
    struct lexer *lx = r->lexer;
    if (!at_item_start(lx)) {
        hold(r, token);
        return newline_at(lx->last.end);
    }
    if (lx->blocks.n) lx->blocks.n--;
    lx->labels = false;
    lx->owes_newline = true;
    return token;
}

static struct token at_end(struct reader *r, struct token token)
{
    struct lexer *lx = r->lexer;
    if (lx->blocks.n && !lx->closing) {
        report_unclosed_block(r);
        lx->closing = true;
    }
    hold(r, token);
    if (lx->previous != T_NL && !(lx->blocks.n && lx->previous == T_OPEN)) return newline_at(lx->last.end);
    if (lx->blocks.n) return close_block(r, (struct token){.kind = T_CLOSE, .span = token.span});
    return take(r);
}

static struct token next_token(struct reader *r)
{
    struct lexer *lx = r->lexer;
    if (lx->want != WANT_TOKEN) return take_wanted(r);
    if (lx->owes_newline) {
        lx->owes_newline = false;
        return newline_at(lx->last.end);
    }
    for (;;) {
        if (lx->closing && lx->blocks.n && at_item_start(lx)) {
            return close_block(r, (struct token){.kind = T_CLOSE, .span = newline_at(lx->last.end).span});
        }
        if (lx->blocks.n == 0) lx->closing = false;
        struct token token = take(r);
        if (token.kind == T_END) return at_end(r, token);
        if (token.kind == T_CLOSE) return close_block(r, token);
        if (token.kind == T_NL) {
            if (newline_counts(r, token)) return newline_at(token.span.start);
            continue;
        }
        if (token.kind == T_OPEN) vec_push(r->ctx->arena, &lx->blocks, token.span);
        if (token.kind != T_COMMA) return token;
        struct token next = take(r);
        hold(r, next);
        if (next.kind != T_NL && next.kind != T_CLOSE && next.kind != T_END) return token; /* else a trailing one */
    }
}

/* Keeps what error messages need to know about the item at hand. */
static struct token give(struct reader *r)
{
    struct lexer *lx = r->lexer;
    bool begins = at_item_start(lx);
    struct token token = next_token(r);
    if (begins) {
        lx->first = token;
        lx->item_tokens = 0;
        lx->broken = false;
    }
    if (token.broken) {
        lx->broken = true;
        lx->dead |= gave_up(r);
    }
    lx->item_tokens++;
    lx->previous = token.kind;
    lx->last = token.span;
    return token;
}

int grammar_lex(GRAMMAR_STYPE *value, GRAMMAR_LTYPE *span, struct reader *r)
{
    struct token token = give(r);
    if (token.kind == T_ISLAND) value->T_ISLAND = token.value;
    if (token.kind == T_SQL) value->T_SQL = token.value;
    *span = token.span;
    return token.kind;
}

/* ---- recovery */

/* Gives a token back to the stream as if it had not been read. */
static void give_back(struct reader *r, struct token token)
{
    struct lexer *lx = r->lexer;
    if (token.kind == T_NL) {
        lx->owes_newline = true;
        lx->previous = T_BAD;
        return;
    }
    if (token.kind == T_OPEN) lx->blocks.n--;
    hold(r, token);
    lx->previous = T_BAD;
}

bool lexer_skip_item(struct reader *r, int kind)
{
    struct lexer *lx = r->lexer;
    if (kind == T_NL || kind == T_END) return false;
    size_t depth = lx->blocks.n - (kind == T_OPEN ? 1 : 0);
    for (;;) {
        struct token token = give(r);
        bool ends = token.kind == T_END || (token.kind == T_NL && lx->blocks.n <= depth);
        if (!ends) continue;
        give_back(r, token);
        return true;
    }
}

bool lexer_skip_header(struct reader *r, int kind)
{
    if (kind == T_NL || kind == T_END || kind == T_OPEN) return false;
    for (;;) {
        struct token token = give(r);
        if (token.kind != T_NL && token.kind != T_END && token.kind != T_OPEN) continue;
        give_back(r, token);
        return true;
    }
}
