/* ast_same.h: whether two syntax trees say the same, places and layout aside. */
#ifndef MODELC_TESTS_AST_SAME_H
#define MODELC_TESTS_AST_SAME_H

#include "base/str.h"
#include "model/ast.h"

static bool same_arg(const struct ast_arg *a, const struct ast_arg *b)
{
    return a->type == b->type && str_eq(a->schema, b->schema) && str_eq(a->text, b->text) && str_eq(a->extra, b->extra);
}

static bool same_clause(const struct ast_clause *a, const struct ast_clause *b)
{
    if (!str_eq(a->word, b->word) || a->args.n != b->args.n) return false;
    for (size_t i = 0; i < a->args.n; i++) {
        if (!same_arg(&a->args.at[i], &b->args.at[i])) return false;
    }
    return true;
}

/* NOT NULL is what a column is, whether it says so or not. */
static const struct ast_clause *next_clause(const struct ast_decl *decl, size_t *i)
{
    bool column = str_eq(decl->word, "column");
    while (*i < decl->clauses.n && column && str_eq(decl->clauses.at[*i].word, "not null")) ++*i;
    return *i < decl->clauses.n ? &decl->clauses.at[(*i)++] : NULL;
}

static bool same_clauses(const struct ast_decl *a, const struct ast_decl *b)
{
    for (size_t i = 0, k = 0;;) {
        const struct ast_clause *one = next_clause(a, &i), *two = next_clause(b, &k);
        if (!one || !two) return !one && !two;
        if (!same_clause(one, two)) return false;
    }
}

static bool same_decl(const struct ast_decl *a, const struct ast_decl *b)
{
    bool same = str_eq(a->word, b->word) && str_eq(a->schema, b->schema) && str_eq(a->name, b->name) &&
                str_eq(a->type, b->type) && str_eq(a->doc, b->doc) && str_eq(a->in_schema, b->in_schema) &&
                a->children.n == b->children.n && same_clauses(a, b);
    for (size_t i = 0; same && i < a->children.n; i++) same = same_decl(a->children.at[i], b->children.at[i]);
    return same;
}

static bool same_file(const struct ast_file *a, const struct ast_file *b)
{
    bool same = a->decls.n == b->decls.n;
    for (size_t i = 0; same && i < a->decls.n; i++) same = same_decl(a->decls.at[i], b->decls.at[i]);
    return same;
}

#endif
