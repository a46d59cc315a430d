/* aggregate.c: aggregates: ordinary, ordered-set and hypothetical-set ones, with all that they may say. */
#include "kind/routine.h"

#define FIELDS(F)             \
    STATEMENT_FIELD(F, ALTER) \
    SIGNATURE_FIELD(F)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* One line each, NULL where it is not said. */
#define SAYS(word, value) "E',\\n    " word " = ' || " value
#define FUNCTION(word, column) "coalesce(" SAYS(word, "nullif(" column "::oid, 0)::regproc") ", '')\n        || "
#define TYPE(word, column) "coalesce(" SAYS(word, "format_type(nullif(" column ", 0), NULL)") ", '')\n        || "
#define NUMBER(word, column) "coalesce(" SAYS(word, "nullif(" column ", 0)") ", '')\n        || "
#define LITERAL(word, column) "coalesce(" SAYS(word, "quote_literal(" column ")") ", '')\n        || "
#define FLAG(word, condition) "CASE WHEN " condition " THEN E',\\n    " word "' ELSE '' END\n        || "
#define MODIFIES(column) "CASE " column " WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END"
#define MODIFY(word, function, column) \
    "CASE WHEN " function "::oid = 0 OR " column " = CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END::\"char\"\n" \
    "        THEN '' ELSE " SAYS(word, MODIFIES(column)) " END\n" \
    "        || "

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT p.oid, p.pronamespace AS parent, p.proname AS name, p.proargtypes::text AS args,\n"
        "    'CREATE AGGREGATE ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '('\n"
        "        || CASE p.pronargs WHEN 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END\n"
        "        || E') (\\n    SFUNC = ' || a.aggtransfn\n"
        "        || E',\\n    STYPE = ' || format_type(a.aggtranstype, NULL) || "
        NUMBER("SSPACE", "a.aggtransspace")
        FUNCTION("FINALFUNC", "a.aggfinalfn")
        FLAG("FINALFUNC_EXTRA", "a.aggfinalextra")
        MODIFY("FINALFUNC_MODIFY", "a.aggfinalfn", "a.aggfinalmodify")
        FUNCTION("COMBINEFUNC", "a.aggcombinefn")
        FUNCTION("SERIALFUNC", "a.aggserialfn")
        FUNCTION("DESERIALFUNC", "a.aggdeserialfn")
        LITERAL("INITCOND", "a.agginitval")
        FUNCTION("MSFUNC", "a.aggmtransfn")
        FUNCTION("MINVFUNC", "a.aggminvtransfn")
        TYPE("MSTYPE", "a.aggmtranstype")
        NUMBER("MSSPACE", "a.aggmtransspace")
        FUNCTION("MFINALFUNC", "a.aggmfinalfn")
        FLAG("MFINALFUNC_EXTRA", "a.aggmfinalextra")
        MODIFY("MFINALFUNC_MODIFY", "a.aggmfinalfn", "a.aggmfinalmodify")
        LITERAL("MINITCOND", "a.aggminitval")
        "coalesce((SELECT " SAYS("SORTOP", "'OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')'") "\n"
        "            FROM pg_operator o JOIN pg_namespace s ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop),\n"
        "            '')\n        || "
        FLAG("PARALLEL = SAFE", "p.proparallel = 's'")
        FLAG("PARALLEL = RESTRICTED", "p.proparallel = 'r'")
        FLAG("HYPOTHETICAL", "a.aggkind = 'h'")
        "E'\\n)' AS definition,\n"
        "    " SQL_SIGNATURE("a.aggkind::text || a.aggnumdirectargs") " AS signature\n"
        "FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid JOIN pg_namespace n ON n.oid = p.pronamespace\n"
        "WHERE " SQL_MANAGED("p.pronamespace") "\n"
        "    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid AND d.deptype = 'e')"},
    {0},
};

/* ROUTINE, since AGGREGATE wants its arguments in another form where there are none. */
const struct kind kind_aggregate = {
    .name = "aggregate",
    .title = "aggregate",
    .noun = "ROUTINE",
    .parent = "schema",
    .word = "aggregate",
    .name_space = NAMES_OWN,
    .overloaded = true,
    .phase = PHASE_CODE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .calls = "function operator",
    .present = "pg_aggregate WHERE aggfnoid >= 16384",
    .create = statement_create,
    .alter = statement_replace,
    .drop = statement_drop,
    .must_recreate = routine_must_recreate,
    .describe_change = routine_describe_change,
};
