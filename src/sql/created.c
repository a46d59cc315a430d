/* created.c: the object that a CREATE statement makes. */
#include <string.h>
#include <strings.h>

#include "sql/named.h"

struct making {
    struct arena *arena;
    const json_t *body;
    struct sql_object_name *object;
};

/* ---- what the name alone doesn't tell */

static const char *member(const struct making *m, const char *key)
{
    const char *text = json_member(m->body, key);
    return text ? arena_strdup(m->arena, text) : NULL;
}

static void read_routine(struct making *m)
{
    if (json_is_true(json_object_get(m->body, "is_procedure"))) m->object->kind = "procedure";
    named_args(m->arena, json_object_get(m->body, "parameters"), m->object);
}

/* The last option of that name, as its argument's node. */
static const json_t *option(const struct making *m, const char *name)
{
    const json_t *options = json_object_get(m->body, "definition"), *found = NULL;
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *one = json_at(json_array_get(options, i), "DefElem", NULL);
        if (str_eq(json_member(one, "defname"), name)) found = json_object_get(one, "arg");
    }
    return found;
}

static void read_aggregate(struct making *m)
{
    if (!json_is_true(json_object_get(m->body, "oldstyle"))) {
        named_args(m->arena, json_at(m->body, "args", "0", "List", "items", NULL), m->object);
        return;
    }
    const json_t *base = option(m, "basetype");
    const char *text = json_string_value(json_at(base, "String", "sval", NULL));
    if (!text) text = json_string_value(json_at(base, "TypeName", "names", "0", "String", "sval", NULL));
    m->object->has_args = true;
    if (text && strcasecmp(text, "any") != 0) {
        const char *type =
            json_object_get(base, "TypeName") ? json_type_text(m->arena, base) : arena_strdup(m->arena, text);
        vec_push(m->arena, &m->object->args, type);
    }
}

static void read_operator(struct making *m)
{
    static const char *const sides[] = {"leftarg", "rightarg"};
    m->object->has_args = true;
    for (size_t i = 0; i < 2; i++) {
        const json_t *type = option(m, sides[i]);
        const char *text = type ? json_type_text(m->arena, type) : NULL;
        vec_push(m->arena, &m->object->args, text ? text : "none");
    }
}

/* CREATE TYPE .. (..), CREATE AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH ..: one statement in the parser's eyes. */
static void read_definition(struct making *m)
{
    m->object->kind = named_kind(json_member(m->body, "kind"));
    if (str_eq(m->object->kind, "type")) m->object->kind = "base_type";
    if (str_eq(m->object->kind, "aggregate")) read_aggregate(m);
    if (str_eq(m->object->kind, "operator")) read_operator(m);
}

/* PostgreSQL's own name for it, where the statement says none: "range" in its type's name becomes "multirange". */
static void read_range(struct making *m)
{
    const json_t *options = json_object_get(m->body, "params");
    const char *name = m->object->name, *at = name ? strstr(name, "range") : NULL;
    if (at) m->object->also = arena_printf(m->arena, "%.*smulti%s", (int)(at - name), name, at);
    else if (name) m->object->also = arena_printf(m->arena, "%s_multirange", name);
    m->object->also_schema = m->object->schema;
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *one = json_at(json_array_get(options, i), "DefElem", NULL);
        if (!str_eq(json_member(one, "defname"), "multirange_type_name")) continue;
        m->object->also = json_qname(m->arena, json_at(one, "arg", "TypeName", "names", NULL), &m->object->also_schema);
    }
}

static void read_table_as(struct making *m)
{
    if (str_eq(json_member(m->body, "objtype"), "OBJECT_MATVIEW")) m->object->kind = "materialized_view";
}

static void read_method(struct making *m)
{
    m->object->method = member(m, "amname");
}

/* Without FAMILY it brings one of its own name. */
static void read_class(struct making *m)
{
    read_method(m);
    if (json_object_get(m->body, "opfamilyname")) return;
    m->object->also_schema = m->object->schema;
    m->object->also = m->object->name;
}

static void read_cast(struct making *m)
{
    named_cast(m->arena, json_object_get(m->body, "sourcetype"), json_object_get(m->body, "targettype"), m->object);
}

static void read_transform(struct making *m)
{
    named_transform(m->arena, json_object_get(m->body, "type_name"), json_member(m->body, "lang"), m->object);
}

static void read_mapping(struct making *m)
{
    named_mapping(m->arena, json_object_get(m->body, "user"), json_member(m->body, "servername"), m->object);
}

/* ---- the statements */

