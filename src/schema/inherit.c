/* inherit.c: tables that join or leave a parent. What they have from it is spelled out on the side where it is inherited, so that it
 * can be compared with what is the table's own on the other side. And columns that only repeat what their parent says. */
#include "schema/diff_parts.h"

/* ---- spelling out */

static void own_refs(const struct object *table, struct ctx *ctx, struct refs *refs)
{
    struct ref *copy = ARENA_ARRAY(ctx->arena, struct ref, refs->n + 1);
    for (size_t i = 0; i < refs->n; i++) {
        const struct object *to = refs->at[i].to;
        struct object *own = to && object_is(to, "column") ? object_child(table, "column", to->name) : NULL;
        copy[i] = refs->at[i];
        if (own) copy[i].to = own;
    }
    refs->at = copy;
}

static void own_keys(const struct object *table, struct ctx *ctx, struct keys *keys)
{
    struct key *copy = ARENA_ARRAY(ctx->arena, struct key, keys->n + 1);
    for (size_t i = 0; i < keys->n; i++) {
        copy[i] = keys->at[i];
        if (copy[i].column) copy[i].column = object_child(table, "column", copy[i].column->name);
    }
    keys->at = copy;
}

/* Each table's own, though its column is its parent's. */
static bool is_tables_own(const struct object *object, const struct field *field)
{
    return object_is(object, "column") && (str_eq(field->name, "statistics") || str_eq(field->name, "options"));
}

static struct object *spell(struct schema *schema, struct object *table, const struct object *from, const char *name)
{
    struct object *copy = schema_add(schema, from->kind, table, name);
    copy->inherited = true;
    copy->span = from->span;
    copy->search_path = from->search_path;
    copy->decl = from->decl;
    copy->unnamed = from->unnamed;
    copy->uses_known = true;
    memcpy(copy->values, from->values, from->kind->n_fields * sizeof *from->values);
    for (size_t i = 0; i < from->kind->n_fields; i++) {
        const struct field *field = &from->kind->fields[i];
        if (is_tables_own(from, field)) copy->values[i] = (struct value){0};
        bool own = copy->values[i].set && !str_starts(field->name, "target_");
        if (own && field->type == VALUE_REFS) own_refs(table, schema->ctx, &copy->values[i].refs);
        if (own && field->type == VALUE_KEYS) own_keys(table, schema->ctx, &copy->values[i].keys);
    }
    return copy;
}

static const char *part_name(const struct object *table, const char *name)
{
    const struct sql_pairs *names = &object_get(table, "part_names")->pairs;
    for (size_t i = 0; name && i < names->n; i++) {
        if (str_eq(names->at[i].name, name)) return names->at[i].value;
    }
    return NULL;
}

/* What the index that a live partition has for one of its parent's, or a parent's parent's, is called; NULL: it has none. */
static const char *live_name(const struct object *table, const struct object *index)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    if (!parent) return NULL;
    return part_name(table, parent == index->parent ? index->name : live_name(parent, index));
}

static void spell_index(struct schema *schema, struct object *table, const struct object *index)
{
    const char *name = schema->live ? live_name(table, index) : NULL;
    if (schema->live && !name) return;
    struct object *copy = spell(schema, table, index, name);
    if (name) return;
    schema_name(schema, copy, schema_default_name(schema->ctx, copy, NULL));
    copy->unnamed = true;
}

static void spell_part(struct schema *schema, struct object *table, const struct object *part)
{
    static const char *const indexes[] = {"primary_key", "unique", "exclude", "index"};
    bool partition = table_is_partition(table);
    if (object_is(part, "check") && !object_flag(part, "no_inherit") && !object_child(table, "check", part->name))
        spell(schema, table, part, part->name);
    if (object_is(part, "foreign_key") && partition) spell(schema, table, part, part->name);
    for (size_t i = 0; partition && i < sizeof indexes / sizeof *indexes; i++) {
        if (object_is(part, indexes[i])) spell_index(schema, table, part);
    }
}

static void spell_parts(struct ctx *ctx, struct schema *schema, struct object *table, const struct object *of)
{
    struct objects parents = {0};
    table_parents(of, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        const struct object *parent = parents.at[i];
        for (size_t k = 0; k < parent->children.n; k++) {
            if (!parent->children.at[k]->inherited) spell_part(schema, table, parent->children.at[k]);
        }
        spell_parts(ctx, schema, table, parent);
    }
}

