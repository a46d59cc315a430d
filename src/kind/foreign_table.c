/* foreign_table.c: a table whose rows live on a foreign server: all of it is one text. */
#include "kind/exotic.h"

#define FIELDS(F) SECRET_KEEPER(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* A partition has all of its columns and checks by itself and is attached afterwards: only this keeps its own order.
 * Else what is inherited is said by INHERITS. 1259 is pg_class. */
#define COLUMN(not_null) \
    "E',\\n    ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || " \
    SQL_OPTIONS_LIST("a.attfdwoptions", "") "\n" \
    "|| CASE WHEN a.attcollation IN (0, t.typcollation) THEN ''\n" \
    " ELSE ' COLLATE ' || a.attcollation::regcollation::text END\n" \
    "|| CASE WHEN e.value IS NULL THEN '' WHEN a.attgenerated = '' THEN ' DEFAULT ' || e.value\n" \
    " ELSE ' GENERATED ALWAYS AS (' || e.value || CASE a.attgenerated WHEN 's' THEN ') STORED' ELSE ') VIRTUAL'" \
    " END END\n" \
    "|| CASE WHEN a.attidentity = '' THEN '' ELSE (SELECT ' GENERATED '\n" \
    " || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY (SEQUENCE NAME '\n" \
    " || q.seqrelid::regclass::text || ' START ' || q.seqstart || ' INCREMENT ' || q.seqincrement\n" \
    " || ' MINVALUE ' || q.seqmin || ' MAXVALUE ' || q.seqmax || ' CACHE ' || q.seqcache\n" \
    " || CASE WHEN q.seqcycle THEN ' CYCLE)' ELSE ')' END\n" \
    " FROM pg_depend g JOIN pg_sequence q ON q.seqrelid = g.objid WHERE (g.classid, g.refclassid, g.refobjid,\n" \
    " g.refobjsubid, g.deptype) = (1259, 1259, c.oid, a.attnum, 'i')) END\n" \
    "|| CASE WHEN a.attnotnull THEN " not_null " ELSE '' END"
/* What only ALTER .. SET says of a column; an option of another program's making is none of ours. */
#define COLUMN_ALTERS \
    "ARRAY['STATISTICS ' || nullif(a.attstattarget, -1),\n" \
    " CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN\n" \
    " 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,\n" \
    " (SELECT '(' || string_agg(quote_ident(o.option_name) || ' = ' || o.option_value, ', ') || ')'\n" \
    " FROM pg_options_to_table(a.attoptions) o WHERE o.option_name ~ '^n_distinct')]"
#define COLUMNS(not_null) \
    "SELECT string_agg(CASE WHEN a.attislocal OR c.relispartition THEN " COLUMN(not_null) " END, ''\n" \
    " ORDER BY a.attnum) AS columns,\n" \
    "string_agg(y.alters, '' ORDER BY a.attnum) AS alters\n" \
    "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid\n" \
    "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum\n" \
    ", LATERAL (SELECT pg_get_expr(d.adbin, d.adrelid) AS value) e\n" \
    ", LATERAL (SELECT string_agg(E';\\nALTER FOREIGN TABLE ONLY ' || x.named || ' ALTER COLUMN '\n" \
    " || quote_ident(a.attname) || ' SET ' || u.setting, '' ORDER BY u.n) AS alters\n" \
    " FROM unnest(" COLUMN_ALTERS ") WITH ORDINALITY AS u (setting, n)) y\n" \
    "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
#define QUERY(not_null) \
    "SELECT c.oid, c.relnamespace AS parent, c.relname AS name,\n" \
    "'CREATE FOREIGN TABLE ' || x.named || ' (' || ltrim(concat(l.columns, k.checks), ',') || E'\\n)'\n" \
    "|| CASE WHEN c.relispartition THEN '' ELSE coalesce(E'\\nINHERITS (' || i.parents || ')', '') END\n" \
    "|| E'\\nSERVER ' || quote_ident(s.srvname) || " SQL_OPTIONS_TEXT("f.ftoptions") " || coalesce(l.alters, '')\n" \
    "|| CASE WHEN c.relispartition THEN E';\\nALTER TABLE ONLY ' || i.parents || ' ATTACH PARTITION ' || x.named ||" \
    " ' '\n" \
    " || pg_get_expr(c.relpartbound, c.oid) ELSE '' END AS definition\n" \
    "FROM pg_class c JOIN pg_foreign_table f ON f.ftrelid = c.oid\n" \
    "JOIN pg_foreign_server s ON s.oid = f.ftserver, LATERAL (SELECT c.oid::regclass::text AS named) x\n" \
    ", LATERAL (SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) AS parents\n" \
    " FROM pg_inherits h WHERE h.inhrelid = c.oid) i\n" \
    ", LATERAL (SELECT string_agg(E',\\n    CONSTRAINT ' || quote_ident(k.conname) || ' '\n" \
    " || pg_get_constraintdef(k.oid), '' ORDER BY k.conname COLLATE \"C\") AS checks FROM pg_constraint k\n" \
    " WHERE k.conrelid = c.oid AND k.contype = 'c' AND (k.conislocal OR c.relispartition)) k\n" \
    ", LATERAL (" COLUMNS(not_null) ") l WHERE c.relkind = 'f' AND " SQL_MANAGED("c.relnamespace")

static const struct catalog_query queries[] = {
    /* From 18 on a NOT NULL has a name. */
    {.min_version = 180000, .sql =
        QUERY("coalesce((SELECT ' CONSTRAINT ' || quote_ident(m.conname) FROM pg_constraint m\n"
              "    WHERE m.conrelid = c.oid AND m.contype = 'n' AND m.conkey = ARRAY[a.attnum]), '') || ' NOT NULL'")},
    {.min_version = 0, .sql = QUERY("' NOT NULL'")},
    {.part = 1, .min_version = 0, .sql =
        "SELECT f.ftrelid AS oid, " SQL_SECRETS("f.ftoptions") " AS secrets\n"
        "FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid WHERE " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_foreign_table = {
    .name = "foreign_table",
    .title = "foreign table",
    .noun = "FOREIGN TABLE",
    .parent = "schema",
    .word = "foreign table",
    .name_space = NAMES_RELATION,
    .phase = PHASE_TABLES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_foreign_table",
    .calls = "server table foreign_table collation enum domain composite range base_type sequence function",
    .create = secret_create,
    .drop = statement_drop,
};
