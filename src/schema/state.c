/* state.c: two live schemas compared field by field, as texts. */
#include "schema/state.h"

#include "kind/grant.h"

/* ---- values as text */

static void add_separated(struct buf *out, size_t start, const char *text)
{
    if (out->len > start) buf_add(out, ", ");
    buf_add(out, text ? text : "");
}

static void add_ref(struct buf *out, const struct ref *ref)
{
    if (ref->to) buf_add(out, object_path(out->arena, ref->to));
    else if (ref->name) sql_qname(out, ref->schema, ref->name);
}

static void add_key(struct buf *out, const struct key *key)
{
    buf_add(out, key->column ? key->column->name : key->expr.text);
    if (key->collation.name) { buf_add(out, " collate "); add_ref(out, &key->collation); }
    if (key->opclass.name) { buf_addc(out, ' '); add_ref(out, &key->opclass); }
    if (key->opclass_options) buf_printf(out, " (%s)", key->opclass_options);
    if (key->desc) buf_add(out, " desc");
    if (key->nulls_first != key->desc) buf_add(out, key->nulls_first ? " nulls first" : " nulls last");
    if (key->operator_name) {
        buf_add(out, " with ");
        if (key->operator_schema) buf_printf(out, "%s.", key->operator_schema);
        buf_add(out, key->operator_name);
    }
}

static void add_keys(struct buf *out, const struct keys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (i) buf_add(out, ", ");
        add_key(out, &keys->at[i]);
    }
}

/* NULL: the field is not set, or says what its absence would. */
static const char *value_text(struct arena *arena, const struct field *field, const struct value *value)
{
    struct buf out = buf_new(arena);
    if (!value->set) return field->type == VALUE_FLAG ? "no" : field->absent;
    switch (field->type) {
    case VALUE_FLAG: return value->flag ? "yes" : "no";
    case VALUE_WORD: case VALUE_TEXT: return value->text;
    case VALUE_REF: add_ref(&out, &value->ref); break;
    case VALUE_REFS:
        for (size_t i = 0; i < value->refs.n; i++) add_separated(&out, 0, value->refs.at[i].name);
        break;
    case VALUE_TYPE: return value->type.text;
    case VALUE_EXPR: return value->expr.text;
    case VALUE_KEYS: add_keys(&out, &value->keys); break;
    case VALUE_PAIRS:
        for (size_t i = 0; i < value->pairs.n; i++) {
            add_separated(&out, 0, value->pairs.at[i].name);
            buf_printf(&out, "=%s", value->pairs.at[i].value ? value->pairs.at[i].value : "");
        }
        break;
    case VALUE_LABELS:
        for (size_t i = 0; i < value->labels.n; i++) add_separated(&out, 0, value->labels.at[i].name);
        break;
    }
    return out.len ? out.text : NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *privileges_text(struct arena *arena, const struct object *object)
{
    struct buf out = buf_new(arena);
    const struct privileges *set = &object->privileges;
    const char **lines = ARENA_ARRAY(arena, const char *, set->n + 1);
    for (size_t i = 0; i < set->n; i++) {
        const struct privilege *one = &set->at[i];
        const char *role = str_eq(one->role, ROLE_OWNER) ? "its owner" : *one->role ? one->role : "public";
        lines[i] = arena_printf(arena, "%s%s%s%s to %s%s", one->name, one->column ? " (" : "", one->column ? one->column : "",
                                one->column ? ")" : "", role, one->grantable ? " with grant option" : "");
    }
    if (set->n > 1) qsort(lines, set->n, sizeof *lines, by_text);
    for (size_t i = 0; i < set->n; i++) add_separated(&out, 0, lines[i]);
    return out.len ? out.text : NULL;
}

/* ---- objects */

struct comparing {
    struct ctx *ctx;
    struct state_differences *differences;
};

static void compare_text(struct comparing *c, const struct object *object, const char *what, const char *expected, const char *found)
{
    if (str_eq(expected, found)) return;
    vec_push(c->ctx->arena, c->differences, ((struct state_difference){object, what, expected, found}));
}

/* A live flag is a hint of the reader's, such as a TOAST table that stays behind. */
static bool is_compared(const struct field *field)
{
    return field->means != INTENT && !(field->means == LIVE && field->type == VALUE_FLAG);
}

static void compare_object(struct comparing *c, const struct object *expected, const struct object *found)
{
    struct arena *arena = c->ctx->arena;
    for (size_t i = 0; i < expected->kind->n_fields; i++) {
        const struct field *field = &expected->kind->fields[i];
        if (!is_compared(field)) continue;
        compare_text(c, expected, field->word ? field->word : field->name, value_text(arena, field, &expected->values[i]),
                     value_text(arena, field, &found->values[i]));
    }
    compare_text(c, expected, "comment", expected->comment, found->comment);
    compare_text(c, expected, "owner", expected->owner, found->owner);
    compare_text(c, expected, "privileges", privileges_text(arena, expected), privileges_text(arena, found));
    if (expected->broken != found->broken) {
        compare_text(c, expected, "validity", expected->broken ? "invalid" : "valid", found->broken ? "invalid" : "valid");
    }
}

static struct map *by_path(struct ctx *ctx, const struct schema *schema)
{
    struct map *map = map_new(ctx->arena);
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *object = schema->all.at[i];
        map_put(map, arena_printf(ctx->arena, "%s %s", object->kind->name, object_path(ctx->arena, object)), (void *)object);
    }
    return map;
}

/* Of something that is missing with its parent, the parent is named. */
static void add_missing(struct comparing *c, const struct schema *from, const struct map *others, bool expected)
{
    struct map *missing = map_new(c->ctx->arena);
    for (size_t i = 0; i < from->all.n; i++) {
        const struct object *object = from->all.at[i];
        const char *key = arena_printf(c->ctx->arena, "%s %s", object->kind->name, object_path(c->ctx->arena, object));
        if (map_has(others, key)) continue;
        const struct object *parent = object->parent;
        map_put(missing, key, (void *)object);
        if (parent && map_has(missing, arena_printf(c->ctx->arena, "%s %s", parent->kind->name, object_path(c->ctx->arena, parent)))) continue;
        compare_text(c, object, NULL, expected ? "there" : NULL, expected ? NULL : "there");
    }
}

void state_compare(struct ctx *ctx, const struct schema *expected, const struct schema *found,
                   struct state_differences *differences)
{
    struct comparing c = {ctx, differences};
    const struct map *there = by_path(ctx, found), *wanted = by_path(ctx, expected);
    for (size_t i = 0; i < expected->all.n; i++) {
        const struct object *object = expected->all.at[i];
        const char *key = arena_printf(ctx->arena, "%s %s", object->kind->name, object_path(ctx->arena, object));
        const struct object *other = map_get(there, key);
        if (other) compare_object(&c, object, other);
    }
    add_missing(&c, expected, there, true);
    add_missing(&c, found, wanted, false);
}
