/* line.h: texts that have to fit on one comment line of a migration file. */
#ifndef MODELC_REVISION_LINE_H
#define MODELC_REVISION_LINE_H

#include "base/str.h"

/* Line ends and backslashes as \n, \r and \\: for paths and search paths, whose quoted names may hold anything. */
const char *line_encode(struct arena *arena, const char *text);
const char *line_decode(struct arena *arena, const char *text);
/* For people: line ends and runs of blanks become one blank. */
const char *line_flatten(struct arena *arena, const char *text);
/* Each line of `text` as a `-- ` comment of its own, such that none is read as a directive. */
void line_comments(struct buf *out, const char *text);
/* SQL with its comments, such that none of them is read as a directive and `;` may follow. */
const char *line_statement(struct arena *arena, const char *sql);

#endif
