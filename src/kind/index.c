/* index.c: indexes that no constraint owns. */
#include "kind/kind.h"

#define FIELDS(F)                                                       \
    F(unique, "unique", FLAG, RECREATE, )                               \
    F(method, "using", WORD, RECREATE, .absent = "btree")               \
    F(elements, "elements", KEYS, RECREATE, )                           \
    F(include, NULL, REFS, RECREATE, )                                  \
    F(where, "where", EXPR, RECREATE, )                                 \
    F(nulls_not_distinct, "nulls not distinct", FLAG, RECREATE, )       \
    F(options, "with", PAIRS, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* A table that exists is built on without blocking its writers; one that this plan makes is empty. An index that only follows a
 * change of its table stays in that transaction. */
static bool concurrently(const struct object *object, const struct ops *ops)
{
    return ops->online && table_exists(object) && !ops->forced;
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    bool aside = concurrently(object, ops);
    buf_printf(&sql, "CREATE %sINDEX %s", object_flag(object, "unique") ? "UNIQUE " : "", aside ? "CONCURRENTLY " : "");
    sql_ident(&sql, object->now ? object->now->name : object->name);
    buf_add(&sql, " ON ");
    sql_table_of(&sql, object);
    if (!str_eq(object_text(object, "method"), "btree")) {
        buf_add(&sql, " USING ");
        sql_ident(&sql, object_text(object, "method"));
    }
    buf_add(&sql, " (");
    sql_keys(&sql, &object->values[F_elements].keys);
    buf_addc(&sql, ')');
    if (object->values[F_include].refs.n) {
        buf_add(&sql, " INCLUDE (");
        sql_columns(&sql, &object->values[F_include].refs);
        buf_addc(&sql, ')');
    }
    if (object_flag(object, "nulls_not_distinct")) buf_add(&sql, " NULLS NOT DISTINCT");
    if (object->values[F_options].pairs.n) {
        buf_add(&sql, " WITH (");
        sql_pairs(&sql, &object->values[F_options].pairs);
        buf_addc(&sql, ')');
    }
    if (object->values[F_where].set) buf_printf(&sql, " WHERE %s", sql_closed(sql.arena, object->values[F_where].expr.text));
    struct op *op = op_add_user(ops, aside ? PHASE_INDEX : PHASE_KEYS, object, sql.text);
    op->transaction = aside ? OP_ALONE : OP_TRANSACTION;
    if (table_exists(object)) op->risk = (object_flag(object, "unique") ? RISK_REFUSED : 0u) | (aside ? 0u : RISK_SCAN);
}

static void drop(const struct object *object, struct ops *ops)
{
    bool aside = concurrently(object, ops);
    struct op *op = op_addf(ops, aside ? PHASE_DROP_INDEX : PHASE_DETACH, "DROP INDEX %s%s%s", aside ? "CONCURRENTLY " : "", drop_if(ops),
                            sql_object_str(ops->ctx->arena, object));
    op->transaction = aside ? OP_ALONE : OP_TRANSACTION;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_options]) {
        options_alter("INDEX", to, &from->values[F_options].pairs, &to->values[F_options].pairs, PHASE_KEYS, ops);
    }
}

/* "(name, lower(mail)), unique, partial" */
static void describe(const struct object *object, struct buf *out)
{
    const struct keys *keys = &object->values[F_elements].keys;
    buf_addc(out, '(');
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = &keys->at[i];
        const char *text = key->column ? key->column->name : key->expr.text;
        bool wide = !text || strlen(text) > 40 || strchr(text, '\n');
        buf_printf(out, "%s%s", i ? ", " : "", wide ? "expression" : text);
    }
    buf_addc(out, ')');
    if (object_flag(object, "unique")) buf_add(out, ", unique");
    if (!str_eq(object_text(object, "method"), "btree")) buf_printf(out, ", %s", object_text(object, "method"));
    if (object->values[F_where].set) buf_add(out, ", partial");
}

#define INDEXES(nulls_not_distinct) \
    "SELECT i.indexrelid AS oid, i.indrelid AS parent, c.relname AS name, i.indisunique AS \"unique\",\n" \
    "    m.amname AS method, c.relam AS keys_method, c.reloptions AS options, NOT i.indisvalid AS broken,\n" \
    "    i.indkey AS keys_attnums, i.indnkeyatts AS keys_n, i.indclass AS keys_classes,\n" \
    "    i.indoption AS keys_options, i.indcollation AS keys_collations,\n" \
    "    CASE WHEN i.indexprs IS NOT NULL THEN coalesce(pg_get_expr(i.indexprs, i.indrelid), '') END\n" \
    "        AS keys_exprs,\n" \
    "    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT atttypid FROM pg_attribute\n" \
    "        WHERE attrelid = i.indexrelid ORDER BY attnum) END AS keys_types,\n" \
    "    CASE WHEN c.relam NOT IN (403, 405) THEN ARRAY(SELECT array_to_string(attoptions, ', ')\n" \
    "        FROM pg_attribute WHERE attrelid = i.indexrelid ORDER BY attnum) END AS keys_class_options,\n" \
    "    CASE WHEN i.indpred IS NOT NULL THEN coalesce(pg_get_expr(i.indpred, i.indrelid), '') END AS \"where\",\n" \
    "    " nulls_not_distinct " AS nulls_not_distinct\n" \
    "FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am m ON m.oid = c.relam\n" \
    "WHERE c.relkind = 'i' AND NOT c.relispartition\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

static const struct catalog_query queries[] = {
    {.min_version = 150000, .sql = INDEXES("i.indnullsnotdistinct")},
    {.min_version = 0, .sql = INDEXES("NULL")},
    {0},
};

const struct kind kind_index = {
    .name = "index",
    .title = "index",
    .noun = "INDEX",
    .parent = "table",
    .word = "index",
    .name_space = NAMES_RELATION,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .create = create,
    .alter = alter,
    .drop = drop,
    .describe = describe,
};
