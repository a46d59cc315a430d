/* compare.h: models against the live database: the middle of autogenerate, diff, baseline and check --db. */
#ifndef MODELC_COMPARE_H
#define MODELC_COMPARE_H

#include "cli/session.h"
#include "plan/plan.h"
#include "schema/diff.h"

struct comparison {
    struct schema *live;
    struct diff *diff;
    struct map *known;        /* "kind path" -> hash: what the revisions (or `create`) made in this database */
    struct changes *up, *down;
    struct plan *upgrade, *downgrade;
};

/* Reads the catalog, binds, lets the server spell what has to be spelled. False: diagnostics. Needs session_open_db and
 * session_models. --drop's paths are taken from the options. */
bool compare_read(struct session *s, struct comparison *found);
/* The changes of both directions; false where lookalikes wait for an answer. */
bool compare_changes(struct session *s, struct comparison *found);
/* Their plans. */
bool compare_plan(struct session *s, struct comparison *found);

/* Prints what was detected, a line each ("  + column  products.xyz ..  models/shop.model:14"), what is risky, what isn't managed and what modelc has no kind for. */
void compare_report(struct session *s, const struct comparison *found);
json_t *compare_json(struct session *s, const struct comparison *found);
/* Warnings by place for what the models say and modelc doesn't handle; under --strict errors, and for the database's, too. False
 * where that are errors. */
bool compare_unhandled(struct session *s, const struct schema *schema);
/* What the database has of the kind: one line that counts it, with -v one for each; nothing where there is none. */
void unhandled_add(struct session *s, const struct schema *live, struct block *block);
/* The names of all; either may be NULL. */
json_t *unhandled_json(struct session *s, const struct schema *models, const struct schema *live);
/* Forgets what `ignore =` names, by "what path" or path. */
void unhandled_leave_ignored(const struct project *project, struct schema *schema);
/* "No changes detected: 12 tables in 3 files equal shop at 8f3a1c2b9d04 (head)", or how many objects are unmanaged:
 * compare_report() lists them. */
void compare_say_equal(struct session *s, const struct comparison *found);
bool compare_is_empty(const struct comparison *found); /* no changes, and nothing unmanaged */

/* Object lines: what `models` holds otherwise than `held` does, sorted by kind and path. */
struct object_lines { struct object_line *at; size_t n, cap; };
void compare_object_lines(struct session *s, const struct map *held, const struct map *wanted, struct object_lines *lines);

#endif
