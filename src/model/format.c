/* format.c: writes a file in the one layout: an item a line, columns and comments aligned, comments kept. */
#include <ctype.h>
#include <string.h>

#include "model/docs.h"
#include "model/format.h"
#include "model/island.h"
#include "model/lexer.h"
#include "model/model.h"
#include "model/read.h"

struct line {
    const char *text;
    const char *comment; /* at its end, or NULL */
};

struct printer {
    struct reader *r;
    VEC(struct line) lines;
    const char *newline;
    size_t next_comment; /* the first that is not printed */
    uint32_t last;       /* source position up to which all is printed */
    bool fresh;          /* at the start of a block or file: no blank line */
    size_t indent;
};

static const struct comment *comment_before(const struct printer *p, uint32_t end)
{
    const struct lexer *lx = p->r->lexer;
    bool any = p->next_comment < lx->comments.n && lx->comments.at[p->next_comment].span.start < end;
    return any ? &lx->comments.at[p->next_comment] : NULL;
}

/* Index of the first comment at or behind a position. */
static size_t first_comment(const struct lexer *lx, uint32_t position)
{
    size_t low = 0, high = lx->comments.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lx->comments.at[middle].span.start < position) low = middle + 1;
        else high = middle;
    }
    return low;
}

static size_t newlines(const struct printer *p, uint32_t from, uint32_t to)
{
    size_t count = 0;
    for (uint32_t at = from; at < to; at++) count += p->r->source->text[at - p->r->source->base] == '\n';
    return count;
}

static void add_line(struct printer *p, const char *text, const char *comment)
{
    vec_push(p->r->ctx->arena, &p->lines, ((struct line){.text = text, .comment = comment}));
    p->fresh = false;
}

static const char *indented(const struct printer *p, const char *text)
{
    return arena_printf(p->r->ctx->arena, "%*s%s", (int)p->indent, "", text);
}

/* Whether an empty line stands between two positions, comments left aside. */
static bool is_apart(const struct printer *p, uint32_t from, uint32_t to)
{
    const struct lexer *lx = p->r->lexer;
    size_t next = first_comment(lx, from);
    bool empty = false;
    for (uint32_t at = from; at < to; at++) {
        if (next < lx->comments.n && at == lx->comments.at[next].span.start) {
            at = lx->comments.at[next++].span.end - 1;
            empty = false;
            continue;
        }
        char c = p->r->source->text[at - p->r->source->base];
        if (c == '\n' && empty) return true;
        if (c == '\n') empty = true;
        else if (!isspace((unsigned char)c)) empty = false;
    }
    return false;
}

/* One blank line where the source has one or more before `start`. */
static void blank_line(struct printer *p, uint32_t start)
{
    if (!p->fresh && is_apart(p, p->last, start)) add_line(p, "", NULL);
}

static const char *comment_text(const struct printer *p, const struct comment *comment)
{
    return str_trim(p->r->ctx->arena, arena_strndup(p->r->ctx->arena, text_at(p->r->source, comment->span),
                                                    span_len(comment->span)));
}

/* The comments that stand before `end`, each on a line. */
static void comment_lines(struct printer *p, uint32_t end)
{
    for (const struct comment *comment; (comment = comment_before(p, end)) != NULL; p->next_comment++) {
        blank_line(p, comment->span.start);
        add_line(p, indented(p, comment_text(p, comment)), NULL);
        p->last = comment->span.end;
    }
}

/* What stands above an item from `start` to `end`: comments inside of it, too, as they can't stay there. */
static void lines_above(struct printer *p, uint32_t start, uint32_t end)
{
    comment_lines(p, start);
    blank_line(p, start);
    for (const struct comment *comment; (comment = comment_before(p, end)) != NULL; p->next_comment++) {
        add_line(p, indented(p, comment_text(p, comment)), NULL);
    }
    p->last = end;
}

/* The comments behind what ends at `end`, on its line; NULL where there are none. */
static const char *comments_behind(struct printer *p, uint32_t end, uint32_t limit)
{
    struct buf text = buf_new(p->r->ctx->arena);
    p->last = end;
    for (const struct comment *comment; (comment = comment_before(p, limit)) != NULL; p->next_comment++) {
        if (comment->own_line || newlines(p, p->last, comment->span.start)) break;
        if (text.len) buf_addc(&text, ' ');
        buf_add(&text, comment_text(p, comment));
        p->last = comment->span.end;
    }
    return text.len ? text.text : NULL;
}

