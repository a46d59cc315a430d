/* plan_cost.h: what statements cost on the tables of a database: for --plan. */
#ifndef MODELC_PLAN_COST_H
#define MODELC_PLAN_COST_H

#include "base/map.h"
#include "pg/sizes.h"
#include "revision/revision.h"

struct plan_statement {
    const struct statement *statement;
    struct effect effect;
};
struct plan_section {
    const struct section *section;
    VEC(struct plan_statement) statements;
};
/* What is known of the database, for all that would run. */
struct plan_costs {
    struct ctx *ctx;
    struct conn *conn;
    struct map *sizes;  /* "schema\nname" -> struct relation_size */
    struct map *made;   /* what the statements so far make */
    struct map *checks; /* "schema\ntable\nname" of checks that they add -> the column that IS NOT NULL */
    struct map *proven; /* "schema\ntable\ncolumn" that by then hold no NULL */
};

struct plan_costs plan_costs_new(struct ctx *ctx, struct conn *conn);
/* Reads sizes and settles what the texts leave open; in the order in which they would run. */
struct plan_section plan_section_read(struct plan_costs *costs, const struct section *section);
void plan_costs_read(struct plan_costs *costs, const struct plan_section *at, size_t n);
/* NULL: it isn't there, or not yet. */
const struct relation_size *plan_size(const struct plan_costs *costs, const struct relation_effect *at);
const char *plan_shown(const struct plan_costs *costs, const struct relation_effect *at);

/* "public.orders: ACCESS EXCLUSIVE, writes 12 GB anew (about 40,000,000 rows)". */
const char *plan_cost_text(const struct plan_costs *costs, const struct relation_effect *at);
/* Seconds that a statement's work may take on usual disks; below 0: nobody knows. */
double plan_seconds(const struct plan_costs *costs, const struct effect *effect);
/* "a moment", "seconds", "minutes", "hours". */
const char *plan_seconds_text(double seconds);

#endif
