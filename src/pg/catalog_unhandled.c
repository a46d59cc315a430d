/* catalog_unhandled.c: what stands in the managed schemas and modelc has no kind or field for: named, never skipped
 * silently. */
#include <string.h>

#include "kind/exotic.h"
#include "pg/reader.h"

#define PLAIN(what, catalog, name, namespace, from, alias) \
    "SELECT '" catalog "'::regclass::int, " alias ".oid, 0, '" what "', n.nspname, " name ", NULL, NULL" \
    " FROM n JOIN " from " ON " namespace " = n.oid"
#define BELOW(what, sub, from) \
    "SELECT 1259, c.oid, 0, '" what "'::text, n.nspname, c.relname, " sub "::name, NULL::text" \
    " FROM n JOIN pg_class c ON c.relnamespace = n.oid JOIN " from

static const struct {
    int min_version;
    const char *present, *sql;
} parts[] = {
#define REPORTED(what, min_version, about, present, query) {min_version, present, query},
#include "pg/unhandled.def"
#undef REPORTED
};

enum { N_PARTS = sizeof parts / sizeof *parts };

void unhandled_present(struct buf *sql, int version)
{
    for (size_t i = 0; i < N_PARTS; i++) {
        if (parts[i].min_version > version) buf_add(sql, ", false");
        else buf_printf(sql, ", EXISTS (SELECT FROM %s)", parts[i].present);
    }
}

const char *unhandled_query(struct arena *arena, const struct rows *present, size_t column)
{
    struct buf sql = buf_new(arena);
    size_t n = 0;
    buf_add(&sql, "WITH n AS MATERIALIZED (SELECT oid, nspname FROM pg_namespace WHERE " SQL_MANAGED("oid") ")");
    for (size_t i = 0; i < N_PARTS; i++) {
        if (!str_eq(rows_get(present, 0, column + i), "t")) continue;
        buf_printf(&sql, "%s%s", n++ ? " UNION ALL " : " ", parts[i].sql);
    }
    buf_add(&sql, " ORDER BY 5, 6, 7, 8, 4");
    return n ? sql.text : NULL;
}

enum { ROW_CLASS, ROW_OID, ROW_SUB, ROW_WHAT, ROW_SCHEMA, ROW_NAME, ROW_PART, ROW_REST };

static const char *path_of(struct reader *reader, const struct rows *rows, size_t row)
{
    struct buf path = buf_new(reader->ctx->arena);
    const char *name = rows_get(rows, row, ROW_NAME), *part = rows_get(rows, row, ROW_PART);
    const char *rest = rows_get(rows, row, ROW_REST);
    if (name) sql_qname(&path, rows_get(rows, row, ROW_SCHEMA), name);
    if (part) {
        buf_addc(&path, '.');
        sql_ident(&path, part);
    }
    if (rest) buf_add(&path, rest);
    return path.text;
}

/* A constraint is also found by its index, whose comment is not the constraint's. */
static bool takes_comment(const struct object *object, unsigned class)
{
    return object && (class != CLASS_RELATION || object->kind->name_space != NAMES_CONSTRAINT);
}

void unhandled_rows(struct reader *reader, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        unsigned class = (unsigned)decode_oid(rows_get(rows, i, ROW_CLASS));
        unsigned sub = (unsigned)decode_oid(rows_get(rows, i, ROW_SUB));
        uint32_t oid = decode_oid(rows_get(rows, i, ROW_OID));
        const char *what = rows_get(rows, i, ROW_WHAT);
        bool orphan = what[0] == '?';
        if (oid_map_get(&reader->members, oid_key(class, oid, 0))) continue;
        if (orphan && takes_comment(oid_map_get(&reader->objects, oid_key(class, oid, sub)), class)) continue;
        struct unhandled unhandled = {.what = intern(reader->ctx->names, what + orphan),
                                      .path = path_of(reader, rows, i)};
        vec_push(reader->ctx->arena, &reader->schema->unhandled, unhandled);
    }
}
