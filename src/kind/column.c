/* column.c: a column: its part of CREATE TABLE, and how it changes without losing what it holds. */
#include "kind/kind.h"

#define FIELDS(F)                                                  \
    F(type, NULL, TYPE, ALTER, )                                   \
    F(nullable, "null", FLAG, ALTER, )                             \
    F(default, "default", EXPR, ALTER, )                           \
    F(identity, NULL, WORD, ALTER, )                               \
    F(identity_options, NULL, PAIRS, ALTER, )                      \
    F(generated, NULL, EXPR, ALTER, )                              \
    F(virtual, NULL, FLAG, ALTER, )                                \
    F(collation, "collate", REF, ALTER, .refers = "collation")     \
    F(storage, "storage", WORD, ALTER, )                           \
    F(compression, "compression", WORD, ALTER, )                   \
    F(statistics, "statistics", TEXT, ALTER, )                     \
    F(options, NULL, PAIRS, ALTER, )                               \
    F(backfill, "backfill", EXPR, INTENT, )                        \
    F(convert, NULL, EXPR, INTENT, )                               \
    F(convert_back, NULL, EXPR, INTENT, )                          \
    F(identity_sequence, NULL, TEXT, LIVE, )                       \
    F(of_parent, NULL, FLAG, LIVE, )                               \
    NOT_NULL_FIELDS(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool has(const struct object *column, size_t field)
{
    return column->values[field].set;
}

void column_name_and_type(const struct object *column, struct buf *out)
{
    sql_object(out, column);
    buf_addc(out, ' ');
    sql_type(out, &column->values[F_type].type);
    if (has(column, F_compression)) buf_printf(out, " COMPRESSION %s", column->values[F_compression].text);
    if (has(column, F_collation)) {
        buf_add(out, " COLLATE ");
        sql_ref(out, &column->values[F_collation].ref);
    }
}

/* A child's column that says nothing would get its parent's default. */
static bool parent_has_default(const struct object *column)
{
    const struct object *table = column->parent, *base = object_is(table, "table") ? inherited_column(table, column->name) : NULL;
    return base && has(base, F_default);
}

static void definition(const struct object *column, struct buf *out)
{
    column_name_and_type(column, out);
    if (has(column, F_generated)) {
        const char *text = sql_closed(out->arena, column->values[F_generated].expr.text);
        buf_printf(out, " GENERATED ALWAYS AS (%s) %s", text, object_flag(column, "virtual") ? "VIRTUAL" : "STORED");
    } else if (has(column, F_identity)) {
        buf_addc(out, ' ');
        identity_define(column, out);
    } else if (has(column, F_default) && !column->apart) {
        buf_printf(out, " DEFAULT %s", sql_closed(out->arena, column->values[F_default].expr.text));
    } else if (!has(column, F_default) && parent_has_default(column)) {
        buf_add(out, " DEFAULT NULL");
    }
    not_null_define(column, has(column, F_identity), out);
}

/* A new partition has its parent's columns, as has a child what it doesn't declare: what differs is altered then. */
static bool define(const struct object *column, struct buf *out)
{
    if (table_is_partition(column->parent) || column_is_parents(column)) return false;
    definition(column, out);
    return true;
}

/* ALTER TABLE t ALTER COLUMN c <what>, in the one group of this column's ops. */
static struct op *alter_column(const char *table, const struct object *column, const char *what, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, table);
    sql_table_of(&sql, column);
    buf_add(&sql, " ALTER COLUMN ");
    sql_object(&sql, column);
    buf_printf(&sql, " %s", what);
    struct op *op = op_add_user(ops, PHASE_COLUMNS, column, sql.text);
    op->group = 1;
    return op;
}

struct op *column_alter(const struct object *column, const char *what, struct ops *ops)
{
    return alter_column("ALTER TABLE ", column, what, ops);
}

/* ONLY: a table that becomes a child later does not get its parent's target, so those that are children now must not, either. */
static void set_statistics(const struct object *column, const char *target, struct ops *ops)
{
    alter_column("ALTER TABLE ONLY ", column, arena_printf(ops->ctx->arena, "SET STATISTICS %s", target), ops);
}

void column_set_default(const struct object *column, struct ops *ops)
{
    const char *text = sql_closed(ops->ctx->arena, column->values[F_default].expr.text);
    column_alter(column, arena_printf(ops->ctx->arena, "SET DEFAULT %s", text), ops);
}

