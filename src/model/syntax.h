/* syntax.h: what users read where the grammar stops. */
#ifndef MODELC_MODEL_SYNTAX_H
#define MODELC_MODEL_SYNTAX_H

#include "model/build.h"

/* The kinds of token that could have followed. */
struct expected {
    size_t n;
    int kinds[256];
};

/* Reports the token at `span`, once for an item. */
void syntax_error(struct reader *r, int kind, struct span span, const struct expected *expected);

#endif
