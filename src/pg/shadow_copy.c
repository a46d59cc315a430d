/* shadow_copy.c: which objects the asked ones need, and a tree of their own made of them, so that it can be planned as
 * pure creations while the real objects stay bound to each other. */
#include <string.h>

#include "pg/shadow_parts.h"

/* ---- what is needed */

static void push(struct ctx *ctx, struct object *object, struct objects *list)
{
    if (object) vec_push(ctx->arena, list, object);
}

static bool is_one_of(const struct object *object, const char *const *kinds_, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (object_is(object, kinds_[i])) return true;
    }
    return false;
}

/* `select *`, a row type, GROUP BY a key: all columns make a relation what it is, and its primary key. */
static bool makes_parent(const struct object *child)
{
    static const char *const parts[] = {"column", "attribute", "primary_key"};
    return is_one_of(child, parts, sizeof parts / sizeof *parts);
}

void shadow_needs(struct ctx *ctx, const struct object *object, bool asked, struct objects *needs)
{
    struct objects later = {0};
    if (object_is(object, "column") && !asked) {
        push(ctx, object->parent, needs);
        push(ctx, object_get(object, "type")->type.to, needs);
        push(ctx, object_get(object, "collation")->ref.to, needs);
    } else {
        object_needs(ctx, object, needs, &later);
    }
    for (size_t i = 0; i < object->args.n; i++) push(ctx, object->args.at[i].to, needs);
    for (size_t i = 0; i < object->children.n; i++) {
        if (makes_parent(object->children.at[i])) push(ctx, object->children.at[i], needs);
    }
}

static void want(struct side *side, const struct objects *list, struct objects *todo)
{
    for (size_t i = 0; i < list->n; i++) {
        struct object *object = list->at[i];
        if (object->home != side->source || side->wanted[object->serial]) continue;
        side->wanted[object->serial] = true;
        vec_push(side->ctx->arena, todo, object);
    }
}

/* A publication of a table lists those that inherit from it. */
static void add_heirs(struct side *side, struct objects *needs)
{
    const struct objects *all = &side->source->all;
    for (size_t n = 0; n < needs->n; n++) {
        for (size_t i = 0; object_is(needs->at[n], "table") && i < all->n; i++) {
            const struct refs *parents = &object_get(all->at[i], "inherits")->refs;
            for (size_t k = 0; k < parents->n; k++) {
                if (parents->at[k].to == needs->at[n]) push(side->ctx, all->at[i], needs);
            }
        }
    }
}

/* What no other object's spelling depends on. */
static bool matters_to_none(const struct object *object)
{
    static const char *const names[] = {
        "foreign_key", "index", "exclude", "check", "trigger", "policy", "rule", "statistics", "event_trigger", "publication",
        "default_privileges", "user_mapping", "view_column", "domain_check",
    };
    return is_one_of(object, names, sizeof names / sizeof *names);
}

void side_want(struct side *side)
{
    const struct objects *all = &side->source->all;
    struct objects todo = {0}, first = {0};
    for (size_t i = 0; i < all->n; i++) {
        struct object *object = all->at[i];
        bool from_start = side->asked[i] || object_is(object, "extension") || (side->whole && !matters_to_none(object));
        if (from_start) push(side->ctx, object, &first);
    }
    want(side, &first, &todo);
    while (todo.n) {
        const struct object *object = todo.at[--todo.n];
        struct objects needs = {0};
        shadow_needs(side->ctx, object, side->asked[object->serial], &needs);
        if (object_is(object, "publication")) add_heirs(side, &needs);
        want(side, &needs, &todo);
    }
}

/* ---- copies */

struct copying {
    struct side *side;
    struct schema *schema;
    struct object **copies;
    bool renamed;
};

/* The name that the plan gives to another object, while this one goes. */
static bool gives_up_name(const struct object *object)
{
    const struct object *home = object->parent ? object->parent->peer : NULL;
    for (size_t i = 0; home && !object->peer && i < home->children.n; i++) {
        const struct object *other = home->children.at[i];
        if (other->peer && other->kind->name_space == object->kind->name_space && str_eq(other->name, object->name)) return true;
    }
    return false;
}

static const char *name_of(const struct copying *c, const struct object *object)
{
    if (!c->renamed) return object->name;
    if (object->peer) return object->peer->name;
    return gives_up_name(object) ? arena_printf(c->side->ctx->arena, "modelc_gone_%zu", object->serial) : object->name;
}

static struct object *parent_of(const struct copying *c, const struct object *object)
{
    if (!object->parent) return NULL;
    struct object *parent = c->copies[object->parent->serial];
    if (!c->renamed || !object->peer || !object_is(object->parent, "schema")) return parent;
    struct object *wanted = object->peer->parent;
    if (wanted->peer && wanted->peer->home == c->side->source) {
        if (c->copies[wanted->peer->serial]) return c->copies[wanted->peer->serial];
    }
    struct object *found = schema_namespace(c->schema, wanted->name);
    return found ? found : schema_add(c->schema, wanted->kind, NULL, wanted->name);
}