static bool is_deferred(const struct object *constraint)
{
    return str_eq(object_text(constraint, "deferrable"), "deferrable initially deferred");
}

/* Deferred checks of rows that a backfill touches would stand in the way of the ALTER TABLE that follows. */
static bool has_deferred_checks(const struct object *table)
{
    const struct object *schema = object_schema(table);
    for (size_t i = 0; i < table->children.n; i++) {
        if (is_deferred(table->children.at[i])) return true;
    }
    for (size_t i = 0; i < schema->children.n; i++) {
        const struct object *other = schema->children.at[i];
        for (size_t j = 0; j < other->children.n; j++) {
            const struct object *child = other->children.at[j];
            if (object_is(child, "foreign_key") && object_get(child, "table")->ref.to == table && is_deferred(child)) return true;
        }
    }
    return false;
}

static const char *update_sql(const struct object *column, const char *value, struct arena *arena)
{
    struct buf sql = buf_new(arena);
    buf_add(&sql, "UPDATE ");
    sql_table_of(&sql, column);
    buf_add(&sql, " SET ");
    sql_object(&sql, column);
    buf_printf(&sql, " = %s WHERE ", value);
    sql_object(&sql, column);
    buf_add(&sql, " IS NULL");
    return sql.text;
}

struct op *column_update(const struct object *column, const char *value, struct ops *ops)
{
    const struct object *old = column->parent->peer;
    if (has_deferred_checks(column->parent) || (old && has_deferred_checks(old))) {
        op_add(ops, PHASE_COLUMNS, "SET CONSTRAINTS ALL IMMEDIATE")->group = 1;
    }
    struct op *op = op_add_user(ops, PHASE_COLUMNS, column, update_sql(column, value, ops->ctx->arena));
    op->group = 1;
    return op;
}

static const char *backfill_of(const struct object *column, struct arena *arena)
{
    return arena_printf(arena, "(%s)", sql_closed(arena, column->values[F_backfill].expr.text));
}

static void update_backfill(const struct object *column, struct ops *ops)
{
    column_update(column, backfill_of(column, ops->ctx->arena), ops);
}

/* Rows get their values once the column is there for all to see: in batches where they are many, and NOT NULL when none is left. */
static void fill_later(const struct object *column, const char *value, bool required, struct ops *ops)
{
    struct op *op = op_add_user(ops, PHASE_BATCH, column, update_sql(column, value, ops->ctx->arena));
    if (!online_large(column->parent) || !online_batch(column->parent, op, ops)) op->transaction = OP_SEPARATE;
    if (!required) return;
    online_not_null_begin(column, PHASE_ASSERT, ops); /* before, it would refuse changes of rows that still wait for their values */
    online_not_null_end(column, ops);
}

/* So many rows that no single transaction should change them all. */
static bool fills_in_batches(const struct object *column, const struct ops *ops)
{
    return online_applies(column, ops) && online_large(column->parent);
}

/* Existing rows need a value that the definition alone does not give. */
static bool needs_value(const struct object *column)
{
    if (type_with_default(&column->values[F_type].type) || object_flag(column, "not_null_not_valid")) return false;
    return !object_flag(column, "nullable") && !has(column, F_default) && !has(column, F_identity) && !has(column, F_generated);
}

static void add_nullable(const struct object *column, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_add(&sql, " ADD COLUMN ");
    column_name_and_type(column, &sql);
    op_add(ops, PHASE_COLUMNS, sql.text)->group = 1;
    if (has(column, F_default)) column_set_default(column, ops);
}

static void update_by_person(const struct object *column, struct ops *ops)
{
    struct op *op = column_update(column, "NULL /* the value that existing rows get */", ops);
    op->complete = arena_printf(ops->ctx->arena, "%s: existing rows need a value", object_shown(ops->ctx->arena, column));
}

static bool is_required(const struct object *column)
{
    return !object_flag(column, "nullable") && !object_flag(column, "not_null_not_valid");
}

/* Each row gets a value of its own: said in ADD COLUMN, it would be written while everybody waits. */
static bool add_split(const struct object *column, struct ops *ops)
{
    bool splits = column->new_values && has(column, F_default) && !column->apart && !has(column, F_identity) && online_applies(column, ops);
    if (!splits) return false;
    add_nullable(column, ops);
    fill_later(column, "DEFAULT", is_required(column), ops);
    return true;
}

