/* seed_tables.c: what the schema says of each table that a row has to keep to. */
#include <stdlib.h>

#include "pg/seed_parts.h"

/* ---- columns */

/* Functions that give the same on every run, as far as defaults use them. */
static bool repeats(const char *function)
{
    static const char *const steady[] = {
        "nextval", "concat", "lpad", "rpad", "to_char", "format", "upper", "lower", "md5", "array_fill",
        "jsonb_build_object",
        "json_build_object", "jsonb_build_array", "json_build_array", "decode", "encode", "make_date", "make_interval",
        "hstore",
        "point", "numrange", "int4range", "daterange", "tstzrange", "tsrange", "to_tsvector", "substr", "substring",
    };
    for (size_t i = 0; i < sizeof steady / sizeof *steady; i++) {
        if (str_eq(steady[i], function)) return true;
    }
    return false;
}

/* What stands for the time or the user without being a call. */
static bool says_now(const struct sql_mention *mention)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(words[i], mention->name) == 0) return true;
    }
    return false;
}

static void read_default(struct seeder *seeder, struct seed_column *column, const char *text)
{
    static const char *const values[] = {"CURRENT_", "LOCALTIME", "SESSION_USER", "SYSTEM_USER", "USER"};
    struct sql_mentions mentions = {0};
    column->defaults = sql_mentions(seeder->arena, SQL_EXPR, text, &mentions);
    for (size_t i = 0; i < mentions.n; i++) {
        const struct sql_mention *mention = &mentions.at[i];
        bool call = mention->what == SQL_MENTION_FUNCTION;
        if (call && str_eq(mention->name, "nextval")) column->counts = true;
        if (call && !repeats(mention->name)) column->defaults = false;
        if (mention->what == SQL_MENTION_LITERAL && says_now(mention)) column->defaults = false;
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strstr(text, values[i])) column->defaults = false;
    }
    column->counts = column->counts && column->defaults;
}

static bool refuses_null(const struct type_name *type)
{
    for (; type->to && !type->sql.array && object_is(type->to, "domain"); type = &object_get(type->to, "type")->type) {
        if (object_flag(type->to, "not_null")) return true;
    }
    return false;
}

static void read_column(struct seeder *seeder, const struct seed_table *table, const struct object *object,
                        struct seed_column *column)
{
    bool own = object->parent == table->object; /* children don't inherit being an identity */
    const struct value *given = object_get(object, "default");
    *column = (struct seed_column){
        .object = object, .name = object->name, .type = object_get(object, "type")->type,
        .generated = object_get(object, "generated")->set,
        .always = own && str_eq(object_text(object, "identity"), "always"),
    };
    column->not_null = !object_flag(object, "nullable") || refuses_null(&column->type);
    column->offset = rng_below(&((struct seed_table *)table)->rng, 8);
    if (given->set && !column->generated) read_default(seeder, column, given->expr.text);
    if (own && object_get(object, "identity")->set) column->defaults = column->counts = true;
}

static size_t column_number(const struct seed_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->n_columns && !str_eq(table->columns[i].name, name)) i++;
    return i; /* n_columns: there is none */
}

static void read_columns(struct seeder *seeder, struct seed_table *table)
{
    struct objects columns = {0};
    table_columns(table->object, seeder->arena, &columns);
    table->n_columns = columns.n;
    table->columns = ARENA_ARRAY(seeder->arena, struct seed_column, columns.n + 1);
    for (size_t i = 0; i < columns.n; i++) read_column(seeder, table, columns.at[i], &table->columns[i]);
}

/* ---- keys */

/* Numbers of the columns that an expression speaks of, each once. */
static size_t *columns_of(struct seeder *seeder, const struct seed_table *table, const char *text, size_t *n)
{
    struct sql_mentions mentions = {0};
    size_t *numbers = ARENA_ARRAY(seeder->arena, size_t, table->n_columns + 1);
    *n = 0;
    sql_mentions(seeder->arena, SQL_EXPR, text, &mentions);
    for (size_t i = 0; i < mentions.n; i++) {
        size_t number =
            mentions.at[i].what == SQL_MENTION_COLUMN ? column_number(table, mentions.at[i].name) : table->n_columns;
        bool known = number == table->n_columns;
        for (size_t k = 0; k < *n; k++) known = known || numbers[k] == number;
        if (!known) numbers[(*n)++] = number;
    }
    return numbers;
}

static void make_distinct(struct seeder *seeder, struct seed_table *table, const char *text)
{
    size_t n, *numbers = columns_of(seeder, table, text, &n);
    for (size_t i = 0; i < n; i++) table->columns[numbers[i]].distinct = true;
}

static void add_key(struct seeder *seeder, struct seed_table *table, struct seed_key key)
{
    for (size_t i = 0; i < key.n; i++) {
        if (key.columns[i] == table->n_columns) return;
    }
    vec_push(seeder->arena, &table->keys, key);
}

