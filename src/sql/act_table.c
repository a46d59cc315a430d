/* act_table.c: what CREATE TABLE and ALTER TABLE do, column by column and constraint by constraint. */
#include <stdint.h>
#include <string.h>

#include "sql/acting.h"
#include "sql/forms.h"

/* A table while its elements are read. */
struct tabling {
    struct acting *a;
    const json_t *relation;
    const char *kind;   /* "TABLE", "VIEW", "INDEX": what the statement says that it is */
    unsigned flags;     /* of every act on it */
    size_t offset;      /* of the subcommand; SIZE_MAX: elements have places of their own */
};

static struct sql_act *add(const struct tabling *t, enum sql_act_what what, const json_t *element)
{
    struct sql_act *act = act_on(t->a, what, t->relation);
    act->flags |= t->flags;
    act->kind = t->kind;
    act_place(t->a, act, t->offset == SIZE_MAX ? json_offset(element, SQL_STATEMENT) : t->offset);
    return act;
}

/* ---- defaults */

/* A function in a schema of the user's may be anything; functions are volatile unless they say otherwise. */
static bool is_volatile(struct arena *arena, json_t *node)
{
    const char *schema = NULL, *key;
    json_t *value;
    size_t i;
    if (json_is_array(node)) {
        json_array_foreach(node, i, value)
            if (is_volatile(arena, value)) return true;
        return false;
    }
    const json_t *call = json_object_get(node, "FuncCall");
    if (call) {
        const char *name = json_qname(arena, json_object_get(call, "funcname"), &schema);
        if (name_is_volatile(name) || (schema && !str_eq(schema, "pg_catalog"))) return true;
    }
    json_object_foreach(node, key, value)
        if (is_volatile(arena, value)) return true;
    return false;
}

/* ---- constraints */

static const struct { const char *type; enum sql_act_what what; } constraint_acts[] = {
    {"CONSTR_CHECK", ACT_CHECK_ADD}, {"CONSTR_FOREIGN", ACT_FOREIGN_KEY_ADD}, {"CONSTR_UNIQUE", ACT_UNIQUE_ADD},
    {"CONSTR_PRIMARY", ACT_PRIMARY_KEY_ADD}, {"CONSTR_EXCLUSION", ACT_EXCLUDE_ADD},
};

bool act_not_null(struct acting *a, const json_t *condition, struct sql_texts *columns)
{
    const json_t *all = json_object_get(condition, "BoolExpr"), *test = json_object_get(condition, "NullTest");
    const json_t *parts = json_object_get(all, "args"), *fields = json_at(test, "arg", "ColumnRef", "fields", NULL);
    const char *schema;
    bool only = true;
    if (str_eq(json_member(all, "boolop"), "AND_EXPR")) {
        for (size_t i = 0; i < json_array_size(parts); i++) only &= act_not_null(a, json_array_get(parts, i), columns);
        return only;
    }
    if (!str_eq(json_member(test, "nulltesttype"), "IS_NOT_NULL") || json_array_size(fields) != 1) return false;
    vec_push(a->arena, columns, json_qname(a->arena, fields, &schema));
    return true;
}

/* NO ACTION is the default, too: the tree doesn't tell whether it was said. */
static bool says_on_delete(const struct acting *a, const struct sql_act *act)
{
    for (size_t i = 0; i + 1 < a->tokens.n; i++) {
        size_t at = a->tokens.at[i].start;
        if (at < act->offset || at >= act->offset + act->length) continue;
        if (sql_token_is(a->text, a->tokens.at[i], "on") && sql_token_is(a->text, a->tokens.at[i + 1], "delete")) return true;
    }
    return false;
}

static void read_columns(struct acting *a, struct sql_act *act, const json_t *constraint)
{
    const json_t *excluded = json_object_get(constraint, "exclusions");
    act_texts(a, json_object_get(constraint, "keys"), &act->columns);
    act_texts(a, json_object_get(constraint, "fk_attrs"), &act->columns);
    act_texts(a, json_object_get(constraint, "pk_attrs"), &act->to_columns);
    for (size_t i = 0; i < json_array_size(excluded); i++) {
        const json_t *element = json_at(json_array_get(excluded, i), "List", "items", "0", "IndexElem", NULL);
        vec_push(a->arena, &act->columns, act_text(a, element, "name"));
    }
    if (act_not_null(a, json_object_get(constraint, "raw_expr"), &act->columns)) act->flags |= ACT_NOT_NULL;
}

