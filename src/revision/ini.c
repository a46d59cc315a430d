/* ini.c: reads an ini file by inih, which tells no places: its reader is ours, so that we know the line. */
#include <ini.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "revision/scan.h"
#include "revision/settings.h"

struct reading {
    struct ctx *ctx;
    struct settings *settings;
    size_t line, next; /* where the present line and the one after it begin */
    bool failed;
};

static struct span span_at(const struct reading *reading, size_t from, size_t to)
{
    uint32_t base = reading->settings->source->base;
    return (struct span){base + (uint32_t)from, base + (uint32_t)to};
}

static size_t skip_blanks(const char *text, size_t at)
{
    return at + strspn(text + at, " \t");
}

/* A section may be empty, and then inih calls nobody. */
static void note_section(struct reading *reading, size_t end)
{
    const char *text = reading->settings->source->text;
    const char *close = text[reading->line] == '[' ? memchr(text + reading->line, ']', end - reading->line) : NULL;
    if (!close) return;
    size_t from = reading->line + 1, to = (size_t)(close - text);
    struct settings_section section = {arena_strndup(reading->ctx->arena, text + from, to - from),
                                       span_at(reading, from, to)};
    vec_push(reading->ctx->arena, &reading->settings->sections, section);
}

/* What fgets is to a file. inih has a limit for lines and would take the rest of a longer one for the next line. */
static char *read_line(char *line, int size, void *stream)
{
    struct reading *reading = stream;
    const struct source *source = reading->settings->source;
    if (reading->next >= source->len) return NULL;
    reading->line = reading->next;
    size_t end = scan_line_end(source->text, source->len, reading->line);
    size_t len = end - reading->line, room = (size_t)size - 3;
    reading->next = end + (source->text[end] == '\r' && source->text[end + 1] == '\n' ? 2 : 1);
    note_section(reading, end);
    if (len > room) {
        struct diag *diag = diag_add(reading->ctx, D_CONFIG, span_at(reading, reading->line, end),
                                     "this line is longer than %zu bytes", room);
        diag_mend(reading->ctx, diag, "mend", "put a long value into the environment: %%(NAME)s reads it");
        reading->failed = true;
        len = 0;
    }
    memcpy(line, source->text + reading->line, len);
    memcpy(line + len, "\n", 2);
    return line;
}

static void take_value(struct reading *reading, const char *section, const char *key, const char *value)
{
    struct arena *arena = reading->ctx->arena;
    const char *text = reading->settings->source->text;
    size_t from = skip_blanks(text, reading->line);
    size_t end = scan_line_end(text, reading->settings->source->len, reading->line);
    size_t sign = from + strcspn(text + from, "=:\r\n"); /* none in a line that inih takes for a continued one */
    size_t value_from = sign < end ? skip_blanks(text, sign + 1) : end;
    bool has_value = *value && value_from < end;
    struct setting setting = {
        .section = arena_strdup(arena, section),
        .key = arena_strdup(arena, key),
        .value = arena_strdup(arena, value),
        .key_span = span_at(reading, from, from + strlen(key)),
    };
    setting.value_span = has_value ? span_at(reading, value_from, value_from + strlen(value)) : setting.key_span;
    vec_push(arena, &reading->settings->values, setting);
}

/* inih's callback: an indented line comes with the key of the line that it continues. */
static int take(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    struct settings *settings = reading->settings;
    char first = settings->source->text[reading->line];
    struct setting *last = settings->values.n > 0 ? &settings->values.at[settings->values.n - 1] : NULL;
    if (last && (first == ' ' || first == '\t') && str_eq(last->key, key) && str_eq(last->section, section)) {
        last->value = arena_printf(reading->ctx->arena, "%s\n%s", last->value, value);
    } else {
        take_value(reading, section, key, value);
    }
    return 1;
}

static void report_line(struct reading *reading, int number)
{
    const struct source *source = reading->settings->source;
    size_t at = 0;
    for (int line = 1; line < number && at < source->len; line++) {
        at = scan_line_end(source->text, source->len, at);
        at += source->text[at] == '\r' && source->text[at + 1] == '\n' ? 2 : 1;
    }
    if (at > source->len) at = source->len;
    struct diag *diag = diag_add(reading->ctx, D_CONFIG,
                                 span_at(reading, at, scan_line_end(source->text, source->len, at)),
                                 "neither a section nor a setting");
    diag_mend(reading->ctx, diag, "write", "key = value");
}

struct settings *settings_load(struct ctx *ctx, const char *path, const char *shown)
{
    struct settings *settings = ARENA_NEW(ctx->arena, struct settings);
    struct reading reading = {.ctx = ctx, .settings = settings};
    settings->source = file_load(ctx, path, shown);
    if (!settings->source) return NULL;
    int wrong = ini_parse_stream(read_line, &reading, take, &reading);
    if (wrong > 0 && !reading.failed) report_line(&reading, wrong);
    return wrong == 0 && !reading.failed ? settings : NULL;
}
