/* ids.c: new revision ids and the names of their files. */
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/str.h"
#include "base/suggest.h"
#include "revision/ascii.h"
#include "revision/clock.h"
#include "revision/ids.h"
#include "revision/project.h"
#include "revision/walk.h"

const char *clock_utc(struct arena *arena, time_t when, const char *format)
{
    char text[64];
    struct tm parts;
    gmtime_r(&when, &parts);
    text[strftime(text, sizeof text, format, &parts)] = '\0';
    return arena_strdup(arena, text);
}

static bool is_taken(const struct graph_of_revisions *graph, const char *id)
{
    return graph && graph->by_id && map_has(graph->by_id, id);
}

/* getrandom() gives up to 256 bytes whole once the system has started. Where it is forbidden, the clock has to do. */
static uint64_t random_bits(void)
{
    uint64_t bits;
    struct timespec now;
    if (getrandom(&bits, sizeof bits, 0) == (ssize_t)sizeof bits) return bits;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec) * UINT64_C(0x9e3779b97f4a7c15);
}

static const char *random_id(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    const char *id;
    do {
        id = arena_printf(ctx->arena, "%012llx", (unsigned long long)(random_bits() >> 16));
    } while (is_taken(graph, id));
    return id;
}

static const char *next_number(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    long last = 0;
    int width = 3;
    for (size_t i = 0; graph && i < graph->all.n; i++) {
        const char *id = graph->all.at[i]->id;
        long number = walk_number(id);
        if (number < 0) continue;
        if (number > last) last = number;
        if ((int)strlen(id) > width) width = (int)strlen(id);
    }
    return arena_printf(ctx->arena, "%0*ld", width, last + 1);
}

static const char *time_id(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    const char *id;
    time_t when = time(NULL);
    do {
        id = clock_utc(ctx->arena, when++, "%Y%m%d%H%M%S");
    } while (is_taken(graph, id));
    return id;
}

const char *revision_new_id(struct ctx *ctx, const struct project *project, const struct graph_of_revisions *graph)
{
    switch (project ? project->ids : IDS_RANDOM) {
    case IDS_SEQUENTIAL: return next_number(ctx, graph);
    case IDS_TIMESTAMP: return time_id(ctx, graph);
    case IDS_RANDOM: break;
    }
    return random_id(ctx, graph);
}

const char *revision_slug(struct ctx *ctx, const char *message)
{
    enum { MAX = 40 };
    struct buf slug = buf_new(ctx->arena);
    bool gap = false;
    for (; *message && slug.len < MAX; message++) {
        char c = ascii_lower(*message);
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && gap) buf_addc(&slug, '_');
        if (plain && slug.len < MAX) buf_addc(&slug, c);
        gap = !plain && slug.len > 0;
    }
    if (slug.len > 0 && slug.text[slug.len - 1] == '_') slug.text[--slug.len] = '\0';
    return slug.text;
}

static const struct {
    const char *key;    /* as it stands in file-name */
    const char *format; /* for strftime, or NULL */
} fields[] = {
    {"%(rev)s", NULL},          {"%(slug)s", NULL},         {"%(year)d", "%Y"},
    {"%(month).2d", "%m"},      {"%(day).2d", "%d"},        {"%(hour).2d", "%H"},
    {"%(minute).2d", "%M"},     {"%(second).2d", "%S"},
};
enum { N_FIELDS = sizeof fields / sizeof fields[0] };

static size_t field_at(const char *text)
{
    size_t i = 0;
    while (i < N_FIELDS && !str_starts(text, fields[i].key)) i++;
    return i;
}

const char *file_name_defect(struct arena *arena, const char *pattern)
{
    bool has_id = false;
    for (const char *at = pattern; *at; at++) {
        if (*at == '/') return "the pattern can't hold a slash";
        if (*at != '%') continue;
        size_t field = field_at(at);
        if (field == 0) has_id = true;
        if (field < N_FIELDS) continue;
        const char *word = arena_strndup(arena, at, strcspn(at, ")") + 1);
        struct suggest near = {.word = word};
        for (size_t i = 0; i < N_FIELDS; i++) suggest_try(&near, fields[i].key);
        return near.best ? arena_printf(arena, "unknown field %s, did you mean %s?", word, near.best)
                         : arena_printf(arena, "unknown field %s", word);
    }
    return has_id ? NULL : "%(rev)s is missing: two revisions could get one file";
}

const char *revision_file_name(struct ctx *ctx, const struct project *project, const char *id, const char *message)
{
    struct buf name = buf_new(ctx->arena);
    const char *at = project && project->file_name ? project->file_name : "%(rev)s_%(slug)s";
    time_t now = time(NULL);
    while (*at) {
        size_t field = *at == '%' ? field_at(at) : (size_t)N_FIELDS;
        if (field == N_FIELDS) {
            buf_addc(&name, *at++);
            continue;
        }
        const char *format = fields[field].format;
        buf_add(&name, format ? clock_utc(ctx->arena, now, format) : field == 0 ? id : revision_slug(ctx, message));
        at += strlen(fields[field].key);
    }
    while (name.len > 0 && name.text[name.len - 1] == '_') name.text[--name.len] = '\0';
    buf_add(&name, ".sql");
    return name.text;
}
