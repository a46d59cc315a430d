/* ledger.c: keeps account of tables while statements are read. */
#include "review/ledger.h"

#include <string.h>

struct ledger *ledger_new(struct arena *arena)
{
    struct ledger *ledger = ARENA_NEW(arena, struct ledger);
    *ledger = (struct ledger){.arena = arena, .schema = "public", .tables = map_new(arena), .indexes = map_new(arena),
                              .invokers = map_new(arena), .new_views = map_new(arena)};
    return ledger;
}

const char *ledger_key(const struct ledger *ledger, const char *schema, const char *name)
{
    return arena_printf(ledger->arena, "%s.%s", schema ? schema : ledger->schema, name ? name : "");
}

struct ledger_table *ledger_table(const struct ledger *ledger, const char *schema, const char *name)
{
    return name ? map_get(ledger->tables, ledger_key(ledger, schema, name)) : NULL;
}

const struct ledger_column *ledger_column(const struct ledger_table *table, const char *name)
{
    return table && name ? map_get(table->columns, name) : NULL;
}

const struct ledger_constraint *ledger_constraint(const struct ledger_table *table, const char *name)
{
    for (size_t i = 0; table && name && i < table->constraints.n; i++) {
        if (str_eq(table->constraints.at[i]->name, name)) return table->constraints.at[i];
    }
    return NULL;
}

static bool begins_with(const struct sql_texts *key, const struct sql_texts *columns)
{
    for (size_t i = 0; i < columns->n; i++) {
        bool found = false;
        for (size_t k = 0; k < columns->n && k < key->n; k++) found |= str_eq(key->at[k], columns->at[i]);
        if (!found) return false;
    }
    return true;
}

bool ledger_has_index_on(const struct ledger_table *table, const struct sql_texts *columns)
{
    for (size_t i = 0; i < table->indexes.n; i++) {
        const struct ledger_index *index = table->indexes.at[i];
        if (!index->partial && begins_with(&index->columns, columns)) return true;
    }
    for (size_t i = 0; i < table->constraints.n; i++) {
        const struct ledger_constraint *key = table->constraints.at[i];
        bool indexed = key->what == ACT_UNIQUE_ADD || key->what == ACT_PRIMARY_KEY_ADD || key->what == ACT_EXCLUDE_ADD;
        if (indexed && begins_with(&key->columns, columns)) return true;
    }
    return false;
}

/* ---- tables */

static struct ledger_table *add_table(struct ledger *ledger, const char *schema, const char *name)
{
    struct ledger_table *table = ARENA_NEW(ledger->arena, struct ledger_table);
    const struct ledger_table *old = ledger_table(ledger, schema, name);
    *table = (struct ledger_table){.found = old && old->found, .schema = schema ? schema : ledger->schema, .name = name,
                                   .columns = map_new(ledger->arena)};
    map_put(ledger->tables, ledger_key(ledger, schema, name), table);
    return table;
}

/* The table of an act; one that was never heard of is noted as such. */
static struct ledger_table *table_of(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = ledger_table(ledger, act->schema, act->name);
    if (table) return table;
    table = add_table(ledger, act->schema, act->name);
    table->found = true;
    return table;
}

static void take_table(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = ledger_table(ledger, act->schema, act->name);
    if ((act->flags & ACT_IF) && table && !table->gone) return;
    table = add_table(ledger, act->schema, act->name);
    table->whole = !(act->flags & (ACT_SELECT | ACT_PARTITION));
    table->is_new = true;
    table->partitioned = act->flags & ACT_PARTITIONED;
    table->partition = act->flags & ACT_PARTITION;
    table->temporary = act->flags & ACT_TEMPORARY;
}

static void take_table_drop(struct ledger *ledger, const struct sql_act *act)
{
    bool heard_of = ledger_table(ledger, act->schema, act->name) != NULL;
    struct ledger_table *table = add_table(ledger, act->schema, act->name);
    table->found |= !heard_of;
    table->gone = table->whole = true;
}

static void move_table(struct ledger *ledger, const struct sql_act *act, const char *schema, const char *name)
{
    struct ledger_table *table = ARENA_NEW(ledger->arena, struct ledger_table);
    *table = *table_of(ledger, act);
    table->schema = schema ? schema : table->schema;
    table->name = name;
    take_table_drop(ledger, act);
    map_put(ledger->tables, ledger_key(ledger, table->schema, name), table);
}