static void add_with_value(const struct object *column, struct ops *ops)
{
    add_nullable(column, ops);
    if (has(column, F_backfill) && fills_in_batches(column, ops)) {
        fill_later(column, backfill_of(column, ops->ctx->arena), is_required(column), ops);
        return;
    }
    if (has(column, F_backfill)) update_backfill(column, ops);
    else update_by_person(column, ops);
    if (is_required(column)) not_null_add(column, ops);
}

/* On the way back the values of a required column are gone: rows get the least value, so that the way back exists. */
static bool add_restored(const struct object *column, struct ops *ops)
{
    const char *value = type_neutral_value(ops->ctx->arena, &column->values[F_type].type);
    if (!value) return false;
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_add(&sql, " ADD COLUMN ");
    definition(column, &sql);
    buf_printf(&sql, " DEFAULT %s", value);
    struct op *op = op_add_user(ops, PHASE_COLUMNS, column, sql.text);
    op->group = 1;
    op->note = arena_printf(ops->ctx->arena, "column %s is restored; its values are gone: existing rows get %s",
                            object_shown(ops->ctx->arena, column), value);
    column_alter(column, "DROP DEFAULT", ops);
    return true;
}

/* Values of a virtual column are nowhere: what becomes of it starts with what they would be. Its text knows the old names only. */
static bool add_computed(const struct object *column, struct ops *ops)
{
    const struct object *old = column->peer;
    if (!old || !object_flag(old, "virtual") || has(column, F_generated) || has(column, F_identity)) return false;
    for (size_t i = 0; i < old->parent->children.n; i++) {
        const struct object *other = old->parent->children.at[i];
        if (object_is(other, "column") && (!other->peer || !str_eq(other->name, other->peer->name))) return false;
    }
    const char *text = sql_closed(ops->ctx->arena, old->values[F_generated].expr.text), *path = old->search_path;
    add_nullable(column, ops);
    column_update(column, arena_printf(ops->ctx->arena, "(%s)", text), ops)->search_path = path && *path ? path : NULL;
    if (!object_flag(column, "nullable") && !object_flag(column, "not_null_not_valid")) not_null_add(column, ops);
    return true;
}

static void create(const struct object *column, struct ops *ops)
{
    if (column_overrides(column)) {
        override_create(column, ops);
        return;
    }
    if (add_computed(column, ops)) return;
    if (ops->reverse && needs_value(column) && add_restored(column, ops)) return;
    bool backfill = has(column, F_backfill) && !has(column, F_generated) && !has(column, F_identity);
    if (backfill || (needs_value(column) && !ops->reverse)) {
        add_with_value(column, ops);
        return;
    }
    if (add_split(column, ops)) return;
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_add(&sql, " ADD COLUMN ");
    definition(column, &sql);
    struct op *op = op_add_user(ops, PHASE_COLUMNS, column, sql.text);
    op->group = 1;
    bool stored = has(column, F_generated) && !object_flag(column, "virtual");
    if (stored || has(column, F_identity) || type_has_rules(&column->values[F_type].type)) op->risk = RISK_REWRITE;
    if (needs_value(column)) op->risk |= RISK_REFUSED;
}

/* How many different values the planner has to reckon with. */
static void set_options(const struct object *column, const struct sql_pairs *old, struct ops *ops)
{
    struct buf noun = buf_new(ops->ctx->arena), name = buf_new(ops->ctx->arena);
    buf_add(&noun, "TABLE ");
    sql_table_of(&noun, column);
    buf_add(&noun, " ALTER COLUMN");
    sql_object(&name, column);
    options_alter_named(noun.text, name.text, old, &column->values[F_options].pairs, PHASE_COLUMNS, ops);
}

static void finish(const struct object *column, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (column_is_parents(column) || (table_is_partition(column->parent) && column_overrides(column))) return;
    not_null_finish(column, ops);
    if (has(column, F_storage)) column_alter(column, arena_printf(arena, "SET STORAGE %s", column->values[F_storage].text), ops);
    if (has(column, F_statistics)) set_statistics(column, column->values[F_statistics].text, ops);
    if (has(column, F_options)) set_options(column, &(struct sql_pairs){0}, ops);
    if (column->apart) column_set_default(column, ops);
}

static void drop(const struct object *column, struct ops *ops)
{
    if (column->apart) {
        column_alter(column, "DROP DEFAULT", ops)->phase = PHASE_DETACH;
        return;
    }
    if (override_drop(column, ops)) return;
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_printf(&sql, " DROP COLUMN %s", drop_if(ops));
    sql_object(&sql, column);
    struct op *op = op_add(ops, PHASE_DROP, sql.text);
    if (has(column, F_generated)) return;
    op->risk = RISK_LOSS;
    op->loses = arena_printf(arena, "column %s", object_path(arena, column));
}

