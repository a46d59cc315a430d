/* extension.c: an installed extension; its members are its own. */
#include "kind/kind.h"

#define FIELDS(F)                                                          \
    F(schema, "schema", REF, ALTER, .refers = "schema", .loose = true)     \
    F(version, "version", TEXT, ALTER, .loose = true)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "CREATE EXTENSION ");
    sql_object(&sql, object);
    if (object->values[F_schema].set) {
        buf_add(&sql, " WITH SCHEMA ");
        sql_ref(&sql, &object->values[F_schema].ref);
    }
    if (object->values[F_version].set) {
        buf_add(&sql, object->values[F_schema].set ? " VERSION " : " WITH VERSION ");
        sql_literal(&sql, object->values[F_version].text);
    }
    op_add(ops, PHASE_TYPES, sql.text);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    const char *name = sql_object_str(ops->ctx->arena, to);
    if (changed[F_schema]) {
        struct buf sql = buf_new(ops->ctx->arena);
        buf_printf(&sql, "ALTER EXTENSION %s SET SCHEMA ", name);
        sql_ref(&sql, &to->values[F_schema].ref);
        op_add(ops, PHASE_TYPES, sql.text);
    }
    if (changed[F_version]) {
        op_addf(ops, PHASE_TYPES, "ALTER EXTENSION %s UPDATE TO %s", name,
                sql_literal_str(ops->ctx->arena, to->values[F_version].text));
    }
}

static void drop(const struct object *object, struct ops *ops)
{
    op_addf(ops, PHASE_DROP, "DROP EXTENSION %s%s", drop_if(ops), sql_object_str(ops->ctx->arena, object));
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT oid, extname AS name, extnamespace AS schema, extversion AS version FROM pg_extension\n"
        "WHERE extname <> 'plpgsql'"},
    {0},
};

const struct kind kind_extension = {
    .name = "extension",
    .title = "extension",
    .noun = "EXTENSION",
    .word = "extension",
    .own_comment = true,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .create = create,
    .alter = alter,
    .drop = drop,
};
