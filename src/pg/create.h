/* create.h: `create`: many statements onto an empty database, in transactions of a few hundred, each of which notes how
 * far it came: what was interrupted goes on from there. */
#ifndef MODELC_PG_CREATE_H
#define MODELC_PG_CREATE_H

#include "pg/runner.h"

enum { CREATE_BATCH = 500 }; /* statements in a transaction: more are quadratic on the server */

struct create_statement {
    const char *sql;
    const char *search_path; /* for the user's SQL in it; NULL: the session's own */
    const char *note;        /* the comment above it in a script */
    struct span span;        /* what it comes from */
    bool in_file;            /* the span is that of this very text */
};
struct create_batch {
    bool transaction;               /* else its statements run one by one */
    const struct section *section;  /* of a revision; NULL: made from the models */
    const struct revision *revision;
    bool unread;                    /* it makes routines, whose bodies may mention what comes later */
    VEC(struct create_statement) statements;
};
struct create_work {
    VEC(struct create_batch) batches;
    size_t statements;
    /* What was there before, kept with the first transaction: the statements depend on it. */
    const char *found;
};

/* How far an interrupted one came. */
struct create_progress {
    bool begun;          /* something of it is in the database */
    size_t statements;
    const char *digest;  /* of those statements */
    const char *found;
};
bool create_read(struct conn *conn, const struct project *project, struct create_progress *progress);
/* Whether the work begins with what was done; a diagnostic where it doesn't. */
bool create_continues(struct ctx *ctx, const struct create_work *work, const struct create_progress *progress);

struct create_listener {
    void (*batch_begins)(void *arg, const struct create_batch *batch, size_t number, size_t total);
    void (*batch_done)(void *arg, const struct create_batch *batch, double milliseconds);
    void *arg;
};
/* Runs what is left of the work, under the lock. It is over when state_stamp() was called. */
enum run_outcome create_run(struct conn *conn, const struct project *project, const struct create_work *work,
                            const struct create_progress *progress, const struct create_listener *listener);
/* All of it as a script for psql, the stamp included. */
const char *create_script(struct ctx *ctx, const struct project *project, const struct create_work *work,
                          const struct graph_of_revisions *graph, const struct revision_set *heads,
                          const struct map *manifest);

#endif
