/* partition.c: a table as a partition or child of others: what it has from them, how it joins and leaves them. */
#include "kind/kind.h"

#include <strings.h>

bool table_is_partition(const struct object *table)
{
    return object_get(table, "partition_of")->set;
}

bool table_is_partitioned(const struct object *table)
{
    return object_get(table, "partition_key")->set;
}

/* ---- inherited columns ---- */

void table_parents(const struct object *table, struct arena *arena, struct objects *parents)
{
    const struct value *of = object_get(table, "partition_of"), *inherits = object_get(table, "inherits");
    if (of->set && of->ref.to) vec_push(arena, parents, of->ref.to);
    for (size_t i = 0; inherits->set && i < inherits->refs.n; i++) {
        if (inherits->refs.at[i].to) vec_push(arena, parents, inherits->refs.at[i].to);
    }
}

struct object *inherited_column(const struct object *table, const char *name)
{
    const struct value *of = object_get(table, "partition_of"), *inherits = object_get(table, "inherits");
    struct object *found = NULL;
    if (of->set && of->ref.to) return table_column(of->ref.to, name);
    for (size_t i = 0; inherits->set && i < inherits->refs.n && !found; i++) {
        if (inherits->refs.at[i].to) found = table_column(inherits->refs.at[i].to, name);
    }
    return found;
}

struct object *table_column(const struct object *table, const char *name)
{
    struct object *own = object_child(table, "column", name);
    return own ? own : inherited_column(table, name);
}

static bool has_name(const struct objects *columns, const char *name)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (str_eq(columns->at[i]->name, name)) return true;
    }
    return false;
}

void table_columns(const struct object *table, struct arena *arena, struct objects *columns)
{
    struct objects parents = {0};
    table_parents(table, arena, &parents);
    for (size_t i = 0; i < parents.n; i++) {
        struct objects inherited = {0};
        table_columns(parents.at[i], arena, &inherited);
        for (size_t k = 0; k < inherited.n; k++) {
            struct object *own = object_child(table, "column", inherited.at[k]->name);
            if (!has_name(columns, inherited.at[k]->name)) vec_push(arena, columns, own ? own : inherited.at[k]);
        }
    }
    for (size_t i = 0; i < table->children.n; i++) {
        struct object *child = table->children.at[i];
        if (object_is(child, "column") && !has_name(columns, child->name)) vec_push(arena, columns, child);
    }
}

/* ---- CREATE TABLE ---- */

void partition_head(const struct object *table, struct buf *sql)
{
    buf_add(sql, " PARTITION OF ");
    sql_ref(sql, &object_get(table, "partition_of")->ref);
}

static void add_names(const struct refs *refs, struct buf *sql)
{
    for (size_t i = 0; i < refs->n; i++) {
        if (i) buf_add(sql, ", ");
        sql_ref(sql, &refs->at[i]);
    }
}

void inherits_clause(const struct object *table, struct buf *sql)
{
    const struct value *inherits = object_get(table, "inherits");
    if (!inherits->set || !inherits->refs.n) return;
    buf_add(sql, " INHERITS (");
    add_names(&inherits->refs, sql);
    buf_addc(sql, ')');
}

/* The partitions of a table that stand in its own schema; *i counts its children. NULL at the end. */
static const struct object *next_partition(const struct object *parent, size_t *i)
{
    const struct objects *all = &object_schema(parent)->children;
    while (*i < all->n) {
        const struct object *other = all->at[(*i)++];
        if (object_is(other, "table") && object_get(other, "partition_of")->ref.to == parent) return other;
    }
    return NULL;
}

/* Rows that belong to a new partition may lie in the default one: PostgreSQL looks, and refuses. */
bool partition_is_new_beside_default(const struct object *table)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    if (!parent || !parent->peer) return false;
    const struct object *other;
    for (size_t i = 0; (other = next_partition(parent->peer, &i));) {
        if (strcasecmp(object_get(other, "bound")->expr.text, "default") == 0) return true;
    }
    return false;
}

/* ---- joining and leaving ---- */

static struct op *say(const struct object *table, const struct object *parent, const char *what, enum op_phase phase, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_object(&sql, parent);
    buf_printf(&sql, " %s PARTITION ", what);
    sql_object(&sql, table);
    if (str_eq(what, "ATTACH")) buf_printf(&sql, " %s", sql_closed(arena, object_get(table, "bound")->expr.text));
    return op_add_user(ops, phase, table, sql.text);
}

static void leave(const struct object *table, const struct object *from, struct ops *ops)
{
    const struct object *parent = object_get(from, "partition_of")->ref.to;
    if (!parent) return;
    struct op *op = say(table, parent, "DETACH", PHASE_LEAVE, ops);
    op->search_path = NULL;
}

static void join(const struct object *table, enum op_phase phase, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct op *op = say(table, object_get(table, "partition_of")->ref.to, "ATTACH", phase, ops);
    op->risk = RISK_SCAN | RISK_REFUSED;
    op->risk_text = arena_printf(arena, "%s: fails where rows do not fit its bounds; its table is scanned",
                                 object_shown(arena, table));
}

