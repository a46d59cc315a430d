/* sizes.h: how large the tables are that a plan works on, and what only the server knows of its statements. */
#ifndef MODELC_SIZES_H
#define MODELC_SIZES_H

#include "pg/conn.h"
#include "sql/effect.h"

struct relation_size {
    const char *schema, *name; /* given; schema NULL: the server is asked, public first */
    bool exists;
    char kind;                 /* as pg_class.relkind: r, p, m, v, S, i, I, f */
    const char *table_schema, *table; /* itself; of an index its table, which the rest is about */
    double rows;               /* estimated; -1: not known, as it was never analyzed */
    double bytes, index_bytes; /* with its partitions and children */
    size_t parts;              /* partitions and children, at every level */
};
/* Fills in each of them, in one query. A table that is locked meanwhile is told by the last statistics. False: *error. */
bool sizes_read(struct conn *conn, struct relation_size *at, size_t n, struct server_error *error);
/* "about 40,000,000 rows"; "never analyzed". */
const char *size_rows_text(struct arena *arena, const struct relation_size *size);
/* "12 GB, about 40,000,000 rows". */
const char *size_text(struct arena *arena, const struct relation_size *size);

/* WORK_MAY_REWRITE becomes WORK_REWRITE, or nothing, where the types and functions are there by now; the tables that foreign keys refer to
 * are among the relations, and no key is in doubt any more. */
void sizes_settle(struct conn *conn, struct effect *effect);
/* Whether the column can't hold NULL already: it is NOT NULL, or a valid check says so. Then SET NOT NULL reads no row. */
bool sizes_never_null(struct conn *conn, const char *schema, const char *table, const char *column);

#endif