/* A constraint's columns. */
static void read_key(struct seeder *seeder, struct seed_table *table, const struct object *object)
{
    const struct refs *refs = &object_get(object, "columns")->refs;
    struct seed_key key = {.n = refs->n, .nulls_alike = object_flag(object, "nulls_not_distinct")};
    key.columns = ARENA_ARRAY(seeder->arena, size_t, refs->n + 1);
    for (size_t i = 0; i < refs->n; i++) {
        key.columns[i] = column_number(table, refs->at[i].to ? refs->at[i].to->name : refs->at[i].name);
        if (key.columns[i] < table->n_columns) table->columns[key.columns[i]].distinct = true;
    }
    add_key(seeder, table, key);
}

/* An index's or exclusion's elements. Where it is partial, has expressions or other operators than =, only the
 * server can tell what is alike. */
static void read_elements(struct seeder *seeder, struct seed_table *table, const struct object *object, bool strict)
{
    const struct keys *keys = &object_get(object, "elements")->keys;
    struct seed_key key = {.n = keys->n, .nulls_alike = object_flag(object, "nulls_not_distinct")};
    key.columns = ARENA_ARRAY(seeder->arena, size_t, keys->n + 1);
    strict = strict && !object_get(object, "where")->set;
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *element = &keys->at[i];
        if (!element->column) {
            make_distinct(seeder, table, element->expr.text);
            strict = false;
            continue;
        }
        key.columns[i] = column_number(table, element->column->name);
        if (key.columns[i] == table->n_columns) continue;
        table->columns[key.columns[i]].distinct = true;
        if (keys->n == 1) table->columns[key.columns[i]].alone = true;
    }
    if (strict) add_key(seeder, table, key);
}

/* ---- conditions */

static void add_condition(struct seeder *seeder, struct seed_table *table, const char *text)
{
    size_t n, *numbers = columns_of(seeder, table, text, &n);
    for (size_t i = 0; i < n; i++) {
        if (table->columns[numbers[i]].generated) return; /* its value is not known before */
    }
    if (n == 1 && !table->columns[numbers[0]].of_foreign_key) {
        vec_push(seeder->arena, &table->columns[numbers[0]].checks, text);
        return;
    }
    vec_push(seeder->arena, &table->rules, text);
    for (size_t i = 0; i < n; i++) {
        struct seed_column *column = &table->columns[numbers[i]];
        column->of_rule = true;
        if (!column->of_foreign_key) seed_hints(seeder, text, &column->type, true, &column->hints);
    }
}

static void read_checks(struct seeder *seeder, struct seed_table *table, const struct object *of)
{
    struct objects parents = {0};
    for (size_t i = 0; i < of->children.n; i++) {
        const struct object *child = of->children.at[i];
        bool inherited = of != table->object;
        if (!object_is(child, "check") || (inherited && object_flag(child, "no_inherit"))) continue;
        add_condition(seeder, table, object_get(child, "expression")->expr.text);
    }
    table_parents(of, seeder->arena, &parents);
    for (size_t i = 0; i < parents.n; i++) read_checks(seeder, table, parents.at[i]);
}

/* ---- foreign keys */

static bool is_hard(const struct seed_table *table, const struct seed_foreign_key *key)
{
    bool all = true, any = false;
    for (size_t i = 0; i < key->n; i++) {
        bool not_null = table->columns[key->columns[i]].not_null;
        all = all && not_null;
        any = any || not_null;
    }
    return key->full ? any : all;
}

static bool is_known(const struct seed_table *table, const struct seed_foreign_key *key)
{
    for (size_t i = 0; i < table->foreign_keys.n; i++) {
        const struct seed_foreign_key *other = &table->foreign_keys.at[i];
        bool same = other->n == key->n && str_eq(other->target, key->target);
        for (size_t k = 0; same && k < key->n; k++) {
            same = other->columns[k] == key->columns[k] && str_eq(other->targets[k], key->targets[k]);
        }
        if (same) return true;
    }
    return false;
}

static void read_foreign_key(struct seeder *seeder, struct seed_table *table, const struct object *object)
{
    const struct refs *columns = &object_get(object, "columns")->refs,
                      *targets = &object_get(object, "target_columns")->refs;
    const struct ref *target = &object_get(object, "table")->ref;
    struct seed_foreign_key key = {
        .object = object, .n = columns->n, .full = str_eq(object_text(object, "match"), "full")};
    key.columns = ARENA_ARRAY(seeder->arena, size_t, columns->n + 1);
    key.targets = ARENA_ARRAY(seeder->arena, const char *, columns->n + 1);
    if (targets->n != columns->n) return;
    for (size_t i = 0; i < columns->n; i++) {
        key.columns[i] = column_number(table, columns->at[i].to ? columns->at[i].to->name : columns->at[i].name);
        key.targets[i] = targets->at[i].to ? targets->at[i].to->name : targets->at[i].name;
        if (key.columns[i] == table->n_columns) return;
        table->columns[key.columns[i]].of_foreign_key = true;
    }
    struct buf name = buf_new(seeder->arena);
    if (target->to) sql_object(&name, target->to);
    else sql_qname(&name, target->schema, target->name);
    key.target = name.text;
    key.to = map_get(seeder->by_path, name.text);
    key.hard = is_hard(table, &key);
    if (is_known(table, &key)) return; /* of several partitions */
    size_t at = 0;
    while (at < table->foreign_keys.n && table->foreign_keys.at[at].n >= key.n) at++;
    vec_push(seeder->arena, &table->foreign_keys, key);
    for (size_t i = table->foreign_keys.n; --i > at;) table->foreign_keys.at[i] = table->foreign_keys.at[i - 1];
    table->foreign_keys.at[at] = key;
}

