/* out.c: results on standard output. */
#include "cli/out.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/shown.h"

static const char *const paints[] = {
    [PAINT_NONE] = "",           [PAINT_BOLD] = "\033[1m", [PAINT_DIM] = "\033[2m",   [PAINT_GREEN] = "\033[32m",
    [PAINT_YELLOW] = "\033[33m", [PAINT_RED] = "\033[31m", [PAINT_CYAN] = "\033[36m",
};

bool out_may_color(FILE *file)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no_color && *no_color) return false;
    return isatty(fileno(file)) && !(term && strcmp(term, "dumb") == 0);
}

const char *out_paint(const struct out *out, enum paint paint, const char *text)
{
    if (!out->color || paint == PAINT_NONE || *text == '\0') return text;
    return arena_printf(out->arena, "%s%s\033[0m", paints[paint], text);
}

/* The length of one of our own colours at `text`, else 0. */
static size_t paint_length(const char *text)
{
    if (str_starts(text, "\033[0m")) return 4;
    for (size_t i = PAINT_BOLD; i < sizeof paints / sizeof *paints; i++) {
        if (str_starts(text, paints[i])) return strlen(paints[i]);
    }
    return 0;
}

/* What a name holds must not steer the terminal that it is printed on. Files and pipes get it as it is. */
static const char *fit(const struct out *out, const char *text)
{
    if (!isatty(fileno(out->file))) return text;
    struct buf fitting = buf_new(out->arena);
    for (const char *at = text, *from = text;; at++) {
        size_t paint = *at == '\033' ? paint_length(at) : 0;
        if (*at && !paint) continue;
        buf_add(&fitting, text_shown(out->arena, arena_strndup(out->arena, from, (size_t)(at - from)), true));
        if (!*at) return fitting.text;
        buf_addn(&fitting, at, paint);
        from = at + paint;
        at = from - 1;
    }
}

void out_print(const struct out *out, const char *format, ...)
{
    if (out->json) return;
    va_list args;
    va_start(args, format);
    fputs(fit(out, arena_vprintf(out->arena, format, args)), out->file);
    va_end(args);
}

void out_say(const struct out *out, const char *format, ...)
{
    if (out->json || out->quiet) return;
    va_list args;
    va_start(args, format);
    fputs(fit(out, arena_vprintf(out->arena, format, args)), out->file);
    va_end(args);
    fflush(out->file);
}

/* ---- JSON */

void out_elsewhere(const struct out *out)
{
    if (out->documents) ++*out->documents;
}

void out_json(const struct out *out, json_t *value)
{
    out_elsewhere(out);
    json_dumpf(value, out->file, JSON_INDENT(2));
    fputc('\n', out->file);
    json_decref(value);
}

json_t *out_text(const char *text)
{
    if (!text) return json_null();
    json_t *value = json_string(text);
    if (value) return value;
    char *copy = strdup(text);
    size_t len = copy ? strlen(copy) : 0;
    for (size_t at; (at = str_utf8_valid(copy, len)) < len;) copy[at] = '?';
    value = json_string(copy);
    free(copy);
    return value;
}

json_t *out_texts(const char *const *at, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, out_text(at[i]));
    return list;
}

/* ---- columns */

size_t text_width(const char *text)
{
    size_t width = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '\033') {
            while (*at && *at != 'm') at++;
            if (!*at) break;
        } else {
            width += ((unsigned char)*at & 0xC0) != 0x80;
        }
    }
    return width;
}

static void pad(FILE *file, size_t n)
{
    while (n-- > 0) fputc(' ', file);
}

struct table table_new(const struct out *out, size_t columns, const char *indent)
{
    return (struct table){.out = out, .columns = columns, .indent = indent};
}

void table_row(struct table *table, ...)
{
    const char **cells = ARENA_ARRAY(table->out->arena, const char *, table->columns);
    va_list args;
    va_start(args, table);
    for (size_t i = 0; i < table->columns; i++) {
        const char *cell = va_arg(args, const char *);
        cells[i] = cell ? cell : "";
    }
    va_end(args);
    vec_push(table->out->arena, &table->rows, cells);
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t width = 0;
    for (size_t i = 0; i < table->rows.n; i++) {
        size_t here = text_width(table->rows.at[i][column]);
        if (here > width) width = here;
    }
    return width;
}

static void print_row(const struct table *table, const char *const *cells, const size_t *widths)
{
    FILE *file = table->out->file;
    size_t last = table->columns, due = 0;
    while (last > 0 && *cells[last - 1] == '\0') last--;
    fputs(table->indent, file);
    for (size_t i = 0; i < last; i++) {
        pad(file, due);
        fputs(fit(table->out, cells[i]), file);
        due = widths[i] ? widths[i] - text_width(cells[i]) + 2 : 0;
    }
    fputc('\n', file);
}

void table_print(const struct table *table)
{
    if (table->out->json) return;
    size_t *widths = ARENA_ARRAY(table->out->arena, size_t, table->columns);
    for (size_t i = 0; i < table->columns; i++) widths[i] = column_width(table, i);
    for (size_t i = 0; i < table->rows.n; i++) print_row(table, table->rows.at[i], widths);
}

/* ---- blocks */

struct block block_new(const struct out *out, size_t width)
{
    return (struct block){.out = out, .width = width};
}

void block_add(struct block *block, const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(block->out->arena, format, args);
    va_end(args);
    vec_push(block->out->arena, &block->labels, label);
    vec_push(block->out->arena, &block->texts, text);
    if (strlen(label) + 2 > block->width) block->width = strlen(label) + 2;
}

void block_print(const struct block *block)
{
    const struct out *out = block->out;
    if (out->quiet || out->json) return;
    for (size_t i = 0; i < block->texts.n; i++) {
        const char *label = block->labels.at[i];
        fputs(out_paint(out, PAINT_BOLD, label), out->file);
        pad(out->file, block->width - strlen(label));
        fprintf(out->file, "%s\n", fit(out, block->texts.at[i]));
    }
    fflush(out->file);
}

/* ---- numbers */

const char *text_milliseconds(struct arena *arena, double value)
{
    if (value < 999.5) return arena_printf(arena, "%.0f ms", value);
    if (value < 59950) return arena_printf(arena, "%.1f s", value / 1000);
    unsigned long seconds = (unsigned long)(value / 1000 + 0.5);
    return arena_printf(arena, "%lu min %lu s", seconds / 60, seconds % 60);
}

const char *text_number(struct arena *arena, size_t value)
{
    return str_number(arena, (double)value);
}
