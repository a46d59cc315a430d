/* pg_embedded_test.c: the private servers: where they live, when they start and stop, what a killed process leaves. */
#include <signal.h>
#include <sys/stat.h>

#include "base/file.h"
#include "pg_fixture.h"

static void shell(const char *format, const char *a)
{
    struct ctx *ctx = ctx_new();
    fflush(stdout);
    if (system(arena_printf(ctx->arena, "sh -c '%s' sh '%s'", format, a)) != 0) printf("# %s failed\n", format);
    ctx_free(ctx);
}

static struct project project_at(const char *root)
{
    return (struct project){.root = root, .state_schema = "modelc", .embedded = true};
}

static const char *database(struct ctx *ctx, struct conn *conn)
{
    struct fixture f = {.ctx = ctx, .conn = conn};
    return ask(&f, "SELECT current_database()");
}

/* Its own process: connects, stays a little, leaves. */
static int visitor(const char *root)
{
    struct ctx *ctx = ctx_new();
    struct project project = project_at(root);
    struct conn *conn = conn_open(ctx, &project, NULL, true);
    bool fine = conn && conn->embedded && str_eq(database(ctx, conn), "my_shop");
    if (!fine) diag_print(ctx, stdout, DIAG_TEXT, false, 0);
    rest(300);
    fine = fine && str_eq(database(ctx, conn), "my_shop");
    conn_close(conn);
    ctx_free(ctx);
    return fine ? 0 : 1;
}

static void test_visitors(const char *root)
{
    pid_t children[2];
    fflush(stdout);
    for (size_t i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) _exit(visitor(root));
    }
    ok(exit_of(children[0]) == 0 && exit_of(children[1]) == 0, "two processes at once make, start and use it");
}

static void test_life(struct ctx *ctx, const char *root, bool below_project)
{
    struct project project = project_at(root);
    struct embedded *server = embedded_find(ctx, root);
    bool started;
    if (!ok(server && server->major >= 13, "server programs and places for %s", root)) return;
    ok(str_starts(server->data, root) == below_project, "data where the server's user can reach them");
    test_visitors(root);
    ok(!embedded_running(server), "the last one to leave stops it");
    struct conn *conn = conn_open(ctx, &project, NULL, true), *again = conn ? conn_again(conn, NULL) : NULL;
    ok(conn && again && is_text(conn->title, "embedded", "title"), "connected twice");
    conn_close(conn);
    ok(embedded_running(server), "another client keeps it up");
    conn_close(again);
    ok(!embedded_running(server), "until it leaves");
    ok(embedded_start(ctx, server, &started) && started && embedded_keep(ctx, server, true), "db start");
    conn_close(conn_open(ctx, &project, NULL, true));
    ok(embedded_running(server), "keeps it up");
    struct stat info;
    ok(stat(server->socket, &info) == 0 && info.st_uid == server->uid && (info.st_mode & 0777) == 0700,
       "the socket folder is the server's alone");
    ok(embedded_stop(ctx, server, true) && !embedded_running(server), "db stop");
    conn_close(conn_open(ctx, &project, NULL, true));
    ok(!embedded_running(server), "and on demand again");
    if (geteuid() == 0) {
        rmdir(server->socket);
        ok(symlink("/etc", server->socket) == 0 && !embedded_start(ctx, server, &started),
           "a link in the socket folder's place is refused");
        unlink(server->socket);
    }
    if (!below_project) shell("rm -rf \"$1\"", server->base);
}

static void test_start_failure(struct ctx *ctx, const char *root)
{
    struct fixture f = {.ctx = ctx};
    struct embedded *server = embedded_find(ctx, root);
    bool started;
    said(&f);
    shell("echo nonsense = 1 >> \"$1\"/postgresql.conf", server->data);
    ok(!embedded_start(ctx, server, &started), "a server that does not start");
    says(&f, "the server did not start", "is reported");
    unsetenv("DATABASE_URL");
    setenv("MODELC_PG_BIN", "/nonexistent", 1);
    ok(!embedded_find(ctx, root), "no programs there");
    says(&f, "holds no server programs", "which is said");
    unsetenv("MODELC_PG_BIN");
}

