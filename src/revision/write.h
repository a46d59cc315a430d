/* write.h: a plan, or nothing yet, becomes the text of a migration file. */
#ifndef MODELC_WRITE_H
#define MODELC_WRITE_H

#include "base/ctx.h"
#include "plan/plan.h"
#include "revision/project.h"
#include "revision/revision.h"

struct revision_draft {
    const char *id;
    const char *message;
    VEC(const char *) parents;
    VEC(const char *) depends_on;
    VEC(const char *) labels;
    const char *created;             /* NULL: now */
    const struct plan *up, *down;    /* NULL: an empty revision, with hints where to write */
    const char *irreversible;
    VEC(struct object_line) objects;
    const char *text;                /* the file's text, where it was made (and certified) before it is written; or NULL */
};

/* The file's text by the project's templates/revision.sql, or ours. Sections follow from the ops' transactions; a
 * section's search path from its ops, repeated within the section where it changes. The text parses back to the same
 * revision: that is checked, and where it can't be (an op that is not one statement) the result is NULL and a
 * diagnostic. */
const char *revision_text(struct ctx *ctx, const struct project *project, const struct revision_draft *draft);
/* The same file with other header lines (rebase, certify, splice): the body stays byte for byte. */
const char *revision_rewrite_header(struct ctx *ctx, const struct revision *revision, const char *id,
                                    const char *const *parents, size_t n_parents);
/* The same file with one header line replaced, added or, where value is NULL, removed: certified, generated, created,
 * depends-on, label (one line each). */
const char *revision_rewrite_field(struct ctx *ctx, const struct revision *revision, const char *name,
                                   const char *value);
/* Object lines as they stand in a file, each with the line end given. */
const char *object_lines_text(struct arena *arena, const struct object_line *objects, size_t n, const char *end);
/* The same file with other object lines at its end (autogenerate after a mere respelling). */
const char *revision_rewrite_objects(struct ctx *ctx, const struct revision *revision,
                                     const struct object_line *objects, size_t n_objects);

#endif
