/* server.c: runs PostgreSQL's server programs, as another user where we are root. */
#include "pg/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/str.h"
#include "pg/confine.h"

static const struct span nowhere = {0, 0};

/* A server must not take our PG* variables (PGPORT, PGDATA) for its own. */
static void clean_environment(void)
{
    for (char **entry = environ; *entry;) {
        char name[64];
        size_t len = strcspn(*entry, "=");
        if (strncmp(*entry, "PG", 2) != 0 || len >= sizeof name) {
            entry++;
            continue;
        }
        memcpy(name, *entry, len);
        name[len] = '\0';
        unsetenv(name); /* moves the later entries down */
    }
    setenv("LC_ALL", "C", 1);
}

static bool become(const struct embedded *server)
{
    if (!server->run_as) return true;
    gid_t gid = server->gid;
    return setgroups(1, &gid) == 0 && setgid(gid) == 0 && setuid(server->uid) == 0;
}

static _Noreturn void child(const struct embedded *server, const char *dir, const char *const *argv, int out)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
    close_range(3, ~0U, 0); /* our sockets and locks are not the server's */
    setsid();               /* ^C at our terminal is for us to handle */
    clean_environment();
    umask(077);
    if (!become(server) || chdir(dir) != 0) _exit(126);
    if (server->runs && argv[1] && strcmp(argv[1], "start") == 0) confine(server->bin);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

static const char *read_all(struct ctx *ctx, int fd)
{
    struct buf text = buf_new(ctx->arena);
    char block[4096];
    for (;;) {
        ssize_t n = read(fd, block, sizeof block);
        if (n > 0) buf_addn(&text, block, (size_t)n);
        else if (n == 0 || errno != EINTR) return text.text;
    }
}

static bool wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool server_run(struct ctx *ctx, const struct embedded *server, const char *dir, const char *const *argv,
                const char **output)
{
    int ends[2];
    if (output) *output = "";
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    pid_t pid = fork();
    if (pid == 0) child(server, dir, argv, ends[1]);
    close(ends[1]);
    const char *text = read_all(ctx, ends[0]);
    close(ends[0]);
    if (output) *output = text;
    return pid > 0 && wait_for(pid);
}

bool server_reaches(const struct embedded *server, const char *dir)
{
    pid_t pid = fork();
    if (pid == 0) _exit(become(server) && access(dir, X_OK) == 0 ? 0 : 1);
    return pid > 0 && wait_for(pid);
}

static bool has_programs(struct ctx *ctx, const char *bin)
{
    static const char *const names[] = {"initdb", "pg_ctl", "postgres"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (access(path_join(ctx->arena, bin, names[i]), X_OK) != 0) return false;
    }
    return true;
}

/* "postgres (PostgreSQL) 15.20 (Debian ..)" -> 15 */
static int program_major(struct ctx *ctx, const struct embedded *server, const char *bin)
{
    const char *argv[] = {path_join(ctx->arena, bin, "postgres"), "--version", NULL}, *text;
    if (!server_run(ctx, server, "/", argv, &text)) return 0;
    text += strcspn(text, "0123456789");
    return (int)strtol(text, NULL, 10);
}

static bool try_bin(struct ctx *ctx, struct embedded *server, const char *bin, int major)
{
    if (!bin || !*bin || !has_programs(ctx, bin)) return false;
    int found = program_major(ctx, server, bin);
    if (found == 0 || (major != 0 && found != major)) return false;
    server->bin = bin;
    server->major = found;
    return true;
}

static bool try_pg_config(struct ctx *ctx, struct embedded *server, int major)
{
    static const char *const argv[] = {"pg_config", "--bindir", NULL};
    const char *text;
    return server_run(ctx, server, "/", argv, &text) && try_bin(ctx, server, str_trim(ctx->arena, text), major);
}

