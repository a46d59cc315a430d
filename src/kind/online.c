/* online.c: the forms that block least, for parts of tables that exist and may be large and in use: an index beside the table's
 * writers, a constraint that is valid later, NOT NULL by a check that was validated before. */
#include "kind/kind.h"
#include "sql/batch_sql.h"

static enum online_word said_of(const struct object *object)
{
    if (object->online) return object->online;
    return object->peer ? object->peer->online : ONLINE_UNSAID;
}

/* A partition is as its parents say, where it says nothing. */
static enum online_word said_of_table(const struct object *table)
{
    enum online_word said = said_of(table);
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    return said || !parent ? said : said_of_table(parent);
}

static enum online_word said_of_part(const struct object *part)
{
    enum online_word said = said_of(part);
    return said ? said : said_of_table(part->parent);
}

bool online_applies(const struct object *part, const struct ops *ops)
{
    const struct object *table = part->parent;
    if (!table_exists(part) || ops->forced || !object_is(table, "table") || table->joins) return false;
    enum online_word said = ops->annotated ? said_of_part(part) : ONLINE_UNSAID;
    return said ? said != ONLINE_NEVER : ops->online;
}

bool online_large(const struct object *table)
{
    return said_of_table(table) == ONLINE_LARGE || table->large || (table->peer && table->peer->large);
}

/* ---- keys and indexes ---- */

const char *online_new_name(struct arena *arena, const struct object *index)
{
    return sql_object_name(arena, index->name, NULL, "modelc_new");
}

const char *online_old_name(struct arena *arena, const struct object *index)
{
    return sql_object_name(arena, index->name, NULL, "modelc_old");
}

static const char *build_index(const struct object *key, const char *name, struct arena *arena)
{
    struct buf sql = buf_new(arena);
    buf_printf(&sql, "CREATE UNIQUE INDEX CONCURRENTLY %s ON ", sql_ident_str(arena, name));
    sql_table_of(&sql, key);
    buf_add(&sql, " (");
    sql_columns(&sql, &object_get(key, "columns")->refs);
    buf_addc(&sql, ')');
    const struct value *include = object_get(key, "include"), *options = object_get(key, "options");
    if (include->refs.n) {
        buf_add(&sql, " INCLUDE (");
        sql_columns(&sql, &include->refs);
        buf_addc(&sql, ')');
    }
    if (object_flag(key, "nulls_not_distinct")) buf_add(&sql, " NULLS NOT DISTINCT");
    if (options->pairs.n) {
        buf_add(&sql, " WITH (");
        sql_pairs(&sql, &options->pairs);
        buf_addc(&sql, ')');
    }
    const char *tablespace = object_text(key, "tablespace");
    if (tablespace) buf_printf(&sql, " TABLESPACE %s", sql_ident_str(arena, tablespace));
    return sql.text;
}

void online_say_plain(const struct object *constraint, struct ops *ops)
{
    const char *what = object_is(constraint, "exclude") ? "an exclude constraint"
                       : object_flag(constraint, "without_overlaps") ? "a temporal key" : "the key of a partitioned table";
    if (!online_applies(constraint, ops)) return;
    ops->list.at[ops->list.n - 1].remark =
        arena_printf(ops->ctx->arena, "PostgreSQL can't build %s beside running writes: the table is locked meanwhile", what);
}

/* The old key is dropped in this plan, under another name: both are there for a while. */
static bool succeeds(const struct object *key)
{
    const struct object *old = key->parent->peer;
    for (size_t i = 0; i < old->children.n; i++) {
        const struct object *child = old->children.at[i];
        bool keys = object_is(child, "primary_key") && object_is(key, "primary_key");
        if (keys && child->change && child != key->peer) return true;
    }
    return false;
}

bool online_key(const struct object *key, const char *noun, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (!online_applies(key, ops) || table_is_partitioned(key->parent)) return false;
    if (object_flag(key, "without_overlaps")) return false;
    const char *name = key->now ? key->now->name : key->name;
    bool beside = ops->beside || succeeds(key);
    const char *built = beside ? online_new_name(arena, key) : name;
    struct op *op = op_add(ops, beside ? PHASE_PREPARE : PHASE_INDEX, build_index(key, built, arena));
    op->transaction = OP_ALONE;
    op->risk = RISK_REFUSED;
    struct buf sql = buf_new(arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, key);
    buf_printf(&sql, " ADD CONSTRAINT %s %s USING INDEX %s", sql_ident_str(arena, name), noun, sql_ident_str(arena, built));
    constraint_deferrable(key, &sql);
    op_add(ops, PHASE_SWAP, sql.text);
    return true;
}

