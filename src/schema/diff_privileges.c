/* diff_privileges.c: changes of owners and privileges of what stays, and of default privileges, which are nothing else. */
#include "schema/access.h"
#include "schema/diff_parts.h"

static void add(struct diff *diff, struct changes *changes, enum change_type type, struct object *from, struct object *to,
                const struct access_steps *steps)
{
    struct change *change = changes_add_facet(changes, diff->ctx, type, from, to);
    change->owner = type == CHANGE_OWNER ? steps->owner : steps->of;
    if (type != CHANGE_OWNER) change->privileges = steps->privileges;
}

static void compare(struct diff *diff, struct changes *changes, struct object *from, struct object *to)
{
    struct access_steps steps;
    access_steps(changes->access, from, to, false, &steps);
    if (steps.owner) add(diff, changes, CHANGE_OWNER, from, to, &steps);
    if (steps.privileges.n) add(diff, changes, CHANGE_PRIVILEGES, from, to, &steps);
}

/* They are there where they say something: what is compared is what they give. */
static void compare_defaults(struct diff *diff, struct changes *changes, struct object *from, struct object *to)
{
    struct access_steps steps;
    struct object *live = from && from->live ? from : to && to->live ? to : NULL;
    access_steps(changes->access, from, to, false, &steps);
    if (!steps.privileges.n) return;
    if (!from != !to && live && !diff_takes(diff, live, !changes->reverse)) return;
    add(diff, changes, !from ? CHANGE_CREATE : !to ? CHANGE_DROP : CHANGE_PRIVILEGES, from, to, &steps);
}

static bool has_access(const struct object *object)
{
    return object_has_owner(object) || grant_class_of(object);
}

void diff_privileges(struct diff *diff, struct changes *changes)
{
    changes->access = access_new(diff, changes->reverse);
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *to = changes->to->all.at[i];
        bool looked_at = has_access(to) && !to->aside && !(to->peer && diff->creations_only);
        if (!looked_at) continue;
        if (object_is(to, "default_privileges")) compare_defaults(diff, changes, to->peer, to);
        else if (to->peer) compare(diff, changes, to->peer, to);
    }
    for (size_t i = 0; i < changes->from->roots.n; i++) {
        struct object *from = changes->from->roots.at[i];
        bool gone = object_is(from, "default_privileges") && !from->peer && !from->aside;
        if (gone) compare_defaults(diff, changes, from, NULL);
    }
}

static void say_unlisted(struct diff *diff, struct map *said, const struct access *access, const char *role, struct span span)
{
    if (access_manages(access, role) || map_has(said, role)) return;
    map_put(said, role, said);
    struct diag *diag = diag_add(diff->ctx, D_UNMANAGED, span, "role %s is not among the `roles` of modelc.ini: what the models say of it is"
                                 " left as it is", *role ? role : "public");
    diag_mend(diff->ctx, diag, "mend", "add it to roles =");
}

void diff_unlisted_roles(struct diff *diff)
{
    const struct access *access = access_new(diff, false);
    struct map *said = map_new(diff->ctx->arena);
    for (size_t i = 0; diff->roles && i < diff->models->all.n; i++) {
        const struct object *object = diff->models->all.at[i];
        if (object->owner) say_unlisted(diff, said, access, object->owner, object->span);
        for (size_t k = 0; k < object->privileges.n; k++) {
            say_unlisted(diff, said, access, object->privileges.at[k].role, object->privileges.at[k].span);
        }
    }
}
