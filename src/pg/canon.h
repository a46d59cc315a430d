/* canon.h: what the parts of the canonicaliser share; private to src/pg.
 *
 * An ask is one question. Asks of one table and search path stand together on one temp table, a unit. The unit's slot
 * tells whose text it carries: the model's on the target's columns, the live one on live columns that are then altered
 * as the plan would, or what the server printed for either, put on the target's columns once more. */
#ifndef MODELC_CANON_H
#define MODELC_CANON_H

#include "pg/canonical.h"

enum slot { SLOT_MODEL, SLOT_LIVE, SLOT_MODEL_AGAIN, SLOT_LIVE_AGAIN, SLOTS };

struct answer {
    bool given;
    const char *text;           /* an expression */
    VEC(const char *) elements; /* of a key list */
};

enum refusal {
    NOT_REFUSED,
    REFUSED_MODEL,  /* the model's text is wrong: reported */
    REFUSED_HERE,   /* by what this server allows or is: a scratch server may do it */
    REFUSED_METHOD, /* it can't be tried on a temp table, wherever */
};

struct ask {
    struct object *from, *to; /* from NULL: only the model's form is wanted */
    size_t field, number;
    struct value *live, *model; /* the two values; live NULL without `from` */
    bool moved;                 /* the live text will read differently once the plan has renamed and altered */
    struct answer answers[SLOTS];
    enum refusal refusal;
    const char *key; /* of the verdict in the cache; NULL: not to be kept */
};

/* Text of the model inside a statement. */
struct island {
    size_t piece, start, end; /* bytes of that piece */
    struct span span;         /* its first byte stands at span.start */
};

struct piece {
    const char *path, *sql;
};
struct pieces {
    struct piece *at;
    size_t n, cap;
};

struct unit {
    enum slot slot;
    struct object *table;    /* whose columns it has */
    const char *path, *name; /* name: once created */
    VEC(struct ask *) asks;
    VEC(struct island) islands;
    struct pieces create, alter;
    bool made;
};
struct units {
    struct unit **at;
    size_t n, cap;
};

struct job {
    struct ctx *ctx;
    struct conn *conn;
    struct diff *diff;
    bool renamed; /* schemas, types or labels are: any stored text may read differently */
    VEC(struct ask *) asks;
    struct objects made;   /* domains, composites and ranges that the plan makes, renames or builds again */
    bool made_known;
    size_t serial;         /* of temp tables */
    struct map *units;     /* temp table -> unit */
    struct map *stand_ins; /* printed name of a live type that made room for its successor -> the name both have */
};

/* canon_unit.c */
void units_make(struct job *job, enum slot slot, bool single, struct units *units);
struct unit *unit_of(struct job *job, struct ask *ask, enum slot slot);
void unit_write(struct job *job, struct unit *unit);
bool ask_moved(struct job *job, const struct ask *ask);
bool is_keys(const struct ask *ask);
const char *ask_mark(struct arena *arena, const struct ask *ask,
                     enum slot slot); /* "m12": the name of its constraint or index */

/* canon_types.c: the target's schemas, types and sequences, as far as the asks need them. */
void types_pieces(struct job *job, struct pieces *pieces);
bool types_renamed(const struct job *job);

/* canon_made.c: whether a temp table can't have the ask's columns, since the plan makes their types. */
bool ask_of_made_type(struct job *job, const struct ask *ask);

/* canon_folded.c: whether the server might run a function of the user's as it reads the model's text: nothing of an untrusted model may be
 * run on a live server. */
bool ask_would_run(struct job *job, const struct ask *ask);

/* canon_read.c */
const char *read_query(struct arena *arena);
const char *read_live_query(struct job *job); /* elements of live indexes; NULL where none are asked for */
void read_rows(struct job *job, const struct rows *rows);
bool answers_equal(const struct answer *a, const struct answer *b);

/* canon_refused.c */
/* Whether the error is about everything (no TEMP privilege, read-only, an event trigger), not one text. */
bool refused_wholly(const struct server_error *error);
/* Judges the refusal of a unit with one ask; queues the diagnostic where the model's text is wrong. */
void refused_ask(struct job *job, struct unit *unit, size_t piece, const struct server_error *error);

/* Whether modelc only passes on what makes the name that is missed (SQL in the models): it may exist later. */
bool refused_for_unhandled(const struct job *job, const struct server_error *error);
/* The byte of `sql` at the server's position: 1-based, in characters. */
size_t refused_byte(const char *sql, size_t position);
/* The word at byte `offset` of `text`, which stands in the models' span `island`; all of that where it isn't verbatim. */
struct span refused_place(struct ctx *ctx, struct span island, const char *text, size_t offset);
void refused_report(struct ctx *ctx, const struct server_error *error, struct span place);

/* canonical.c: equal now, or once both have been put through the server again. */
bool ask_same(const struct ask *ask);

/* canon_run.c: one transaction that is rolled back. False: the connection is lost. */
bool job_run(struct job *job);

#endif
