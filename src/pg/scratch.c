/* scratch.c: a throw-away database, on a server that was named or on a private one that lives as long as this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/str.h"
#include "pg/conn.h"
#include "pg/server.h"
#include "sql/quote.h"

#define DATA "data"

struct scratch {
    struct ctx *ctx;
    struct conn *conn;
    const char *url;
    struct conn *home;       /* --scratch: the session that made the database, and drops it */
    struct embedded *server; /* the private server, or NULL */
    const char *run;         /* its folder's name below server->runs */
    bool spare_used;         /* the private server's template1, which nothing is made from */
    struct conn *maker;      /* scratch_clone(): the session that makes copies */
    int lock;                /* held for life: a run folder whose lock is free was left by a killed process */
    VEC(struct conn *) more; /* to further databases */
};

static const char *random_name(struct ctx *ctx, const char *prefix)
{
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits) bits = (uint64_t)getpid();
    return arena_printf(ctx->arena, "%s%012llx", prefix, (unsigned long long)(bits & 0xffffffffffffULL));
}

#define OPTIONS \
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c wal_level=minimal" \
    " -c max_wal_senders=0 -c shared_buffers=32MB -c max_connections=50 -c jit=off -c dynamic_shared_memory_type=mmap"

static const char *cache_name(struct ctx *ctx, const struct embedded *server)
{
    const char *digest = digest_text(ctx->arena, server->bin,
                                     strlen(server->bin)); /* two builds of 18 may not share one */
    return arena_printf(ctx->arena, "cluster-%d-%.8s", server->major, strchr(digest, ':') + 1);
}

static const char *lock_path(struct ctx *ctx, const char *folder, const char *name)
{
    return arena_printf(ctx->arena, "%s/%s.lock", folder, name);
}

static void remove_run(struct ctx *ctx, const struct embedded *server, const char *runs, const char *run)
{
    const char *dir = path_join(ctx->arena, runs, run);
    if (file_exists(arena_printf(ctx->arena, "%s/" DATA "/postmaster.pid", dir))) {
        server_stop(ctx, server, dir, DATA, "immediate");
    }
    if (dir_exists(dir)) server_remove(ctx, server, runs, run);
    unlink(lock_path(ctx, runs, run));
}

/* What processes left behind that were killed. */
static void sweep(struct ctx *ctx, const struct embedded *server, const char *runs)
{
    struct paths locks = {0};
    path_glob(ctx->arena, arena_printf(ctx->arena, "%s/run-*.lock", runs), &locks);
    for (size_t i = 0; i < locks.n; i++) {
        int fd = server_lock(locks.at[i], false);
        if (fd < 0) continue;
        const char *name = path_base(locks.at[i]);
        remove_run(ctx, server, runs, arena_strndup(ctx->arena, name, strlen(name) - strlen(".lock")));
        close(fd);
    }
}

/* The initdb'ed cluster that copies are taken from: made once per version and user. */
static bool make_cluster(struct ctx *ctx, const struct embedded *server)
{
    static const char *const small[] = {"--wal-segsize=1", NULL};
    const char *name = cache_name(ctx, server);
    int fd = server_lock(lock_path(ctx, server->base, name), true);
    if (fd < 0) {
        diag_file(ctx, D_FILE, lock_path(ctx, server->base, name), "cannot be locked: %s", strerror(errno));
        return false;
    }
    bool made = dir_exists(path_join(ctx->arena, server->base, name)) ||
                server_initdb(ctx, server, server->base, name, small);
    close(fd);
    return made;
}

/* Copies the cluster `name` of the cache, as the data of a run. */
static bool copy_cluster(struct ctx *ctx, const struct embedded *server, const char *name, const char *dir)
{
    const char *from = path_join(ctx->arena, server->base, name), *output;
    const char *argv[] = {"cp", "-a", "--", from, DATA, NULL};
    if (!server_folder(ctx, dir, 0700, server->uid, server->gid)) return false;
    if (server_run(ctx, server, dir, argv, &output)) return true;
    diag_file(ctx, D_FILE, dir, "cannot copy the scratch server: %s", str_trim(ctx->arena, output));
    return false;
}

/* ---- clusters that are kept, the latest used ones */

static const char *kept_name(struct ctx *ctx, const struct embedded *server, const char *key)
{
    return arena_printf(ctx->arena, "kept-%d-%s", server->major, key);
}

/* Its name below the cache, marked as used just now; NULL: there is none. */
static const char *kept_take(struct ctx *ctx, const struct embedded *server, const char *key)
{
    const char *name = kept_name(ctx, server, key), *path = path_join(ctx->arena, server->base, name);
    if (!dir_exists(path)) return NULL;
    utimensat(AT_FDCWD, path, NULL, 0);
    return name;
}

