/* shadow.h: what only a server that holds the whole schema can spell: views, routines, triggers, policies, domain checks,
 * partition bounds .. (field->shadow), and what could not be tried on a temp table.
 *
 * On a scratch server the asked objects are made twice, each time in a database of their own with all that they need and
 * nothing else: as the models have them (M), and as they are live (L), which then is renamed as the plan would. Both
 * are read by the catalog reader: equal texts, equal objects. What one server prints of the other's text needs no
 * knowledge of versions. What M prints is made once more where it differs: few texts are not stable when created again. */
#ifndef MODELC_SHADOW_H
#define MODELC_SHADOW_H

#include "pg/canon.h"

/* Answers the asks: fills their answers, or sets their refusal (REFUSED_MODEL: said as a diagnostic at its place). Of
 * pairs that differ the LIVE fields are taken over from the scratch server, too. `url`: --scratch, NULL: a private
 * server. Where there is none, that is said once, as a warning, and all are REFUSED_METHOD: false. */
bool shadow_answer(struct job *job, struct ask **asks, size_t n, const char *url);

/* Keys for the cache of verdicts (canon_cache.h): digests of all that the two sides of an ask are made of. */
struct shadow_keys;
struct shadow_keys *shadow_keys_new(struct job *job);
/* NULL where the verdict is not to be kept. */
const char *shadow_key(struct shadow_keys *keys, const struct ask *ask);

#endif
