/* online.c: what the planner has to know before a kind can choose the form that blocks least: which tables join others, what can stand
 * beside its old form for a while, and the partitions whose indexes are built one by one. */
#include "plan/plan_parts.h"

/* ---- tables that join or leave ---- */

static bool changes_field(const struct change *change, const char *field)
{
    return change->changed[object_get(change->to, field) - change->to->values];
}

static void mark(struct ctx *ctx, struct object *table)
{
    struct objects parents = {0};
    if (table->joins) return;
    table->joins = true;
    if (table->peer) mark(ctx, table->peer);
    table_parents(table, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) mark(ctx, parents.at[i]);
}

/* A parent's constraint that is not valid yet, or NOT NULL that comes later, would not fit a table that joins meanwhile. */
void plan_mark_joining(struct ctx *ctx, const struct changes *changes)
{
    const struct schema *sides[] = {changes->from, changes->to};
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->all.n; i++) sides[s]->all.at[i]->joins = false;
    }
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        bool alters = change->type == CHANGE_ALTER && object_is(change->to, "table");
        if (!alters) continue;
        bool joins = changes_field(change, "partition_of") || changes_field(change, "bound") || changes_field(change, "inherits");
        if (joins) mark(ctx, change->to);
    }
}

/* ---- beside the old form ---- */

/* What the old form stands on stays as it is while the new one is built; that it goes afterwards is fine. */
static bool rests_on_change(struct ctx *ctx, const struct object *from)
{
    struct objects needs = {0}, later = {0};
    object_needs(ctx, from, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        const struct change *change = acting(needs.at[i]);
        if (change && change->to && !object_is(needs.at[i], "schema") && needs.at[i] != from->parent) return true;
    }
    return false;
}

static bool is_needed_by(struct ctx *ctx, const struct object *user, const struct object *used)
{
    struct objects needs = {0}, later = {0};
    object_needs(ctx, user, &needs, &later);
    for (size_t i = 0; used && i < needs.n; i++) {
        if (needs.at[i] == used) return true;
    }
    return false;
}

static bool is_key(const struct object *object)
{
    return object_is(object, "primary_key") || object_is(object, "unique") || object_is(object, "index");
}

bool plan_is_held(struct ctx *ctx, const struct changes *changes, const struct change *key)
{
    for (size_t i = 0; is_key(key->to ? key->to : key->from) && i < changes->n; i++) {
        const struct change *change = changes->at[i];
        if (change->type != CHANGE_RECREATE || !object_is(change->from, "foreign_key")) continue;
        if (is_needed_by(ctx, change->from, key->from) || is_needed_by(ctx, change->to, key->to)) return true;
    }
    return false;
}

bool plan_builds_beside(const struct change *change, const struct ops *ops)
{
    const struct object *from = change->from, *to = change->to;
    if (!is_key(to) || change->aside || change->gone || change->with_parent || !online_applies(to, ops)) return false;
    if (from->broken || !str_eq(from->name, to->name)) return false;
    if (table_is_partitioned(from->parent) || table_is_partitioned(to->parent)) return false;
    if (object_flag(from, "without_overlaps") || object_flag(to, "without_overlaps")) return false;
    return !rests_on_change(ops->ctx, from);
}

/* ---- partitions ---- */

static bool shares_names(const struct object *object)
{
    return object->kind->name_space == NAMES_RELATION || object_is(object, "primary_key") || object_is(object, "unique") ||
           object_is(object, "exclude");
}

/* Relations of the schema that a partition stands in, on either side. */
static struct map *names_beside(const struct changes *changes, const struct object *partition, struct ctx *ctx)
{
    const struct schema *sides[] = {changes->from, changes->to};
    struct map *taken = map_new(ctx->arena);
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->all.n; i++) {
            const struct object *object = sides[s]->all.at[i];
            const struct object *schema = object_schema(object);
            bool beside = schema && object->name && shares_names(object) && str_eq(schema->name, object_schema(partition)->name);
            if (beside) map_put(taken, object->name, (void *)object->name);
        }
    }
    return taken;
}

/* The index that a partition has, or gets, of its parent's: PostgreSQL chooses the name. */
static struct object *part_of(struct ctx *ctx, const struct object *index, struct object *partition, struct map *taken)
{
    struct object *part = ARENA_NEW(ctx->arena, struct object);
    *part = *index;
    part->parent = partition;
    part->now = NULL;
    part->name = schema_default_name(ctx, part, taken);
    map_put(taken, part->name, (void *)part->name);
    return part;
}

/* Names that the partition's other indexes have by then: those of its parents' that were there before, or are built before. */
static void take_parts(const struct object *index, struct object *partition, struct map *taken, struct ctx *ctx)
{
    for (struct object *table = partition; (table = object_get(table, "partition_of")->ref.to);) {
        for (size_t i = 0; i < table->children.n; i++) {
            const struct object *other = table->children.at[i];
            bool before = other != index && (other->peer || str_cmp(other->name, index->name) < 0);
            if (before && shares_names(other)) part_of(ctx, other, partition, taken);
        }
    }
}

static bool is_below(const struct object *table, const struct object *parent)
{
    for (; table; table = object_get(table, "partition_of")->ref.to) {
        if (table == parent) return true;
    }
    return false;
}

void plan_build_parts(const struct changes *changes, const struct object *index, struct ops *ops)
{
    if (!object_is(index, "index") || !table_is_partitioned(index->parent) || !online_applies(index, ops)) return;
    size_t parts = 0;
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *table = changes->to->all.at[i];
        bool leaf = object_is(table, "table") && table->peer && !table->anew && !table_is_partitioned(table);
        if (!leaf || !table_is_partition(table) || !is_below(table, index->parent)) continue;
        struct map *taken = names_beside(changes, table, ops->ctx);
        take_parts(index, table, taken, ops->ctx);
        struct object *part = part_of(ops->ctx, index, table, taken);
        index->kind->create(part, ops);
        parts++;
    }
    ops->parts_built = parts > 0;
}
