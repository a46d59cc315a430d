/* park_emit.c: the statements that move something to the attic, and those that bring it back. */
#include "plan/park.h"
#include "plan/plan_parts.h"

static struct object *live_of(const struct changes *changes, const struct change *change)
{
    return changes->reverse ? change->to : change->from;
}

/* What a part does by itself, and what goes with the whole, is the same in both directions. */
void park_fold(const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        const struct object *live = live_of(changes, change);
        if (!live || (change->type != CHANGE_DROP && change->type != CHANGE_CREATE)) continue;
        if (live->park == PARK_ALONG) change->with_parent = true;
        if (live->park == PARK_APART || live->park == PARK_ITSELF) change->with_parent = false;
    }
}

/* ---- statements, each with its line above it */

static struct op *say(struct ops *ops, enum op_phase phase, const struct object *object, const char *what, const char *sql)
{
    struct op *op = op_add(ops, phase, sql);
    op->group = 1;
    op->note = arena_printf(ops->ctx->arena, "%s %s %s", object->kind->title, object_shown(ops->ctx->arena, object), what);
    return op;
}

static const char *in_attic(struct arena *arena, const char *name)
{
    return sql_qname_str(arena, ATTIC_SCHEMA, name);
}

/* Where it stands at this point of the plan: what a column owns stands where that one's table does. */
static const struct object *place_of(const struct object *object)
{
    const struct object *owner = owner_of(object), *whole = owner ? owner->parent : object;
    const struct object *schema = object_schema(whole->now ? whole->now : whole);
    return schema->now ? schema->now : schema;
}

static const char *under(const struct object *object, const char *name, struct arena *arena)
{
    return sql_qname_str(arena, place_of(object)->name, name);
}

static void move_in(const struct object *object, const char *noun, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *place = in_attic(arena, object->attic), *now = (object->now ? object->now : object)->name;
    const char *sql = arena_printf(arena, "ALTER %s %s RENAME TO %s", noun, under(object, now, arena), sql_ident_str(arena, object->attic));
    struct op *op = say(ops, PHASE_DROP, object, arena_printf(arena, "moves to the attic, as %s", place), sql);
    op->risk_text = arena_printf(arena, "%s: moves to the attic, as %s; downgrade brings it back", object_shown(arena, object), place);
    op->parks = arena_printf(arena, "%s %s as %s", object->kind->name, object_path(arena, object), sql_ident_str(arena, object->attic));
    sql = arena_printf(arena, "ALTER %s %s SET SCHEMA " ATTIC_SCHEMA, noun, under(object, object->attic, arena));
    say(ops, PHASE_DROP, object, "leaves its schema", sql);
}

static void move_out(const struct object *object, const char *noun, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *sql = arena_printf(arena, "ALTER %s %s SET SCHEMA %s", noun, in_attic(arena, object->attic),
                                   sql_ident_str(arena, place_of(object)->name));
    say(ops, PHASE_TYPES, object, "comes back from the attic", sql);
    sql = arena_printf(arena, "ALTER %s %s RENAME TO %s", noun, under(object, object->attic, arena), sql_ident_str(arena, object->name));
    say(ops, PHASE_TYPES, object, "has its old name again", sql);
}

/* ---- tables */

/* The index of a constraint, the sequence of an identity, a partition's index: in the schema of their table. */
static void rename_beside(const char *noun, const struct object *table, const char *from, const char *to, bool back, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *sql = arena_printf(arena, "ALTER %s %s RENAME TO %s", noun, under(table, from, arena), sql_ident_str(arena, to));
    say(ops, back ? PHASE_TYPES : PHASE_DROP, table, back ? "has its old names again" : "takes its indexes and sequences along", sql);
}

