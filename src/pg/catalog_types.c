/* catalog_types.c: the second round: names for the oids that the rows mentioned (types, collations, operators, what is
 * not managed). */
#include <stdlib.h>
#include <string.h>

#include "pg/reader.h"

/* "{1,2,3}" under construction, each number once. */
struct oid_list {
    struct buf text;
    struct oid_map seen;
};

static void list_init(struct oid_list *list, struct arena *arena)
{
    list->text = buf_new(arena);
    buf_addc(&list->text, '{');
    oid_map_init(&list->seen, arena);
}

static void list_add(struct oid_list *list, uint32_t oid)
{
    uint64_t key = oid_key(1, oid, 0);
    if (oid == 0 || oid_map_get(&list->seen, key)) return;
    oid_map_put(&list->seen, key, list);
    buf_separate(&list->text, "{", ",");
    buf_printf(&list->text, "%u", oid);
}

static void add_pending(const struct reader *reader, struct oid_list *list, unsigned class, bool columns)
{
    for (size_t i = 0; i < reader->pending.n; i++) {
        const struct pending *pending = &reader->pending.at[i];
        bool column = (pending->key & 0xffffu) != 0;
        if (pending->ref->to || pending->key >> 48 != class || column != columns) continue;
        list_add(list, (uint32_t)(pending->key >> 16));
    }
}

/* A reference to what was read later than the one that refers to it. */
static void resolve_known(struct reader *reader)
{
    for (size_t i = 0; i < reader->pending.n; i++) {
        struct pending *pending = &reader->pending.at[i];
        if (!pending->ref->to) pending->ref->to = reader_object(reader, pending->key);
        if (pending->ref->to) pending->ref->name = pending->ref->to->name;
    }
}

static const char *types_query(struct reader *reader)
{
    struct arena *arena = reader->ctx->arena;
    for (size_t i = 0; i < reader->keyed.n; i++) {
        const struct keyed *keyed = &reader->keyed.at[i];
        for (size_t j = 0; j < keyed->value->keys.n; j++) {
            if (keyed->raw[j].type) reader_type(reader, keyed->raw[j].type, -1);
        }
    }
    struct buf oids = buf_new(arena), mods = buf_new(arena);
    for (size_t i = 0; i < reader->types.n; i++) {
        buf_printf(&oids, "%s%u", i ? "," : "", reader->types.at[i]->oid);
        buf_printf(&mods, "%s%d", i ? "," : "", reader->types.at[i]->typmod);
    }
    return arena_printf(arena,
                        "SELECT format_type(u.o, u.m), t.typtype, t.typcollation, t.typbasetype,"
                        " CASE WHEN t.typlen = -1 THEN t.typelem ELSE 0 END, t.typstorage, coalesce(e.typrelid, t.typrelid),"
                        " %s FROM unnest('{%s}'::oid[], '{%s}'::int4[]) WITH ORDINALITY AS u(o, m, i)"
                        " LEFT JOIN pg_type t ON t.oid = u.o LEFT JOIN pg_type e ON e.typarray = t.oid ORDER BY u.i",
                        reader->conn->version >= 140000 ? "(SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid ="
                                                          " coalesce(e.oid, t.oid))" : "NULL",
                        oids.text, mods.text);
}

static const char *named(struct arena *arena, const char *select, const struct oid_list *list)
{
    return arena_printf(arena, "%s = ANY ('%s}'::oid[])", select, list->text.text);
}

static const char *collations_query(struct reader *reader)
{
    struct oid_list list;
    list_init(&list, reader->ctx->arena);
    for (size_t i = 0; i < reader->typed.n; i++) list_add(&list, reader->typed.at[i].collation);
    for (size_t i = 0; i < reader->keyed.n; i++) {
        const struct keyed *keyed = &reader->keyed.at[i];
        for (size_t j = 0; j < keyed->value->keys.n; j++) list_add(&list, keyed->raw[j].collation);
    }
    add_pending(reader, &list, CLASS_COLLATION, false);
    return named(reader->ctx->arena,
                 "SELECT c.oid, n.nspname, c.collname FROM pg_collation c"
                 " JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid",
                 &list);
}

