/* diag_print.c: findings as text for people, as JSON for tools, as annotations for GitHub. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/diag_queue.h"
#include "base/shown.h"

struct printer {
    struct arena *arena;
    const struct sources *sources;
    FILE *out;
    bool color;
};

static const struct {
    const char *word, *paint, *github;
} levels[] = {
    [SEVERITY_NOTE] = {"note", "\033[36m", "notice"},
    [SEVERITY_WARNING] = {"warning", "\033[35m", "warning"},
    [SEVERITY_ERROR] = {"error", "\033[31m", "error"},
};

/* ---- order: places as the sources were read, then files, then what has no place */

static int rank(const struct diag *diag)
{
    return span_known(diag->span) ? 0 : diag->file ? 1 : 2;
}

static int by_number(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_places(const struct diag *a, const struct diag *b)
{
    if (rank(a) != rank(b)) return rank(a) - rank(b);
    if (a->span.start != b->span.start) return a->span.start < b->span.start ? -1 : 1;
    return str_cmp(a->file, b->file);
}

static int compare(const void *left, const void *right)
{
    const struct diag *a = *(struct diag *const *)left, *b = *(struct diag *const *)right;
    int order = compare_places(a, b);
    return order ? order : by_number(a->number, b->number);
}

static bool same(const struct diag *a, const struct diag *b)
{
    return compare_places(a, b) == 0 && a->code == b->code && str_eq(a->name, b->name) && a->span.end == b->span.end &&
           str_eq(a->message, b->message);
}

/* Sorts, and drops what says the same of the same place. */
static void arrange(struct diags *diags)
{
    size_t n = 0;
    if (diags->list.n) qsort(diags->list.at, diags->list.n, sizeof *diags->list.at, compare);
    for (size_t i = 0; i < diags->list.n; i++) {
        bool repeated = false;
        for (size_t k = n; k-- > 0 && compare_places(diags->list.at[k], diags->list.at[i]) == 0 && !repeated;) {
            repeated = same(diags->list.at[k], diags->list.at[i]);
        }
        if (!repeated) diags->list.at[n++] = diags->list.at[i];
    }
    diags->list.n = n;
}

/* ---- text */

static void paint(const struct printer *p, const char *code, const char *text)
{
    if (p->color) {
        fprintf(p->out, "%s%s\033[0m", code, text);
    } else {
        fputs(text, p->out);
    }
}

/* What a terminal would obey is shown as '?'. */
static void put_source(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        size_t steers = text[i] == '\t' ? 0 : shown_steers(text + i);
        fputc(steers ? '?' : text[i], out);
        if (steers) i += steers - 1;
    }
}

static void print_carets(const struct printer *p, const struct place *at, size_t wide, const char *code)
{
    fputs("      | ", p->out);
    size_t from = at->line_offset < at->line_len ? at->line_offset : at->line_len;
    for (size_t i = 0; i < from; i++) {
        unsigned char c = (unsigned char)at->line_text[i];
        if ((c & 0xC0) != 0x80) fputc(c == '\t' ? '\t' : ' ', p->out);
    }
    struct buf marks = buf_new(p->arena);
    buf_addc(&marks, '^');
    if (wide > at->line_len - from) wide = at->line_len - from;
    for (size_t i = 1; i < wide; i++) {
        if (((unsigned char)at->line_text[from + i] & 0xC0) != 0x80) buf_addc(&marks, '~');
    }
    paint(p, code, marks.text);
    fputc('\n', p->out);
}

/* A line may be a whole dump: then what is around the place is enough. */
static void narrow(struct place *at)
{
    enum { LONG = 400, BEFORE = 60, SHOWN = 240 };
    size_t cut = at->line_offset > BEFORE ? at->line_offset - BEFORE : 0;
    if (at->line_len <= LONG) return;
    while (cut > 0 && ((unsigned char)at->line_text[cut] & 0xC0) == 0x80) cut--;
    size_t end = cut + SHOWN < at->line_len ? cut + SHOWN : at->line_len;
    while (end < at->line_len && ((unsigned char)at->line_text[end] & 0xC0) == 0x80) end++;
    at->line_text += cut;
    at->line_len = end - cut;
    at->line_offset -= cut;
}

