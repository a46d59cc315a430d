/* shadow_parts.h: what the files of the shadow share. */
#ifndef MODELC_SHADOW_PARTS_H
#define MODELC_SHADOW_PARTS_H

#include "pg/lacking.h"
#include "pg/shadow.h"
#include "plan/plan.h"

/* Why an object could not be made. */
struct failure {
    const struct object *of; /* the source's object whose statement was refused; not always the one that lacks */
    const char *sql;
    struct server_error error;
    bool said;
};

/* A schema, or what is needed of it, on the scratch server. */
struct side {
    struct job *job;
    struct ctx *ctx;
    struct conn *conn;
    const struct schema *source;  /* the models, the live schema, or what a side's server printed */
    bool *asked, *wanted;         /* by the source's serial */
    bool whole;                   /* all that may matter, not only what is known to be needed */
    struct schema *copy;
    struct object **copies;       /* by the source's serial; NULL: left out */
    struct object **originals;    /* by the copy's serial */
    struct failure **failures;    /* by the copy's serial; NULL: it was made */
    bool failed, extension_failed;
    struct schema *after;         /* the copy after the plan's renames; NULL: none of it is renamed */
    struct object **afters;       /* by the source's serial */
    struct role_names *roles;     /* made on the way */
};

/* ---- shadow_copy.c */

/* What an object needs to be made; for an object that nobody asks about less than for one that is asked about: of a column its
 * type, of a relation all columns. */
void shadow_needs(struct ctx *ctx, const struct object *object, bool asked, struct objects *needs);
/* Sets side->wanted: what the asked objects need, or nearly everything. */
void side_want(struct side *side);
/* A tree of its own of what is wanted. `renamed`: under the names that their peers have. */
struct schema *side_copy(struct side *side, bool renamed, struct object **copies);

/* ---- shadow_build.c */

/* Makes the copy in side->conn's database and renames it. What is refused goes to side->failures. */
void side_build(struct side *side);
/* Reads it back: the copy's objects have what was read as their peers (of a renamed side: the objects in `after`). */
void side_read(struct side *side);
/* What the server has for an object of the source; NULL: it could not be made. */
const struct object *side_found(const struct side *side, const struct object *object);
/* Why not; NULL: nobody knows. */
struct failure *side_failure(const struct side *side, const struct object *object);

/* ---- shadow_refused.c */

/* The refusal of an object of the models: a mistake in them is said (once). */
enum refusal shadow_refused(struct side *side, struct failure *failure);
/* Whether a relation, routine, type or schema is not there. */
bool shadow_misses_name(const struct server_error *error);
/* Makes the routine once more, its body checked. False and a diagnostic where the server refuses it. */
bool shadow_body_is_sound(struct side *side, const struct object *routine);

#endif