/* ---- type changes ---- */

enum family { FAMILY_OTHER, FAMILY_TEXT, FAMILY_NUMBER, FAMILY_TIME };

static enum family family_of(const struct type_name *type)
{
    static const struct { const char *name; enum family family; } families[] = {
        {"text", FAMILY_TEXT}, {"varchar", FAMILY_TEXT}, {"bpchar", FAMILY_TEXT}, {"name", FAMILY_TEXT},
        {"int2", FAMILY_NUMBER}, {"int4", FAMILY_NUMBER}, {"int8", FAMILY_NUMBER}, {"numeric", FAMILY_NUMBER},
        {"float4", FAMILY_NUMBER}, {"float8", FAMILY_NUMBER},
        {"date", FAMILY_TIME}, {"timestamp", FAMILY_TIME}, {"timestamptz", FAMILY_TIME},
    };
    if (!type->sql.schema || !str_eq(type->sql.schema, "pg_catalog")) return FAMILY_OTHER;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (str_eq(families[i].name, type->sql.name)) return families[i].family;
    }
    return FAMILY_OTHER;
}

static bool same_name(const struct type_name *from, const struct type_name *to)
{
    if (from->to || to->to) return from->to && to->to && from->to->peer == to->to;
    return str_eq(from->sql.name, to->sql.name) && str_eq(from->sql.schema, to->sql.schema);
}

bool column_casts_itself(const struct object *from, const struct object *to)
{
    const struct type_name *old = &from->values[F_type].type, *new = &to->values[F_type].type;
    if (old->sql.array != new->sql.array || old->to || new->to) return false;
    return same_name(old, new) || (family_of(old) != FAMILY_OTHER && family_of(old) == family_of(new));
}

/* The model's `convert`; its `back` speaks of columns by the models' names, which are undone by then. */
static const char *convert_text(const struct object *from, const struct value *convert, const struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct sql_new_names names = {0};
    for (size_t i = 0; ops->reverse && i < from->parent->children.n; i++) {
        const struct object *column = from->parent->children.at[i];
        bool other = object_is(column, "column") && column->peer && !str_eq(column->name, column->peer->name);
        if (other) vec_push(arena, &names, ((struct sql_new_name){column->name, column->peer->name}));
    }
    return sql_closed(arena, sql_respell(arena, convert->expr.text, &names));
}

/* USING: the model's `convert`, or an explicit cast where PostgreSQL has no assignment cast. An explicit cast would cut
 * too long texts without a word, so it is not written where the implicit one does. */
static void add_using(const struct object *from, const struct object *to, const struct ops *ops, struct buf *out)
{
    const struct value *convert = ops->reverse ? &from->values[F_convert_back] : &to->values[F_convert];
    const struct type_name *old = &from->values[F_type].type, *new = &to->values[F_type].type;
    if (convert->set) {
        buf_printf(out, " USING (%s)", convert_text(from, convert, ops));
        if (old->to && new->to && old->to->peer == new->to && type_goes_by_text(old, new)) {
            buf_add(out, new->sql.array ? "::text[]::" : "::text::");
            sql_type(out, new);
        }
        return;
    }
    const struct type_name from_base = type_base(old), to_base = type_base(new);
    if (from_base.sql.array == to_base.sql.array && family_of(&to_base) == FAMILY_TEXT && !to_base.to) return;
    if (column_casts_itself(from, to)) return;
    buf_add(out, " USING ");
    type_convert(out, sql_object_str(out->arena, to), old, new);
}

/* What the model's `convert` does only it knows. */
static void declare_loss(const struct object *from, const struct object *to, const struct ops *ops, struct op *op)
{
    struct arena *arena = ops->ctx->arena;
    const struct value *convert = ops->reverse ? &from->values[F_convert_back] : &to->values[F_convert];
    if (convert->set || has(to, F_generated) || !type_change_loses(&from->values[F_type].type, &to->values[F_type].type)) return;
    op->risk |= RISK_LOSS;
    op->risk_text = arena_printf(arena, "%s: values are cut or rounded, and don't come back", object_shown(arena, to));
    op->loses = arena_printf(arena, "column %s", object_path(arena, from));
}

