/* session.h: what most commands need, each in one call: project, revisions, models, database. What was asked for once
 * is kept. Whatever fails queues its diagnostics; main() prints the queue at the end. A command reads as a pipeline:
 *
 *     if (!session_open_db(s) || !session_models(s)) return session_code(s);
 */
#ifndef MODELC_CLI_SESSION_H
#define MODELC_CLI_SESSION_H

#include <stdbool.h>

#include "cli/options.h"
#include "cli/out.h"
#include "lib/apply.h"
#include "lib/code.h"
#include "model/model.h"
#include "pg/conn.h"
#include "pg/runner.h"
#include "revision/project.h"
#include "revision/revision.h"
#include "schema/schema.h"
#include "schema/target.h"

struct session {
    struct ctx *ctx;
    const struct options *options;
    struct out out;
    const char *start;                 /* absolute folder the user stands in (after -C) */
    struct project *project;           /* NULL until session_project() */
    struct graph_of_revisions *graph;  /* NULL until session_graph() */
    struct ast_files files;            /* filled by session_models(); none: there is no model file */
    struct schema *models;             /* NULL until session_models() */
    struct conn *conn;                 /* NULL until session_open_db() */
    struct db_state state;             /* filled by session_open_db(), renewed by session_state() */
    struct revision_set current;       /* the database's heads, filled with the state */
    bool locked;                       /* session_lock() holds modelc's lock */
    const char *draft_id;              /* of the revision that may be written: draft_id() */
    const char *scratch;               /* the server for trials; NULL: session_scratch() says what the options say */
};

/* modelc.ini, found from where the user stands or by -c; -n and -x are in it. NULL: diagnostics. */
struct project *session_project(struct session *s);
/* The migration files as a graph; NULL where one of them is defective. */
struct graph_of_revisions *session_graph(struct session *s);
/* All models, loaded and resolved, D_RELATION etc. queued; NULL where there are errors. */
struct schema *session_models(struct session *s);
/* Whether the server at hand can do what the models say; errors at their places. */
bool session_fits_server(struct session *s);
/* session_models(), and it is said where there is no model file at all: that must not pass for a wish to drop everything
 * that the revisions made. */
bool session_expects_models(struct session *s);
/* Connects, reads the state, and says on stderr which database it is and where it stands:
 * "Database  shop on localhost:5432 (DATABASE_URL), at 1975ea83b712 (head)". Loads the project and the graph first.
 * False: diagnostics. A head that no file has is an error unless `foreign` allows it: then its revision comes from the
 * journal where that holds its text. */
enum foreign_heads { FOREIGN_REFUSED, FOREIGN_ALLOWED };
bool session_open_db(struct session *s, enum foreign_heads foreign);
/* Connects and says which database it is; its state is not looked at. */
bool session_connect(struct session *s);
/* Reads the state again (after the lock was taken, or revisions were run). */
bool session_state(struct session *s, enum foreign_heads foreign);
/* modelc's lock, waiting at most `seconds`; *code is what to return where it can't be had. */
bool session_lock(struct session *s, int seconds, const char *purpose, int *code);
void session_unlock(struct session *s);

/* The exit code that the queued diagnostics amount to; at least CODE_UNJUDGED: for `return session_code(s)` after a
 * failure. */
int session_code(const struct session *s);
/* Prints what is queued now, on stderr; for a command whose results are findings (check): on `file`. */
void session_print_findings(const struct session *s, FILE *file);

/* Where the database stands, for people: "1975ea83b712 (head)", "base", "8f3a.., 77be.. (heads)", "1975ea83b712 (2
 * behind head)". */
const char *session_position(const struct session *s);
/* What finishes the half-applied revision: "modelc upgrade", "modelc upgrade 8f3a" where there are several heads, "modelc downgrade -1". */
const char *session_finish(const struct session *s);
/* Whether the models equal what the heads of the files hold (manifest against object lines): 1 yes, 0 no, -1 can't be
 * said (models with errors; queued diagnostics are dropped). */
int session_models_saved(struct session *s);
/* URL of the server for trials, as --scratch names it; NULL: a private one. */
const char *session_scratch(const struct session *s);
/* A path as the user sees it: relative to where they stand. */
const char *session_shown(const struct session *s, const char *path);

/* Runs a program and waits; SIGINT is its own. Its exit status, 127 where it can't be started. */
int session_spawn(const struct session *s, const char *const *argv);
/* The same, and what it prints on standard output (at most 16 MiB); its errors are not shown. NULL where it can't be
 * started or fails. */
const char *session_capture(const struct session *s, const char *const *argv);
/* The same in two steps: what it prints is there for session_captured(), which waits for its end. False: it can't be started. */
struct capture { int fd; long pid; };
bool session_capture_begin(const char *const *argv, struct capture *capture);
const char *session_captured(const struct session *s, const struct capture *capture);
/* Closes connections and frees all but the ctx. */
void session_close(struct session *s);

#endif
