/* act_other.c: what statements do that are neither CREATE TABLE nor ALTER TABLE. */
#include <string.h>

#include "sql/acting.h"
#include "sql/forms.h"
#include "sql/named.h"

/* ---- shared */

static unsigned cascade(const json_t *body)
{
    return str_eq(json_member(body, "behavior"), "DROP_CASCADE") ? ACT_CASCADE : 0;
}

/* An option of a list of DefElem nodes; NULL where it isn't given. */
static const json_t *option(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_at(json_array_get(list, i), "DefElem", NULL);
        if (str_eq(json_member(element, "defname"), name)) return element;
    }
    return NULL;
}

/* Whether it is on: said alone, or with a value that means so. */
static bool is_on(struct arena *arena, const json_t *element)
{
    return element && sql_is_on(json_option_value(arena, json_object_get(element, "arg")));
}

static void named(struct acting *a, struct sql_act *act, const json_t *name)
{
    named_plain(a->arena, name, &act->schema, &act->name);
}

/* The name behind whatever form of object node: a list, a string, a TypeName, an ObjectWithArgs. */
static const json_t *bare_name(const json_t *node)
{
    static const char *const inner[][2] = {{"List", "items"}, {"TypeName", "names"}, {"ObjectWithArgs", "objname"}};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        const json_t *found = json_at(node, inner[i][0], inner[i][1], NULL);
        if (found) return found;
    }
    return node;
}

/* ---- indexes, views, tables of queries */

static void read_index(struct acting *a, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation"), *keys = json_object_get(body, "indexParams");
    struct sql_act *act = act_on(a, ACT_INDEX_CREATE, relation);
    act->part = act_text(a, body, "idxname");
    act->now = act_text(a, body, "accessMethod");
    act->flags |= act_flag(body, "unique", ACT_UNIQUE) | act_flag(body, "concurrent", ACT_CONCURRENTLY) | act_flag(body,
                                                                                                                   "if_not_exists", ACT_IF);
    if (!json_is_true(json_object_get(relation, "inh"))) act->flags |= act_has_word(a, "only", NULL) ? ACT_ONLY : 0;
    if (json_object_get(body, "whereClause")) {
        act->flags |= ACT_WHERE;
        if (!act_not_null(a, json_object_get(body, "whereClause"), &act->to_columns)) act->to_columns.n = 0;
    }
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *column = act_text(a, json_at(json_array_get(keys, i), "IndexElem", NULL), "name");
        vec_push(a->arena, &act->columns, column);
    }
}

static void read_view(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_VIEW_CREATE, json_object_get(body, "view"));
    act->kind = "VIEW";
    act->flags |= act_flag(body, "replace", ACT_REPLACE | ACT_IF);
    if (is_on(a->arena, option(json_object_get(body, "options"), "security_invoker"))) act->flags |= ACT_INVOKER;
}

static void read_table_as(struct acting *a, const json_t *body)
{
    bool table = str_eq(json_member(body, "objtype"), "OBJECT_TABLE");
    struct sql_act *act = act_on(a, table ? ACT_TABLE_CREATE : ACT_VIEW_CREATE, json_at(body, "into", "rel", NULL));
    act->kind = table ? "TABLE" : "MATERIALIZED VIEW";
    act->flags |= ACT_MADE | ACT_SELECT | act_flag(body, "if_not_exists", ACT_IF);
}

/* set_config('lock_timeout', '3s', false) */
static void read_set_config(struct acting *a, const json_t *call)
{
    const char *schema, *name = call ? json_qname(a->arena, json_object_get(call, "funcname"), &schema) : NULL;
    if (!str_eq(name, "set_config")) return;
    struct sql_act *act = act_add(a, ACT_SET);
    act->part = json_constant(a->arena, json_at(call, "args", "0", NULL));
    act->now = json_constant(a->arena, json_at(call, "args", "1", NULL));
    if (str_eq(json_constant(a->arena, json_at(call, "args", "2", NULL)), "true")) act->flags |= ACT_PLACED;
}

static void read_select(struct acting *a, const json_t *body)
{
    const json_t *into = json_at(body, "intoClause", "rel", NULL);
    if (into) act_on(a, ACT_TABLE_CREATE, into)->flags |= ACT_MADE | ACT_SELECT;
    for (size_t i = 0; i < json_array_size(json_object_get(body, "targetList")); i++)
        read_set_config(a, json_at(body, "targetList", arena_printf(a->arena, "%zu", i), "ResTarget", "val", "FuncCall", NULL));
}

