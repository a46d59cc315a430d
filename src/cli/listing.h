/* listing.h: how revisions are named and printed by history, heads, branches, current and show. */
#ifndef MODELC_LISTING_H
#define MODELC_LISTING_H

#include "cli/session.h"

/* "8f3a1c2b9d04 (head) (current), add_xyz_column"; (current) only where the session has a database. */
const char *listing_line(const struct session *s, const struct revision *revision);
/* The same after "1975ea83b712 -> ". */
const char *listing_step(const struct session *s, const struct revision *revision);
/* All that is known: several lines, of journal and files. */
void listing_verbose(const struct session *s, const struct revision *revision);
json_t *listing_json(const struct session *s, const struct revision *revision);
/* The parents' ids: "1975ea83b712", "a, b", "base". */
const char *listing_parents(const struct session *s, const struct revision *revision);
/* Prints a set: lines, verbose under -v, or JSON. */
void listing_print(const struct session *s, const struct revision_set *set, bool steps);

/* One revision by what a user may type: an id, `head`, `current` (asks the database), -N (N before the head). NULL:
 * diagnostics. */
struct revision *listing_find(struct session *s, const char *name);
/* Several: also `heads`, `base` (none). */
bool listing_find_set(struct session *s, const char *name, struct revision_set *found);

#endif
