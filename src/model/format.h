/* format.h: the parts of the formatter. */
#ifndef MODELC_MODEL_FORMAT_H
#define MODELC_MODEL_FORMAT_H

#include "model/build.h"

enum { FORMAT_WIDTH = 120, FORMAT_INDENT = 2 };

/* Characters of a text's last line. */
size_t format_width(const char *text);
/* `products`, `"Mixed".t`, 'text': as written, without the white space and comments inside. */
const char *format_verbatim(struct reader *r, struct span span);
/* What stands before the clauses: `index ix_a`, `has one b`; of a column its name. */
const char *format_head(struct reader *r, const struct ast_decl *decl);
/* Adds the clauses to a line, which is broken before a word that continues it where it gets too long. */
void format_clauses(struct reader *r, struct buf *line, const struct ast_decl *decl, size_t indent,
                    const char *newline);

#endif
