/* table.c: a table; its columns and constraints are kinds of their own and say their part of CREATE TABLE. */
#include "kind/kind.h"

/* Its place among other tables (partition_of and bound, or inherits) can change while it keeps its rows; whether it holds rows or
 * partitions, and by which key, can't. */
#define FIELDS(F)                                                                                     \
    F(unlogged, "unlogged", FLAG, ALTER, )                                                            \
    F(options, "with", PAIRS, ALTER, )                                                                \
    F(rls, "rls", FLAG, ALTER, )                                                                      \
    F(force, "force", FLAG, ALTER, )                                                                  \
    F(partition_key, NULL, EXPR, RECREATE, .island = SQL_PARTITION, .shadow = true)                   \
    F(partition_of, NULL, REF, ALTER, .refers = "table")                                              \
    F(bound, NULL, EXPR, ALTER, .island = SQL_BOUND, .shadow = true)                                  \
    F(inherits, NULL, REFS, ALTER, .refers = "table")                                                 \
    F(of_type, NULL, REF, ALTER, .refers = "composite")                                               \
    F(tablespace, "tablespace", TEXT, ALTER, )                                                        \
    F(method, "using", WORD, ALTER, .absent = "heap")                                                 \
    F(replica_identity, NULL, WORD, ALTER, .absent = "default")                                       \
    F(toast, NULL, FLAG, LIVE, )                                                                      \
    F(part_names, NULL, PAIRS, LIVE, )                                                                \
    F(not_nulls, NULL, PAIRS, LIVE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool has(const struct object *object, size_t field)
{
    return object->values[field].set;
}

/* ( columns and constraints ); a partition may have none of its own to say. */
static void add_parts(const struct object *object, struct buf *sql)
{
    size_t parts = 0;
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        struct buf part = buf_new(sql->arena);
        if ((child->apart && !object_is(child, "column")) || !child->kind->define || !child->kind->define(child, &part)) continue;
        buf_printf(sql, "%s\n    %s", parts++ ? "," : " (", part.text);
    }
    if (parts) buf_add(sql, "\n)");
    else if (!has(object, F_partition_of)) buf_add(sql, " ()");
}

static void add_storage(const struct object *object, struct buf *sql)
{
    if (has(object, F_partition_key)) {
        buf_printf(sql, " PARTITION BY %s", sql_closed(sql->arena, object->values[F_partition_key].expr.text));
    }
    const struct object *parent = object->values[F_partition_of].ref.to;
    const char *method = object_text(object, "method");
    if (!str_eq(method, "heap") || (parent && !str_eq(object_text(parent, "method"), "heap"))) {
        buf_add(sql, " USING ");
        sql_ident(sql, method);
    }
    if (has(object, F_options) && object->values[F_options].pairs.n) {
        buf_add(sql, " WITH (");
        sql_pairs(sql, &object->values[F_options].pairs);
        buf_addc(sql, ')');
    }
    if (!has(object, F_tablespace) && !(parent && has(parent, F_tablespace))) return;
    buf_add(sql, " TABLESPACE ");
    sql_ident(sql, has(object, F_tablespace) ? object->values[F_tablespace].text : "pg_default");
}

static void create(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    buf_printf(&sql, "CREATE %sTABLE %s", object_flag(object, "unlogged") ? "UNLOGGED " : "", sql_object_str(arena, object));
    if (has(object, F_partition_of)) partition_head(object, &sql);
    add_parts(object, &sql);
    inherits_clause(object, &sql);
    if (has(object, F_bound)) buf_printf(&sql, " %s", sql_closed(arena, object->values[F_bound].expr.text));
    add_storage(object, &sql);
    struct op *op = op_add_user(ops, PHASE_TABLES, object, sql.text);
    if (!partition_is_new_beside_default(object)) return;
    op->risk = RISK_REFUSED | RISK_SCAN;
    op->risk_text = arena_printf(arena, "%s: fails where the default partition holds rows that belong to it", object_shown(arena, object));
}

/* ---- ALTER TABLE ---- */

static struct op *alter_table(const struct object *table, const char *what, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    return op_addf(ops, PHASE_COLUMNS, "ALTER TABLE %s %s", sql_object_str(arena, table), what);
}

static struct op *take_type(const struct object *table, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "OF ");
    sql_ref(&sql, &table->values[F_of_type].ref);
    return alter_table(table, sql.text, ops);
}

/* A table's type is let go while its columns change, and taken again. */
static void alter_type(const struct object *from, const struct object *to, struct ops *ops)
{
    if (has(from, F_of_type)) alter_table(to, "NOT OF", ops)->phase = PHASE_LEAVE;
    if (has(to, F_of_type)) take_type(to, ops)->phase = PHASE_JOIN;
}

