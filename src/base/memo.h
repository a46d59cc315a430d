/* memo.h: what was computed from a text, kept with the arena, so that it is computed once: a schema says `bigint` ten
 * thousand times. */
#ifndef MODELC_MEMO_H
#define MODELC_MEMO_H

#include "base/arena.h"

/* `what` tells results of different functions apart. NULL where nothing was kept. */
void *memo_get(struct arena *arena, unsigned what, const char *text);
/* Keeps `result`, which must live in the same arena and never be changed. Copies the text; long ones, which don't come
 * again, are passed over. */
void memo_put(struct arena *arena, unsigned what, const char *text, void *result);

#endif
