/* park.c: which of the things that a plan drops are moved to the attic instead, and what they are called there. */
#include "plan/park.h"

#include <strings.h>

#include "base/digest.h"
#include "plan/plan_parts.h"

struct parking {
    struct ctx *ctx;
    const struct changes *changes;
    bool everything;
    bool more; /* something new is parked, or something isn't any more: look at all of it again */
};

static bool is_one_of(const struct object *object, const char *const *kinds_of)
{
    for (; *kinds_of; kinds_of++) {
        if (object_is(object, *kinds_of)) return true;
    }
    return false;
}

/* What columns are made of, and what can go along by ALTER .. SET SCHEMA. */
static bool is_type(const struct object *object)
{
    static const char *const types[] = {"enum", "domain", "composite", "collation", NULL};
    return is_one_of(object, types);
}

static bool goes(const struct object *object)
{
    return object && object->change && object->change->type == CHANGE_DROP;
}

static bool is_made_anew(const struct object *object)
{
    return object->change && object->change->type == CHANGE_RECREATE && !object->kind->rebuild;
}

static const char *shown(const struct parking *p, const struct object *object)
{
    return arena_printf(p->ctx->arena, "%s %s", object->kind->title, object_shown(p->ctx->arena, object));
}

/* ---- what stands in the way: a reason; NULL: nothing */

/* What is parked holds on to `needed`. */
static const char *lacks(struct parking *p, struct object *needed)
{
    const struct change *change = needed ? needed->change : NULL;
    if (!change || needed->park == PARK_ITSELF) return NULL;
    if (change->type == CHANGE_RECREATE) return arena_printf(p->ctx->arena, "%s is made anew", shown(p, needed));
    if (change->type != CHANGE_DROP) return NULL;
    if (!is_type(needed) || needed->not_parked || change->foreign) return arena_printf(p->ctx->arena, "%s goes", shown(p, needed));
    needed->park = PARK_ITSELF;
    p->more = true;
    return NULL;
}

static const char *lacks_type(struct parking *p, const struct object *part)
{
    const char *why = lacks(p, object_get(part, "type")->type.to);
    return why ? why : lacks(p, object_get(part, "collation")->ref.to);
}

/* Of a domain that lets no NULL in. */
static bool refuses_null(const struct object *column)
{
    const struct object *type = object_get(column, "type")->type.to;
    for (; type && object_is(type, "domain"); type = object_get(type, "type")->type.to) {
        if (object_flag(type, "not_null")) return true;
        for (size_t i = 0; i < type->children.n; i++) {
            const char *text = object_get(type->children.at[i], "expression")->expr.text;
            if (text && strcasestr(text, "not null")) return true;
        }
    }
    return false;
}

static bool is_own(const struct object *needed, const struct object *part)
{
    const struct object *whole = part->parent, *owner = owner_of(needed);
    return needed == part || needed == whole || needed->parent == whole || (owner && owner->parent == whole);
}

/* Something else than the table itself and types: code, another table's sequence. */
static struct object *outside(struct parking *p, const struct object *part)
{
    struct objects needs = {0}, later = {0};
    object_needs(p->ctx, part, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        struct object *needed = needs.at[i];
        if (is_own(needed, part) || object_is(needed, "schema") || object_is(needed, "extension")) continue;
        if (!is_type(needed) || (needed->change && needed->park != PARK_ITSELF && needed->change->type != CHANGE_ALTER)) return needed;
    }
    return NULL;
}

/* Columns or attributes; of a partition or heir what it has from its parents, too. */
static const char *lacks_in_parts(struct parking *p, const struct object *whole)
{
    const char *why = NULL;
    struct objects parts = {0};
    if (object_is(whole, "table")) table_columns(whole, p->ctx->arena, &parts);
    for (size_t i = 0; parts.n == 0 && i < whole->children.n; i++) {
        if (object_is(whole->children.at[i], "attribute")) vec_push(p->ctx->arena, &parts, whole->children.at[i]);
    }
    for (size_t i = 0; i < parts.n && !why; i++) {
        const struct object *part = parts.at[i];
        why = lacks_type(p, part);
        if (why || !object_get(part, "generated")->set) continue;
        struct object *other = outside(p, part);
        if (other) why = lacks(p, other);
    }
    return why;
}

/* A partition that leaves its table keeps that one's checks, defaults and indexes. */
static const char *lacks_of_parents(struct parking *p, const struct object *parent)
{
    for (; parent && parent->park != PARK_ITSELF; parent = object_get(parent, "partition_of")->ref.to) {
        for (size_t i = 0; i < parent->children.n; i++) {
            const struct object *part = parent->children.at[i];
            struct objects needs = {0}, later = {0};
            if (object_is(part, "foreign_key") || object_is(part, "trigger")) continue;
            object_needs(p->ctx, part, &needs, &later);
            for (size_t k = 0; k < needs.n; k++) {
                const char *why = is_own(needs.at[k], part) || object_is(needs.at[k], "schema") ? NULL : lacks(p, needs.at[k]);
                if (why) return why;
            }
        }
    }
    return NULL;
}

