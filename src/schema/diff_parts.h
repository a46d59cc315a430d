/* diff_parts.h: shared by the files of the diff only. */
#ifndef MODELC_DIFF_PARTS_H
#define MODELC_DIFF_PARTS_H

#include "schema/diff.h"

struct change *changes_add(struct changes *changes, struct ctx *ctx, enum change_type type, struct object *from, struct object *to);
/* A change that leaves object->change as it is. */
struct change *changes_add_facet(struct changes *changes, struct ctx *ctx, enum change_type type, struct object *from,
                                 struct object *to);
/* Whether a live object that the models don't have is ours to drop; else it is reported where `report`. */
bool diff_takes(struct diff *diff, struct object *live, bool report);
/* diff_privileges.c */
void diff_privileges(struct diff *diff, struct changes *changes);
/* Whether --drop names this live object. */
bool diff_dropped(const struct diff *diff, const struct object *live);
/* follow.c: what else has to change because of these changes; what needs no step of its own. */
void diff_follow(struct diff *diff, struct changes *changes);
/* follow_types.c: what follows for types, and the columns that hold their values; in the end, what a new type brings along. */
void diff_follow_types(struct diff *diff, struct changes *changes);
void diff_fold_types(struct ctx *ctx, struct changes *changes);
/* reread.c: whether expressions of a live object come out of a type change back to its columns' types as something else. `alike`: both
 * types have the same operators. */
bool rereads_otherwise(struct ctx *ctx, const struct object *live, bool alike);
/* The change by which `to` is taken down and made anew, made from what it has now; false: it was so already. */
bool changes_force(struct diff *diff, struct changes *changes, struct object *to);
/* Whether its parent's CREATE says it. */
bool changes_fold(struct ctx *ctx, const struct object *object);
/* inherit.c: before columns are bound, after all is bound, while changes follow from changes, and at the end. */
void inherit_spell_out(struct diff *diff);
void inherit_settle(struct diff *diff);
bool inherit_follow(struct diff *diff, struct changes *changes);
void inherit_forget(struct ctx *ctx, struct changes *changes);
/* dependents.c: one round of what follows for the users and the parts of what is dropped or made anew; true: there may be more. */
bool diff_dependents(struct diff *diff, struct changes *changes);
/* called.c: adds to its uses what its definition calls by name (kind.calls). */
void uses_called(struct ctx *ctx, struct object *object);
/* Of a key or index of the models: operator classes that it uses as the default of a column's type. */
void uses_default_classes(struct ctx *ctx, struct object *object);
/* lookalike.c: a dropped and a new thing that could be a rename, unanswered: diagnostics. */
void diff_lookalikes(struct diff *diff, const struct changes *changes);

/* inherit.c: the partitions and child tables of a table, and theirs. */
void table_heirs(struct ctx *ctx, const struct schema *schema, const struct object *table, struct objects *heirs);

#endif
