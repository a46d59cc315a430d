/* composite.c: a composite type; its attributes are a kind of their own and say their part of CREATE TYPE. */
#include "kind/kind.h"

static void add_parts(const struct objects *parts, struct buf *sql)
{
    for (size_t i = 0; i < parts->n; i++) {
        buf_add(sql, i ? ",\n    " : "\n    ");
        parts->at[i]->kind->define(parts->at[i], sql);
    }
}

static void create_with(const struct object *composite, const struct objects *attributes, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_printf(&sql, "CREATE TYPE %s AS (", sql_object_str(ops->ctx->arena, composite));
    add_parts(attributes, &sql);
    buf_add(&sql, attributes->n ? "\n)" : ")");
    op_add(ops, PHASE_TYPES, sql.text)->group = 1;
}

static void create(const struct object *composite, struct ops *ops)
{
    create_with(composite, &composite->children, ops);
}

static void drop(const struct object *composite, struct ops *ops)
{
    op_addf(ops, PHASE_DROP, "DROP TYPE %s%s", drop_if(ops), sql_object_str(ops->ctx->arena, composite));
}

/* An attribute's type changes while columns hold values of the composite: a new one of the same attributes, in the same
 * order (values of arrays come over as text), takes the name. What else is new or gone is altered in place, after or
 * before. */
static void rebuild(const struct object *from, const struct object *to, struct ops *ops)
{
    const struct object *live = from->live ? from : to->live ? to : from;
    struct objects kept = {0};
    for (size_t i = 0; i < live->children.n; i++) {
        struct object *attribute = live->children.at[i];
        struct object *new = live == to ? attribute : attribute->peer;
        if (attribute->peer) vec_push(ops->ctx->arena, &kept, new);
    }
    rebuild_aside(to, ops)->risk = to->reordered ? 0 : RISK_REFUSED;
    create_with(to, to->reordered ? &to->children : &kept, ops);
    rebuild_finish(to, ops);
}

/* What its attributes are made of. */
static void needs(const struct object *composite, struct arena *arena, struct objects *found)
{
    for (size_t i = 0; i < composite->children.n; i++) {
        struct object *type = object_get(composite->children.at[i], "type")->type.to;
        if (type) vec_push(arena, found, type);
    }
}

static void describe(const struct object *composite, struct buf *out)
{
    buf_printf(out, "(%s)", str_count(out->arena, composite->children.n, "attribute"));
}

static void add_attribute(const struct object *from, const struct object *to, struct buf *out)
{
    struct buf old = buf_new(out->arena), new = buf_new(out->arena);
    sql_type(&old, &object_get(from, "type")->type);
    sql_type(&new, &object_get(to, "type")->type);
    if (str_eq(old.text, new.text)) return;
    buf_printf(out, "%s %s -> %s", name_shown(out->arena, to->name), old.text, new.text);
}

/* There are no fields of its own: it is built again for its attributes. */
static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    (void)from;
    (void)changed;
    for (size_t i = 0; i < to->children.n; i++) {
        const struct object *attribute = to->children.at[i];
        struct buf text = buf_new(out->arena);
        if (attribute->peer) add_attribute(attribute->peer, attribute, &text);
        if (text.len) buf_printf(out, "%s%s", out->len > start ? ", " : "", text.text);
    }
    if (out->len == start) buf_add(out, to->reordered ? "order of attributes" : "built again");
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT t.oid, t.typnamespace AS parent, t.typname AS name, c.oid AS also\n"
        "FROM pg_class c JOIN pg_type t ON t.oid = c.reltype\n"
        "WHERE c.relkind = 'c' AND c.relnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_composite = {
    .name = "composite",
    .title = "composite type",
    .noun = "TYPE",
    .parent = "schema",
    .word = "composite",
    .name_space = NAMES_TYPE,
    .queries = queries,
    .present = "relkinds WHERE relkind = 'c'",
    .create = create,
    .drop = drop,
    .needs = needs,
    .rebuild = rebuild,
    .describe = describe,
    .describe_change = describe_change,
};
