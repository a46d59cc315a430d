/* suggest.h: "did you mean". */
#ifndef MODELC_SUGGEST_H
#define MODELC_SUGGEST_H

#include <stddef.h>

/* Collects candidates for a misspelt word; keeps the nearest (Damerau-Levenshtein, at most a third of
 * the word's length apart, at least 1). Start with `{.word = w}`; best is NULL where nothing is near. */
struct suggest {
    const char *word;
    const char *best;
    size_t distance;
};
void suggest_try(struct suggest *suggest, const char *candidate);

#endif
