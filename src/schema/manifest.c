/* manifest.c: one hash for each object, of everything about it that is DDL; the same for every spelling. */
#include <string.h>

#include "base/digest.h"
#include "schema/privileges.h"
#include "schema/schema.h"

/* Every text with its length before it, so that no two objects write alike. Written by hand: thousands of them are
 * hashed. */
static void add(struct buf *buf, const char *text)
{
    char digits[24];
    size_t len = text ? strlen(text) : 0, at = sizeof digits;
    digits[--at] = ':';
    for (size_t left = len; left || at == sizeof digits - 1; left /= 10) digits[--at] = (char)('0' + left % 10);
    buf_addn(buf, digits + at, sizeof digits - at);
    if (len) buf_addn(buf, text, len);
}

static void add_path(struct buf *buf, const struct object *object)
{
    add(buf, object_path(buf->arena, object));
}

static void add_qualified(struct buf *buf, const char *schema, const char *name)
{
    add(buf, schema);
    add(buf, name);
}

/* pg_catalog is searched first, whether it is named or not. */
static const char *said_schema(const char *schema)
{
    return str_eq(schema, "pg_catalog") ? NULL : schema;
}

static void add_ref(struct buf *buf, const struct ref *ref)
{
    if (ref->to) add_path(buf, ref->to);
    else add_qualified(buf, said_schema(ref->schema), ref->name);
}

static void add_type(struct buf *buf, const struct type_name *type)
{
    if (type->to && !type->multirange) add_path(buf, type->to);
    else add_qualified(buf, type->sql.schema, type->sql.name);
    add(buf, type->sql.mods);
    if (type->sql.array) buf_add(buf, "[]");
}

static void add_expr(struct ctx *ctx, struct buf *buf, enum sql_island island, struct expr *expr)
{
    add(buf, expr_shape(ctx, island, expr));
}

static void add_key(struct ctx *ctx, struct buf *buf, struct key *key)
{
    if (key->column) {
        buf_addc(buf, 'c');
        add(buf, key->column->name);
    } else {
        buf_addc(buf, 'e');
        add_expr(ctx, buf, SQL_EXPR, &key->expr);
    }
    add_ref(buf, &key->collation);
    add_ref(buf, &key->opclass);
    add(buf, key->opclass_options);
    buf_add(buf, key->desc ? "desc" : "asc");
    buf_add(buf, key->nulls_first ? " first" : " last");
    add_qualified(buf, said_schema(key->operator_schema), key->operator_name);
}

static void add_value(struct ctx *ctx, struct buf *buf, const struct field *field, struct value *value)
{
    switch (field->type) {
    case VALUE_FLAG: break;
    case VALUE_WORD: case VALUE_TEXT: add(buf, value->text); break;
    case VALUE_REF: add_ref(buf, &value->ref); break;
    case VALUE_REFS:
        for (size_t i = 0; i < value->refs.n; i++) add(buf, value->refs.at[i].name);
        break;
    case VALUE_TYPE: add_type(buf, &value->type); break;
    case VALUE_EXPR: add_expr(ctx, buf, field->island, &value->expr); break;
    case VALUE_KEYS:
        for (size_t i = 0; i < value->keys.n; i++) add_key(ctx, buf, &value->keys.at[i]);
        break;
    case VALUE_PAIRS:
        for (size_t i = 0; i < value->pairs.n; i++) {
            add(buf, value->pairs.at[i].name);
            add(buf, value->pairs.at[i].value);
        }
        break;
    case VALUE_LABELS:
        for (size_t i = 0; i < value->labels.n; i++) add(buf, value->labels.at[i].name);
        break;
    }
}

/* Whether a value says no more than its absence would. */
static bool says_nothing(const struct field *field, const struct value *value)
{
    if (!value->set) return true;
    switch (field->type) {
    case VALUE_FLAG: return !value->flag;
    case VALUE_WORD: case VALUE_TEXT: return str_eq(value->text, field->absent);
    case VALUE_REFS: return value->refs.n == 0;
    case VALUE_PAIRS: return value->pairs.n == 0;
    case VALUE_REF: case VALUE_TYPE: case VALUE_EXPR: case VALUE_KEYS: case VALUE_LABELS: return false;
    }
    return false;
}

static void empty(struct buf *buf)
{
    buf->len = 0;
    if (buf->cap) buf->text[0] = '\0';
}

/* Owner and privileges, as far as the models speak of them. */
static void add_access(struct ctx *ctx, struct buf *buf, const struct object *object)
{
    static const char *const verbs[] = {"grant", "revoke", "revoke option"};
    struct privileges_of of = {ctx->arena, grant_class_of(object), 0};
    struct privileges said = {0};
    if (object->live) return;
    if (object->owner) {
        buf_add(buf, "owner=");
        add(buf, object->owner);
    }
    if (of.class) privileges_reduce(&of, &object->privileges, &said);
    for (size_t i = 0; i < said.n; i++) {
        const struct privilege *one = &said.at[i];
        buf_printf(buf, "\n%s%s=", verbs[one->verb], one->grantable ? " with option" : "");
        add(buf, one->role);
        add(buf, one->name);
        add(buf, one->column);
    }
}

static const char *hash(struct ctx *ctx, struct object *object, struct buf *buf)
{
    empty(buf);
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        if (field->means == INTENT || field->means == LIVE || says_nothing(field, &object->values[i])) continue;
        buf_add(buf, field->name);
        buf_addc(buf, '=');
        add_value(ctx, buf, field, &object->values[i]);
        buf_addc(buf, '\n');
    }
    if (object->comment) {
        buf_add(buf, "comment=");
        add(buf, object->comment);
    }
    add_access(ctx, buf, object);
    return digest_text(ctx->arena, buf->text, buf->len);
}

const char *object_hash(struct ctx *ctx, struct object *object)
{
    struct buf buf = buf_new(ctx->arena);
    return hash(ctx, object, &buf);
}

struct map *schema_manifest(struct ctx *ctx, const struct schema *schema)
{
    struct map *manifest = map_new(ctx->arena);
    struct buf buf = buf_new(ctx->arena), key = buf_new(ctx->arena);
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *object = schema->all.at[i];
        if ((object_is(object, "schema") && object->implied) || object->inherited) continue;
        empty(&key);
        buf_add(&key, object->kind->name);
        buf_addc(&key, ' ');
        buf_add(&key, object_path(ctx->arena, object));
        map_put(manifest, key.text, (void *)hash(ctx, object, &buf));
    }
    return manifest;
}