static void read_refresh(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_REFRESH, json_object_get(body, "relation"));
    act->flags |= act_flag(body, "concurrent", ACT_CONCURRENTLY);
    if (json_is_true(json_object_get(body, "skipData"))) act->flags |= ACT_ONLY;
}

static void read_reindex(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_REINDEX, json_object_get(body, "relation"));
    if (is_on(a->arena, option(json_object_get(body, "params"), "concurrently"))) act->flags |= ACT_CONCURRENTLY;
}

static void read_cluster(struct acting *a, const json_t *body)
{
    act_on(a, ACT_TABLE_REWRITE, json_object_get(body, "relation"));
}

static void read_vacuum(struct acting *a, const json_t *body)
{
    const json_t *tables = json_object_get(body, "rels");
    if (!is_on(a->arena, option(json_object_get(body, "options"), "full"))) return;
    if (json_array_size(tables) == 0) act_add(a, ACT_TABLE_REWRITE);
    for (size_t i = 0; i < json_array_size(tables); i++)
        act_on(a, ACT_TABLE_REWRITE, json_at(json_array_get(tables, i), "VacuumRelation", "relation", NULL));
}

/* ---- triggers, policies, locks */

static void read_part(struct acting *a, const json_t *body, enum sql_act_what what, const char *relation, const char *name)
{
    struct sql_act *act = act_on(a, what, json_object_get(body, relation));
    act->part = act_text(a, body, name);
    act->flags |= act_flag(body, "replace", ACT_REPLACE | ACT_IF);
}

static void read_trigger(struct acting *a, const json_t *body)
{
    read_part(a, body, ACT_TRIGGER_CREATE, "relation", "trigname");
}

static void read_policy(struct acting *a, const json_t *body)
{
    read_part(a, body, ACT_POLICY_CREATE, "table", "policy_name");
}

static void read_policy_change(struct acting *a, const json_t *body)
{
    read_part(a, body, ACT_POLICY_ALTER, "table", "policy_name");
}

static void on_each(struct acting *a, const json_t *relations, enum sql_act_what what, unsigned flags)
{
    for (size_t i = 0; i < json_array_size(relations); i++) {
        const json_t *relation = json_at(json_array_get(relations, i), "RangeVar", NULL);
        struct sql_act *act = act_on(a, what, relation);
        act->flags |= flags;
        act_place_name(a, act, json_offset(relation, SQL_STATEMENT));
    }
}

static void read_lock(struct acting *a, const json_t *body)
{
    enum { ROW_EXCLUSIVE = 3 };
    if (json_integer_value(json_object_get(body, "mode")) > ROW_EXCLUSIVE) on_each(a, json_object_get(body, "relations"), ACT_LOCK, 0);
}

static void read_truncate(struct acting *a, const json_t *body)
{
    on_each(a, json_object_get(body, "relations"), ACT_TRUNCATE, cascade(body));
}

/* ---- rows */

static bool repeats(const json_t *list, size_t at)
{
    const json_t *target = json_at(json_array_get(list, at), "ResTarget", NULL);
    const char *name = json_member(target, "name");
    if (!name || json_object_get(target, "indirection")) return false;
    for (size_t i = 0; i < at; i++) {
        const json_t *other = json_at(json_array_get(list, i), "ResTarget", NULL);
        if (str_eq(json_member(other, "name"), name) && !json_object_get(other, "indirection")) return true;
    }
    return false;
}

static void read_update(struct acting *a, const json_t *body)
{
    const json_t *targets = json_object_get(body, "targetList");
    struct sql_act *act = act_on(a, ACT_UPDATE, json_object_get(body, "relation"));
    if (json_object_get(body, "whereClause")) act->flags |= ACT_WHERE;
    for (size_t i = 0; i < json_array_size(targets); i++) {
        vec_push(a->arena, &act->columns, act_text(a, json_at(json_array_get(targets, i), "ResTarget", NULL), "name"));
        if (!repeats(targets, i)) continue;
        act->flags |= ACT_TWICE;
        act_place_name(a, act, json_offset(json_at(json_array_get(targets, i), "ResTarget", NULL), SQL_STATEMENT));
    }
}

static void read_delete(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_DELETE, json_object_get(body, "relation"));
    if (json_object_get(body, "whereClause")) act->flags |= ACT_WHERE;
}

static void read_insert(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_INSERT, json_object_get(body, "relation"));
    if (!json_object_get(body, "cols") && json_object_get(body, "selectStmt")) act->flags |= ACT_NO_COLUMNS;
    if (!json_at(body, "selectStmt", "SelectStmt", "valuesLists", NULL)) act->flags |= ACT_SELECT;
}

static void read_merge(struct acting *a, const json_t *body)
{
    act_on(a, ACT_MERGE, json_object_get(body, "relation"));
}

