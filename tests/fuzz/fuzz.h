/* fuzz.h: a fuzz target is one function; libFuzzer or a list of files drives it. */
#ifndef MODELC_TESTS_FUZZ_H
#define MODELC_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/ctx.h"

/* Each target's own: works on one text as file_load() would give it (valid UTF-8, no NUL inside, one behind it).
 * NULL, or what is wrong with the outcome. A refused text is a good outcome. */
const char *fuzz_one(struct ctx *ctx, const char *text, size_t len);

/* Cuts arbitrary bytes down to such a text, runs the target, prints its findings to nowhere. False: complained. */
bool fuzz_run(const unsigned char *data, size_t size, FILE *complaints);

/* A text as a source of ctx. */
struct source *fuzz_source(struct ctx *ctx, const char *name, const char *text, size_t len);
/* "what" and all findings so far: a complaint. */
const char *fuzz_refused(struct ctx *ctx, const char *what, const char *text);

#endif
