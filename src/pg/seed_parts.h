/* seed_parts.h: what the files of the seeder share; private to src/pg.
 *
 * A value is the text that its type's input function takes, the n-th of its type: other texts for other n, as far as
 * the type has as many. A cell is such a text, NULL for SQL's NULL, or one of the two marks below. */
#ifndef MODELC_SEED_PARTS_H
#define MODELC_SEED_PARTS_H

#include "base/map.h"
#include "pg/seed.h"

struct texts { const char **at; size_t n, cap; };

/* Marks, told apart by their address. */
extern const char seed_default[]; /* DEFAULT: left to the server */
extern const char seed_open[];    /* in a loop of foreign keys: not known yet */

/* ---- numbers that look random: splitmix64 */
struct rng { uint64_t state; };
uint64_t seed_mix(uint64_t number);
size_t rng_below(struct rng *rng, size_t n); /* 0 for n = 0 */
bool rng_one_in(struct rng *rng, size_t n);

/* ---- tables */

struct seed_table;
struct seed_column {
    const struct object *object;
    const char *name;
    struct type_name type;
    bool not_null, generated, always; /* always: GENERATED ALWAYS AS IDENTITY */
    bool defaults;       /* its default gives the same on every run, and may be left to the server */
    bool counts;         /* the default is a sequence's next number */
    bool distinct;       /* stands in a key: other values in other rows, if possible */
    bool alone;          /* it is all of a key */
    bool of_foreign_key; /* its values come from other rows */
    bool of_rule;        /* a condition on several columns speaks of it */
    bool asked;          /* in a loop of foreign keys: rows of the loop refer to it */
    struct texts checks; /* conditions on this column alone */
    bool pooled;         /* only the values of the pool pass these */
    struct texts pool, hints;
    size_t offset;       /* where its values begin */
};
struct seed_key { /* no two rows alike */
    size_t *columns, n;
    bool nulls_alike;
};
struct seed_foreign_key {
    const struct object *object;
    size_t *columns, n;         /* of the referring table */
    const char **targets;       /* names of the columns referred to */
    const char *target;         /* the table referred to, as SQL names it */
    struct seed_table *to;      /* the same where it is filled here; NULL: it is a partition, or not ours */
    bool full, hard;            /* hard: no row can do without */
    bool later;                 /* the target has no rows yet: NULL at first */
    bool looped;                /* its rows and the target's are made in one statement */
    const char ***pool;         /* tuples of rows that exist */
    size_t n_pool;
};
struct seed_row { const char **cells; };
struct seed_rows_made { struct seed_row *at; size_t n, cap; };

struct seed_table {
    const struct object *object;
    struct objects partitions;  /* all below it: its rows keep to what these say, too */
    const char *path, *name;    /* for people, for SQL */
    struct seed_column *columns;
    size_t n_columns;
    VEC(struct seed_key) keys;
    VEC(struct seed_foreign_key) foreign_keys; /* those with more columns first */
    struct texts rules;         /* conditions on several columns, or on some of foreign keys */
    bool homeless;              /* partitioned, and no partition can take rows */
    bool placed, filled;
    size_t rows;                /* it got */
    const char *reason;         /* why not (all) */
    struct rng rng;
};

struct seeder {
    struct conn *conn;
    struct ctx *ctx;
    struct arena *arena;
    const struct schema *live;
    struct seed_options options;
    struct seed_table *tables;
    size_t n_tables;
    struct map *by_path;        /* path -> struct seed_table */
    struct map *homes;          /* path of a partitioned table -> its partitions' conditions, as one text */
    struct map *subtypes;       /* "schema.range" -> struct type_name of its bounds */
    struct map *pools;          /* of domains, and of types that are tried out: text -> struct texts */
    struct texts restore;       /* statements that give triggers and rules their voice back */
    bool refused;               /* the last statement: to be undone before the next */
    bool lost;                  /* the connection; everything stops */
    struct server_error error;  /* of the statement refused last */
};

