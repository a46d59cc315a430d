/* lock_note.c: above each statement of a file, which tables in use it locks and how. */
#include "revision/lock_note.h"

#include "base/str.h"
#include "revision/line.h"
#include "sql/effect.h"

static const char *key_of(struct arena *arena, const struct relation_effect *at)
{
    return arena_printf(arena, "%s\n%s", at->schema ? at->schema : "", at->name);
}

/* What the statement alone doesn't tell, the plan knows: whether a type is written anew, and that a check was validated before. */
static unsigned work_of(const struct op *op, unsigned work)
{
    if (work & WORK_MAY_REWRITE && op->risk & RISK_REWRITE) work |= WORK_REWRITE;
    if (op->phase == PHASE_REQUIRE) work &= ~(unsigned)WORK_SCAN;
    return work & ~(unsigned)(WORK_MAY_REWRITE | WORK_ROWS | WORK_LOSES);
}

/* Reads or writes wait, or it takes its time while other changes wait. */
static bool matters(const struct relation_effect *at)
{
    if (at->made || at->rowless || at->lock < LOCK_SHARE_UPDATE_EXCLUSIVE) return false;
    return at->lock > LOCK_SHARE_UPDATE_EXCLUSIVE || at->work;
}

/* Whether the section has that lock already, and the statement takes only a moment. */
static bool is_held(struct lock_notes *notes, const char *key, const struct relation_effect *at)
{
    const enum lock_level *held = map_get(notes->held, key);
    return held && *held >= at->lock && !at->work;
}

static void keep(struct arena *arena, struct lock_notes *notes, const char *key, enum lock_level lock)
{
    enum lock_level *held = map_get(notes->held, key);
    if (!held) map_put(notes->held, key, held = ARENA_NEW(arena, enum lock_level));
    if (*held < lock) *held = lock;
}

static void add_relation(struct lock_notes *notes, struct buf *out, struct relation_effect at, const struct op *op)
{
    const char *key = key_of(out->arena, &at);
    const char *name = at.schema ? arena_printf(out->arena, "%s.%s", at.schema, at.name) : at.name;
    const char *shown = arena_printf(out->arena, "%s%s", at.index ? "the table of " : "", line_encode(out->arena, name));
    at.work = work_of(op, at.work);
    if (!matters(&at) || is_held(notes, key, &at)) return;
    if (op->transaction != OP_ALONE) keep(out->arena, notes, key, at.lock);
    buf_add(out, out->len ? "; " : "locks ");
    buf_add(out, effect_text(out->arena, shown, &at));
}

const char *lock_note(struct ctx *ctx, struct lock_notes *notes, const struct op *op)
{
    struct effect effect;
    struct buf out = buf_new(ctx->arena);
    if (!notes->made) notes->made = map_new(ctx->arena);
    if (!notes->held) notes->held = map_new(ctx->arena);
    if (!sql_effect(ctx->arena, op->sql, 0, &effect)) return NULL;
    for (size_t i = 0; i < effect.relations.n; i++) {
        const struct relation_effect *at = &effect.relations.at[i];
        const char *key = key_of(ctx->arena, at);
        if (at->made) map_put(notes->made, key, notes);
        if (!map_has(notes->made, key)) add_relation(notes, &out, *at, op);
    }
    return out.len ? out.text : NULL;
}
