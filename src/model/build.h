/* build.h: the small functions of which the grammar's actions consist: they only make AST nodes. */
#ifndef MODELC_MODEL_BUILD_H
#define MODELC_MODEL_BUILD_H

#include "base/ctx.h"
#include "base/str.h"
#include "model/ast.h"

struct lexer;

/* One file being read. */
struct reader {
    struct ctx *ctx;
    struct source *source;
    struct lexer *lexer;
    struct ast_file *file;
    const char *in_schema;
    size_t errors_before; /* in other files */
};

/* So many errors in one file, and the rest of it is not looked at. */
enum { MOST_ERRORS = 1000 };
static inline bool gave_up(const struct reader *r) { return diag_errors(r->ctx) - r->errors_before >= MOST_ERRORS; }

/* Lists under construction; NULL is the empty list. */
struct clauses { VEC(struct ast_clause) list; };
struct decls { VEC(struct ast_decl *) list; };
struct clause { struct ast_clause it; };

/* Arguments, made from the text at a span. */
struct ast_arg arg_name(struct reader *r, struct span span);
struct ast_arg arg_qualified(struct span span, const struct ast_arg *schema, const struct ast_arg *name);
struct ast_arg arg_relation(struct span span, const struct ast_arg *schema, const struct ast_arg *table,
                            const struct ast_arg *relation);
struct ast_arg arg_label(struct reader *r, struct span span);  /* case kept */
struct ast_arg arg_string(struct reader *r, struct span span); /* '..' undone */
struct ast_arg arg_word(struct reader *r, struct span span);   /* lower case */
struct ast_arg arg_text(struct span span, const char *text);
struct ast_arg arg_sql(struct span span, const char *text);  /* ( .. ): the text inside */
struct ast_arg arg_free(struct span span, const char *text); /* an island without parentheses */
struct ast_arg arg_list(struct reader *r, struct span span);   /* names as SQL: a, b */

/* Arguments without a text are left out. */
struct clause *clause(struct reader *r, const char *word, struct span span, struct span word_span, struct ast_arg one,
                      struct ast_arg two);
struct clause *clause_arg(struct reader *r, struct clause *clause, struct ast_arg arg);
struct clause *clause_span(struct clause *clause, struct span span, struct span word_span);
struct clause *clause_named(struct reader *r, struct clause *clause, struct span span, struct ast_arg name);
struct clause *island(struct reader *r, const char *word, struct span span, const char *sql);
struct clause *annotation(struct reader *r, struct span span, struct span word_span, struct ast_arg sql);

/* Without a clause (NULL) the list stays as it is. */
struct clauses *clauses_add(struct reader *r, struct clauses *list, const struct clause *clause);
struct clauses *clauses_put(struct reader *r, const struct clause *first, struct clauses *rest);
struct clauses *clauses_join(struct reader *r, struct clauses *list, const struct clauses *more);
struct clauses *has_relations(struct reader *r, const struct clause *both);

struct ast_decl *decl(struct reader *r, const char *word, struct span span, struct ast_arg name,
                      const struct clauses *clauses, const struct decls *children);
struct ast_decl *decl_typed(struct reader *r, const char *word, struct span span, struct ast_arg name, struct span type,
                            const struct clauses *clauses);
/* An item that was given up after its type (the text from the name to the word that was wrong); NULL where that is none. */
struct ast_decl *decl_broken(struct reader *r, const char *word, struct span span, struct ast_arg name, struct span type);
struct ast_decl *decl_sql(struct reader *r, struct span span, struct span verb, const char *text);
struct decls *decls_add(struct reader *r, struct decls *list, struct ast_decl *decl);
const char *naming_word(struct reader *r, const struct ast_arg *name);

/* A statement is complete; decl may be NULL (it was reported). */
void file_add(struct reader *r, struct ast_decl *decl);

/* The source's text at a span, and its length. */
const char *text_at(const struct source *source, struct span span);
static inline size_t span_len(struct span span) { return span.end - span.start; }

#endif