/* "place: word: message" and the line it is about. */
static void print_finding(const struct printer *p, enum severity severity, struct span span, const char *file,
                          const char *message)
{
    struct place at = source_place(p->sources, span.start);
    if (at.source) {
        const char *where = arena_printf(p->arena, "%s:%u:%u:", text_shown(p->arena, at.source->name, false), at.line, at.column);
        paint(p, "\033[1m", where);
        fputc(' ', p->out);
    } else if (file) {
        paint(p, "\033[1m", arena_printf(p->arena, "%s:", text_shown(p->arena, file, false)));
        fputc(' ', p->out);
    }
    paint(p, levels[severity].paint, arena_printf(p->arena, "%s:", levels[severity].word));
    fprintf(p->out, " %s\n", text_shown(p->arena, message, false));
    if (!at.source) return;
    narrow(&at);
    fprintf(p->out, "%5u | ", at.line);
    put_source(p->out, at.line_text, at.line_len);
    fputc('\n', p->out);
    print_carets(p, &at, span.end > span.start ? span.end - span.start : 1, levels[severity].paint);
}

static void print_mend(const struct printer *p, const struct diag_mend *mend)
{
    fprintf(p->out, "  %s: ", mend->label);
    for (const char *at = text_shown(p->arena, mend->text, true); *at; at++) {
        fputc(*at, p->out);
        if (*at == '\n') fputs("    ", p->out); /* a server's hint may have several lines */
    }
    fputc('\n', p->out);
}

/* Whether both are mended by the same command: then it is said once, below the last of them. */
static bool same_mend(const struct diag *a, const struct diag *b)
{
    if (!b || a->severity != b->severity || a->notes.n || a->mends.n != 1 || b->mends.n != 1) return false;
    const struct diag_mend *x = &a->mends.at[0], *y = &b->mends.at[0];
    return str_eq(x->label, "mend") && str_eq(y->label, "mend") && str_eq(x->text, y->text);
}

static void print_whole(const struct printer *p, const struct diag *diag, const struct diag *next)
{
    const char *message = diag->name ? arena_printf(p->arena, "%s [%s]", diag->message, diag->name) : diag->message;
    print_finding(p, diag->severity, diag->span, diag->file, message);
    for (size_t i = 0; i < diag->mends.n && !same_mend(diag, next); i++) print_mend(p, &diag->mends.at[i]);
    for (size_t i = 0; i < diag->notes.n; i++) {
        print_finding(p, SEVERITY_NOTE, diag->notes.at[i].span, NULL, diag->notes.at[i].message);
    }
}

static void print_text(const struct printer *p, const struct ctx *ctx, size_t budget)
{
    size_t errors = diag_errors(ctx), warnings = diag_warnings(ctx), shown = 0;
    const struct diag *held = NULL; /* printed once it is known what follows */
    for (size_t i = 0; i < ctx->diags->list.n; i++) {
        const struct diag *diag = ctx->diags->list.at[i];
        if (diag->severity == SEVERITY_ERROR && budget && shown == budget) continue;
        shown += diag->severity == SEVERITY_ERROR;
        if (held) print_whole(p, held, diag);
        held = diag;
    }
    if (held) print_whole(p, held, NULL);
    struct buf closing = buf_new(p->arena);
    if (errors) buf_add(&closing, str_count(p->arena, errors, "error"));
    if (shown < errors) buf_printf(&closing, " (%zu shown)", shown);
    if (warnings) {
        buf_separate(&closing, " ", ", ");
        buf_add(&closing, str_count(p->arena, warnings, "warning"));
    }
    if (closing.len) fprintf(p->out, "%s\n", closing.text);
}

/* ---- JSON */

/* jansson takes valid UTF-8 only, and the name of a file may be anything. */
static json_t *json_text(struct arena *arena, const char *text)
{
    if (!text) return json_null();
    char *copy = arena_strdup(arena, text);
    size_t len = strlen(copy);
    for (size_t at; (at = str_utf8_valid(copy, len)) < len;) copy[at] = '?';
    return json_string(copy);
}

