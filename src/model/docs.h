/* docs.h: doc comments (`---`). */
#ifndef MODELC_MODEL_DOCS_H
#define MODELC_MODEL_DOCS_H

#include "model/build.h"
#include "model/lexer.h"

/* Gives each declaration the `---` comments directly above it, at its end, or within it. */
void docs_attach(struct reader *r);
/* Whether a comment is documentation: `---`, and no ruler. */
bool docs_is_doc(const struct source *source, const struct comment *comment);

/* Position of the `{` of a declaration that has one. */
uint32_t docs_brace(const struct reader *r, const struct ast_decl *decl);

#endif
