/* emit.c: asks each change's kind for its SQL and says above each statement where it comes from. */
#include "plan/plan_parts.h"

/* From here on names are those after the renames; what is dropped, or dropped and made anew, keeps its own until then. */
static void set_names(const struct changes *changes)
{
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *to = changes->to->all.at[i];
        to->now = to;
        to->anew = to->change && to->change->type == CHANGE_RECREATE && !to->kind->rebuild;
    }
    for (size_t i = 0; i < changes->from->all.n; i++) {
        struct object *from = changes->from->all.at[i];
        from->anew = from->change && from->change->type == CHANGE_RECREATE && !from->kind->rebuild;
        from->now = from->peer && !from->anew ? from->peer : from;
    }
}

/* What steps aside has a third name until it is dropped, or renamed for good. */
static void set_third_names(struct ctx *ctx, const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        if (!change->aside) continue;
        const char *suffix = change->type == CHANGE_RENAME ? "modelc_aside" : "modelc_gone";
        const char *name = (change->type == CHANGE_RENAME ? change->to : change->from)->name;
        change->third = ARENA_NEW(ctx->arena, struct object);
        *change->third = *change->from;
        change->third->name = sql_object_name(ctx->arena, name, NULL, suffix);
        change->third->now = NULL;
        if (change->type != CHANGE_RENAME) change->from->now = change->third;
    }
}

static void rename_default(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    bool part = to->kind->name_space == NAMES_OWN && to->parent && object_is_relation(to->parent);
    buf_printf(&sql, "ALTER %s ", to->kind->noun);
    sql_object_as(&sql, to, from->name);
    if (part) {
        buf_add(&sql, " ON ");
        sql_table_of(&sql, to);
    }
    buf_add(&sql, " RENAME TO ");
    sql_ident(&sql, to->name);
    op_add(ops, PHASE_RENAME, sql.text)->group = 1;
}

static void emit_one_rename(const struct object *from, const struct object *to, struct ops *ops)
{
    if (to->kind->rename) to->kind->rename(from, to, ops);
    else rename_default(from, to, ops);
}

/* Says a rename with the names from before all renames. */
static void emit_step_aside(const struct change *change, struct ops *ops)
{
    const struct object *saved[8];
    struct object *at = change->from;
    size_t n = 0, first = ops->list.n;
    for (; at; at = at->parent) {
        saved[n++] = at->now;
        at->now = at;
    }
    emit_one_rename(change->from, change->third, ops);
    for (size_t i = first; i < ops->list.n; i++) ops->list.at[i].phase = PHASE_ASIDE;
    for (at = change->from, n = 0; at; at = at->parent) at->now = saved[n++];
}

static void emit_rename(const struct change *change, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct object *from = change->aside ? change->third : change->from, *to = change->to;
    if (change->moved) {
        const struct object *old = from->parent->now ? from->parent->now : from->parent;
        struct buf name = buf_new(arena);
        if (to->kind->verbatim) buf_printf(&name, "%s.%s", sql_ident_str(arena, old->name), from->name);
        else sql_qname(&name, old->name, from->name);
        sql_args(&name, from);
        if (from->tail) buf_add(&name, from->tail);
        op_addf(ops, PHASE_RENAME, "ALTER %s %s SET SCHEMA %s", to->kind->noun, name.text,
                sql_ident_str(arena, to->parent->name))->group = 1;
    }
    if (!change->aside && !change->renamed) return;
    emit_one_rename(from, to, ops);
    if (to->kind->renamed) to->kind->renamed(change->from, to, ops);
}

/* What stands where nobody said anything. */
static const char *comment_of_new(const struct object *object)
{
    return object_is(object, "schema") && str_eq(object->name, "public") ? "standard public schema" : NULL;
}

static void emit_comment(const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "COMMENT ON ");
    sql_comment_target(&sql, to);
    buf_add(&sql, " IS ");
    sql_literal(&sql, to->comment ? to->comment : comment_of_new(to));
    op_add(ops, PHASE_FACETS, sql.text);
}

static void emit_finish(const struct object *to, struct ops *ops)
{
    size_t first = ops->list.n;
    if (to->kind->finish) to->kind->finish(to, ops);
    for (size_t i = first; i < ops->list.n; i++) {
        if (ops->list.at[i].phase == PHASE_COLUMNS) ops->list.at[i].group = 2;
        ops->list.at[i].phase = PHASE_FACETS;
    }
    if (to->comment) emit_comment(to, ops);
}

