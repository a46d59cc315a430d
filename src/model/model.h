/* model.h: model text to AST and back to formatted text. */
#ifndef MODELC_MODEL_H
#define MODELC_MODEL_H

#include "base/str.h"
#include "model/ast.h"

/* Parses one file. Never NULL: what could be read is in the AST, every defect is queued as a diagnostic at its
 * place, SQL islands included (sql_check). Callers go on to resolve only if diag_errors() is 0. */
struct ast_file *model_parse(struct ctx *ctx, struct source *source);

struct ast_files { struct ast_file **at; size_t n, cap; };
/* Loads every *.model below `folder` (sorted), then what `import` names (relative to the importing file; a glob that
 * matches nothing is an error, a file already loaded is not loaded twice). `shown_from`: names are shown relative to it. */
void model_load(struct ctx *ctx, const char *folder, const char *shown_from, struct ast_files *files);

/* For files with syntax errors, which are not resolved: types that nothing declares. Says nothing where an extension or an SQL
 * statement could bring them. */
void model_check_types(struct ctx *ctx, const struct ast_files *files);

/* The file in modelc's format (docs/language.md): columns aligned, `?` for null, synonyms shortened, comments and blank lines
 * (at most one in a row) kept. Idempotent; parses to an equal AST. NULL and diagnostics where the source has errors. */
const char *model_format(struct ctx *ctx, struct source *source);

/* CREATE INDEX as what to write instead: "unique index ix (a) where b      in table shop.t"; NULL where it can't be told. */
const char *index_line(struct arena *arena, const char *statement);

#endif
