/* progress_batch.c: how far a statement in batches is: a bar on a terminal, else a line every ten seconds. */
#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

enum { BAR = 20, TERMINAL_MS = 250, LOG_MS = 10000 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* "[#########...........]  45 %  ", as far as the planner's idea of the table's size tells. */
static void add_share(struct buf *out, const struct batch_progress *at, bool bar)
{
    if (!at->expected) return;
    double share = (double)at->seen / (double)at->expected;
    if (share > 0.99) share = 0.99;
    if (bar) buf_addc(out, '[');
    for (int i = 0; bar && i < BAR; i++) buf_addc(out, i < (int)(share * BAR) ? '#' : '.');
    buf_printf(out, "%s%.0f %%, ", bar ? "] " : "", share * 100);
}

static const char *text_of(struct arena *arena, const struct batch_progress *at, bool bar)
{
    struct buf out = buf_new(arena);
    if (at->pass > 1) buf_printf(&out, "pass %zu, ", at->pass);
    add_share(&out, at, bar);
    buf_printf(&out, "%s rows, %s rows/s", text_number(arena, at->rows), text_number(arena, (size_t)at->rate));
    if (at->left >= 0) buf_printf(&out, ", %s left", text_milliseconds(arena, at->left));
    return out.text;
}

/* Not by out_say(): what it prints is kept until the command ends, and this may go on for days. */
static void draw(struct progress *p, const char *line, const char *text)
{
    fprintf(p->s->out.file, "\r\033[K%s%s%s", line, *text ? "   " : "", text);
    fflush(p->s->out.file);
}

void progress_batch(struct progress *p, const char *line, const struct run_step *step, const struct batch_progress *at)
{
    bool terminal = !p->log && isatty(fileno(p->s->out.file));
    double now = now_ms();
    if (p->s->out.quiet || p->s->out.json) return;
    if (at->over) {
        if (terminal && p->batch_drawn) draw(p, line, "");
        p->batch_shown = 0;
        p->batch_drawn = false;
        return;
    }
    if (p->batch_shown <= 0) p->batch_shown = now;
    if (now - p->batch_shown < (terminal ? TERMINAL_MS : LOG_MS)) return;
    p->batch_shown = now;
    struct arena *arena = arena_new();
    const char *text = text_of(arena, at, terminal);
    if (terminal) draw(p, line, text);
    else if (p->log) progress_log(p, "%s [%zu/%zu] %s", step->revision->id, step->number, step->total, text);
    else out_say(&p->s->out, "\n        %s", text);
    p->batch_drawn = true;
    arena_free(arena);
}
