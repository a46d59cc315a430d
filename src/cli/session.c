/* session.c: project, revisions, models and database, each opened when a command first asks for it. */
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/within.h"

static const struct span nowhere = {0, 0};

/* ---- files */

/* The values of -x; NULL: a diagnostic. */
static struct map *extra_values(struct session *s)
{
    const struct words *words = &s->options->given[OPT_EXTRA];
    struct map *extra = map_new(s->ctx->arena);
    for (size_t i = 0; i < words->n; i++) {
        const char *equals = strchr(words->at[i], '=');
        if (!equals || equals == words->at[i]) {
            diag_add(s->ctx, D_USAGE, nowhere, "-x takes name=value, not %s", words->at[i]);
            return NULL;
        }
        const char *name = arena_strndup(s->ctx->arena, words->at[i], (size_t)(equals - words->at[i]));
        map_put(extra, name, arena_strdup(s->ctx->arena, equals + 1));
    }
    return extra;
}

struct project *session_project(struct session *s)
{
    if (s->project) return s->project;
    struct map *extra = extra_values(s);
    if (!extra) return NULL;
    s->project = project_load_with(s->ctx, s->start, option_text(s->options, OPT_CONFIG),
                                   option_text(s->options, OPT_ENV), extra);
    if (s->project) s->ctx->within = within_of(s->ctx->arena, s->project->root);
    return s->project;
}

struct graph_of_revisions *session_graph(struct session *s)
{
    if (s->graph || !session_project(s)) return s->graph;
    size_t before = diag_errors(s->ctx);
    struct graph_of_revisions *graph = revisions_load(s->ctx, s->project->migrations, s->project->shown_from);
    if (diag_errors(s->ctx) == before) s->graph = graph;
    return s->graph;
}

/* What modelc.ini says that they are for, each version of it. */
static bool fit_targets(struct session *s)
{
    bool fit = true;
    for (size_t i = 0; i < s->project->targets.n && fit; i++) {
        int major = s->project->targets.at[i];
        struct target target = {major, arena_printf(s->ctx->arena, "the target is %d", major), s->project->target_span};
        fit = target_check(s->ctx, s->models, &target);
    }
    return fit;
}

bool session_fits_server(struct session *s)
{
    int major = s->conn->version / 10000;
    struct target target = {.major = major, .says = arena_printf(s->ctx->arena, "the server has %d", major)};
    return target_check(s->ctx, s->models, &target);
}

struct schema *session_models(struct session *s)
{
    if (s->models || !session_project(s)) return s->models;
    size_t before = diag_errors(s->ctx);
    model_load(s->ctx, s->project->models, s->project->shown_from, &s->files);
    if (diag_errors(s->ctx) != before) model_check_types(s->ctx, &s->files);
    else s->models = schema_resolve(s->ctx, &s->files, option_given(s->options, OPT_STRICT));
    if (s->models && !fit_targets(s)) s->models = NULL;
    return s->models;
}

const char *session_scratch(const struct session *s)
{
    return s->scratch ? s->scratch : option_text(s->options, OPT_SCRATCH);
}

static bool holds_objects(const struct map *manifest)
{
    for (struct map_entry e = map_first(manifest); e.key; e = map_next(e)) {
        if (e.value) return true;
    }
    return false;
}

bool session_expects_models(struct session *s)
{
    if (!session_models(s)) return false;
    if (s->files.n > 0) return true;
    const struct map *held = s->graph ? revisions_manifest(s->ctx, s->graph, NULL) : NULL;
    bool empties = held && holds_objects(held);
    struct diag *diag = diag_add(s->ctx, D_FILE, nowhere, "no *.model files in %s/",
                                 session_shown(s, s->project->models));
    if (empties) diag_mend(s->ctx, diag, "mend", "bring them back; where all is to be dropped, leave an empty one");
    else diag_severity(diag, SEVERITY_WARNING);
    return !empties;
}