static struct object *copy_of(const struct copying *c, const struct object *object)
{
    return object && object->home == c->side->source ? c->copies[object->serial] : NULL;
}

static void copy_refs(const struct copying *c, struct refs *refs)
{
    struct refs from = *refs;
    *refs = (struct refs){0};
    for (size_t i = 0; i < from.n; i++) {
        vec_push(c->side->ctx->arena, refs, from.at[i]);
        refs->at[i].to = copy_of(c, from.at[i].to);
    }
}

static void copy_keys(const struct copying *c, struct keys *keys)
{
    struct keys from = *keys;
    *keys = (struct keys){0};
    for (size_t i = 0; i < from.n; i++) {
        vec_push(c->side->ctx->arena, keys, from.at[i]);
        struct key *key = &keys->at[i];
        key->column = copy_of(c, key->column);
        key->collation.to = copy_of(c, key->collation.to);
        key->opclass.to = copy_of(c, key->opclass.to);
        key->canonical = key->expr.canonical = NULL;
    }
}

/* Labels as the plan renames them; those that it removes stay. */
static void copy_labels(const struct copying *c, const struct object *object, struct value *value)
{
    const struct labels *from = &object_get(object, "labels")->labels;
    value->labels = (struct labels){0};
    for (size_t i = 0; i < from->n; i++) {
        struct label label = {.name = from->at[i].name};
        const char *after = c->renamed && object->peer ? enum_label_after(object, &from->at[i], object->peer) : NULL;
        if (after && !str_eq(after, label.name)) label = (struct label){.name = after, .was = label.name};
        vec_push(c->side->ctx->arena, &value->labels, label);
    }
}

static void copy_value(const struct copying *c, const struct object *object, const struct field *field, struct value *value)
{
    switch (field->type) {
    case VALUE_REF:
        if (field->later && value->ref.to && !copy_of(c, value->ref.to)) *value = (struct value){0};
        else value->ref.to = copy_of(c, value->ref.to);
        break;
    case VALUE_REFS: copy_refs(c, &value->refs); break;
    case VALUE_TYPE: value->type.to = copy_of(c, value->type.to); break;
    case VALUE_EXPR: value->expr.canonical = NULL; break;
    case VALUE_KEYS: copy_keys(c, &value->keys); break;
    case VALUE_LABELS: copy_labels(c, object, value); break;
    case VALUE_FLAG: case VALUE_WORD: case VALUE_TEXT: case VALUE_PAIRS: break;
    }
}

/* What a scratch server may lack, or what no text depends on. */
static bool is_copied(const struct object *object, const struct field *field, bool asked)
{
    static const char *const column[] = {"default", "identity", "identity_options", "generated", "virtual", "storage", "compression", "statistics",
                                         "not_null", "not_null_not_valid", "not_null_no_inherit", "not_null_comment"};
    static const char *const table[] = {"options", "unlogged", "method", "tablespace", "replica_identity", "rls", "force"};
    if (field->means == INTENT || field->means == LIVE) return false;
    if (asked) return true;
    for (size_t i = 0; object_is(object, "column") && i < sizeof column / sizeof *column; i++) {
        if (str_eq(field->name, column[i])) return false;
    }
    for (size_t i = 0; object_is(object, "table") && i < sizeof table / sizeof *table; i++) {
        if (str_eq(field->name, table[i])) return false;
    }
    return true;
}

static void copy_object(const struct copying *c, const struct object *from, struct object *to)
{
    for (size_t i = 0; i < from->kind->n_fields; i++) {
        const struct field *field = &from->kind->fields[i];
        if (!from->values[i].set || !is_copied(from, field, c->side->asked[from->serial])) continue;
        to->values[i] = from->values[i];
        copy_value(c, from, field, &to->values[i]);
    }
    to->has_args = from->has_args;
    for (size_t i = 0; i < from->args.n; i++) {
        vec_push(c->side->ctx->arena, &to->args, from->args.at[i]);
        to->args.at[i].to = copy_of(c, from->args.at[i].to);
    }
    to->tail = from->tail;
    to->span = from->span;
    to->search_path = from->search_path;
    to->implied = from->implied;
    to->inherited = from->inherited;
    to->uses_known = true;
    const struct objects *uses = object_uses(c->side->ctx, from);
    for (size_t i = 0; i < uses->n; i++) push(c->side->ctx, copy_of(c, uses->at[i]), &to->uses);
}

struct schema *side_copy(struct side *side, bool renamed, struct object **copies)
{
    struct copying copying = {.side = side, .schema = schema_new(side->ctx, false), .copies = copies, .renamed = renamed};
    const struct objects *all = &side->source->all;
    for (size_t i = 0; i < all->n; i++) {
        struct object *from = all->at[i];
        if (!side->wanted[i]) continue;
        copies[i] = schema_add(copying.schema, from->kind, parent_of(&copying, from), name_of(&copying, from));
    }
    for (size_t i = 0; i < all->n; i++) {
        if (copies[i]) copy_object(&copying, all->at[i], copies[i]);
    }
    return copying.schema;
}
