/* resolve_family.c: operator families that nobody declares: CREATE OPERATOR CLASS brings one of its own name where it names
 * none. */
#include "schema/resolve.h"

static bool has_family(const struct object *namespace, const char *name, const char *tail)
{
    for (size_t i = 0; i < namespace->children.n; i++) {
        const struct object *child = namespace->children.at[i];
        if (object_is(child, "operator_family") && str_eq(child->name, name) && str_eq(child->tail, tail)) return true;
    }
    return false;
}

/* Made by itself, in front of its class, which then finds it by its name. */
static void imply_family(struct resolve *r, const struct object *class)
{
    struct object *family = schema_add(r->schema, kind_find("operator_family"), class->parent, class->name);
    struct buf sql = buf_new(r->ctx->arena);
    family->implied = true;
    family->tail = class->tail;
    family->span = class->span;
    buf_add(&sql, "CREATE OPERATOR FAMILY ");
    sql_object(&sql, family);
    *object_set(family, "definition") = (struct value){.set = true, .span = class->span, .expr.text = sql.text};
}

void imply_families(struct resolve *r)
{
    for (size_t i = 0; i < r->created.n; i++) {
        const struct created *made = r->created.at[i];
        const struct object *class = made->object;
        if (!class || !object_is(class, "operator_class") || !made->name.also) continue;
        if (!has_family(class->parent, class->name, class->tail)) imply_family(r, class);
    }
}
