/* resolve_collation.c: the collations that the models make, where columns, types and indexes name them. */
#include <string.h>

#include "schema/resolve.h"

static struct object *collation_in(const struct schema *schema, const char *namespace, const char *name)
{
    const struct object *space = schema_namespace(schema, namespace);
    return space ? object_child(space, "collation", name) : NULL;
}

/* Names that only look like PostgreSQL's own ("en_US.utf8") were taken for those (clauses.c). */
static bool may_be_ours(const struct ref *ref)
{
    return !ref->schema || (str_eq(ref->schema, "pg_catalog") && (strchr(ref->name, '.') || str_ends(ref->name, "-x-icu")));
}

/* Along the path under which the user's SQL is read. */
static struct object *find(struct resolve *r, const struct object *user, const struct ref *ref)
{
    if (!may_be_ours(ref)) return collation_in(r->schema, ref->schema, ref->name);
    for (const char *at = user->search_path; at && *at; at += strspn(at, ", ")) {
        size_t len = strcspn(at, ",");
        struct object *found = collation_in(r->schema, sql_fold(r->ctx->arena, at, len), ref->name);
        if (found) return found;
        at += len;
    }
    return NULL;
}

static void link(struct resolve *r, const struct object *user, struct ref *ref)
{
    if (!ref->name || ref->to) return;
    ref->to = find(r, user, ref);
    if (ref->to) ref->schema = ref->to->parent->name;
}

void resolve_collations(struct resolve *r)
{
    if (schema_count(r->schema, "collation") == 0) return;
    for (size_t i = 0; i < r->schema->all.n; i++) {
        struct object *object = r->schema->all.at[i];
        for (size_t k = 0; k < object->kind->n_fields; k++) {
            const struct field *field = &object->kind->fields[k];
            struct value *value = &object->values[k];
            if (!value->set) continue;
            if (field->type == VALUE_REF && str_eq(field->refers, "collation")) link(r, object, &value->ref);
            for (size_t n = 0; field->type == VALUE_KEYS && n < value->keys.n; n++) {
                link(r, object, &value->keys.at[n].collation);
            }
        }
    }
}
