/* template.h: texts with ${fields}. */
#ifndef MODELC_REVISION_TEMPLATE_H
#define MODELC_REVISION_TEMPLATE_H

#include "base/ctx.h"
#include "revision/project.h"

struct template_field {
    const char *name, *value;
};

/* templates/revision.sql of the project, else ours. NULL and a diagnostic where it can't be read. */
const struct source *template_revision(struct ctx *ctx, const struct project *project);
/* The text with each ${name} replaced, by a field or else a value of `extra` (name -> text; may be NULL). Lines lose the blanks at both ends, and of blank lines in a row
 * one is kept. NULL and a diagnostic at an unknown field. */
const char *template_fill(struct ctx *ctx, const struct source *source, const struct template_field *fields, size_t n,
                          const struct map *extra);

#endif