static void set_type(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "TYPE ");
    sql_type(&sql, &to->values[F_type].type);
    if (has(to, F_collation)) {
        buf_add(&sql, " COLLATE ");
        sql_ref(&sql, &to->values[F_collation].ref);
    }
    add_using(from, to, ops, &sql);
    struct op *op = column_alter(to, sql.text, ops);
    const struct value *convert = ops->reverse ? &from->values[F_convert_back] : &to->values[F_convert];
    if (!convert->set && !type_change_rewrites(&from->values[F_type].type, &to->values[F_type].type)) return;
    op->risk = RISK_REWRITE | RISK_REFUSED;
    declare_loss(from, to, ops, op);
}

static void alter_type(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    bool aside = has(from, F_default) && !column_casts_itself(from, to);
    if (aside) column_alter(to, "DROP DEFAULT", ops);
    set_type(from, to, ops);
    if (has(to, F_default) && (aside || changed[F_default])) column_set_default(to, ops);
    if (!aside && changed[F_default] && !has(to, F_default)) column_alter(to, "DROP DEFAULT", ops);
}

/* ---- alter ---- */

static void alter_default(const struct object *to, struct ops *ops)
{
    bool held = to->lets_go && has(to->peer, F_default);
    if (held) {
        column_alter(to, "DROP DEFAULT", ops);
        ops->list.at[ops->list.n - 1].phase = PHASE_DETACH;
        if (!has(to, F_default)) return;
    }
    if (has(to, F_default)) column_set_default(to, ops);
    else column_alter(to, "DROP DEFAULT", ops);
}

static void alter_nullable(const struct object *to, struct ops *ops)
{
    if (object_flag(to, "nullable")) {
        column_alter(to, "DROP NOT NULL", ops);
        return;
    }
    bool computed = has(to, F_generated); /* nobody else can give it a value */
    bool online = online_applies(to, ops) && !has(to, F_identity) && is_required(to), filled = has(to, F_backfill) && !computed;
    if (filled && online && online_large(to->parent)) {
        fill_later(to, backfill_of(to, ops->ctx->arena), true, ops);
    } else {
        if (filled) update_backfill(to, ops);
        else if (to->holds_nulls && !computed) update_by_person(to, ops);
        if (online) online_not_null_begin(to, PHASE_COLUMNS, ops);
        else not_null_add(to, ops);
        if (online) online_not_null_end(to, ops);
    }
    not_null_comment(to, ops);
}

static void alter_not_null(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct not_null_changes what = {changed[F_not_null], changed[F_not_null_not_valid], changed[F_not_null_no_inherit],
                                    changed[F_not_null_comment]};
    bool becomes_valid = what.valid && !object_flag(to, "not_null_not_valid");
    if (object_flag(from, "nullable") || object_flag(to, "nullable")) return;
    if (becomes_valid && has(to, F_backfill)) update_backfill(to, ops);
    else if (becomes_valid && to->holds_nulls) update_by_person(to, ops);
    if (what.name || what.valid || what.inherit || what.comment) not_null_alter(from, to, &what, ops);
}

/* A change of the type resets both. */
static void alter_storage(const struct object *from, const struct object *to, const bool *changed, bool reset, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (reset ? has(to, F_storage) : changed[F_storage]) {
        const char *word = has(to, F_storage) ? to->values[F_storage].text : type_storage(&to->values[F_type].type);
        column_alter(to, arena_printf(arena, "SET STORAGE %s", word), ops);
    }
    if (reset ? has(to, F_compression) : changed[F_compression]) {
        const char *word = has(to, F_compression) ? to->values[F_compression].text : "default";
        column_alter(to, arena_printf(arena, "SET COMPRESSION %s", word), ops);
    }
    if (changed[F_statistics]) set_statistics(to, has(to, F_statistics) ? to->values[F_statistics].text : "-1", ops);
    if (changed[F_options]) set_options(to, &from->values[F_options].pairs, ops);
}

/* Before the columns it reads are changed or dropped; but another expression may need what is new. */
static void alter_expression(const struct object *column, struct ops *ops)
{
    if (has(column, F_generated)) {
        const char *text = sql_closed(ops->ctx->arena, column->values[F_generated].expr.text);
        struct op *set = column_alter(column, arena_printf(ops->ctx->arena, "SET EXPRESSION AS (%s)", text), ops);
        if (!object_flag(column, "virtual")) set->risk = RISK_REWRITE;
        return;
    }
    struct op *op = column_alter(column, "DROP EXPRESSION", ops);
    op->phase = PHASE_DETACH;
    op->search_path = NULL;
}