static void spell_out(struct ctx *ctx, struct schema *schema, struct object *table)
{
    struct objects columns = {0};
    table_columns(table, ctx->arena, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const char *name = columns.at[i]->name;
        if (!object_child(table, "column", name)) spell(schema, table, columns.at[i], name);
    }
    spell_parts(ctx, schema, table, table);
}

/* ---- where that is needed */

static bool same_field(struct ctx *ctx, const struct object *live, const struct object *model, const char *name)
{
    const struct value *value = object_get(model, name);
    size_t field = (size_t)(value - model->values);
    return value_equal(ctx, &model->kind->fields[field], &live->values[field], &model->values[field]);
}

/* A parent that is made anew is another parent, though it has the same name. */
static bool may_be_anew(struct ctx *ctx, const struct object *model)
{
    struct objects parents = {0};
    table_parents(model, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        const struct object *parent = parents.at[i];
        if (parent->peer && (!same_field(ctx, parent->peer, parent, "partition_key") || may_be_anew(ctx, parent))) return true;
    }
    return false;
}

static bool moves(struct ctx *ctx, const struct object *live, const struct object *model)
{
    return !same_field(ctx, live, model, "partition_of") || !same_field(ctx, live, model, "inherits") || may_be_anew(ctx, model);
}

void inherit_spell_out(struct diff *diff)
{
    size_t n = diff->models->all.n;
    for (size_t i = 0; i < n; i++) {
        struct object *model = diff->models->all.at[i];
        if (!object_is(model, "table") || !model->peer || !moves(diff->ctx, model->peer, model)) continue;
        spell_out(diff->ctx, diff->live, model->peer);
        spell_out(diff->ctx, diff->models, model);
    }
}

/* ---- columns that repeat their parent's */

/* A column of both tables, on its side and on the other; whether the child's own word of it says anything is another question. */
static const struct object *repeated_column(const struct object *column)
{
    const struct object *table = column->parent, *base = inherited_column(table, column->name);
    if (!base || !inherited_column(table->peer, base->peer ? base->peer->name : column->name)) return NULL;
    return base;
}

static const struct object *inherited_check(struct ctx *ctx, const struct object *table, const char *name)
{
    struct objects parents = {0};
    const struct object *found = NULL;
    table_parents(table, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n && !found; i++) {
        found = object_child(parents.at[i], "check", name);
        if (!found) found = inherited_check(ctx, parents.at[i], name);
    }
    return found;
}

static const struct object *repeated_check(struct ctx *ctx, const struct object *check)
{
    const struct object *table = check->parent, *base = inherited_check(ctx, table, check->name);
    return base && inherited_check(ctx, table->peer, check->name) ? base : NULL;
}

/* Where a table has joined its parent later, its columns stay its own for good: PostgreSQL has no way to change that. */
static void set_aside(struct ctx *ctx, const struct schema *schema)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *object = schema->all.at[i];
        bool column = object_is(object, "column"), check = object_is(object, "check");
        if ((!column && !check) || object->peer || object->inherited || !object->parent->peer) continue;
        if (object->comment || object->says_privileges) continue;
        const struct object *base = column ? repeated_column(object) : repeated_check(ctx, object);
        if (!base) continue;
        struct value *from = &base->values[0], *to = &object->values[0]; /* a check's expression */
        object->aside = column ? !override_differs(ctx, base, object, NULL)
                               : value_equal(ctx, &object->kind->fields[0], from, to);
    }
}

void inherit_settle(struct diff *diff)
{
    set_aside(diff->ctx, diff->models);
    set_aside(diff->ctx, diff->live);
}

/* ---- what follows */

static bool goes(const struct object *table)
{
    const struct change *change = table->change;
    return change && (change->type == CHANGE_DROP || (change->type == CHANGE_RECREATE && !table->kind->rebuild));
}

static bool parent_goes(struct ctx *ctx, const struct object *table)
{
    struct objects parents = {0};
    table_parents(table, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        if (goes(parents.at[i])) return true;
    }
    return false;
}

static bool part_changes(const struct object *type)
{
    for (size_t i = 0; type && i < type->children.n; i++) {
        if (type->children.at[i]->change || type->children.at[i]->renaming) return true;
    }
    return type && type->change;
}

