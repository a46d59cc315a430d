/* access.h: who owns what and who may do what, from one schema to the other: what has to be said for it. */
#ifndef MODELC_SCHEMA_ACCESS_H
#define MODELC_SCHEMA_ACCESS_H

#include "schema/diff.h"
#include "schema/privileges.h"

/* Whose ownership and privileges this comparison looks at. */
struct access {
    struct ctx *ctx;
    const struct schema *live, *models;
    const struct map *managed; /* role -> anything; PUBLIC is "public" */
    bool everybody;
    bool defaults; /* one side has default privileges */
    bool reverse;
};

struct access *access_new(struct diff *diff, bool reverse);
bool access_manages(const struct access *access, const char *role);

struct access_steps {
    const char *owner;            /* ALTER .. OWNER TO; NULL: it has the right one */
    const char *of;               /* who ROLE_OWNER is in the steps; NULL: whoever runs them */
    struct privileges privileges;
};
/* `made`: by this plan, with the owner and the privileges that a new object gets. One of the two may be NULL where it is made (from),
 * and with default privileges, which need no object to be there. */
void access_steps(const struct access *access, const struct object *from, const struct object *to, bool made, struct access_steps *steps);
/* What a column that is made anew has lost. */
void access_column_steps(const struct access *access, const struct object *from, const struct object *to, struct access_steps *steps);

#endif
