/* lock_note.h: above each statement of a file, which tables in use it locks and how. */
#ifndef MODELC_LOCK_NOTE_H
#define MODELC_LOCK_NOTE_H

#include "base/ctx.h"
#include "base/map.h"
#include "kind/op.h"

/* One direction of a file. */
struct lock_notes {
    struct map *made; /* tables that it has made so far are nobody else's; NULL: none yet */
    struct map *held; /* by the section at hand: what it holds need not be said again; NULL: nothing */
};

/* "locks public.orders: ACCESS EXCLUSIVE, rewrite"; NULL where nobody has to wait for it, or does already. */
const char *lock_note(struct ctx *ctx, struct lock_notes *notes, const struct op *op);

#endif
