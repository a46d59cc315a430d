/* spoken.c: the objects that COMMENT, ALTER, GRANT, REVOKE and DROP statements speak of. */
#include <string.h>

#include "sql/named.h"

/* ---- one object: its sort and the node that names it */

static const char *text_of(struct arena *arena, const json_t *node)
{
    const char *text = json_string_value(json_at(node, "String", "sval", NULL));
    return text ? arena_strdup(arena, text) : NULL;
}

/* [schema,] relation, name: a column, constraint, trigger, rule or policy. */
static void read_part(struct arena *arena, const json_t *items, struct sql_object_name *object)
{
    size_t n = json_array_size(items);
    object->name = text_of(arena, json_array_get(items, n - 1));
    if (n > 1) object->on = text_of(arena, json_array_get(items, n - 2));
    if (n > 2) object->on_schema = text_of(arena, json_array_get(items, n - 3));
}

/* type, name. */
static void read_domain_constraint(struct arena *arena, const json_t *items, struct sql_object_name *object)
{
    const json_t *type = json_at(items, "0", "TypeName", "names", NULL);
    object->name = text_of(arena, json_array_get(items, 1));
    object->on = json_qname(arena, type, &object->on_schema);
}

/* method, [schema,] name. */
static void read_by_method(struct arena *arena, const json_t *items, struct sql_object_name *object)
{
    size_t n = json_array_size(items);
    object->method = text_of(arena, json_array_get(items, 0));
    object->name = text_of(arena, json_array_get(items, n - 1));
    if (n > 2) object->schema = text_of(arena, json_array_get(items, n - 2));
}

static void read_cast(struct arena *arena, const json_t *items, struct sql_object_name *object)
{
    named_cast(arena, json_array_get(items, 0), json_array_get(items, 1), object);
}

static void read_transform(struct arena *arena, const json_t *items, struct sql_object_name *object)
{
    named_transform(arena, json_array_get(items, 0), json_string_value(json_at(items, "1", "String", "sval", NULL)),
                    object);
}

static const struct {
    const char *kind;
    void (*read)(struct arena *arena, const json_t *items, struct sql_object_name *object);
} listed[] = {
    {"column", read_part},
    {"constraint", read_part},
    {"trigger", read_part},
    {"rule", read_part},
    {"policy", read_part},
    {"domain_check", read_domain_constraint},
    {"operator_class", read_by_method},
    {"operator_family", read_by_method},
    {"cast", read_cast},
    {"transform", read_transform},
};

static void read_routine(struct arena *arena, const json_t *node, struct sql_object_name *object)
{
    object->name = json_qname(arena, json_object_get(node, "objname"), &object->schema);
    if (!json_is_true(json_object_get(node, "args_unspecified")))
        named_args(arena, json_object_get(node, "objargs"), object);
}

/* False for what is no object of a schema: a role, a database. */
static bool read_object(struct arena *arena, const char *sort, const json_t *node, struct sql_object_name *object)
{
    const json_t *items = json_at(node, "List", "items", NULL), *type = json_object_get(node, "TypeName");
    const json_t *routine = json_object_get(node, "ObjectWithArgs");
    object->kind = named_kind(sort);
    if (!object->kind) return false;
    if (routine || json_object_get(node, "objname")) {
        read_routine(arena, routine ? routine : node, object);
        return object->name != NULL;
    }
    if (type) {
        object->name = json_qname(arena, json_object_get(type, "names"), &object->schema);
        return object->name != NULL;
    }
    for (size_t i = 0; items && i < sizeof listed / sizeof *listed; i++) {
        if (!str_eq(listed[i].kind, object->kind)) continue;
        listed[i].read(arena, items, object);
        return object->name != NULL;
    }
    named_plain(arena, node, &object->schema, &object->name);
    return object->name != NULL;
}

/* ---- statements: where they keep the sort and the node */

struct speaking {
    struct arena *arena;
    const json_t *body;
    struct sql_object_names *objects;
};

static void add(const struct speaking *s, const char *sort, const json_t *node)
{
    struct sql_object_name object = {0};
    if (node && read_object(s->arena, sort, node, &object)) vec_push(s->arena, s->objects, object);
}

static void add_each(const struct speaking *s, const char *sort, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) add(s, sort, json_array_get(list, i));
}

/* GRANT .. ON DOMAIN and TYPE give lists, DROP FUNCTION routines, DROP TABLE lists. */
static void read_grant(struct speaking *s)
{
    if (!str_eq(json_member(s->body, "targtype"), "ACL_TARGET_OBJECT")) return;
    add_each(s, json_member(s->body, "objtype"), json_object_get(s->body, "objects"));
}

static void read_drop(struct speaking *s)
{
    add_each(s, json_member(s->body, "removeType"), json_object_get(s->body, "objects"));
}

static void read_comment(struct speaking *s)
{
    add(s, json_member(s->body, "objtype"), json_object_get(s->body, "object"));
}

/* A trigger, rule or policy that is given as a relation and a list of its own name. */
static void add_on(const struct speaking *s, const char *sort, const char *name, const json_t *relation)
{
    struct sql_object_name object = {.kind = named_kind(sort)};
    if (!object.kind || !name) return;
    object.name = arena_strdup(s->arena, name);
    named_plain(s->arena, relation, &object.on_schema, &object.on);
    vec_push(s->arena, s->objects, object);
}

static void read_owner(struct speaking *s)
{
    add(s, json_member(s->body, "objectType"), json_object_get(s->body, "object"));
}

