/* exclude.c: EXCLUDE constraints. */
#include "kind/kind.h"

#define FIELDS(F)                                                    \
    F(method, "using", WORD, RECREATE, .absent = "btree")            \
    F(elements, "elements", KEYS, RECREATE, )                        \
    F(where, "where", EXPR, RECREATE, )                              \
    F(include, NULL, REFS, RECREATE, )                               \
    F(deferrable, NULL, WORD, RECREATE, .absent = "not deferrable")  \
    F(options, "with", PAIRS, ALTER, )                               \
    F(tablespace, "tablespace", TEXT, ALTER, )                       \
    F(clustered, NULL, FLAG, ALTER, )                                \
    F(replica_identity, NULL, FLAG, ALTER, )                         \
    F(index_comment, NULL, TEXT, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void definition(const struct object *object, struct buf *out)
{
    buf_add(out, "EXCLUDE USING ");
    sql_ident(out, object_text(object, "method"));
    buf_add(out, " (");
    sql_keys(out, &object->values[F_elements].keys);
    buf_addc(out, ')');
    key_tail(object, out);
    if (object->values[F_where].set) buf_printf(out, " WHERE (%s)", sql_closed(out->arena, object->values[F_where].expr.text));
    constraint_deferrable(object, out);
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
    (void)changed;
    key_alter(from, to, ops);
}

const struct kind kind_exclude = {
    .name = "exclude",
    .title = "exclude constraint",
    .parent = "table",
    .word = "exclude",
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
};