static const char *operators_query(struct reader *reader)
{
    struct oid_list list;
    list_init(&list, reader->ctx->arena);
    for (size_t i = 0; i < reader->keyed.n; i++) {
        const struct keyed *keyed = &reader->keyed.at[i];
        for (size_t j = 0; j < keyed->value->keys.n; j++) list_add(&list, keyed->raw[j].operator);
    }
    return named(reader->ctx->arena,
                 "SELECT o.oid, n.nspname, o.oprname FROM pg_operator o"
                 " JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid",
                 &list);
}

static const char *pending_query(struct reader *reader, unsigned class, bool columns, const char *select)
{
    struct oid_list list;
    list_init(&list, reader->ctx->arena);
    add_pending(reader, &list, class, columns);
    return named(reader->ctx->arena, select, &list);
}

void lookup_queries(struct reader *reader, const char **sql)
{
    resolve_known(reader);
    sql[LOOKUP_TYPES] = types_query(reader);
    sql[LOOKUP_CLASSES] =
        "SELECT c.oid, c.opcmethod, n.nspname, c.opcname, c.opcintype, c.opcdefault, c.opckeytype FROM pg_opclass c"
        " JOIN pg_namespace n ON n.oid = c.opcnamespace";
    sql[LOOKUP_COLLATIONS] = collations_query(reader);
    sql[LOOKUP_OPERATORS] = operators_query(reader);
    sql[LOOKUP_RELATIONS] = pending_query(
        reader, CLASS_RELATION, false,
        "SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid");
    sql[LOOKUP_COLUMNS] =
        pending_query(reader, CLASS_RELATION, true,
                      "SELECT attrelid, NULL, attname, attnum FROM pg_attribute WHERE attnum > 0 AND attrelid");
    sql[LOOKUP_NAMESPACES] =
        pending_query(reader, CLASS_NAMESPACE, false, "SELECT oid, NULL, nspname FROM pg_namespace WHERE oid");
    sql[LOOKUP_BUILDING] =
        reader->any_broken ? "SELECT index_relid FROM pg_stat_progress_create_index WHERE datname = current_database()"
                           : "SELECT 0 WHERE false";
}

/* ---- answers */

static const char *storage_word(char code)
{
    switch (code) {
    case 'p': return "plain";
    case 'e': return "external";
    case 'x': return "extended";
    case 'm': return "main";
    default: return NULL;
    }
}

static void fill_type(struct reader *reader, struct known_type *type, const struct rows *rows, size_t row)
{
    struct arena *arena = reader->ctx->arena;
    const char *text = rows_get(rows, row, 0), *what = rows_get(rows, row, 1), *storage = rows_get(rows, row, 5);
    struct sql_error error;
    type->name.text = arena_strdup(arena, text ? text : "???");
    type->what = what ? *what : '\0';
    type->collation = decode_oid(rows_get(rows, row, 2));
    type->base = decode_oid(rows_get(rows, row, 3));
    type->element = decode_oid(rows_get(rows, row, 4));
    type->storage = storage ? storage_word(*storage) : NULL;
    if (!sql_type_parse(arena, type->name.text, &type->name.sql, &error))
        type->name.sql = (struct sql_type){.name = type->name.text};
    type->name.to = oid_map_get(&reader->objects, oid_key(CLASS_TYPE, type->element ? type->element : type->oid, 0));
    uint32_t relation = decode_oid(rows_get(rows, row, 6)), range = decode_oid(rows_get(rows, row, 7));
    if (range) type->name.to = oid_map_get(&reader->objects, oid_key(CLASS_TYPE, range, 0));
    else if (relation && !type->name.to) type->name.to = oid_map_get(&reader->objects, oid_key(CLASS_RELATION, relation, 0));
    type->name.multirange = range && type->name.to;
}

