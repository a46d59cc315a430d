/* batch_sql.h: an UPDATE or DELETE cut where a condition on a window of keys goes in, so that it can be run in batches. */
#ifndef MODELC_SQL_BATCH_SQL_H
#define MODELC_SQL_BATCH_SQL_H

#include "sql/sql.h"

/* What `-- modelc:batch` says; what isn't said is NULL, empty or 0. */
struct batch_options {
    const char *schema, *table;
    struct sql_texts key;       /* columns */
    size_t size;                /* rows a batch */
    unsigned pause;             /* milliseconds after each */
};
enum { BATCH_SIZE = 5000, BATCH_SIZE_MAX = 1000000, BATCH_PAUSE_MAX = 3600000 };
/* The directive's value: table=order_lines key=id size=5000 pause=50ms; names quoted as SQL quotes them. */
const char *batch_text(struct arena *arena, const struct batch_options *options);

struct sql_batch {
    bool deletes;
    const char *schema, *table; /* whose rows it changes; schema NULL where not said */
    const char *target;         /* the same in a FROM clause: ONLY public.orders AS o */
    const char *relation;       /* public.orders, quoted */
    const char *qualifier;      /* before its columns: o, quoted */
    bool only;
    struct sql_texts sets;      /* the columns that an UPDATE sets */
    const char *before, *after; /* before, a condition, after: the statement for one window */
    /* Where the statement's condition excludes the rows that it did: the same of a SELECT that counts those left. Else NULL. */
    const char *left_before, *left_after;
};
/* False and *error where the text is nothing that could be run in batches. */
bool sql_batch_read(struct arena *arena, const char *text, struct sql_batch *batch, struct sql_error *error);
/* public.orders, "Odd Name" -> folded names. False where it is no name of a table. */
bool sql_qname_read(struct arena *arena, const char *text, const char **schema, const char **name);

#endif
