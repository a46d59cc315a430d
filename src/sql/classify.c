/* classify.c: what a top-level statement does, to what, and whether in a transaction. */
#include <string.h>

#include "sql/forms.h"
#include "sql/raw.h"

/* ---- names */

/* Triggers, policies, rules and constraints are listed behind their table, columns too: [schema,] table, name. */
static bool stands_in_table(const char *object)
{
    static const char *const parts[] = {"OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_TABCONSTRAINT"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (str_eq(object, parts[i])) return true;
    }
    return false;
}

static void read_list(struct arena *arena, const json_t *list, const char *object, struct sql_statement *statement)
{
    size_t n = json_array_size(list);
    statement->name = json_qname(arena, list, &statement->schema);
    const char *first = json_string_value(json_at(list, "0", "String", "sval", NULL));
    if (stands_in_table(object)) {
        statement->schema = n > 2 && first ? arena_strdup(arena, first) : NULL;
    } else if (str_eq(object, "OBJECT_COLUMN")) {
        statement->name = statement->schema; /* the table whose column it is */
        statement->schema = n > 2 && first ? arena_strdup(arena, first) : NULL;
    }
}

/* The first name that a member gives, in whichever form: a string, String nodes, a RangeVar, a TypeName, a list. */
static void read_name(struct arena *arena, const json_t *value, const char *object, struct sql_statement *statement)
{
    static const char *const lists[] = {"names", "objname", "funcname"};
    static const char *const strings[] = {"rolename", "sval"};
    static const char *const inner[] = {"List", "items", "RangeVar", "ObjectWithArgs", "TypeName", "RoleSpec",
                                        "String", "VacuumRelation", "relation", "rel"};
    if (json_is_string(value)) statement->name = arena_strdup(arena, json_string_value(value));
    if (json_is_array(value)) {
        const json_t *first = json_array_get(value, 0);
        bool plain = json_object_get(first, "String") != NULL;
        if (plain) {
            read_list(arena, value, object, statement);
        } else {
            read_name(arena, first, object, statement);
        }
        return;
    }
    const char *relation = json_member(value, "relname"), *schema = json_member(value, "schemaname");
    if (relation) {
        statement->name = arena_strdup(arena, relation);
        statement->schema = schema ? arena_strdup(arena, schema) : NULL;
        return;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const json_t *list = json_object_get(value, lists[i]);
        if (list) statement->name = json_qname(arena, list, &statement->schema);
    }
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const char *text = json_member(value, strings[i]);
        if (text) statement->name = arena_strdup(arena, text);
    }
    for (size_t i = 0; i < sizeof inner / sizeof *inner && !statement->name; i++) {
        const json_t *next = json_object_get(value, inner[i]);
        if (next) read_name(arena, next, object, statement);
    }
}

static const char *object_sort(const json_t *body)
{
    static const char *const keys[] = {"objtype", "removeType", "renameType", "objectType"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *sort = json_member(body, keys[i]);
        if (sort) return sort;
    }
    return NULL;
}

static void name_it(struct arena *arena, const struct sql_form *form, const json_t *body,
                    struct sql_statement *statement)
{
    const char *sort = object_sort(body);
    for (size_t i = 0; i < sizeof form->keys / sizeof *form->keys && !statement->name && form->keys[i]; i++) {
        const json_t *value = json_object_get(body, form->keys[i]);
        /* In ALL TABLES IN SCHEMA s, and in lists of several objects, the first one stands for all. */
        if (value) read_name(arena, value, sort, statement);
    }
    if (!form->within || statement->schema) return;
    const char *schema = json_string_value(json_at(body, form->within, "schemaname", NULL));
    if (schema) statement->schema = arena_strdup(arena, schema);
}

/* ---- classes and verbs that the node alone does not tell */

static bool is_true(const json_t *body, const char *key)
{
    return json_is_true(json_object_get(body, key));
}

