/* effect_alter.c: what the commands of ALTER TABLE lock and do, as AlterTableGetLockLevel() of PostgreSQL has it. */
#include <string.h>

#include "sql/effect_parts.h"

/* Commands whose name alone says it; all others take ACCESS EXCLUSIVE for a moment. */
static const struct { const char *subtype; enum lock_level lock; unsigned work; } plain[] = {
    {"AT_SetStatistics", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_SetOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_ResetOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_ClusterOn", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_DropCluster", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_DetachPartitionFinalize", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_EnableTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableAlwaysTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableReplicaTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableTrigAll", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableTrigUser", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrigAll", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrigUser", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_SetNotNull", LOCK_ACCESS_EXCLUSIVE, WORK_SCAN},
    {"AT_SetLogged", LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE},
    {"AT_SetUnLogged", LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE},
    {"AT_SetTableSpace", LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE},
    {"AT_SetAccessMethod", LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE},
};

/* Storage parameters that readers look at; the others are for writers and the autovacuum. */
static enum lock_level lock_of_option(const char *name)
{
    static const char *const strong[] = {"user_catalog_table", "fastupdate", "gin_pending_list_limit", "buffering",
                                         "pages_per_range", "autosummarize", "security_barrier", "security_invoker",
                                         "check_option"};
    for (size_t i = 0; i < sizeof strong / sizeof *strong; i++) {
        if (str_eq(strong[i], name)) return LOCK_ACCESS_EXCLUSIVE;
    }
    return LOCK_SHARE_UPDATE_EXCLUSIVE;
}

static void options(struct effecting *e, const json_t *table, const json_t *command)
{
    const json_t *list = json_at(command, "def", "List", "items", NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        effect_on(e, table, lock_of_option(json_member(json_at(json_array_get(list, i), "DefElem", NULL), "defname")), 0);
    }
}

static void attach(struct effecting *e, const json_t *table, const json_t *command)
{
    const json_t *part = json_at(command, "def", "PartitionCmd", "name", NULL);
    effect_on(e, table, LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
    effect_on(e, part, LOCK_ACCESS_EXCLUSIVE, e->names_are_indexes ? 0 : WORK_SCAN);
    if (!e->names_are_indexes) effect_others(e, "a default partition: ACCESS EXCLUSIVE, scan");
}

static void detach(struct effecting *e, const json_t *table, const json_t *command)
{
    const json_t *partition = json_at(command, "def", "PartitionCmd", NULL);
    bool concurrent = json_is_true(json_object_get(partition, "concurrent"));
    effect_on(e, table, concurrent ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE, concurrent ? WORK_WAITS : 0);
    effect_on(e, json_object_get(partition, "name"), LOCK_ACCESS_EXCLUSIVE, concurrent ? WORK_WAITS : 0);
    if (!concurrent) effect_others(e, "a default partition: ACCESS EXCLUSIVE");
}

static void inherit(struct effecting *e, const json_t *table, const json_t *command)
{
    bool joins = str_eq(json_member(command, "subtype"), "AT_AddInherit");
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, 0);
    effect_on(e, json_object_get(command, "def"), joins ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_ACCESS_SHARE, 0);
}

static void constraint(struct effecting *e, const json_t *table, const json_t *command)
{
    effect_of_constraint(e, table, json_at(command, "def", "Constraint", NULL));
}

static void column(struct effecting *e, const json_t *table, const json_t *command)
{
    effect_of_new_column(e, table, json_at(command, "def", "ColumnDef", NULL));
}

static void type(struct effecting *e, const json_t *table, const json_t *command)
{
    effect_of_new_type(e, table, json_member(command, "name"), json_at(command, "def", "ColumnDef", NULL));
}

static void drop_constraint(struct effecting *e, const json_t *table, const json_t *command)
{
    bool cascade = str_eq(json_member(command, "behavior"), "DROP_CASCADE");
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, 0);
    effect_keys(e, table, (struct key_doubt){.constraint = json_member(command, "name"), .lock = LOCK_ACCESS_EXCLUSIVE});
    if (cascade) effect_others(e, "the tables whose foreign keys depend on it: ACCESS EXCLUSIVE");
}

static void drop_column(struct effecting *e, const json_t *table, const json_t *command)
{
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, WORK_LOSES);
    effect_keys(e, table, (struct key_doubt){.column = json_member(command, "name"), .lock = LOCK_ACCESS_EXCLUSIVE});
}

static void validate(struct effecting *e, const json_t *table, const json_t *command)
{
    effect_on(e, table, LOCK_SHARE_UPDATE_EXCLUSIVE, WORK_SCAN);
    effect_keys(e, table, (struct key_doubt){.constraint = json_member(command, "name"), .lock = LOCK_ROW_SHARE, .work = WORK_SCAN});
}

static void identity(struct effecting *e, const json_t *table, const json_t *command)
{
    bool drops = str_eq(json_member(command, "subtype"), "AT_DropIdentity");
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, 0);
    effect_others(e, drops ? "the column's sequence: ACCESS EXCLUSIVE" : "the column's sequence: SHARE ROW EXCLUSIVE");
}

static const struct {
    const char *subtype;
    void (*read)(struct effecting *e, const json_t *table, const json_t *command);
} forms[] = {
    {"AT_AddColumn", column},           {"AT_AlterColumnType", type},      {"AT_AddConstraint", constraint},
    {"AT_DropConstraint", drop_constraint},
    {"AT_DropColumn", drop_column},     {"AT_ValidateConstraint", validate},
    {"AT_SetIdentity", identity},       {"AT_DropIdentity", identity},
    {"AT_AttachPartition", attach},     {"AT_DetachPartition", detach},    {"AT_AddInherit", inherit},
    {"AT_DropInherit", inherit},        {"AT_SetRelOptions", options},     {"AT_ResetRelOptions", options},
};

static void read_command(struct effecting *e, const json_t *table, const json_t *command)
{
    const char *subtype = json_member(command, "subtype");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!str_eq(forms[i].subtype, subtype)) continue;
        forms[i].read(e, table, command);
        return;
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (!str_eq(plain[i].subtype, subtype)) continue;
        effect_on(e, table, plain[i].lock, plain[i].work);
        return;
    }
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, 0);
}

/* Composite types are no relations of anybody's, but tables can be made of them. */
static void type_attributes(struct effecting *e, const json_t *commands)
{
    for (size_t i = 0; i < json_array_size(commands); i++) {
        const json_t *command = json_at(json_array_get(commands, i), "AlterTableCmd", NULL);
        if (str_eq(json_member(command, "behavior"), "DROP_CASCADE")) {
            effect_others(e, "the tables of this type: ACCESS EXCLUSIVE, may rewrite");
        }
    }
}

void effect_of_alter_table(struct effecting *e, const json_t *body)
{
    const json_t *table = json_object_get(body, "relation"), *commands = json_object_get(body, "cmds");
    const char *sort = json_member(body, "objtype");
    if (str_eq(sort, "OBJECT_TYPE")) {
        type_attributes(e, commands);
        return;
    }
    effect_names_are(e, sort);
    for (size_t i = 0; i < json_array_size(commands); i++) {
        read_command(e, table, json_at(json_array_get(commands, i), "AlterTableCmd", NULL));
    }
    effect_names_are(e, NULL);
}