static const struct object *first_column(const struct object *key)
{
    const struct refs *columns = &object_get(key, "columns")->refs;
    const struct keys *elements = &object_get(key, "elements")->keys;
    return columns->n ? columns->at[0].to : elements->n ? elements->at[0].column : NULL;
}

static bool is_key(const struct object *object)
{
    return object_is(object, "primary_key") || object_is(object, "unique") || object_is(object, "index");
}

bool online_replaced(const struct object *from, const struct ops *ops)
{
    const struct object *table = from->parent->peer, *column = first_column(from);
    if (from->peer || !table || table->anew || table_is_partitioned(from->parent)) return false;
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *other = table->children.at[i];
        if (!is_key(other) || other->peer || !online_applies(other, ops)) continue;
        const struct object *first = first_column(other);
        if (object_is(other, "primary_key") && object_is(from, "primary_key")) return true;
        if (column && first && (first == column || first->peer == column)) return true;
    }
    return false;
}

/* ---- constraints ---- */

struct op *online_validate(const struct object *part, const char *name, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, part);
    buf_printf(&sql, " VALIDATE CONSTRAINT %s", name);
    struct op *op = op_add(ops, PHASE_VALIDATE, sql.text);
    op->transaction = OP_SEPARATE;
    op->risk = RISK_REFUSED;
    return op;
}

void online_constraint(const struct object *constraint, const char *definition, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    constraint_add(constraint, arena_printf(arena, "%s NOT VALID", definition), 0, ops);
    online_validate(constraint, sql_object_str(arena, constraint), ops);
}

/* ---- NOT NULL ---- */

/* From 18 on it is a constraint itself; before, a check proves it. */
static bool is_native(const struct ops *ops)
{
    return ops->version >= 180000;
}

static const char *helper(const struct object *column, const struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *name = is_native(ops) ? not_null_name(column, arena)
                                      : sql_object_name(arena, column->parent->name, column->name, "modelc_not_null");
    return sql_ident_str(arena, name);
}

static struct op *alter_table(const struct object *column, const char *what, enum op_phase phase, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_printf(&sql, " %s", what);
    struct op *op = op_add(ops, phase, sql.text);
    op->group = 1;
    return op;
}

void online_not_null_begin(const struct object *column, enum op_phase phase, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *name = sql_object_str(arena, column), *no_inherit = object_flag(column, "not_null_no_inherit") ? " NO INHERIT" : "";
    const char *what = is_native(ops) ? arena_printf(arena, "NOT NULL %s%s", name, no_inherit)
                                      : arena_printf(arena, "CHECK (%s IS NOT NULL)", name);
    alter_table(column, arena_printf(arena, "ADD CONSTRAINT %s %s NOT VALID", helper(column, ops), what), phase, ops);
}

void online_not_null_end(const struct object *column, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    online_validate(column, helper(column, ops), ops);
    if (is_native(ops)) return;
    column_alter(column, "SET NOT NULL", ops)->phase = PHASE_REQUIRE;
    alter_table(column, arena_printf(arena, "DROP CONSTRAINT %s", helper(column, ops)), PHASE_REQUIRE, ops);
}

/* ---- data ---- */

/* By which rows can be walked: the same before and after this plan, of columns that are never NULL. */
static bool is_walkable(const struct object *key)
{
    bool kind = object_is(key, "primary_key") || object_is(key, "unique");
    if (!kind || !key->peer || key->change || !str_eq(object_text(key, "deferrable"), "not deferrable")) return false;
    const struct refs *columns = &object_get(key, "columns")->refs;
    for (size_t i = 0; i < columns->n; i++) {
        const struct object *column = columns->at[i].to;
        if (!column || object_flag(column, "nullable") || column->change) return false;
    }
    return columns->n && !object_flag(key, "without_overlaps");
}

bool online_batch(const struct object *table, struct op *op, struct ops *ops)
{
    const struct object *key = NULL;
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i];
        if (is_walkable(child) && (!key || object_is(child, "primary_key"))) key = child;
    }
    if (!key) return false;
    struct arena *arena = ops->ctx->arena;
    struct batch_options options = {.table = table->now ? table->now->name : table->name, .size = BATCH_SIZE};
    options.schema = object_schema(table->now ? table->now : table)->name;
    const struct refs *columns = &object_get(key, "columns")->refs;
    for (size_t i = 0; i < columns->n; i++) vec_push(arena, &options.key, columns->at[i].to->name);
    op->batch = batch_text(arena, &options);
    op->transaction = OP_ALONE;
    op->phase = PHASE_BATCH;
    op->group = 0;
    return true;
}