static void take_table_rename(struct ledger *ledger, const struct sql_act *act)
{
    move_table(ledger, act, act->schema, act->now);
}

static void take_table_move(struct ledger *ledger, const struct sql_act *act)
{
    move_table(ledger, act, act->now, act->name);
}

/* ---- columns */

static void put_column(struct ledger *ledger, struct ledger_table *table, struct ledger_column column)
{
    struct ledger_column *kept = ARENA_NEW(ledger->arena, struct ledger_column);
    *kept = column;
    if (column.name) map_put(table->columns, column.name, kept);
}

static void take_column(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_column column = {.name = act->part, .type = act->type, .not_null = act->flags & ACT_NOT_NULL};
    put_column(ledger, table_of(ledger, act), column);
}

static bool is_on(const struct sql_texts *columns, const char *column)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (str_eq(columns->at[i], column)) return true;
    }
    return false;
}

/* A column takes its indexes and constraints along. */
static void take_column_drop(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    size_t kept = 0;
    map_put(table->columns, act->part, NULL);
    for (size_t i = 0; i < table->indexes.n; i++) {
        if (!is_on(&table->indexes.at[i]->columns, act->part)) table->indexes.at[kept++] = table->indexes.at[i];
    }
    table->indexes.n = kept;
    kept = 0;
    for (size_t i = 0; i < table->constraints.n; i++) {
        if (!is_on(&table->constraints.at[i]->columns, act->part)) table->constraints.at[kept++] = table->constraints.at[i];
    }
    table->constraints.n = kept;
}

static void take_column_change(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    const struct ledger_column *known = ledger_column(table, act->part);
    struct ledger_column column = known ? *known : (struct ledger_column){.name = act->part};
    if (act->what == ACT_COLUMN_TYPE) column.type = act->type;
    if (act->what == ACT_NOT_NULL_SET) column.not_null = true;
    if (act->what == ACT_NOT_NULL_DROP) column.not_null = false;
    put_column(ledger, table, column);
}

static void rename_in(struct ledger *ledger, struct sql_texts *columns, const char *old, const char *now)
{
    struct sql_texts renamed = {0};
    for (size_t i = 0; i < columns->n; i++) vec_push(ledger->arena, &renamed, str_eq(columns->at[i], old) ? now : columns->at[i]);
    *columns = renamed;
}

static void take_column_rename(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    const struct ledger_column *known = ledger_column(table, act->part);
    struct ledger_column column = known ? *known : (struct ledger_column){0};
    column.name = act->now;
    map_put(table->columns, act->part, NULL);
    put_column(ledger, table, column);
    for (size_t i = 0; i < table->indexes.n; i++) rename_in(ledger, &table->indexes.at[i]->columns, act->part, act->now);
    for (size_t i = 0; i < table->constraints.n; i++) rename_in(ledger, &table->constraints.at[i]->columns, act->part, act->now);
}

/* ---- constraints and indexes */

static const struct ledger_index *index_named(const struct ledger_table *table, const char *name)
{
    for (size_t i = 0; name && i < table->indexes.n; i++) {
        if (str_eq(table->indexes.at[i]->name, name)) return table->indexes.at[i];
    }
    return NULL;
}

static void drop_index(struct ledger_table *table, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->indexes.n; i++) {
        if (!str_eq(table->indexes.at[i]->name, name)) table->indexes.at[kept++] = table->indexes.at[i];
    }
    table->indexes.n = kept;
}

static void take_constraint(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    struct ledger_constraint *constraint = ARENA_NEW(ledger->arena, struct ledger_constraint);
    *constraint = (struct ledger_constraint){.name = act->part, .what = act->what, .columns = act->columns, .to_schema = act->to_schema,
                                             .to = act->to, .not_valid = act->flags & ACT_NOT_VALID,
                                             .only_not_null = act->what == ACT_CHECK_ADD && (act->flags & ACT_NOT_NULL)};
    const struct ledger_index *index = act->flags & ACT_USING_INDEX ? index_named(table, act->now) : NULL;
    if (index) constraint->columns = index->columns;
    if (index) drop_index(table, index->name); /* it is the constraint's own from now on */
    vec_push(ledger->arena, &table->constraints, constraint);
    if (act->what != ACT_PRIMARY_KEY_ADD) return;
    for (size_t i = 0; i < constraint->columns.n; i++) {
        struct sql_act not_null = {.what = ACT_NOT_NULL_SET, .schema = act->schema, .name = act->name, .part = constraint->columns.at[i]};
        if (not_null.part) take_column_change(ledger, &not_null);
    }
}

