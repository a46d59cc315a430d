/* lock.h: the number of modelc's advisory lock, for the lock itself and for printed scripts; private to src/pg. */
#ifndef MODELC_LOCK_H
#define MODELC_LOCK_H

#include "pg/runner.h"

long long lock_key(struct ctx *ctx, const struct project *project);

#endif