/* ---- items */

static bool is_column(const struct ast_decl *decl)
{
    return str_eq(decl->word, "column") || str_eq(decl->word, "attribute");
}

static const char *line_of(struct printer *p, const struct ast_decl *decl, size_t name_width)
{
    struct buf line = buf_new(p->r->ctx->arena);
    const char *head = format_head(p->r, decl);
    buf_printf(&line, "%*s%s", (int)p->indent, "", head);
    if (decl->type) {
        size_t width = format_width(head);
        size_t gap = name_width > width ? name_width - width : 0;
        buf_printf(&line, "%*s%s", (int)gap + (is_column(decl) ? 2 : 1), "", decl->type);
        if (ast_clause(decl, "null")) buf_addc(&line, '?');
    }
    format_clauses(p->r, &line, decl, p->indent, p->newline);
    return line.text;
}

/* Width of the names of the columns that follow each other from the i-th on; sets where they end. */
static size_t column_run(struct printer *p, const struct ast_decl *parent, size_t i, size_t *end)
{
    size_t width = 0;
    for (*end = i; *end < parent->children.n; ++*end) {
        const struct ast_decl *decl = parent->children.at[*end];
        bool follows = *end == i || !is_apart(p, parent->children.at[*end - 1]->span.end, decl->span.start);
        if (!is_column(decl) || !follows) break;
        size_t name = format_width(format_head(p->r, decl));
        if (name > width) width = name;
    }
    return width;
}

static void leaf(struct printer *p, const struct ast_decl *decl, size_t name_width, uint32_t limit)
{
    lines_above(p, decl->span.start, decl->span.end);
    const char *text = line_of(p, decl, name_width);
    add_line(p, text, comments_behind(p, decl->span.end, limit));
}

/* ---- blocks */

static bool has_block(const struct ast_decl *decl)
{
    static const char *const words[] = {"table", "mixin", "enum", "composite", "naming"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(words[i], decl->word)) return true;
    }
    return decl->children.n > 0;
}

static void format_decl(struct printer *p, const struct ast_decl *decl, size_t name_width, uint32_t limit);

static void children(struct printer *p, const struct ast_decl *decl)
{
    size_t run_end = 0, width = 0;
    for (size_t i = 0; i < decl->children.n; i++) {
        const struct ast_decl *child = decl->children.at[i];
        if (i >= run_end && is_column(child)) width = column_run(p, decl, i, &run_end);
        uint32_t limit = i + 1 < decl->children.n ? decl->children.at[i + 1]->span.start : decl->span.end;
        format_decl(p, child, width, limit);
    }
}

static void naming_rules(struct printer *p, const struct ast_decl *decl)
{
    size_t width = 0;
    for (size_t i = 0; i < decl->clauses.n; i++) {
        size_t key = span_len(decl->clauses.at[i].word_span);
        if (key > width) width = key;
    }
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *rule = &decl->clauses.at[i];
        uint32_t limit = i + 1 < decl->clauses.n ? decl->clauses.at[i + 1].span.start : decl->span.end;
        lines_above(p, rule->span.start, rule->span.end);
        const char *key = format_verbatim(p->r, rule->word_span);
        const char *text = arena_printf(p->r->ctx->arena, "%-*s %s", (int)width, key,
                                        format_verbatim(p->r, rule->args.at[0].span));
        add_line(p, indented(p, text), comments_behind(p, rule->span.end, limit));
    }
}

/* `enum e { a, b }` where it stands on one line and fits; NULL elsewhere. */
static const char *one_line_enum(struct printer *p, const struct ast_decl *decl, const char *header, uint32_t brace)
{
    bool one = str_eq(decl->word, "enum") && decl->children.n && !newlines(p, brace, decl->span.end);
    if (!one || comment_before(p, decl->span.end)) return NULL;
    struct buf line = buf_new(p->r->ctx->arena);
    buf_printf(&line, "%s {", header);
    for (size_t i = 0; i < decl->children.n; i++) {
        buf_add(&line, i ? ", " : " ");
        buf_add(&line, format_head(p->r, decl->children.at[i]));
        format_clauses(p->r, &line, decl->children.at[i], 0, p->newline);
    }
    buf_add(&line, " }");
    return format_width(line.text) <= FORMAT_WIDTH ? line.text : NULL;
}