static void reclassify(const json_t *body, struct sql_statement *statement)
{
    const char *kind = json_member(body, "kind"), *sort = json_member(body, "objtype");
    if (is_true(body, "is_procedure")) {
        statement->class = SQL_CREATE_PROCEDURE;
        statement->verb = "CREATE PROCEDURE";
    } else if (statement->class == SQL_CREATE_TABLE && str_eq(sort, "OBJECT_MATVIEW")) {
        statement->class = SQL_CREATE_MATVIEW;
        statement->verb = "CREATE MATERIALIZED VIEW";
    } else if (statement->class == SQL_CREATE_OTHER && str_eq(kind, "OBJECT_AGGREGATE")) {
        statement->class = SQL_CREATE_AGGREGATE;
    } else if (statement->class == SQL_SELECT && json_object_get(body, "intoClause")) {
        statement->class = SQL_CREATE_TABLE;
        statement->verb = "SELECT INTO";
    } else if (statement->class == SQL_GRANT && !is_true(body, "is_grant")) {
        statement->class = SQL_REVOKE;
        statement->verb = "REVOKE";
    } else if (str_eq(statement->verb, "VACUUM") && !is_true(body, "is_vacuumcmd")) {
        statement->verb = "ANALYZE";
    } else if (statement->class == SQL_SET && kind && str_starts(kind, "VAR_RESET")) {
        statement->verb = "RESET";
    }
}

static const char *verb_of(struct arena *arena, const struct sql_form *form, const json_t *body)
{
    const char *kind = json_member(body, "kind");
    if (form->class == SQL_TRANSACTION) {
        bool longer = str_eq(kind, "TRANS_STMT_START") || str_eq(kind, "TRANS_STMT_PREPARE");
        const char *word = kind ? sql_object_word(arena, kind) : "";
        return arena_printf(arena, "%s%s", word, longer ? " TRANSACTION" : "");
    }
    const char *sort = form->object ? json_member(body, form->object) : NULL;
    if (str_eq(sort, "OBJECT_COLUMN")) sort = json_member(body, "relationType"); /* RENAME COLUMN of a view, .. */
    return sort ? arena_printf(arena, "%s %s", form->verb, sql_object_word(arena, sort)) : form->verb;
}

/* ---- transactions */

bool sql_option(const json_t *body, const char *list, const char *name)
{
    const json_t *options = json_object_get(body, list);
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_at(json_array_get(options, i), "DefElem", NULL);
        if (!str_eq(json_member(option, "defname"), name)) continue;
        const json_t *arg = json_object_get(option, "arg");
        const char *said = json_string_value(json_at(arg, "String", "sval", NULL));
        if (!said) said = json_string_value(json_at(arg, "TypeName", "names", "0", "String", "sval", NULL));
        return !(str_eq(said, "false") || str_eq(said, "off"));
    }
    return false;
}

bool sql_concurrent(const char *node, const json_t *body)
{
    if (strcmp(node, "IndexStmt") == 0 || strcmp(node, "DropStmt") == 0) return is_true(body, "concurrent");
    if (strcmp(node, "ReindexStmt") == 0) return sql_option(body, "params", "concurrently");
    if (strcmp(node, "AlterTableStmt") != 0) return false;
    const json_t *partition = json_at(body, "cmds", "0", "AlterTableCmd", "def", "PartitionCmd", NULL);
    return is_true(partition, "concurrent");
}

/* What PostgreSQL refuses inside a transaction block. */
bool sql_refuses_transaction(const char *node, const json_t *body)
{
    static const char *const always[] = {"CreatedbStmt", "DropdbStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt",
                                         "AlterSystemStmt", "DropSubscriptionStmt", "CreateSubscriptionStmt"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (strcmp(node, always[i]) == 0) return true;
    }
    if (strcmp(node, "VacuumStmt") == 0) return is_true(body, "is_vacuumcmd");
    if (strcmp(node, "ClusterStmt") == 0) return !json_object_get(body, "relation");
    if (strcmp(node, "AlterDatabaseStmt") == 0) return sql_option(body, "options", "tablespace");
    if (strcmp(node, "DiscardStmt") == 0) return str_eq(json_member(body, "target"), "DISCARD_ALL");
    if (strcmp(node, "ReindexStmt") != 0) return false;
    const char *kind = json_member(body, "kind");
    return !(str_eq(kind, "REINDEX_OBJECT_INDEX") || str_eq(kind, "REINDEX_OBJECT_TABLE"));
}