/* The table's indexes and sequences, which it takes along. */
static void rename_parts(const struct changes *changes, const struct object *table, bool back, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct objects *all = &(back ? changes->to : changes->from)->all;
    const struct sql_pairs *names = &object_get(table, "part_names")->pairs;
    for (size_t i = 0; i < all->n; i++) {
        const struct object *part = all->at[i], *owner = owner_of(part);
        const char *name = part->name, *noun = owner ? "SEQUENCE" : "INDEX";
        if (part->parent != table && !(owner && owner->parent == table)) continue;
        if (object_get(part, "identity_sequence")->set) {
            name = object_get(part, "identity_sequence")->text;
            noun = "SEQUENCE";
        }
        if (part->attic) rename_beside(noun, table, back ? part->attic : name, back ? name : part->attic, back, ops);
    }
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->at[i].value, *attic = park_name(arena, table->attic_prefix, name);
        rename_beside("INDEX", table, back ? attic : name, back ? name : attic, back, ops);
    }
}

/* What a default calls may go some day; its own sequence comes along. */
static bool default_stays(const struct object *column, struct ctx *ctx)
{
    struct objects needs = {0}, later = {0};
    object_needs(ctx, column, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        const struct object *needed = needs.at[i], *owner = owner_of(needed);
        bool type = needed == object_get(column, "type")->type.to || needed == object_get(column, "collation")->ref.to;
        if (!type && needed != column->parent && needed->parent != column->parent && owner != column) return false;
    }
    return true;
}

static void defaults(const struct object *table, bool back, struct ops *ops)
{
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.at[i];
        if (!object_is(column, "column") || !object_get(column, "default")->set || default_stays(column, ops->ctx)) continue;
        size_t first = ops->list.n;
        if (back) column_set_default(column, ops);
        else column_alter(column, "DROP DEFAULT", ops);
        for (size_t k = first; k < ops->list.n; k++) {
            struct op *op = &ops->list.at[k];
            if (!back) op->search_path = NULL;
            op->phase = back ? PHASE_TYPES : PHASE_DROP;
            op->note = arena_printf(ops->ctx->arena, "column %s: its default calls what does not come along",
                                    object_shown(ops->ctx->arena, column));
        }
    }
}

static const struct object *parent_left(const struct object *table)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    return parent && parent->park != PARK_ITSELF ? parent : NULL;
}

static void detach(const struct object *table, const struct object *parent, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *name = sql_object_str(arena, table);
    const char *sql = arena_printf(arena, "ALTER TABLE %s DETACH PARTITION %s", sql_object_str(arena, parent), name);
    say(ops, PHASE_LEAVE, table, "is no partition any more", sql);
    for (const struct object *above = parent; above; above = object_get(above, "partition_of")->ref.to) {
        for (size_t i = 0; i < above->children.n; i++) {
            const struct object *key = above->children.at[i];
            if (!object_is(key, "foreign_key") || (key->change && key->change->type == CHANGE_DROP)) continue;
            sql = arena_printf(arena, "ALTER TABLE %s DROP CONSTRAINT %s", name, sql_ident_str(arena, key->name));
            say(ops, PHASE_DROP, table, "refers to nothing any more", sql);
        }
    }
}

static void attach(const struct object *table, const struct object *parent, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *bound = sql_closed(arena, object_get(table, "bound")->expr.text);
    struct op *op = op_add_user(ops, PHASE_JOIN, table,
                                arena_printf(arena, "ALTER TABLE %s ATTACH PARTITION %s %s", sql_object_str(arena, parent),
                                             sql_object_str(arena, table), bound));
    op->note = arena_printf(arena, "table %s is a partition again", object_shown(arena, table));
    op->risk = RISK_SCAN | RISK_REFUSED;
}

static void park_table(const struct changes *changes, const struct object *table, struct ops *ops)
{
    const struct object *parent = parent_left(table);
    if (parent) detach(table, parent, ops);
    defaults(table, false, ops);
    rename_parts(changes, table, false, ops);
    move_in(table, "TABLE", ops);
}