static void take_validate(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    for (size_t i = 0; i < table->constraints.n; i++) {
        if (str_eq(table->constraints.at[i]->name, act->part)) table->constraints.at[i]->not_valid = false;
    }
}

static void take_constraint_drop(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    size_t kept = 0;
    for (size_t i = 0; i < table->constraints.n; i++) {
        if (!str_eq(table->constraints.at[i]->name, act->part)) table->constraints.at[kept++] = table->constraints.at[i];
    }
    table->constraints.n = kept;
}

/* A WHERE that only leaves out what no foreign key looks for. */
static bool is_partial(const struct sql_act *act)
{
    if (!(act->flags & ACT_WHERE)) return false;
    for (size_t i = 0; i < act->to_columns.n; i++) {
        if (!is_on(&act->columns, act->to_columns.at[i])) return true;
    }
    return act->to_columns.n == 0;
}

static void take_index(struct ledger *ledger, const struct sql_act *act)
{
    struct ledger_table *table = table_of(ledger, act);
    struct ledger_index *index = ARENA_NEW(ledger->arena, struct ledger_index);
    *index = (struct ledger_index){.name = act->part, .columns = act->columns, .unique = act->flags & ACT_UNIQUE,
                                   .partial = is_partial(act), .method = act->now};
    vec_push(ledger->arena, &table->indexes, index);
    if (act->part) map_put(ledger->indexes, ledger_key(ledger, act->schema, act->part), table);
}

static void take_index_drop(struct ledger *ledger, const struct sql_act *act)
{
    const char *key = ledger_key(ledger, act->schema, act->name);
    struct ledger_table *table = map_get(ledger->indexes, key);
    map_remove(ledger->indexes, key);
    if (table) drop_index(table, act->name);
}

/* A constraint is called as its index is. */
static void rename_constraint(struct ledger_table *table, const char *old, const char *now)
{
    for (size_t i = 0; i < table->constraints.n; i++) {
        if (str_eq(table->constraints.at[i]->name, old)) table->constraints.at[i]->name = now;
    }
}

static void take_constraint_rename(struct ledger *ledger, const struct sql_act *act)
{
    rename_constraint(table_of(ledger, act), act->part, act->now);
}

static void take_index_rename(struct ledger *ledger, const struct sql_act *act)
{
    const char *key = ledger_key(ledger, act->schema, act->name);
    struct ledger_table *table = map_get(ledger->indexes, key);
    for (struct map_entry e = map_first(ledger->tables); e.key && !table; e = map_next(e)) rename_constraint(e.value, act->name, act->now);
    if (!table) return;
    map_remove(ledger->indexes, key);
    map_put(ledger->indexes, ledger_key(ledger, act->schema, act->now), table);
    for (size_t i = 0; i < table->indexes.n; i++) {
        if (str_eq(table->indexes.at[i]->name, act->name)) table->indexes.at[i]->name = act->now;
    }
    rename_constraint(table, act->name, act->now);
}

/* ---- views */

static void note_invoker(struct ledger *ledger, const struct sql_act *act, bool on)
{
    const char *key = ledger_key(ledger, act->schema, act->name);
    if (on) map_put(ledger->invokers, key, ledger);
    else map_remove(ledger->invokers, key);
}

static void take_view(struct ledger *ledger, const struct sql_act *act)
{
    note_invoker(ledger, act, act->flags & ACT_INVOKER);
    if (!(act->flags & ACT_REPLACE)) map_put(ledger->new_views, ledger_key(ledger, act->schema, act->name), ledger);
}

static void take_options(struct ledger *ledger, const struct sql_act *act)
{
    if (!str_eq(act->part, "security_invoker")) return;
    note_invoker(ledger, act, act->what == ACT_OPTIONS_SET && sql_is_on(act->now));
}

/* A view takes its rights along. */
static void take_view_rename(struct ledger *ledger, const struct sql_act *act)
{
    bool moves = act->what == ACT_MOVE, had = map_has(ledger->invokers, ledger_key(ledger, act->schema, act->name));
    struct sql_act renamed = {.schema = moves ? act->now : act->schema, .name = moves ? act->name : act->now};
    if (!had || !act->now) return;
    note_invoker(ledger, act, false);
    note_invoker(ledger, &renamed, true);
}

/* ---- all of it */

