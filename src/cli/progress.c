/* progress.c: a line per section while revisions run. */
#include "cli/progress.h"

#include <string.h>
#include <time.h>

struct progress progress_new(struct session *s, bool up)
{
    return (struct progress){.s = s, .up = up, .log = option_given(s->options, OPT_LOG), .revisions = json_array()};
}

/* ---- texts */

static const char *section_mode(const struct section *section)
{
    return section->transaction ? "transaction" : "no transaction";
}

static const char *section_what(const struct progress *p, const struct section *section)
{
    if (!section->transaction && section->statements.n == 1) return section->statements.at[0].verb;
    return str_count(p->s->ctx->arena, section->statements.n, "statement");
}

/* The widest mode and the widest description of a revision's sections, so that their lines are aligned. */
static void widths(const struct progress *p, const struct revision *revision, size_t *mode, size_t *what)
{
    const struct section *at = p->up ? revision->up.at : revision->down.at;
    size_t n = p->up ? revision->up.n : revision->down.n;
    *mode = *what = 0;
    for (size_t i = 0; i < n; i++) {
        size_t m = text_width(section_mode(&at[i])), w = text_width(section_what(p, &at[i]));
        if (m > *mode) *mode = m;
        if (w > *what) *what = w;
    }
}

void progress_log(const struct progress *p, const char *format, ...)
{
    char now[32];
    time_t seconds = time(NULL);
    struct tm parts;
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(p->s->ctx->arena, format, args);
    va_end(args);
    gmtime_r(&seconds, &parts);
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts);
    out_say(&p->s->out, "%s %s\n", now, text);
}

/* ---- what the runner tells us */

static void revision_begins(void *arg, const struct revision *revision, const char *from, const char *to)
{
    struct progress *p = arg;
    from = from && *from ? from : "base";
    to = to && *to ? to : "base";
    p->sections = json_array();
    if (p->log) {
        progress_log(p, "%s -> %s %s", from, to, revision->message);
        return;
    }
    const char *shown = out_paint(&p->s->out, PAINT_BOLD, arena_printf(p->s->ctx->arena, "%s -> %s", from, to));
    out_say(&p->s->out, "%s  %s\n", shown, revision->message);
}

static const char *section_line(const struct progress *p, const struct revision *revision,
                                const struct section *section, size_t number, size_t total)
{
    size_t mode, what;
    widths(p, revision, &mode, &what);
    return arena_printf(p->s->ctx->arena, "  [%zu/%zu] %-*s   %-*s", number, total, (int)mode, section_mode(section),
                        (int)what, section_what(p, section));
}

static void section_begins(void *arg, const struct run_step *step)
{
    struct progress *p = arg;
    if (p->log) return;
    out_say(&p->s->out, "%s", section_line(p, step->revision, step->section, step->number, step->total));
    p->line_open = true;
    p->now = step->section;
}

static void batch_done(void *arg, const struct run_step *step, const struct batch_progress *at)
{
    struct progress *p = arg;
    if (!p->batch_line) p->batch_line = section_line(p, step->revision, step->section, step->number, step->total);
    progress_batch(p, p->batch_line, step, at);
    if (at->over) p->batch_line = NULL;
}

static void section_done(void *arg, const struct run_step *step)
{
    struct progress *p = arg;
    const char *time = text_milliseconds(p->s->ctx->arena, step->milliseconds);
    json_t *object = json_object();
    json_object_set_new(object, "transaction", json_boolean(step->section->transaction));
    json_object_set_new(object, "statements", json_integer((json_int_t)step->statements));
    json_object_set_new(object, "milliseconds", json_real(step->milliseconds));
    json_object_set_new(object, "rows", json_integer((json_int_t)step->rows));
    if (p->sections) json_array_append_new(p->sections, object);
    else json_decref(object);
    if (p->log) {
        progress_log(p, "%s [%zu/%zu] %s, %s, %s", step->revision->id, step->number, step->total,
                     section_mode(step->section), section_what(p, step->section), time);
    } else {
        out_say(&p->s->out, "   %s\n", time);
    }
    p->line_open = false;
}

/* A line of its own, and the section's begins again below it. */
static void say_between(struct progress *p, const struct run_step *step, const char *text)
{
    if (p->log) {
        progress_log(p, "%s [%zu/%zu] %s", step->revision->id, step->number, step->total, text);
        return;
    }
    out_say(&p->s->out, "\n        %s\n%s", text, section_line(p, step->revision, step->section, step->number, step->total));
}

static void retrying(void *arg, const struct run_step *step, const struct server_error *error, size_t retry, size_t retries,
                     double seconds, const char *blocker)
{
    struct progress *p = arg;
    struct arena *arena = p->s->ctx->arena;
    const char *why = blocker ? arena_printf(arena, "%s: held up by %s", error->message, blocker) : error->message;
    say_between(p, step, arena_printf(arena, "%s; retry %zu of %zu in %.1f s", why, retry, retries, seconds));
}

static void waiting(void *arg, const struct run_step *step, const char *blocker, double seconds)
{
    struct progress *p = arg;
    say_between(p, step, arena_printf(p->s->ctx->arena, "waits for %.0f s, held up by %s", seconds, blocker));
}

static void revision_done(void *arg, const struct revision *revision, double milliseconds)
{
    struct progress *p = arg;
    json_t *object = json_object();
    json_object_set_new(object, "id", out_text(revision->id));
    json_object_set_new(object, "message", out_text(revision->message));
    json_object_set_new(object, "path", out_text(revision->path ? session_shown(p->s, revision->path) : NULL));
    json_object_set_new(object, "milliseconds", json_real(milliseconds));
    json_object_set_new(object, "sections", p->sections ? p->sections : json_array());
    json_array_append_new(p->revisions, object);
    p->sections = NULL;
    vec_push(p->s->ctx->arena, &p->done, revision);
}

static void data_done(void *arg, const struct revision *revision, const struct statement *statement, size_t rows)
{
    struct progress *p = arg;
    struct data_step step = {.revision = revision, .statement = statement, .rows = rows};
    vec_push(p->s->ctx->arena, &p->data, step);
}

void progress_listen(struct progress *progress, struct run_options *run)
{
    run->arg = progress;
    run->revision_begins = revision_begins;
    run->revision_done = revision_done;
    run->section_begins = section_begins;
    run->section_done = section_done;
    run->data_done = data_done;
    run->batch_done = batch_done;
    run->retrying = retrying;
    run->waiting = waiting;
}

void progress_end(struct progress *p)
{
    if (p->line_open) {
        out_say(&p->s->out, "   not done\n");
        p->failed = p->now;
    }
    p->line_open = false;
    if (p->sections) json_decref(p->sections);
    p->sections = NULL;
}