static time_t used_at(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mtime : 0;
}

/* Room for one more: the one that wasn't used for the longest time goes. Another process may be copying it: that copy then fails to
 * start, and is told so. */
static void kept_make_room(struct ctx *ctx, const struct embedded *server)
{
    enum { KEPT = 6 };
    struct paths kept = {0};
    path_glob(ctx->arena, arena_printf(ctx->arena, "%s/kept-*", server->base), &kept);
    for (; kept.n >= KEPT; kept.n--) {
        size_t oldest = 0;
        for (size_t i = 1; i < kept.n; i++) {
            if (used_at(kept.at[i]) < used_at(kept.at[oldest])) oldest = i;
        }
        server_remove(ctx, server, server->base, path_base(kept.at[oldest]));
        kept.at[oldest] = kept.at[kept.n - 1];
    }
}

/* A stopped server's data, under a name of their own in the cache: complete, or not there. */
static void kept_put(struct ctx *ctx, const struct embedded *server, const char *dir, const char *key)
{
    const char *name = kept_name(ctx, server, key), *part = arena_printf(ctx->arena, "%s.%ld", name, (long)getpid());
    const char *target = path_join(ctx->arena, server->base, part);
    const char *argv[] = {"cp", "-a", "--", DATA "/.", target, NULL};
    kept_make_room(ctx, server);
    if (!server_folder(ctx, target, 0700, server->uid, server->gid)) return;
    if (server_run(ctx, server, dir, argv, NULL) && rename(target, path_join(ctx->arena, server->base, name)) == 0) return;
    if (dir_exists(target)) server_remove(ctx, server, server->base, part);
}

/* What the live server says of a text the same version says best; another will do. */
static bool find_programs(struct ctx *ctx, struct embedded *server, int version)
{
    size_t mark = diag_mark(ctx);
    if (server_find(ctx, server, version / 10000)) return true;
    if (version == 0) return false;
    diag_rollback(ctx, mark);
    return server_find(ctx, server, 0);
}

/* `key`, and whether there is such a kept cluster: see scratch_open_kept(). */
static bool start_private(struct scratch *scratch, int version, const char *key, bool *kept)
{
    struct ctx *ctx = scratch->ctx;
    struct embedded *server = ARENA_NEW(ctx->arena, struct embedded);
    if (!find_programs(ctx, server, version)) return false;
    server->base = server_cache(ctx, server);
    server->user = "postgres";
    server->port = 5432;
    if (!server->base || !make_cluster(ctx, server)) return false;
    server->runs = server_memory(ctx, server);
    if (!server->runs) server->runs = server->base;
    sweep(ctx, server, server->runs);
    if (server->runs != server->base) sweep(ctx, server, server->base);
    scratch->server = server;
    scratch->run = random_name(ctx, "run-");
    scratch->lock = server_lock(lock_path(ctx, server->runs, scratch->run), false);
    if (scratch->lock < 0) {
        diag_file(ctx, D_FILE, lock_path(ctx, server->runs, scratch->run), "cannot be locked: %s", strerror(errno));
        return false;
    }
    const char *dir = path_join(ctx->arena, server->runs, scratch->run);
    server->data = path_join(ctx->arena, dir, DATA);
    server->socket = dir;
    scratch->url = embedded_url(ctx, server, "postgres");
    const char *name = key ? kept_take(ctx, server, key) : NULL;
    if (kept) *kept = name != NULL;
    return copy_cluster(ctx, server, name ? name : cache_name(ctx, server), dir) && server_start(ctx, server, dir, DATA, OPTIONS);
}

static struct conn *create_database(struct conn *home, const char *template)
{
    struct ctx *ctx = home->ctx;
    struct server_error error;
    const char *name = random_name(ctx, "modelc_scratch_"), *ident = sql_ident_str(ctx->arena, name);
    const char *from = sql_ident_str(ctx->arena, template);
    if (!conn_query(home, arena_printf(ctx->arena, "CREATE DATABASE %s TEMPLATE %s", ident, from), NULL, &error)) {
        server_error_report(ctx, &error, (struct span){0, 0}, "cannot create a scratch database");
        return NULL;
    }
    return conn_again(home, name);
}

static bool create_named(struct scratch *scratch, const char *url)
{
    scratch->home = conn_open(scratch->ctx, NULL, url, false);
    scratch->conn = scratch->home ? create_database(scratch->home, "template0") : NULL;
    if (scratch->conn) scratch->url = conn_url(scratch->home, scratch->conn->database);
    return scratch->conn != NULL;
}