static bool try_debian(struct ctx *ctx, struct embedded *server, int major)
{
    struct paths found = {0};
    path_glob(ctx->arena, "/usr/lib/postgresql/*/bin", &found);
    int below = 1000000;
    for (;;) { /* newest first, as numbers */
        int best = 0;
        const char *bin = NULL;
        for (size_t i = 0; i < found.n; i++) {
            int version = (int)strtol(found.at[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
            if (version <= best || version >= below) continue;
            best = version;
            bin = found.at[i];
        }
        if (!bin) return false;
        if (try_bin(ctx, server, bin, major)) return true;
        below = best;
    }
}

static bool try_path(struct ctx *ctx, struct embedded *server, int major)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t len = strcspn(path, ":");
        if (len > 0) {
            const char *initdb = path_join(ctx->arena, arena_strndup(ctx->arena, path, len), "initdb");
            char *real = realpath(initdb, NULL); /* a link in /usr/local/bin: the others are where it points to */
            const char *bin = real ? path_dir(ctx->arena, real) : NULL;
            free(real);
            if (try_bin(ctx, server, bin, major)) return true;
        }
        path += len + (path[len] == ':');
    }
    return false;
}

static bool find_user(struct ctx *ctx, struct embedded *server)
{
    static const char *const names[] = {"postgres", "nobody"};
    server->uid = geteuid();
    server->gid = getegid();
    if (server->uid != 0) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct passwd *user = getpwnam(names[i]);
        if (!user || user->pw_uid == 0) continue;
        server->run_as = names[i];
        server->uid = user->pw_uid;
        server->gid = user->pw_gid;
        return true;
    }
    diag_add(ctx, D_FILE, nowhere,
             "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as");
    return false;
}

bool server_find(struct ctx *ctx, struct embedded *server, int major)
{
    if (!find_user(ctx, server)) return false;
    const char *named = getenv("MODELC_PG_BIN");
    if (named && *named) {
        if (try_bin(ctx, server, arena_strdup(ctx->arena, named), major)) return true;
        struct diag *diag = diag_file(ctx, D_FILE, named, "holds no server programs%s (initdb, pg_ctl, postgres)",
                                      major ? arena_printf(ctx->arena, " of PostgreSQL %d", major) : "");
        diag_mend(ctx, diag, "mend", "set or unset MODELC_PG_BIN");
        return false;
    }
    if (try_pg_config(ctx, server, major) || try_debian(ctx, server, major) || try_path(ctx, server, major)) {
        return true;
    }
    const char *of = major ? arena_printf(ctx->arena, " of PostgreSQL %d (the data's version)", major) : "";
    diag_add(ctx, D_FILE, nowhere,
             "no PostgreSQL server programs%s found: apt-get install postgresql-%d (or set DATABASE_URL)", of,
             major ? major : 15);
    return false;
}

bool server_folder(struct ctx *ctx, const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    struct stat info;
    if (mkdir(path, mode) == 0) {
        if (chmod(path, mode) == 0 && (uid == geteuid() || lchown(path, uid, gid) == 0)) return true;
    } else if (errno == EEXIST && lstat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode) && info.st_uid == uid && (info.st_mode & 022) == 0) return true;
        diag_file(ctx, D_FILE, path, "is not a folder of ours (a link, or another user's)");
        return false;
    }
    diag_file(ctx, D_FILE, path, "cannot be made: %s", strerror(errno));
    return false;
}

int server_lock(const char *path, bool wait)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return -1;
    while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
        if (errno == EINTR) continue;
        close(fd);
        return -1;
    }
    return fd;
}

/* The server's user passes through it, but cannot write or list. */
static const char *our_folder(struct ctx *ctx, const struct embedded *server, const char *top)
{
    const char *path = arena_printf(ctx->arena, "%s/modelc-%u", top, (unsigned)geteuid());
    return server_folder(ctx, path, server->run_as ? 0711 : 0700, geteuid(), getegid()) ? path : NULL;
}

