/* catalog_depend.c: what depends on what by pg_depend, down to columns, for what no field of a kind says: views, rules,
 * triggers, policies, routines, and whatever uses a routine, an operator or a type of the user's. */
#include "pg/reader.h"

/* A view's rule stands for the view, a default for its column (before 15 a generated column speaks for itself), a table in a publication for the publication, a row type for its
 * relation, an array for its element. */
const char *depend_query(void)
{
    return "SELECT CASE WHEN r.rulename = '_RETURN' OR a.oid IS NOT NULL THEN 1259 WHEN p.oid IS NOT NULL THEN 6104"
           " ELSE d.classid END,"
           " CASE WHEN r.rulename = '_RETURN' THEN r.ev_class WHEN a.oid IS NOT NULL THEN a.adrelid"
           " WHEN p.oid IS NOT NULL THEN p.prpubid ELSE d.objid END,"
           " CASE WHEN a.oid IS NOT NULL THEN a.adnum WHEN d.classid = 1259 THEN d.objsubid ELSE 0 END,"
           " CASE WHEN t.typrelid <> 0 THEN 1259 ELSE d.refclassid END,"
           " CASE WHEN t.typrelid <> 0 THEN t.typrelid WHEN t.typcategory = 'A' THEN t.typelem ELSE d.refobjid END,"
           " d.refobjsubid"
           " FROM pg_depend d"
           " LEFT JOIN pg_rewrite r ON d.classid = 2618 AND r.oid = d.objid"
           " LEFT JOIN pg_attrdef a ON d.classid = 2604 AND a.oid = d.objid"
           " LEFT JOIN pg_publication_rel p ON d.classid = 6106 AND p.oid = d.objid"
           " LEFT JOIN pg_type t ON d.refclassid = 1247 AND t.oid = d.refobjid"
           " WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a')"
           " AND (d.classid <> 6106 OR d.refobjsubid <> 0)" /* a table of a publication goes, and leaves it, by itself */
           " AND (d.classid IN (1255, 2617, 2616, 2618, 2620, 3256, 3381, 3466, 1417, 1418, 3600, 3602, 2605, 3576, 6106)"
           " OR d.refclassid IN (1255, 2617, 2616, 2753, 1417, 2328, 3600, 3601, 3602, 3764, 2612, 2601)"
           " OR d.classid = 1247 AND d.refclassid = 1247"
           " OR d.classid = 2604 AND d.refclassid = 1259 AND d.refobjid <> a.adrelid" /* DEFAULT 't'::regclass */
           " AND EXISTS (SELECT FROM pg_class k WHERE k.oid = d.refobjid AND k.relkind <> 'S'))";
}

static struct object *object_of(const struct reader *reader, const struct rows *rows, size_t row, size_t first)
{
    unsigned class = (unsigned)decode_oid(rows_get(rows, row, first)), sub = (unsigned)decode_oid(rows_get(rows, row, first + 2));
    uint32_t oid = decode_oid(rows_get(rows, row, first + 1));
    struct object *found = reader_object(reader, oid_key(class, oid, sub));
    if (found && object_is(found, "view_column")) return found->parent; /* it exists for what is said of it only */
    return found || !sub ? found : oid_map_get(&reader->objects, oid_key(class, oid, 0));
}

void depend_rows(struct reader *reader, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct object *object = object_of(reader, rows, i, 0), *used = object_of(reader, rows, i, 3);
        if (!object || !used || object == used || object->parent == used) continue;
        vec_push(reader->ctx->arena, &object->uses, used);
    }
}