/* DEPENDS ON EXTENSION, SET SCHEMA: a relation, something on a relation, or an object. */
static void read_depends(struct speaking *s)
{
    const json_t *relation = json_object_get(s->body, "relation"), *object = json_object_get(s->body, "object");
    const char *sort = json_member(s->body, "objectType");
    const char *name = json_string_value(json_at(object, "List", "items", "0", "String", "sval", NULL));
    if (relation && object) add_on(s, sort, name, relation);
    else add(s, sort, relation ? relation : object);
}

static void read_rename(struct speaking *s)
{
    const json_t *relation = json_object_get(s->body, "relation"), *object = json_object_get(s->body, "object");
    const char *sort = json_member(s->body, "renameType"), *part = json_member(s->body, "subname");
    if (relation && part) add_on(s, sort, part, relation);
    else add(s, sort, relation ? relation : object);
}

static void read_table(struct speaking *s)
{
    add(s, json_member(s->body, "objtype"), json_object_get(s->body, "relation"));
}

static void read_function(struct speaking *s)
{
    add(s, json_member(s->body, "objtype"), json_object_get(s->body, "func"));
}

static void read_policy(struct speaking *s)
{
    add_on(s, "OBJECT_POLICY", json_member(s->body, "policy_name"), json_object_get(s->body, "table"));
}

static void read_by_class(struct speaking *s)
{
    struct sql_object_name object = {.kind = "operator_family", .method = json_member(s->body, "amname")};
    object.name = json_qname(s->arena, json_object_get(s->body, "opfamilyname"), &object.schema);
    if (object.method) object.method = arena_strdup(s->arena, object.method);
    if (object.name) vec_push(s->arena, s->objects, object);
}

static void read_mapping(struct speaking *s)
{
    struct sql_object_name object = {.kind = "user_mapping"};
    named_mapping(s->arena, json_object_get(s->body, "user"), json_member(s->body, "servername"), &object);
    if (object.name) vec_push(s->arena, s->objects, object);
}

/* `sort` and `key` where that says it all. */
static const struct {
    const char *node, *sort, *key;
    void (*read)(struct speaking *s);
} forms[] = {
    {"GrantStmt", NULL, NULL, read_grant},
    {"DropStmt", NULL, NULL, read_drop},
    {"CommentStmt", NULL, NULL, read_comment},
    {"AlterTableStmt", NULL, NULL, read_table},
    {"AlterOwnerStmt", NULL, NULL, read_owner},
    {"AlterObjectDependsStmt", NULL, NULL, read_depends},
    {"AlterObjectSchemaStmt", NULL, NULL, read_depends},
    {"RenameStmt", NULL, NULL, read_rename},
    {"AlterFunctionStmt", NULL, NULL, read_function},
    {"AlterPolicyStmt", NULL, NULL, read_policy},
    {"AlterOpFamilyStmt", NULL, NULL, read_by_class},
    {"AlterUserMappingStmt", NULL, NULL, read_mapping},
    {"DropUserMappingStmt", NULL, NULL, read_mapping},
    {"AlterEnumStmt", "OBJECT_TYPE", "typeName", NULL},
    {"AlterTypeStmt", "OBJECT_TYPE", "typeName", NULL},
    {"AlterDomainStmt", "OBJECT_DOMAIN", "typeName", NULL},
    {"AlterSeqStmt", "OBJECT_SEQUENCE", "sequence", NULL},
    {"AlterStatsStmt", "OBJECT_STATISTIC_EXT", "defnames", NULL},
    {"AlterOperatorStmt", "OBJECT_OPERATOR", "opername", NULL},
    {"AlterCollationStmt", "OBJECT_COLLATION", "collname", NULL},
    {"AlterTSConfigurationStmt", "OBJECT_TSCONFIGURATION", "cfgname", NULL},
    {"AlterTSDictionaryStmt", "OBJECT_TSDICTIONARY", "dictname", NULL},
    {"AlterExtensionStmt", "OBJECT_EXTENSION", "extname", NULL},
    {"AlterExtensionContentsStmt", "OBJECT_EXTENSION", "extname", NULL},
    {"AlterPublicationStmt", "OBJECT_PUBLICATION", "pubname", NULL},
    {"AlterEventTrigStmt", "OBJECT_EVENT_TRIGGER", "trigname", NULL},
    {"AlterFdwStmt", "OBJECT_FDW", "fdwname", NULL},
    {"AlterForeignServerStmt", "OBJECT_FOREIGN_SERVER", "servername", NULL},
};

static void read_statement(struct speaking *s, const char *node)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].node, node) != 0) continue;
        if (forms[i].read) forms[i].read(s);
        else add(s, forms[i].sort, json_object_get(s->body, forms[i].key));
    }
}

bool sql_spoken_of(struct arena *arena, const char *text, struct sql_object_names *objects)
{
    struct sql_error error;
    *objects = (struct sql_object_names){0};
    json_auto_t *root = sql_statement_node(arena, text, &error);
    if (!root) return false;
    const char *node = json_object_iter_key(json_object_iter(root));
    struct speaking s = {arena, json_object_get(root, node), objects};
    read_statement(&s, node);
    return true;
}

bool sql_comment_text(struct arena *arena, const char *text, const char **comment)
{
    struct sql_error error;
    json_auto_t *root = sql_statement_node(arena, text, &error);
    const json_t *body = json_object_get(root, "CommentStmt");
    const char *said = json_member(body, "comment");
    *comment = said && *said ? arena_strdup(arena, said) : NULL;
    return body != NULL;
}
