/* main.c: parses the command line, runs the command, prints what was found. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/help.h"
#include "cli/session.h"

static const struct span nowhere = {0, 0};

static struct out make_out(struct ctx *ctx, const struct options *parsed)
{
    const char *format = option_text(parsed, OPT_FORMAT);
    return (struct out){
        .arena = ctx->arena,
        .file = stdout,
        .color = out_may_color(stdout) && !option_given(parsed, OPT_NO_COLOR),
        .quiet = option_given(parsed, OPT_QUIET),
        .json = format && strcmp(format, "json") == 0,
        .documents = ARENA_NEW(ctx->arena, size_t),
    };
}

/* --format json: standard output gets one document, whatever the command does: what it prints waits in memory. */
struct held {
    char *text;
    size_t len;
};

static void hold_output(struct session *s, struct held *held)
{
    FILE *memory = s->out.json ? open_memstream(&held->text, &held->len) : NULL;
    if (memory) s->out.file = memory;
}

static void release_output(struct session *s, struct held *held, int code)
{
    if (s->out.file == stdout) return;
    fclose(s->out.file);
    s->out.file = stdout;
    if (*s->out.documents > 0) {
        fwrite(held->text, 1, held->len, stdout);
    } else {
        json_t *object = json_pack("{s:i}", "exit", code);
        if (held->len > 0) json_object_set_new(object, "text", out_text(held->text));
        out_json(&s->out, object);
    }
    free(held->text);
}

/* -C: everything after happens as if the user stood there. */
static bool enter(struct session *s)
{
    const struct words *words = &s->options->given[OPT_DIRECTORY];
    for (size_t i = 0; i < words->n; i++) {
        if (chdir(words->at[i]) == 0) continue;
        diag_file(s->ctx, D_USAGE, words->at[i], "%s", strerror(errno));
        return false;
    }
    char *cwd = getcwd(NULL, 0);
    if (cwd) s->start = arena_strdup(s->ctx->arena, cwd);
    else diag_add(s->ctx, D_FILE, nowhere, "the current folder cannot be read: %s", strerror(errno));
    free(cwd);
    return s->start != NULL;
}

static int run(struct session *s)
{
    const struct command *command = s->options->command;
    if (option_given(s->options, OPT_VERSION)) {
        fprintf(s->out.file, "modelc %s\n", MODELC_VERSION);
        return CODE_DONE;
    }
    if (option_given(s->options, OPT_HELP) || !command) {
        if (command) help_command(&s->out, command);
        else help_overview(&s->out);
        return CODE_DONE;
    }
    if (!enter(s)) return CODE_UNJUDGED;
    int code = command->run(s);
    return code != CODE_DONE && conn_interrupted() ? CODE_INTERRUPTED : code;
}

static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && (out.revents & POLLERR);
}

/* `modelc history | head` ends quietly; a full disk does not. */
static int flush_results(struct session *s, int code)
{
    bool flushed = fflush(stdout) == 0;
    int failure = errno; /* of this flush: an earlier one's is forgotten */
    if (flushed && !ferror(stdout)) return code;
    if (reader_gone()) return code;
    diag_add(s->ctx, D_FILE, nowhere, "standard output: %s", flushed ? "not all could be written" : strerror(failure));
    return code == CODE_DONE ? CODE_UNJUDGED : code;
}

/* A standard stream that the caller closed is filled with one that can't be used: the next file or connection would
 * take its number, and what is printed would go there. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) return;
    }
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe must not kill an upgrade half way */
    struct ctx *ctx = ctx_new();
    struct options parsed;
    bool good = options_parse(ctx, argc, argv, &parsed);
    struct session session = {.ctx = ctx, .options = &parsed, .out = make_out(ctx, &parsed)};
    struct held held = {0};
    hold_output(&session, &held);
    int code = good ? run(&session) : CODE_UNJUDGED;
    session_close(&session);
    release_output(&session, &held, code);
    code = flush_results(&session, code);
    session_print_findings(&session, stderr);
    ctx_free(ctx);
    return code;
}
