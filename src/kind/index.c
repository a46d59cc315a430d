/* index.c: indexes that no constraint owns. */
#include "kind/routine.h"

#define FIELDS(F)                                                  \
    F(unique, "unique", FLAG, RECREATE, )                          \
    F(method, "using", WORD, RECREATE, .absent = "btree")          \
    F(elements, "elements", KEYS, RECREATE, )                      \
    F(include, NULL, REFS, RECREATE, )                             \
    F(where, "where", EXPR, RECREATE, )                            \
    F(nulls_not_distinct, "nulls not distinct", FLAG, RECREATE, )  \
    F(options, "with", PAIRS, ALTER, )                             \
    F(tablespace, "tablespace", TEXT, ALTER, )                     \
    F(clustered, NULL, FLAG, ALTER, )                              \
    F(replica_identity, NULL, FLAG, ALTER, )                       \
    F(statistics, NULL, TEXT, ALTER, )                             \
    DEPENDS_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* A partition that becomes a table of its own, or goes to another parent: until then its index may be the parent's, which can't go. */
static bool leaves_parent(const struct object *table)
{
    const struct object *other = table->peer;
    if (!other || !table_is_partition(table)) return false;
    const struct object *now = object_get(other, "partition_of")->ref.to, *was = object_get(table, "partition_of")->ref.to;
    return !now || now != was->peer;
}

/* A table that exists is built on without blocking its writers; one that this plan makes is empty. An index that only follows a
 * change of its table stays in that transaction; one of a partitioned table takes over those of its partitions, which are built before. */
static bool concurrently(const struct object *object, const struct ops *ops)
{
    return online_applies(object, ops) && !table_is_partitioned(object->parent);
}

/* The new form, built beside the old one, takes its name. */
static void swap_names(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *names[][2] = {{object->name, online_old_name(arena, object)}, {online_new_name(arena, object), object->name}};
    for (size_t i = 0; i < 2; i++) {
        struct buf sql = buf_new(arena);
        buf_add(&sql, "ALTER INDEX ");
        sql_object_as(&sql, object, names[i][0]);
        buf_printf(&sql, " RENAME TO %s", sql_ident_str(arena, names[i][1]));
        op_add(ops, PHASE_SWAP, sql.text)->group = 1;
    }
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    bool aside = concurrently(object, ops);
    buf_printf(&sql, "CREATE %sINDEX %s", object_flag(object, "unique") ? "UNIQUE " : "", aside ? "CONCURRENTLY " : "");
    sql_ident(&sql, ops->beside ? online_new_name(sql.arena, object) : object->now ? object->now->name : object->name);
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
    if (object->values[F_tablespace].set) {
        buf_add(&sql, " TABLESPACE ");
        sql_ident(&sql, object->values[F_tablespace].text);
    }
    if (object->values[F_where].set) buf_printf(&sql, " WHERE %s", sql_closed(sql.arena, object->values[F_where].expr.text));
    enum op_phase phase = ops->beside ? PHASE_PREPARE : aside ? PHASE_INDEX : ops->parts_built ? PHASE_SWAP : PHASE_KEYS;
    struct op *op = op_add_user(ops, phase, object, sql.text);
    op->transaction = aside ? OP_ALONE : OP_TRANSACTION;
    if (table_exists(object)) op->risk = (object_flag(object, "unique") ? RISK_REFUSED : 0u) | (aside ? 0u : RISK_SCAN);
    if (ops->parts_built) {
        op->remark = "takes over the indexes of the partitions; one that has none gets it now, locked against writes meanwhile";
    }
    if (ops->beside) swap_names(object, ops);
}

static void drop(const struct object *object, struct ops *ops)
{
    key_leave(object, ops);
    bool aside = concurrently(object, ops) && !leaves_parent(object->parent), late = ops->beside || (aside && online_replaced(object, ops));
    struct buf name = buf_new(ops->ctx->arena);
    if (ops->beside) sql_object_as(&name, object, online_old_name(name.arena, object));
    else sql_object(&name, object);
    enum op_phase phase = late ? PHASE_OLD_INDEX : aside ? PHASE_DROP_INDEX : PHASE_DETACH;
    struct op *op = op_addf(ops, phase, "DROP INDEX %s%s%s", aside ? "CONCURRENTLY " : "", drop_if(ops), name.text);
    op->transaction = aside ? OP_ALONE : OP_TRANSACTION;
}

/* "2=100,3=50" in both forms: those that differ. */
static const char *target_of(const char *list, long position)
{
    while (list && *list) {
        if (strtol(list, NULL, 10) == position) return strchr(list, '=') + 1;
        list = strchr(list, ',');
        if (list) list++;
    }
    return "-1";
}

static void set_statistics(const struct object *object, const char *old, const char *new, struct ops *ops)
{
    const struct keys *keys = &object->values[F_elements].keys;
    for (size_t i = 0; i < keys->n; i++) {
        long from = strtol(target_of(old, (long)i + 1), NULL, 10), to = strtol(target_of(new, (long)i + 1), NULL, 10);
        if (from == to && to < 0) continue; /* one that is kept may be lost by now: where a column's type changed, the index is another */
        op_addf(ops, PHASE_KEYS, "ALTER INDEX %s ALTER COLUMN %zu SET STATISTICS %ld", sql_object_str(ops->ctx->arena, object), i + 1, to);
    }
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    key_alter(from, to, ops);
    if (changed[F_statistics]) set_statistics(to, object_text(from, "statistics"), object_text(to, "statistics"), ops);
    if (changed[F_depends_on_extension]) depends_alter(from, to, false, ops);
}

static void finish(const struct object *object, struct ops *ops)
{
    key_finish(object, ops);
    set_statistics(object, NULL, object_text(object, "statistics"), ops);
    depends_finish(object, ops);
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
    "    s.spcname AS tablespace, i.indisclustered AS clustered, i.indisreplident AS replica_identity,\n" \
    "    CASE WHEN i.indexprs IS NOT NULL THEN (SELECT string_agg(attnum || '=' || attstattarget, ',' ORDER BY attnum)\n" \
    "        FROM pg_attribute WHERE attrelid = i.indexrelid AND attstattarget >= 0) END AS statistics,\n" \
    "    " nulls_not_distinct " AS nulls_not_distinct, x.names AS depends_on_extension\n" \
    "FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am m ON m.oid = c.relam\n" \
    "    LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace\n" SQL_JOIN_EXTENSIONS("1259", "c.oid") \
    "WHERE c.relkind IN ('i', 'I') AND NOT c.relispartition\n" \
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
    .finish = finish,
    .alter = alter,
    .drop = drop,
    .must_recreate = key_must_recreate,
    .describe = describe,
};