/* name -> ref by key; `column` 3, where there is one, is the sub-id. */
static void fill_names(struct reader *reader, const struct rows *rows, unsigned class, struct oid_map *names)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct ref *ref = ARENA_NEW(reader->ctx->arena, struct ref);
        const char *schema = rows_get(rows, i, 1);
        ref->schema = schema ? intern(reader->ctx->names, schema) : NULL;
        ref->name = intern(reader->ctx->names, rows_get(rows, i, 2));
        unsigned sub = rows->n_columns > 3 ? (unsigned)decode_oid(rows_get(rows, i, 3)) : 0;
        uint64_t key = oid_key(class, decode_oid(rows_get(rows, i, 0)), sub);
        if (class == CLASS_COLLATION) ref->to = oid_map_get(&reader->objects, key);
        oid_map_put(names, key, ref);
    }
}

static void set_name(const struct oid_map *names, uint64_t key, struct ref *ref)
{
    const struct ref *found = oid_map_get(names, key);
    if (found) *ref = *found;
}

/* A column's collation and storage count only where they differ from its type's. */
static void finish_typed(const struct oid_map *names, const struct typed *typed)
{
    struct object *object = typed->object;
    typed->value->type = typed->type->name;
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        struct value *value = &object->values[i];
        if (field->type == VALUE_REF && str_eq(field->refers, "collation") && typed->collation &&
            typed->collation != typed->type->collation) {
            value->set = true;
            set_name(names, oid_key(CLASS_COLLATION, typed->collation, 0), &value->ref);
        } else if (field->type == VALUE_WORD && str_eq(field->name, "storage") && value->set &&
                   str_eq(value->text, typed->type->storage)) {
            *value = (struct value){0};
        }
    }
}

static void finish_operators(struct reader *reader, const struct oid_map *names)
{
    for (size_t i = 0; i < reader->keyed.n; i++) {
        const struct keyed *keyed = &reader->keyed.at[i];
        for (size_t j = 0; j < keyed->value->keys.n; j++) {
            struct key *key = &keyed->value->keys.at[j];
            const struct ref *operator= oid_map_get(names, oid_key(1, keyed->raw[j].operator, 0));
            if (keyed->raw[j].operator&& operator) {
                key->operator_schema = operator->schema;
                key->operator_name = operator->name;
            }
            set_name(names, oid_key(CLASS_COLLATION, keyed->raw[j].collation, 0), &key->collation);
        }
    }
}

void lookup_answers(struct reader *reader, const struct rows *rows)
{
    struct oid_map names;
    oid_map_init(&names, reader->ctx->arena);
    for (size_t i = 0; i < reader->types.n && i < rows[LOOKUP_TYPES].n_rows; i++) {
        fill_type(reader, reader->types.at[i], &rows[LOOKUP_TYPES], i);
    }
    fill_names(reader, &rows[LOOKUP_COLLATIONS], CLASS_COLLATION, &names);
    fill_names(reader, &rows[LOOKUP_OPERATORS], 1, &names);
    fill_names(reader, &rows[LOOKUP_RELATIONS], CLASS_RELATION, &names);
    fill_names(reader, &rows[LOOKUP_COLUMNS], CLASS_RELATION, &names);
    fill_names(reader, &rows[LOOKUP_NAMESPACES], CLASS_NAMESPACE, &names);
    for (size_t i = 0; i < reader->arguments.n; i++) *reader->arguments.at[i].name = reader->arguments.at[i].type->name;
    for (size_t i = 0; i < reader->typed.n; i++) finish_typed(&names, &reader->typed.at[i]);
    for (size_t i = 0; i < reader->pending.n; i++) {
        if (!reader->pending.at[i].ref->to) set_name(&names, reader->pending.at[i].key, reader->pending.at[i].ref);
    }
    finish_operators(reader, &names);
    keys_resolve(reader, &rows[LOOKUP_CLASSES]);
    for (size_t i = 0; i < rows[LOOKUP_BUILDING].n_rows; i++) {
        struct object *index = oid_map_get(
            &reader->objects, oid_key(CLASS_RELATION, decode_oid(rows_get(&rows[LOOKUP_BUILDING], i, 0)), 0));
        if (index) index->building = true;
    }
}
