/* rows.h: what the tables of a throw-away database hold, as counts and sums of hashes, and where its sequences stand: enough to tell
 * what a revision lost or changed, without keeping the rows. */
#ifndef MODELC_PG_ROWS_H
#define MODELC_PG_ROWS_H

#include "pg/conn.h"

struct seen_column {
    const char *name, *type;
    int number;            /* attnum: stays through a rename */
    long long values;      /* that are not null */
    const char *sum;       /* of the hashes of all values as text; NULL: there are none */
    const char *as_before; /* the sum of the values cast to the type before; NULL: nobody asked, or there is no such cast */
    bool composite;        /* its type has attributes, itself or below arrays and domains */
};
struct seen_table {
    const char *oid, *root; /* of the table; of the partitioned table at the top, where it is a partition */
    const char *schema, *name, *path;
    bool partitioned;       /* its rows are those of its partitions */
    const char *above;      /* oids of what it is a partition or heir of, each with a blank before and after it; NULL: nothing */
    const char *whole;      /* the sum of its rows' hashes, columns by name: which values stand together */
    long long rows;
    VEC(struct seen_column) columns;
};
struct seen_sequence {
    const char *oid, *path, *name;
    const char *owner;     /* the oid of the table of the column that owns it, or NULL */
    const char *column;    /* that column */
    long long position;    /* the last value given; `fresh`: none was given */
    bool fresh, falling;
};
struct seen_rows {
    VEC(struct seen_table) tables;
    VEC(struct seen_sequence) sequences;
};
/* Of all schemas but the system's and `state_schema`. False: a diagnostic. */
bool rows_see(struct conn *conn, const char *state_schema, struct seen_rows *seen);

enum rows_change { ROWS_GONE, ROWS_FEWER, ROWS_MORE, ROWS_MIXED, VALUES_GONE, VALUES_CHANGED, SEQUENCE_BACK };
struct rows_finding {
    enum rows_change change;
    const char *kind, *path;      /* "table", "column", "sequence"; as object lines spell it, by the names before */
    const char *now;              /* the path by the names after; NULL: it is gone */
    const char *name;             /* of the table or sequence, bare */
    const struct seen_table *table;       /* which it is about; of a sequence: its owner's, or NULL */
    const struct seen_column *column;     /* of a column, else NULL */
    const struct seen_sequence *sequence; /* of a sequence, else NULL */
    bool dropped;                 /* the column isn't there any more */
    long long before, after;
};
struct rows_findings { struct rows_finding *at; size_t n, cap; };
/* What became of the rows. `moved`: tables and columns may have got other names, and are followed; else everything has to be where it
 * was, as it was. Of a partitioned table and its partitions those speak that know more: the table where it has as many rows as before,
 * else each partition. */
void rows_compare(struct ctx *ctx, const struct seen_rows *before, const struct seen_rows *after, bool moved,
                  struct rows_findings *findings);
/* What a type cut or rounded can be told without a way back: casts the values to the types they had before. */
void rows_cast_back(struct conn *conn, const struct seen_rows *before, struct seen_rows *after);
/* Calls each sequence that nobody owns once, so that its position is one that can be lost. False: a diagnostic. */
bool rows_call_sequences(struct conn *conn, const char *state_schema);

#endif
