/* modelc.h: upgrading a database from within a program, as `modelc upgrade` does.
 *
 * Nothing is printed, there is no global state, and nothing exits (save that running out of memory ends the process with
 * status 3). A handle is used by one thread at a time, and different handles do not know of each other. The private server
 * of modelc.ini is never used here: a database is named.
 *
 *     struct modelc_error *error = NULL;
 *     struct modelc *db = modelc_open("/srv/shop", "postgresql:///shop", &error);
 *     if (!db || !modelc_upgrade(db, NULL, NULL, &error)) {
 *         fprintf(stderr, "%s\n", modelc_error_message(error));
 *         modelc_error_free(error);
 *     }
 *     modelc_close(db);
 */
#ifndef MODELC_H
#define MODELC_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct modelc;       /* a project and a connection */
struct modelc_error; /* why something failed */

/* What the exit codes of the command line say. */
enum modelc_code {
    MODELC_UNJUDGED = 2, /* project, migration files or arguments are wrong */
    MODELC_SERVER = 3,   /* the server can't be reached or refused a statement */
    MODELC_LOCKED = 4,   /* another modelc works on this database */
    MODELC_PARTIAL = 5,  /* partially applied: call again */
    MODELC_REFUSED = 6,  /* an unfinished file, a step whose outcome is unknown, protected data */
};

/* "0.1.0" */
const char *modelc_version(void);

/* Reads the project in a folder (modelc.ini is looked for there and above) and connects. url NULL: modelc.ini's, then
 * DATABASE_URL, then libpq's own variables. NULL on failure; then *error is set. Every `error` may be NULL. */
struct modelc *modelc_open(const char *folder, const char *url, struct modelc_error **error);
void modelc_close(struct modelc *handle); /* NULL is allowed */

/* Revisions that the files have and the database lacks; -1 on failure. */
long modelc_pending(struct modelc *handle, struct modelc_error **error);
/* Where the database is: "1975ea83b712", "a, b" for several heads, "base". Valid until the next call; NULL on failure.
 */
const char *modelc_current(struct modelc *handle, struct modelc_error **error);

/* Told of each section that was run: "8f3a1c2b9d04", 1 of 2, its milliseconds. */
typedef void modelc_progress(void *arg, const char *revision, size_t section, size_t sections, double milliseconds);

/* Applies everything up to the only head, under modelc's lock. True where nothing is pending afterwards. */
bool modelc_upgrade(struct modelc *handle, modelc_progress *progress, void *arg, struct modelc_error **error);

enum modelc_code modelc_error_code(const struct modelc_error *error);
/* All that is known, with places, over several lines. */
const char *modelc_error_message(const struct modelc_error *error);
void modelc_error_free(struct modelc_error *error); /* NULL is allowed */

#ifdef __cplusplus
}
#endif

#endif