/* ---- all */

static const struct seed_table *root_of(const struct seeder *seeder, const struct object *partition)
{
    while (partition && table_is_partition(partition)) partition = object_get(partition, "partition_of")->ref.to;
    return partition ? map_get(seeder->by_path, sql_object_str(seeder->arena, partition)) : NULL;
}

static void read_partitions(struct seeder *seeder)
{
    for (size_t i = 0; i < seeder->live->all.n; i++) {
        struct object *object = seeder->live->all.at[i];
        if (!object_is(object, "table") || !table_is_partition(object)) continue;
        const struct seed_table *root = root_of(seeder, object);
        if (root) vec_push(seeder->arena, &seeder->tables[root - seeder->tables].partitions, object);
    }
}

static void read_references(struct seeder *seeder, struct seed_table *table, const struct object *of)
{
    for (size_t i = 0; i < of->children.n; i++) {
        if (object_is(of->children.at[i], "foreign_key")) read_foreign_key(seeder, table, of->children.at[i]);
    }
}

static void read_keys(struct seeder *seeder, struct seed_table *table, const struct object *of)
{
    for (size_t i = 0; i < of->children.n; i++) {
        const struct object *part = of->children.at[i];
        if (object_is(part, "primary_key") || object_is(part, "unique")) read_key(seeder, table, part);
        if (object_is(part, "index") && object_flag(part, "unique")) read_elements(seeder, table, part, true);
        if (object_is(part, "exclude")) read_elements(seeder, table, part, false);
    }
}

/* Columns that a partition wants to be filled. */
static void read_not_null(struct seed_table *table, const struct object *partition)
{
    for (size_t i = 0; i < partition->children.n; i++) {
        const struct object *part = partition->children.at[i];
        size_t number = object_is(part, "column") ? column_number(table, part->name) : table->n_columns;
        if (number < table->n_columns && !object_flag(part, "nullable")) table->columns[number].not_null = true;
    }
}

static void read_parts(struct seeder *seeder, struct seed_table *table)
{
    for (size_t i = 0; i < table->partitions.n; i++) read_not_null(table, table->partitions.at[i]);
    read_references(seeder, table, table->object);
    for (size_t i = 0; i < table->partitions.n; i++) read_references(seeder, table, table->partitions.at[i]);
    read_keys(seeder, table, table->object);
    for (size_t i = 0; i < table->partitions.n; i++) read_keys(seeder, table, table->partitions.at[i]);
    read_checks(seeder, table, table->object);
    if (!table_is_partitioned(table->object)) return;
    const char *homes = map_get(seeder->homes, table->name);
    table->homeless = !homes;
    if (homes) add_condition(seeder, table, homes);
}

void seed_tables_read(struct seeder *seeder)
{
    const struct objects *all = &seeder->live->all;
    seeder->tables = ARENA_ARRAY(seeder->arena, struct seed_table, all->n + 1);
    for (size_t i = 0; i < all->n; i++) {
        struct object *object = all->at[i];
        if (!object_is(object, "table") || table_is_partition(object)) continue;
        struct seed_table *table = &seeder->tables[seeder->n_tables++];
        table->object = object;
        table->path = object_path(seeder->arena, object);
        table->name = sql_object_str(seeder->arena, object);
        table->rng.state = seed_mix(seeder->options.seed);
        for (const char *c = table->path; *c; c++) table->rng.state = seed_mix(table->rng.state + (unsigned char)*c);
        map_put(seeder->by_path, table->name, table);
    }
    for (size_t i = 0; i < seeder->n_tables; i++) read_columns(seeder, &seeder->tables[i]);
    read_partitions(seeder);
    for (size_t i = 0; i < seeder->n_tables; i++) read_parts(seeder, &seeder->tables[i]);
    for (size_t i = 0; i < seeder->n_tables; i++) { /* once all foreign keys are known */
        struct seed_table *table = &seeder->tables[i];
        for (size_t k = 0; k < table->n_columns; k++) {
            struct seed_column *column = &table->columns[k];
            column->pooled = column->checks.n > 0 && !column->generated;
        }
    }
}
