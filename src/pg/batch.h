/* batch.h: statements in batches, each its own transaction: by the runner, and as a script for psql; private to src/pg. */
#ifndef MODELC_PG_BATCH_H
#define MODELC_PG_BATCH_H

#include "pg/run.h"
#include "revision/batch.h"

/* Passes after the first, where the statement's condition still holds for rows. */
enum { BATCH_FURTHER_PASSES = 3 };

/* What a statement's batches go by. */
struct batch_key {
    struct sql_texts columns, types; /* as SQL; none: by the table's pages */
    const char *row;                 /* (o.tenant, o.id) */
    double page_rows;                /* rows of a page, where by pages; estimated */
};
/* How far they are. In a transaction of its own, since nothing of a batch is kept but this. */
struct batch_place {
    const char **reached, **bound;   /* values of the key's columns; NULL: at the beginning; an empty table */
    size_t pass, rows, seen, expected; /* rows changed, looked at, to look at (0: unknown) */
};
/* A statement's batches under way. */
struct batching {
    struct run *run;
    const struct run_step *step;
    const struct statement *statement;
    const struct sql_batch *sql;
    const struct batch_options *options;
    struct batch_key key;
    struct batch_place place;
    const char *begin;    /* how each transaction begins */
    const char *here;     /* the condition on its row in the state schema */
    const char *digest;   /* of the statement */
    struct arena *arena;  /* of the values in `place` */
    double began;
    size_t seen_before;   /* by earlier runs */
};

/* Runs a statement in batches, from where an earlier run broke off. False: *error, as of a statement that the server refused; what was done
 * until then is kept, and run->batched tells that there is some. */
bool batch_run(struct run *run, struct run_step *step, size_t statement, struct server_error *error);

/* batch_key.c: the key that the statement's table has for it. False and *error where there is none. In a transaction. */
bool batch_find_key(struct batching *b, struct server_error *error);
/* The query for it, a row a column of the key: name and type as SQL; none where there is no such key. */
const char *batch_key_query(struct ctx *ctx, const struct batch *batch);

/* batch_place.c: the row of a statement's batches in the state schema. In a transaction. */
bool batch_look_up(struct batching *b, bool *found, struct server_error *error);
bool batch_set_out(struct batching *b, struct server_error *error); /* a new pass, from the table's beginning to its present end */
void batch_sql_reached(const struct batching *b, struct buf *sql, const char *const *end, size_t rows, size_t seen);
const char *batch_here(struct ctx *ctx, const struct step_key *key);
/* The condition for rows behind `from` (NULL: all) up to `to`. */
void batch_sql_window(const struct batching *b, struct buf *sql, const char *const *from, const char *const *to);

/* batch_script.c: the same as a statement for psql, outside of a transaction. */
const char *batch_script(struct ctx *ctx, const char *schema, const struct step_key *key, const struct statement *statement,
                         const struct timeouts *timeouts);

#endif