static void add_constraint(const struct tabling *t, const json_t *constraint, const char *column)
{
    struct acting *a = t->a;
    const char *type = json_member(constraint, "contype");
    for (size_t i = 0; i < sizeof constraint_acts / sizeof *constraint_acts; i++) {
        if (!str_eq(constraint_acts[i].type, type)) continue;
        struct sql_act *act = add(t, constraint_acts[i].what, constraint);
        act->part = act_text(a, constraint, "conname");
        act->flags |= act_flag(constraint, "skip_validation", ACT_NOT_VALID);
        if (json_object_get(constraint, "indexname")) {
            act->flags |= ACT_USING_INDEX;
            act->now = act_text(a, constraint, "indexname");
        }
        read_columns(a, act, constraint);
        if (column) {
            act->flags |= ACT_INLINE;
            if (act->what != ACT_CHECK_ADD) vec_push(a->arena, &act->columns, column);
        }
        const json_t *target = json_object_get(constraint, "pktable");
        act->to_schema = act_text(a, target, "schemaname");
        act->to = act_text(a, target, "relname");
        if (target && says_on_delete(a, act)) act->flags |= ACT_ON_DELETE;
    }
}

/* ---- columns */

static unsigned column_flag(struct acting *a, const json_t *constraint)
{
    const char *type = json_member(constraint, "contype");
    if (str_eq(type, "CONSTR_NOTNULL")) return ACT_NOT_NULL;
    if (str_eq(type, "CONSTR_PRIMARY")) return ACT_NOT_NULL;
    if (str_eq(type, "CONSTR_IDENTITY")) return ACT_IDENTITY | ACT_NOT_NULL;
    if (str_eq(type, "CONSTR_GENERATED")) return ACT_STORED;
    if (!str_eq(type, "CONSTR_DEFAULT")) return 0;
    json_t *value = json_object_get(constraint, "raw_expr");
    if (json_is_true(json_at(value, "A_Const", "isnull", NULL))) return 0;
    return ACT_DEFAULT | (is_volatile(a->arena, value) ? ACT_VOLATILE : 0);
}

static void add_column(const struct tabling *t, const json_t *column, unsigned flags)
{
    struct acting *a = t->a;
    const json_t *constraints = json_object_get(column, "constraints");
    struct sql_act *act = add(t, ACT_COLUMN_ADD, column);
    const char *name = act_text(a, column, "colname");
    act->part = name;
    act->flags |= flags;
    if (!sql_type_of_node(a->arena, json_object_get(column, "typeName"), &act->type)) act->type = (struct sql_type){0};
    for (size_t i = 0; i < json_array_size(constraints); i++) {
        act->flags |= column_flag(a, json_at(json_array_get(constraints, i), "Constraint", NULL));
    }
    for (size_t i = 0; i < json_array_size(constraints); i++) {
        add_constraint(t, json_at(json_array_get(constraints, i), "Constraint", NULL), name);
    }
}

void act_create_table(struct acting *a, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation"), *elements = json_object_get(body, "tableElts");
    const json_t *parents = json_object_get(body, "inhRelations"), *parent = json_at(parents, "0", "RangeVar", NULL);
    size_t first = a->acts->n;
    struct sql_act *act = act_on(a, ACT_TABLE_CREATE, relation);
    act->flags |= ACT_MADE | act_flag(body, "if_not_exists", ACT_IF);
    if (json_object_get(body, "partspec")) act->flags |= ACT_PARTITIONED;
    if (parent) {
        act->flags |= ACT_PARTITION;
        act->to_schema = act_text(a, parent, "schemaname");
        act->to = act_text(a, parent, "relname");
    }
    act_place_name(a, act, json_offset(relation, SQL_STATEMENT));
    struct tabling t = {.a = a, .relation = relation, .kind = "TABLE", .flags = act->flags & (ACT_MADE | ACT_PARTITION),
                        .offset = SIZE_MAX};
    for (size_t i = 0; i < json_array_size(elements); i++) {
        const json_t *element = json_array_get(elements, i), *column = json_object_get(element, "ColumnDef");
        if (json_object_get(element, "TableLikeClause")) a->acts->at[first].flags |= ACT_SELECT;
        if (column) add_column(&t, column, 0);
        else add_constraint(&t, json_object_get(element, "Constraint"), NULL);
    }
}

