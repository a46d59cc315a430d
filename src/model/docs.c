/* docs.c: finds for each `---` comment the declaration it speaks of. */
#include "model/docs.h"

#include <ctype.h>
#include <string.h>

#include "model/island.h"

struct node {
    struct ast_decl *decl;
    size_t parent; /* its index + 1, or 0 */
};

struct nodes { VEC(struct node) list; };

static void collect(struct reader *r, struct nodes *nodes, struct ast_decl *decl, size_t parent)
{
    vec_push(r->ctx->arena, &nodes->list, ((struct node){.decl = decl, .parent = parent}));
    size_t self = nodes->list.n;
    for (size_t i = 0; i < decl->children.n; i++) collect(r, nodes, decl->children.at[i], self);
}

/* Text of the comment after `---`, without white space around it. */
static struct span inner(const struct source *source, const struct comment *comment)
{
    struct span span = comment->span;
    span.start += 3;
    while (span.start < span.end && isspace((unsigned char)*text_at(source, span))) span.start++;
    while (span.end > span.start && isspace((unsigned char)source->text[span.end - 1 - source->base])) span.end--;
    return span;
}

bool docs_is_doc(const struct source *source, const struct comment *comment)
{
    const char *text = text_at(source, comment->span);
    if (span_len(comment->span) < 3 || memcmp(text, "---", 3) != 0) return false;
    struct span span = inner(source, comment);
    return text[3] != '-' && (span_len(span) == 0 || source->text[span.end - 1 - source->base] != '-');
}

/* Whether one line follows the other: no empty line between them, nothing but white space and stray separators. */
static bool adjoin(const struct source *source, uint32_t from, uint32_t to)
{
    bool empty = false;
    for (uint32_t at = from; at < to; at++) {
        char c = source->text[at - source->base];
        if (c == '\n' && empty) return false;
        if (c == '\n') {
            empty = true;
        } else if (!isspace((unsigned char)c)) {
            if (!strchr(";,\\", c)) return false;
            empty = false;
        }
    }
    return true;
}

/* Index of the first declaration that starts after a position. */
static size_t first_after(const struct nodes *nodes, uint32_t position)
{
    size_t low = 0, high = nodes->list.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (nodes->list.at[middle].decl->span.start <= position) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool has_newline(const struct source *source, uint32_t from, uint32_t to)
{
    return from < to && memchr(source->text + (from - source->base), '\n', to - from) != NULL;
}

/* The `{` of a declaration: behind its name and clauses, less white space and comments. */
uint32_t docs_brace(const struct reader *r, const struct ast_decl *decl)
{
    uint32_t at = decl->name_span.end;
    bool naming = str_eq(decl->word, "naming");
    for (size_t i = 0; !naming && i < decl->clauses.n; i++) {
        if (decl->clauses.at[i].span.end > at) at = decl->clauses.at[i].span.end;
    }
    const struct source *source = r->source;
    size_t i = at - source->base;
    while (i < source->len && source->text[i] != '{') {
        const char *newline = str_starts(source->text + i, "--") ? strchr(source->text + i, '\n') : NULL;
        size_t comment = str_starts(source->text + i, "/*") ? island_comment(source->text, source->len, i) : 0;
        i = newline ? (size_t)(newline - source->text) : comment ? comment : i + 1;
    }
    return source->base + (uint32_t)i;
}

/* The declaration a comment at the end of a line, or inside an item, belongs to. */
static struct ast_decl *owner_before(struct reader *r, const struct nodes *nodes, const struct comment *comment)
{
    size_t after = first_after(nodes, comment->span.start);
    if (after == 0) return NULL;
    struct node node = nodes->list.at[after - 1];
    bool inside = comment->span.start < node.decl->span.end;
    bool header = !node.decl->children.n || (inside && comment->span.start < docs_brace(r, node.decl));
    if (inside) return comment->own_line && !header ? NULL : node.decl;
    while (node.parent && nodes->list.at[node.parent - 1].decl->span.end <= comment->span.start) {
        node = nodes->list.at[node.parent - 1];
    }
    if (comment->own_line || has_newline(r->source, node.decl->span.end, comment->span.start)) return NULL;
    return node.decl;
}

/* The declaration that starts on the line below comment `i`; other comments may stand between them. */
static struct ast_decl *owner_below(struct reader *r, const struct nodes *nodes, size_t i,
                                    struct ast_decl *owner_of_next)
{
    const struct comment *comment = &r->lexer->comments.at[i];
    size_t after = first_after(nodes, comment->span.start);
    if (after == nodes->list.n) return NULL;
    struct ast_decl *decl = nodes->list.at[after].decl;
    bool comment_next = i + 1 < r->lexer->comments.n && comment[1].span.start < decl->span.start;
    uint32_t below = comment_next ? comment[1].span.start : decl->span.start;
    if (!adjoin(r->source, comment->span.end, below)) return NULL;
    return comment_next ? owner_of_next : decl;
}

/* The owner of each comment, from the last to the first: a line goes with the one below it. */
static struct ast_decl **find_owners(struct reader *r, const struct nodes *nodes)
{
    size_t n = r->lexer->comments.n;
    struct ast_decl **owners = ARENA_ARRAY(r->ctx->arena, struct ast_decl *, n + 1);
    for (size_t i = n; i-- > 0;) {
        const struct comment *comment = &r->lexer->comments.at[i];
        owners[i] = owner_before(r, nodes, comment);
        if (!owners[i]) owners[i] = owner_below(r, nodes, i, owners[i + 1]);
    }
    return owners;
}

void docs_attach(struct reader *r)
{
    struct nodes nodes = {.list = {0}};
    for (size_t i = 0; i < r->file->decls.n; i++) collect(r, &nodes, r->file->decls.at[i], 0);
    struct ast_decl **owners = find_owners(r, &nodes);
    size_t n = r->lexer->comments.n;
    for (size_t i = 0, next; i < n; i = next) {
        struct buf text = buf_new(r->ctx->arena);
        for (next = i; next < n && owners[next] == owners[i]; next++) {
            const struct comment *comment = &r->lexer->comments.at[next];
            if (!owners[i] || !docs_is_doc(r->source, comment)) continue;
            struct span span = inner(r->source, comment);
            if (!text.len && !span_len(span)) continue;
            if (text.len) buf_addc(&text, '\n');
            buf_addn(&text, text_at(r->source, span), span_len(span));
        }
        if (!text.len) continue;
        const char *before = owners[i]->doc;
        owners[i]->doc = before ? arena_printf(r->ctx->arena, "%s\n%s", before, text.text) : text.text;
    }
}
