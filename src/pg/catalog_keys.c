/* catalog_keys.c: which operator class and collation of an index element is the default, and so not said. PostgreSQL's
 * own rule (GetDefaultOpClass) where it is plain; where it isn't, pg_get_indexdef is asked for just those. */
#include <string.h>

#include "pg/reader.h"

enum {
    TYPE_TEXT = 25,
    TYPE_VARCHAR = 1043,
    TYPE_CIDR = 650,
    TYPE_INET = 869,
    TYPE_ANYARRAY = 2277,
    TYPE_ANYENUM = 3500,
    TYPE_ANYRANGE = 3831,
    TYPE_ANYMULTIRANGE = 4537,
    TYPE_RECORD = 2249,
    COLLATION_DEFAULT = 100
};

struct class {
    uint32_t oid, method, type, stored; /* stored: the type kept in the index where it isn't `type` */
    const char *schema, *name;
    bool is_default;
};

struct classes {
    struct class *at;
    size_t n;
    struct oid_map by_oid, by_type; /* by_type: the default class of (method, type) */
};

static void read_classes(struct reader *reader, const struct rows *rows, struct classes *classes)
{
    struct arena *arena = reader->ctx->arena;
    oid_map_init(&classes->by_oid, arena);
    oid_map_init(&classes->by_type, arena);
    classes->at = ARENA_ARRAY(arena, struct class, rows->n_rows + 1);
    classes->n = rows->n_rows;
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct class *class = &classes->at[i];
        *class = (struct class){.oid = decode_oid(rows_get(rows, i, 0)),
                                .method = decode_oid(rows_get(rows, i, 1)),
                                .schema = intern(reader->ctx->names, rows_get(rows, i, 2)),
                                .name = intern(reader->ctx->names, rows_get(rows, i, 3)),
                                .type = decode_oid(rows_get(rows, i, 4)),
                                .is_default = *rows_get(rows, i, 5) == 't',
                                .stored = decode_oid(rows_get(rows, i, 6))};
        oid_map_put(&classes->by_oid, oid_key(1, class->oid, 0), class);
        if (class->is_default) oid_map_put(&classes->by_type, (uint64_t) class->method << 32 | class->type, class);
    }
}

/* Whether values of `type` are taken by a class for `accepts` without a class of their own. */
static bool accepts(uint32_t takes, const struct known_type *type)
{
    switch (takes) {
    case TYPE_TEXT: return type->oid == TYPE_VARCHAR;
    case TYPE_INET: return type->oid == TYPE_CIDR;
    case TYPE_ANYARRAY: return type->element != 0;
    case TYPE_ANYENUM: return type->what == 'e';
    case TYPE_ANYRANGE: return type->what == 'r';
    case TYPE_ANYMULTIRANGE: return type->what == 'm';
    case TYPE_RECORD: return type->what == 'c';
    default: return false;
    }
}

enum verdict { SAID, NOT_SAID, UNSURE };

static enum verdict class_verdict(const struct classes *classes, const struct class *class,
                                  const struct known_type *type)
{
    if (!class->is_default) return SAID;
    if (!type) return UNSURE;
    const struct class *exact = oid_map_get(&classes->by_type, (uint64_t) class->method << 32 | type->oid);
    if (exact) return exact == class ? NOT_SAID : SAID;
    if (type->base && oid_map_get(&classes->by_type, (uint64_t) class->method << 32 | type->base) == class)
        return NOT_SAID;
    return accepts(class->type, type) ? NOT_SAID : UNSURE;
}

static const struct typed *typed_of(const struct reader *reader, const struct object *column)
{
    size_t low = 0, high = reader->typed.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reader->typed.at[middle].object->serial < column->serial) low = middle + 1;
        else high = middle;
    }
    return low < reader->typed.n && reader->typed.at[low].object == column ? &reader->typed.at[low] : NULL;
}

/* Only a column or a COLLATE can bring another collation into an expression than the database's. */
static bool may_derive_collation(const struct reader *reader, const struct object *table, const struct key *key)
{
    struct objects columns = {0};
    if (strstr(key->expr.text, "COLLATE ") || strstr(key->expr.text, "::name")) return true;
    table_columns(table, reader->ctx->arena, &columns);
    for (size_t i = 0; i < columns.n; i++) {
        const struct typed *typed = typed_of(reader, columns.at[i]);
        if (typed && typed->collation != 0 && typed->collation != COLLATION_DEFAULT) return true;
    }
    return false;
}