int session_models_saved(struct session *s)
{
    size_t mark = diag_mark(s->ctx);
    int saved = -1;
    struct graph_of_revisions *graph = session_graph(s);
    struct map *held = graph ? revisions_manifest(s->ctx, graph, NULL) : NULL;
    if (held && session_models(s)) {
        struct map *wanted = schema_manifest(s->ctx, s->models);
        size_t same = 0, gone = 0;
        for (struct map_entry e = map_first(held); e.key; e = map_next(e)) {
            gone += e.value == NULL;
            same += e.value && str_eq(map_get(wanted, e.key), e.value);
        }
        saved = same == map_count(wanted) && same + gone == map_count(held);
    }
    diag_rollback(s->ctx, mark);
    return saved;
}

const char *session_shown(const struct session *s, const char *path)
{
    return path_shown(s->ctx->arena, s->start, path);
}

/* ---- the database */

static bool is_head(const struct graph_of_revisions *graph, const struct revision *revision)
{
    for (size_t i = 0; i < graph->heads.n; i++) {
        if (graph->heads.at[i] == revision) return true;
    }
    return false;
}

static bool at_heads(const struct session *s)
{
    for (size_t i = 0; i < s->current.n; i++) {
        if (!is_head(s->graph, s->current.at[i])) return false;
    }
    return s->current.n == s->graph->heads.n && s->current.n == s->state.heads.n;
}

const char *session_position(const struct session *s)
{
    struct buf text = buf_new(s->ctx->arena);
    for (size_t i = 0; i < s->state.heads.n; i++) {
        buf_separate(&text, "", ", ");
        buf_add(&text, s->state.heads.at[i]);
    }
    if (text.len == 0) buf_add(&text, "base");
    size_t behind = apply_pending(s->graph, &s->current);
    if (s->state.heads.n && at_heads(s)) buf_add(&text, s->state.heads.n > 1 ? " (heads)" : " (head)");
    else if (behind && s->state.heads.n) buf_printf(&text, " (%zu behind %s)", behind, s->graph->heads.n > 1 ? "heads" : "head");
    if (s->state.partial) {
        bool down = str_eq(s->state.partial_direction, "down");
        buf_printf(&text, ", %s half %s", s->state.partial, down ? "taken back" : "applied");
    }
    return text.text;
}

const char *session_finish(const struct session *s)
{
    if (str_eq(s->state.partial_direction, "down")) return "modelc downgrade -1";
    return s->graph->heads.n > 1 ? arena_printf(s->ctx->arena, "modelc upgrade %s", s->state.partial) : "modelc upgrade";
}

bool session_state(struct session *s, enum foreign_heads foreign)
{
    s->state = (struct db_state){0};
    if (!state_read(s->conn, s->project, &s->state)) return false;
    size_t mark = diag_mark(s->ctx);
    if (foreign == FOREIGN_ALLOWED) apply_add_journal(s->ctx, s->graph, &s->state);
    bool known = apply_current(s->ctx, s->graph, &s->state, &s->current);
    if (foreign == FOREIGN_ALLOWED && !known) diag_rollback(s->ctx, mark);
    return known || foreign == FOREIGN_ALLOWED;
}

/* Said before anything is asked of the database but its state, and even if it is in no state to go on. */
static void say_database(const struct session *s)
{
    struct out err = s->out;
    err.file = stderr;
    err.color = s->out.color && out_may_color(stderr);
    struct block block = block_new(&err, BLOCK_WIDTH);
    bool known = s->state.manifest != NULL;
    block_add(&block, "Database", "%s%s%s", s->conn->title, known ? ", at " : "", known ? session_position(s) : "");
    fflush(stdout);
    block_print(&block);
}

static bool connect_named(struct session *s)
{
    conn_catch_signals();
    const char *url = option_text(s->options, OPT_DB); /* bare: wherever the database is named otherwise */
    bool direct = s->options->command && s->options->command->own_session;
    s->conn = (direct ? conn_open_direct : conn_open)(s->ctx, s->project, url && *url ? url : NULL, true);
    return s->conn != NULL;
}