/* An index of a partitioned table: first those of its partitions, beside their writers. */
static void create(const struct changes *changes, const struct object *to, struct ops *ops)
{
    plan_build_parts(changes, to, ops);
    to->kind->create(to, ops);
    ops->parts_built = false;
}

static void emit_create(const struct changes *changes, const struct change *change, struct ops *ops)
{
    if (!change->with_parent) create(changes, change->to, ops);
    emit_finish(change->to, ops);
}

/* The drop of something that comes back has no reason to wait for the end. */
static void emit_recreate(const struct changes *changes, const struct change *change, struct ops *ops)
{
    const struct kind *kind = change->to->kind;
    if (kind->rebuild) {
        kind->rebuild(change->from, change->to, ops);
        emit_finish(change->to, ops);
        return;
    }
    size_t first = ops->list.n;
    ops->beside = plan_builds_beside(change, ops);
    if (!change->gone) kind->drop(change->from, ops);
    for (size_t i = first; i < ops->list.n; i++) {
        if (ops->list.at[i].phase == PHASE_DROP) ops->list.at[i].phase = PHASE_DETACH;
    }
    if (!change->with_parent) create(changes, change->to, ops);
    ops->beside = false;
    emit_finish(change->to, ops);
}

static void emit_change(const struct changes *changes, const struct change *change, struct ops *ops)
{
    if (change->aside) emit_step_aside(change, ops);
    size_t first = ops->list.n;
    if (park_emit(changes, change, ops)) {
        if (change->to && !park_kept(change)) emit_finish(change->to, ops);
        park_note(change, first, ops);
        return;
    }
    switch (change->type) {
    case CHANGE_CREATE: emit_create(changes, change, ops); break;
    case CHANGE_DROP:
        if (!change->with_parent || change->from->apart) change->from->kind->drop(change->from, ops);
        break;
    case CHANGE_RENAME: emit_rename(change, ops); break;
    case CHANGE_ALTER: change->to->kind->alter(change->from, change->to, change->changed, ops); break;
    case CHANGE_RECREATE: emit_recreate(changes, change, ops); break;
    case CHANGE_COMMENT: emit_comment(change->to, ops); break;
    case CHANGE_OWNER: case CHANGE_PRIVILEGES: break; /* plan_access() */
    }
}

/* "models/shop.model:14: column products.xyz is new" */
static const char *note_of(struct ctx *ctx, const struct change *change, const char *text)
{
    const struct object *object = change->to && span_known(change->to->span) ? change->to : change->from;
    if (!object || !span_known(object->span)) return text;
    struct place place = source_place(ctx->sources, object->span.start);
    return arena_printf(ctx->arena, "%s:%u: %s", place.source->name, place.line, text);
}

void plan_emit(struct ctx *ctx, const struct changes *changes, const struct plan_options *options, struct ops *ops)
{
    *ops = (struct ops){.ctx = ctx, .online = options->online, .annotated = options->annotated, .reverse = changes->reverse,
                         .version = (changes->reverse ? changes->to : changes->from)->version,
                         .role = (changes->reverse ? changes->to : changes->from)->role};
    set_names(changes);
    set_third_names(ctx, changes);
    plan_mark_joining(ctx, changes);
    for (size_t i = 0; i < changes->n; i++) {
        size_t first = ops->list.n;
        ops->change = changes->at[i];
        ops->forced = changes->at[i]->forced || plan_is_held(ctx, changes, changes->at[i]);
        ops->foreign = changes->at[i]->foreign;
        emit_change(changes, changes->at[i], ops);
        if (!options->bare && !park_kept(changes->at[i])) plan_access(changes, changes->at[i], ops);
        const char *note = note_of(ctx, changes->at[i], change_text(ctx, changes->at[i]));
        for (size_t j = first; j < ops->list.n; j++) {
            struct op *op = &ops->list.at[j];
            if (!op->note) op->note = note;
            if (op->remark) op->note = arena_printf(ctx->arena, "%s\n%s", op->note, op->remark);
            plan_risk(ctx, &ops->list.at[j]);
        }
    }
}
