/* check.c: CHECK constraints of tables. */
#include "kind/kind.h"

#define FIELDS(F)                                     \
    F(expression, "expression", EXPR, RECREATE, )     \
    F(not_valid, "not valid", FLAG, ALTER, )          \
    F(no_inherit, "no inherit", FLAG, RECREATE, )     \
    F(not_enforced, "not enforced", FLAG, RECREATE, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void definition(const struct object *object, struct buf *out)
{
    buf_printf(out, "CHECK (%s)", sql_closed(out->arena, object->values[F_expression].expr.text));
    if (object_flag(object, "no_inherit")) buf_add(out, " NO INHERIT");
    if (object_flag(object, "not_enforced")) buf_add(out, " NOT ENFORCED");
    else if (object_flag(object, "not_valid")) buf_add(out, " NOT VALID");
}

/* CREATE TABLE would call a NOT VALID check valid. */
static bool define(const struct object *object, struct buf *out)
{
    return !object_flag(object, "not_valid") && constraint_define(object, definition, out);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    definition(object, &text);
    bool looks = !object_flag(object, "not_valid") && !object_flag(object, "not_enforced");
    if (looks && online_applies(object, ops)) online_constraint(object, text.text, ops);
    else constraint_add(object, text.text, looks ? RISK_REFUSED | RISK_SCAN : 0, ops);
}

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    (void)from;
    return changed[F_not_valid] && object_flag(to, "not_valid");
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    if (changed[F_not_valid]) constraint_validate(to, ops);
}

const struct kind kind_check = {
    .name = "check",
    .title = "check",
    .parent = "table",
    .word = "check",
    .name_space = NAMES_CONSTRAINT,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .create = create,
    .define = define,
    .alter = alter,
    .drop = constraint_drop,
    .rename = constraint_rename,
    .must_recreate = must_recreate,
};
