/* types.c: type names that nothing declares, found on syntax trees alone: where a file has syntax errors nothing is resolved, and this
 * would otherwise come to light in the next run only. */
#include "base/map.h"
#include "base/suggest.h"
#include "model/model.h"
#include "sql/sql.h"

struct declared {
    struct ctx *ctx;
    struct map *names; /* of types: enums, domains, composites, tables */
    bool open;         /* an extension or an SQL statement may bring further ones */
};

/* CREATE TYPE, DOMAIN or EXTENSION. */
static bool may_make_types(struct ctx *ctx, const struct ast_decl *decl)
{
    const struct ast_clause *clause = ast_clause(decl, "statement");
    struct sql_statement statement;
    struct sql_error error;
    if (!clause || !clause->args.n || !sql_classify(ctx->arena, clause->args.at[0].text, &statement, &error)) return false;
    return str_starts(statement.verb, "CREATE TYPE") || str_starts(statement.verb, "CREATE DOMAIN") ||
           str_starts(statement.verb, "CREATE EXTENSION");
}

static void collect(struct declared *declared, const struct ast_decl *decl)
{
    static const char *const types[] = {"enum", "domain", "composite", "table", "partition"};
    if (str_eq(decl->word, "extension")) declared->open = true;
    if (str_eq(decl->word, "sql") && may_make_types(declared->ctx, decl)) declared->open = true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eq(decl->word, types[i]) && decl->name) map_put(declared->names, decl->name, (void *)decl);
    }
}

static void report(struct declared *declared, const struct ast_decl *column, const char *name)
{
    struct suggest near = {.word = name};
    for (const char *const *builtin = sql_type_names(); *builtin; builtin++) suggest_try(&near, *builtin);
    for (struct map_entry e = map_first(declared->names); e.key; e = map_next(e)) suggest_try(&near, e.key);
    struct diag *diag = diag_add(declared->ctx, D_UNKNOWN_NAME, column->type_span, "no type is called %s", name);
    if (near.best) diag_mend(declared->ctx, diag, "did you mean", "%s", near.best);
}

static void check(struct declared *declared, const struct ast_decl *decl)
{
    struct sql_type type;
    struct sql_error error;
    for (size_t i = 0; i < decl->children.n; i++) check(declared, decl->children.at[i]);
    if (!str_eq(decl->word, "column") || !decl->type || !sql_type_parse(declared->ctx->arena, decl->type, &type, &error)) return;
    bool serial = str_eq(type.name, "serial") || str_eq(type.name, "bigserial") || str_eq(type.name, "smallserial");
    if (type.schema || serial || map_has(declared->names, type.name)) return;
    report(declared, decl, type.name);
}

void model_check_types(struct ctx *ctx, const struct ast_files *files)
{
    struct declared declared = {.ctx = ctx, .names = map_new(ctx->arena)};
    for (size_t i = 0; i < files->n; i++) {
        for (size_t j = 0; j < files->at[i]->decls.n; j++) collect(&declared, files->at[i]->decls.at[j]);
    }
    for (size_t i = 0; i < files->n && !declared.open; i++) {
        for (size_t j = 0; j < files->at[i]->decls.n; j++) check(&declared, files->at[i]->decls.at[j]);
    }
}
