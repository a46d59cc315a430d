/* rules.h: shared by the driver (review.c) and the rules (rule_*.c). */
#ifndef MODELC_REVIEW_RULES_H
#define MODELC_REVIEW_RULES_H

#include "review/ledger.h"
#include "review/review.h"

struct review;

/* What happened to a table in the transaction that is being read. */
struct held {
    const char *key, *shown;
    enum lock_level lock;
    const struct review_statement *statement;
};

/* A timeout, as the file has set it so far. */
struct timeout {
    bool set;                       /* for the session */
    bool local;                     /* SET LOCAL was said .. */
    bool local_set;                 /* .. and with what it means .. */
    int transaction;                /* .. in this one, and counts up to its end */
};
bool timeout_is_set(const struct review *r, const struct timeout *timeout);

/* Where the review is. */
struct review {
    struct ctx *ctx;
    const struct review_options *options;
    struct review_result *result;
    const struct review_file *file;
    const struct review_statement *statement;
    size_t number;                  /* of the statement in its file */
    struct ledger *ledger;          /* before the present act */
    struct ledger *before;          /* the file */
    struct ledger *back;            /* after its downgrade; NULL: it has none */
    int transaction;                /* that `held` and `values` are of */
    VEC(struct held) held;
    struct map *held_at;            /* key -> its place in `held`, from 1 */
    VEC(const char *) values;       /* added to enums in this transaction */
    struct timeout lock_timeout, statement_timeout;
    bool said_lock_timeout, said_statement_timeout;
    struct map *orders;             /* "a\nb" -> who locked a before b */
    const struct review_rule *rule; /* that is running */
    const char *mend;               /* of what it reports next; NULL: the rule's */
    struct map *allowed;            /* allow spans that took something back */
};

/* Reports the running rule. The place is the act's, or the statement's where act is NULL. */
void report(struct review *r, const struct sql_act *act, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same at a lower level at most, and at a place of its own. */
void report_at(struct review *r, enum review_level most, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct span act_span(const struct review *r, const struct sql_act *act);

/* Whether the act's table exists already: others may be using it, and it may have rows. */
bool exists_already(const struct review *r, const struct sql_act *act);
/* The same of any relation. */
bool relation_exists(const struct review *r, const char *schema, const char *name);
const struct ledger_table *table_of_act(const struct review *r, const struct sql_act *act);
/* What the live database says of it; NULL: nothing, or none was asked. */
const struct review_size *size_of(const struct review *r, const char *schema, const char *name);
/* "orders", "shop.orders"; with its size where that is known: "orders (12 GB, 30,000,000 rows)" */
const char *shown_name(const struct review *r, const char *schema, const char *name);
const char *shown_table(const struct review *r, const struct sql_act *act);
/* Whether the live database says that the table has few rows: what takes long elsewhere is a moment there. */
bool is_small(const struct review *r, const struct sql_act *act);
/* The statement runs one by one, for itself. */
static inline bool alone(const struct review *r) { return r->statement->transaction == 0; }
/* Bits of enum work on the act's table. */
unsigned work_of(const struct review *r, const struct sql_act *act);

/* What the transaction holds on a relation; NULL: nothing. */
struct held *held_of(const struct review *r, const char *key);
/* The strongest lock that an earlier statement of the transaction took and that others feel; NULL: none. */
const struct held *strongest_held(const struct review *r);
/* What is wrong with an allow's codes and reason; NULL: nothing. */
const char *allow_defect(struct arena *arena, const char *allow);
bool allow_used(const struct review *r, const struct review_statement *statement);
/* Whether the rest of the same direction makes something of this name again. */
bool made_again(const struct review *r, const char *schema, const char *name);

/* A row of the table as the driver sees it. */
enum rule_when { ON_ACT, ON_STATEMENT, ON_FILE };
enum rule_scope { UP, BOTH };
struct rule_row {
    enum rule_when when;
    enum rule_scope scope;
    void (*check)(struct review *r, const struct sql_act *act);
    enum sql_act_what acts[8];      /* of ON_ACT; up to ACT_NONE */
};
extern const struct rule_row rule_rows[];

/* What the ledger knows better than the statement's text says: a scan that a valid check spares, whether a type change rewrites. */
void settle_effect(const struct review *r);
#define RULE(name, ...) void rule_##name(struct review *r, const struct sql_act *act);
#include "review/rules.def"
#undef RULE

#endif
