/* format_clause.c: one clause of a declaration as text. Names and SQL are copied from the source. */
#include <string.h>

#include "model/format.h"
#include "model/island.h"

enum style {
    PLAIN = 0,
    BARE = 1,    /* without its word */
    TIGHT = 2,   /* no space before `(` */
    FREE = 4,    /* SQL without parentheses */
    LIST = 8,    /* names with commas */
    HIDDEN = 16, /* printed elsewhere, or saying nothing */
};

/* Clauses that are not just their word and arguments. */
static const struct look {
    const char *decl; /* NULL: any */
    const char *word, *printed;
    int style;
} looks[] = {
    {NULL, "null", NULL, HIDDEN},       {"index", "unique", NULL, HIDDEN}, {NULL, "one", NULL, HIDDEN},
    {NULL, "many", NULL, HIDDEN},       {NULL, "path", NULL, BARE},        {NULL, "columns", NULL, BARE},
    {NULL, "expression", NULL, BARE},   {NULL, "elements", NULL, BARE},    {NULL, "options", NULL, BARE},
    {NULL, "timing", NULL, BARE},       {"partition", "default", "default", PLAIN},
    {NULL, "default", "default", FREE}, {NULL, "where", "where", FREE},    {NULL, "references", "->", TIGHT},
    {NULL, "each", "for each", PLAIN},  {NULL, "execute", "execute", TIGHT}, {NULL, "to", "to", LIST},
    {NULL, "mixin", NULL, BARE | LIST},
};

size_t format_width(const char *text)
{
    const char *line = strrchr(text, '\n');
    size_t width = 0;
    for (const char *c = line ? line + 1 : text; *c; c++) width += ((unsigned char)*c & 0xC0) != 0x80;
    return width;
}

const char *format_verbatim(struct reader *r, struct span span)
{
    return island_squeeze(r->ctx->arena, text_at(r->source, span), span_len(span));
}

static struct look look_of(const struct ast_decl *decl, const struct ast_clause *clause)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (!str_eq(looks[i].word, clause->word)) continue;
        if (!looks[i].decl || str_eq(looks[i].decl, decl->word)) return looks[i];
    }
    return (struct look){.printed = clause->word, .style = *clause->word == '@' ? TIGHT : PLAIN};
}

static void space(struct buf *text)
{
    if (text->len) buf_addc(text, ' ');
}

static void add_sql(struct reader *r, struct buf *text, const struct ast_arg *arg, int style)
{
    if (!(style & TIGHT)) space(text);
    if (!(style & FREE)) buf_addc(text, '(');
    buf_addn(text, text_at(r->source, arg->span), span_len(arg->span));
    if (!(style & FREE)) buf_addc(text, ')');
}

static void add_args(struct reader *r, struct buf *text, const struct ast_clause *clause, int style)
{
    for (size_t i = 0; i < clause->args.n; i++) {
        const struct ast_arg *arg = &clause->args.at[i];
        if (arg->type == AST_SQL) {
            add_sql(r, text, arg, style);
            continue;
        }
        if (i && (style & LIST)) buf_addc(text, ',');
        space(text);
        buf_add(text, arg->type == AST_WORD ? arg->text : format_verbatim(r, arg->span));
    }
}

/* `a of b, c` and the n-th of several clauses of one word. */
static const char *format_event(struct reader *r, const struct ast_clause *clause, bool first)
{
    struct buf text = buf_new(r->ctx->arena);
    buf_printf(&text, "%s%s", first ? "" : "or ", clause->args.at[0].text);
    if (clause->args.n > 1) buf_printf(&text, " of %s", clause->args.at[1].text);
    return text.text;
}

static const char *format_privilege(struct reader *r, const struct ast_clause *clause, bool last)
{
    struct buf text = buf_new(r->ctx->arena);
    add_args(r, &text, clause, PLAIN);
    if (!last) buf_addc(&text, ',');
    return text.text;
}

static const char *format_two(struct reader *r, const struct ast_clause *clause, const char *between)
{
    struct buf text = buf_new(r->ctx->arena);
    buf_add(&text, clause->word);
    add_sql(r, &text, &clause->args.at[0], PLAIN);
    if (clause->args.n > 1) {
        buf_printf(&text, " %s", between);
        add_sql(r, &text, &clause->args.at[1], PLAIN);
    }
    return text.text;
}