/* ---- names of NOT NULL (PostgreSQL 18): what a table has from its parent is called as there */

static const char *inherited_name(const struct object *table, const struct object *parent, const char *column, struct arena *arena)
{
    const struct sql_pairs *names = &object_get(table, "not_nulls")->pairs;
    for (size_t i = 0; table->live && i < names->n; i++) {
        if (str_eq(names->at[i].name, column)) return names->at[i].value;
    }
    const struct object *base = !table->live && parent ? table_column(parent, column) : NULL;
    return base && !object_flag(base, "nullable") ? not_null_name(base, arena) : NULL;
}

static void rename_not_null(const struct object *table, const char *old, const char *new, enum op_phase phase, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (!old || !new || str_eq(old, new)) return;
    op_addf(ops, phase, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s", sql_object_str(arena, table), sql_ident_str(arena, old),
            sql_ident_str(arena, new));
}

static bool keeps_names(const struct object *column)
{
    const struct object *old = column->peer;
    return old && str_eq(old->name, column->name) && str_eq(old->parent->name, column->parent->name) &&
           !object_flag(old, "nullable") && !object_flag(column, "nullable");
}

/* `apart` is the side that stands alone, `below` the one that has a parent. */
static void rename_not_nulls(const struct object *apart, const struct object *below, const struct object *parent, bool leaves,
                             const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (ops->version < 180000 || (parent && parent->peer && !str_eq(parent->name, parent->peer->name))) return;
    for (size_t i = 0; i < apart->children.n; i++) {
        const struct object *column = apart->children.at[i];
        if (!object_is(column, "column") || column->inherited || !keeps_names(column)) continue;
        const char *own = not_null_name(column, arena), *other = inherited_name(below, parent, column->name, arena);
        rename_not_null(to, leaves ? other : own, leaves ? own : other, leaves ? PHASE_LEAVE : PHASE_KEYS, ops);
    }
}

static bool inherits_from(const struct object *table, const struct object *parent)
{
    const struct value *inherits = object_get(table, "inherits");
    for (size_t i = 0; inherits->set && i < inherits->refs.n; i++) {
        const struct object *other = inherits->refs.at[i].to;
        if (other && (other == parent || other->peer == parent) && !other->anew) return true;
    }
    return false;
}

static void inherit(const struct object *table, const struct ref *parent, const char *words, enum op_phase phase, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_printf(&sql, "ALTER TABLE %s %s ", sql_object_str(ops->ctx->arena, table), words);
    sql_ref(&sql, parent);
    op_add(ops, phase, sql.text)->group = phase == PHASE_LEAVE ? 1 : 2;
}

static void alter_inherits(const struct object *from, const struct object *to, struct ops *ops)
{
    const struct value *old = object_get(from, "inherits"), *new = object_get(to, "inherits");
    bool held = inherit_hold(from, to, ops);
    for (size_t i = 0; old->set && i < old->refs.n; i++) {
        if (!inherits_from(to, old->refs.at[i].to)) inherit(to, &old->refs.at[i], "NO INHERIT", PHASE_LEAVE, ops);
    }
    for (size_t i = 0; new->set && i < new->refs.n; i++) {
        if (!inherits_from(from, new->refs.at[i].to)) inherit(to, &new->refs.at[i], "INHERIT", PHASE_JOIN, ops);
    }
    if (held) inherit_let_go(to, ops);
}

static bool has_parents(const struct object *table)
{
    return object_get(table, "inherits")->refs.n > 0;
}

void partition_alter(const struct object *from, const struct object *to, bool bound, struct ops *ops)
{
    const struct object *old = object_get(from, "partition_of")->ref.to, *new = object_get(to, "partition_of")->ref.to;
    bool same = old && new && old->peer == new && !new->anew;
    if (old && (!same || bound)) leave(to, from, ops);
    if (old && !new) rename_not_nulls(to, from, old, true, to, ops);
    if (new && !old) rename_not_nulls(from, to, new, false, to, ops);
    if (new && (!same || bound)) join(to, same ? PHASE_RETURN : PHASE_JOIN, ops);
    alter_inherits(from, to, ops);
    if (!old && !new && from->live && !has_parents(to)) rename_not_nulls(to, from, NULL, true, to, ops);
    if (!old && !new && to->live && !has_parents(from)) rename_not_nulls(from, to, NULL, false, to, ops);
}

/* A partition that takes bounds in the same plan, where this one goes. */
static bool bounds_are_wanted(const struct object *parent)
{
    const struct object *other;
    for (size_t i = 0; (other = next_partition(parent, &i));) {
        if (!other->peer || other->change) return true; /* it is new, or changes */
    }
    return false;
}

/* Where rows of a table or one that it is a partition of are referred to, PostgreSQL drops none of its partitions. */
static bool is_referenced(const struct object *table)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    return table->referenced || (parent && is_referenced(parent));
}

void partition_leave(const struct object *table, struct ops *ops)
{
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    bool stays = parent && parent->peer && !parent->anew;
    if (stays && (bounds_are_wanted(parent->peer) || is_referenced(parent))) leave(table, table, ops);
}