/* ---- DROP, RENAME, SET SCHEMA */

static void drop_one(struct acting *a, const json_t *body, const json_t *object)
{
    const char *word = sql_object_word(a->arena, json_member(body, "removeType"));
    bool table = str_eq(word, "TABLE") || str_eq(word, "FOREIGN TABLE");
    /* sql_object_word() calls parts of a table by the table's word */
    const char *sort = json_member(body, "removeType");
    bool part = str_eq(sort, "OBJECT_TRIGGER") || str_eq(sort, "OBJECT_POLICY") || str_eq(sort, "OBJECT_RULE");
    enum sql_act_what what = table && !part ? ACT_TABLE_DROP : str_eq(word, "INDEX") ? ACT_INDEX_DROP : ACT_DROP;
    struct sql_act *act = act_add(a, what);
    const json_t *name = bare_name(object);
    act->kind = str_eq(sort, "OBJECT_TRIGGER") ? "TRIGGER" : str_eq(sort, "OBJECT_POLICY") ? "POLICY" : str_eq(sort, "OBJECT_RULE")
        ? "RULE" : word;
    act->flags |= cascade(body) | act_flag(body, "missing_ok", ACT_IF) | act_flag(body, "concurrent", ACT_CONCURRENTLY);
    if (!part) {
        named(a, act, name);
        return;
    }
    struct sql_texts texts = {0};
    act_texts(a, name, &texts);
    if (texts.n > 0) act->part = texts.at[texts.n - 1];
    if (texts.n > 1) act->name = texts.at[texts.n - 2];
    if (texts.n > 2) act->schema = texts.at[texts.n - 3];
}

static void read_drop(struct acting *a, const json_t *body)
{
    const json_t *objects = json_object_get(body, "objects");
    for (size_t i = 0; i < json_array_size(objects); i++) drop_one(a, body, json_array_get(objects, i));
}

static void read_drop_owned(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_DROP);
    act->kind = "PROPERTY OF";
    act->name = act_text(a, json_at(body, "roles", "0", "RoleSpec", NULL), "rolename");
    act->flags |= cascade(body);
}

static void read_rename(struct acting *a, const json_t *body)
{
    static const struct { const char *sort; enum sql_act_what what; } forms[] = {
        {"OBJECT_COLUMN", ACT_COLUMN_RENAME}, {"OBJECT_TABCONSTRAINT", ACT_CONSTRAINT_RENAME}, {"OBJECT_TABLE", ACT_TABLE_RENAME},
        {"OBJECT_INDEX", ACT_INDEX_RENAME},
        /* nobody calls these by name */
        {"OBJECT_TRIGGER", ACT_NONE}, {"OBJECT_POLICY", ACT_NONE}, {"OBJECT_RULE", ACT_NONE}, {"OBJECT_DOMCONSTRAINT", ACT_NONE}};
    const char *sort = json_member(body, "renameType");
    const json_t *relation = json_object_get(body, "relation");
    enum sql_act_what what = ACT_RENAME;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_eq(forms[i].sort, sort)) what = forms[i].what;
    }
    struct sql_act *act = relation ? act_on(a, what, relation) : act_add(a, what);
    act->kind = sql_object_word(a->arena, what == ACT_COLUMN_RENAME ? json_member(body, "relationType") : sort);
    act->part = act_text(a, body, "subname");
    act->now = act_text(a, body, "newname");
    if (!relation) {
        if (json_object_get(body, "object")) named(a, act, bare_name(json_object_get(body, "object")));
        else act->name = act->part;
    }
}

static void read_move(struct acting *a, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation");
    bool table = str_eq(json_member(body, "objectType"), "OBJECT_TABLE");
    struct sql_act *act = relation ? act_on(a, table ? ACT_TABLE_MOVE : ACT_MOVE, relation) : act_add(a, ACT_MOVE);
    act->kind = sql_object_word(a->arena, json_member(body, "objectType"));
    act->now = act_text(a, body, "newschema");
    if (!relation) named(a, act, bare_name(json_object_get(body, "object")));
}

/* ---- types, routines, sequences */

static void read_enum(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_ENUM_CREATE);
    named(a, act, json_object_get(body, "typeName"));
}

static void read_enum_change(struct acting *a, const json_t *body)
{
    const char *old = act_text(a, body, "oldVal");
    struct sql_act *act = act_add(a, old ? ACT_RENAME : ACT_ENUM_ADD);
    named(a, act, json_object_get(body, "typeName"));
    act->part = old ? old : act_text(a, body, "newVal");
    if (old) act->now = act_text(a, body, "newVal");
    act->kind = old ? "VALUE" : "TYPE";
    act->flags |= act_flag(body, "skipIfNewValExists", ACT_IF);
    if (json_object_get(body, "newValNeighbor")) act->flags |= ACT_PLACED;
}

