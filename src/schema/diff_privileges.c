/* diff_privileges.c: changes of owners and privileges of what stays, and of default privileges, which are nothing else. */
#include "schema/access.h"
#include "schema/diff_parts.h"

static void add(struct diff *diff, struct changes *changes, enum change_type type, struct object *from,
                struct object *to, const struct access_steps *steps)
{
    struct change *change = type == CHANGE_CREATE || type == CHANGE_DROP
                                ? changes_add(changes, diff->ctx, type, from, to)
                                : changes_add_facet(changes, diff->ctx, type, from, to);
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

static bool is_default(const struct object *object)
{
    return object_is(object, "default_privileges");
}

static bool is_left(const struct diff *diff, const struct object *object)
{
    return object->aside || (object->peer && diff->creations_only);
}

/* First what gives privileges to others: what is to become of that, they are measured by. */
void diff_privileges(struct diff *diff, struct changes *changes)
{
    changes->access = access_new(diff, changes->reverse);
    for (size_t i = 0; i < changes->from->roots.n; i++) {
        struct object *from = changes->from->roots.at[i];
        if (is_default(from) && !from->peer && !is_left(diff, from)) compare_defaults(diff, changes, from, NULL);
    }
    for (size_t i = 0; i < changes->to->roots.n; i++) {
        struct object *to = changes->to->roots.at[i];
        if (is_default(to) && !is_left(diff, to)) compare_defaults(diff, changes, to->peer, to);
    }
    for (size_t i = 0; i < changes->to->all.n; i++) {
        struct object *to = changes->to->all.at[i];
        bool has_access = to->peer && !is_default(to) && (object_has_owner(to) || grant_class_of(to));
        if (has_access && !is_left(diff, to)) compare(diff, changes, to->peer, to);
    }
}

static void say_unlisted(struct diff *diff, struct map *said, const struct access *access, const char *role,
                         struct span span)
{
    if (access_manages(access, role) || map_has(said, role)) return;
    map_put(said, role, said);
    struct diag *diag = diag_add(diff->ctx, D_UNMANAGED, span,
                                 "role %s is not among the `roles` of modelc.ini: what the models say of it is"
                                 " left as it is",
                                 *role ? role : "public");
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
