/* cast.c: a cast that somebody made: those of range types come with them. */
#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void spell(struct buf *buf, const struct object *object)
{
    buf_addc(buf, '(');
    sql_type(buf, &object->args.at[0]);
    buf_add(buf, " AS ");
    sql_type(buf, &object->args.at[1]);
    buf_addc(buf, ')');
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT c.oid, x.named AS name, c.castsource || ' ' || c.casttarget AS args, 'CREATE CAST ' || x.named\n"
        "    || CASE c.castmethod WHEN 'f' THEN ' WITH FUNCTION ' || c.castfunc::regprocedure::text\n"
        "        WHEN 'i' THEN ' WITH INOUT' ELSE ' WITHOUT FUNCTION' END\n"
        "    || CASE c.castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' ELSE '' END AS"
        " definition\n"
        "FROM pg_cast c CROSS JOIN LATERAL (SELECT '(' || " SQL_TYPE_NAME("c.castsource") " || ' AS ' || "
        SQL_TYPE_NAME("c.casttarget") " || ')' AS named) x\n"
        "WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND"
        " d.objid = c.oid\n"
        "        AND d.deptype = 'i')\n"
        "    AND " SQL_CONCERNS("SELECT t.typnamespace FROM pg_type t WHERE t.oid IN (c.castsource, c.casttarget)"
        " UNION ALL SELECT p.pronamespace FROM pg_proc p WHERE p.oid = c.castfunc")},
    {0},
};

const struct kind kind_cast = {
    .name = "cast",
    .title = "cast",
    .noun = "CAST",
    .word = "cast",
    .name_space = NAMES_OWN,
    .verbatim = true,
    .spell = spell,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_cast WHERE oid >= 16384",
    .calls = "function",
    .create = statement_create,
    .drop = statement_drop,
};
