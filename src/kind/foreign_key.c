/* foreign_key.c: FOREIGN KEY constraints; always created on their own, after all tables, so that tables may refer to each other. */
#include "kind/kind.h"

#define FIELDS(F)                                                        \
    F(columns, NULL, REFS, RECREATE, )                                   \
    F(period, NULL, FLAG, RECREATE, )                                    \
    F(table, NULL, REF, RECREATE, .refers = "table")                     \
    F(target_columns, NULL, REFS, RECREATE, )                            \
    F(match, NULL, WORD, RECREATE, .absent = "simple")                   \
    F(on_delete, NULL, WORD, RECREATE, .absent = "no action")            \
    F(on_delete_columns, NULL, REFS, RECREATE, )                         \
    F(on_update, NULL, WORD, RECREATE, .absent = "no action")            \
    F(deferrable, NULL, WORD, ALTER, .absent = "not deferrable")         \
    F(not_valid, "not valid", FLAG, ALTER, )                             \
    F(not_enforced, "not enforced", FLAG, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void add_action(const struct object *object, const char *field, const char *words, struct buf *out)
{
    const char *action = object_text(object, field);
    if (str_eq(action, "no action")) return;
    buf_printf(out, " %s ", words);
    for (const char *p = action; *p; p++) buf_addc(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
}

/* a, b, PERIOD c */
static void add_columns(const struct object *object, const struct refs *columns, struct buf *out)
{
    struct refs plain = *columns;
    bool period = object_flag(object, "period") && plain.n;
    if (period) plain.n--;
    sql_columns(out, &plain);
    if (!period) return;
    buf_add(out, plain.n ? ", PERIOD " : "PERIOD ");
    sql_columns(out, &(struct refs){&columns->at[plain.n], 1, 1});
}

static void definition(const struct object *object, struct buf *out)
{
    buf_add(out, "FOREIGN KEY (");
    add_columns(object, &object->values[F_columns].refs, out);
    buf_add(out, ") REFERENCES ");
    sql_ref(out, &object->values[F_table].ref);
    if (object->values[F_target_columns].refs.n) {
        buf_add(out, " (");
        add_columns(object, &object->values[F_target_columns].refs, out);
        buf_addc(out, ')');
    }
    if (str_eq(object_text(object, "match"), "full")) buf_add(out, " MATCH FULL");
    add_action(object, "on_update", "ON UPDATE", out);
    add_action(object, "on_delete", "ON DELETE", out);
    if (object->values[F_on_delete_columns].refs.n) {
        buf_add(out, " (");
        sql_columns(out, &object->values[F_on_delete_columns].refs);
        buf_addc(out, ')');
    }
    constraint_deferrable(object, out);
    if (object_flag(object, "not_enforced")) buf_add(out, " NOT ENFORCED");
    else if (object_flag(object, "not_valid")) buf_add(out, " NOT VALID");
}

/* PostgreSQL 18 is the first that takes a NOT VALID one of a partitioned table. */
static bool may_be_not_valid(const struct object *object, const struct ops *ops)
{
    return !table_is_partitioned(object->parent) || ops->version >= 180000;
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    definition(object, &text);
    bool looks = !object_flag(object, "not_valid") && !object_flag(object, "not_enforced");
    bool online = looks && online_applies(object, ops);
    if (online && may_be_not_valid(object, ops)) {
        online_constraint(object, text.text, ops);
        return;
    }
    constraint_add(object, text.text, looks ? RISK_REFUSED | RISK_SCAN : 0, ops);
    if (online) {
        ops->list.at[ops->list.n - 1].remark = "of a partitioned table it can't be NOT VALID first before PostgreSQL 18:\n"
                                               "both tables are scanned, locked against writes meanwhile";
    }
}

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    (void)from;
    return changed[F_not_valid] && object_flag(to, "not_valid");
}

static struct op *alter_constraint(const struct object *to, const char *words, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, to);
    buf_printf(&sql, " ALTER CONSTRAINT %s%s", sql_object_str(sql.arena, to), words);
    return op_add(ops, PHASE_REFERENCES, sql.text);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    bool enforced = !object_flag(to, "not_enforced");
    if (changed[F_deferrable]) {
        struct buf words = buf_new(arena);
        constraint_deferrable(to, &words);
        if (str_eq(object_text(to, "deferrable"), "not deferrable")) buf_add(&words, " NOT DEFERRABLE");
        alter_constraint(to, words.text, ops);
    }
    if (changed[F_not_enforced]) {
        struct op *op = alter_constraint(to, enforced ? " ENFORCED" : " NOT ENFORCED", ops);
        if (enforced) op->risk = RISK_REFUSED | RISK_SCAN;
    } else if (changed[F_not_valid] && enforced) {
        constraint_validate(to, ops);
    }
    (void)from;
}

static bool is_key_of(const struct object *key, const struct refs *columns)
{
    const struct refs *own = &object_get(key, "columns")->refs;
    if (own->n != columns->n) return false;
    for (size_t i = 0; i < columns->n; i++) {
        bool found = false;
        for (size_t j = 0; j < own->n && !found; j++) found = own->at[j].to == columns->at[i].to;
        if (!found) return false;
    }
    return true;
}

static bool is_index_of(const struct object *index, const struct refs *columns)
{
    const struct keys *keys = &object_get(index, "elements")->keys;
    if (!object_flag(index, "unique") || object_get(index, "where")->set || keys->n != columns->n) return false;
    for (size_t i = 0; i < columns->n; i++) {
        bool found = false;
        for (size_t j = 0; j < keys->n && !found; j++) found = keys->at[j].column && keys->at[j].column == columns->at[i].to;
        if (!found) return false;
    }
    return true;
}

static void push_included(const struct object *key, struct arena *arena, struct objects *found)
{
    const struct value *include = object_get(key, "include");
    for (size_t i = 0; include->set && i < include->refs.n; i++) {
        if (include->refs.at[i].to) vec_push(arena, found, include->refs.at[i].to);
    }
}

/* The key it points at has to be there first, with all its columns. */
static void needs(const struct object *object, struct arena *arena, struct objects *found)
{
    const struct object *table = object->values[F_table].ref.to;
    if (!table) return;
    for (size_t i = 0; i < table->children.n; i++) {
        struct object *child = table->children.at[i];
        bool key = object_is(child, "primary_key") || object_is(child, "unique");
        if ((key && is_key_of(child, &object->values[F_target_columns].refs)) ||
            (object_is(child, "index") && is_index_of(child, &object->values[F_target_columns].refs))) {
            vec_push(arena, found, child);
            push_included(child, arena, found);
        }
    }
}

static void describe(const struct object *object, struct buf *out)
{
    const struct ref *target = &object->values[F_table].ref;
    describe_columns(object, out);
    buf_printf(out, " -> %s", target->to ? object_shown(out->arena, target->to) : target->name);
}

const struct kind kind_foreign_key = {
    .name = "foreign_key",
    .title = "foreign key",
    .parent = "table",
    .word = "foreign key",
    .name_space = NAMES_CONSTRAINT,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .create = create,
    .alter = alter,
    .drop = constraint_drop,
    .rename = constraint_rename,
    .must_recreate = must_recreate,
    .needs = needs,
    .describe = describe,
};