/* ---- ALTER TABLE */

/* Subcommands that are told by their name; `flags` are set as well. */
static const struct { const char *subtype; enum sql_act_what what; unsigned flags; } plain[] = {
    {"AT_DropColumn", ACT_COLUMN_DROP, 0}, {"AT_SetNotNull", ACT_NOT_NULL_SET, 0}, {"AT_DropNotNull", ACT_NOT_NULL_DROP, 0},
    {"AT_DropExpression", ACT_EXPRESSION_DROP, 0}, {"AT_AddIdentity", ACT_IDENTITY_CHANGE, 0}, {"AT_SetIdentity", ACT_IDENTITY_CHANGE, 0},
    {"AT_DropIdentity", ACT_IDENTITY_CHANGE, 0}, {"AT_ValidateConstraint", ACT_CONSTRAINT_VALIDATE, 0},
    {"AT_DropConstraint", ACT_CONSTRAINT_DROP, 0}, {"AT_SetTableSpace", ACT_TABLE_REWRITE, 0}, {"AT_SetLogged", ACT_TABLE_REWRITE, 0},
    {"AT_SetUnLogged", ACT_TABLE_REWRITE, ACT_UNLOGGED}, {"AT_SetAccessMethod", ACT_TABLE_REWRITE, 0}, {"AT_DropInherit",
                                                                                                        ACT_INHERIT_DROP, 0},
    {"AT_DisableTrig", ACT_TRIGGER_DISABLE, 0}, {"AT_DisableTrigAll", ACT_TRIGGER_DISABLE, 0}, {"AT_DisableTrigUser",
                                                                                                ACT_TRIGGER_DISABLE, 0},
    {"AT_DisableRule", ACT_TRIGGER_DISABLE, 0}, {"AT_EnableTrig", ACT_TRIGGER_ENABLE, 0}, {"AT_EnableTrigAll", ACT_TRIGGER_ENABLE, 0},
    {"AT_EnableAlwaysTrig", ACT_TRIGGER_ENABLE, 0}, {"AT_EnableReplicaTrig", ACT_TRIGGER_ENABLE, 0}, {"AT_EnableTrigUser",
                                                                                                      ACT_TRIGGER_ENABLE, 0},
    {"AT_EnableRule", ACT_TRIGGER_ENABLE, 0}, {"AT_EnableAlwaysRule", ACT_TRIGGER_ENABLE, 0}, {"AT_EnableReplicaRule",
                                                                                               ACT_TRIGGER_ENABLE, 0},
    {"AT_EnableRowSecurity", ACT_ROW_SECURITY, 0},
    {"AT_ForceRowSecurity", ACT_TABLE_OTHER, 0}, {"AT_NoForceRowSecurity", ACT_ROW_SECURITY_OFF, 0},
    {"AT_DisableRowSecurity", ACT_ROW_SECURITY_OFF, 0}, {"AT_ReplicaIdentity", ACT_REPLICA_IDENTITY, 0},
};

static enum sql_act_what plain_act(const char *subtype, unsigned *flags)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (!str_eq(plain[i].subtype, subtype)) continue;
        *flags = plain[i].flags;
        return plain[i].what;
    }
    *flags = 0;
    return ACT_TABLE_OTHER;
}

static void add_default(const struct tabling *t, const json_t *command)
{
    json_t *value = json_object_get(command, "def");
    struct sql_act *act = add(t, value ? ACT_DEFAULT_SET : ACT_DEFAULT_DROP, NULL);
    act->part = act_text(t->a, command, "name");
    if (value && is_volatile(t->a->arena, value)) act->flags |= ACT_VOLATILE;
}

static void add_type(const struct tabling *t, const json_t *command)
{
    struct sql_act *act = add(t, ACT_COLUMN_TYPE, NULL);
    const json_t *type = json_at(command, "def", "ColumnDef", "typeName", NULL);
    act->part = act_text(t->a, command, "name");
    const json_t *value = json_at(command, "def", "ColumnDef", "raw_default", NULL), *cast = json_at(value, "TypeCast", "arg", NULL);
    if (value && !json_object_get(cast ? cast : value, "ColumnRef")) act->flags |= ACT_DEFAULT;
    if (!sql_type_of_node(t->a->arena, type, &act->type)) act->type = (struct sql_type){0};
}

