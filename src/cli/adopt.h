/* adopt.h: objects that models and database share, but that no revision's object lines name. */
#ifndef MODELC_ADOPT_H
#define MODELC_ADOPT_H

#include "cli/compare.h"

struct adoption {
    struct objects made;     /* the chain makes them (hand-written DDL in a revision): only to be recorded */
    struct objects by_hand;  /* made in this database only: the next revision has to create them elsewhere */
};

/* Finds them; replays the chain on a scratch server where it has to know. False: diagnostics. */
bool adopt_find(struct session *s, const struct comparison *found, struct adoption *adoption);
/* Makes the comparison see the hand-made ones as absent, so that their CREATE is written. */
void adopt_as_new(struct adoption *adoption);

#endif
