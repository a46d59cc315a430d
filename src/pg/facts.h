/* facts.h: what a plan has to know of the live rows and of neighbours that aren't managed. */
#ifndef MODELC_FACTS_H
#define MODELC_FACTS_H

#include "pg/conn.h"
#include "schema/diff.h"

/* Sets holds_nulls on the columns that become NOT NULL without a backfill and whose live rows hold NULL (or can't be looked at). */
bool facts_nulls(struct conn *conn, const struct changes *changes);
/* Sets new_values on columns that are added to tables which exist, and whose default gives each row a value of its own; and large
 * on tables whose statistics tell of LARGE_ROWS or more, as far as their rows are changed. */
enum { LARGE_ROWS = 100000 };
bool facts_online(struct conn *conn, const struct changes *up, const struct changes *down);
/* Foreign keys from unmanaged tables, or unmanaged themselves, that stand in the way of a drop: diagnostics. True: none. */
bool facts_blockers(struct conn *conn, const struct diff *diff, const struct changes *changes);

#endif