static json_t *json_place(const struct printer *p, struct span span, const char *file, const char *message)
{
    json_t *object = json_object();
    struct place start = source_place(p->sources, span.start), end = start;
    if (start.source && span.end > span.start) end = source_place(p->sources, span.end);
    if (!end.source) end = start;
    bool known = start.source != NULL;
    json_object_set_new(object, "file", json_text(p->arena, known ? start.source->name : file));
    json_object_set_new(object, "line", known ? json_integer(start.line) : json_null());
    json_object_set_new(object, "column", known ? json_integer(start.column) : json_null());
    json_object_set_new(object, "end_line", known ? json_integer(end.line) : json_null());
    json_object_set_new(object, "end_column", known ? json_integer(end.column) : json_null());
    json_object_set_new(object, "message", json_text(p->arena, message));
    return object;
}

static json_t *json_mend(const struct printer *p, const struct diag_mend *mend)
{
    json_t *object = json_object();
    json_object_set_new(object, "label", json_text(p->arena, mend->label));
    json_object_set_new(object, "text", json_text(p->arena, mend->text));
    return object;
}

/* "mend" is the first of the mends; the rare others (a server's detail and hint) are in "more". */
static json_t *json_finding(const struct printer *p, const struct diag *diag)
{
    json_t *object = json_place(p, diag->span, diag->file, diag->message);
    json_object_set_new(object, "severity", json_string(levels[diag->severity].word));
    json_object_set_new(object, "code", json_string(diag_shown_name(diag)));
    json_t *notes = json_array();
    for (size_t i = 0; i < diag->notes.n; i++) {
        json_array_append_new(notes, json_place(p, diag->notes.at[i].span, NULL, diag->notes.at[i].message));
    }
    json_object_set_new(object, "notes", notes);
    json_object_set_new(object, "mend", diag->mends.n ? json_mend(p, &diag->mends.at[0]) : json_null());
    if (diag->mends.n > 1) {
        json_t *more = json_array();
        for (size_t i = 1; i < diag->mends.n; i++) json_array_append_new(more, json_mend(p, &diag->mends.at[i]));
        json_object_set_new(object, "more", more);
    }
    return object;
}

static void print_json(const struct printer *p, const struct diags *diags)
{
    json_t *all = json_array();
    for (size_t i = 0; i < diags->list.n; i++) json_array_append_new(all, json_finding(p, diags->list.at[i]));
    json_dumpf(all, p->out, JSON_INDENT(2));
    fputc('\n', p->out);
    json_decref(all);
}

/* ---- GitHub */

static void put_escaped(FILE *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text)) {
            fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
        } else {
            fputc(*text, out);
        }
    }
}

static void print_github(const struct printer *p, const struct diag *diag)
{
    struct place at = source_place(p->sources, diag->span.start);
    const char *file = at.source ? at.source->name : diag->file;
    fprintf(p->out, "::%s ", levels[diag->severity].github);
    if (file) {
        fputs("file=", p->out);
        put_escaped(p->out, file, "%\r\n:,");
        fputc(',', p->out);
    }
    if (at.source) fprintf(p->out, "line=%u,col=%u,", at.line, at.column);
    fprintf(p->out, "title=%s::", diag_shown_name(diag));
    put_escaped(p->out, text_shown(p->arena, diag->message, true), "%\r\n");
    fputc('\n', p->out);
}

void diag_print(struct ctx *ctx, FILE *out, enum diag_format format, bool color, size_t budget)
{
    struct printer p = {.arena = ctx->arena, .sources = ctx->sources, .out = out, .color = color};
    arrange(ctx->diags);
    if (format == DIAG_TEXT) {
        print_text(&p, ctx, budget);
    } else if (format == DIAG_JSON) {
        print_json(&p, ctx->diags);
    } else {
        for (size_t i = 0; i < ctx->diags->list.n; i++) print_github(&p, ctx->diags->list.at[i]);
    }
    ctx->diags->list.n = 0;
}