static const char *header_of(struct printer *p, const struct ast_decl *decl)
{
    bool naming = str_eq(decl->word, "naming");
    return naming ? "naming" : line_of(p, decl, 0);
}

static void block(struct printer *p, const struct ast_decl *decl, uint32_t limit)
{
    uint32_t brace = docs_brace(p->r, decl);
    lines_above(p, decl->span.start, brace);
    const char *header = header_of(p, decl);
    const char *one_line = one_line_enum(p, decl, header, brace);
    if (one_line) {
        add_line(p, one_line, comments_behind(p, decl->span.end, limit));
        return;
    }
    bool naming = str_eq(decl->word, "naming");
    uint32_t inside = decl->children.n ? decl->children.at[0]->span.start : decl->span.end;
    if (naming && decl->clauses.n) inside = decl->clauses.at[0].span.start;
    const char *comment = comments_behind(p, brace + 1, inside);
    add_line(p, arena_printf(p->r->ctx->arena, "%s {", header), comment);
    p->fresh = true;
    p->indent += FORMAT_INDENT;
    if (naming) naming_rules(p, decl);
    else children(p, decl);
    comment_lines(p, decl->span.end - 1);
    p->indent -= FORMAT_INDENT;
    add_line(p, indented(p, "}"), comments_behind(p, decl->span.end, limit));
}

static void statement(struct printer *p, const struct ast_decl *decl, uint32_t limit)
{
    lines_above(p, decl->span.start, decl->span.start);
    struct ast_arg text = decl->clauses.at[0].args.at[0];
    add_line(p, arena_printf(p->r->ctx->arena, "%s;", text.text), comments_behind(p, decl->span.end, limit));
}

static void format_decl(struct printer *p, const struct ast_decl *decl, size_t name_width, uint32_t limit)
{
    if (str_eq(decl->word, "sql")) statement(p, decl, limit);
    else if (has_block(decl)) block(p, decl, limit);
    else leaf(p, decl, name_width, limit);
}

/* ---- the whole */

/* Comments at the ends of neighbouring lines stand below each other. */
static size_t comment_column(const struct printer *p, size_t i, size_t *end)
{
    size_t column = 0;
    for (*end = i; *end < p->lines.n && p->lines.at[*end].comment; ++*end) {
        size_t width = format_width(p->lines.at[*end].text);
        if (width > column && width < FORMAT_WIDTH) column = width;
    }
    return column + 2;
}

static const char *join(struct printer *p)
{
    struct buf out = buf_new(p->r->ctx->arena);
    size_t run_end = 0, column = 0;
    for (size_t i = 0; i < p->lines.n; i++) {
        const struct line *line = &p->lines.at[i];
        buf_add(&out, line->text);
        if (line->comment) {
            if (i >= run_end) column = comment_column(p, i, &run_end);
            size_t width = format_width(line->text);
            buf_printf(&out, "%*s%s", width + 2 < column ? (int)(column - width) : 2, "", line->comment);
        }
        buf_add(&out, p->newline);
    }
    return out.text;
}

const char *model_format(struct ctx *ctx, struct source *source)
{
    size_t errors = diag_errors(ctx);
    struct reader r = model_read(ctx, source);
    if (diag_errors(ctx) > errors) return NULL;
    const char *newline = strrchr(source->text, '\n'); /* the last one stays the last one */
    bool crlf = newline && newline > source->text && newline[-1] == '\r';
    struct printer p = {.r = &r, .newline = crlf ? "\r\n" : "\n", .fresh = true, .last = source->base};
    uint32_t end = source->base + (uint32_t)source->len;
    for (size_t i = 0; i < r.file->decls.n; i++) {
        uint32_t limit = i + 1 < r.file->decls.n ? r.file->decls.at[i + 1]->span.start : end;
        format_decl(&p, r.file->decls.at[i], 0, limit);
    }
    comment_lines(&p, end);
    return join(&p);
}
