/* shared.c: what several kinds share: constraints, storage parameters, the sequence behind a column. */
#include "kind/kind.h"

const char *drop_if(const struct ops *ops)
{
    return ops->foreign ? "IF EXISTS " : "";
}

bool table_exists(const struct object *child)
{
    return child->parent->peer != NULL && !child->parent->anew;
}

/* Each column of a schema learns of its first sequence. */
static void link_sequences(struct object *schema)
{
    for (size_t i = schema->children.n; i > 0; i--) {
        struct object *child = schema->children.at[i - 1];
        struct object *owner = object_is(child, "sequence") ? object_get(child, "owned_by")->ref.to : NULL;
        if (owner) owner->sequence = child;
    }
    schema->linked = schema->children.n;
}

/* Asked for every column there is: the sequences of a schema are looked at once. */
struct object *column_sequence(const struct object *column)
{
    struct object *schema = object_schema(column);
    if (schema->linked != schema->children.n) link_sequences(schema);
    struct object *found = column->sequence;
    return found && object_get(found, "owned_by")->ref.to == column && found->parent == schema ? found : NULL;
}

void constraint_add(const struct object *object, const char *definition, unsigned risk, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, object);
    buf_add(&sql, " ADD CONSTRAINT ");
    sql_object(&sql, object);
    buf_printf(&sql, " %s", definition);
    enum op_phase phase = object_is(object, "foreign_key") ? PHASE_REFERENCES : PHASE_KEYS;
    struct op *op = op_add_user(ops, phase, object, sql.text);
    if (table_exists(object)) op->risk = risk;
}

void constraint_drop(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, object);
    buf_printf(&sql, " DROP CONSTRAINT %s", drop_if(ops));
    sql_object(&sql, object);
    op_add(ops, PHASE_DETACH, sql.text);
}

void constraint_rename(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, to);
    buf_add(&sql, " RENAME CONSTRAINT ");
    sql_ident(&sql, from->name);
    buf_add(&sql, " TO ");
    sql_ident(&sql, to->name);
    op_add(ops, PHASE_RENAME, sql.text);
}

void constraint_deferrable(const struct object *object, struct buf *out)
{
    const char *word = object_text(object, "deferrable");
    if (str_eq(word, "deferrable")) buf_add(out, " DEFERRABLE");
    else if (str_eq(word, "deferrable initially deferred")) buf_add(out, " DEFERRABLE INITIALLY DEFERRED");
}

void constraint_validate(const struct object *object, struct ops *ops)
{
    struct op *op = online_validate(object, sql_object_str(ops->ctx->arena, object), ops);
    if (online_applies(object, ops)) return;
    op->phase = PHASE_REFERENCES;
    op->transaction = OP_TRANSACTION;
}

static bool has_columns(const struct object *table)
{
    for (size_t i = 0; i < table->children.n; i++) {
        if (object_is(table->children.at[i], "column") && !table->children.at[i]->inherited) return true;
    }
    return false;
}

bool constraint_define(const struct object *object, void (*definition)(const struct object *, struct buf *), struct buf *out)
{
    /* the user's SQL of a mixin in another schema has a path of its own */
    if (!str_eq(object->search_path, object->parent->search_path)) return false;
    /* a partition's own columns are altered once it is there, and this may be about them */
    if (table_is_partition(object->parent) && has_columns(object->parent)) return false;
    buf_add(out, "CONSTRAINT ");
    sql_object(out, object);
    buf_addc(out, ' ');
    definition(object, out);
    return true;
}

void key_tail(const struct object *object, struct buf *out)
{
    const struct value *include = object_get(object, "include"), *options = object_get(object, "options");
    if (include->refs.n) {
        buf_add(out, " INCLUDE (");
        sql_columns(out, &include->refs);
        buf_addc(out, ')');
    }
    if (options->pairs.n) {
        buf_add(out, " WITH (");
        sql_pairs(out, &options->pairs);
        buf_addc(out, ')');
    }
    if (!object_get(object, "tablespace")->set) return;
    buf_add(out, " USING INDEX TABLESPACE ");
    sql_ident(out, object_text(object, "tablespace"));
}

void key_constraint(const struct object *object, struct buf *out)
{
    sql_columns(out, &object_get(object, "columns")->refs);
    buf_add(out, object_flag(object, "without_overlaps") ? " WITHOUT OVERLAPS)" : ")");
    key_tail(object, out);
    constraint_deferrable(object, out);
}

void describe_columns(const struct object *object, struct buf *out)
{
    const struct refs *columns = &object_get(object, "columns")->refs;
    buf_addc(out, '(');
    for (size_t i = 0; i < columns->n; i++) buf_printf(out, "%s%s", i ? ", " : "", columns->at[i].name);
    buf_addc(out, ')');
}

const char *sql_closed(struct arena *arena, const char *text)
{
    const char *line = strrchr(text, '\n');
    return strstr(line ? line : text, "--") ? arena_printf(arena, "%s\n", text) : text;
}

static const char *pair_value(const struct sql_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (str_eq(pairs->at[i].name, name)) return pairs->at[i].value;
    }
    return NULL;
}

void options_alter_named(const char *noun, const char *name, const struct sql_pairs *from_pairs,
                         const struct sql_pairs *to_pairs, enum op_phase phase, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct sql_pairs set = {0};
    struct buf reset = buf_new(arena), sql = buf_new(arena);
    for (size_t i = 0; i < to_pairs->n; i++) {
        if (!str_eq(pair_value(from_pairs, to_pairs->at[i].name), to_pairs->at[i].value)) vec_push(arena, &set, to_pairs->at[i]);
    }
    for (size_t i = 0; i < from_pairs->n; i++) {
        if (pair_value(to_pairs, from_pairs->at[i].name)) continue;
        buf_separate(&reset, "", ", ");
        buf_add(&reset, from_pairs->at[i].name);
    }
    if (set.n) {
        buf_printf(&sql, "ALTER %s %s SET (", noun, name);
        sql_pairs(&sql, &set);
        buf_addc(&sql, ')');
        op_add(ops, phase, sql.text);
    }
    if (reset.len) op_addf(ops, phase, "ALTER %s %s RESET (%s)", noun, name, reset.text);
}

void options_alter(const char *noun, const struct object *to, const struct sql_pairs *from_pairs,
                   const struct sql_pairs *to_pairs, enum op_phase phase, struct ops *ops)
{
    options_alter_named(noun, sql_object_str(ops->ctx->arena, to), from_pairs, to_pairs, phase, ops);
}
