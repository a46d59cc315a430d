/* load.h: shared by the two that read files for the review. */
#ifndef MODELC_REVIEW_LOAD_H
#define MODELC_REVIEW_LOAD_H

#include "review/review.h"
#include "sql/words.h"

/* Fills in what a statement's text tells: what it does, what it locks, or its defect. */
void load_statement(struct ctx *ctx, struct review_statement *statement);

/* The text of another tool's file without what isn't SQL; as long as the source's. */
const char *plain_script(struct arena *arena, const struct source *source);

#endif
