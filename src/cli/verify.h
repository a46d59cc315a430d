/* verify.h: the proof of revisions on a throw-away server: up, down and up again, from the state before, with rows in every table; the
 * catalog reader, pg_dump and sums of all rows observe each state. */
#ifndef MODELC_CLI_VERIFY_H
#define MODELC_CLI_VERIFY_H

#include "cli/session.h"
#include "pg/embedded.h"
#include "pg/rows.h"
#include "schema/state.h"
#include "sql/dump.h"

struct verify {
    struct session *s;
    struct graph_of_revisions *graph; /* with a revision that is no file yet, where there is one */
    struct scratch *scratch;          /* its database holds what is above the revision at hand; NULL: not open yet */
    struct revision_set done;         /* what was applied to it */
    int seed;
    size_t rows;                      /* wanted in each table */
    const char *pg_dump;              /* the program; NULL: there is none for this server */
    const char *server;               /* "15.20" */
};

/* Where the rows come from that the revision meets. */
enum fill_from {
    FILL_BEFORE, /* made for the state before */
    FILL_AFTER,  /* made under its own constraints, and taken back with it */
    FILL_SPARING,  /* made for the state before, but for the tables where those were refused */
    FILL_NONE
};

/* A state as it was observed. */
struct look {
    struct schema *catalog;
    struct dump dump;
    const char *dump_text;      /* NULL: nobody could */
    bool dumping;               /* pg_dump is at it: ask verify_looked() before anything changes */
    struct capture capture;
};

struct proof {
    const struct revision *revision;
    bool good;
    bool modelled;              /* the models say what it has to end in, and that was compared, too */
    enum fill_from from;
    const char *refused;        /* why not FILL_BEFORE: the server's words */
    const struct statement *refused_at; /* by which statement */
    struct look before;         /* the state before, once it was looked at */
    struct objects emptied;     /* FILL_SPARING: tables (of any reading of the state before) that stay without rows */
    size_t tables, rows;        /* that have rows; the rows */
    size_t unfilled;            /* tables for which no row could be made */
    double milliseconds[3];     /* up, down, up */
    VEC(const char *) notes;    /* losses and changes that the file says, tables without rows */
};

/* `graph`: the files' or one with more. False: an option is wrong. */
bool verify_begin(struct session *s, struct graph_of_revisions *graph, struct verify *v);
/* Proves one revision; what it does wrong are diagnostics at its statements (D_PROOF). False: it couldn't be tried. */
bool verify_revision(struct verify *v, const struct revision *revision, struct proof *proof);
/* "up-down-up" or "up": what a good proof shows. */
const char *proof_how(const struct proof *proof);
void verify_end(struct verify *v);

/* ---- between verify.c, verify_prove.c, verify_report.c and verify_rows.c */

/* By the catalog reader; pg_dump begins meanwhile, if `dump`, and is over after verify_looked(). */
bool verify_look(struct verify *v, struct conn *conn, bool dump, struct look *look);
void verify_looked(struct verify *v, struct look *look);
/* Whether a state is as expected, after the downgrade or the second upgrade; else diagnostics at the statements of that direction. */
bool verify_same(struct verify *v, const struct proof *proof, bool up, const struct look *expected, const struct look *found);
/* Whether SQL names it: as a word of its own, whatever else that means there. */
bool verify_mentions(struct arena *arena, const char *sql, const char *name);
/* The last statement of the direction that names the object, and its table where it stands in one; else the last that names either;
 * else the direction's place as a whole. */
struct span verify_span(struct arena *arena, const struct revision *revision, bool up, const char *name, const char *table);
/* Up, down, up on `conn`'s database, which only `conn` uses. */
enum proved { PROVED, NOT_PROVED, ROWS_REFUSED, NOT_TRIED };
enum proved verify_prove(struct verify *v, struct conn *conn, struct proof *proof);
/* Whether it equals the models, if those say what it has to be; else diagnostics. */
bool verify_models(struct verify *v, struct conn *conn, struct proof *proof);
/* What became of the rows by the upgrade, and by up and down together (NULL: nobody looked): what the file says, and what the downgrade
 * brings back, are notes, the rest diagnostics. */
bool verify_rows(struct verify *v, struct proof *proof, const struct seen_rows *before, const struct rows_findings *up,
                 const struct rows_findings *back);

#endif