static const struct object *marked_index(const struct object *table, const char *flag)
{
    for (size_t i = 0; i < table->children.n; i++) {
        if (object_flag(table->children.at[i], flag)) return table->children.at[i];
    }
    return NULL;
}

/* Where an index is the identity, it says so itself (index_marks). */
static void alter_identity(const struct object *table, struct ops *ops)
{
    const char *word = object_text(table, "replica_identity");
    if (str_eq(word, "default") && marked_index(table, "replica_identity")) return;
    const char *upper = str_eq(word, "full") ? "FULL" : str_eq(word, "nothing") ? "NOTHING" : "DEFAULT";
    alter_table(table, arena_printf(ops->ctx->arena, "REPLICA IDENTITY %s", upper), ops);
}

static void finish(const struct object *object, struct ops *ops)
{
    if (object_flag(object, "rls")) alter_table(object, "ENABLE ROW LEVEL SECURITY", ops);
    if (object_flag(object, "force")) alter_table(object, "FORCE ROW LEVEL SECURITY", ops);
    if (has(object, F_replica_identity)) alter_identity(object, ops);
    if (has(object, F_of_type)) take_type(object, ops);
}

static const char *keeps_method(struct arena *arena, const struct object *table)
{
    return arena_printf(arena, "%s: before PostgreSQL 15 a table keeps its access method: copy its rows to a new one",
                        object_shown(arena, table));
}

static void alter_storage(const struct object *to, const bool *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    bool empty = has(to, F_partition_key);
    if (changed[F_unlogged]) {
        alter_table(to, object_flag(to, "unlogged") ? "SET UNLOGGED" : "SET LOGGED", ops)->risk = RISK_REWRITE;
    }
    if (changed[F_tablespace]) {
        const char *name = has(to, F_tablespace) ? to->values[F_tablespace].text : "pg_default";
        alter_table(to, arena_printf(arena, "SET TABLESPACE %s", sql_ident_str(arena, name)), ops)->risk = empty ? 0 : RISK_REWRITE;
    }
    if (changed[F_method]) {
        const char *method = object_text(to, "method"), *name = sql_ident_str(arena, method);
        if (empty && str_eq(method, "heap")) name = "DEFAULT"; /* a partitioned table has none of its own then */
        struct op *op = alter_table(to, arena_printf(arena, "SET ACCESS METHOD %s", name), ops);
        op->risk = empty ? 0 : RISK_REWRITE;
        if (ops->version > 0 && ops->version < 150000) op->complete = keeps_method(arena, to);
    }
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    bool place = changed[F_partition_of] || changed[F_bound] || changed[F_inherits];
    if (place) partition_alter(from, to, changed[F_bound], ops);
    if (changed[F_options]) {
        options_alter("TABLE", to, &from->values[F_options].pairs, &to->values[F_options].pairs, PHASE_COLUMNS, ops);
    }
    if (changed[F_rls]) alter_table(to, object_flag(to, "rls") ? "ENABLE ROW LEVEL SECURITY" : "DISABLE ROW LEVEL SECURITY", ops);
    if (changed[F_force]) {
        alter_table(to, object_flag(to, "force") ? "FORCE ROW LEVEL SECURITY" : "NO FORCE ROW LEVEL SECURITY", ops);
    }
    alter_storage(to, changed, ops);
    if (changed[F_replica_identity]) alter_identity(to, ops);
    if (changed[F_of_type]) alter_type(from, to, ops);
}

/* A partitioned table holds no rows itself; those of its partitions are told of there. */
static void drop(const struct object *object, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (has(object, F_partition_of)) partition_leave(object, ops);
    struct op *op = op_addf(ops, PHASE_DROP, "DROP TABLE %s%s", drop_if(ops), sql_object_str(arena, object));
    if (has(object, F_partition_key)) return;
    op->risk = RISK_LOSS;
    op->loses = arena_printf(arena, "table %s", object_path(arena, object));
}

/* "t_a_k_idx" of t_a; NULL: the index has a name of its own, or one that was cut. */
static const char *rest_of_name(const struct object *table, const char *index)
{
    size_t len = strlen(table->name);
    return strncmp(index, table->name, len) == 0 && index[len] == '_' && strlen(index) < 63 ? index + len : NULL;
}

/* Whether the live parent of a partition has an index of that name before and after. */
static bool stays_with_parent(const struct object *live, const char *index)
{
    const struct object *parent = live->values[F_partition_of].ref.to;
    for (size_t i = 0; parent && i < parent->children.n; i++) {
        const struct object *child = parent->children.at[i];
        if (object_is(child, "column") || !str_eq(child->name, index)) continue;
        return child->peer && !child->anew && !child->peer->anew;
    }
    return true; /* its own parent's, perhaps */
}

