/* model.c: reads one model file. */
#include "model/model.h"

#include "model.tab.h"
#include "model/check.h"
#include "model/docs.h"
#include "model/lexer.h"
#include "model/read.h"

const struct ast_clause *ast_clause(const struct ast_decl *decl, const char *word)
{
    for (size_t i = 0; i < decl->clauses.n; i++) {
        if (str_eq(decl->clauses.at[i].word, word)) return &decl->clauses.at[i];
    }
    return NULL;
}

const struct ast_clause *ast_plain_not_null(const struct ast_decl *decl)
{
    const struct ast_clause *found = NULL;
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        if (str_eq(clause->word, "not null") && clause->args.n) return NULL;
        if (str_eq(clause->word, "not null")) found = clause;
        if (!found) continue;
        if (str_eq(clause->word, "check") || str_eq(clause->word, "references")) return found;
        if (str_eq(clause->word, "not valid") || str_eq(clause->word, "no inherit")) return NULL;
    }
    return found;
}

struct reader model_read(struct ctx *ctx, struct source *source)
{
    struct reader r = {.ctx = ctx, .source = source, .file = ARENA_NEW(ctx->arena, struct ast_file)};
    r.file->source = source;
    r.in_schema = intern(ctx->names, "public");
    r.errors_before = diag_errors(ctx);
    lexer_begin(&r);
    grammar_parse(&r);
    lexer_end(&r);
    docs_attach(&r);
    check_file(&r);
    if (gave_up(&r)) {
        diag_file(ctx, D_SYNTAX, source->name, "more than %d errors: the rest is not looked at", MOST_ERRORS);
    }
    return r;
}

struct ast_file *model_parse(struct ctx *ctx, struct source *source)
{
    return model_read(ctx, source).file;
}
