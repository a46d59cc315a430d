/* runner.h: applies revisions, takes them back, and records what it did. It knows no kinds and no models. */
#ifndef MODELC_RUNNER_H
#define MODELC_RUNNER_H

#include <stdbool.h>

#include "pg/conn.h"
#include "revision/revision.h"

/* The state schema's content, read in one go. */
struct journal_entry {
    const char *revision, *direction; /* "up" / "down" */
    const char *who, *started, *ended;  /* UTC text; ended NULL: in doubt or running */
    double milliseconds;
    const char *text, *digest;          /* the applied file */
    const char *manifest_added;         /* not used by the runner; kept for readers */
    size_t section, statement;          /* of the step; a revision's closing row has section (size_t)-1 */
    const char *state;                  /* "intent", "done", "skipped"; a closing row also "stamped" */
};
struct db_state {
    bool exists;                        /* the state schema is there */
    VEC(const char *) heads;            /* revision ids, sorted */
    VEC(struct journal_entry) applied;  /* the last applied up-entry of each revision that is applied now */
    const char *partial;                /* id of a half-applied revision, or NULL */
    const char *partial_direction;
    size_t partial_section, partial_statement;
    bool partial_in_doubt;              /* the statement's outcome is unknown */
    VEC(struct journal_entry) open;     /* the half-applied revision's steps, in order; section (size_t)-1 does not occur,
                                           statement (size_t)-1 is a whole transaction section */
    bool creating;                      /* `create` was interrupted */
    struct map *manifest;               /* "kind path" -> hash of the applied state, from the journal; empty where none */
};
bool state_read(struct conn *conn, const struct project *project, struct db_state *state);

/* modelc's lock: polls pg_try_advisory_lock, or, where the project says so, a lease (a row with an end), for at most `seconds`; on
 * failure D_SERVER-like diagnostic that names the holder (user, host, pid, since, what it runs) and false with *held_elsewhere.
 * Refuses behind a pooler, but for leases. */
bool lock_take(struct conn *conn, const struct project *project, int seconds, const char *purpose, bool *held_elsewhere);
void lock_release(struct conn *conn, const struct project *project);

enum run_outcome { RUN_DONE, RUN_FAILED /* nothing of the failed section remains */, RUN_PARTIAL /* some sections applied */,
                   RUN_REFUSED /* unfinished step, policy, in doubt */, RUN_INTERRUPTED,
                   RUN_LOST /* the connection is gone, nothing of the revision remains */ };
enum resume { RESUME_NONE, RESUME_RETRY, RESUME_SKIP };

struct run_step { /* one section, for the progress line and the report */
    const struct revision *revision;
    const struct section *section;
    size_t number, total;   /* 1-based */
    size_t statements;
    double milliseconds;
    size_t rows;            /* set by data statements in it */
};
/* How far a statement is that runs in batches. */
struct batch_progress {
    const struct statement *statement;
    size_t pass;            /* from 1; several where its condition still holds for rows */
    size_t rows;            /* changed so far */
    size_t seen, expected;  /* rows looked at in this pass; of about so many, 0: unknown */
    double rate;            /* rows looked at in a second, by this run's pass */
    double left;            /* milliseconds, by the rate so far; below 0: unknown */
    bool over;              /* no more will come: done, or broken off */
};
struct run_options {
    bool up;
    bool allow_loss;        /* else `protect = true` refuses revisions with `-- modelc:loses` */
    enum resume resume;
    const char *command;    /* what goes on where this breaks off: "rebase"; NULL: "upgrade" or "downgrade" */
    struct map *manifest_after; /* revision id -> struct map* manifest once it is applied / taken back; may be NULL */
    void (*section_begins)(void *arg, const struct run_step *step);
    void (*section_done)(void *arg, const struct run_step *step);
    void (*revision_begins)(void *arg, const struct revision *revision, const char *from, const char *to);
    void (*revision_done)(void *arg, const struct revision *revision, double milliseconds);
    void (*data_done)(void *arg, const struct revision *revision, const struct statement *statement, size_t rows);
    void (*batch_done)(void *arg, const struct run_step *step, const struct batch_progress *progress); /* after each batch */
    /* A section that was held up is tried again after `seconds`; who held it up, or NULL. */
    void (*retrying)(void *arg, const struct run_step *step, const struct server_error *error, size_t retry, size_t retries,
                     double seconds, const char *blocker);
    /* A statement waits for others, for some seconds already. */
    void (*waiting)(void *arg, const struct run_step *step, const char *blocker, double seconds);
    /* The server refused a statement, and nothing of its section remains: true where that was mended (a throw-away server's lack of a
     * role) and it may be tried again. */
    bool (*mended)(void *arg, struct conn *conn, const struct server_error *error);
    /* What the server refused, before it is a diagnostic; for who wants to know more than that it failed. */
    void (*refused)(void *arg, const struct statement *statement, const struct server_error *error);
    void *arg;
};
/* Runs the steps in order under the lock (taken by the caller). Makes the state schema if needed. Resumes a half-applied revision where it
 * stopped. A failing statement: rollback, a diagnostic at its line in the file with the server's message, detail and hint. */
enum run_outcome run_revisions(struct conn *conn, const struct project *project, struct graph_of_revisions *graph,
                               const struct revision_set *steps, const struct run_options *options);
/* Notes that `create` has begun on this database; state_stamp ends it. Makes the state schema if needed. */
bool state_creating(struct conn *conn, const struct project *project);
/* Sets the heads without running anything (stamp); journaled. */
bool state_stamp(struct conn *conn, const struct project *project, struct graph_of_revisions *graph, const struct revision_set *heads,
                 const struct map *manifest, const char *what);
/* The steps as a script for psql: pinned settings, BEGIN/COMMIT per section, bookkeeping included. From base where `from` is NULL. */
const char *run_script(struct ctx *ctx, const struct project *project, struct graph_of_revisions *graph,
                       const struct revision_set *from, const struct revision_set *steps, bool up);

#endif