static void read_domain(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_DOMAIN_CREATE);
    named(a, act, json_object_get(body, "domainname"));
    if (json_array_size(json_object_get(body, "constraints")) == 0) act->what = ACT_CREATE;
    act->kind = "DOMAIN";
}

static void read_domain_change(struct acting *a, const json_t *body)
{
    static const struct { char letter; enum sql_act_what what; } forms[] = {{'C', ACT_DOMAIN_CONSTRAINT_ADD}, {'V', ACT_DOMAIN_VALIDATE},
                                                                              {'O', ACT_DOMAIN_NOT_NULL}};
    const char *subtype = json_member(body, "subtype");
    for (size_t i = 0; subtype && i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].letter != *subtype) continue;
        struct sql_act *act = act_add(a, forms[i].what);
        named(a, act, json_object_get(body, "typeName"));
        act->part = act_text(a, json_at(body, "def", "Constraint", NULL), "conname");
        if (!act->part) act->part = act_text(a, body, "name");
        act->flags |= act_flag(json_at(body, "def", "Constraint", NULL), "skip_validation", ACT_NOT_VALID);
    }
}

static void routine_options(struct acting *a, struct sql_act *act, const json_t *options)
{
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *element = json_at(json_array_get(options, i), "DefElem", NULL);
        const char *name = json_member(element, "defname");
        const char *setting = json_member(json_at(element, "arg", "VariableSetStmt", NULL), "name");
        if (str_eq(name, "security") && is_on(a->arena, element)) act->flags |= ACT_DEFINER;
        if (str_eq(name, "set") && str_eq(setting, "search_path")) act->flags |= ACT_PATH;
    }
}

static void read_routine(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_ROUTINE_CREATE);
    named(a, act, json_object_get(body, "funcname"));
    act->kind = json_is_true(json_object_get(body, "is_procedure")) ? "PROCEDURE" : "FUNCTION";
    act->flags |= act_flag(body, "replace", ACT_REPLACE | ACT_IF);
    if (json_object_get(body, "sql_body")) act->flags |= ACT_PATH; /* its names are bound when it is made */
    routine_options(a, act, json_object_get(body, "options"));
}

static void read_routine_change(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_ROUTINE_ALTER);
    named(a, act, json_at(body, "func", "objname", NULL));
    act->kind = sql_object_word(a->arena, json_member(body, "objtype"));
    routine_options(a, act, json_object_get(body, "actions"));
}

static void read_sequence(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_on(a, ACT_SEQUENCE_CREATE, json_object_get(body, "sequence"));
    act->kind = "SEQUENCE";
    act->flags |= act_flag(body, "if_not_exists", ACT_IF);
}

static void read_sequence_change(struct acting *a, const json_t *body)
{
    if (option(json_object_get(body, "options"), "owned_by")) return;
    act_on(a, ACT_SEQUENCE_ALTER, json_object_get(body, "sequence"))->kind = "SEQUENCE";
}

static void read_extension(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_CREATE);
    act->kind = "EXTENSION";
    act->name = act_text(a, body, "extname");
    act->flags |= act_flag(body, "if_not_exists", ACT_IF);
}

static void read_extension_change(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_EXTENSION_ALTER);
    act->name = act_text(a, body, "extname");
}

static void read_schema(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_CREATE);
    act->kind = "SCHEMA";
    act->name = act_text(a, body, "schemaname");
    act->flags |= act_flag(body, "if_not_exists", ACT_IF);
}

/* ---- roles, databases, privileges */

static void read_role(struct acting *a, const json_t *body)
{
    const json_t *options = json_object_get(body, "options"), *password = option(options, "password");
    struct sql_act *act = act_add(a, ACT_ROLE);
    act->name = act_text(a, body, "role");
    if (!act->name) act->name = act_text(a, json_object_get(body, "role"), "rolename");
    if (!act->name) act->name = "ALL";
    if (json_constant(a->arena, json_object_get(password, "arg"))) act->flags |= ACT_PASSWORD;
}

static void read_mapping(struct acting *a, const json_t *body)
{
    if (!option(json_object_get(body, "options"), "password")) return;
    struct sql_act *act = act_add(a, ACT_CREATE);
    act->kind = "USER MAPPING";
    act->name = act_text(a, body, "servername");
    act->flags |= ACT_PASSWORD;
}

static void read_database(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_DATABASE);
    act->name = act_text(a, body, "dbname");
}

