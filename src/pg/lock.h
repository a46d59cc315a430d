/* lock.h: the number of modelc's advisory lock, for the lock itself and for printed scripts; private to src/pg. */
#ifndef MODELC_LOCK_H
#define MODELC_LOCK_H

#include "pg/lease.h"
#include "pg/runner.h"

long long lock_key(struct ctx *ctx, const struct project *project);
/* Who holds modelc's lock, of either kind, for people; NULL: nobody, or it can't be known. */
const char *lock_holder(struct conn *conn, const struct project *project);

#endif