static void unpark_table(const struct changes *changes, const struct object *table, struct ops *ops)
{
    const struct object *parent = parent_left(table);
    move_out(table, "TABLE", ops);
    rename_parts(changes, table, true, ops);
    defaults(table, true, ops);
    if (parent) attach(table, parent, ops);
}

/* ---- sequences */

static void own(const struct object *sequence, bool back, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    const struct object *owner = owner_of(sequence);
    if (!owner) return;
    buf_printf(&sql, "ALTER SEQUENCE %s OWNED BY ", under(sequence, (sequence->now ? sequence->now : sequence)->name, sql.arena));
    if (!back) {
        say(ops, PHASE_DROP, sequence, "belongs to no column in the attic", arena_printf(sql.arena, "%sNONE", sql.text));
        return;
    }
    sql_table_of(&sql, owner);
    buf_addc(&sql, '.');
    sql_object(&sql, owner);
    say(ops, PHASE_COLUMNS, sequence, "belongs to its column again", sql.text);
}

static void park_sequence(const struct object *sequence, struct ops *ops)
{
    own(sequence, false, ops);
    move_in(sequence, "SEQUENCE", ops);
}

/* The sequence that a column owns; it has a schema of its own in the attic, as its table stays. */
static const struct object *sequence_of(const struct changes *changes, const struct object *column)
{
    const struct objects *all = &(changes->reverse ? changes->to : changes->from)->all;
    for (size_t i = 0; i < all->n; i++) {
        if (owner_of(all->at[i]) == column && all->at[i]->park == PARK_ALONG) return all->at[i];
    }
    return NULL;
}

/* ---- columns */

static struct op *alter_parent(const struct object *column, enum op_phase phase, const char *what, const char *action, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_printf(&sql, " %s", action);
    return say(ops, phase, column, what, sql.text);
}

static const char *renaming(struct arena *arena, const char *from, const char *to)
{
    return arena_printf(arena, "RENAME COLUMN %s TO %s", sql_ident_str(arena, from), sql_ident_str(arena, to));
}

static bool is_required(const struct object *column)
{
    return !object_flag(column, "nullable") && !object_get(column, "identity")->set;
}

/* An identity goes on to number rows: so it holds on the way back. */
static void park_column(const struct changes *changes, const struct object *column, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct object *sequence = sequence_of(changes, column);
    const char *name = sql_ident_str(arena, column->name);
    if (object_get(column, "default")->set) {
        alter_parent(column, PHASE_DROP, "has no default in the attic", arena_printf(arena, "ALTER COLUMN %s DROP DEFAULT", name), ops);
    }
    if (sequence) park_sequence(sequence, ops);
    if (is_required(column)) {
        alter_parent(column, PHASE_DROP, "is NULL in rows to come", arena_printf(arena, "ALTER COLUMN %s DROP NOT NULL", name), ops);
    }
    const char *what = arena_printf(arena, "is parked in its table, as %s", column->attic);
    struct op *op = alter_parent(column, PHASE_DROP, what, renaming(arena, column->name, column->attic), ops);
    op->parks = arena_printf(arena, "column %s as %s", object_path(arena, column), sql_ident_str(arena, column->attic));
    op->risk_text = arena_printf(arena, "%s: is parked, as %s; downgrade brings its values back", object_shown(arena, column),
                                 column->attic);
}

/* Where `modelc attic purge` was here, it comes back without values. */
static void add_if_purged(const struct object *column, struct ops *ops)
{
    struct object parked = *column;
    struct buf sql = buf_new(ops->ctx->arena);
    parked.name = column->attic;
    parked.now = NULL;
    buf_add(&sql, "ADD COLUMN IF NOT EXISTS ");
    column_name_and_type(&parked, &sql);
    if (object_get(column, "identity")->set) {
        buf_addc(&sql, ' ');
        identity_define(column, &sql);
    }
    alter_parent(column, PHASE_COLUMNS, "comes back from the attic; empty, where that was purged", sql.text, ops);
}

