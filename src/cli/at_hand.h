/* at_hand.h: for commands that do more where there is a database, and work without one: baseline, rebase. */
#ifndef MODELC_AT_HAND_H
#define MODELC_AT_HAND_H

#include "cli/session.h"

/* Opens the database if one is named (s->conn says so). False: one is named, and it can't be used: diagnostics. */
bool at_hand_open(struct session *s);

#endif
