/* privileges_test.c: the algebra of privileges: ACLs read, GRANT and REVOKE applied and reduced, the steps from one set
 * to another. */
#include "schema/privileges.h"
#include "sql/grant.h"
#include "tap.h"

static struct privileges_of of_class(struct ctx *ctx, const char *plural, int version)
{
    return (struct privileges_of){ctx->arena, grant_class_called(plural), version};
}

/* "+app SELECT*", "-app SELECT(a)", "?app SELECT" (the option alone), one after the other. */
static const char *shown(struct ctx *ctx, const struct privileges *set)
{
    struct buf text = buf_new(ctx->arena);
    for (size_t i = 0; i < set->n; i++) {
        const struct privilege *one = &set->at[i];
        const char *role = str_eq(one->role, ROLE_OWNER) ? "owner" : *one->role ? one->role : "public";
        buf_printf(&text, "%s%c%s %s", i ? ", " : "", "+-?"[one->verb], role, one -> name);
        if (one->column) buf_printf(&text, "(%s)", one->column);
        if (one->grantable) buf_addc(&text, '*');
    }
    return text.text;
}

/* What a statement says, as resolve_privileges.c takes it apart. */
static void said(struct ctx *ctx, const char *sql, struct privileges *list)
{
    struct sql_grant grant;
    if (!sql_grant_parse(ctx->arena, sql, &grant)) ok(false, "%s is a privilege statement", sql);
    for (size_t r = 0; r < grant.roles.n; r++) {
        for (size_t i = 0; i < grant.privileges.n; i++) {
            const struct sql_granted *granted = &grant.privileges.at[i];
            struct privilege one = {
                .role = grant.roles.at[r], .name = granted->name, .grantable = grant.option && !grant.revoke};
            one.verb = !grant.revoke ? PRIVILEGE_GRANT : grant.option ? PRIVILEGE_REVOKE_OPTION : PRIVILEGE_REVOKE;
            if (!granted->columns.n) vec_push(ctx->arena, list, one);
            for (size_t c = 0; c < granted->columns.n; c++) {
                one.column = granted->columns.at[c];
                vec_push(ctx->arena, list, one);
            }
        }
    }
}

static struct privileges acl(struct ctx *ctx, const char *text)
{
    struct privileges set = {0};
    privileges_read_acl(ctx->arena, text, NULL, &set);
    return set;
}

static void test_acl(struct ctx *ctx)
{
    struct privileges set = acl(ctx, "{app=ar*w/postgres,=r/postgres}");
    is_text(shown(ctx, &set), "+app INSERT, +app SELECT*, +app UPDATE, +public SELECT", "an ACL");
    set = acl(ctx, "{\"\\\"a,b=\\\"\\\"c\\\"=U/x\",=UC/x}");
    is_text(shown(ctx, &set), "+a,b=\"c USAGE, +public USAGE, +public CREATE",
            "a role's name with all that can be quoted");
    set = acl(ctx, "{}");
    is_text(shown(ctx, &set), "", "an empty ACL: nobody");
    privileges_read_acl(ctx->arena, "{app=r/x}", "a", &set);
    is_text(shown(ctx, &set), "+app SELECT(a)", "of a column");
}

static void test_defaults(struct ctx *ctx)
{
    struct privileges_of tables = of_class(ctx, "TABLES", 150000), newer = of_class(ctx, "TABLES", 170000);
    struct privileges_of functions = of_class(ctx, "FUNCTIONS", 150000);
    struct privileges set = privileges_default(&tables);
    ok(set.n == 7, "an owner has seven privileges on a table");
    set = privileges_default(&newer);
    ok(set.n == 8 && privileges_find(&set, ROLE_OWNER, "MAINTAIN", NULL), "MAINTAIN since PostgreSQL 17");
    set = privileges_default(&functions);
    is_text(shown(ctx, &set), "+owner EXECUTE, +public EXECUTE", "everybody may call a function");
}

static void test_apply(struct ctx *ctx)
{
    struct privileges_of tables = of_class(ctx, "TABLES", 150000), sequences = of_class(ctx, "SEQUENCES", 0);
    struct privileges list = {0}, set = {0};
    said(ctx, "grant select, insert (a, b) on t to app, public", &list);
    for (size_t i = 0; i < list.n; i++) privileges_apply(&tables, &set, &list.at[i]);
    is_text(shown(ctx, &set),
            "+app SELECT, +app INSERT(a), +app INSERT(b), +public SELECT, +public INSERT(a), +public INSERT(b)",
            "a grant");
    list = (struct privileges){0};
    said(ctx, "revoke insert on t from app", &list);
    said(ctx, "revoke all (a) on t from public", &list);
    for (size_t i = 0; i < list.n; i++) privileges_apply(&tables, &set, &list.at[i]);
    is_text(shown(ctx, &set), "+app SELECT, +public SELECT, +public INSERT(b)", "a revoke takes the columns' too");
    list = set = (struct privileges){0};
    said(ctx, "grant all on sequence s to app with grant option", &list);
    said(ctx, "revoke grant option for usage on sequence s from app", &list);
    for (size_t i = 0; i < list.n; i++) privileges_apply(&sequences, &set, &list.at[i]);
    is_text(shown(ctx, &set), "+app USAGE, +app SELECT*, +app UPDATE*", "ALL, and an option taken back");
    privileges_own(&set, "app");
    is_text(shown(ctx, &set), "+owner USAGE, +owner SELECT, +owner UPDATE", "an owner's need no option");
}

