/* duration.h: lengths of time as PostgreSQL's settings take them: 500ms, 10s, 2min, 1h; without a unit milliseconds. */
#ifndef MODELC_REVISION_DURATION_H
#define MODELC_REVISION_DURATION_H

#include <stdbool.h>

/* False where it is none, or longer than PostgreSQL's settings hold (24 days). */
bool duration_parse(const char *text, long *milliseconds);

#endif
