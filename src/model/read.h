/* read.h: a file with what the formatter needs beside its syntax tree: the comments. */
#ifndef MODELC_MODEL_READ_H
#define MODELC_MODEL_READ_H

#include "model/build.h"

/* Parsed and checked; the lexer keeps the comments. */
struct reader model_read(struct ctx *ctx, struct source *source);

#endif
