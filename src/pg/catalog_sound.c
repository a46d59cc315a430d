/* catalog_sound.c: whether the server's answers can be true, before anything relies on them. A server that lies, or a catalog that is
 * damaged, is an error here and never a crash later. */
#include <string.h>

#include <libpq-fe.h>

#include "base/graph.h"
#include "pg/reader.h"

static const struct span nowhere = {0, 0};

bool catalog_unsound(struct reader *reader, const char *what, const char *of)
{
    struct diag *diag = diag_add(reader->ctx, D_SERVER, nowhere, "the database's catalog makes no sense: %s%s%s", what, of ? ": " : "",
                                 of ? of : "");
    diag_mend(reader->ctx, diag, "mend", "have the server checked (pg_amcheck): its catalog may be damaged");
    return false;
}

/* ---- answers */

static bool unreadable(struct reader *reader, const char *text, size_t len)
{
    struct diag *diag = diag_add(reader->ctx, D_SERVER, nowhere, "a name or text in the database's catalog is not UTF-8: %s",
                                 arena_strndup(reader->ctx->arena, text, str_utf8_valid(text, len)));
    diag_mend(reader->ctx, diag, "mend", "models are UTF-8: rename it, or make the database again with that encoding (it may be SQL_ASCII)");
    return false;
}

static bool cells_sound(struct reader *reader, const struct rows *rows, size_t row)
{
    for (size_t column = 0; column < rows->n_columns; column++) {
        const char *text = rows_get(rows, row, column);
        size_t len = text ? strlen(text) : 0;
        if (text && str_utf8_valid(text, len) < len) return unreadable(reader, text, len);
    }
    return true;
}

bool rows_sound(struct reader *reader, const struct rows *rows, const char *shape, const char *what)
{
    size_t wanted = strlen(shape);
    if (rows->n_rows && rows->n_columns < wanted) return catalog_unsound(reader, "columns are missing", what);
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (!cells_sound(reader, rows, row)) return false;
        for (size_t column = 0; column < wanted; column++) {
            if (shape[column] == '!' && !rows_get(rows, row, column)) return catalog_unsound(reader, "a NULL", what);
        }
    }
    return true;
}

bool kind_rows_sound(struct reader *reader, const struct kind *kind, const struct rows *rows)
{
    int oid = rows_column(rows, "oid");
    if (rows->n_rows && oid < 0) return catalog_unsound(reader, "columns are missing", kind->title);
    for (size_t row = 0; row < rows->n_rows; row++) {
        if (!cells_sound(reader, rows, row)) return false;
        if (!rows_get(rows, row, (size_t)oid)) return catalog_unsound(reader, "a NULL", kind->title);
    }
    return true;
}

/* ---- objects */

/* What no object of a kind that has such a field is without. */
static bool is_needed(const struct object *object, const struct field *field)
{
    static const struct { const char *name; enum value_type type; } needed[] = {
        {"definition", VALUE_EXPR}, {"type", VALUE_TYPE},           {"keys", VALUE_KEYS},
        {"columns", VALUE_REFS},    {"target_columns", VALUE_REFS}, {"table", VALUE_REF},   {"expression", VALUE_EXPR},
        {"start", VALUE_TEXT},      {"increment", VALUE_TEXT},      {"minimum", VALUE_TEXT}, {"maximum", VALUE_TEXT},    {"cache", VALUE_TEXT},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (field->type == needed[i].type && str_eq(field->name, needed[i].name)) {
            return field->means != LIVE && !object_is(object, "view_column");
        }
    }
    return false;
}

static bool ref_sound(const struct ref *ref)
{
    return ref->to || ref->name;
}

static bool refs_sound(const struct refs *refs)
{
    for (size_t i = 0; i < refs->n; i++) {
        if (!ref_sound(&refs->at[i])) return false;
    }
    return true;
}

static bool keys_sound(const struct keys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (!keys->at[i].column && !keys->at[i].expr.text) return false;
    }
    return keys->n > 0;
}

static bool value_sound(const struct field *field, const struct value *value)
{
    switch (field->type) {
    case VALUE_REF: return ref_sound(&value->ref);
    case VALUE_REFS: return refs_sound(&value->refs);
    case VALUE_KEYS: return keys_sound(&value->keys);
    case VALUE_TYPE: return value->type.text != NULL;
    default: return true;
    }
}

static bool values_sound(struct reader *reader, const struct object *object)
{
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        const struct value *value = &object->values[i];
        if (value->set ? value_sound(field, value) : !is_needed(object, field)) continue;
        struct arena *arena = reader->ctx->arena;
        return catalog_unsound(reader, arena_printf(arena, "%s of %s", field->name, object->kind->title), object_shown(arena, object));
    }
    return true;
}

/* ---- what is made of what */

/* A relation comes after its parents; what has a type comes after that type, and what it is part of, too. */
static void made_of(struct graph *graph, const struct object *object, const struct object *part)
{
    if (part) graph_edge(graph, part->serial, object->serial);
}

static void add_edges(struct graph *graph, const struct object *object)
{
    bool of_type = object_is(object, "attribute") || object_is(object, "column");
    const struct object *whole = of_type ? object->parent : object;
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct field *field = &object->kind->fields[i];
        const struct value *value = &object->values[i];
        if (field->type == VALUE_TYPE && value->set) made_of(graph, whole, value->type.to);
        if (!object_is(object, "table") || !value->set) continue;
        if (field->type == VALUE_REF) made_of(graph, object, value->ref.to);
        for (size_t j = 0; field->type == VALUE_REFS && j < value->refs.n; j++) made_of(graph, object, value->refs.at[j].to);
    }
}

/* A table that is its own parent; larger circles are the graph's to find. */
static bool is_own_parent(const struct object *object)
{
    if (!object_is(object, "table")) return false;
    const struct refs *parents = &object_get(object, "inherits")->refs;
    if (object_get(object, "partition_of")->ref.to == object) return true;
    for (size_t i = 0; i < parents->n; i++) {
        if (parents->at[i].to == object) return true;
    }
    return false;
}

static bool by_number(const void *arg, size_t a, size_t b)
{
    (void)arg;
    return a < b;
}

static bool circles_sound(struct reader *reader)
{
    const struct objects *all = &reader->schema->all;
    struct graph *graph = graph_new(reader->ctx->arena, all->n);
    size_t *order = ARENA_ARRAY(reader->ctx->arena, size_t, all->n + 1), *cycle = ARENA_ARRAY(reader->ctx->arena, size_t, all->n + 1), n;
    for (size_t i = 0; i < all->n; i++) add_edges(graph, all->at[i]);
    if (graph_sort(graph, by_number, NULL, order, cycle, &n)) return true;
    return catalog_unsound(reader, "made of itself", object_shown(reader->ctx->arena, all->at[cycle[0]]));
}

bool schema_sound(struct reader *reader)
{
    const struct objects *all = &reader->schema->all;
    for (size_t i = 0; i < all->n; i++) {
        bool part = object_get(all->at[i], "partition_of")->set;
        if (!values_sound(reader, all->at[i])) return false;
        if (part && !object_get(all->at[i], "bound")->set) return catalog_unsound(reader, "a partition of nothing", all->at[i]->name);
        if (is_own_parent(all->at[i])) return catalog_unsound(reader, "made of itself", object_shown(reader->ctx->arena, all->at[i]));
    }
    return circles_sound(reader);
}
