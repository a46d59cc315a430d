/* grant.c: reads GRANT, REVOKE and ALTER DEFAULT PRIVILEGES. */
#include "sql/grant.h"

#include <ctype.h>
#include <string.h>

#include "sql/raw.h"

static const char *upper(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; *at; at++) *at = (char)toupper((unsigned char)*at);
    return copy;
}

/* A list of String nodes. */
static void read_strings(struct arena *arena, const json_t *list, struct sql_texts *texts)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_at(json_array_get(list, i), "String", "sval", NULL));
        if (text) vec_push(arena, texts, arena_strdup(arena, text));
    }
}

static bool read_roles(struct arena *arena, const json_t *list, struct sql_texts *roles)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *role = json_object_get(json_array_get(list, i), "RoleSpec");
        const char *type = json_member(role, "roletype"), *name = json_member(role, "rolename");
        bool everybody = str_eq(type, "ROLESPEC_PUBLIC");
        if (!everybody && !name) return false;
        vec_push(arena, roles, everybody ? "" : arena_strdup(arena, name));
    }
    return true;
}

/* An empty list means ALL; so does ALL with a list of columns: a privilege without a name. */
static void read_privileges(struct arena *arena, const json_t *list, struct sql_grant *grant)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *node = json_object_get(json_array_get(list, i), "AccessPriv");
        const char *name = json_member(node, "priv_name");
        struct sql_granted granted = {.name = name ? upper(arena, name) : "ALL"};
        read_strings(arena, json_object_get(node, "cols"), &granted.columns);
        vec_push(arena, &grant->privileges, granted);
    }
    if (grant->privileges.n == 0) vec_push(arena, &grant->privileges, (struct sql_granted){.name = "ALL"});
}

static bool read_options(struct arena *arena, const json_t *options, struct sql_grant *grant)
{
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_object_get(json_array_get(options, i), "DefElem");
        const json_t *items = json_at(option, "arg", "List", "items", NULL);
        if (str_eq(json_member(option, "defname"), "schemas")) read_strings(arena, items, &grant->schemas);
        else if (!read_roles(arena, items, &grant->for_roles)) return false;
    }
    return true;
}

static bool read_grant(struct arena *arena, const json_t *body, struct sql_grant *grant)
{
    static const char prefix[] = "OBJECT_";
    const char *sort = json_member(body, "objtype"), *target = json_member(body, "targtype");
    grant->revoke = !json_is_true(json_object_get(body, "is_grant"));
    grant->option = json_is_true(json_object_get(body, "grant_option"));
    grant->sort = sort && str_starts(sort, prefix) ? arena_strdup(arena, sort + sizeof prefix - 1) : "";
    if (str_eq(target, "ACL_TARGET_ALL_IN_SCHEMA")) {
        grant->reach = SQL_GRANT_IN_SCHEMA;
        read_strings(arena, json_object_get(body, "objects"), &grant->schemas);
    }
    read_privileges(arena, json_object_get(body, "privileges"), grant);
    return read_roles(arena, json_object_get(body, "grantees"), &grant->roles);
}

bool sql_grant_parse(struct arena *arena, const char *text, struct sql_grant *grant)
{
    struct sql_error error;
    json_auto_t *root = sql_parse_node(arena, SQL_STATEMENT, text, &error);
    const json_t *body = json_object_get(root, "GrantStmt"),
                 *defaults = json_object_get(root, "AlterDefaultPrivilegesStmt");
    *grant = (struct sql_grant){0};
    if (body) return read_grant(arena, body, grant);
    if (!defaults || !read_options(arena, json_object_get(defaults, "options"), grant)) return false;
    grant->reach = SQL_GRANT_BY_DEFAULT;
    return read_grant(arena, json_object_get(defaults, "action"), grant);
}
