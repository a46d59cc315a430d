/* privileges.c: sets of privileges: PostgreSQL's defaults, GRANT and REVOKE, and the steps from one set to another. */
#include "schema/privileges.h"

enum { MOST_WORDS = 16 };

/* ---- sets */

static bool is(const struct privilege *privilege, const char *role, const char *name, const char *column)
{
    return str_eq(privilege->name, name) && str_eq(privilege->column, column) && str_eq(privilege->role, role);
}

struct privilege *privileges_find(const struct privileges *set, const char *role, const char *name, const char *column)
{
    for (size_t i = 0; i < set->n; i++) {
        if (is(&set->at[i], role, name, column)) return &set->at[i];
    }
    return NULL;
}

void privileges_copy(struct arena *arena, const struct privileges *from, struct privileges *to)
{
    *to =
        (struct privileges){.at = ARENA_ARRAY(arena, struct privilege, from->n + 1), .n = from->n, .cap = from->n + 1};
    if (from->n) memcpy(to->at, from->at, from->n * sizeof *from->at);
}

void privileges_add(struct arena *arena, struct privileges *set, const struct privilege *privilege)
{
    struct privilege *found = privileges_find(set, privilege->role, privilege->name, privilege->column);
    if (found) {
        found->grantable = found->grantable || privilege->grantable;
        return;
    }
    struct privilege added = *privilege;
    added.verb = PRIVILEGE_GRANT;
    vec_push(arena, set, added);
}

void privileges_remove(struct privileges *set, size_t i)
{
    memmove(&set->at[i], &set->at[i + 1], (set->n - i - 1) * sizeof *set->at);
    set->n--;
}

/* The words of a list, in its order. */
static size_t split(const struct privileges_of *of, const char *list, const char *words[MOST_WORDS])
{
    size_t n = 0;
    for (const char *at = list + strspn(list, " "); *at && n < MOST_WORDS; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        const char *word = arena_strndup(of->arena, at, len);
        if (grant_class_has(of->class, word, of->version)) words[n++] = word;
        at += len;
    }
    return n;
}

struct privileges privileges_default(const struct privileges_of *of)
{
    struct privileges set = {0};
    const char *words[MOST_WORDS];
    size_t n = split(of, of->class->all, words);
    for (size_t i = 0; i < n; i++)
        vec_push(of->arena, &set, ((struct privilege){.role = ROLE_OWNER, .name = words[i]}));
    if (of->class->for_public)
        vec_push(of->arena, &set, ((struct privilege){.role = "", .name = of->class->for_public}));
    return set;
}

struct privileges privileges_base(const struct privileges_of *of, const struct object *object)
{
    if (object_is(object, "default_privileges") && object_get(object, "schema")->set) return (struct privileges){0};
    struct privileges base = privileges_default(of);
    if (!object_is(object, "schema") || !str_eq(object->name, "public")) return base;
    vec_push(of->arena, &base, ((struct privilege){.role = "", .name = "USAGE"}));
    if (of->version && of->version < 150000)
        vec_push(of->arena, &base, ((struct privilege){.role = "", .name = "CREATE"}));
    return base;
}

void privileges_own(struct privileges *set, const char *owner)
{
    for (size_t i = set->n; owner && i-- > 0;) {
        struct privilege *privilege = &set->at[i];
        if (!str_eq(privilege->role, owner) && !str_eq(privilege->role, ROLE_OWNER)) continue;
        const struct privilege *found = privileges_find(set, ROLE_OWNER, privilege->name, privilege->column);
        privilege->grantable = false;
        if (found && found != privilege) privileges_remove(set, i);
        else privilege->role = ROLE_OWNER;
    }
}

/* ---- an ACL's text */

/* A role's name: plain, or in double quotes, a quote doubled. */
static const char *read_role(struct arena *arena, const char **at)
{
    struct buf name = buf_new(arena);
    bool quoted = false;
    for (; **at && (quoted || **at != '='); (*at)++) {
        bool quote = **at == '"', doubled = quote && quoted && (*at)[1] == '"';
        if (quote && !doubled) {
            quoted = !quoted;
            continue;
        }
        if (doubled) (*at)++;
        buf_addc(&name, **at);
    }
    return name.text;
}

static void read_item(struct arena *arena, const char *at, const char *column, struct privileges *set)
{
    const char *role = read_role(arena, &at);
    for (at += *at == '='; *at && *at != '/'; at++) {
        struct privilege privilege = {
            .role = role, .name = grant_of_letter(*at), .column = column, .grantable = at[1] == '*'};
        if (privilege.name) privileges_add(arena, set, &privilege);
    }
}

/* An array: an item in quotes has quotes and backslashes escaped. */
void privileges_read_acl(struct arena *arena, const char *acl, const char *column, struct privileges *set)
{
    for (const char *at = acl + (*acl == '{'); *at && *at != '}'; at += *at == ',') {
        struct buf item = buf_new(arena);
        bool quoted = *at == '"';
        at += quoted;
        while (*at && (quoted ? *at != '"' : *at != ',' && *at != '}')) {
            if (quoted && *at == '\\' && at[1]) at++;
            buf_addc(&item, *at++);
        }
        at += quoted && *at == '"';
        read_item(arena, item.text, column, set);
    }
}

/* ---- what is said */