static void test_naming(struct ctx *ctx)
{
    struct fixture f = {.ctx = ctx};
    struct project project = project_at("/tmp");
    ok(!conn_open(ctx, &project, NULL, false), "nothing named");
    says(&f, "no database named: set DATABASE_URL or pass --db", "is an error");
    setenv("CI", "1", 1);
    ok(!conn_open(ctx, &project, NULL, true), "nor is an embedded server used in CI");
    unsetenv("CI");
    setenv("DATABASE_URL", "postgresql://nobody@/x?host=/nonexistent", 1);
    ok(!conn_open(ctx, &project, NULL, true), "DATABASE_URL comes before the embedded server");
    says(&f, "cannot connect (DATABASE_URL)", "and is named");
    unsetenv("DATABASE_URL");
    is_text(embedded_database(ctx, "/srv/Große Läden"), "gro__e_l__den", "a database name from a folder's");
    is_text(embedded_database(ctx, "/srv/---"), "app", "or app");
}

static void test_scratch(struct ctx *ctx)
{
    struct fixture f = {.ctx = ctx};
    fflush(stdout);
    int ends[2];
    if (!ok(pipe(ends) == 0, "a pipe")) return;
    pid_t child = fork();
    if (child == 0) {
        struct scratch *scratch = scratch_open(ctx_new(), NULL, 0);
        const char *url = scratch ? scratch_url(scratch) : "";
        if (write(ends[1], url, strlen(url) + 1) > 0) pause();
        _exit(0);
    }
    char url[256] = "";
    ok(read(ends[0], url, sizeof url) > 1, "a scratch server in another process");
    kill(child, SIGKILL);
    exit_of(child);
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    ok(scratch != NULL, "and one here");
    ok(!conn_open(ctx, NULL, url, false), "what a killed process left is gone");
    said(&f);
    struct scratch *named = scratch_open(ctx, scratch_url(scratch), 0);
    ok(named && str_starts(database(ctx, scratch_conn(named)), "modelc_scratch_"),
       "a scratch database on a server that is named");
    struct conn *more = conn_open(ctx, NULL, scratch_url(named), false);
    ok(more && str_eq(more->database, scratch_conn(named)->database), "its URL");
    conn_close(more);
    scratch_close(named);
    is_text(database(ctx, scratch_conn(scratch)), "postgres", "the server stays");
    f.conn = scratch_conn(scratch);
    is_text(ask(&f, "SELECT count(*) FROM pg_database WHERE datname LIKE 'modelc_scratch%'"), "0",
            "the database is dropped");
    scratch_close(scratch);
    is_text(said(&f), "", "nothing to report");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    static const char *const variables[] = {"DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "CI"};
    struct ctx *ctx = ctx_new();
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
    char *top = mkdtemp(arena_strdup(ctx->arena, "/tmp/modelc-test-XXXXXX"));
    const char *open_root = arena_printf(ctx->arena, "%s/a $(touch b) \"c\"", top), *home = getenv("HOME");
    chmod(top, 0755);
    if (ok(mkdir(open_root, 0755) == 0, "a project in /tmp, in a folder with a name that a shell would read")) {
        const char *plain = arena_printf(ctx->arena, "%s/my shop", open_root);
        mkdir(plain, 0755);
        test_life(ctx, plain, true);
        test_start_failure(ctx, plain);
    }
    test_naming(ctx);
    test_scratch(ctx);
    if (geteuid() == 0 && home && dir_exists(home)) {
        char *closed = mkdtemp(arena_printf(ctx->arena, "%s/modelc-XXXXXX", home));
        const char *root = arena_printf(ctx->arena, "%s/my-shop", closed);
        if (ok(mkdir(root, 0755) == 0, "a project that the server's user cannot enter")) test_life(ctx, root, false);
        shell("rm -rf \"$1\"", closed);
    } else {
        skip("a project in root's home", "not root");
    }
    shell("rm -rf \"$1\"", top);
    ctx_free(ctx);
    return tap_done();
}