/* ---- the tree, less what is long and tells nothing here */

static bool tells_nothing(const char *key, size_t len, bool partition)
{
    static const char *const keys[] = {"\"tableElts\"", "\"indexParams\"", "\"vals\"", "\"whereClause\"",
                                       "\"targetList\"", "\"valuesLists\"", "\"fromClause\"", "\"cmds\""};
    size_t n = sizeof keys / sizeof *keys - partition; /* a partition's command says whether it is concurrent */
    for (size_t i = 0; i < n; i++) {
        if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0) return true;
    }
    return false;
}

/* Behind the array or object that opens at `json`. */
static const char *value_end(const char *json)
{
    size_t depth = 0;
    do {
        if (*json == '"') {
            json = json_string_end(json);
            continue;
        }
        if (*json == '[' || *json == '{') depth++;
        if (*json == ']' || *json == '}') depth--;
        json++;
    } while (*json && depth > 0);
    return json;
}

static const char *without_details(struct arena *arena, const char *tree)
{
    struct buf slim = buf_new(arena);
    bool partition = strstr(tree, "\"PartitionCmd\"") != NULL;
    while (*tree) {
        size_t plain = strcspn(tree, "\"");
        const char *end = tree[plain] ? json_string_end(tree + plain) : tree + plain;
        buf_addn(&slim, tree, (size_t)(end - tree));
        bool value = *end == ':' && (end[1] == '[' || end[1] == '{');
        if (value && tells_nothing(tree + plain, (size_t)(end - tree) - plain, partition)) {
            buf_add(&slim, ":null");
            end = value_end(end + 1);
        }
        tree = end;
    }
    return slim.text;
}

/* ---- the whole */

/* A statement that is in no table is called by its first word. */
static const char *first_word(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error) || tokens.n == 0) return "";
    struct sql_token first = tokens.at[0];
    char *word = arena_strndup(arena, text + first.start, first.end - first.start);
    for (char *at = word; *at; at++) {
        if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    }
    return word;
}

/* The tree's text is many times the statement's: it doesn't stay in the caller's arena. */
json_t *sql_statement_node(struct arena *arena, const char *text, struct sql_error *error)
{
    struct arena *passing = arena_new();
    const char *tree;
    bool parsed = sql_parse(passing, SQL_STATEMENT, text, &tree, error);
    const char *other = parsed ? NULL : sql_stand_in(passing, text);
    struct sql_error ignored;
    if (other) parsed = sql_parse(passing, SQL_STATEMENT, other, &tree, &ignored);
    json_t *root = parsed ? sql_tree_node(text, without_details(passing, tree), error) : NULL;
    if (!root) error->message = arena_strdup(arena, error->message);
    arena_free(passing);
    return root;
}

bool sql_classify(struct arena *arena, const char *text, struct sql_statement *statement, struct sql_error *error)
{
    *statement = (struct sql_statement){.class = SQL_OTHER};
    json_auto_t *root = sql_statement_node(arena, text, error);
    if (!root) return false;
    const char *node = json_object_iter_key(json_object_iter(root));
    const json_t *body = json_object_get(root, node);
    const struct sql_form *form = sql_form_of(node);
    if (!form) {
        statement->verb = first_word(arena, text);
        return true;
    }
    statement->class = form->class;
    statement->verb = verb_of(arena, form, body);
    reclassify(body, statement);
    name_it(arena, form, strcmp(node, "SelectStmt") == 0 ? json_object_get(body, "intoClause") : body, statement);
    statement->concurrently = sql_concurrent(node, body);
    statement->outside_transaction = statement->concurrently || sql_refuses_transaction(node, body);
    bool shown = statement->concurrently && statement->class != SQL_ALTER;
    if (shown) statement->verb = arena_printf(arena, "%s CONCURRENTLY", statement->verb);
    return true;
}
