/* state.h: two states of one database, both read by the catalog reader: what is not the same in them. Nothing is left out for being
 * hard to change or of no meaning to the models: the texts are the server's own, and have to be equal. */
#ifndef MODELC_SCHEMA_STATE_H
#define MODELC_SCHEMA_STATE_H

#include "schema/schema.h"

struct state_difference {
    const struct object *object; /* of the expected state; of the found one where that alone has it */
    const char *what;            /* the field, "comment", "owner", "privileges"; NULL: the object as a whole */
    const char *expected, *found; /* as text; NULL: there is none */
};
struct state_differences { struct state_difference *at; size_t n, cap; };

/* Sorted by the objects' order in `expected`; what only `found` has comes last. */
void state_compare(struct ctx *ctx, const struct schema *expected, const struct schema *found,
                   struct state_differences *differences);

#endif