static const char *of_table(struct parking *p, const struct object *table)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    const struct value *inherits = object_get(table, "inherits");
    if (parent && is_made_anew(parent)) return arena_printf(p->ctx->arena, "%s is made anew", shown(p, parent));
    for (size_t i = 0; inherits->set && i < inherits->refs.n; i++) {
        const struct object *other = inherits->refs.at[i].to;
        if (!other || other->park != PARK_ITSELF) return "it inherits from a table that is not parked";
    }
    const char *why = lacks(p, object_get(table, "of_type")->ref.to);
    if (!why) why = lacks_in_parts(p, table);
    return why ? why : lacks_of_parents(p, parent);
}

static bool is_heir_of(const struct object *table, const struct object *other, struct arena *arena)
{
    struct objects parents = {0};
    table_parents(table, arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        if (parents.at[i] == other || is_heir_of(parents.at[i], other, arena)) return true;
    }
    return false;
}

/* RENAME COLUMN reaches all heirs; one that has the column by itself, too, would keep it after a DROP. */
static const struct object *heir_with(const struct parking *p, const struct object *column)
{
    const struct objects *all = &p->changes->from->all;
    for (size_t i = 0; i < all->n; i++) {
        const struct object *table = all->at[i];
        if (!object_is(table, "table") || table == column->parent) continue;
        if (object_child(table, "column", column->name) && is_heir_of(table, column->parent, p->ctx->arena)) return table;
    }
    return NULL;
}

static const char *of_column(struct parking *p, const struct object *column)
{
    struct arena *arena = p->ctx->arena;
    const struct object *table = column->parent, *then = table->peer, *heir = heir_with(p, column);
    if (object_get(table, "of_type")->set || object_get(then, "of_type")->set) return "its table is of a type";
    if (table_is_partition(then)) return "a partition has no other columns than its table";
    if (heir) return arena_printf(arena, "%s has a column of that name by itself", shown(p, heir));
    if (refuses_null(column)) return arena_printf(arena, "%s takes no NULL", shown(p, object_get(column, "type")->type.to));
    const struct object *reader = park_reader(p->ctx, p->changes->to, then);
    if (reader) return arena_printf(arena, "%s reads all columns of its table, as *", shown(p, reader));
    return lacks_type(p, column);
}

static const char *of_sequence(const struct parking *p, const struct object *sequence)
{
    const struct object *owner = owner_of(sequence);
    bool lost = owner && goes(owner) && owner->park != PARK_ITSELF && owner->parent->park != PARK_ITSELF;
    return lost ? arena_printf(p->ctx->arena, "%s goes", shown(p, owner)) : NULL;
}

static const char *of_type(struct parking *p, const struct object *type)
{
    const char *why = lacks_type(p, type);
    for (size_t i = 0; i < type->children.n && !why; i++) {
        struct object *other = outside(p, type->children.at[i]);
        if (other) why = lacks(p, other);
    }
    return why ? why : lacks_in_parts(p, type);
}

static const char *obstacle(struct parking *p, const struct object *object)
{
    if (object->change->foreign) return "it was made in this database only";
    if (object_is(object, "table")) return of_table(p, object);
    if (object_is(object, "column")) return of_column(p, object);
    if (object_is(object, "sequence")) return of_sequence(p, object);
    return of_type(p, object);
}

/* ---- what is parked */

/* A column goes by itself where its table stays; what is computed, or is its table's parent's, holds nothing. */
static bool is_wanted(const struct object *object)
{
    const struct object *owner = owner_of(object);
    if (!goes(object)) return false;
    if (object_is(object, "table")) return true;
    if (object_is(object, "sequence")) return !owner || !object->change->with_parent || goes(owner);
    if (!object_is(object, "column") || object_get(object, "generated")->set || !object_is(object->parent, "table")) return false;
    const struct object *table = object->parent;
    return table->peer && !is_made_anew(table) && !inherited_column(table, object->name);
}

static void leave_types(const struct objects *all)
{
    for (size_t i = 0; i < all->n; i++) {
        if (is_type(all->at[i]) && !all->at[i]->attic_holds) all->at[i]->park = PARK_NOT;
    }
}

