/* effect.h: what a statement does to a server at work: which relations it locks, how strongly, and whether it reads or writes all of
 * them meanwhile. By the syntax tree alone. Source: PostgreSQL's documentation, "Explicit Locking" and each command's page. */
#ifndef MODELC_SQL_EFFECT_H
#define MODELC_SQL_EFFECT_H

#include "base/str.h"
#include "base/vec.h"

/* In the order of their strength. */
enum lock_level {
    LOCK_NONE,
    LOCK_ACCESS_SHARE,
    LOCK_ROW_SHARE,
    LOCK_ROW_EXCLUSIVE,
    LOCK_SHARE_UPDATE_EXCLUSIVE,
    LOCK_SHARE,
    LOCK_SHARE_ROW_EXCLUSIVE,
    LOCK_EXCLUSIVE,
    LOCK_ACCESS_EXCLUSIVE
};

/* What is done while the lock is held; none of it: a moment. Bits. What is done to a table is done to its partitions and children, too. */
enum work {
    WORK_SCAN = 1,          /* reads the whole table */
    WORK_BUILD = 2,         /* builds an index of the whole table */
    WORK_REWRITE = 4,       /* writes the whole table anew, and its indexes */
    WORK_MAY_REWRITE = 8,   /* does so, or not: by the column's present type, or the volatility of a default */
    WORK_ROWS = 16,         /* changes rows, as many as its condition holds for */
    WORK_WAITS = 32,        /* waits for every transaction that is older (CONCURRENTLY) */
    WORK_LOSES = 64,        /* takes rows or values away */
};

/* Why it can't be told whether a table is rewritten. */
struct rewrite_doubt {
    const char *column;
    const char *type;       /* the type it gets; NULL: it keeps its own */
    bool added;             /* the column is new: it is rewritten where the type is a domain with constraints, or the function volatile */
    const char *function_schema, *function; /* in the default of the new column; NULL: none that isn't known */
};

struct relation_effect {
    const char *schema;     /* NULL where not said */
    const char *name;       /* folded */
    bool index;             /* the name is an index's: its table, which isn't said, may be locked as strongly */
    bool rowless;           /* a view or a sequence: who waits for it doesn't wait for a table */
    bool made;              /* the statement makes it: nobody else sees it yet */
    enum lock_level lock;
    unsigned work;
    const char *column;     /* the column that WORK_MAY_REWRITE is about; NULL: none */
    const char *type;       /* its new type, where it gets one */
    VEC(struct rewrite_doubt) doubts; /* all that WORK_MAY_REWRITE is about: `column` and `type` are the first one's */
};
/* Foreign keys that it may be about, by a constraint's or a column's name, or all of a table: the tables that they refer to are locked. */
struct key_doubt {
    const char *schema, *table;
    const char *constraint, *column; /* NULL: any */
    bool incoming;                   /* and those that refer to the column: their tables */
    enum lock_level lock;
    unsigned work;
};
struct effect {
    VEC(struct relation_effect) relations; /* each relation once, in the order of the text */
    bool outside_transaction;              /* can't run in a transaction block */
    bool concurrently;
    VEC(struct key_doubt) keys;
    const char *others;     /* what else it locks that it doesn't name, in words; NULL: nothing */
};
/* `version`: the server's, as 150004; 0: 15. False where it does not parse. Statements that lock no relation of the user's have none. */
bool sql_effect(struct arena *arena, const char *sql, int version, struct effect *effect);

const char *lock_name(enum lock_level level);   /* "ACCESS EXCLUSIVE" */
/* What others can't do meanwhile: "reads and writes", "writes", "other changes of the table"; NULL: nothing that matters. */
const char *lock_blocks(enum lock_level level);
/* "rewrite, loses data"; "" for a moment's. */
const char *work_text(struct arena *arena, unsigned work);
/* One short line on one relation: "orders: ACCESS EXCLUSIVE, rewrite"; "orders: SHARE UPDATE EXCLUSIVE, scan". `shown`: the relation's
 * name for people. */
const char *effect_text(struct arena *arena, const char *shown, const struct relation_effect *effect);

#endif