/* Between serial and identity the default changes along. */
static bool default_is_handled(const struct object *from, const struct object *to)
{
    if (has(from, F_identity) == has(to, F_identity)) return false;
    const struct object *sequence = column_sequence(has(from, F_identity) ? to : from);
    return sequence && (has(to, F_identity) || !sequence->peer);
}

/* What the type of a parent's column becomes, that of its children's does with it, declared again or not. */
static bool follows_parent(const struct object *from, const struct object *to)
{
    const struct object *new = object_is(to->parent, "table") ? inherited_column(to->parent, to->name) : NULL;
    return new && new->peer && !new->anew && !new->parent->anew && inherited_column(from->parent, from->name) == new->peer;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    bool type = (changed[F_type] || changed[F_collation]) && !follows_parent(from, to);
    struct identity_changes how = {.identity = changed[F_identity], .options = changed[F_identity_options]};
    bool identity = how.identity || how.options;
    bool ends = has(from, F_identity) && !has(to, F_identity); /* before the type is one that an identity can't have */
    if (changed[F_generated]) alter_expression(to, ops);
    if (ends) identity_alter(from, to, &how, ops);
    if (type) alter_type(from, to, changed, ops);
    if (changed[F_default] && !type && !default_is_handled(from, to)) alter_default(to, ops);
    if (changed[F_nullable] && !(changed[F_identity] && object_flag(to, "nullable"))) alter_nullable(to, ops);
    if (!changed[F_nullable]) alter_not_null(from, to, changed, ops);
    if (identity && !ends) identity_alter(from, to, &how, ops);
    if (changed[F_nullable] && changed[F_identity] && object_flag(to, "nullable")) alter_nullable(to, ops);
    alter_storage(from, to, changed, type, ops);
}

/* From 17 on one expression takes another's place. */
static bool sets_expression(const struct object *from, const struct object *to)
{
    return has(from, F_generated) && has(to, F_generated) && (from->live ? from : to)->version >= 170000;
}

/* A stored expression can be dropped in place, not set; its type and its inputs' types can't be altered under it. */
static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    if (changed[F_virtual] || (changed[F_generated] && has(to, F_generated) && !sets_expression(from, to))) return true;
    return has(from, F_generated) && has(to, F_generated) && (changed[F_type] || changed[F_collation]);
}

static void rename_column(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, to);
    buf_add(&sql, " RENAME COLUMN ");
    sql_ident(&sql, from->name);
    buf_add(&sql, " TO ");
    sql_ident(&sql, to->name);
    op_add(ops, PHASE_RENAME, sql.text)->group = 1;
}

/* Where the table is renamed too, its rename does that. */
static void renamed(const struct object *from, const struct object *to, struct ops *ops)
{
    if (str_eq(from->parent->name, to->parent->name)) {
        identity_follow(from, from->parent->name, to, to->parent->name, ops);
        not_null_follow(from, from->parent->name, to, to->parent->name, ops);
    }
}

static void describe(const struct object *column, struct buf *out)
{
    sql_type(out, &column->values[F_type].type);
    if (object_flag(column, "nullable")) buf_addc(out, '?');
}

static const char *flat(struct arena *arena, const struct value *value)
{
    const char *text = value->set ? value->expr.text : "none";
    return strlen(text) > 40 ? arena_printf(arena, "%.*s..", (int)str_clip_utf8(text, strlen(text), 38), text) : text;
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    for (size_t i = 0; i < kind_column.n_fields; i++) {
        if (!changed[i]) continue;
        if (out->len > start) buf_add(out, ", ");
        if (i == F_type) {
            sql_type(out, &from->values[i].type);
            buf_add(out, " -> ");
            sql_type(out, &to->values[i].type);
        } else if (i == F_nullable) {
            buf_add(out, object_flag(to, "nullable") ? "NULL is allowed" : "NOT NULL");
        } else if (i == F_default) {
            buf_printf(out, "default %s -> %s", flat(out->arena, &from->values[i]), flat(out->arena, &to->values[i]));
        } else {
            buf_printf(out, "%s", fields[i].word ? fields[i].word : fields[i].name);
        }
    }
}

const struct kind kind_column = {
    .name = "column",
    .title = "column",
    .noun = "COLUMN",
    .parent = "table",
    .word = "column",
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = column_queries,
    .create = create,
    .define = define,
    .finish = finish,
    .alter = alter,
    .drop = drop,
    .rename = rename_column,
    .renamed = renamed,
    .must_recreate = must_recreate,
    .describe = describe,
    .describe_change = describe_change,
};
