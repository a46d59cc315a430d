/* privileges.h: what roles may do with an object, as sets of struct privilege: pure, a role's name for a role. The owner is called
 * ROLE_OWNER (kind/grant.h), so that a set stays the same when the object changes hands. */
#ifndef MODELC_SCHEMA_PRIVILEGES_H
#define MODELC_SCHEMA_PRIVILEGES_H

#include "kind/grant.h"

/* What a set is about: the class of its object, and the server's version, which tells what ALL is. */
struct privileges_of {
    struct arena *arena;
    const struct grant_class *class;
    int version;
};

/* acldefault(): all for the owner, and what PUBLIC has. */
struct privileges privileges_default(const struct privileges_of *of);
/* The same of one object: schema public comes with more, and default privileges of one schema begin with nothing. */
struct privileges privileges_base(const struct privileges_of *of, const struct object *object);
/* An ACL as the catalog prints it, "{app=ar*w/postgres,=r/postgres}". `column`: of which it is, or NULL. */
void privileges_read_acl(struct arena *arena, const char *acl, const char *column, struct privileges *set);
struct privilege *privileges_find(const struct privileges *set, const char *role, const char *name, const char *column);
void privileges_copy(struct arena *arena, const struct privileges *from, struct privileges *to);
/* Adds one, or makes the one that is there grantable. */
void privileges_add(struct arena *arena, struct privileges *set, const struct privilege *privilege);
void privileges_remove(struct privileges *set, size_t i);
/* A GRANT or REVOKE of a model; ALL stands for everything of the class. A REVOKE for the whole object is one for its columns. */
void privileges_apply(const struct privileges_of *of, struct privileges *set, const struct privilege *said);
/* What the role has is the owner's, as if it always had been: never grantable, since an owner may grant anyway. */
void privileges_own(struct privileges *set, const char *owner);
/* What takes a set that is at least `certain` and at most `possible` to one that is at least `lower` and at most `upper`: in the order to run
 * them, those of one statement side by side. The same set twice, twice: exactly from the one to the other. */
void privileges_steps(struct arena *arena, const struct privileges *certain, const struct privileges *possible,
                      const struct privileges *lower, const struct privileges *upper, struct privileges *steps);
/* What a list of GRANTs and REVOKEs amounts to, whatever it began with: what counts in the end, sorted; ALL expanded. */
void privileges_reduce(const struct privileges_of *of, const struct privileges *said, struct privileges *reduced);

#endif