static void add_partition(const struct tabling *t, const json_t *command, enum sql_act_what what)
{
    const json_t *partition = json_at(command, "def", "PartitionCmd", NULL), *name = json_object_get(partition, "name");
    struct sql_act *act = add(t, what, NULL);
    act->to_schema = act_text(t->a, name, "schemaname");
    act->to = act_text(t->a, name, "relname");
    act->flags |= act_flag(partition, "concurrent", ACT_CONCURRENTLY);
}

/* security_invoker is the option of interest; all are named. */
static void add_options(const struct tabling *t, const json_t *command, enum sql_act_what what)
{
    const json_t *list = json_at(command, "def", "List", "items", NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *option = json_at(json_array_get(list, i), "DefElem", NULL);
        struct sql_act *act = add(t, what, NULL);
        act->part = act_text(t->a, option, "defname");
        act->now = json_option_value(t->a->arena, json_object_get(option, "arg"));
    }
}

static void add_command(const struct tabling *t, const json_t *command)
{
    const char *subtype = json_member(command, "subtype");
    const json_t *definition = json_object_get(command, "def");
    unsigned flags = act_flag(command, "missing_ok", ACT_IF);
    if (str_eq(json_member(command, "behavior"), "DROP_CASCADE")) flags |= ACT_CASCADE;
    if (str_eq(subtype, "AT_AddColumn")) add_column(t, json_object_get(definition, "ColumnDef"), flags);
    else if (str_eq(subtype, "AT_AddConstraint")) add_constraint(t, json_object_get(definition, "Constraint"), NULL);
    else if (str_eq(subtype, "AT_ColumnDefault")) add_default(t, command);
    else if (str_eq(subtype, "AT_AlterColumnType")) add_type(t, command);
    else if (str_eq(subtype, "AT_AttachPartition")) add_partition(t, command, ACT_PARTITION_ATTACH);
    else if (str_eq(subtype, "AT_DetachPartition")) add_partition(t, command, ACT_PARTITION_DETACH);
    else if (str_eq(subtype, "AT_SetRelOptions")) add_options(t, command, ACT_OPTIONS_SET);
    else if (str_eq(subtype, "AT_ResetRelOptions")) add_options(t, command, ACT_OPTIONS_RESET);
    else {
        unsigned more;
        struct sql_act *act = add(t, plain_act(subtype, &more), NULL);
        act->part = act_text(t->a, command, "name");
        act->flags |= flags | more;
    }
}

/* The first token behind the relation's name: a, a.b, a *. */
static size_t behind_name(const struct acting *a, size_t relation)
{
    size_t i = 0;
    while (i < a->tokens.n && a->tokens.at[i].start < relation) i++;
    i++;
    while (i + 1 < a->tokens.n && a->tokens.at[i].kind == '.') i += 2;
    if (i < a->tokens.n && a->tokens.at[i].kind == '*') i++;
    return i;
}

/* The place of the next subcommand behind the token `from`. */
static size_t next_command(const struct acting *a, size_t from)
{
    for (size_t i = from, depth = 0; i < a->tokens.n; i++) {
        int kind = a->tokens.at[i].kind;
        if (kind == '(' || kind == '[') depth++;
        if ((kind == ')' || kind == ']') && depth) depth--;
        if (kind == ',' && depth == 0) return i + 1;
    }
    return a->tokens.n;
}

void act_alter_table(struct acting *a, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation"), *commands = json_object_get(body, "cmds");
    size_t at = behind_name(a, json_offset(relation, SQL_STATEMENT));
    struct tabling t = {.a = a, .relation = relation, .flags = act_flag(body, "missing_ok", ACT_IF)};
    t.kind = sql_object_word(a->arena, json_member(body, "objtype"));
    if (str_eq(t.kind, "TYPE")) { /* a composite one */
        act_on(a, ACT_ATTRIBUTE_ADD, relation)->kind = t.kind;
        return;
    }
    if (!json_is_true(json_object_get(relation, "inh"))) t.flags |= ACT_ONLY;
    for (size_t i = 0; i < json_array_size(commands); i++) {
        t.offset = at < a->tokens.n ? a->tokens.at[at].start : 0;
        add_command(&t, json_at(json_array_get(commands, i), "AlterTableCmd", NULL));
        at = next_command(a, at);
    }
}
