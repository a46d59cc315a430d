/* build.c: makes the nodes of the syntax tree from what the grammar found. */
#include "model/build.h"

#include <ctype.h>
#include <string.h>

#include "model/island.h"
#include "sql/quote.h"
#include "sql/sql.h"

const char *text_at(const struct source *source, struct span span)
{
    return source->text + (span.start - source->base);
}

/* ---- arguments */

struct ast_arg arg_text(struct span span, const char *text)
{
    return (struct ast_arg){.type = AST_WORD, .text = text, .span = span};
}

struct ast_arg arg_word(struct reader *r, struct span span)
{
    const char *folded = sql_fold(r->ctx->arena, text_at(r->source, span), span_len(span));
    return arg_text(span, intern(r->ctx->names, folded));
}

struct ast_arg arg_name(struct reader *r, struct span span)
{
    struct ast_arg arg = arg_word(r, span);
    arg.type = AST_NAME;
    return arg;
}

struct ast_arg arg_qualified(struct span span, const struct ast_arg *schema, const struct ast_arg *name)
{
    return (struct ast_arg){.type = AST_NAME, .schema = schema->text, .text = name->text, .span = span};
}

struct ast_arg arg_relation(struct span span, const struct ast_arg *schema, const struct ast_arg *table,
                            const struct ast_arg *relation)
{
    return (struct ast_arg){.type = AST_NAME, .schema = schema ? schema->text : NULL, .text = table->text,
                            .extra = relation->text, .span = span};
}

struct ast_arg arg_label(struct reader *r, struct span span)
{
    const char *raw = text_at(r->source, span);
    if (*raw == '"' || (span_len(span) > 2 && raw[1] == '&')) return arg_name(r, span);
    const char *text = intern_n(r->ctx->names, raw, span_len(span));
    return (struct ast_arg){.type = AST_STRING, .text = text, .span = span};
}

struct ast_arg arg_string(struct reader *r, struct span span)
{
    const char *text = sql_unquote(r->ctx->arena, text_at(r->source, span), span_len(span));
    return (struct ast_arg){.type = AST_STRING, .text = intern(r->ctx->names, text), .span = span};
}

struct ast_arg arg_free(struct span span, const char *text)
{
    return (struct ast_arg){.type = AST_SQL, .text = text ? text : "", .extra = text ? NULL : "unclosed", .span = span};
}

struct ast_arg arg_sql(struct span span, const char *text)
{
    bool closed = text != NULL;
    return arg_free((struct span){span.start + 1, span.end - (closed ? 1 : 0)}, text);
}

struct ast_arg arg_list(struct reader *r, struct span span)
{
    struct buf text = buf_new(r->ctx->arena);
    bool quoted = false;
    for (const char *c = island_squeeze(r->ctx->arena, text_at(r->source, span), span_len(span)); *c; c++) {
        quoted ^= *c == '"';
        buf_addc(&text, *c);
        if (*c == ',' && !quoted) buf_addc(&text, ' ');
    }
    return arg_free(span, text.text);
}

/* ---- clauses */

struct clause *clause_arg(struct reader *r, struct clause *clause, struct ast_arg arg)
{
    if (arg.text) vec_push(r->ctx->arena, &clause->it.args, arg);
    return clause;
}

struct clause *clause(struct reader *r, const char *word, struct span span, struct span word_span, struct ast_arg one,
                      struct ast_arg two)
{
    struct clause *made = ARENA_NEW(r->ctx->arena, struct clause);
    made->it.word = intern(r->ctx->names, word);
    made->it.span = span;
    made->it.word_span = word_span;
    clause_arg(r, made, one);
    return clause_arg(r, made, two);
}

struct clause *clause_span(struct clause *clause, struct span span, struct span word_span)
{
    clause->it.span = span;
    clause->it.word_span = word_span;
    return clause;
}

/* `constraint NAME check (..)`: as if the name stood after the word. */
struct clause *clause_named(struct reader *r, struct clause *old, struct span span, struct ast_arg name)
{
    struct ast_arg none = {.text = NULL};
    struct clause *made = clause(r, old->it.word, span, old->it.word_span, name, none);
    for (size_t i = 0; i < old->it.args.n; i++) {
        if (old->it.args.at[i].type != AST_NAME) clause_arg(r, made, old->it.args.at[i]);
    }
    return made;
}

struct clause *island(struct reader *r, const char *word, struct span span, const char *sql)
{
    return clause(r, word, span, span, arg_sql(span, sql), (struct ast_arg){.text = NULL});
}

struct clause *annotation(struct reader *r, struct span span, struct span word_span, struct ast_arg sql)
{
    const char *word = arena_strndup(r->ctx->arena, text_at(r->source, word_span), span_len(word_span));
    return clause(r, word, span, word_span, sql, (struct ast_arg){.text = NULL});
}

struct clauses *clauses_add(struct reader *r, struct clauses *list, const struct clause *one)
{
    if (!one) return list;
    if (!list) list = ARENA_NEW(r->ctx->arena, struct clauses);
    vec_push(r->ctx->arena, &list->list, one->it);
    return list;
}