static const char *format_identity(struct reader *r, const struct ast_clause *clause)
{
    struct buf text = buf_new(r->ctx->arena);
    buf_add(&text, "identity");
    if (str_eq(clause->args.at[0].text, "always")) buf_add(&text, " always");
    if (clause->args.n > 1) add_sql(r, &text, &clause->args.at[1], PLAIN);
    return text.text;
}

/* NOT NULL is what a column is; `not null not valid` says more. */
static bool says_nothing(const struct ast_decl *decl, size_t i)
{
    return str_eq(decl->word, "column") && &decl->clauses.at[i] == ast_plain_not_null(decl);
}

static const char *format_not_null(struct reader *r, const struct ast_clause *clause)
{
    if (!clause->args.n) return clause->word;
    return arena_printf(r->ctx->arena, "constraint %s not null", format_verbatim(r, clause->args.at[0].span));
}

/* The words of a clause that users may spell in more than one way are kept as they are. */
static const char *word_as_written(struct reader *r, const struct ast_decl *decl, const struct ast_clause *clause,
                                   const char *printed)
{
    bool kept = str_eq(decl->word, "naming") || str_eq(clause->word, "primary key");
    return kept ? format_verbatim(r, clause->word_span) : printed;
}

/* The n-th clause as text; empty where it is printed elsewhere. */
static const char *format_clause(struct reader *r, const struct ast_decl *decl, size_t i)
{
    const struct ast_clause *clause = &decl->clauses.at[i];
    bool first = i == 0 || !str_eq(decl->clauses.at[i - 1].word, clause->word);
    bool last = i + 1 == decl->clauses.n || !str_eq(decl->clauses.at[i + 1].word, clause->word);
    if (str_eq(clause->word, "event")) return format_event(r, clause, first);
    if (str_eq(clause->word, "privilege")) return format_privilege(r, clause, last);
    if (str_eq(clause->word, "identity")) return format_identity(r, clause);
    if (str_eq(clause->word, "convert")) return format_two(r, clause, "back");
    if (str_eq(clause->word, "from")) return format_two(r, clause, "to");
    if (str_eq(clause->word, "not null") && !says_nothing(decl, i)) return format_not_null(r, clause);
    struct look look = look_of(decl, clause);
    if (str_eq(clause->word, "via")) look.printed = first ? "via" : "->";
    if ((look.style & HIDDEN) || says_nothing(decl, i)) return "";
    struct buf text = buf_new(r->ctx->arena);
    if (!(look.style & BARE)) buf_add(&text, word_as_written(r, decl, clause, look.printed));
    add_args(r, &text, clause, look.style);
    return text.text;
}

const char *format_head(struct reader *r, const struct ast_decl *decl)
{
    struct buf text = buf_new(r->ctx->arena);
    bool nameless = str_eq(decl->word, "column") || str_eq(decl->word, "attribute") || str_eq(decl->word, "label");
    if (str_eq(decl->word, "index") && ast_clause(decl, "unique")) buf_add(&text, "unique ");
    if (!nameless) buf_add(&text, decl->word);
    if (str_eq(decl->word, "has")) buf_add(&text, ast_clause(decl, "one") ? " one" : " many");
    if (!decl->name) return text.text;
    const char *name = format_verbatim(r, decl->name_span);
    /* `as int` behind a `;` is a column; at the start of a line it would continue the item above. */
    bool continues = nameless && !str_eq(decl->word, "label") && island_continues(name, strlen(name), 0);
    space(&text);
    if (continues) buf_printf(&text, "\"%s\"", decl->name);
    else buf_add(&text, name);
    return text.text;
}

void format_clauses(struct reader *r, struct buf *line, const struct ast_decl *decl, size_t indent, const char *newline)
{
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const char *text = format_clause(r, decl, i);
        if (!*text) continue;
        size_t first_line = strcspn(text, "\n");
        bool too_long = format_width(line->text) + 1 + first_line > FORMAT_WIDTH;
        /* Behind a comma a line's end is the end of the item. */
        bool breaks = too_long && !str_ends(line->text, ",") && island_continues(text, strlen(text), 0);
        if (breaks) buf_printf(line, "%s%*s", newline, (int)indent + 2 * FORMAT_INDENT, "");
        else buf_addc(line, ' ');
        buf_add(line, text);
    }
}
