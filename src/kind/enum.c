/* enum.c: an enum type: its labels, their order, and what to do when PostgreSQL can't alter them in place. */
#include "kind/kind.h"

#define FIELDS(F) F(labels, NULL, LABELS, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const struct label *find_label(const struct labels *labels, const char *name)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (str_eq(labels->at[i].name, name)) return &labels->at[i];
    }
    return NULL;
}

/* The label of `to` that a label of `from` lives on as: by name, else by a `was` on either side (downgrades read it
 * backwards). NULL: removed. */
static const struct label *label_after(const struct labels *from, const struct label *label, const struct labels *to)
{
    const struct label *same = find_label(to, label->name);
    if (same) return same;
    for (size_t i = 0; i < to->n; i++) {
        if (str_eq(to->at[i].was, label->name) && !find_label(from, to->at[i].name)) return &to->at[i];
    }
    if (label->was && !find_label(from, label->was)) return find_label(to, label->was);
    return NULL;
}

const char *enum_label_after(const struct object *from, const struct label *label, const struct object *to)
{
    const struct label *after = label_after(&from->values[F_labels].labels, label, &to->values[F_labels].labels);
    return after ? after->name : NULL;
}

static void add_labels(struct buf *sql, const struct labels *labels)
{
    buf_add(sql, "(");
    for (size_t i = 0; i < labels->n; i++) {
        if (i) buf_add(sql, ", ");
        sql_literal(sql, labels->at[i].name);
    }
    buf_add(sql, ")");
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_printf(&sql, "CREATE TYPE %s AS ENUM ", sql_object_str(ops->ctx->arena, object));
    add_labels(&sql, &object->values[F_labels].labels);
    op_add(ops, PHASE_TYPES, sql.text);
}

static void drop(const struct object *object, struct ops *ops)
{
    op_addf(ops, PHASE_DROP, "DROP TYPE %s%s", drop_if(ops), sql_object_str(ops->ctx->arena, object));
}

/* PostgreSQL can rename labels and add new ones anywhere; it can't remove or reorder. */
static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    const struct labels *old = &from->values[F_labels].labels, *new = &to->values[F_labels].labels;
    const struct label *last = NULL;
    if (!changed[F_labels]) return false;
    for (size_t i = 0; i < old->n; i++) {
        const struct label *after = label_after(old, &old->at[i], new);
        if (!after || (last && after < last)) return true;
        last = after;
    }
    return false;
}

static bool is_new(const struct labels *old, const struct labels *new, const struct label *label)
{
    for (size_t i = 0; i < old->n; i++) {
        if (label_after(old, &old->at[i], new) == label) return false;
    }
    return true;
}

static void add_label(const char *type, const struct labels *old, const struct labels *new, size_t at, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf sql = buf_new(arena);
    size_t next = at + 1;
    buf_printf(&sql, "ALTER TYPE %s ADD VALUE IF NOT EXISTS %s", type, sql_literal_str(arena, new->at[at].name));
    while (next < new->n && is_new(old, new, &new->at[next])) next++;
    if (next < new->n && at == 0) buf_printf(&sql, " BEFORE %s", sql_literal_str(arena, new->at[next].name));
    else if (at > 0) buf_printf(&sql, " AFTER %s", sql_literal_str(arena, new->at[at - 1].name));
    struct op *op = op_add(ops, PHASE_LABELS, sql.text);
    op->transaction = OP_COMMIT_AFTER;
    op->group = 1;
}

