/* keys.c: what every index has, whether a constraint owns it or not. */
#include "kind/kind.h"

static void alter_table(const struct object *key, const char *what, bool name, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, key);
    buf_printf(&sql, " %s", what);
    if (name) buf_printf(&sql, " %s", sql_ident_str(sql.arena, key->now ? key->now->name : key->name));
    op_add(ops, PHASE_KEYS, sql.text);
}

static bool is_marked(const struct object *table, const char *flag)
{
    for (size_t i = 0; i < table->children.n; i++) {
        if (object_flag(table->children.at[i], flag)) return true;
    }
    return false;
}

/* Of the index alone: the constraint has a comment of its own. */
static void comment_on_index(const struct object *key, struct ops *ops)
{
    const char *text = object_text(key, "index_comment");
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "COMMENT ON INDEX ");
    sql_object_as(&sql, key->parent, key->now ? key->now->name : key->name);
    buf_printf(&sql, " IS %s", text ? sql_literal_str(sql.arena, text) : "NULL");
    op_add(ops, PHASE_FACETS, sql.text);
}

void key_finish(const struct object *object, struct ops *ops)
{
    if (object_get(object, "index_comment")->set) comment_on_index(object, ops);
    if (object_flag(object, "clustered")) alter_table(object, "CLUSTER ON", true, ops);
    if (object_flag(object, "replica_identity")) alter_table(object, "REPLICA IDENTITY USING INDEX", true, ops);
}

/* Where the table has another one now, that one says so. */
static void unmark(const struct object *key, const struct object *table, struct ops *ops)
{
    bool identity = object_flag(key, "replica_identity") && !is_marked(table, "replica_identity");
    if (identity && !object_get(table, "replica_identity")->set) alter_table(key, "REPLICA IDENTITY DEFAULT", false, ops);
}

void key_leave(const struct object *object, struct ops *ops)
{
    const struct object *table = object->parent->peer;
    size_t first = ops->list.n;
    if (table && !table->anew) unmark(object, table, ops);
    for (size_t i = first; i < ops->list.n; i++) ops->list.at[i].phase = PHASE_DETACH;
}

void key_drop(const struct object *object, struct ops *ops)
{
    key_leave(object, ops);
    constraint_drop(object, ops);
    if (ops->beside || online_replaced(object, ops)) ops->list.at[ops->list.n - 1].phase = PHASE_SWAP_OUT;
}

static void alter_marks(const struct object *from, const struct object *to, struct ops *ops)
{
    bool was = object_flag(from, "clustered"), is = object_flag(to, "clustered");
    if (is && !was) alter_table(to, "CLUSTER ON", true, ops);
    if (was && !is && !is_marked(to->parent, "clustered")) alter_table(to, "SET WITHOUT CLUSTER", false, ops);
    was = object_flag(from, "replica_identity");
    is = object_flag(to, "replica_identity");
    if (is && !was) alter_table(to, "REPLICA IDENTITY USING INDEX", true, ops);
    if (was && !is) unmark(from, to->parent, ops);
}

/* What an index of a partitioned table is stored with, its partitions' take over when it is made; PostgreSQL changes it on none. */
bool key_must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const struct value *options = object_get(to, "options");
    return table_is_partitioned(from->parent) && table_is_partitioned(to->parent) && changed[options - to->values];
}

void key_alter(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf name = buf_new(arena);
    sql_object_as(&name, to->parent, to->name); /* the index of a constraint has its name, in the table's schema */
    options_alter_named("INDEX", name.text, &object_get(from, "options")->pairs, &object_get(to, "options")->pairs, PHASE_KEYS, ops);
    const char *old = object_text(from, "tablespace"), *new = object_text(to, "tablespace");
    if (!str_eq(old, new)) {
        op_addf(ops, PHASE_KEYS, "ALTER INDEX %s SET TABLESPACE %s", name.text, sql_ident_str(arena, new ? new : "pg_default"))->risk =
            RISK_REWRITE;
    }
    alter_marks(from, to, ops);
    if (!str_eq(object_text(from, "index_comment"), object_text(to, "index_comment"))) comment_on_index(to, ops);
}
