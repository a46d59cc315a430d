/* import.h: what the files of `modelc import` share. */
#ifndef MODELC_CLI_IMPORT_H
#define MODELC_CLI_IMPORT_H

#include "base/file.h"
#include "cli/session.h"
#include "schema/layout.h"

/* One model file, as text that is complete. */
struct import_file {
    const char *path, *shown;
    const char *text;
    const struct layout_file *layout; /* NULL: a file there was, with something added */
    bool existed;
    const struct ast_file *old; /* what it was before something was added */
    struct file_draft draft;
    bool published, made_folder; /* what is taken back where another one can't be written */
};

struct import {
    struct session *s;
    const char *folder;       /* of the models */
    bool project;             /* there is a modelc.ini */
    struct schema *live;
    VEC(struct import_file) files;
};

/* import_write.c */
/* The texts of all files, formatted; false where they can't be read back: diagnostics. */
bool import_print(struct import *import, enum layout_style style);
/* What the files, with the models there are, make together: what is wrong with that is a warning from `mark` on. */
void import_read_back(struct import *import, size_t mark);
/* Writes them all, or none. */
bool import_write(struct import *import);
/* "12 tables, 2 views" of these objects. */
const char *import_counts(struct arena *arena, const struct objects *units);

/* import_add.c */
bool import_add(struct import *import);

#endif
