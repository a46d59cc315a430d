/* ids.h: what modelc.ini's file-name may hold. */
#ifndef MODELC_REVISION_IDS_H
#define MODELC_REVISION_IDS_H

#include "base/arena.h"

/* What is wrong with a pattern for file names, or NULL. */
const char *file_name_defect(struct arena *arena, const char *pattern);

#endif
