/* embedded.c: the project's private PostgreSQL: its places, and when it starts and stops. */
#include "pg/embedded.h"

#include <ctype.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/str.h"
#include "pg/server.h"

#define DATA "pg"
#define PORT 5432 /* only names the socket */

/* The folder of a project that has moved is another project: hash of the real path. */
static const char *project_hash(struct ctx *ctx, const char *root)
{
    const char *digest = digest_text(ctx->arena, root, strlen(root)), *colon = strchr(digest, ':');
    return colon ? colon + 1 : digest;
}

static const char *socket_folder(struct ctx *ctx, const char *hash)
{
    struct stat info;
    unsigned uid = geteuid();
    const char *run = arena_printf(ctx->arena, "/run/user/%u", uid);
    if (uid != 0 && lstat(run, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == uid) {
        return arena_printf(ctx->arena, "%s/modelc-%.8s", run, hash);
    }
    return arena_printf(ctx->arena, "/tmp/modelc-%u-%.8s", uid, hash);
}

static int data_major(struct ctx *ctx, const char *data)
{
    char line[16] = "";
    CLEANUP(cleanup_file) FILE *file = fopen(path_join(ctx->arena, data, "PG_VERSION"), "re");
    if (!file || !fgets(line, sizeof line, file)) return 0;
    return (int)strtol(line, NULL, 10);
}

/* Below the project where the server's user can enter it, else below /var/tmp. */
static const char *base_folder(struct ctx *ctx, const struct embedded *server, const char *root, const char *hash)
{
    if (!server->run_as || server_reaches(server, root)) return path_join(ctx->arena, root, ".modelc");
    const char *cache = server_cache(ctx, server);
    return cache ? path_join(ctx->arena, cache, hash) : NULL;
}

struct embedded *embedded_find(struct ctx *ctx, const char *project_root)
{
    struct embedded *server = ARENA_NEW(ctx->arena, struct embedded);
    if (!server_find(ctx, server, 0)) return NULL;
    char *real = realpath(project_root, NULL);
    const char *root = arena_strdup(ctx->arena, real ? real : project_root);
    free(real);
    const char *hash = project_hash(ctx, root);
    server->base = base_folder(ctx, server, root, hash);
    if (!server->base) return NULL;
    server->data = path_join(ctx->arena, server->base, DATA);
    server->socket = socket_folder(ctx, hash);
    server->user = "postgres";
    server->port = PORT;
    int major = data_major(ctx, server->data);
    return major == 0 || major == server->major || server_find(ctx, server, major) ? server : NULL;
}

static const char *marker(struct ctx *ctx, const struct embedded *server, const char *name)
{
    return path_join(ctx->arena, server->base, name);
}

static bool mark(struct ctx *ctx, const struct embedded *server, const char *name, bool on)
{
    const char *path = marker(ctx, server, name);
    if (!on) {
        unlink(path);
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

static int lock_base(struct ctx *ctx, const struct embedded *server)
{
    if (!server_folder(ctx, server->base, server->run_as ? 0711 : 0700, geteuid(), getegid())) return -1;
    int fd = server_lock(marker(ctx, server, "lock"), true);
    if (fd < 0) diag_file(ctx, D_FILE, marker(ctx, server, "lock"), "cannot be locked");
    return fd;
}

static bool create_locked(struct ctx *ctx, struct embedded *server)
{
    return dir_exists(server->data) || server_initdb(ctx, server, server->base, DATA, NULL);
}

bool embedded_create(struct ctx *ctx, struct embedded *server)
{
    CLEANUP(cleanup_fd) int lock = lock_base(ctx, server);
    return lock >= 0 && create_locked(ctx, server);
}

static const char *percent(struct ctx *ctx, const char *text)
{
    struct buf out = buf_new(ctx->arena);
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("-_.", *text)) buf_addc(&out, *text);
        else buf_printf(&out, "%%%02X", (unsigned)(unsigned char)*text);
    }
    return out.text;
}

const char *embedded_url(struct ctx *ctx, const struct embedded *server, const char *database)
{
    return arena_printf(ctx->arena, "postgresql:///%s?host=%s&port=%d&user=%s", percent(ctx, database),
                        percent(ctx, server->socket), server->port, percent(ctx, server->user));
}

bool embedded_running(const struct embedded *server)
{
    char port[16];
    snprintf(port, sizeof port, "%d", server->port);
    const char *const keys[] = {"host", "port", "user", "dbname", NULL};
    const char *const values[] = {server->socket, port, server->user, "postgres", NULL};
    PGPing ping = PQpingParams(keys, values, 0);
    return ping == PQPING_OK || ping == PQPING_REJECT;
}

static bool start_locked(struct ctx *ctx, struct embedded *server, bool *started)
{
    *started = false;
    if (!create_locked(ctx, server)) return false;
    if (!server_folder(ctx, server->socket, 0700, server->uid, server->gid)) return false;
    if (embedded_running(server)) return true;
    /* Somebody's data: fsync stays on. Small, as it shares a laptop with everything else. */
    if (!server_start(ctx, server, server->base, DATA, "-c shared_buffers=32MB -c max_connections=50 -c jit=off")) {
        rmdir(server->socket);
        return false;
    }
    *started = true;
    return mark(ctx, server, "on-demand", true);
}

bool embedded_start(struct ctx *ctx, struct embedded *server, bool *started)
{
    CLEANUP(cleanup_fd) int lock = lock_base(ctx, server);
    return lock >= 0 && start_locked(ctx, server, started);
}

int embedded_hold(struct ctx *ctx, struct embedded *server)
{
    bool started;
    int lock = lock_base(ctx, server);
    if (lock < 0 || start_locked(ctx, server, &started)) return lock;
    close(lock);
    return -1;
}

void embedded_release(int hold)
{
    if (hold >= 0) close(hold);
}

/* Sessions other than our own; -1 where it can't be asked. */
static int other_clients(struct ctx *ctx, const struct embedded *server)
{
    PGconn *pg = PQconnectdb(embedded_url(ctx, server, "postgres"));
    PGresult *result = PQexec(pg, "SELECT count(*) FROM pg_catalog.pg_stat_activity"
                                  " WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()");
    int n = PQresultStatus(result) == PGRES_TUPLES_OK ? (int)strtol(PQgetvalue(result, 0, 0), NULL, 10) : -1;
    PQclear(result);
    PQfinish(pg);
    return n;
}

/* A session that has just been closed needs a moment to go. */
static bool in_use(struct ctx *ctx, const struct embedded *server)
{
    for (int tries = 0; tries < 8; tries++) {
        if (other_clients(ctx, server) <= 0) return false;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return true;
}

bool embedded_stop(struct ctx *ctx, struct embedded *server, bool force)
{
    if (!dir_exists(server->data)) return true;
    CLEANUP(cleanup_fd) int lock = lock_base(ctx, server);
    if (lock < 0) return false;
    if (!embedded_running(server)) {
        mark(ctx, server, "on-demand", false);
        return true;
    }
    bool ours = file_exists(marker(ctx, server, "on-demand")) && !file_exists(marker(ctx, server, "keep"));
    if (!force && (!ours || in_use(ctx, server))) return true;
    if (!server_stop(ctx, server, server->base, DATA, "fast")) {
        diag_file(ctx, D_SERVER, server->data, "the server did not stop");
        return false;
    }
    mark(ctx, server, "on-demand", false);
    if (force) mark(ctx, server, "keep", false);
    rmdir(server->socket);
    return true;
}

bool embedded_keep(struct ctx *ctx, struct embedded *server, bool keep)
{
    if (mark(ctx, server, "keep", keep)) return true;
    diag_file(ctx, D_FILE, marker(ctx, server, "keep"), "cannot be written");
    return false;
}

const char *embedded_database(struct ctx *ctx, const char *project_root)
{
    char *real = realpath(project_root, NULL);
    char *name = arena_strdup(ctx->arena, path_base(real ? real : project_root));
    free(real);
    bool some = false;
    for (char *c = name; *c; c++) {
        *c = (char)tolower((unsigned char)*c);
        if ((unsigned char)*c >= 0x80 || !isalnum((unsigned char)*c)) *c = '_';
        else some = true;
    }
    if (strlen(name) > 63) name[63] = '\0';
    bool reserved = str_eq(name, "postgres") || str_starts(name, "template");
    return some && !reserved ? name : "app";
}