static const struct form {
    const char *node, *kind;
    const char *key, *inner; /* where the name is */
    const char *on;          /* where the relation is that it stands on */
    void (*read)(struct making *m);
} forms[] = {
    {"CreateStmt", "table", "relation", NULL, NULL, NULL},
    {"CreateTableAsStmt", "table", "into", "rel", NULL, read_table_as},
    {"CreateForeignTableStmt", "foreign_table", "base", "relation", NULL, NULL},
    {"IndexStmt", "index", "idxname", NULL, "relation", NULL},
    {"CreateSeqStmt", "sequence", "sequence", NULL, NULL, NULL},
    {"ViewStmt", "view", "view", NULL, NULL, NULL},
    {"CreateFunctionStmt", "function", "funcname", NULL, NULL, read_routine},
    {"DefineStmt", NULL, "defnames", NULL, NULL, read_definition},
    {"CreateTrigStmt", "trigger", "trigname", NULL, "relation", NULL},
    {"RuleStmt", "rule", "rulename", NULL, "relation", NULL},
    {"CreatePolicyStmt", "policy", "policy_name", NULL, "table", NULL},
    {"CreateEventTrigStmt", "event_trigger", "trigname", NULL, NULL, NULL},
    {"CreateEnumStmt", "enum", "typeName", NULL, NULL, NULL},
    {"CreateDomainStmt", "domain", "domainname", NULL, NULL, NULL},
    {"CompositeTypeStmt", "composite", "typevar", NULL, NULL, NULL},
    {"CreateRangeStmt", "range", "typeName", NULL, NULL, read_range},
    {"CreateStatsStmt", "statistics", "defnames", NULL, NULL, NULL},
    {"CreateConversionStmt", "conversion", "conversion_name", NULL, NULL, NULL},
    {"CreatePublicationStmt", "publication", "pubname", NULL, NULL, NULL},
    {"CreateOpClassStmt", "operator_class", "opclassname", NULL, NULL, read_class},
    {"CreateOpFamilyStmt", "operator_family", "opfamilyname", NULL, NULL, read_method},
    {"CreateCastStmt", "cast", NULL, NULL, NULL, read_cast},
    {"CreateTransformStmt", "transform", NULL, NULL, NULL, read_transform},
    {"CreateFdwStmt", "foreign_data_wrapper", "fdwname", NULL, NULL, NULL},
    {"CreateForeignServerStmt", "server", "servername", NULL, NULL, NULL},
    {"CreateUserMappingStmt", "user_mapping", NULL, NULL, NULL, read_mapping},
    {"CreateAmStmt", "access_method", "amname", NULL, NULL, NULL},
    {"CreatePLangStmt", "language", "plname", NULL, NULL, NULL},
    {"CreateSchemaStmt", "schema", "schemaname", NULL, NULL, NULL},
    {"CreateExtensionStmt", "extension", "extname", NULL, NULL, NULL},
};

bool sql_created(struct arena *arena, const char *text, struct sql_object_name *object)
{
    struct sql_error error;
    *object = (struct sql_object_name){0};
    json_auto_t *root = sql_statement_node(arena, text, &error);
    if (!root) return false;
    const char *node = json_object_iter_key(json_object_iter(root));
    const json_t *body = json_object_get(root, node);
    struct making m = {arena, body, object};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *form = &forms[i];
        if (strcmp(form->node, node) != 0) continue;
        const json_t *name = form->key ? json_object_get(body, form->key) : NULL;
        object->kind = form->kind;
        named_plain(arena, form->inner ? json_object_get(name, form->inner) : name, &object->schema, &object->name);
        if (form->on) named_plain(arena, json_object_get(body, form->on), &object->on_schema, &object->on);
        if (form->read) form->read(&m);
        return object->kind && (object->name || str_eq(object->kind, "index"));
    }
    return false;
}

/* ---- the same less OR REPLACE, IF NOT EXISTS and CONCURRENTLY */

static bool are_words(const char *text, const struct sql_tokens *tokens, size_t at, const char *const *words, size_t n)
{
    if (at + n > tokens->n) return false;
    for (size_t i = 0; i < n; i++) {
        if (!sql_token_is(text, tokens->at[at + i], words[i])) return false;
    }
    return true;
}

bool sql_is_shell(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error)) return false;
    for (size_t i = 0; i < tokens.n; i++) {
        if (tokens.at[i].kind == '(') return false;
    }
    return true;
}

const char *sql_plain_create(struct arena *arena, const char *text)
{
    static const char *const replace[] = {"or", "replace"}, *const exists[] = {"if", "not", "exists"};
    enum { FARTHEST = 8 }; /* CREATE FOREIGN DATA WRAPPER IF NOT EXISTS is about as far as it gets */
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error) || tokens.n < 2) return text;
    struct buf plain = buf_new(arena);
    size_t done = 0;
    for (size_t i = 1; i < tokens.n && i < FARTHEST && tokens.at[i].kind != '('; i++) {
        bool index =
            i > 1 && sql_token_is(text, tokens.at[i - 1], "index") && sql_token_is(text, tokens.at[i], "concurrently");
        size_t words = are_words(text, &tokens, i, replace, 2) && i == 1 ? 2
                       : are_words(text, &tokens, i, exists, 3)          ? 3
                                                                         : index;
        if (!words || i + words >= tokens.n) continue;
        buf_addn(&plain, text + done, tokens.at[i].start - done);
        done = tokens.at[i + words].start;
        i += words - 1;
    }
    buf_add(&plain, text + done);
    return plain.text;
}
