/* park.h: what is dropped with rows or values in it is moved aside instead, to the attic; the way back brings it from there.
 *
 * Tables, sequences of their own and the types that go with them are moved to the schema modelc_attic, as "014_1_orders": the revision,
 * a number, the old name. A column stays in its table, as _attic_014_1, nullable and without default. */
#ifndef MODELC_PARK_H
#define MODELC_PARK_H

#include "schema/diff.h"

/* Decides for the changes live -> models of revision `id` what is parked (object.park), for the plans of both directions; to call
 * before either is made. A warning for each thing whose rows or values are lost all the same. Not `everything`: only types that the attic
 * still has values of (object.attic_holds). */
void plan_park(struct ctx *ctx, const struct changes *up, const char *id, bool everything);

#endif
