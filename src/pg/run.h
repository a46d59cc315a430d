/* run.h: what the runner's files share; private to src/pg. */
#ifndef MODELC_RUN_H
#define MODELC_RUN_H

#include "pg/journal.h"
#include "pg/runner.h"

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
    const char *search_path, *lock_timeout; /* of the caller's session */
};

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
const char *run_set_path(struct ctx *ctx, const char *path, bool local);

enum doubt { DOUBT_RUN, DOUBT_DONE, DOUBT_SKIP, DOUBT_REFUSED /* a person decides */, DOUBT_FAILED /* it can't be looked at */ };
/* A statement that began and of which nobody knows how it ended: looks where it knows how to. */
enum doubt doubt_settle(struct run *run, const struct statement *statement);
/* After the server refused a statement: removes what it left (an INVALID index). False where that failed: it stays in
 * doubt. */
bool doubt_clean(struct run *run, const struct statement *statement, const struct server_error *error);

#endif