static void choose(struct parking *p, const struct objects *all)
{
    for (size_t i = 0; i < all->n; i++) {
        bool anew = object_is(all->at[i], "table") && is_made_anew(all->at[i]) && !table_is_partitioned(all->at[i]);
        if (p->everything && anew) all->at[i]->not_parked = "it is made anew";
        if (goes(all->at[i]) && all->at[i]->attic_holds) all->at[i]->park = PARK_ITSELF;
        if (p->everything && is_wanted(all->at[i])) all->at[i]->park = PARK_ITSELF;
    }
    do {
        p->more = false;
        for (size_t i = 0; i < all->n; i++) {
            struct object *object = all->at[i];
            const char *why = object->park == PARK_ITSELF ? obstacle(p, object) : NULL;
            if (!why) continue;
            object->park = PARK_NOT;
            object->not_parked = why;
            leave_types(all); /* which is wanted shows anew */
            p->more = true;
        }
    } while (p->more);
}

/* Keys, indexes and checks of plain expressions stay with their table; what acts, or holds others' rows, has no business in the attic,
 * nor what would keep a function from being dropped later on. */
static bool stays(struct parking *p, const struct object *part)
{
    static const char *const quiet[] = {"primary_key", "unique", "exclude", "check", "index", NULL};
    if (object_is(part, "column") || object_is(part, "attribute") || object_is(part, "domain_check") || part->inherited) return true;
    return is_one_of(part, quiet) && !outside(p, part);
}

static void choose_parts(struct parking *p, const struct objects *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct object *object = all->at[i];
        const struct object *owner = owner_of(object);
        if (owner && (owner->parent->park == PARK_ITSELF || owner->park == PARK_ITSELF)) object->park = PARK_ALONG;
        if (object->park != PARK_ITSELF) continue;
        for (size_t k = 0; k < object->children.n; k++) {
            struct object *part = object->children.at[k];
            part->park = stays(p, part) ? PARK_ALONG : PARK_APART;
        }
    }
}

/* ---- names */

const char *park_name(struct arena *arena, const char *prefix, const char *name)
{
    enum { MOST = 63, DIGITS = 8 };
    const char *full = arena_printf(arena, "%s_%s", prefix, name);
    if (strlen(full) <= MOST) return full;
    const char *digest = strchr(digest_text(arena, full, strlen(full)), ':') + 1;
    size_t kept = str_clip_utf8(full, strlen(full), MOST - DIGITS - 1);
    return arena_printf(arena, "%.*s_%.*s", (int)kept, full, DIGITS, digest);
}

/* Short enough for a column's name. */
static const char *short_id(struct arena *arena, const char *id)
{
    enum { MOST = 24, DIGITS = 8 };
    if (strlen(id) <= MOST) return id;
    const char *digest = strchr(digest_text(arena, id, strlen(id)), ':') + 1;
    return arena_printf(arena, "%.*s_%.*s", MOST - DIGITS - 1, id, DIGITS, digest);
}

static void name_parts(struct arena *arena, const struct object *table, const struct objects *all)
{
    for (size_t i = 0; i < table->children.n; i++) {
        struct object *part = table->children.at[i];
        bool index = object_is(part, "index") || object_is(part, "primary_key") || object_is(part, "unique") || object_is(part, "exclude");
        const char *name = index ? part->name : object_get(part, "identity_sequence")->text;
        if (name && part->park == PARK_ALONG && !part->inherited) part->attic = park_name(arena, table->attic_prefix, name);
    }
    for (size_t i = 0; i < all->n; i++) {
        const struct object *owner = owner_of(all->at[i]);
        if (owner && owner->parent == table) all->at[i]->attic = park_name(arena, table->attic_prefix, all->at[i]->name);
    }
}

static void give_names(struct parking *p, const struct objects *all, const char *id)
{
    struct arena *arena = p->ctx->arena;
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        struct object *object = all->at[i];
        const struct object *owner = owner_of(object);
        bool with_column = object->park == PARK_ALONG && owner && owner->park == PARK_ITSELF;
        if (object->park != PARK_ITSELF && !with_column) continue;
        const char *prefix = arena_printf(arena, "%s_%zu", id, ++n);
        if (object_is(object, "column")) object->attic = arena_printf(arena, ATTIC_COLUMN "%s", prefix);
        else object->attic = park_name(arena, prefix, object->name);
        if (!object_is(object, "table")) continue;
        object->attic_prefix = prefix;
        name_parts(arena, object, all);
    }
}

static void warn(struct parking *p, const struct objects *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct object *object = all->at[i];
        if (!object->not_parked || (is_type(object) || (owner_of(object) && goes(owner_of(object))))) continue;
        diag_add(p->ctx, D_RISK, (struct span){0}, "%s is dropped, not parked: %s", shown(p, object), object->not_parked);
    }
}

void plan_park(struct ctx *ctx, const struct changes *up, const char *id, bool everything)
{
    struct parking p = {.ctx = ctx, .changes = up, .everything = everything};
    const struct objects *all = &up->from->all;
    changes_mark(up);
    choose(&p, all);
    choose_parts(&p, all);
    give_names(&p, all, short_id(ctx->arena, id));
    warn(&p, all);
}
