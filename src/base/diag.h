/* diag.h: diagnostics as data: queued where found, sorted and printed once, by the command line. */
#ifndef MODELC_DIAG_H
#define MODELC_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/source.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/* Every kind of finding has a stable code (diag.def); --format json and annotations print it. */
enum diag_code {
#define DIAG(id, name, severity) id,
#include "base/diag.def"
#undef DIAG
    DIAG_COUNT
};

struct ctx;
struct diag;

/* Queues a finding at `span` (nowhere: a finding without a place). The message is one line, lower case,
 * no full stop: what is wrong, with the names concerned. */
struct diag *diag_add(struct ctx *ctx, enum diag_code code, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* About a file as a whole (no line): "migrations/77be.sql: error: not added to git". */
struct diag *diag_file(struct ctx *ctx, enum diag_code code, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A further place: "also defined here". */
void diag_note(struct ctx *ctx, struct diag *diag, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* How to mend it, printed as "  LABEL: text"; labels in use: "mend", "write", "did you mean", "detail", "hint". */
void diag_mend(struct ctx *ctx, struct diag *diag, const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Makes a warning an error, or silences one (--strict, config). */
void diag_severity(struct diag *diag, enum severity severity);
/* A stable name of its own in the place of its code's: what --format json and annotations print, and text in brackets. */
void diag_name(struct diag *diag, const char *name);

size_t diag_errors(const struct ctx *ctx);
size_t diag_warnings(const struct ctx *ctx);
/* Whether an error of this code is queued. */
bool diag_has(const struct ctx *ctx, enum diag_code code);
/* Findings queued so far: diag_rollback() drops the later ones (a trial that was given up). */
size_t diag_mark(const struct ctx *ctx);
void diag_rollback(struct ctx *ctx, size_t mark);
/* Makes the errors queued since `mark` warnings: what failed was not needed. */
void diag_soften(struct ctx *ctx, size_t mark);

enum diag_format { DIAG_TEXT, DIAG_JSON, DIAG_GITHUB };
/* Prints all findings sorted by place, duplicates once, and a closing count ("3 errors") for text;
 * at most `budget` errors in full (0: all). Empties the queue. */
void diag_print(struct ctx *ctx, FILE *out, enum diag_format format, bool color, size_t budget);

#endif
