/* out.h: results on standard output: colour on terminals only, aligned columns, JSON. */
#ifndef MODELC_OUT_H
#define MODELC_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"
#include "base/vec.h"

struct out {
    struct arena *arena;
    FILE *file;
    bool color;
    bool quiet;  /* -q: out_say and blocks print nothing */
    bool json;   /* --format json: only out_json prints */
    size_t *documents; /* how many out_json printed; NULL: nobody asks */
};

enum paint { PAINT_NONE, PAINT_BOLD, PAINT_DIM, PAINT_GREEN, PAINT_YELLOW, PAINT_RED, PAINT_CYAN };

/* Whether a stream may be coloured: a terminal, no NO_COLOR, no TERM=dumb. */
bool out_may_color(FILE *file);
/* The text in that colour, or as it is where there are no colours. */
const char *out_paint(const struct out *out, enum paint paint, const char *text);

/* A result: printed unless --format json. No newline is added. */
void out_print(const struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Progress and hints: silent under -q, too; flushed at once. */
void out_say(const struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One JSON value and a newline; takes the reference. */
void out_json(const struct out *out, json_t *value);
/* Another program (psql) prints the result itself. */
void out_elsewhere(const struct out *out);
json_t *out_text(const char *text); /* NULL becomes null; what isn't UTF-8 is replaced */
json_t *out_texts(const char *const *at, size_t n);

/* Rows with aligned columns, two spaces between; the last cell isn't padded. Cells may hold colours. */
struct table {
    const struct out *out;
    VEC(const char **) rows;
    size_t columns;
    const char *indent;
};
struct table table_new(const struct out *out, size_t columns, const char *indent);
void table_row(struct table *table, ...); /* `columns` texts; NULL is an empty cell */
void table_print(const struct table *table);

/* "Wrote     path" lines, printed together: labels padded to the longest plus two, at least to `width`. */
struct block {
    const struct out *out;
    size_t width;
    VEC(const char *) labels;
    VEC(const char *) texts;
};
enum { BLOCK_WIDTH = 10 }; /* the width of "Database  ", with which most commands begin */
struct block block_new(const struct out *out, size_t width);
void block_add(struct block *block, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));
void block_print(const struct block *block);

size_t text_width(const char *text);                              /* characters shown, colours aside */
const char *text_milliseconds(struct arena *arena, double value); /* "12 ms", "3.2 s", "4 min 10 s" */
const char *text_number(struct arena *arena, size_t value);       /* "1,204" */

#endif
