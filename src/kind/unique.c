/* unique.c: UNIQUE constraints; a unique index without one is an index. */
#include "kind/kind.h"

#define FIELDS(F)                                                        \
    F(columns, NULL, REFS, RECREATE, )                                   \
    F(include, NULL, REFS, RECREATE, )                                   \
    F(deferrable, NULL, WORD, RECREATE, .absent = "not deferrable")      \
    F(options, "with", PAIRS, ALTER, )                                   \
    F(nulls_not_distinct, "nulls not distinct", FLAG, RECREATE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void definition(const struct object *object, struct buf *out)
{
    buf_add(out, object_flag(object, "nulls_not_distinct") ? "UNIQUE NULLS NOT DISTINCT (" : "UNIQUE (");
    key_constraint(object, out);
}

static bool define(const struct object *object, struct buf *out)
{
    return constraint_define(object, definition, out);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    definition(object, &text);
    constraint_add(object, text.text, RISK_REFUSED | RISK_SCAN, ops);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    if (changed[F_options]) key_options_alter(from, to, ops);
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
    .alter = alter,
    .drop = constraint_drop,
    .rename = constraint_rename,
    .describe = describe,
};
