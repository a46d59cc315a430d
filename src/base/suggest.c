/* suggest.c: the nearest candidate for a misspelt word. */
#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 128 }; /* bytes; nobody misspells longer words */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make one word the other; something beyond `limit`
 * where there are more. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb, size_t limit)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t best_before = 0;
    for (size_t j = 0; j <= nb; j++) last[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t best = i;
        now[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t replace = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, replace);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) now[j] = least(now[j], before[j - 2] + 1);
            best = least(best, now[j]);
        }
        /* A row rests on the two above it: no way leads back under the limit. */
        if (best > limit && best_before > limit) return limit + 1;
        best_before = best;
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[nb];
}

void suggest_try(struct suggest *suggest, const char *candidate)
{
    if (!suggest->word || !candidate) return;
    size_t n = strlen(suggest->word), m = strlen(candidate);
    size_t limit = n / 3 ? n / 3 : 1;
    size_t apart = n > m ? n - m : m - n;
    if (n > WORD_MAX || m > WORD_MAX || apart > limit) return;
    size_t d = distance(suggest->word, n, candidate, m, limit);
    if (d > limit || (suggest->best && d >= suggest->distance)) return;
    suggest->best = candidate;
    suggest->distance = d;
}
