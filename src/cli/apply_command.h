/* apply_command.h: what upgrade and downgrade do; they differ in the direction only. */
#ifndef MODELC_APPLY_COMMAND_H
#define MODELC_APPLY_COMMAND_H

#include "cli/session.h"

int apply_command(struct session *s, bool up, const char *target);

#endif
