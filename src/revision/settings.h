/* settings.h: an ini file as a list of values with their places. What they mean is project.c's business. */
#ifndef MODELC_REVISION_SETTINGS_H
#define MODELC_REVISION_SETTINGS_H

#include "base/ctx.h"
#include "base/vec.h"

struct setting {
    const char *section; /* "" above the first one */
    const char *key;
    const char *value;   /* lines that continue it are joined by newlines */
    struct span key_span, value_span;
};

struct settings_section {
    const char *name;
    struct span span;
};

struct settings {
    struct source *source;
    VEC(struct setting) values;
    VEC(struct settings_section) sections;
};

/* NULL and diagnostics where the file can't be read or a line is no `key = value`. */
struct settings *settings_load(struct ctx *ctx, const char *path, const char *shown);

#endif
