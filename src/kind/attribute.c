/* attribute.c: an attribute of a composite type. */
#include "kind/kind.h"

#define FIELDS(F)                                               \
    F(type, NULL, TYPE, ALTER, )                                \
    F(collation, "collate", REF, ALTER, .refers = "collation")

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void add_type(const struct object *attribute, struct buf *out)
{
    sql_type(out, &attribute->values[F_type].type);
    if (!attribute->values[F_collation].set) return;
    buf_add(out, " COLLATE ");
    sql_ref(out, &attribute->values[F_collation].ref);
}

static bool define(const struct object *attribute, struct buf *out)
{
    sql_object(out, attribute);
    buf_addc(out, ' ');
    add_type(attribute, out);
    return true;
}

/* ALTER TYPE t <what> */
static struct op *alter_composite(const struct object *attribute, enum op_phase phase, const char *what,
                                  struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TYPE ");
    sql_table_of(&sql, attribute);
    buf_printf(&sql, " %s", what);
    return op_add(ops, phase, sql.text);
}

static void create(const struct object *attribute, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    buf_add(&text, "ADD ATTRIBUTE ");
    define(attribute, &text);
    alter_composite(attribute, PHASE_TYPES, text.text, ops);
}

static void drop(const struct object *attribute, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *what = arena_printf(arena, "DROP ATTRIBUTE %s%s", drop_if(ops), sql_object_str(arena, attribute));
    struct op *op = alter_composite(attribute, PHASE_DROP, what, ops);
    op->risk = RISK_LOSS;
    op->loses = arena_printf(arena, "attribute %s", object_path(arena, attribute));
}

static void rename_attribute(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *old = sql_ident_str(arena, from->name), *new = sql_ident_str(arena, to->name);
    const char *what = arena_printf(arena, "RENAME ATTRIBUTE %s TO %s", old, new);
    alter_composite(to, PHASE_RENAME, what, ops)->group = 1;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    (void)from;
    if (!changed[F_type] && !changed[F_collation]) return;
    buf_printf(&text, "ALTER ATTRIBUTE %s TYPE ", sql_object_str(ops->ctx->arena, to));
    add_type(to, &text);
    alter_composite(to, PHASE_TYPES, text.text, ops);
}

static void describe(const struct object *attribute, struct buf *out)
{
    sql_type(out, &attribute->values[F_type].type);
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    if (changed[F_type]) {
        sql_type(out, &from->values[F_type].type);
        buf_add(out, " -> ");
        sql_type(out, &to->values[F_type].type);
    }
    if (changed[F_collation]) buf_add(out, changed[F_type] ? ", collate" : "collate");
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT a.attrelid AS oid, a.attnum AS sub, c.reltype AS parent, a.attname AS name, a.atttypid AS type,\n"
        "    a.atttypmod AS typmod, a.attcollation AS collation\n"
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid\n"
        "WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped\n"
        "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_attribute = {
    .name = "attribute",
    .title = "attribute",
    .noun = "ATTRIBUTE",
    .parent = "composite",
    .word = "attribute",
    .name_space = NAMES_OWN,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "relkinds WHERE relkind = 'c'",
    .create = create,
    .define = define,
    .alter = alter,
    .drop = drop,
    .rename = rename_attribute,
    .describe = describe,
    .describe_change = describe_change,
};
