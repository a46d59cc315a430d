/* print_alter.c: what of an object the language has no words for, as ALTER statements. */
#include <string.h>

#include "schema/print.h"

/* TABLE public.t, VIEW public.v: of the relation that an object belongs to. */
static const char *relation_of(const struct printer *p, const struct object *object)
{
    struct buf buf = buf_new(p->ctx->arena);
    sql_comment_target(&buf, object->parent);
    return buf.text;
}

static const char *target_of(const struct printer *p, const struct object *object)
{
    struct buf buf = buf_new(p->ctx->arena);
    sql_comment_target(&buf, object);
    return buf.text;
}

static const char *name_of(const struct printer *p, const struct object *object)
{
    return sql_ident_str(p->ctx->arena, object->name);
}

/* "hstore, \"Odd\"" */
static void alter_depends(struct printer *p, const struct object *object, const char *value)
{
    for (size_t len; *value; value += len + strspn(value + len, ", ")) {
        len = strcspn(value, ",");
        buf_printf(&p->out, "ALTER %s DEPENDS ON EXTENSION %.*s;\n", target_of(p, object), (int)len, value);
    }
}

static void alter_enabled(struct printer *p, const struct object *object, const char *value)
{
    const char *verb = str_eq(value, "disabled") ? "DISABLE" : str_eq(value, "origin") ? "ENABLE"
                       : str_eq(value, "replica") ? "ENABLE REPLICA" : "ENABLE ALWAYS";
    if (object_is(object, "event_trigger")) {
        buf_printf(&p->out, "ALTER %s %s;\n", target_of(p, object), verb);
        return;
    }
    const char *table = sql_object_str(p->ctx->arena, object->parent);
    buf_printf(&p->out, "ALTER TABLE %s %s %s %s;\n", table, verb, object->kind->noun, name_of(p, object));
}

static void alter_clustered(struct printer *p, const struct object *object, const char *value)
{
    (void)value;
    buf_printf(&p->out, "ALTER %s CLUSTER ON %s;\n", relation_of(p, object), name_of(p, object));
}

static void alter_identity(struct printer *p, const struct object *object, const char *value)
{
    if (value) buf_printf(&p->out, "ALTER %s REPLICA IDENTITY %s;\n", target_of(p, object), value);
    else buf_printf(&p->out, "ALTER %s REPLICA IDENTITY USING INDEX %s;\n", relation_of(p, object), name_of(p, object));
}

/* "2=100,3=50" */
static void alter_statistics(struct printer *p, const struct object *object, const char *value)
{
    const char *index = sql_object_str(p->ctx->arena, object);
    for (size_t len; *value; value += len + (value[len] == ',')) {
        len = strcspn(value, ",");
        size_t number = strcspn(value, "=");
        buf_printf(&p->out, "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %.*s;\n", index, (int)number, value,
                   (int)(len - number - 1), value + number + 1);
    }
}

/* Of the index that a constraint made: the constraint's own stands above it. */
static void comment_index(struct printer *p, const struct object *object, const char *value)
{
    struct buf name = buf_new(p->ctx->arena);
    sql_object_as(&name, object->parent, object->name);
    buf_printf(&p->out, "COMMENT ON INDEX %s IS %s;\n", name.text, sql_literal_str(p->ctx->arena, value));
}

/* A NOT NULL is said in its column, whose own comment stands above it. */
static void comment_not_null(struct printer *p, const struct object *column, const char *value)
{
    struct buf table = buf_new(p->ctx->arena);
    sql_table_of(&table, column);
    buf_printf(&p->out, "COMMENT ON CONSTRAINT %s ON %s IS %s;\n", sql_ident_str(p->ctx->arena, not_null_name(column, p->ctx->arena)),
               table.text, sql_literal_str(p->ctx->arena, value));
}

static void alter_target(struct printer *p, const struct object *object, const char *value)
{
    buf_printf(&p->out, "ALTER %s SET STATISTICS %s;\n", target_of(p, object), value);
}

