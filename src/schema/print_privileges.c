/* print_privileges.c: owners and grants as model text. */
#include <ctype.h>

#include "schema/print.h"
#include "schema/privileges.h"

/* ---- what there is to say */

/* Live: what takes the default privileges to what it has. */
static struct privileges said_of(struct ctx *ctx, const struct object *object)
{
    struct privileges_of of = {ctx->arena, grant_class_of(object), object->home->version};
    struct privileges said = {0}, held;
    if (!of.class || !object->says_privileges) return said;
    if (!object->live) {
        privileges_reduce(&of, &object->privileges, &said);
        return said;
    }
    struct privileges base = privileges_base(&of, object);
    privileges_copy(ctx->arena, &object->privileges, &held);
    privileges_own(&held, object->owner);
    privileges_steps(ctx->arena, &base, &base, &held, &held, &said);
    return said;
}

/* Nobody says who owns schema public as PostgreSQL makes it. */
static const char *owner_of(const struct object *object)
{
    if (!object->live || !object->owner) return object->owner;
    bool public = object_is(object, "schema") && str_eq(object->name, "public");
    if (public && object->home->version < 150000) return NULL;
    if (public) return str_eq(object->owner, "pg_database_owner") ? NULL : object->owner;
    return str_eq(object->owner, object->home->role) ? NULL : object->owner;
}

bool print_says_privileges(struct ctx *ctx, const struct object *object)
{
    return owner_of(object) || said_of(ctx, object).n;
}

/* A table's items can say all but what is taken away. */
static bool fit_items(const struct object *object, const struct privileges *said)
{
    bool fit = object_is(object, "table");
    for (size_t i = 0; i < said->n; i++) fit = fit && said->at[i].verb == PRIVILEGE_GRANT;
    return fit;
}

/* Who stands for ROLE_OWNER. A column's sequence is its table's owner's. */
static const char *role_of(const struct object *object, const char *role)
{
    if (!str_eq(role, ROLE_OWNER)) return role;
    return object_is(object, "column") ? object->parent->owner : object->owner ? object->owner : object->home->role;
}

/* ---- items */

static void add_lower(struct buf *buf, const char *words)
{
    int depth = 0;
    for (; *words; words++) {
        depth += (*words == '(') - (*words == ')');
        buf_addc(buf, depth ? *words : (char)tolower((unsigned char)*words));
    }
}

void print_grant_items(struct printer *p, const struct object *table)
{
    struct privileges said = said_of(p->ctx, table);
    if (!said.n || !fit_items(table, &said)) return;
    buf_addc(&p->out, '\n');
    for (size_t i = 0, n; i < said.n; i += n) {
        const struct privilege *first = &said.at[i];
        const char *role = role_of(table, first->role);
        n = grant_run(first, said.n - i);
        buf_add(&p->out, "  grant ");
        add_lower(&p->out, grant_words(p->ctx->arena, grant_class_of(table), first, n, table->home->version));
        buf_add(&p->out, " to ");
        if (*role) print_name(&p->out, role);
        else buf_add(&p->out, "public");
        buf_printf(&p->out, "%s\n", first->grantable ? " with grant option" : "");
    }
}

/* ---- statements */

static void print_ops(struct printer *p, const struct ops *ops)
{
    for (size_t i = 0; i < ops->list.n; i++) buf_printf(&p->out, "%s;\n", ops->list.at[i].sql);
}

void print_privileges(struct printer *p, const struct object *object)
{
    struct ops ops = {.ctx = p->ctx};
    struct privileges said = said_of(p->ctx, object);
    const char *owner = owner_of(object);
    if (owner && object_has_owner(object)) owner_op(object, owner, &ops);
    for (size_t i = 0; i < said.n; i++) said.at[i].role = role_of(object, said.at[i].role);
    if (said.n && !fit_items(object, &said)) grant_ops(object, &said, NULL, object->home->version, &ops);
    print_ops(p, &ops);
}
