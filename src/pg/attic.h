/* attic.h: what a database keeps of tables, columns, sequences and types that were parked instead of dropped. */
#ifndef MODELC_ATTIC_H
#define MODELC_ATTIC_H

#include "pg/conn.h"
#include "revision/revision.h"
#include "schema/diff.h"

struct attic_item {
    const char *kind;       /* as in `-- modelc:parks`: "table", "column", "enum" .. */
    const char *name;       /* in the attic; of a column: in its table */
    const char *table;      /* of a column: the table, as SQL; else NULL */
    const char *sql;        /* modelc_attic."014_1_orders", public.t._attic_014_2 */
    const char *was;        /* its path before; NULL: no file and no revision of the journal says so */
    const char *revision;   /* that parked it, likewise */
    const char *since;      /* when, "2026-11-20 19:42 UTC"; NULL: the journal doesn't say */
    long long seconds;      /* since then; -1 */
    long long rows, bytes;  /* estimated by the statistics; -1: unknown */
    bool empty;             /* a table that was purged: its definition is kept for the way back */
};
struct attic { VEC(struct attic_item) items; };

/* Everything, by revision and path. False: diagnostics. */
bool attic_read(struct conn *conn, const struct project *project, const struct graph_of_revisions *graph, struct attic *attic);
/* How many, for one line: "2 tables, 1 column"; NULL: nothing is parked (or nobody can say). */
const char *attic_count(struct conn *conn);
/* Of one thing its rows or values are removed: a table is emptied and kept for the way back, a column is dropped. `whole`: it is dropped
 * in any case. False: *error. */
bool attic_remove(struct conn *conn, const struct project *project, const struct attic_item *item, bool whole, struct server_error *error);
/* Types that the changes drop, and parked columns or tables still hold: they have to be parked, too (object.attic_holds). Where one is made
 * anew, a diagnostic that says what holds it. */
bool attic_holders(struct conn *conn, const struct changes *changes);
/* Before revisions are taken back: whether what they parked is there. A diagnostic and false where one can't be taken back any more; a
 * warning for what comes back empty. Of `partial`, which is half taken back (NULL: none is), some is back already. */
bool attic_there(struct conn *conn, const struct revision_set *steps, const char *partial);

#endif