static void alter_default(struct printer *p, const struct object *object, const char *value)
{
    (void)value;
    const char *text = object_get(object, "default")->expr.text;
    buf_printf(&p->out, "ALTER %s ALTER COLUMN %s SET DEFAULT %s;\n", relation_of(p, object), name_of(p, object),
               sql_closed(p->ctx->arena, text));
}

static void alter_options(struct printer *p, const struct object *object, const char *value)
{
    (void)value;
    buf_printf(&p->out, "ALTER %s ALTER COLUMN %s SET ", relation_of(p, object), name_of(p, object));
    print_pairs(&p->out, &object_get(object, "options")->pairs);
    buf_add(&p->out, ";\n");
}

/* What is like the table whose column owns it goes without saying. */
static void alter_persistence(struct printer *p, const struct object *sequence)
{
    const struct object *owner = object_get(sequence, "owned_by")->ref.to;
    bool unlogged = object_flag(sequence, "unlogged"), usual = owner && object_flag(owner->parent, "unlogged");
    if (unlogged == usual) return;
    const char *name = sql_object_str(p->ctx->arena, sequence);
    buf_printf(&p->out, "ALTER SEQUENCE %s SET %s;\n", name, unlogged ? "UNLOGGED" : "LOGGED");
}

/* Where a column that only the parent declares differs from that; options are said as everywhere. */
static void alter_parents_column(struct printer *p, const struct object *column)
{
    const struct object *base = inherited_column(column->parent, column->name);
    const struct value *value = object_get(column, "default"), *of_base = object_get(base, "default");
    const char *target = arena_printf(p->ctx->arena, "ALTER %s ALTER COLUMN %s", relation_of(p, column), name_of(p, column));
    if (value->set && !str_eq(value->expr.text, of_base->expr.text)) alter_default(p, column, NULL);
    if (!value->set && of_base->set) buf_printf(&p->out, "%s DROP DEFAULT;\n", target);
    bool null = object_flag(column, "nullable");
    if (null != object_flag(base, "nullable")) buf_printf(&p->out, "%s %s NOT NULL;\n", target, null ? "DROP" : "SET");
    const char *statistics = object_text(column, "statistics");
    if (!str_eq(statistics, object_text(base, "statistics"))) {
        buf_printf(&p->out, "%s SET STATISTICS %s;\n", target, statistics ? statistics : "-1");
    }
}

static const struct {
    const char *kinds, *field;
    void (*print)(struct printer *p, const struct object *object, const char *value);
} alterations[] = {
    {NULL, "depends_on_extension", alter_depends},
    {NULL, "enabled", alter_enabled},
    {NULL, "clustered", alter_clustered},
    {NULL, "replica_identity", alter_identity},
    {"index", "statistics", alter_statistics},
    {NULL, "index_comment", comment_index},
    {"column", "not_null_comment", comment_not_null},
    {"statistics", "target", alter_target},
    {"view_column", "default", alter_default},
    {"column", "options", alter_options},
};

static enum value_type type_of(const struct object *object, const char *name)
{
    size_t i = 0;
    while (!str_eq(object->kind->fields[i].name, name)) i++; /* it has the field, since that is set */
    return object->kind->fields[i].type;
}

void print_alterations(struct printer *p, const struct object *object)
{
    for (size_t i = 0; i < sizeof alterations / sizeof *alterations; i++) {
        if (alterations[i].kinds && !object_is(object, alterations[i].kinds)) continue;
        const struct value *value = object_get(object, alterations[i].field);
        if (!value->set) continue;
        enum value_type type = type_of(object, alterations[i].field);
        bool text = type == VALUE_TEXT || type == VALUE_WORD;
        if (type != VALUE_FLAG || value->flag) alterations[i].print(p, object, text ? value->text : NULL);
    }
    if (object_is(object, "column") && column_is_parents(object)) alter_parents_column(p, object);
    if (object_is(object, "sequence") && !print_is_serial(object)) alter_persistence(p, object);
}