static void read_database_drop(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_DATABASE_DROP);
    act->name = act_text(a, body, "dbname");
}

static void read_system(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_SYSTEM);
    act->name = act_text(a, json_at(body, "setstmt", NULL), "name");
}

static void read_grant(struct acting *a, const json_t *body)
{
    const json_t *grantees = json_object_get(body, "grantees");
    struct sql_act *act = act_add(a, json_is_true(json_object_get(body, "is_grant")) ? ACT_GRANT : ACT_REVOKE);
    act->kind = sql_object_word(a->arena, json_member(body, "objtype"));
    named(a, act, bare_name(json_at(body, "objects", "0", NULL)));
    if (!act->name) named_plain(a->arena, json_at(body, "objects", "0", "RangeVar", NULL), &act->schema, &act->name);
    const json_t *privileges = json_object_get(body, "privileges");
    if (!privileges) act->flags |= ACT_ALL;
    for (size_t i = 0; i < json_array_size(privileges); i++)
        vec_push(a->arena, &act->columns, act_text(a, json_at(json_array_get(privileges, i), "AccessPriv", NULL), "priv_name"));
    for (size_t i = 0; i < json_array_size(grantees); i++) {
        const char *sort = json_member(json_at(json_array_get(grantees, i), "RoleSpec", NULL), "roletype");
        if (str_eq(sort, "ROLESPEC_PUBLIC")) act->flags |= ACT_PUBLIC;
    }
}

/* ---- the session */

static void read_set(struct acting *a, const json_t *body)
{
    struct sql_act *act = act_add(a, ACT_SET);
    act->part = act_text(a, body, "name");
    act->now = json_constant(a->arena, json_at(body, "args", "0", NULL));
    act->flags |= act_flag(body, "is_local", ACT_PLACED);
}

static void read_transaction(struct acting *a, const json_t *body)
{
    static const struct { const char *kind; enum sql_act_what what; } forms[] = {
        {"TRANS_STMT_BEGIN", ACT_BEGIN}, {"TRANS_STMT_START", ACT_BEGIN}, {"TRANS_STMT_COMMIT", ACT_COMMIT},
        {"TRANS_STMT_PREPARE", ACT_COMMIT}, {"TRANS_STMT_ROLLBACK", ACT_ROLLBACK}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_eq(forms[i].kind, json_member(body, "kind"))) act_add(a, forms[i].what);
    }
}

static void read_do(struct acting *a, const json_t *body)
{
    (void)body;
    act_add(a, ACT_DO);
}

const struct act_form act_other_forms[] = {
    {"IndexStmt", read_index}, {"ViewStmt", read_view}, {"CreateTableAsStmt", read_table_as}, {"SelectStmt", read_select},
    {"RefreshMatViewStmt", read_refresh}, {"ReindexStmt", read_reindex}, {"ClusterStmt", read_cluster}, {"VacuumStmt", read_vacuum},
    {"CreateTrigStmt", read_trigger}, {"CreatePolicyStmt", read_policy}, {"AlterPolicyStmt", read_policy_change}, {"LockStmt", read_lock},
    {"TruncateStmt", read_truncate}, {"UpdateStmt", read_update}, {"DeleteStmt", read_delete}, {"InsertStmt", read_insert},
    {"MergeStmt", read_merge}, {"DropStmt", read_drop}, {"DropOwnedStmt", read_drop_owned}, {"RenameStmt", read_rename},
    {"AlterObjectSchemaStmt", read_move}, {"CreateEnumStmt", read_enum}, {"AlterEnumStmt", read_enum_change},
    {"CreateDomainStmt", read_domain}, {"AlterDomainStmt", read_domain_change}, {"CreateFunctionStmt", read_routine},
    {"AlterFunctionStmt", read_routine_change}, {"CreateSeqStmt", read_sequence}, {"AlterSeqStmt", read_sequence_change},
    {"CreateExtensionStmt", read_extension}, {"AlterExtensionStmt", read_extension_change}, {"CreateSchemaStmt", read_schema},
    {"CreateRoleStmt", read_role}, {"AlterRoleStmt", read_role}, {"AlterRoleSetStmt", read_role}, {"CreateUserMappingStmt", read_mapping},
    {"AlterUserMappingStmt", read_mapping}, {"AlterDatabaseStmt", read_database}, {"AlterDatabaseSetStmt", read_database},
    {"DropdbStmt", read_database_drop}, {"AlterSystemStmt", read_system}, {"GrantStmt", read_grant}, {"VariableSetStmt", read_set},
    {"TransactionStmt", read_transaction}, {"DoStmt", read_do}, {NULL, NULL},
};
