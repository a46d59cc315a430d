/* options.h: the command line, parsed by the table of commands. */
#ifndef MODELC_OPTIONS_H
#define MODELC_OPTIONS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/vec.h"
#include "cli/commands.h"

struct words { const char **at; size_t n, cap; };

struct options {
    const struct command *command;   /* NULL: none was given */
    struct words given[OPT_COUNT];   /* the values of each option in order; of a flag an empty text each time */
    struct words arguments;          /* what is no option, without the command */
};

/* Options may stand anywhere on the line. False where something is wrong: diagnostics (D_USAGE) say what; *parsed then
 * holds what could be read. */
bool options_parse(struct ctx *ctx, int argc, char **argv, struct options *parsed);

bool option_given(const struct options *parsed, enum option_id id);
const char *option_text(const struct options *parsed, enum option_id id); /* the last one given, NULL: none */
/* The value in whole seconds, `otherwise` where it wasn't given; false and a diagnostic where it is no number. */
bool option_seconds(struct ctx *ctx, const struct options *parsed, enum option_id id, int otherwise, int *seconds);
/* A whole number, not negative, likewise. */
bool option_number(struct ctx *ctx, const struct options *parsed, enum option_id id, int otherwise, int *number);
const char *argument_text(const struct options *parsed, size_t i); /* NULL: not given */

#endif
