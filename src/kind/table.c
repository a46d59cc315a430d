/* table.c: a table; its columns and constraints are kinds of their own and say their part of CREATE TABLE. */
#include "kind/kind.h"

#define FIELDS(F)                            \
    F(unlogged, "unlogged", FLAG, ALTER, )   \
    F(options, "with", PAIRS, ALTER, )       \
    F(toast, NULL, FLAG, LIVE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void create(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    size_t parts = 0;
    buf_printf(&sql, "CREATE %sTABLE %s (", object_flag(object, "unlogged") ? "UNLOGGED " : "", sql_object_str(arena, object));
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        struct buf part = buf_new(arena);
        if (!child->kind->define || !child->kind->define(child, &part)) continue;
        buf_printf(&sql, "%s\n    %s", parts++ ? "," : "", part.text);
    }
    buf_add(&sql, parts ? "\n)" : ")");
    if (object->values[F_options].set && object->values[F_options].pairs.n) {
        buf_add(&sql, " WITH (");
        sql_pairs(&sql, &object->values[F_options].pairs);
        buf_addc(&sql, ')');
    }
    op_add_user(ops, PHASE_TABLES, object, sql.text);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_options]) {
        options_alter("TABLE", to, &from->values[F_options].pairs, &to->values[F_options].pairs, PHASE_COLUMNS, ops);
    }
    if (changed[F_unlogged]) {
        struct op *op = op_addf(ops, PHASE_COLUMNS, "ALTER TABLE %s SET %s", sql_object_str(ops->ctx->arena, to),
                                object_flag(to, "unlogged") ? "UNLOGGED" : "LOGGED");
        op->risk = RISK_REWRITE;
    }
}

static void drop(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct op *op = op_addf(ops, PHASE_DROP, "DROP TABLE %s%s", drop_if(ops), sql_object_str(arena, object));
    op->risk = RISK_LOSS;
    op->loses = arena_printf(arena, "table %s", object_path(arena, object));
}

/* A name PostgreSQL gave from the old table name follows the new one. */
static void renamed(const struct object *from, const struct object *to, struct ops *ops)
{
    for (size_t i = 0; i < from->children.n; i++) {
        const struct object *column = from->children.at[i];
        if (object_is(column, "column") && column->peer) column_rename_identity(column, from->name, column->peer, to->name, ops);
    }
}

static void rename_table(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_object_as(&sql, to, from->name);
    buf_add(&sql, " RENAME TO ");
    sql_ident(&sql, to->name);
    op_add(ops, PHASE_RENAME, sql.text)->group = 1;
}

static void count_children(const struct object *object, const char *kind, const char *noun, size_t *parts, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < object->children.n; i++) {
        if (object_is(object->children.at[i], kind)) n++;
    }
    if (n) buf_printf(out, "%s%s", (*parts)++ ? ", " : "(", str_count(out->arena, n, noun));
}

static void describe(const struct object *object, struct buf *out)
{
    size_t parts = 0;
    count_children(object, "column", "column", &parts, out);
    count_children(object, "unique", "unique constraint", &parts, out);
    count_children(object, "check", "check", &parts, out);
    count_children(object, "foreign_key", "foreign key", &parts, out);
    count_children(object, "index", "index", &parts, out);
    buf_add(out, parts ? ")" : "(no columns)");
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, c.relnamespace AS parent, c.relname AS name, c.relpersistence = 'u' AS unlogged,\n"
        "    c.reloptions || t.options AS options, c.reltoastrelid <> 0 AS toast\n"
        "FROM pg_class c\n"
        "    LEFT JOIN (SELECT oid, ARRAY(SELECT 'toast.' || o FROM unnest(reloptions) AS o) AS options\n"
        "        FROM pg_class WHERE relkind = 't' AND reloptions IS NOT NULL) t ON t.oid = c.reltoastrelid\n"
        "WHERE c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0\n"
        "    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)\n"
        "    AND NOT (c.relhassubclass AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid))\n"
        "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_table = {
    .name = "table",
    .title = "table",
    .noun = "TABLE",
    .parent = "schema",
    .word = "table",
    .name_space = NAMES_RELATION,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .create = create,
    .alter = alter,
    .drop = drop,
    .rename = rename_table,
    .renamed = renamed,
    .describe = describe,
};
