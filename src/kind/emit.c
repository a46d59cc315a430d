/* emit.c: SQL for names and values, as they are called at this point of a plan. */
#include "kind/kind.h"

static const struct object *now(const struct object *object)
{
    return object->now ? object->now : object;
}

/* An index is where its table is. */
static const struct object *schema_now(const struct object *object)
{
    const struct object *parent = now(object)->parent;
    return object_schema(parent && object_is_relation(parent) ? now(parent) : now(object));
}

void sql_object_as(struct buf *buf, const struct object *object, const char *name)
{
    bool in_schema = object->kind->name_space == NAMES_RELATION || object->kind->name_space == NAMES_TYPE;
    bool own = object->kind->name_space == NAMES_OWN && object->parent && object_is(object->parent, "schema");
    const struct object *schema = in_schema || own ? schema_now(object) : NULL;
    if (object->kind->verbatim) {
        if (schema) buf_printf(buf, "%s.", sql_ident_str(buf->arena, now(schema)->name));
        if (object->kind->spell) object->kind->spell(buf, object);
        else buf_add(buf, name);
    } else {
        sql_qname(buf, schema ? now(schema)->name : NULL, name);
    }
    sql_args(buf, object);
    if (object->tail) buf_add(buf, object->tail);
}

void sql_object(struct buf *buf, const struct object *object)
{
    sql_object_as(buf, object, now(object)->name);
}

void sql_table_of(struct buf *buf, const struct object *child)
{
    sql_object(buf, child->parent);
}

const char *sql_object_str(struct arena *arena, const struct object *object)
{
    struct buf buf = buf_new(arena);
    sql_object(&buf, object);
    return buf.text;
}

void sql_ref(struct buf *buf, const struct ref *ref)
{
    if (ref->to) sql_object(buf, ref->to);
    else sql_qname(buf, ref->schema, ref->name);
}

void sql_columns(struct buf *buf, const struct refs *columns)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (i) buf_add(buf, ", ");
        sql_ref(buf, &columns->at[i]);
    }
}

static void add_collation(struct buf *buf, const struct key *key)
{
    if (!key->collation.name) return;
    buf_add(buf, " COLLATE ");
    sql_ref(buf, &key->collation);
}

static void add_opclass(struct buf *buf, const struct key *key)
{
    if (!key->opclass.name) return;
    buf_addc(buf, ' ');
    sql_ref(buf, &key->opclass);
    if (key->opclass_options) buf_printf(buf, " (%s)", key->opclass_options);
}

static void add_operator(struct buf *buf, const struct key *key)
{
    if (!key->operator_name) return;
    buf_add(buf, " WITH ");
    if (key->operator_schema && !str_eq(key->operator_schema, "pg_catalog")) {
        buf_add(buf, "OPERATOR(");
        sql_ident(buf, key->operator_schema);
        buf_printf(buf, ".%s)", key->operator_name);
    } else {
        buf_add(buf, key->operator_name);
    }
}

/* A function call stands in an index without parentheses of its own: name(..) whose last character closes its first parenthesis. */
static bool is_call(const char *text)
{
    size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_."), depth = 0;
    if (name == 0 || text[name] != '(' || (text[0] >= '0' && text[0] <= '9')) return false;
    for (const char *p = text + name; *p; p++) {
        if (strchr("'\"$-/", *p)) return false;
        if (*p == '(') depth++;
        if (*p == ')' && --depth == 0) return p[1] == '\0';
    }
    return false;
}

void sql_keys(struct buf *buf, const struct keys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = &keys->at[i];
        if (i) buf_add(buf, ", ");
        if (key->column) sql_object(buf, key->column);
        else buf_printf(buf, is_call(key->expr.text) ? "%s" : "(%s)", sql_closed(buf->arena, key->expr.text));
        add_collation(buf, key);
        add_opclass(buf, key);
        if (key->desc) buf_add(buf, " DESC");
        if (key->nulls_first != key->desc) buf_add(buf, key->nulls_first ? " NULLS FIRST" : " NULLS LAST");
        add_operator(buf, key);
    }
}

