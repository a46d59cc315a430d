/* script.c: what isn't SQL in scripts: psql's lines, rows and variables, placeholders of other tools. Every place stays where it was. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "review/load.h"
#include "revision/scan.h"

/* Blanks a line; what ends it stays. The place behind it. */
static size_t blank_line(char *text, size_t len, size_t at)
{
    size_t end = scan_line_end(text, len, at);
    memset(text + at, ' ', end - at);
    while (end < len && (text[end] == '\r' || text[end] == '\n')) end++;
    return end;
}

/* The rows behind COPY .. FROM STDIN; up to the line `\.`. */
static size_t blank_rows(char *text, size_t len, size_t at)
{
    while (at < len && text[at] != '\n') at++;
    while (at < len) {
        while (at < len && (text[at] == '\n' || text[at] == '\r')) at++;
        bool last = strncmp(text + at, "\\.", 2) == 0;
        at = blank_line(text, len, at);
        if (last) break;
    }
    return at;
}

/* A line of psql's own. \g, \gx, \gexec, \gset .. end a statement as a semicolon does. */
static size_t blank_command(char *text, size_t len, size_t at)
{
    bool ends = text[at + 1] == 'g';
    size_t behind = blank_line(text, len, at);
    if (ends) text[at] = ';';
    return behind;
}

/* :name becomes _name, :'name' and :"name" what stands in the quotes. No variables: a::type, a[1:n], a := 1. */
static void take_variable(char *text, size_t at)
{
    unsigned char before = at ? (unsigned char)text[at - 1] : ' ', next = (unsigned char)text[at + 1];
    if (isalnum(before) || strchr("_:])", before)) return;
    if (isalpha(next) || next == '_') text[at] = '_';
    else if (next == '\'' || next == '"') text[at] = ' ';
}

/* ${name} becomes __name_: Flyway, goose. The place behind it. */
static size_t take_placeholder(char *text, size_t len, size_t at)
{
    size_t end = at;
    while (end < len && text[end] != '}' && text[end] != '\n') end++;
    if (text[end] != '}') return at;
    for (size_t i = at; i <= end; i++) {
        if (!isalnum((unsigned char)text[i])) text[i] = '_';
    }
    return end + 1;
}

/* Where the words of a COPY statement are met. */
struct copying { bool first, copy, from, rows; };

static void look_for_copy(struct copying *c, const char *word, size_t len)
{
    if (c->first) c->copy = len == 4 && strncasecmp(word, "copy", len) == 0;
    c->rows |= c->copy && c->from && len == 5 && strncasecmp(word, "stdin", len) == 0;
    c->from = len == 4 && strncasecmp(word, "from", len) == 0;
    c->first = false;
}

/* A text while it is read; the scan begins anew behind rows, which may hold anything. */
struct script {
    struct arena *arena;
    char *text;
    size_t len, base;   /* where the scan began */
    size_t done;        /* what stands before is read */
    struct scan *scan;
    struct copying copying;
};

static void end_statement(struct script *s, size_t at)
{
    if (s->copying.rows) {
        s->base = s->done = blank_rows(s->text, s->len, at);
        s->scan = scan_new(s->arena, s->text + s->base, s->len - s->base);
    }
    s->copying = (struct copying){.first = true};
}

static void take_piece(struct script *s, struct scan_piece piece)
{
    size_t at = s->base + piece.start;
    if (at < s->done) return;
    if (piece.token == SCAN_BACKSLASH) s->done = blank_command(s->text, s->len, at);
    if (piece.token == SCAN_WORD) look_for_copy(&s->copying, s->text + at, piece.end - piece.start);
    if (piece.token == SCAN_SEMICOLON) end_statement(s, at);
    if (piece.token == SCAN_OTHER && s->text[at] == ':') take_variable(s->text, at);
    if (piece.token == SCAN_OTHER && strncmp(s->text + at, "${", 2) == 0) s->done = take_placeholder(s->text, s->len, at);
}

const char *plain_script(struct arena *arena, const struct source *source)
{
    struct script s = {.arena = arena, .text = arena_strndup(arena, source->text, source->len), .len = source->len,
                       .copying = {.first = true}};
    s.scan = scan_new(arena, s.text, s.len);
    for (struct scan_piece piece = scan_next(s.scan); piece.token != SCAN_END; piece = scan_next(s.scan)) take_piece(&s, piece);
    return s.text;
}
