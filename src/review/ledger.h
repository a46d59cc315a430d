/* ledger.h: what tables, columns, constraints and indexes there are, as far as the statements read so far tell. */
#ifndef MODELC_REVIEW_LEDGER_H
#define MODELC_REVIEW_LEDGER_H

#include "base/map.h"
#include "sql/act.h"

struct ledger_column {
    const char *name;
    struct sql_type type;   /* no name: not known */
    bool not_null;
};

struct ledger_constraint {
    const char *name;       /* NULL: PostgreSQL chose it */
    enum sql_act_what what; /* ACT_CHECK_ADD, .. */
    struct sql_texts columns;
    const char *to_schema, *to;
    bool not_valid;
    bool only_not_null;     /* a check that says nothing but that its columns are NOT NULL */
};

struct ledger_index {
    const char *name;       /* NULL: PostgreSQL chose it */
    struct sql_texts columns;
    bool unique;
    bool partial;           /* it has not all rows whose columns are set */
    const char *method;
};

struct ledger_table {
    const char *schema, *name;
    bool whole;             /* its CREATE TABLE was seen: what isn't listed isn't there */
    bool is_new;            /* made by the file and direction that is being read */
    bool gone;              /* dropped */
    bool found;             /* it was spoken of before anything was heard of its making: it was there */
    bool partitioned, partition, temporary, row_security;
    struct map *columns;    /* name -> struct ledger_column; one that was dropped is NULL */
    VEC(struct ledger_constraint *) constraints;
    VEC(struct ledger_index *) indexes;
    VEC(const char *) policies;
};

struct ledger {
    struct arena *arena;
    const char *schema;     /* of names without one */
    struct map *tables;     /* "schema.name" -> struct ledger_table */
    struct map *indexes;    /* "schema.name" -> struct ledger_table that it is of */
    struct map *invokers;   /* "schema.name" of views with security_invoker */
    struct map *new_views;  /* "schema.name" of views that the present file and direction makes, not replaces */
};

struct ledger *ledger_new(struct arena *arena);
/* A copy that goes its own way. */
struct ledger *ledger_clone(const struct ledger *ledger);
/* Takes over what a statement does. */
void ledger_take(struct ledger *ledger, const struct sql_act *act);
/* What was made so far is there before what comes now. */
void ledger_settle(struct ledger *ledger);

const char *ledger_key(const struct ledger *ledger, const char *schema, const char *name);
/* NULL: nothing is known of it. */
struct ledger_table *ledger_table(const struct ledger *ledger, const char *schema, const char *name);
const struct ledger_column *ledger_column(const struct ledger_table *table, const char *name);
const struct ledger_constraint *ledger_constraint(const struct ledger_table *table, const char *name);
/* Whether an index or key begins with these columns, in any order. */
bool ledger_has_index_on(const struct ledger_table *table, const struct sql_texts *columns);

#endif
