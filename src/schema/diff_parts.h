/* diff_parts.h: shared by the files of the diff only. */
#ifndef MODELC_DIFF_PARTS_H
#define MODELC_DIFF_PARTS_H

#include "schema/diff.h"

struct change *changes_add(struct changes *changes, struct ctx *ctx, enum change_type type, struct object *from, struct object *to);
/* Whether --drop names this live object. */
bool diff_dropped(const struct diff *diff, const struct object *live);
/* follow.c: what else has to change because of these changes; what needs no step of its own. */
void diff_follow(struct diff *diff, struct changes *changes);
/* reread.c: whether expressions of a live object come out of a type change back to its columns' types as something else. `alike`: both
 * types have the same operators. */
bool rereads_otherwise(struct ctx *ctx, const struct object *live, bool alike);
/* The change by which `to` is taken down and made anew, made from what it has now; false: it was so already. */
bool changes_force(struct diff *diff, struct changes *changes, struct object *to);
/* Whether its parent's CREATE says it. */
bool changes_fold(struct ctx *ctx, const struct object *object);
/* dependents.c: one round of what follows for the users and the parts of what is dropped or made anew; true: there may be more. */
bool diff_dependents(struct diff *diff, struct changes *changes);
/* lookalike.c: a dropped and a new thing that could be a rename, unanswered: diagnostics. */
void diff_lookalikes(struct diff *diff, const struct changes *changes);

#endif
