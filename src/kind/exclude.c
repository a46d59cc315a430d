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

/* What CREATE TABLE looks at to tell two constraints apart. */
static const char *essence(struct arena *arena, const struct object *object)
{
    struct buf out = buf_new(arena);
    buf_printf(&out, "%s (", object_text(object, "method"));
    sql_keys(&out, &object->values[F_elements].keys);
    buf_add(&out, ") (");
    sql_columns(&out, &object->values[F_include].refs);
    buf_printf(&out, ") %s", object->values[F_where].set ? object->values[F_where].expr.text : "");
    constraint_deferrable(object, &out);
    return out.text;
}

/* CREATE TABLE makes one index of two constraints that say the same, and forgets the other. */
static bool has_twin(const struct object *object, struct arena *arena)
{
    for (size_t i = 0; i < object->parent->children.n; i++) {
        const struct object *other = object->parent->children.at[i];
        if (other->serial >= object->serial || !object_is(other, "exclude")) continue;
        if (str_eq(essence(arena, object), essence(arena, other))) return true;
    }
    return false;
}

static bool define(const struct object *object, struct buf *out)
{
    return !has_twin(object, out->arena) && constraint_define(object, definition, out);
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    definition(object, &text);
    constraint_add(object, text.text, RISK_REFUSED | RISK_SCAN, ops);
    online_say_plain(object, ops);
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
