/* template.c: fills the template of a migration file. */
#include "revision/template.h"

#include <string.h>

#include "base/str.h"
#include "base/suggest.h"

static const char default_text[] =
#include "revision_template.inc"
    ;

const struct source *template_revision(struct ctx *ctx, const struct project *project)
{
    const char *own = project && project->templates ? path_join(ctx->arena, project->templates, "revision.sql") : NULL;
    if (own && file_exists(own)) return file_load(ctx, own, path_shown(ctx->arena, project->shown_from, own));
    return source_add(ctx->sources, "templates/revision.sql", default_text, sizeof default_text - 1);
}

struct filling {
    struct ctx *ctx;
    const struct source *source;
    const struct template_field *fields;
    size_t n;
    const struct map *extra;
};

static const char *find_value(const struct filling *f, const char *at, size_t len)
{
    struct ctx *ctx = f->ctx;
    struct suggest near = {.word = arena_strndup(ctx->arena, at, len)};
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->fields[i].name, near.word) == 0) return f->fields[i].value;
        suggest_try(&near, f->fields[i].name);
    }
    const char *given = f->extra ? map_get(f->extra, near.word) : NULL;
    if (given) return given;
    uint32_t start = f->source->base + (uint32_t)(at - f->source->text);
    struct diag *diag = diag_add(ctx, D_CONFIG, (struct span){start, start + (uint32_t)len}, "unknown field ${%s}",
                                 near.word);
    if (near.best) diag_mend(ctx, diag, "did you mean", "${%s}", near.best);
    else diag_mend(ctx, diag, "mend", "pass its value: -x %s=VALUE", near.word);
    return NULL;
}

/* One line of the template. */
static bool fill_line(const struct filling *f, const char *at, const char *end, struct buf *line)
{
    while (at < end) {
        const char *close = str_starts(at, "${") ? memchr(at, '}', (size_t)(end - at)) : NULL;
        if (!close) {
            buf_addc(line, *at++);
            continue;
        }
        const char *value = find_value(f, at + 2, (size_t)(close - at - 2));
        if (!value) return false;
        buf_add(line, value);
        at = close + 1;
    }
    return true;
}

const char *template_fill(struct ctx *ctx, const struct source *source, const struct template_field *fields, size_t n,
                          const struct map *extra)
{
    struct filling filling = {ctx, source, fields, n, extra};
    struct buf out = buf_new(ctx->arena);
    bool blank_pending = false;
    for (const char *at = source->text; *at;) {
        size_t len = strcspn(at, "\n");
        struct buf line = buf_new(ctx->arena);
        if (!fill_line(&filling, at, at + len, &line)) return NULL;
        const char *text = str_trim(ctx->arena, line.text);
        if (*text) {
            if (blank_pending && out.len > 0) buf_addc(&out, '\n');
            buf_printf(&out, "%s\n", text);
        }
        blank_pending = !*text;
        at += len;
        if (*at) at++;
    }
    return out.text;
}
