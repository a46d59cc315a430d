/* collation.c: collations: their provider, locale and rules, but not the version that the provider had when they were
 * made. */
#include "kind/routine.h"

#define FIELDS(F) STATEMENT_FIELD(F, RECREATE)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* One that is for another encoding can't be used here, though its name may be the same. libc has two locales, which
 * may differ. */
#define COLLATIONS(locale, more) \
    "SELECT c.oid, c.collnamespace AS parent, c.collname AS name,\n" \
    "    'CREATE COLLATION ' || quote_ident(n.nspname) || '.' || quote_ident(c.collname) || ' (provider = '\n" \
    "        || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc'\n" \
    "            ELSE 'default' END\n" \
    "        || CASE WHEN c.collprovider <> 'c' THEN coalesce(', locale = ' || quote_literal(" locale "), '')\n" \
    "            WHEN c.collcollate = c.collctype THEN ', locale = ' || quote_literal(c.collcollate)\n" \
    "            ELSE ', lc_collate = ' || quote_literal(c.collcollate)\n" \
    "                || ', lc_ctype = ' || quote_literal(c.collctype) END\n" \
    "        || CASE WHEN c.collisdeterministic THEN '' ELSE ', deterministic = false' END" more "\n" \
    "        || ')' AS definition\n" \
    "FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace\n" \
    "WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))\n" \
    "    AND " SQL_MANAGED("c.collnamespace")
#define RULES "\n        || coalesce(', rules = ' || quote_literal(c.collicurules), '')"

static const struct catalog_query queries[] = {
    {.min_version = 170000, .sql = COLLATIONS("c.colllocale", RULES)},
    {.min_version = 160000, .sql = COLLATIONS("c.colliculocale", RULES)},
    {.min_version = 150000, .sql = COLLATIONS("c.colliculocale", "")},
    {.min_version = 0, .sql = COLLATIONS("c.collcollate", "")},
    {0},
};

const struct kind kind_collation = {
    .name = "collation",
    .title = "collation",
    .noun = "COLLATION",
    .parent = "schema",
    .word = "collation",
    .name_space = NAMES_OWN,
    .phase = PHASE_TYPES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_collation WHERE oid >= 16384",
    .create = statement_create,
    .drop = statement_drop,
};
