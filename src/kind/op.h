/* op.h: one SQL operation of a plan. */
#ifndef MODELC_OP_H
#define MODELC_OP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

enum op_transaction {
    OP_TRANSACTION,  /* in a transaction with its neighbours */
    OP_COMMIT_AFTER, /* in a transaction that must be committed before what follows (a new enum label) */
    OP_SEPARATE,     /* in a transaction of its own: what it works on must be committed, and its lock is let go at once */
    OP_ALONE,        /* can't run in a transaction block */
};

enum op_risk {
    RISK_LOSS = 1,     /* rows or values are lost */
    RISK_REWRITE = 2,  /* the table is rewritten */
    RISK_SCAN = 4,     /* the table is scanned under a strong lock */
    RISK_REFUSED = 8,  /* may fail on existing data (new unique, check, NOT NULL, narrower type) */
};

/* Where an op belongs when no dependency says otherwise; ties of the order are broken by it. */
enum op_phase {
    PHASE_LABELS,      /* new enum labels: committed before anything uses them */
    PHASE_DROP_INDEX,  /* DROP INDEX CONCURRENTLY: outside a transaction, so before the transaction begins */
    PHASE_ASIDE,       /* of names that are exchanged, one steps aside first */
    PHASE_RENAME,      /* renames and moves: everything after speaks the new names */
    PHASE_LEAVE,       /* a partition or child table leaves its parent */
    PHASE_RETURN,      /* and comes back within other bounds */
    PHASE_DETACH,      /* drops of constraints and indexes, of defaults */
    PHASE_TYPES,       /* schemas, extensions, types, sequences */
    PHASE_TABLES,      /* CREATE TABLE */
    PHASE_COLUMNS,     /* columns added and changed, data steps */
    PHASE_CODE,        /* functions, procedures, aggregates, operators */
    PHASE_KEYS,        /* keys, checks, indexes */
    PHASE_JOIN,        /* a table becomes a partition or child of another */
    PHASE_REFERENCES,  /* foreign keys */
    PHASE_VIEWS,       /* views, materialized views */
    PHASE_RULES,       /* rules, triggers, policies, statistics, event triggers, publications */
    PHASE_FACETS,      /* comments, owners, privileges */
    PHASE_DROP,        /* columns, tables, sequences, types, schemas */
    PHASE_BATCH,       /* data steps in batches, outside a transaction */
    PHASE_ASSERT,      /* NOT NULL as a constraint that is not valid yet, of a column whose rows have got their values */
    PHASE_VALIDATE,    /* VALIDATE CONSTRAINT, each in a transaction of its own */
    PHASE_REQUIRE,     /* SET NOT NULL by a validated check, which then goes */
    PHASE_INDEX,       /* CREATE INDEX CONCURRENTLY */
    PHASE_PREPARE,     /* the same beside the old form, under a third name until PHASE_SWAP */
    PHASE_SWAP_OUT,    /* the old form of a key goes, right before the new one takes its place */
    PHASE_SWAP,        /* a constraint takes over the index built for it; a changed index takes the old one's name */
    PHASE_OLD_INDEX,   /* DROP INDEX CONCURRENTLY of what was swapped out */
};

struct change;

struct op {
    const char *sql;         /* one statement, without its final `;` */
    const char *note;        /* the comment above it: "models/shop.model:14: column products.xyz is new"; may hold newlines */
    const char *remark;      /* one more line of the note: which form it takes, and why not a better one; NULL: none */
    const char *search_path; /* for the user's SQL in it, as the value of SET search_path; NULL: every name is qualified */
    enum op_phase phase;
    enum op_transaction transaction;
    unsigned risk;           /* op_risk bits */
    const char *risk_text;   /* one line for the terminal, "old_prices: rows are lost, downgrade restores it empty" */
    const char *loses;       /* "kind path" whose data are lost, for `-- modelc:loses`, or NULL */
    const char *parks;       /* "kind path as name": what is moved to the attic, for `-- modelc:parks`, or NULL */
    const char *data;        /* non-NULL: a data statement, `-- modelc:data <this>` above it */
    const char *batch;       /* non-NULL: `-- modelc:batch <this>` above it; OP_ALONE */
    const char *complete;    /* non-NULL: a person has to finish it, `-- modelc:complete <this>` above it */
    const struct change *change; /* what it belongs to; the planner orders by it */
    size_t group;            /* ops of one change with the same non-zero group follow each other in the order given */
};

#endif