static enum verdict collation_verdict(const struct reader *reader, const struct keyed *keyed, const struct key *key,
                                      uint32_t collation, const struct typed *typed)
{
    if (collation == 0) return NOT_SAID;
    if (key->column) return typed && typed->collation == collation ? NOT_SAID : SAID;
    if (!key->expr.text) return NOT_SAID;
    if (collation == COLLATION_DEFAULT)
        return may_derive_collation(reader, keyed->object->parent, key) ? UNSURE : NOT_SAID;
    return UNSURE;
}

/* The opclass of an expression is sure only where the index stores the expression's own type. */
static const struct known_type *key_type(struct reader *reader, const struct class *class, const struct raw_key *raw,
                                         const struct typed *typed)
{
    if (typed) return typed->type;
    return raw->type && !class->stored ? reader_type(reader, raw->type, -1) : NULL;
}

static void resolve_key(struct reader *reader, const struct classes *classes, struct keyed *keyed, size_t i)
{
    struct key *key = &keyed->value->keys.at[i];
    const struct raw_key *raw = &keyed->raw[i];
    const struct typed *typed = key->column ? typed_of(reader, key->column) : NULL;
    const struct class *class = oid_map_get(&classes->by_oid, oid_key(1, raw->opclass, 0));
    enum verdict of_class = class ? class_verdict(classes, class, key_type(reader, class, raw, typed)) : UNSURE;
    enum verdict of_collation = collation_verdict(reader, keyed, key, raw->collation, typed);
    if (of_collation == NOT_SAID) key->collation = (struct ref){0};
    if (class && (of_class != NOT_SAID || key->opclass_options))
        key->opclass = (struct ref){.schema = class->schema, .name = class->name};
    if (of_class == UNSURE || of_collation == UNSURE) keyed->unsure = true;
}

void keys_resolve(struct reader *reader, const struct rows *rows)
{
    struct classes classes;
    read_classes(reader, rows, &classes);
    for (size_t i = 0; i < reader->keyed.n; i++) {
        struct keyed *keyed = &reader->keyed.at[i];
        for (size_t j = 0; j < keyed->value->keys.n; j++) resolve_key(reader, &classes, keyed, j);
    }
}

/* ---- the unsure ones */

const char *keys_query(struct reader *reader)
{
    struct buf oids = buf_new(reader->ctx->arena);
    for (size_t i = 0; i < reader->keyed.n; i++) {
        if (!reader->keyed.at[i].unsure) continue;
        buf_separate(&oids, "", ",");
        buf_printf(&oids, "%u", reader->keyed.at[i].index);
    }
    if (oids.len == 0) return NULL;
    return arena_printf(reader->ctx->arena,
                        "SELECT pg_get_indexdef(i) FROM unnest('{%s}'::oid[]) WITH ORDINALITY AS u(i, n) ORDER BY n",
                        oids.text);
}

/* The text between the first parentheses: CREATE INDEX i ON t USING gist (a, lower(b)) WITH .. */
static const char *elements_of(struct arena *arena, const char *definition)
{
    const char *start = NULL;
    int depth = 0;
    for (const char *at = definition; *at; at++) {
        if (*at == '\'' || *at == '"') {
            const char *close = strchr(at + 1, *at);
            if (!close) return NULL;
            at = close;
        } else if (*at == '(') {
            if (depth++ == 0) start = at;
        } else if (*at == ')' && --depth == 0) {
            return arena_strndup(arena, start + 1, (size_t)(at - start - 1));
        }
    }
    return NULL;
}

/* False where the deparser gave nothing: the index is gone. */
static bool answer(struct reader *reader, struct keyed *keyed, const char *definition)
{
    struct arena *arena = reader->ctx->arena;
    if (!definition) return false;
    const char *elements = elements_of(arena, definition);
    struct sql_keys parsed = {0};
    struct sql_error error;
    if (!elements || !sql_keys_parse(arena, SQL_KEYS, elements, &parsed, &error) || parsed.n != keyed->value->keys.n)
        return true;
    for (size_t i = 0; i < parsed.n; i++) {
        struct key *key = &keyed->value->keys.at[i];
        if (!parsed.at[i].opclass) key->opclass = (struct ref){0};
        if (!parsed.at[i].collation) key->collation = (struct ref){0};
    }
    return true;
}

void keys_answers(struct reader *reader, const struct rows *rows)
{
    size_t row = 0;
    for (size_t i = 0; i < reader->keyed.n; i++) {
        struct keyed *keyed = &reader->keyed.at[i];
        if (!keyed->unsure) continue;
        const char *definition = row < rows->n_rows ? rows_get(rows, row, 0) : NULL;
        row++;
        if (!answer(reader, keyed, definition)) reader->awaited++;
    }
}
