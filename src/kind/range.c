/* range.c: a range type: CREATE TYPE .. AS RANGE, in which whatever PostgreSQL would choose by itself is not said. */
#include "kind/kind.h"

#define FIELDS(F) STATEMENT_FIELD(F, RECREATE)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* The first half is the same for all versions. An option that repeats the default of its subtype is left out. */
#define RANGES(multirange) \
    "SELECT t.oid, t.typnamespace AS parent, t.typname AS name,\n" \
    "    'CREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) || ' AS RANGE (subtype = '\n" \
    "        || format_type(r.rngsubtype, NULL)\n" \
    "        || CASE WHEN o.opcdefault AND (o.opcintype = r.rngsubtype OR NOT EXISTS (SELECT FROM pg_opclass d\n" \
    "            WHERE d.opcmethod = o.opcmethod AND d.opcintype = r.rngsubtype AND d.opcdefault)) THEN ''\n" \
    "            ELSE ', subtype_opclass = ' || quote_ident(p.nspname) || '.' || quote_ident(o.opcname) END\n" \
    "        || coalesce((SELECT ', collation = ' || quote_ident(q.nspname) || '.' || quote_ident(l.collname)\n" \
    "            FROM pg_collation l JOIN pg_namespace q ON q.oid = l.collnamespace\n" \
    "            WHERE l.oid = r.rngcollation AND l.oid <> s.typcollation), '')\n" \
    "        || CASE WHEN r.rngcanonical <> 0 THEN ', canonical = ' || r.rngcanonical::regproc ELSE '' END\n" \
    "        || CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff::regproc ELSE '' END\n" \
    multirange \
    "        || ')' AS definition\n" \
    "FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace\n" \
    "    JOIN pg_type s ON s.oid = r.rngsubtype\n" \
    "    JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_namespace p ON p.oid = o.opcnamespace\n"
#define MANAGED "WHERE t.typnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

static const struct catalog_query queries[] = {
    {.min_version = 140000, .sql =
        RANGES(
        "        || CASE WHEN m.typnamespace = t.typnamespace AND m.typname = CASE\n"
        "            WHEN position('range' IN t.typname) > 0 THEN regexp_replace(t.typname, 'range', 'multirange')\n"
        "            ELSE t.typname || '_multirange' END THEN ''\n"
        "            ELSE ', multirange_type_name = ' || quote_ident(k.nspname) || '.' || quote_ident(m.typname) END\n")
        "    JOIN pg_type m ON m.oid = r.rngmultitypid JOIN pg_namespace k ON k.oid = m.typnamespace\n"
        MANAGED},
    {.min_version = 0, .sql = RANGES("") MANAGED},
    {0},
};

const struct kind kind_range = {
    .name = "range",
    .title = "range type",
    .noun = "TYPE",
    .parent = "schema",
    .word = "range",
    .name_space = NAMES_TYPE,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "typtypes WHERE typtype = 'r'",
    .calls = "function operator_class collation",
    .create = statement_create,
    .drop = statement_drop,
};