/* So do those of a partition's indexes that are its parent's: no object stands for them. */
static void rename_parts(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct object *live = from->live ? from : to;
    const struct sql_pairs *names = &live->values[F_part_names].pairs;
    if (!has(from, F_partition_of) || !has(to, F_partition_of)) return;
    for (size_t i = 0; i < names->n; i++) {
        const char *rest = stays_with_parent(live, names->at[i].name) ? rest_of_name(live, names->at[i].value) : NULL;
        if (!rest || strlen(from->name) + strlen(rest) > 63 || strlen(to->name) + strlen(rest) > 63) continue;
        struct buf sql = buf_new(arena);
        buf_add(&sql, "ALTER INDEX ");
        sql_object_as(&sql, to, arena_printf(arena, "%s%s", from->name, rest));
        buf_printf(&sql, " RENAME TO %s", sql_ident_str(arena, arena_printf(arena, "%s%s", to->name, rest)));
        op_add(ops, PHASE_RENAME, sql.text)->group = 1;
    }
}

/* A name PostgreSQL gave from the old table name follows the new one. */
static void renamed(const struct object *from, const struct object *to, struct ops *ops)
{
    for (size_t i = 0; i < from->children.n; i++) {
        const struct object *column = from->children.at[i];
        if (!object_is(column, "column") || !column->peer) continue;
        identity_follow(column, from->name, column->peer, to->name, ops);
        not_null_follow(column, from->name, column->peer, to->name, ops);
    }
    rename_parts(from, to, ops);
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
    count_children(object, "trigger", "trigger", &parts, out);
    count_children(object, "rule", "rule", &parts, out);
    count_children(object, "policy", "policy", &parts, out);
    buf_add(out, parts ? ")" : "(no columns)");
}

/* A partition's indexes that belong to its parent's: for when it leaves. */
#define TABLES(pending) \
    "SELECT c.oid, c.relnamespace AS parent, c.relname AS name, c.relpersistence = 'u' AS unlogged,\n" \
    "    c.reloptions || t.options AS options, c.reltoastrelid <> 0 AS toast, c.relrowsecurity AS rls,\n" \
    "    c.relforcerowsecurity AS force, CASE WHEN c.relkind = 'p' THEN coalesce(pg_get_partkeydef(c.oid), '') END\n" \
    "        AS partition_key,\n" \
    "    CASE WHEN c.relispartition THEN h.parents[1] END AS partition_of,\n" \
    "    CASE WHEN c.relispartition THEN coalesce(pg_get_expr(c.relpartbound, c.oid), '') END AS bound,\n" \
    "    CASE WHEN NOT c.relispartition THEN h.parents END AS inherits, c.reloftype AS of_type,\n" \
    "    s.spcname AS tablespace, m.amname AS method,\n" \
    "    CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' END AS replica_identity,\n" \
    "    CASE WHEN c.relispartition THEN ARRAY(SELECT p.relname || '=' || x.relname FROM pg_index i\n" \
    "        JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_inherits j ON j.inhrelid = x.oid\n" \
    "        JOIN pg_class p ON p.oid = j.inhparent WHERE i.indrelid = c.oid) END AS part_names\n" \
    "FROM pg_class c\n" \
    "    LEFT JOIN (SELECT oid, ARRAY(SELECT 'toast.' || o FROM unnest(reloptions) AS o) AS options\n" \
    "        FROM pg_class WHERE relkind = 't' AND reloptions IS NOT NULL) t ON t.oid = c.reltoastrelid\n" \
    "    LEFT JOIN (SELECT inhrelid, array_agg(inhparent ORDER BY inhseqno) AS parents FROM pg_inherits\n" \
    "        " pending "GROUP BY inhrelid) h ON h.inhrelid = c.oid\n" \
    "    LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace\n" \
    "    LEFT JOIN pg_am m ON m.oid = c.relam AND c.relam <> 2\n" \
    "WHERE c.relkind IN ('r', 'p')\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

/* What the NOT NULLs that it has from its parents are called, by column. */
#define NOT_NULLS \
    "SELECT c.oid, array_agg(a.attname || '=' || x.conname) AS not_nulls\n" \
    "FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid\n" \
    "    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.conkey[1]\n" \
    "WHERE x.contype = 'n' AND x.coninhcount > 0 AND c.relkind IN ('r', 'p') AND position('=' IN a.attname) = 0\n" \
    "    AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])\n" \
    "GROUP BY c.oid"

static const struct catalog_query queries[] = {
    {.min_version = 140000, .sql = TABLES("WHERE NOT inhdetachpending ")},
    {.min_version = 0, .sql = TABLES("")},
    {.part = 1, .min_version = 180000, .present = "pg_inherits", .sql = NOT_NULLS},
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
    .finish = finish,
    .alter = alter,
    .drop = drop,
    .rename = rename_table,
    .renamed = renamed,
    .describe = describe,
};