static void apply_one(struct arena *arena, struct privileges *set, const struct privilege *said)
{
    if (said->verb == PRIVILEGE_GRANT) {
        privileges_add(arena, set, said);
        return;
    }
    for (size_t i = set->n; i-- > 0;) {
        struct privilege *held = &set->at[i];
        bool meant = str_eq(held->name, said->name) && str_eq(held->role, said->role) &&
                     (!said->column || str_eq(held->column, said->column));
        if (!meant) continue;
        if (said->verb == PRIVILEGE_REVOKE) privileges_remove(set, i);
        else held->grantable = false;
    }
}

/* Each privilege that is said, ALL one by one. */
static void each_said(const struct privileges_of *of, struct privileges *set, const struct privilege *said,
                      void (*visit)(struct arena *arena, struct privileges *set, const struct privilege *said))
{
    const char *words[MOST_WORDS] = {said->name};
    const char *all = said->column && of->class->columns ? of->class->columns : of->class->all;
    size_t n = str_eq(said->name, "ALL") ? split(of, all, words) : 1;
    for (size_t i = 0; i < n; i++) {
        struct privilege one = *said;
        one.name = words[i];
        visit(of->arena, set, &one);
    }
}

void privileges_apply(const struct privileges_of *of, struct privileges *set, const struct privilege *said)
{
    each_said(of, set, said, apply_one);
}

/* The last word counts; a word about the whole object makes earlier ones about its columns void if it takes away. */
static void reduce_one(struct arena *arena, struct privileges *set, const struct privilege *said)
{
    struct privilege one = *said;
    for (size_t i = set->n; i-- > 0;) {
        const struct privilege *held = &set->at[i];
        if (!str_eq(held->name, said->name) || !str_eq(held->role, said->role)) continue;
        bool same = str_eq(held->column, said->column);
        bool covers = !said->column && held->column && said->verb == PRIVILEGE_REVOKE;
        if (!same && !covers) continue;
        if (same && said->verb == PRIVILEGE_GRANT && held->verb == PRIVILEGE_GRANT)
            one.grantable = one.grantable || held->grantable;
        if (same && said->verb == PRIVILEGE_REVOKE_OPTION && held->verb != PRIVILEGE_REVOKE_OPTION) {
            one.verb = held->verb;
            one.grantable = false;
        }
        privileges_remove(set, i);
    }
    vec_push(arena, set, one);
}

/* ---- order */

static int by_statement(const void *left, const void *right)
{
    const struct privilege *a = left, *b = right;
    int roles = str_cmp(a->role, b->role);
    if ((a->verb == PRIVILEGE_GRANT) != (b->verb == PRIVILEGE_GRANT)) return a->verb == PRIVILEGE_GRANT ? 1 : -1;
    if (roles) return roles;
    if (a->verb != b->verb) return a->verb < b->verb ? -1 : 1;
    if (a->grantable != b->grantable) return a->grantable ? 1 : -1;
    if (!a->column != !b->column) return a->column ? 1 : -1;
    size_t i = grant_rank(a->name), j = grant_rank(b->name);
    return i != j ? (i < j ? -1 : 1) : str_cmp(a->column, b->column);
}

static void sort(struct privileges *set)
{
    if (set->n > 1) qsort(set->at, set->n, sizeof *set->at, by_statement);
}

void privileges_reduce(const struct privileges_of *of, const struct privileges *said, struct privileges *reduced)
{
    *reduced = (struct privileges){0};
    for (size_t i = 0; i < said->n; i++) each_said(of, reduced, &said->at[i], reduce_one);
    sort(reduced);
}

/* ---- steps */

static void push_step(struct arena *arena, struct privileges *steps, const struct privilege *of,
                      enum privilege_verb verb)
{
    struct privilege step = *of;
    step.verb = verb;
    step.grantable = verb == PRIVILEGE_GRANT && of->grantable;
    vec_push(arena, steps, step);
}

static void revoke(struct arena *arena, const struct privileges *possible, const struct privileges *upper,
                   struct privileges *steps)
{
    for (size_t i = 0; i < possible->n; i++) {
        const struct privilege *held = &possible->at[i];
        const struct privilege *kept = privileges_find(upper, held->role, held->name, held->column);
        bool taken = !kept && held->column && privileges_find(possible, held->role, held->name, NULL) &&
                     !privileges_find(upper, held->role, held->name, NULL); /* with the whole object's */
        if (!kept && !taken) push_step(arena, steps, held, PRIVILEGE_REVOKE);
        else if (kept && held->grantable && !kept->grantable) push_step(arena, steps, held, PRIVILEGE_REVOKE_OPTION);
    }
}

/* A REVOKE for the whole object has taken it from the columns as well. */
static bool is_taken(const struct privileges *steps, size_t n, const struct privilege *wanted)
{
    for (size_t i = 0; i < n; i++) {
        const struct privilege *step = &steps->at[i];
        bool whole = step->verb == PRIVILEGE_REVOKE && !step->column && wanted->column;
        if (whole && str_eq(step->role, wanted->role) && str_eq(step->name, wanted->name)) return true;
    }
    return false;
}

void privileges_steps(struct arena *arena, const struct privileges *certain, const struct privileges *possible,
                      const struct privileges *lower, const struct privileges *upper, struct privileges *steps)
{
    *steps = (struct privileges){0};
    revoke(arena, possible, upper, steps);
    size_t revokes = steps->n;
    for (size_t i = 0; i < lower->n; i++) {
        const struct privilege *wanted = &lower->at[i];
        const struct privilege *held = privileges_find(certain, wanted->role, wanted->name, wanted->column);
        bool there = held && (held->grantable || !wanted->grantable) && !is_taken(steps, revokes, wanted);
        if (!there) push_step(arena, steps, wanted, PRIVILEGE_GRANT);
    }
    sort(steps);
}
