/* transform.c: how values of a type look inside a procedural language. */
#include <string.h>

#include "kind/exotic.h"

#define FIELDS(F) DEFINITION_ONLY(F)

static const struct field fields[] = {FIELDS(FIELD_ROW)};

const char *transform_language(const struct object *object)
{
    const char *language = NULL;
    if (!object_is(object, "transform")) return NULL;
    for (const char *at = object->name; (at = strstr(at, " LANGUAGE ")); at++) language = at;
    return language;
}

static void spell(struct buf *buf, const struct object *object)
{
    buf_add(buf, "FOR ");
    sql_type(buf, &object->args.at[0]);
    buf_add(buf, transform_language(object));
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT t.oid, x.named AS name, t.trftype::text AS args, 'CREATE TRANSFORM ' || x.named || ' ('\n"
        "    || concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure::text,\n"
        "        'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure::text) || ')' AS definition\n"
        "FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang\n"
        "    CROSS JOIN LATERAL (SELECT 'FOR ' || " SQL_TYPE_NAME("t.trftype") " || ' LANGUAGE ' ||"
        " quote_ident(l.lanname)"
        " AS named) x\n"
        "WHERE t.oid >= 16384 AND " SQL_CONCERNS("SELECT y.typnamespace FROM pg_type y WHERE y.oid = t.trftype"
        " UNION ALL SELECT p.pronamespace FROM pg_proc p WHERE p.oid IN (t.trffromsql, t.trftosql)")},
    {0},
};

const struct kind kind_transform = {
    .name = "transform",
    .title = "transform",
    .noun = "TRANSFORM",
    .word = "transform",
    .name_space = NAMES_OWN,
    .verbatim = true,
    .spell = spell,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_transform",
    .calls = "function language",
    .create = statement_create,
    .drop = statement_drop,
};