struct clauses *clauses_join(struct reader *r, struct clauses *list, const struct clauses *more)
{
    for (size_t i = 0; more && i < more->list.n; i++) {
        if (!list) list = ARENA_NEW(r->ctx->arena, struct clauses);
        vec_push(r->ctx->arena, &list->list, more->list.at[i]);
    }
    return list;
}

struct clauses *clauses_put(struct reader *r, const struct clause *first, struct clauses *rest)
{
    return clauses_join(r, clauses_add(r, NULL, first), rest);
}

/* `via A -> B`: a clause for each side. */
struct clauses *has_relations(struct reader *r, const struct clause *both)
{
    struct clauses *list = NULL;
    for (size_t i = 0; i < both->it.args.n; i++) {
        struct ast_arg arg = both->it.args.at[i];
        list = clauses_add(r, list, clause(r, "via", arg.span, arg.span, arg, (struct ast_arg){.text = NULL}));
    }
    return list;
}

/* ---- declarations */

/* `null` comes first wherever it stood: `int default 1 null` is `int? default 1`. */
static void take_clauses(struct reader *r, struct ast_decl *decl, const struct clauses *clauses)
{
    for (int nulls = 1; clauses && nulls >= 0; nulls--) {
        for (size_t i = 0; i < clauses->list.n; i++) {
            struct ast_clause clause = clauses->list.at[i];
            if (str_eq(clause.word, "null") == (nulls == 1)) vec_push(r->ctx->arena, &decl->clauses, clause);
        }
    }
}

struct ast_decl *decl(struct reader *r, const char *word, struct span span, struct ast_arg name,
                      const struct clauses *clauses, const struct decls *children)
{
    struct ast_decl *made = ARENA_NEW(r->ctx->arena, struct ast_decl);
    made->word = intern(r->ctx->names, word);
    made->schema = name.schema;
    made->name = name.text;
    size_t word_len = strcspn(text_at(r->source, span), " \t\r\n({");
    struct span first_word = {span.start, span.start + (uint32_t)word_len};
    made->name_span = name.text ? name.span : first_word;
    made->span = span;
    take_clauses(r, made, clauses);
    for (size_t i = 0; children && i < children->list.n; i++) {
        vec_push(r->ctx->arena, &made->children, children->list.at[i]);
    }
    return made;
}

struct ast_decl *decl_typed(struct reader *r, const char *word, struct span span, struct ast_arg name, struct span type,
                            const struct clauses *clauses)
{
    struct ast_decl *made = decl(r, word, span, name, clauses, NULL);
    made->type = island_squeeze(r->ctx->arena, text_at(r->source, type), span_len(type));
    made->type_span = type;
    return made;
}

struct ast_decl *decl_broken(struct reader *r, const char *word, struct span span, struct ast_arg name, struct span type)
{
    while (type.end > type.start && isspace((unsigned char)r->source->text[type.end - 1 - r->source->base])) type.end--;
    const char *text = arena_strndup(r->ctx->arena, text_at(r->source, type), span_len(type));
    struct sql_error error;
    return *text && sql_check(r->ctx->arena, SQL_TYPE, text, &error) ? decl_typed(r, word, span, name, type, NULL) : NULL;
}

struct ast_decl *decl_sql(struct reader *r, struct span span, struct span verb, const char *text)
{
    struct ast_arg none = {.text = NULL};
    struct span whole = {span.start, span.start + (uint32_t)(text ? strlen(text) : span_len(span))};
    struct clause *statement = clause(r, "statement", whole, verb, arg_free(whole, text), none);
    return decl(r, "sql", span, none, clauses_add(r, NULL, statement), NULL);
}

struct decls *decls_add(struct reader *r, struct decls *list, struct ast_decl *one)
{
    if (!list) list = ARENA_NEW(r->ctx->arena, struct decls);
    if (one) vec_push(r->ctx->arena, &list->list, one);
    return list;
}

/* A key of `naming`, SQLAlchemy's spellings included; any other word as it is, for check.c to report. */
const char *naming_word(struct reader *r, const struct ast_arg *name)
{
    static const char *const keys[][2] = {
        {"pk", "primary key"}, {"foreign", "foreign key"}, {"fk", "foreign key"}, {"uq", "unique"},
        {"ck", "check"},       {"ix", "index"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (str_eq(name->text, keys[i][0])) return intern(r->ctx->names, keys[i][1]);
    }
    return name->text;
}

static void put_in_schema(struct ast_decl *decl, const char *schema)
{
    decl->in_schema = schema;
    for (size_t i = 0; i < decl->children.n; i++) put_in_schema(decl->children.at[i], schema);
}

void file_add(struct reader *r, struct ast_decl *decl)
{
    if (!decl) return;
    if (str_eq(decl->word, "schema")) r->in_schema = decl->name;
    put_in_schema(decl, r->in_schema);
    vec_push(r->ctx->arena, &r->file->decls, decl);
}
