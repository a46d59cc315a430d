/* run.h: what the runner's files share; private to src/pg. */
#ifndef MODELC_RUN_H
#define MODELC_RUN_H

#include "pg/journal.h"
#include "pg/runner.h"

/* How long a statement may wait for locks, and run: as PostgreSQL's settings take it; "0": as long as it takes. */
struct timeouts {
    const char *lock, *statement;
};
/* Rows that a data statement changed. */
struct moved {
    const struct statement *statement;
    size_t rows;
};
/* Who held up the statement when it was last looked. */
struct blocker {
    const char *pid, *user, *application, *state, *query; /* NULL where unknown, or not for our role to see; pid "0": a prepared transaction */
    double seconds;             /* its transaction's age; -1 unknown */
};
/* A second session looks while a statement runs: who holds it up, and that the lease does not run out. */
struct watch {
    struct conn *conn;          /* opened when first needed */
    bool refused;               /* it could not be opened */
    double began;               /* the statement's beginning; 0: none runs */
    const struct run_step *step;
    const struct statement *statement;
    bool told;
    double renewed;             /* when the lease was, for it */
    VEC(struct blocker) blockers;
};

struct run {
    struct ctx *ctx;
    struct conn *conn;
    const struct project *project;
    const struct graph_of_revisions *graph;
    const struct run_options *options;
    const char *schema;         /* quoted */
    struct db_state state;      /* as found */
    struct revision_set heads;  /* as they stand now */
    struct map *manifest;       /* likewise */
    const struct revision *revision;
    bool resuming;              /* this revision was found half-applied */
    bool committed;             /* something of this revision is in the database */
    bool last;                  /* it is the last one to run */
    const char *search_path;    /* of the caller's session */
    struct timeouts timeouts;   /* likewise */
    bool batched;               /* of the statement under way, batches are in the database */
    VEC(struct moved) moved;    /* of the section under way */
    struct watch watch;
};

/* What a revision's end changes, worked out before its first section runs: a conflict must not show up after its last. */
struct ending {
    struct revision_set heads;
    const struct map *after;
    const char *sql;
};

/* run_section.c. `ending` is NULL unless this is the last section; `first`: the statement to begin with, where it is not a transaction. */
enum run_outcome run_section(struct run *run, struct run_step *step, const struct ending *ending, size_t first, bool in_doubt);
double run_now_ms(void);

/* run_session.c */
bool run_read_session(struct run *run);
/* A section's own ones before its header's, before the project's. `alone`: for this statement outside of a transaction: only what its
 * section says; and none, whatever it says, where it works CONCURRENTLY. */
struct timeouts run_timeouts(const struct project *project, const struct revision *revision, const struct section *section,
                             const struct statement *alone);
void timeouts_sql(struct buf *sql, const struct timeouts *timeouts, bool local);
bool run_set_timeouts(struct run *run, const struct section *section, const struct statement *alone, struct server_error *error);
void run_restore_session(struct run *run);
const char *run_set_path(struct ctx *ctx, const char *path, bool local);

/* run_retry.c: after a statement (NULL: the COMMIT or so) was refused and its transaction rolled back: whether it was a timeout or a
 * deadlock that may be gone by now; then it has waited a while. `tries`: how often it was tried so far. */
bool run_retry(struct run *run, const struct run_step *step, const struct server_error *error, size_t tries);
/* Whether the refusal is of that kind. */
bool run_was_held_up(const struct run *run, const struct run_step *step, const struct server_error *error);

/* watch.c */
void watch_begin(struct run *run, const struct run_step *step, const struct statement *statement);
void watch_end(struct run *run);
void watch_close(struct run *run);
/* Rows as BLOCKER_COLUMNS has them. */
void watch_keep(struct run *run, const struct rows *rows);
#define BLOCKER_COLUMNS                                                                                                \
    "SELECT b.pid, a.usename, a.application_name, a.state,"                                                            \
    " extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start),"                                                \
    " pg_catalog.left(pg_catalog.btrim(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), ' ;'), 80)\n"
#define BLOCKER_JOIN "LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY a.xact_start LIMIT 5"
/* blockers.c: after the fact, where nobody looked meanwhile, and nothing is under way. */
void watch_look_back(struct run *run);
/* "pid 4711, user app, psql, idle in transaction for 5 min: UPDATE orders .." */
const char *blocker_text(struct ctx *ctx, const struct blocker *blocker);

/* run_lost.c */
const char *run_verb(const struct run *run);
/* What a run that stops here is: something of the revision is there, or nothing. */
enum run_outcome run_stopped(const struct run *run);
void run_roll_back(struct run *run);
enum run_outcome run_interrupted(struct run *run, const struct run_step *step);
/* A statement (NULL: the section as a whole) was refused; the connection may be gone. */
enum run_outcome run_refused(struct run *run, const struct run_step *step, const struct statement *statement,
                             const struct server_error *error);
/* Bookkeeping outside a section's transaction; a late cancel is not meant for it. */
bool run_book(struct run *run, const char *sql, struct server_error *error);
/* The connection was lost at a COMMIT. `ending`: of the revision, where that was to be committed; else it is about the step alone. */
enum run_outcome run_lost_commit(struct run *run, const struct run_step *step, const struct ending *ending, struct diag *diag);
enum run_outcome run_lost_section(struct run *run, const struct run_step *step, const struct ending *ending);
enum run_outcome run_lost_intent(struct run *run, const struct run_step *step, const struct statement *statement,
                                 const struct server_error *error);

struct sections {
    const struct section *at;
    size_t n;
};
struct sections run_sections(const struct revision *revision, bool up);
/* What is refused before anything runs: steps to complete, irreversible ones, losses. */
bool run_allowed(struct ctx *ctx, const struct project *project, const struct revision_set *steps, bool up,
                 bool allow_loss);
/* Why a revision can't be run from these heads, as a diagnostic. */
bool run_in_order(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *heads,
                  const struct revision *step, bool up);
bool run_reached(const struct graph_of_revisions *graph, const struct revision *revision,
                 const struct revision_set *heads);
/* A SET or RESET in it would change the session that the bookkeeping and the next sections run in. */
bool run_changes_session(const struct section *section);
/* How each script begins: settings, the lock, the state schema, and that the database is at these heads. */
void script_start(struct ctx *ctx, const struct project *project, const struct revision_set *heads, struct buf *out);
/* The session's settings in a script, at its beginning and after a section that changed them. */
void script_session(struct ctx *ctx, const struct project *project, struct buf *out);
/* One statement under its note's comment lines. */
void script_statement(struct buf *out, const char *note, const char *sql);

enum doubt { DOUBT_RUN, DOUBT_DONE, DOUBT_SKIP, DOUBT_REFUSED /* a person decides */, DOUBT_FAILED /* it can't be looked at */ };
/* A statement that began and of which nobody knows how it ended: looks where it knows how to. */
enum doubt doubt_settle(struct run *run, const struct statement *statement);
/* After the server refused a statement: removes what it left (an INVALID index). False where that failed: it stays in
 * doubt. */
bool doubt_clean(struct run *run, const struct statement *statement, const struct server_error *error);

#endif