/* ADD VALUE IF NOT EXISTS does not look at the place of a label that is there already: this does. */
static void assert_order(const char *type, const struct labels *labels, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf array = buf_new(arena), body = buf_new(arena), sql = buf_new(arena);
    for (size_t i = 0; i < labels->n; i++) {
        if (i) buf_add(&array, ", ");
        sql_literal(&array, labels->at[i].name);
    }
    buf_printf(&body,
               "\nBEGIN\n"
               "  IF (SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_catalog.pg_enum\n"
               "      WHERE enumtypid = %s::regtype)\n"
               "     IS DISTINCT FROM ARRAY[%s]::text[] THEN\n"
               "    RAISE EXCEPTION 'the labels of %%, or their order, are not the ones this migration was written for', %s;\n"
               "  END IF;\n"
               "END\n",
               sql_literal_str(arena, type), array.text, sql_literal_str(arena, type));
    buf_add(&sql, "DO ");
    sql_dollar(&sql, body.text, "check");
    struct op *op = op_add(ops, PHASE_LABELS, sql.text);
    op->transaction = OP_COMMIT_AFTER;
    op->group = 1;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct labels *old = &from->values[F_labels].labels, *new = &to->values[F_labels].labels;
    const char *type = sql_object_str(arena, to);
    bool added = false;
    if (!changed[F_labels]) return;
    for (size_t i = 0; i < old->n; i++) {
        const struct label *after = label_after(old, &old->at[i], new);
        if (str_eq(after->name, old->at[i].name)) continue;
        struct op *op = op_addf(ops, PHASE_LABELS, "ALTER TYPE %s RENAME VALUE %s TO %s", type,
                                sql_literal_str(arena, old->at[i].name), sql_literal_str(arena, after->name));
        op->group = 1;
    }
    for (size_t i = 0; i < new->n; i++) {
        if (!is_new(old, new, &new->at[i])) continue;
        add_label(type, old, new, i, ops);
        added = true;
    }
    if (added) assert_order(type, new, ops);
}

/* "role: fails where rows hold 'admin', unless convert maps it"; NULL where only the order changes. */
static const char *removal_risk(struct arena *arena, const struct object *from, const struct object *to)
{
    const struct labels *old = &from->values[F_labels].labels, *new = &to->values[F_labels].labels;
    struct buf gone = buf_new(arena);
    size_t n = 0;
    for (size_t i = 0; i < old->n; i++) {
        if (!label_after(old, &old->at[i], new)) buf_printf(&gone, "%s'%s'", n++ ? " or " : "", old->at[i].name);
    }
    if (n == 0) return NULL;
    return arena_printf(arena, "%s: fails where rows hold %s, unless convert maps %s", object_shown(arena, to), gone.text,
                        n == 1 ? "it" : "them");
}

/* Removing or reordering labels: a new type takes the name, the columns follow (each column's own change), the old one goes. */
static void rebuild(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    struct op *first = rebuild_aside(to, ops);
    first->risk_text = removal_risk(ops->ctx->arena, from, to);
    if (first->risk_text) first->risk |= RISK_REFUSED;
    buf_printf(&sql, "CREATE TYPE %s AS ENUM ", sql_object_str(ops->ctx->arena, to));
    add_labels(&sql, &to->values[F_labels].labels);
    op_add(ops, PHASE_TYPES, sql.text)->group = 1;
    rebuild_finish(to, ops);
}

static void describe(const struct object *object, struct buf *out)
{
    const struct labels *labels = &object->values[F_labels].labels;
    buf_add(out, "(");
    for (size_t i = 0; i < labels->n && i < 4; i++) buf_printf(out, "%s%s", i ? ", " : "", labels->at[i].name);
    buf_add(out, labels->n > 4 ? ", ..)" : ")");
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    const struct labels *old = &from->values[F_labels].labels, *new = &to->values[F_labels].labels;
    size_t start = out->len;
    (void)changed;
    for (size_t i = 0; i < old->n; i++) {
        const struct label *after = label_after(old, &old->at[i], new);
        if (!after) buf_printf(out, "%slabel '%s' is removed", out->len > start ? ", " : "", old->at[i].name);
        else if (!str_eq(after->name, old->at[i].name)) {
            buf_printf(out, "%slabel '%s' is renamed to '%s'", out->len > start ? ", " : "", old->at[i].name, after->name);
        }
    }
    for (size_t i = 0; i < new->n; i++) {
        if (is_new(old, new, &new->at[i])) buf_printf(out, "%slabel '%s' is new", out->len > start ? ", " : "", new->at[i].name);
    }
    if (out->len == start) buf_add(out, "the order of its labels changes");
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT oid, typnamespace AS parent, typname AS name,\n"
        "    ARRAY(SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder) AS labels\n"
        "FROM pg_type t\n"
        "WHERE typtype = 'e' AND typnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_enum = {
    .name = "enum",
    .title = "enum",
    .noun = "TYPE",
    .parent = "schema",
    .word = "enum",
    .name_space = NAMES_TYPE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "typtypes WHERE typtype = 'e'",
    .create = create,
    .alter = alter,
    .drop = drop,
    .must_recreate = must_recreate,
    .rebuild = rebuild,
    .describe = describe,
    .describe_change = describe_change,
};
