/* schema.c: the tree of objects: adding, naming, finding. */
#include "schema/schema.h"

#include <string.h>

struct schema *schema_new(struct ctx *ctx, bool live)
{
    struct schema *schema = ARENA_NEW(ctx->arena, struct schema);
    schema->ctx = ctx;
    schema->live = live;
    return schema;
}

void schema_name(struct schema *schema, struct object *object, const char *name)
{
    object->name = name;
    if (object->parent) object_enter(schema->ctx->arena, object, name);
}

struct object *schema_add(struct schema *schema, const struct kind *kind, struct object *parent, const char *name)
{
    struct arena *arena = schema->ctx->arena;
    struct object *object = ARENA_NEW(arena, struct object);
    object->kind = kind;
    object->parent = parent;
    object->values = ARENA_ARRAY(arena, struct value, kind->n_fields ? kind->n_fields : 1);
    object->live = schema->live;
    object->home = schema;
    object->version = schema->version;
    if (schema->live) object->search_path = "";
    object->serial = schema->all.n;
    schema->counts[kind_order(kind)]++;
    vec_push(arena, &schema->all, object);
    vec_push(arena, parent ? &parent->children : &schema->roots, object);
    if (name) schema_name(schema, object, name);
    return object;
}

struct object *schema_namespace(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->roots.n; i++) {
        struct object *root = schema->roots.at[i];
        if (object_is(root, "schema") && str_eq(root->name, name)) return root;
    }
    return NULL;
}

/* Names of relations that live in a table: indexes. */
static struct object *lookup_inside(const struct object *namespace, const char *kind, const char *name)
{
    for (size_t i = 0; i < namespace->children.n; i++) {
        struct object *found = object_child(namespace->children.at[i], kind, name);
        if (found) return found;
    }
    return NULL;
}

struct object *schema_lookup(const struct schema *schema, const char *kind, const char *in, const char *name)
{
    const struct object *namespace = schema_namespace(schema, in);
    if (!namespace) return NULL;
    struct object *found = object_child(namespace, kind, name);
    const struct kind *sought = kind_find(kind);
    bool inside = sought && kind_stands_in(sought, "table") && sought->name_space == NAMES_RELATION;
    return found || !inside ? found : lookup_inside(namespace, kind, name);
}

static bool path_is(struct arena *arena, const struct object *object, const char *path)
{
    return str_eq(object_path(arena, object), path) || str_eq(object_shown(arena, object), path);
}

struct object *schema_find_path(const struct schema *schema, const char *path)
{
    struct arena *arena = schema->ctx->arena;
    for (size_t i = 0; i < schema->all.n; i++) {
        if (path_is(arena, schema->all.at[i], path)) return schema->all.at[i];
    }
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *object = schema->all.at[i];
        const char *kind = object->kind->name;
        size_t len = strlen(kind);
        if (str_starts(path, kind) && path[len] == ' ' && path_is(arena, object, path + len + 1)) return object;
    }
    return NULL;
}

size_t schema_count(const struct schema *schema, const char *kind)
{
    const struct kind *counted = kind_find(kind);
    return counted ? schema->counts[kind_order(counted)] : 0;
}

bool schema_manages(const struct schema *models, const char *namespace)
{
    return schema_namespace(models, namespace) != NULL;
}
