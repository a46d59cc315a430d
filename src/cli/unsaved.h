/* unsaved.h: models against the object lines of the revisions. */
#ifndef MODELC_UNSAVED_H
#define MODELC_UNSAVED_H

#include "cli/session.h"

/* An error (D_UNSAVED) for each object that differs from what `held`, a manifest, has of it; one for a new table as a whole.
 * Needs session_models. */
void unsaved_report(struct session *s, const struct map *held);

#endif