/* Rows that came meanwhile have no value. */
static void require(const struct object *column, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *value = type_neutral_value(arena, &object_get(column, "type")->type);
    if (object_get(column, "default")->set || type_with_default(&object_get(column, "type")->type)) value = "DEFAULT";
    if (value && !object_flag(column, "not_null_not_valid")) {
        column_update(column, value, ops)->note =
            arena_printf(arena, "column %s: rows that came meanwhile get %s", object_shown(arena, column), value);
    }
    if (!object_flag(column, "not_null_not_valid")) not_null_add(column, ops);
}

static void unpark_column(const struct changes *changes, const struct object *column, struct ops *ops)
{
    const struct object *sequence = sequence_of(changes, column);
    if (sequence) move_out(sequence, "SEQUENCE", ops);
    add_if_purged(column, ops);
    alter_parent(column, PHASE_COLUMNS, "has its old name again", renaming(ops->ctx->arena, column->attic, column->name), ops);
    if (object_get(column, "default")->set) column_set_default(column, ops);
    if (sequence) own(sequence, true, ops);
    if (is_required(column)) require(column, ops);
}

/* ---- all of it */

static void park(const struct changes *changes, const struct object *object, struct ops *ops)
{
    if (object_is(object, "table")) {
        park_table(changes, object, ops);
    } else if (object_is(object, "column")) {
        park_column(changes, object, ops);
    } else {
        own(object, false, ops);
        move_in(object, object->kind->noun, ops);
    }
}

static void unpark(const struct changes *changes, const struct object *object, struct ops *ops)
{
    if (object_is(object, "table")) {
        unpark_table(changes, object, ops);
    } else if (object_is(object, "column")) {
        unpark_column(changes, object, ops);
    } else {
        move_out(object, object->kind->noun, ops);
        own(object, true, ops);
    }
}

/* A column may be a new one then: what was parked was purged. */
bool park_kept(const struct change *change)
{
    const struct object *to = change->to;
    return to && (to->park == PARK_ALONG || (to->park == PARK_ITSELF && !object_is(to, "column")));
}

bool park_emit(const struct changes *changes, const struct change *change, struct ops *ops)
{
    const struct object *live = live_of(changes, change);
    if (!live || (change->type != CHANGE_DROP && change->type != CHANGE_CREATE)) return false;
    if (live->park == PARK_NOT || live->park == PARK_APART) return false;
    if (live->park == PARK_ITSELF && changes->reverse) unpark(changes, live, ops);
    else if (live->park == PARK_ITSELF) park(changes, live, ops);
    return true;
}

void park_note(const struct change *change, size_t first, struct ops *ops)
{
    const struct object *object = change->to ? change->to : change->from;
    const char *note = arena_printf(ops->ctx->arena, "%s %s is as it was before", object->kind->title, object_shown(ops->ctx->arena, object));
    for (size_t i = first; i < ops->list.n; i++) {
        if (!ops->list.at[i].note) ops->list.at[i].note = note;
    }
}

static bool goes_to_attic(const struct op *op)
{
    return op->parks && !str_starts(op->parks, "column ");
}

void park_make_attic(struct ctx *ctx, struct plan *plan)
{
    struct plan with = {0};
    bool made = false;
    for (size_t i = 0; i < plan->ops.n; i++) {
        const struct op *op = &plan->ops.at[i];
        if (goes_to_attic(op) && !made) {
            struct op make = {.sql = "CREATE SCHEMA IF NOT EXISTS " ATTIC_SCHEMA, .phase = op->phase, .change = op->change,
                              .note = "the attic: what is parked, see modelc attic"};
            vec_push(ctx->arena, &with.ops, make);
            made = true;
        }
        vec_push(ctx->arena, &with.ops, *op);
    }
    if (made) *plan = with;
}
