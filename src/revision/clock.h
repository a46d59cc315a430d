/* clock.h: the present time as revisions write it. */
#ifndef MODELC_REVISION_CLOCK_H
#define MODELC_REVISION_CLOCK_H

#include <time.h>

#include "base/arena.h"

/* By strftime, in UTC. */
const char *clock_utc(struct arena *arena, time_t when, const char *format);
#define CLOCK_ISO "%Y-%m-%dT%H:%M:%SZ"

#endif
