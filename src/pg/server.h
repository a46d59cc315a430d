/* server.h: running PostgreSQL's server programs, as another user where we are root; private to src/pg. */
#ifndef MODELC_SERVER_H
#define MODELC_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "pg/embedded.h"

/* Sets bin, major, run_as, uid and gid. A `major` other than 0 asks for that version's programs. */
bool server_find(struct ctx *ctx, struct embedded *server, int major);
/* Runs a program (no shell) in `dir` as the server's user, its output collected in *output (may be NULL). True where it
 * exits with 0. */
bool server_run(struct ctx *ctx, const struct embedded *server, const char *dir, const char *const *argv,
                const char **output);
/* Whether the server's user may enter the folder. */
bool server_reaches(const struct embedded *server, const char *dir);
/* initdb into dir/name, which must not exist: made beside it and renamed, so that it is never half there. */
bool server_initdb(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name,
                   const char *const *more);
/* pg_ctl start for dir/name with settings ("-c fsync=off"); waits until it answers. */
bool server_start(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name,
                  const char *settings);
bool server_stop(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name, const char *mode);
bool server_remove(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name);

/* A folder that nobody else can have prepared for us: made with `mode` and given to `uid`, or there already and a real
 * folder of that user, not writable by others. */
bool server_folder(struct ctx *ctx, const char *path, mode_t mode, uid_t uid, gid_t gid);
/* Opens (making it) and locks a file; -1 where it is held elsewhere and `wait` is false, or on an error. */
int server_lock(const char *path, bool wait);
/* Our own folder below /var/tmp (or /tmp), made on demand. NULL and a diagnostic where that can't be. */
const char *server_cache(struct ctx *ctx, const struct embedded *server);
/* The same in memory, where a thousand files are made in no time; NULL where there is little of it, or none to be had. */
const char *server_memory(struct ctx *ctx, const struct embedded *server);

#endif
