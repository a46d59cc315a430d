/* lying.h: a server that answers with whatever a text says. */
#ifndef MODELC_TESTS_LYING_H
#define MODELC_TESTS_LYING_H

#include "base/ctx.h"

/* The text: for each answer a line "= LABEL", a line of column names ("oid:1259": with the catalog the column is of), then a line for each
 * row; cells are separated by tabs. \N is NULL; \n, \t and \\ are as one would think. An answer whose names are "!" is a refusal.
 * Labels: lying_label(). Unknown ones are left alone, missing answers are empty. */
struct conn *lying_conn(struct ctx *ctx, const char *text, size_t len);
/* Where the answer of that name begins, its line of names first; NULL: there is none. */
const char *lying_find(const char *text, const char *label);

/* What a query's answer is called: "table.0" (kind, number of its query), "comments", "lookup.3". `first`: the pipeline's first query, `i`
 * and `n` this one's place in it. */
const char *lying_label(struct arena *arena, const char *first, const char *sql, size_t i, size_t n);

#endif
