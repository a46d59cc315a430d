/* catalog.h: the live database as a schema. One snapshot, a fixed number of set-based queries, raw columns decoded here.
 *
 * Protocol of a kind's catalog queries (kind.h). A query is run under search_path = '', with the managed schemas' oids in the setting
 * modelc.schemas. One row per object, columns by name:
 *   oid     oid of the object, straight from a catalog's column (libpq tells which catalog's: that is the object's class)
 *   sub     attnum, for columns: then `oid` is the table's, and the objects' order goes by `sub`, not by name
 *   parent  oid of the parent (namespace of a table, table of a constraint); absent for roots and columns. Rows whose parent isn't
 *           managed are dropped, as are members of extensions
 *   name    its name; without this column, the rows only complete objects of that oid and sub (parts > 0 of kind.h)
 *   kind    where one query feeds several kinds: the kind's name
 *   also    oid of a second relation that describes the object (a constraint's index): rows of that oid complete it
 *   args    oids of a routine's input types or an operator's sides ("1 2", 0 for none): its arguments (object->args)
 *   tail    verbatim SQL behind its name: " USING btree"
 *   same    oid of another object (same_sub its attnum): where there is no name either, all that refers to this one means that one
 *   broken  t: an index that is not valid
 * and one column per field, named as the field (a field without a column stays unset; NULL and what equals `absent` is unset):
 *   FLAG t/f | WORD, TEXT, EXPR text ('' for an expression announces one that a later part brings; '' to the end means a deparser
 *   failed) | REF oid of the target, <field>_sub its attnum | REFS attnums "1 2" or "{1,2}" of the parent table (target_*: of the
 *   relation in field `table`); oids, where the field refers to a kind | TYPE oid, with column `typmod` | PAIRS text[] of k=v | LABELS text[] in order |
 *   KEYS from keys_attnums (indkey), keys_n (how many are keys, the rest feeds the field `include`), keys_classes, keys_options,
 *   keys_collations, keys_exprs (pg_get_expr of the list), keys_types (of the index's columns), keys_class_options, keys_method,
 *   keys_operators (exclude; oids). A column "a|b" feeds field a where a was announced, else b. A REF to a collation and a WORD
 *   `storage` that only repeat the object's type are unset.
 * Rows come in any order: objects are sorted by their path, columns by attnum. */
#ifndef MODELC_CATALOG_H
#define MODELC_CATALOG_H

#include "pg/conn.h"
#include "schema/schema.h"

struct catalog_options {
    const struct schema *models;      /* its schemas are managed; NULL: all but system schemas */
    const struct map *known;          /* "kind path" -> hash: schemas named here ("schema x") are managed, too; may be NULL */
    const char *state_schema;         /* modelc's own, left out */
};

/* Reads everything of the managed schemas (names only, of kinds that modelc doesn't handle yet: schema->unhandled), never extension
 * members, system objects, or modelc's own schema. In one REPEATABLE READ READ ONLY transaction, search_path = ''; read again
 * when the catalogs moved meanwhile (three times, then an error). NULL and diagnostics on failure.
 * The number of queries does not depend on the number of objects. */
struct schema *catalog_read(struct conn *conn, const struct catalog_options *options);

/* Rows of a table as the statistics or a bounded count see them, for risk lines; -1 unknown. */
long long catalog_rows(struct conn *conn, const struct object *table);

#endif
