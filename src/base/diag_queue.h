/* diag_queue.h: how findings are stored; for diag.c, which queues them, and diag_print.c alone. */
#ifndef MODELC_DIAG_QUEUE_H
#define MODELC_DIAG_QUEUE_H

#include "base/diag.h"
#include "base/vec.h"

struct diag_note {
    struct span span;
    const char *message;
};

struct diag_mend {
    const char *label;
    const char *text;
};

struct diag {
    enum diag_code code;
    enum severity severity;
    const char *name; /* of diag_name(), else NULL: its code's */
    struct span span;
    const char *file; /* of diag_file(), else NULL */
    const char *message;
    VEC(struct diag_note) notes;
    VEC(struct diag_mend) mends;
    size_t number; /* in the queue: keeps the sorting stable */
};

struct diags {
    VEC(struct diag *) list;
};

struct diags *diags_new(struct arena *arena);
/* The stable name of a code: "unknown-name". */
const char *diag_code_name(enum diag_code code);
/* The name that people see: its own, or its code's. */
const char *diag_shown_name(const struct diag *diag);

#endif
