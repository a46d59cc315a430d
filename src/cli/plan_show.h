/* plan_show.h: --plan: what would run, what it locks, and how much there is to work on. */
#ifndef MODELC_PLAN_SHOW_H
#define MODELC_PLAN_SHOW_H

#include "cli/session.h"

/* The steps without running them; the session's database tells sizes, types and functions. */
void plan_show(struct session *s, bool up, const struct revision_set *steps);

#endif
