/* plan_parts.h: shared by the files of the planner only. */
#ifndef MODELC_PLAN_PARTS_H
#define MODELC_PLAN_PARTS_H

#include "base/graph.h"
#include "plan/plan.h"
#include "schema/diff.h"

/* What an op does to its object, which decides what it must come after. */
enum role { ROLE_STEP, ROLE_RENAME, ROLE_LEAVE, ROLE_PREPARE, ROLE_TEAR, ROLE_BUILD, ROLE_FINISH, ROLE_LATER, ROLE_GONE };
enum role op_role(const struct op *op);
#define R_STEP (1u << ROLE_STEP)
#define R_RENAME (1u << ROLE_RENAME)
#define R_LEAVE (1u << ROLE_LEAVE) /* a parent, before either is torn or built */
#define R_PREPARE (1u << ROLE_PREPARE) /* the new form is built beside the old one */
#define R_TEAR_NOW (1u << ROLE_TEAR)
#define R_GONE (1u << ROLE_GONE) /* what a new form took the place of goes at last */
#define R_TEAR (R_TEAR_NOW | R_GONE)
#define R_BUILD (1u << ROLE_BUILD)
#define R_FINISH (1u << ROLE_FINISH)
#define R_LATER (1u << ROLE_LATER) /* what is built becomes complete, in transactions of their own: values, validity */
#define R_BUILT (R_BUILD | R_LATER)
/* stepping aside comes before all that */
#define R_ALL (R_RENAME | R_LEAVE | R_PREPARE | R_TEAR | R_BUILD | R_FINISH | R_LATER)

/* ---- the graph of ops: order.c, names.c ---- */

/* Ops of one change that follow each other; the unit that is sorted. */
struct node {
    const struct change *change;
    enum role role;
    size_t first, n; /* ops */
    const char *path; /* of the object, or of a column's table: the natural key that breaks ties */
};

/* The nodes of one change: a change has few. */
struct span_of_nodes { size_t first, n; };

/* `before` gives up a name that `after` takes; `owner` is the change of the object that has it. */
struct name_edge { struct change *owner; const struct change *before, *after; };

struct order {
    struct ctx *ctx;
    const struct changes *changes;
    const struct ops *ops;
    VEC(struct node) nodes;
    struct span_of_nodes *of_change; /* by the change's position in the set */
    struct graph *graph;
    VEC(struct name_edge) name_edges;
};

/* Every node of `before` in one of the roles comes before every node of `after` in one of its. Roles are bits. */
void order_edges(struct order *order, const struct change *before, unsigned before_roles, const struct change *after,
                 unsigned after_roles);
/* The change whose ops make, change or drop the object: its own, or that of what it goes with. */
const struct change *acting(const struct object *object);
bool is_rebuild(const struct change *change);
const struct object *owner_of(const struct object *sequence); /* the column that owns it; NULL: none, or no sequence */
/* names.c: who gives a name up comes before who takes it. */
void order_names(struct order *order);
/* names.c: has one of the changes in a circle of dependencies step aside from its name; false: no name is to blame. */
bool order_step_aside(struct order *order, const size_t *cycle, size_t n_cycle);
/* order.c: whether a part is dropped, or made, by what its parent's change does. */
bool is_included(const struct change *change, const struct object *part, bool new_side);
/* unfold.c: has a part in a circle of dependencies go, or come, by a statement of its own; false: none is to blame. */
bool order_unfold(struct order *order, const size_t *cycle, size_t n_cycle);
/* names.c: the renames that are bound to go by way of a third name. */
void plan_asides(const struct changes *changes);

/* emit.c: the ops of all changes, in the order of the changes. */
void plan_emit(struct ctx *ctx, const struct changes *changes, const struct plan_options *options, struct ops *ops);
/* online.c: tables that join others or leave them in this set, and those others: object->joins. */
void plan_mark_joining(struct ctx *ctx, const struct changes *changes);
/* online.c: whether what is made anew can be built beside its old form, which then goes. */
bool plan_builds_beside(const struct change *change, const struct ops *ops);
/* online.c: a key whose foreign keys are dropped and made again: all of it in one transaction. */
bool plan_is_held(struct ctx *ctx, const struct changes *changes, const struct change *key);
/* online.c: builds the indexes of an index's partitions beside their writers, and sets ops->parts_built. */
void plan_build_parts(const struct changes *changes, const struct object *index, struct ops *ops);
/* access.c: owners and privileges, for a change whose own ops are there. */
void plan_access(const struct changes *changes, const struct change *change, struct ops *ops);
/* order.c: sorts them. AGAIN: a change has to step aside from its name first; LOOP: a diagnostic. */
enum order_result { ORDER_FINE, ORDER_AGAIN, ORDER_LOOP };
enum order_result plan_order(struct ctx *ctx, const struct changes *changes, const struct ops *ops, struct plan *plan);
/* bodies.c: has a routine in a circle of dependencies made without its body being read; false: none is to blame. */
bool order_leave_unread(struct order *order, const size_t *cycle, size_t n_cycle);
/* bodies.c: whether a word stands in a text as such, in any case. */
bool plan_has_word(const char *text, const char *word);
/* bodies.c: what has to be said around routines that are made before what they mention, and after them. */
void plan_bodies(struct ctx *ctx, struct plan *plan, bool session_is_off);
/* park_emit.c: what is parked is no drop, and no creation on the way back. The parts of it that don't go along have a statement of
 * their own. */
void park_fold(const struct changes *changes);
/* Emits what is to be done for it; false: it is a change like any other. */
bool park_emit(const struct changes *changes, const struct change *change, struct ops *ops);
/* What is not said yet of its ops from `first` on. */
void park_note(const struct change *change, size_t first, struct ops *ops);
/* Whether it comes back with its owner, privileges and comments. */
bool park_kept(const struct change *change);
/* The attic is made before the first thing is moved there. */
void park_make_attic(struct ctx *ctx, struct plan *plan);
/* park.c: the name in the attic: at most 63 bytes, `name` cut and a digest in its place where need be. */
const char *park_name(struct arena *arena, const char *prefix, const char *name);
/* park_reader.c: something of this schema that reads whole rows of the table: a parked column would show in it. NULL: nothing. */
const struct object *park_reader(struct ctx *ctx, const struct schema *schema, const struct object *table);
/* risk.c: what a person has to know about an op, as one line; sets op->risk_text. */
void plan_risk(struct ctx *ctx, struct op *op);

#endif