struct scratch *scratch_open(struct ctx *ctx, const char *url, int version)
{
    return scratch_open_kept(ctx, url, version, NULL, NULL);
}

struct scratch *scratch_open_kept(struct ctx *ctx, const char *url, int version, const char *key, bool *kept)
{
    struct scratch *scratch = ARENA_NEW(ctx->arena, struct scratch);
    scratch->ctx = ctx;
    scratch->lock = -1;
    if (kept) *kept = false;
    if (url) {
        if (create_named(scratch, url)) return scratch;
    } else if (start_private(scratch, version, key, kept)) {
        scratch->conn = conn_open(ctx, NULL, scratch->url, false);
        if (scratch->conn) return scratch;
    }
    scratch_close(scratch);
    return NULL;
}

struct conn *scratch_conn(struct scratch *scratch)
{
    return scratch->conn;
}

const char *scratch_url(const struct scratch *scratch)
{
    return scratch->url;
}

struct conn *scratch_more(struct scratch *scratch)
{
    bool spare = scratch->server && !scratch->spare_used; /* made with the cluster, and as empty as a new one */
    struct conn *more = spare ? conn_again(scratch->conn, "template1") : create_database(scratch->home ? scratch->home : scratch->conn, "template0");
    scratch->spare_used = true;
    if (more) vec_push(scratch->ctx->arena, &scratch->more, more);
    return more;
}

struct conn *scratch_clone(struct scratch *scratch)
{
    struct conn *maker = scratch->home ? scratch->home : scratch->maker;
    const char *name = scratch->conn->database;
    if (!maker) maker = scratch->maker = conn_again(scratch->conn, "template1");
    scratch->spare_used = true;
    if (!maker) return NULL;
    conn_close(scratch->conn); /* nobody may be in what is copied */
    struct conn *made = create_database(maker, name);
    scratch->conn = conn_again(maker, name);
    if (made) vec_push(scratch->ctx->arena, &scratch->more, made);
    return scratch->conn ? made : NULL;
}

static void drop_database(struct scratch *scratch, struct conn *conn)
{
    struct ctx *ctx = scratch->ctx;
    struct server_error error;
    struct conn *home = scratch->home ? scratch->home : scratch->conn;
    const char *ident = sql_ident_str(ctx->arena, conn->database);
    conn_close(conn);
    const char *sql = arena_printf(ctx->arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)", ident);
    if (!conn_query(home, sql, NULL, &error)) {
        server_error_report(ctx, &error, (struct span){0, 0}, "cannot drop the scratch database");
    }
}

/* The databases of a server that is named go; a private one goes as a whole. */
static void close_database(struct scratch *scratch, struct conn *conn)
{
    if (scratch->home && conn) drop_database(scratch, conn);
    else conn_close(conn);
}

void scratch_drop(struct scratch *scratch, struct conn *conn)
{
    for (size_t i = 0; i < scratch->more.n; i++) {
        if (scratch->more.at[i] != conn) continue;
        scratch->more.at[i] = scratch->more.at[--scratch->more.n];
        drop_database(scratch, conn);
        return;
    }
}

void scratch_close(struct scratch *scratch)
{
    if (!scratch) return;
    struct ctx *ctx = scratch->ctx;
    for (size_t i = 0; i < scratch->more.n; i++) close_database(scratch, scratch->more.at[i]);
    close_database(scratch, scratch->conn);
    conn_close(scratch->maker);
    conn_close(scratch->home);
    if (scratch->lock >= 0) {
        remove_run(ctx, scratch->server, scratch->server->runs, scratch->run);
        close(scratch->lock);
    }
}

bool scratch_keep(struct scratch *scratch, const char *key)
{
    struct ctx *ctx = scratch->ctx;
    const struct embedded *server = scratch->server;
    if (!server) return true;
    const char *dir = path_join(ctx->arena, server->runs, scratch->run);
    for (size_t i = 0; i < scratch->more.n; i++) conn_close(scratch->more.at[i]);
    scratch->more.n = 0;
    conn_close(scratch->maker);
    conn_close(scratch->conn);
    scratch->maker = scratch->conn = NULL;
    if (!server_stop(ctx, server, dir, DATA, "fast")) return false;
    kept_put(ctx, server, dir, key);
    if (!server_start(ctx, server, dir, DATA, OPTIONS)) return false;
    scratch->conn = conn_open(ctx, NULL, scratch->url, false);
    return scratch->conn != NULL;
}

const char *scratch_programs(const struct scratch *scratch)
{
    return scratch->server ? scratch->server->bin : NULL;
}
