/* status.h: what a run that broke off left in the database, how far batches are, and who is at work now. */
#ifndef MODELC_STATUS_H
#define MODELC_STATUS_H

#include "pg/runner.h"

/* An index that is INVALID or a constraint that is NOT VALID, which the half-applied revision speaks of. */
struct left_over {
    const char *what;         /* "INVALID index", "NOT VALID constraint" */
    const char *name, *table; /* for people, quoted as SQL quotes them */
};
struct batch_status {
    const char *target, *batched; /* the table; when the last batch ended, UTC */
    size_t section, statement;    /* from 1 */
    size_t rows, seen, expected, pass;
};
struct run_status {
    const char *holder;                  /* of modelc's lock, NULL: nobody */
    size_t section, sections, statement; /* to go on with, from 1; 0 where nothing is half-applied */
    const char *sql;                     /* that statement, or NULL */
    VEC(struct left_over) left;
    VEC(struct batch_status) batches;
};
/* `partial`: the half-applied revision, NULL where there is none, or no file has it. False: a diagnostic. */
bool status_read(struct conn *conn, const struct project *project, const struct db_state *state,
                 const struct revision *partial, struct run_status *status);

#endif