/* A typed table whose type changes: with a type nothing of either can. */
static bool type_changes(const struct object *table)
{
    const struct object *old = object_get(table, "of_type")->ref.to, *new = object_get(table->peer, "of_type")->ref.to;
    return old && new && (part_changes(old) || part_changes(new));
}

/* A table leaves a parent that is made anew, or its type, and joins it again. */
bool inherit_follow(struct diff *diff, struct changes *changes)
{
    bool more = false;
    for (size_t i = 0; i < changes->from->all.n; i++) {
        struct object *from = changes->from->all.at[i], *to = from->peer;
        if (!object_is(from, "table") || !to) continue;
        bool parent = parent_goes(diff->ctx, from);
        if (!parent && !type_changes(from)) continue;
        if (to->change && to->change->type != CHANGE_ALTER) continue;
        struct change *change = to->change ? to->change : changes_add(changes, diff->ctx, CHANGE_ALTER, from, to);
        const char *place = !parent ? "of_type" : table_is_partition(from) ? "partition_of" : "inherits";
        size_t field = (size_t)(object_get(to, place) - to->values);
        more = more || !change->changed[field];
        change->changed[field] = true;
    }
    return more;
}

static bool place_changes(const struct object *table)
{
    const struct change *change = table->change;
    if (!change || change->type != CHANGE_ALTER) return false;
    return change->changed[object_get(table, "partition_of") - table->values] ||
           change->changed[object_get(table, "inherits") - table->values];
}

static bool descends(struct ctx *ctx, const struct object *table, const struct object *from)
{
    struct objects parents = {0};
    table_parents(table, ctx->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        if (parents.at[i] == from || descends(ctx, parents.at[i], from)) return true;
    }
    return false;
}

/* A parent that the table has before and after gets or loses the column: its children do with it. */
static bool comes_with_parent(struct ctx *ctx, const struct change *change)
{
    const struct object *column = change->to ? change->to : change->from, *base = column;
    if (!object_is(column, "column") || (change->type != CHANGE_CREATE && change->type != CHANGE_DROP)) return false;
    while (base && base->inherited) base = inherited_column(base->parent, base->name);
    if (!base || base == column || !base->change || base->change->type != change->type) return false;
    const struct object *parent = base->parent->peer, *table = column->parent->peer;
    return parent && table && descends(ctx, table, parent);
}

/* Joining makes indexes and foreign keys by itself, not columns and checks. */
static bool is_done_otherwise(struct ctx *ctx, const struct change *change)
{
    const struct object *object = change->to ? change->to : change->from;
    if (comes_with_parent(ctx, change)) return true;
    if ((change->from && !place_changes(change->from->parent)) || (change->to && !place_changes(change->to->parent))) return true;
    return change->type == CHANGE_CREATE && !object_is(object, "column") && !object_is(object, "check");
}

void inherit_forget(struct ctx *ctx, struct changes *changes)
{
    size_t kept = 0;
    for (size_t i = 0; i < changes->n; i++) {
        struct change *change = changes->at[i];
        bool inherited = (change->from && change->from->inherited) || (change->to && change->to->inherited);
        if (!inherited || !is_done_otherwise(ctx, change)) {
            changes->at[kept++] = change;
            continue;
        }
        struct object *sides[] = {change->from, change->to};
        for (size_t s = 0; s < 2; s++) {
            if (sides[s] && sides[s]->change == change) sides[s]->change = NULL;
            if (sides[s] && sides[s]->renaming == change) sides[s]->renaming = NULL;
        }
    }
    changes->n = kept;
}

void table_heirs(struct ctx *ctx, const struct schema *schema, const struct object *table, struct objects *heirs)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *other = schema->all.at[i];
        struct objects parents = {0};
        bool is_heir = false;
        if (!object_is(other, "table")) continue;
        table_parents(other, ctx->arena, &parents);
        for (size_t k = 0; k < parents.n; k++) is_heir |= parents.at[k] == table;
        for (size_t k = 0; k < heirs->n; k++) is_heir &= heirs->at[k] != other;
        if (!is_heir) continue;
        vec_push(ctx->arena, heirs, other);
        table_heirs(ctx, schema, other, heirs);
    }
}
