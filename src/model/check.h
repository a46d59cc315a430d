/* check.h: what the grammar leaves open: which clause goes with what, and whether the SQL is SQL. */
#ifndef MODELC_MODEL_CHECK_H
#define MODELC_MODEL_CHECK_H

#include "model/build.h"

void check_file(struct reader *r);

/* check_sql.c: the islands and statements of one declaration. */
void check_sql(struct reader *r, const struct ast_decl *decl);

/* index_line.c: behind a word, in any case, and the white space before it; NULL where it isn't there. */
const char *skip_word(const char *text, const char *word);

#endif
