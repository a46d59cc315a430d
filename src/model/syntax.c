/* syntax.c: turns a token the grammar did not expect into a message that helps. */
#include "model/syntax.h"

#include <ctype.h>
#include <string.h>

#include "base/suggest.h"
#include "model.tab.h"
#include "model/lexer.h"

/* At most so many alternatives are listed. */
enum { MOST_LISTED = 6 };

static bool is_word(int kind)
{
    return kind >= T_SCHEMA;
}

static bool is_name(int kind)
{
    return kind == T_WORD || kind == T_QUOTED || is_word(kind);
}

static bool starts_item(int kind)
{
    switch (kind) {
    case T_PRIMARY: case T_UNIQUE: case T_CHECK: case T_FOREIGN: case T_EXCLUDE: case T_INDEX: case T_CONSTRAINT:
    case T_TRIGGER: case T_POLICY: case T_PARTITION: case T_USE: case T_HAS: case T_GRANT: return true;
    default: return false;
    }
}

static bool expects(const struct expected *expected, int kind)
{
    for (size_t i = 0; i < expected->n; i++) {
        if (expected->kinds[i] == kind) return true;
    }
    return false;
}

/* The token as written, or what it is called. */
static const char *shown(struct reader *r, int kind, struct span span)
{
    if (kind == T_ISLAND) return "( .. )";
    if (kind == T_ANNOTATION || span_len(span) == 0 || span_len(span) > 60) return model_kind_name(kind);
    return arena_printf(r->ctx->arena, "`%.*s`", (int)span_len(span), text_at(r->source, span));
}

/* ": expected a, b or c", or nothing where too much is possible. */
static const char *expectation(struct reader *r, const struct expected *expected, bool unknown)
{
    bool names = expects(expected, T_WORD);
    int kinds[MOST_LISTED + 1];
    size_t n = 0;
    for (size_t i = 0; i < expected->n && n <= MOST_LISTED; i++) {
        int kind = expected->kinds[i];
        bool dull = kind == T_QUOTED || kind == T_END || kind == T_DOT || (names && is_word(kind));
        if (!dull) kinds[n++] = kind;
    }
    if (n > MOST_LISTED) return !unknown && expects(expected, T_OPEN) ? ": expected `{`" : "";
    if (n == 0) return expects(expected, T_DOT) ? ": expected `.`" : "";
    struct buf text = buf_new(r->ctx->arena);
    for (size_t i = 0; i < n; i++) {
        const char *name = model_kind_name(kinds[i]);
        bool prose = kinds[i] == T_ISLAND || strchr(name, ' ');
        buf_add(&text, i == 0 ? ": expected " : i + 1 == n ? " or " : ", ");
        buf_printf(&text, prose ? "%s" : "`%s`", name);
    }
    return text.text;
}

/* A column without a type, a label without a comma, an item outside of a table: known by where they stand. */
static struct diag *by_place(struct reader *r, int kind, struct span span, const char *token)
{
    struct lexer *lx = r->lexer;
    bool in_block = lx->blocks.n > 0;
    if (lx->labels && kind == T_BAD) {
        struct diag *diag = diag_add(r->ctx, D_SYNTAX, span, "unexpected character %s", token);
        diag_mend(r->ctx, diag, "hint", "a label of more than letters, digits and _ is quoted: 'like this'");
        return diag;
    }
    if (lx->labels && is_name(kind)) {
        return diag_add(r->ctx, D_SYNTAX, span, "labels are separated by commas or line ends");
    }
    if (kind == T_BAD) return diag_add(r->ctx, D_SYNTAX, span, "unexpected character %s", token);
    if (kind == T_CLOSE && !in_block) return diag_add(r->ctx, D_SYNTAX, span, "there is no { for this }");
    if (!in_block && lx->item_tokens == 1 && starts_item(kind)) {
        return diag_add(r->ctx, D_SYNTAX, span, "%s belongs into a table, between its { and }", token);
    }
    if (!in_block && lx->first.kind == T_TABLE && kind == T_ISLAND) {
        struct diag *diag = diag_add(r->ctx, D_SYNTAX, (struct span){span.start, span.start + 1},
                                     "the items of a table stand between { and }");
        diag_mend(r->ctx, diag, "hint", "`modelc import --sql -` turns CREATE TABLE text into models");
        return diag;
    }
    if (in_block && lx->item_tokens == 2 && is_name(lx->first.kind) && !starts_item(lx->first.kind)) {
        return diag_add(r->ctx, D_SYNTAX, lx->first.span, "`%.*s` needs a type", (int)span_len(lx->first.span),
                        text_at(r->source, lx->first.span));
    }
    return NULL;
}

static void suggest_word(struct reader *r, struct diag *diag, struct span span, const struct expected *expected)
{
    char *word = arena_strndup(r->ctx->arena, text_at(r->source, span), span_len(span));
    for (char *c = word; *c; c++) *c = (char)tolower((unsigned char)*c);
    struct suggest suggest = {.word = word};
    for (size_t i = 0; i < expected->n; i++) {
        if (is_word(expected->kinds[i])) suggest_try(&suggest, model_kind_name(expected->kinds[i]));
    }
    if (suggest.best) diag_mend(r->ctx, diag, "did you mean", "%s", suggest.best);
}

/* Hints for what people write out of habit. */
static void hint(struct reader *r, struct diag *diag, int kind, const char *token)
{
    struct lexer *lx = r->lexer;
    struct span first = lx->first.span;
    bool early = lx->item_tokens == 2 || (lx->item_tokens == 3 && kind == T_NL);
    if (lx->blocks.n && early && starts_item(lx->first.kind)) {
        diag_mend(r->ctx, diag, "hint", "a column of this name is written \"%.*s\"", (int)span_len(first),
                  text_at(r->source, first));
    }
    if (str_eq(token, "`and`") || str_eq(token, "`or`") || str_eq(token, "`in`") || str_eq(token, "`is`")) {
        diag_mend(r->ctx, diag, "hint", "after `default`, an expression with `not`, `and`, `or`, `in`, `is` takes ( )");
    }
    if (kind == T_COMMA && lx->blocks.n) diag_mend(r->ctx, diag, "hint", "one item per line, or `;` between items");
}

void syntax_error(struct reader *r, int kind, struct span span, const struct expected *expected)
{
    struct lexer *lx = r->lexer;
    if (lx->broken || lx->dead) return;
    lx->broken = true;
    lx->dead = gave_up(r);
    const char *token = shown(r, kind, span);
    if (by_place(r, kind, span, token)) return;
    bool unknown = kind == T_WORD && !expects(expected, T_WORD);
    struct diag *diag;
    bool too_early = kind == T_NL || kind == T_END;
    const char *wanted = expectation(r, expected, unknown);
    if (unknown) diag = diag_add(r->ctx, D_UNKNOWN_WORD, span, "unknown word %s%s", token, wanted);
    else if (too_early) diag = diag_add(r->ctx, D_SYNTAX, span, "the line ends too early%s", wanted);
    else diag = diag_add(r->ctx, D_SYNTAX, span, "unexpected %s%s", token, wanted);
    if (unknown) suggest_word(r, diag, span, expected);
    hint(r, diag, kind, token);
}