static bool is_constraint(enum sql_act_what what)
{
    return what == ACT_CHECK_ADD || what == ACT_FOREIGN_KEY_ADD || what == ACT_UNIQUE_ADD || what == ACT_PRIMARY_KEY_ADD ||
           what == ACT_EXCLUDE_ADD;
}

static const struct {
    enum sql_act_what what;
    void (*take)(struct ledger *ledger, const struct sql_act *act);
} takers[] = {
    {ACT_TABLE_CREATE, take_table}, {ACT_TABLE_DROP, take_table_drop}, {ACT_TABLE_RENAME, take_table_rename},
    {ACT_TABLE_MOVE, take_table_move}, {ACT_COLUMN_ADD, take_column}, {ACT_COLUMN_DROP, take_column_drop},
    {ACT_COLUMN_TYPE, take_column_change}, {ACT_NOT_NULL_SET, take_column_change}, {ACT_NOT_NULL_DROP, take_column_change},
    {ACT_COLUMN_RENAME, take_column_rename}, {ACT_CONSTRAINT_VALIDATE, take_validate}, {ACT_CONSTRAINT_DROP, take_constraint_drop},
    {ACT_INDEX_CREATE, take_index}, {ACT_INDEX_DROP, take_index_drop}, {ACT_INDEX_RENAME, take_index_rename},
    {ACT_CONSTRAINT_RENAME, take_constraint_rename}, {ACT_OPTIONS_SET, take_options}, {ACT_OPTIONS_RESET, take_options},
    {ACT_RENAME, take_view_rename}, {ACT_MOVE, take_view_rename},
};

void ledger_take(struct ledger *ledger, const struct sql_act *act)
{
    if (is_constraint(act->what)) take_constraint(ledger, act);
    if (act->what == ACT_VIEW_CREATE) take_view(ledger, act);
    if (act->what == ACT_ROW_SECURITY || act->what == ACT_ROW_SECURITY_OFF)
        table_of(ledger, act)->row_security = act->what == ACT_ROW_SECURITY;
    if (act->what == ACT_POLICY_CREATE) vec_push(ledger->arena, &table_of(ledger, act)->policies, act->part);
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
        if (takers[i].what == act->what) takers[i].take(ledger, act);
    }
}

/* ---- copies */

static struct map *copy_map(struct arena *arena, const struct map *from)
{
    struct map *map = map_new(arena);
    for (struct map_entry e = map_first(from); e.key; e = map_next(e)) map_put(map, e.key, e.value);
    return map;
}

static struct ledger_table *copy_table(struct arena *arena, const struct ledger_table *from)
{
    struct ledger_table *table = ARENA_NEW(arena, struct ledger_table);
    *table = *from;
    table->columns = copy_map(arena, from->columns);
    table->constraints.at = NULL;
    table->constraints.n = table->constraints.cap = 0;
    table->indexes.at = NULL;
    table->indexes.n = table->indexes.cap = 0;
    for (size_t i = 0; i < from->constraints.n; i++) {
        struct ledger_constraint *constraint = ARENA_NEW(arena, struct ledger_constraint);
        *constraint = *from->constraints.at[i];
        vec_push(arena, &table->constraints, constraint);
    }
    for (size_t i = 0; i < from->indexes.n; i++) {
        struct ledger_index *index = ARENA_NEW(arena, struct ledger_index);
        *index = *from->indexes.at[i];
        vec_push(arena, &table->indexes, index);
    }
    return table;
}

struct ledger *ledger_clone(const struct ledger *ledger)
{
    struct ledger *clone = ledger_new(ledger->arena);
    clone->schema = ledger->schema;
    clone->invokers = copy_map(ledger->arena, ledger->invokers);
    clone->new_views = copy_map(ledger->arena, ledger->new_views);
    for (struct map_entry e = map_first(ledger->tables); e.key; e = map_next(e))
        map_put(clone->tables, e.key, copy_table(ledger->arena, e.value));
    for (struct map_entry e = map_first(ledger->indexes); e.key; e = map_next(e)) {
        const struct ledger_table *table = e.value;
        map_put(clone->indexes, e.key, map_get(clone->tables, ledger_key(ledger, table->schema, table->name)));
    }
    return clone;
}

void ledger_settle(struct ledger *ledger)
{
    ledger->new_views = map_new(ledger->arena);
    for (struct map_entry e = map_first(ledger->tables); e.key; e = map_next(e)) {
        struct ledger_table *table = e.value;
        table->is_new = false;
    }
}