const char *server_cache(struct ctx *ctx, const struct embedded *server)
{
    return our_folder(ctx, server, access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp");
}

const char *server_memory(struct ctx *ctx, const struct embedded *server)
{
    static const char top[] = "/dev/shm";
    enum { PLENTY_MB = 1024 };
    struct statvfs room;
    size_t mark = diag_mark(ctx);
    if (access(top, W_OK | X_OK) != 0 || statvfs(top, &room) != 0) return NULL;
    if ((room.f_bavail >> 10) * (room.f_frsize >> 10) < PLENTY_MB) return NULL;
    const char *path = our_folder(ctx, server, top);
    diag_rollback(ctx, mark);
    return path;
}

static const char *last_line(struct ctx *ctx, const char *text)
{
    const char *trimmed = str_trim(ctx->arena, text), *line = strrchr(trimmed, '\n');
    return line ? line + 1 : trimmed;
}

bool server_remove(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name)
{
    static const char *const argv[] = {"find", ".", "-mindepth", "1", "-delete", NULL};
    const char *path = path_join(ctx->arena, dir, name);
    /* Its content as its owner, so that a link in it leads us nowhere; the emptied folder itself stands in one of ours.
     */
    return server_run(ctx, server, path, argv, NULL) && rmdir(path) == 0;
}

bool server_initdb(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name,
                   const char *const *more)
{
    const char *made = arena_printf(ctx->arena, "%s.new", name), *output;
    const char *argv[24] = {path_join(ctx->arena, server->bin, "initdb"), "-D", made, "-U", server->user, "-A", "trust",
                            "-N", "-E", "UTF8", "--locale=C.UTF-8"};
    size_t n = 11, locale = 10;
    for (; more && *more && n < 23; more++) argv[n++] = *more;
    for (int attempt = 0; attempt < 2; attempt++) {
        if (dir_exists(path_join(ctx->arena, dir, made))) server_remove(ctx, server, dir, made);
        if (!server_folder(ctx, path_join(ctx->arena, dir, made), 0700, server->uid, server->gid)) return false;
        if (server_run(ctx, server, dir, argv, &output)) {
            if (rename(path_join(ctx->arena, dir, made), path_join(ctx->arena, dir, name)) == 0) return true;
            diag_file(ctx, D_FILE, path_join(ctx->arena, dir, name), "cannot be made: %s", strerror(errno));
            return false;
        }
        argv[locale] = "--locale=C"; /* not every system has C.UTF-8 */
    }
    server_remove(ctx, server, dir, made);
    diag_file(ctx, D_FILE, path_join(ctx->arena, dir, name), "initdb failed: %s", last_line(ctx, output));
    return false;
}

#define SERVER_LOG "modelc.log"

static const char *log_line(struct ctx *ctx, const char *dir, const char *name)
{
    const char *path = path_join(ctx->arena, path_join(ctx->arena, dir, name), SERVER_LOG);
    CLEANUP(cleanup_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? "" : last_line(ctx, read_all(ctx, fd));
}

/* pg_ctl hands its arguments to a shell, so it is given relative names and a socket folder of plain characters only. */
bool server_start(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name,
                  const char *settings)
{
    const char *log = arena_printf(ctx->arena, "%s/" SERVER_LOG, name), *output;
    const char *options = arena_printf(ctx->arena,
                                       "-c listen_addresses= -c unix_socket_permissions=0700 -k %s -p %d %s",
                                       server->socket, server->port, settings);
    const char *argv[] = {path_join(ctx->arena, server->bin, "pg_ctl"), "start", "-s", "-w", "-t", "60", "-D", name,
                          "-l", log, "-o", options, NULL};
    if (server_run(ctx, server, dir, argv, &output)) return true;
    const char *line = log_line(ctx, dir, name);
    struct diag *diag = diag_file(ctx, D_SERVER, path_join(ctx->arena, dir, log), "the server did not start: %s",
                                  *line ? line : last_line(ctx, output));
    diag_mend(ctx, diag, "mend", "read the log, or name another database: set DATABASE_URL or pass --db");
    return false;
}

bool server_stop(struct ctx *ctx, const struct embedded *server, const char *dir, const char *name, const char *mode)
{
    const char *argv[] = {
        path_join(ctx->arena, server->bin, "pg_ctl"), "stop", "-s", "-w", "-D", name, "-m", mode, NULL};
    return server_run(ctx, server, dir, argv, NULL);
}
