/* facts.h: what a plan has to know of the live rows and of neighbours that aren't managed. */
#ifndef MODELC_FACTS_H
#define MODELC_FACTS_H

#include "pg/conn.h"
#include "schema/diff.h"

/* Sets holds_nulls on the columns that become NOT NULL without a backfill and whose live rows hold NULL (or can't be looked at). */
bool facts_nulls(struct conn *conn, const struct changes *changes);
/* Foreign keys from unmanaged tables, or unmanaged themselves, that stand in the way of a drop: diagnostics. True: none. */
bool facts_blockers(struct conn *conn, const struct diff *diff, const struct changes *changes);

#endif
