/* rewrite.c: the same migration file with other header or object lines; the rest stays byte for byte. */
#include <string.h>

#include "base/str.h"
#include "revision/line.h"
#include "revision/scan.h"
#include "revision/write.h"

/* A directive's line in a text. */
struct found {
    const char *name;
    size_t start, end; /* `end` is behind its line end */
};

struct found_lines {
    struct found *at;
    size_t n, cap;
};

static struct found_lines find_lines(struct arena *arena, const char *text, size_t len)
{
    struct found_lines lines = {0};
    struct scan *scan = scan_new(arena, text, len);
    for (struct scan_piece piece = scan_next(scan); piece.token != SCAN_END; piece = scan_next(scan)) {
        size_t name_at;
        if (piece.token != SCAN_LINE_COMMENT || !scan_at_line_start(text, piece.start)) continue;
        if (!scan_is_directive(text + piece.start, piece.end - piece.start, &name_at)) continue;
        size_t name = piece.start + name_at, name_end = name;
        while (name_end < piece.end && !scan_is_blank(text[name_end])) name_end++;
        struct found line = {arena_strndup(arena, text + name, name_end - name), piece.start, piece.end};
        if (text[line.end] == '\r') line.end++;
        if (text[line.end] == '\n') line.end++;
        vec_push(arena, &lines, line);
    }
    return lines;
}

static const char *line_ending(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end > text && end[-1] == '\r' ? "\r\n" : "\n";
}

/* Whether a header line may stand above a new one called `name`. */
static bool goes_above(const char *line, const char *name)
{
    static const char *const others[] = {"revises", "created", "generated"};
    if (strcmp(line, "revision") == 0) return true;
    for (size_t i = 0; strcmp(name, "revises") != 0 && i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(line, others[i]) == 0) return true;
    }
    return false;
}

/* Replaces, adds or (value NULL) removes one header line. */
static const char *set_line(struct arena *arena, const char *text, const char *name, const char *value)
{
    struct found_lines lines = find_lines(arena, text, strlen(text));
    size_t from = 0, to = 0;
    for (size_t i = 0; i < lines.n; i++) {
        bool same = strcmp(lines.at[i].name, name) == 0;
        if (!same && !goes_above(lines.at[i].name, name)) continue;
        from = same ? lines.at[i].start : lines.at[i].end;
        to = lines.at[i].end;
        if (same) break;
    }
    struct buf out = buf_new(arena);
    buf_addn(&out, text, from);
    if (out.len > 0 && out.text[out.len - 1] != '\n') buf_add(&out, line_ending(text));
    if (value) buf_printf(&out, "-- modelc:%-11s%s%s", name, value, line_ending(text));
    buf_add(&out, text + to);
    return out.text;
}

const char *revision_rewrite_field(struct ctx *ctx, const struct revision *revision, const char *name,
                                   const char *value)
{
    return set_line(ctx->arena, revision->source->text, name, value ? line_flatten(ctx->arena, value) : NULL);
}

/* What is certified is this body after these parents: other parents, no certificate. */
const char *revision_rewrite_header(struct ctx *ctx, const struct revision *revision, const char *id,
                                    const char *const *parents, size_t n_parents)
{
    struct buf ids = buf_new(ctx->arena);
    bool same = str_eq(id, revision->id) && n_parents == revision->parents.n;
    for (size_t i = 0; i < n_parents; i++) {
        buf_separate(&ids, "", " ");
        buf_add(&ids, parents[i]);
        same = same && str_eq(parents[i], revision->parents.at[i]);
    }
    const char *text = revision->source->text;
    if (same) return text;
    text = set_line(ctx->arena, text, "certified", NULL);
    text = set_line(ctx->arena, text, "revises", n_parents > 0 ? ids.text : NULL);
    return set_line(ctx->arena, text, "revision", id);
}

const char *revision_rewrite_objects(struct ctx *ctx, const struct revision *revision,
                                     const struct object_line *objects, size_t n_objects)
{
    const char *text = revision->source->text;
    const char *end = line_ending(text);
    const char *lines_text = object_lines_text(ctx->arena, objects, n_objects, end);
    struct found_lines lines = find_lines(ctx->arena, text, revision->source->len);
    struct buf out = buf_new(ctx->arena);
    size_t copied = 0;
    bool written = false;
    for (size_t i = 0; i < lines.n; i++) {
        if (strcmp(lines.at[i].name, "object") != 0) continue;
        buf_addn(&out, text + copied, lines.at[i].start - copied);
        if (!written) buf_add(&out, lines_text);
        copied = lines.at[i].end;
        written = true;
    }
    buf_add(&out, text + copied);
    if (written || n_objects == 0) return out.text;
    if (out.len > 0 && out.text[out.len - 1] != '\n') buf_add(&out, end);
    buf_printf(&out, "%s%s", end, lines_text);
    return out.text;
}