bool session_connect(struct session *s)
{
    if (s->conn) return true;
    if (!session_project(s) || !connect_named(s)) return false;
    say_database(s);
    return true;
}

bool session_open_db(struct session *s, enum foreign_heads foreign)
{
    if (s->conn) return true;
    if (!session_project(s) || !session_graph(s) || !connect_named(s)) return false;
    bool good = session_state(s, foreign);
    say_database(s);
    return good;
}

bool session_lock(struct session *s, int seconds, const char *purpose, int *code)
{
    bool held_elsewhere = false;
    s->locked = lock_take(s->conn, s->project, seconds, purpose, &held_elsewhere);
    if (!s->locked) *code = held_elsewhere ? CODE_LOCKED : session_code(s);
    return s->locked;
}

void session_unlock(struct session *s)
{
    if (s->locked) lock_release(s->conn, s->project);
    s->locked = false;
}

/* ---- ending */

int session_code(const struct session *s)
{
    if (conn_interrupted()) return CODE_INTERRUPTED;
    int code = code_of_findings(s->ctx);
    return code == CODE_DONE ? CODE_UNJUDGED : code;
}

static enum diag_format findings_format(const struct session *s)
{
    if (s->out.json) return DIAG_JSON;
    return getenv("GITHUB_ACTIONS") && !option_given(s->options, OPT_FORMAT) ? DIAG_GITHUB : DIAG_TEXT;
}

void session_print_findings(const struct session *s, FILE *file)
{
    enum { BUDGET = 50 };
    if (diag_mark(s->ctx) == 0) return;
    bool color = out_may_color(file) && !option_given(s->options, OPT_NO_COLOR);
    fflush(stdout);
    diag_print(s->ctx, file, findings_format(s), color, BUDGET);
}

void session_close(struct session *s)
{
    session_unlock(s);
    conn_close(s->conn);
    s->conn = NULL;
}

/* ---- other programs */

/* What we ignore, a program that we start shall not. */
static int spawn(const char *const *argv, pid_t *pid)
{
    posix_spawnattr_t attributes;
    sigset_t defaults;
    if (posix_spawnattr_init(&attributes) != 0) return ENOMEM;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    extern char **environ;
    int failure = posix_spawnp(pid, argv[0], NULL, &attributes, (char *const *)(const void *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

int session_spawn(const struct session *s, const char *const *argv)
{
    pid_t pid;
    fflush(NULL);
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    int failure = spawn(argv, &pid), status = 0;
    if (failure) {
        diag_add(s->ctx, D_FILE, nowhere, "%s cannot be started: %s", argv[0], strerror(failure));
    } else {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    }
    signal(SIGINT, before);
    if (failure) return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *read_all(const struct session *s, int fd)
{
    enum { MOST = 16 << 20 };
    struct buf text = buf_new(s->ctx->arena);
    char chunk[8192];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        if (text.len < MOST) buf_addn(&text, chunk, (size_t)n);
    }
    return text.text;
}

static int spawn_into(const char *const *argv, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    extern char **environ;
    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failure = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(const void *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

bool session_capture_begin(const char *const *argv, struct capture *capture)
{
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    int failure = spawn_into(argv, ends[1], &pid);
    close(ends[1]);
    if (failure) close(ends[0]);
    *capture = (struct capture){ends[0], (long)pid};
    return failure == 0;
}

const char *session_captured(const struct session *s, const struct capture *capture)
{
    int status = 0;
    const char *text = read_all(s, capture->fd);
    close(capture->fd);
    while (waitpid((pid_t)capture->pid, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : NULL;
}

const char *session_capture(const struct session *s, const char *const *argv)
{
    struct capture capture;
    return session_capture_begin(argv, &capture) ? session_captured(s, &capture) : NULL;
}
