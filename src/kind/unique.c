/* unique.c: UNIQUE constraints; a unique index without one is an index. */
#include "kind/kind.h"

#define FIELDS(F)                                                    \
    F(columns, NULL, REFS, RECREATE, )                               \
    F(without_overlaps, NULL, FLAG, RECREATE, )                      \
    F(include, NULL, REFS, RECREATE, )                               \
    F(deferrable, NULL, WORD, RECREATE, .absent = "not deferrable")  \
    F(options, "with", PAIRS, ALTER, )                               \
    F(tablespace, "tablespace", TEXT, ALTER, )                       \
    F(clustered, NULL, FLAG, ALTER, )                                \
    F(replica_identity, NULL, FLAG, ALTER, )                         \
    F(nulls_not_distinct, "nulls not distinct", FLAG, RECREATE, )    \
    F(index_comment, NULL, TEXT, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void definition(const struct object *object, struct buf *out)
{
    buf_add(out, object_flag(object, "nulls_not_distinct") ? "UNIQUE NULLS NOT DISTINCT (" : "UNIQUE (");
    key_constraint(object, out);
}

static bool same_columns(const struct object *a, const struct object *b, const char *field)
{
    const struct refs *x = &object_get(a, field)->refs, *y = &object_get(b, field)->refs;
    if (x->n != y->n) return false;
    for (size_t i = 0; i < x->n; i++) {
        if (x->at[i].to != y->at[i].to) return false;
    }
    return true;
}

/* CREATE TABLE makes one index of two keys that say the same, and forgets the other. */
static bool has_twin(const struct object *object)
{
    for (size_t i = 0; i < object->parent->children.n; i++) {
        const struct object *other = object->parent->children.at[i];
        if (other == object || (!object_is(other, "primary_key") && !object_is(other, "unique"))) continue;
        if (object_is(other, "unique") && other->serial > object->serial) continue;
        if (same_columns(object, other, "columns") && same_columns(object, other, "include")) return true;
    }
    return false;
}

static bool define(const struct object *object, struct buf *out)
{
    return !has_twin(object) && constraint_define(object, definition, out);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    if (online_key(object, "UNIQUE", ops)) return;
    definition(object, &text);
    constraint_add(object, text.text, RISK_REFUSED | RISK_SCAN, ops);
    online_say_plain(object, ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)changed;
    key_alter(from, to, ops);
}

static void describe(const struct object *object, struct buf *out)
{
    describe_columns(object, out);
}

const struct kind kind_unique = {
    .name = "unique",
    .title = "unique constraint",
    .parent = "table",
    .word = "unique",
    .name_space = NAMES_CONSTRAINT,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .create = create,
    .define = define,
    .finish = key_finish,
    .alter = alter,
    .drop = key_drop,
    .must_recreate = key_must_recreate,
    .rename = constraint_rename,
    .describe = describe,
};
