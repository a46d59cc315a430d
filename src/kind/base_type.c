/* base_type.c: a type with input and output functions of its own, or the shell of one. Its functions need the type and
 * the type needs its functions: a shell comes first, then they, then the whole. */
#include "kind/kind.h"

#define FIELDS(F) STATEMENT_FIELD(F, RECREATE)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

/* The shell is made at once, without waiting for anything. */
static void create(const struct object *type, struct ops *ops)
{
    struct sql_texts statements = {0};
    struct sql_error error;
    const char *text = type->values[F_definition].expr.text;
    if (!sql_split(ops->ctx->arena, text, &statements, &error)) vec_push(ops->ctx->arena, &statements, text);
    if (!sql_is_shell(ops->ctx->arena, statements.at[0])) {
        op_addf(ops, PHASE_ASIDE, "CREATE TYPE %s", sql_object_str(ops->ctx->arena, type));
    }
    for (size_t i = 0; i < statements.n; i++) {
        op_add_user(ops, sql_is_shell(ops->ctx->arena, statements.at[i]) ? PHASE_ASIDE : PHASE_TYPES, type, statements.at[i]);
    }
}

/* Its functions can only go along with it, by CASCADE: which must take nothing else, least of all a column with its values. */
static void guard_users(const char *name, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    op_addf(ops, PHASE_DROP,
            "DO $check$\n"
            "DECLARE\n"
            "  user_of_it text := (SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)\n"
            "      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_depend d ON d.refobjid IN (t.oid, t.typarray)\n"
            "      WHERE t.oid = pg_catalog.to_regtype(%s) AND d.refclassid = 'pg_catalog.pg_type'::regclass AND d.deptype IN ('n', 'a')\n"
            "      AND NOT (d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid IN (t.typinput, t.typoutput, t.typreceive,\n"
            "          t.typsend, t.typmodin, t.typmodout, t.typanalyze)) LIMIT 1);\n"
            "BEGIN\n"
            "  IF user_of_it IS NOT NULL THEN\n"
            "    RAISE EXCEPTION 'type %% can''t be dropped: %% uses it', %s, user_of_it;\n"
            "  END IF;\n"
            "END\n"
            "$check$", sql_literal_str(arena, name), sql_literal_str(arena, name))->group = 1;
}

static void drop(const struct object *type, struct ops *ops)
{
    bool shell = sql_is_shell(ops->ctx->arena, type->values[F_definition].expr.text);
    const char *name = sql_object_str(ops->ctx->arena, type);
    if (!shell) guard_users(name, ops);
    op_addf(ops, PHASE_DROP, "DROP TYPE %s%s%s", drop_if(ops), name, shell ? "" : " CASCADE")->group = 1;
}

#define FUNCTION(option, column) \
    "        || CASE WHEN t." column " <> 0 THEN ', " option " = ' || t." column "::regproc ELSE '' END\n"
#define BASE_TYPES(subscript) \
    "SELECT t.oid, t.typnamespace AS parent, t.typname AS name,\n" \
    "    'CREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname) || CASE WHEN t.typisdefined THEN\n" \
    "        E';\\nCREATE TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname)\n" \
    "        || ' (INPUT = ' || t.typinput::regproc || ', OUTPUT = ' || t.typoutput::regproc\n" \
    FUNCTION("RECEIVE", "typreceive") FUNCTION("SEND", "typsend") FUNCTION("TYPMOD_IN", "typmodin") \
    FUNCTION("TYPMOD_OUT", "typmodout") FUNCTION("ANALYZE", "typanalyze") subscript \
    "        || ', INTERNALLENGTH = ' || CASE WHEN t.typlen = -1 THEN 'VARIABLE' ELSE t.typlen::text END\n" \
    "        || CASE WHEN t.typbyval THEN ', PASSEDBYVALUE' ELSE '' END\n" \
    "        || ', ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4'\n" \
    "            ELSE 'double' END\n" \
    "        || ', STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'\n" \
    "            WHEN 'x' THEN 'extended' ELSE 'main' END\n" \
    "        || CASE WHEN t.typcategory <> 'U' THEN ', CATEGORY = ' || quote_literal(t.typcategory::text)\n" \
    "            ELSE '' END\n" \
    "        || CASE WHEN t.typispreferred THEN ', PREFERRED = true' ELSE '' END\n" \
    "        || coalesce(', DEFAULT = ' || quote_literal(t.typdefault), '')\n" \
    "        || CASE WHEN t.typelem <> 0 THEN ', ELEMENT = ' || format_type(t.typelem, NULL) ELSE '' END\n" \
    "        || CASE WHEN t.typdelim <> ',' THEN ', DELIMITER = ' || quote_literal(t.typdelim::text) ELSE '' END\n" \
    "        || CASE WHEN t.typcollation <> 0 THEN ', COLLATABLE = true' ELSE '' END || ')'\n" \
    "        ELSE '' END AS definition\n" \
    "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace\n" \
    "WHERE (t.typtype = 'p' OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))\n" \
    "    AND t.typnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"

static const struct catalog_query queries[] = {
    {.min_version = 140000, .sql = BASE_TYPES(FUNCTION("SUBSCRIPT", "typsubscript"))},
    {.min_version = 0, .sql = BASE_TYPES("")},
    {0},
};

const struct kind kind_base_type = {
    .name = "base_type",
    .title = "base type",
    .noun = "TYPE",
    .parent = "schema",
    .word = "base type",
    .name_space = NAMES_TYPE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "typtypes WHERE typtype IN ('b', 'p')",
    .calls = "function",
    .create = create,
    .drop = drop,
};