static void test_reduce(struct ctx *ctx)
{
    struct privileges_of tables = of_class(ctx, "TABLES", 0);
    struct privileges list = {0}, reduced;
    said(ctx, "grant select, select (a), update on t to app", &list);
    said(ctx, "revoke select on t from app", &list);
    said(ctx, "grant select (b) on t to app", &list);
    said(ctx, "grant update on t to app with grant option", &list);
    privileges_reduce(&tables, &list, &reduced);
    is_text(shown(ctx, &reduced), "-app SELECT, +app SELECT(b), +app UPDATE*", "the last word counts");
}

static const char *steps(struct ctx *ctx, const char *from, const char *to)
{
    struct privileges a = acl(ctx, from), b = acl(ctx, to), found;
    privileges_steps(ctx->arena, &a, &a, &b, &b, &found);
    return shown(ctx, &found);
}

static void test_steps(struct ctx *ctx)
{
    is_text(steps(ctx, "{a=r/x,b=w/x}", "{b=w/x,a=r/x}"), "", "the same in another order");
    is_text(steps(ctx, "{a=r*w/x}", "{a=ra*/x}"), "-a UPDATE, ?a SELECT, +a INSERT*", "away, the option away, more");
    is_text(steps(ctx, "{}", "{=r/x,a=r/x,a=a*/x}"), "+public SELECT, +a SELECT, +a INSERT*",
            "one run for each role and option");
    struct privileges from = acl(ctx, "{a=r/x}"), to = {0}, found;
    privileges_read_acl(ctx->arena, "{a=r/x}", "c", &from);
    privileges_read_acl(ctx->arena, "{a=r/x}", "c", &to);
    privileges_steps(ctx->arena, &from, &from, &to, &to, &found);
    is_text(shown(ctx, &found), "-a SELECT, +a SELECT(c)", "what a revoke takes from a column is given again");
    struct privileges little = acl(ctx, "{a=r/x}"), much = acl(ctx, "{a=rwd/x}"), least = acl(ctx, "{a=ra/x}"),
                      most = acl(ctx, "{a=raw/x}");
    privileges_steps(ctx->arena, &little, &much, &least, &most, &found);
    is_text(shown(ctx, &found), "-a DELETE, +a INSERT",
            "between what is certain and possible, and the least and the most");
}

static void test_words(struct ctx *ctx)
{
    const struct grant_class *tables = grant_class_called("TABLES"), *types = grant_class_called("TYPES");
    struct privileges list = {0};
    said(ctx, "grant update (b), select, update (\"C d\") on t to app", &list);
    is_text(grant_words(ctx->arena, tables, list.at, list.n, 0), "SELECT, UPDATE (b, \"C d\")",
            "columns of one privilege stand together");
    struct privileges_of of = of_class(ctx, "TABLES", 150000);
    struct privileges all = privileges_default(&of);
    is_text(grant_words(ctx->arena, tables, all.at, all.n, 150000), "ALL", "everything is ALL");
    ok(!str_eq(grant_words(ctx->arena, tables, all.at, all.n, 170000), "ALL"), "but not on a server that has more");
    is_text(grant_words(ctx->arena, types, &(struct privilege){.role = "", .name = "USAGE"}, 1, 0), "USAGE",
            "the only one has its name");
}

static void test_parse(struct ctx *ctx)
{
    struct sql_grant grant;
    ok(sql_grant_parse(ctx->arena,
                       "alter default privileges for role a in schema s, t revoke execute on routines from public",
                       &grant) &&
           grant.reach == SQL_GRANT_BY_DEFAULT && grant.revoke && grant.for_roles.n == 1 && grant.schemas.n == 2,
       "default privileges");
    is_text(grant.roles.at[0], "", "PUBLIC");
    ok(sql_grant_parse(ctx->arena, "grant all on all sequences in schema s to a", &grant) &&
           grant.reach == SQL_GRANT_IN_SCHEMA,
       "all in a schema");
    is_text(grant.sort, "SEQUENCE", "of which sort");
    ok(!sql_grant_parse(ctx->arena, "grant a to b", &grant), "membership in a role is something else");
    ok(!sql_grant_parse(ctx->arena, "grant select on t to current_user", &grant), "nobody knows who that will be");
}

int main(void)
{
    struct ctx *ctx = ctx_new();
    test_acl(ctx);
    test_defaults(ctx);
    test_apply(ctx);
    test_reduce(ctx);
    test_steps(ctx);
    test_words(ctx);
    test_parse(ctx);
    ctx_free(ctx);
    return tap_done();
}