/* Numbers and simple words stand for themselves. */
static void add_option_value(struct buf *buf, const char *value)
{
    size_t number = strspn(value, "0123456789."), word = strspn(value, "abcdefghijklmnopqrstuvwxyz_");
    bool plain = *value && *value != '.' && (value[number] == '\0' || (value[word] == '\0' && !sql_needs_quotes(value)));
    if (plain) buf_add(buf, value);
    else sql_literal(buf, value);
}

void sql_pairs(struct buf *buf, const struct sql_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (i) buf_add(buf, ", ");
        const char *dot = strchr(pairs->at[i].name, '.');
        if (dot) {
            sql_ident(buf, arena_strndup(buf->arena, pairs->at[i].name, (size_t)(dot - pairs->at[i].name)));
            buf_addc(buf, '.');
        }
        sql_ident(buf, dot ? dot + 1 : pairs->at[i].name);
        buf_add(buf, " = ");
        add_option_value(buf, pairs->at[i].value);
    }
}

void sql_type(struct buf *buf, const struct type_name *type)
{
    struct sql_type sql = type->sql;
    if (type->to) {
        bool beside = str_eq(sql.schema, object_schema(type->to)->name); /* a multirange type may stand elsewhere */
        if (!type->multirange) sql.name = now(type->to)->name;
        if (!type->multirange || beside) sql.schema = now(object_schema(now(type->to)))->name;
    }
    buf_add(buf, sql_type_text(buf->arena, &sql));
}

void sql_args(struct buf *buf, const struct object *object)
{
    if (!object->has_args) return;
    buf_addc(buf, '(');
    for (size_t i = 0; i < object->args.n; i++) {
        if (i) buf_add(buf, ", ");
        const struct sql_type *type = &object->args.at[i].sql;
        if (!type->schema && str_eq(type->name, "none")) buf_add(buf, "NONE");
        else sql_type(buf, &object->args.at[i]);
    }
    buf_addc(buf, ')');
}

/* A part of a relation that is called by its own name, ON the relation: a trigger, a rule, a policy. */
static bool is_named_on(const struct object *object)
{
    return object->kind->name_space == NAMES_OWN && object->parent && object_is_relation(object->parent);
}

void sql_comment_target(struct buf *buf, const struct object *object)
{
    if (object_is(object, "column")) {
        buf_add(buf, "COLUMN ");
        sql_table_of(buf, object);
        buf_addc(buf, '.');
        sql_object(buf, object);
    } else if (object_is(object, "attribute") || object_is(object, "view_column")) {
        buf_add(buf, "COLUMN ");
        sql_table_of(buf, object);
        buf_addc(buf, '.');
        sql_ident(buf, object->now ? object->now->name : object->name);
    } else if (object->kind->name_space == NAMES_CONSTRAINT || is_named_on(object)) {
        bool of_domain = object->parent && object_is(object->parent, "domain");
        buf_printf(buf, "%s ", object->kind->name_space == NAMES_CONSTRAINT ? "CONSTRAINT" : object->kind->noun);
        sql_object(buf, object);
        buf_add(buf, of_domain ? " ON DOMAIN " : " ON ");
        sql_table_of(buf, object);
    } else {
        buf_printf(buf, "%s ", object->kind->noun);
        sql_object(buf, object);
    }
}

struct op *op_add(struct ops *ops, enum op_phase phase, const char *sql)
{
    struct op op = {.sql = sql, .phase = phase, .change = ops->change, .transaction = OP_TRANSACTION};
    vec_push(ops->ctx->arena, &ops->list, op);
    return &ops->list.at[ops->list.n - 1];
}

struct op *op_addf(struct ops *ops, enum op_phase phase, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sql = arena_vprintf(ops->ctx->arena, format, args);
    va_end(args);
    return op_add(ops, phase, sql);
}

struct op *op_add_user(struct ops *ops, enum op_phase phase, const struct object *object, const char *sql)
{
    struct op *op = op_add(ops, phase, sql);
    op->search_path = object->search_path && object->search_path[0] ? object->search_path : NULL;
    return op;
}
