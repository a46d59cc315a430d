/* embedded.h: the private PostgreSQL that `init` makes: socket only, started on demand. */
#ifndef MODELC_EMBEDDED_H
#define MODELC_EMBEDDED_H

#include <stdbool.h>

#include "base/ctx.h"

struct embedded {
    const char *bin;     /* folder of initdb, pg_ctl, postgres */
    const char *data;    /* data folder */
    const char *socket;  /* socket folder, short, 0700 */
    const char *user;    /* database superuser */
    const char *run_as;  /* system user of the server processes when we are root, or NULL */
    int major;           /* 15 */
    int port;
    const char *base;    /* folder of the lock and marker files and of the data; trusted */
    const char *runs;    /* scratch.c: folder of the throw-away copies, in memory where there is plenty */
    unsigned uid, gid;   /* of the server processes */
};

/* Finds the server programs (pg_config --bindir, /usr/lib/postgresql/N/bin newest first, PATH; MODELC_PG_BIN overrides) and the places
 * for a project. NULL and a diagnostic naming the package to install ("apt-get install postgresql-15") where there are none. */
struct embedded *embedded_find(struct ctx *ctx, const char *project_root);
/* initdb (trust on a private socket only, no TCP), if not there yet. Safe when two processes do it at once (lock file). */
bool embedded_create(struct ctx *ctx, struct embedded *server);
/* Starts it unless it runs; *started tells whether we did. Waits until it answers. */
bool embedded_start(struct ctx *ctx, struct embedded *server, bool *started);
/* Stops it, unless `modelc db start` keeps it up (`keep` marker) and force is false, or other clients are connected. */
bool embedded_stop(struct ctx *ctx, struct embedded *server, bool force);
bool embedded_running(const struct embedded *server);
/* Starts it like embedded_start and keeps other processes from stopping it until the caller, connected by then, calls
 * embedded_release(hold). -1 on failure. */
int embedded_hold(struct ctx *ctx, struct embedded *server);
void embedded_release(int hold);
/* Name of the project's database on it: the folder's base name, sanitised, or "app". */
const char *embedded_database(struct ctx *ctx, const char *project_root);
bool embedded_keep(struct ctx *ctx, struct embedded *server, bool keep);
/* postgresql:// URL of a database on it. */
const char *embedded_url(struct ctx *ctx, const struct embedded *server, const char *database);

/* A throw-away database for proofs and canonical forms: on `url` (--scratch) or on a private server below the temp folder's cache
 * (of `version`, as 150004, where there are programs of it; 0: of the newest); `scratch_close` drops it. */
struct scratch;
struct conn;
struct scratch *scratch_open(struct ctx *ctx, const char *url, int version);
struct conn *scratch_conn(struct scratch *scratch);
/* A further empty database on it, with a session of its own; scratch_close() closes and drops it. NULL and a diagnostic on failure. */
struct conn *scratch_more(struct scratch *scratch);
/* postgresql:// URL of the scratch database, for psql, pg_dump and further sessions. */
const char *scratch_url(const struct scratch *scratch);
/* One more, with all that the scratch database holds. The session of scratch_conn() is another one afterwards: ask for it again. */
struct conn *scratch_clone(struct scratch *scratch);
/* Drops what scratch_more() or scratch_clone() made before scratch_close() does. */
void scratch_drop(struct scratch *scratch, struct conn *conn);
void scratch_close(struct scratch *scratch);

/* A private server as scratch_keep() kept it under `key` (32 hex digits or so); *kept tells whether there was one, else it is empty.
 * Servers that are named with --scratch keep nothing. */
struct scratch *scratch_open_kept(struct ctx *ctx, const char *url, int version, const char *key, bool *kept);
/* Keeps the private server's databases, as they are now, for scratch_open_kept(); the few latest are kept. All sessions to it are
 * closed; scratch_conn() is a new one. What can't be kept is made again next time: false only where the server is gone. */
bool scratch_keep(struct scratch *scratch, const char *key);
/* The folder of the private server's programs; NULL: a server that was named. */
const char *scratch_programs(const struct scratch *scratch);

#endif