/* ---- seed_server.c: the transaction, and statements in it that may fail */

/* Begins, reads what the schema does not tell, silences triggers and rules. False: *error of the seeder. */
bool seed_begin(struct seeder *seeder);
bool seed_end(struct seeder *seeder);
/* Ends the transaction and begins the next: locks are given back. */
bool seed_next(struct seeder *seeder);
/* One statement; where it is refused, nothing of it remains, and seeder->error tells why. rows may be NULL. */
bool seed_run(struct seeder *seeder, const char *sql, struct rows *rows);
/* Several in one round trip: all, or none and *failed tells which one was refused. */
bool seed_run_all(struct seeder *seeder, const struct texts *sql, struct rows *results, size_t *failed);
const char *seed_refusal(struct seeder *seeder); /* its words */

/* ---- seed_scalars.c, seed_values.c */

/* The n-th value of a built-in type by its internal name; NULL: not known. */
const char *scalar_text(struct arena *arena, const char *name, const char *mods, size_t n);
/* The same of any type; NULL: none known. */
const char *seed_text(struct seeder *seeder, const struct type_name *type, size_t n);
const char *form_text(struct arena *arena, const char *form, size_t n); /* each `#` of the form is n */
const char *seed_type_text(struct seeder *seeder, const struct type_name *type); /* for SQL */

/* ---- seed_hints.c, seed_pattern.c */

/* Values of `type` that the condition's constants make likely to pass it. `sure`: only such as are certainly of that
 * type. */
void seed_hints(struct seeder *seeder, const char *condition, const struct type_name *type, bool sure,
                struct texts *hints);
/* A text that matches a regular expression; other variants take other ways through it. */
const char *pattern_text(struct arena *arena, const char *pattern, size_t variant);
/* How many characters a text of the type may have; 0: any number. */
size_t seed_length(const struct type_name *type);

/* ---- seed_filter.c: conditions tried out on the server */

struct seed_candidates { /* rows of some columns */
    const char *alias;             /* as the conditions may call them */
    const char **names, **types;   /* of columns, quoted */
    size_t n_columns;
    VEC(const char **) rows;       /* SQL, not texts: literals, NULL, a default */
};
/* passes[i] tells whether the conditions hold (or are unknown) for row i. False: the server refused the question. */
bool seed_filter(struct seeder *seeder, const struct seed_candidates *candidates, const struct texts *conditions,
                 bool *passes);
/* The pool of a domain with checks: the values that pass them. */
void seed_pool(struct seeder *seeder, const char *column, const struct type_name *type, const struct texts *conditions,
               struct texts *pool);
/* The same for all columns with conditions on them alone. */
void seed_pools(struct seeder *seeder);

/* ---- seed_tables.c, seed_order.c */

void seed_tables_read(struct seeder *seeder);
/* The next tables to fill: one, or several that need each other's rows (looped). 0: none is left. */
size_t seed_order_next(struct seeder *seeder, struct seed_table **group);

/* ---- seed_rows.c, seed_fill.c, seed_later.c */

/* Makes a row's cells; `fresh`: other values than the first choice. False: no row is possible, table->reason tells
 * why. */
bool seed_row_make(struct seeder *seeder, struct seed_table *table, size_t number, bool fresh, const char **cells);
/* Whether none of its keys has the values of a row before; `take`: then they are taken. */
bool seed_row_unlike(struct seeder *seeder, const struct seed_table *table, const char *const *cells, struct map *taken,
                     bool take);
void seed_insert_sql(struct seeder *seeder, const struct seed_table *table, const struct seed_rows_made *rows,
                     struct buf *sql);
void seed_fill(struct seeder *seeder, struct seed_table *table);
void seed_fill_loop(struct seeder *seeder, struct seed_table **group, size_t n);
void seed_later(struct seeder *seeder, struct seed_table *table);

#endif
