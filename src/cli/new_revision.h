/* new_revision.h: a draft becomes a file: for revision, merge, autogenerate, baseline. */
#ifndef MODELC_NEW_REVISION_H
#define MODELC_NEW_REVISION_H

#include "cli/session.h"
#include "revision/write.h"

/* The id of the revision that this command writes, before it is written: --rev-id or a new one. NULL: diagnostics. */
const char *draft_id(struct session *s);
/* Id (--rev-id or a new one), message (-m is required), labels and depends-on of the options. False: diagnostics. */
bool draft_begin(struct session *s, struct revision_draft *draft);
/* Writes the file and prints "Wrote" and "Next", or the path alone under -q. Its absolute path; NULL: diagnostics. */
const char *draft_write(struct session *s, const struct revision_draft *draft, const char *next);

#endif
