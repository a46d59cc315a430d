/* sizes_settle.c: what a statement's text leaves open, the types and functions of the database tell: whether it writes a table anew. */
#include "kind/kind.h"
#include "pg/sizes.h"
#include "sql/quote.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

/* The present type of %1 (relation) . %2 (column) and type %3, less the domains around them: both as text, whether they are one type,
 * whether a cast leaves the values as they are, and whether a domain around the new one has rules of its own. */
static const char types_query[] =
    "WITH RECURSIVE given (side, oid, mod) AS (\n"
    "    SELECT 1, a.atttypid, a.atttypmod FROM pg_attribute a\n"
    "     WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND NOT a.attisdropped\n"
    "    UNION ALL SELECT 2, to_regtype($3)::oid, -1 WHERE to_regtype($3) IS NOT NULL),\n"
    "chain (side, oid, mod, ruled) AS (\n"
    "    SELECT side, oid, mod, false FROM given\n"
    "    UNION ALL\n"
    "    SELECT side, t.typbasetype, t.typtypmod,\n"
    "           chain.ruled OR t.typnotnull OR EXISTS (SELECT FROM pg_constraint WHERE contypid = t.oid AND contype = 'c')\n"
    "      FROM chain JOIN pg_type t ON t.oid = chain.oid WHERE t.typtype = 'd'),\n"
    "base AS (SELECT chain.* FROM chain JOIN pg_type t ON t.oid = chain.oid WHERE t.typtype <> 'd')\n"
    "SELECT format_type(o.oid, o.mod), format_type(n.oid, n.mod), o.oid = n.oid,\n"
    "       EXISTS (SELECT FROM pg_cast WHERE castsource = o.oid AND casttarget = n.oid AND castmethod = 'b'),\n"
    "       n.ruled, (SELECT count(DISTINCT oid) = 1 FROM given), n.oid = to_regtype($3)\n"
    "  FROM base o JOIN base n ON o.side = 1 AND n.side = 2";

/* Whether type $1 is a domain with rules. */
static const char domain_query[] =
    "WITH RECURSIVE chain (oid) AS (\n"
    "    SELECT to_regtype($1)::oid WHERE to_regtype($1) IS NOT NULL\n"
    "    UNION ALL SELECT t.typbasetype FROM chain JOIN pg_type t ON t.oid = chain.oid WHERE t.typtype = 'd')\n"
    "SELECT bool_or(t.typtype = 'd' AND\n"
    "               (t.typnotnull OR EXISTS (SELECT FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c')))\n"
    "  FROM chain JOIN pg_type t ON t.oid = chain.oid";

/* Whether any function called $2 (in schema $1, which may be NULL) is volatile. */
static const char function_query[] =
    "SELECT bool_or(p.provolatile = 'v') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace\n"
    " WHERE p.proname = $2 AND ($1::text IS NULL OR n.nspname = $1)";

static const char *regclass(struct arena *arena, const char *schema, const char *name)
{
    return schema ? sql_qname_str(arena, schema, name) : sql_ident_str(arena, name);
}

static enum answer of_bool(const char *text)
{
    return !text ? ANSWER_UNKNOWN : str_eq(text, "t") ? ANSWER_YES : ANSWER_NO;
}

static enum answer ask(struct conn *conn, const char *sql, size_t n, const char *const *values)
{
    struct rows rows;
    struct server_error error;
    if (!conn_query_params(conn, sql, n, values, &rows, &error)) return ANSWER_UNKNOWN;
    enum answer answer = of_bool(rows.n_rows ? rows_get(&rows, 0, 0) : NULL);
    rows_free(&rows);
    return answer;
}

static bool read_type(struct arena *arena, const char *text, struct type_name *type)
{
    struct sql_error error;
    *type = (struct type_name){.text = text};
    return text && sql_type_parse(arena, text, &type->sql, &error);
}

/* PostgreSQL's own types by our rule, as it takes limits into account; others by their casts. */
static enum answer compare(struct arena *arena, const struct rows *rows, const char *written)
{
    struct type_name old, new;
    bool one = of_bool(rows_get(rows, 0, 2)) == ANSWER_YES, binary = of_bool(rows_get(rows, 0, 3)) == ANSWER_YES;
    bool ruled = of_bool(rows_get(rows, 0, 4)) == ANSWER_YES, same = of_bool(rows_get(rows, 0, 5)) == ANSWER_YES;
    bool plain = of_bool(rows_get(rows, 0, 6)) == ANSWER_YES; /* no domain: its limits stand in the statement alone */
    if (ruled) return same ? ANSWER_NO : ANSWER_YES;
    if (!read_type(arena, rows_get(rows, 0, 0), &old)) return ANSWER_UNKNOWN;
    if (!read_type(arena, plain ? written : rows_get(rows, 0, 1), &new)) return ANSWER_UNKNOWN;
    if (str_eq(old.sql.schema, "pg_catalog") && str_eq(new.sql.schema, "pg_catalog")) {
        return type_change_rewrites(&old, &new) ? ANSWER_YES : ANSWER_NO;
    }
    if (one) return str_eq(old.sql.mods, new.sql.mods) || !new.sql.mods ? ANSWER_NO : ANSWER_YES;
    return binary && !new.sql.mods ? ANSWER_NO : ANSWER_YES;
}

static enum answer settle_type(struct conn *conn, const struct relation_effect *at, const struct rewrite_doubt *doubt)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *const values[] = {regclass(arena, at->schema, at->name), doubt->column, doubt->type};
    if (!conn_query_params(conn, types_query, 3, values, &rows, &error)) return ANSWER_UNKNOWN;
    enum answer answer = rows.n_rows ? compare(arena, &rows, doubt->type) : ANSWER_UNKNOWN;
    rows_free(&rows);
    return answer;
}

static enum answer settle_added(struct conn *conn, const struct rewrite_doubt *doubt)
{
    const char *const function[] = {doubt->function_schema, doubt->function};
    enum answer domain = ask(conn, domain_query, 1, &doubt->type);
    enum answer called = doubt->function ? ask(conn, function_query, 2, function) : ANSWER_NO;
    if (domain == ANSWER_YES || called == ANSWER_YES) return ANSWER_YES;
    return domain == ANSWER_UNKNOWN ? domain : called;
}

static void settle(struct conn *conn, struct relation_effect *at)
{
    enum answer worst = ANSWER_NO;
    for (size_t i = 0; i < at->doubts.n && worst != ANSWER_YES; i++) {
        const struct rewrite_doubt *doubt = &at->doubts.at[i];
        enum answer one = doubt->added ? settle_added(conn, doubt) : settle_type(conn, at, doubt);
        if (one != ANSWER_NO) worst = one;
    }
    if (worst == ANSWER_UNKNOWN) return;
    at->work &= ~(unsigned)WORK_MAY_REWRITE;
    if (worst == ANSWER_YES) at->work |= WORK_REWRITE;
}

static const char null_query[] =
    "SELECT a.attnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.convalidated\n"
    "                                AND pg_get_constraintdef(k.oid) = format('CHECK ((%I IS NOT NULL))', a.attname))\n"
    "  FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attname = $2";

bool sizes_never_null(struct conn *conn, const char *schema, const char *table, const char *column)
{
    const char *const values[] = {regclass(conn->ctx->arena, schema, table), column};
    return ask(conn, null_query, 2, values) == ANSWER_YES;
}

/* ---- foreign keys */

/* The tables at the other end of foreign keys of table $1: by constraint $2, by column $3, incoming ones to it where $4. Where the whole
 * table is meant, it goes: the table that it is a partition of, its default partition, and the sequences of its columns, too. */
static const char keys_query[] =
    "WITH asked AS (SELECT to_regclass($1)::oid AS rel, $2::text IS NULL AND $3::text IS NULL AS whole),\n"
    "parent AS (\n"
    "    SELECT inhparent AS oid FROM asked JOIN pg_inherits ON inhrelid = rel JOIN pg_class c ON c.oid = rel\n"
    "     WHERE whole AND c.relispartition),\n"
    "others AS (\n"
    "    SELECT CASE WHEN k.conrelid = rel THEN k.confrelid ELSE k.conrelid END AS oid\n"
    "      FROM asked JOIN pg_constraint k ON k.contype = 'f' AND rel IN (k.conrelid, k.confrelid)\n"
    "      LEFT JOIN pg_attribute a ON a.attrelid = rel AND a.attname = $3\n"
    "     WHERE k.conrelid = rel AND ($2::text IS NULL OR k.conname = $2) AND ($3::text IS NULL OR a.attnum = ANY (k.conkey))\n"
    "        OR $4::bool AND k.confrelid = rel AND a.attnum = ANY (k.confkey)\n"
    "    UNION SELECT oid FROM parent\n"
    "    UNION SELECT partdefid FROM pg_partitioned_table JOIN parent ON partrelid = oid\n"
    "    UNION SELECT objid FROM asked JOIN pg_depend ON refobjid = rel AND refclassid = 'pg_class'::regclass AND classid = refclassid\n"
    "     WHERE whole AND deptype IN ('a', 'i'))\n"
    "SELECT n.nspname, c.relname, c.relkind = 'S'\n"
    "  FROM others JOIN pg_class c ON c.oid = others.oid AND c.relkind IN ('r', 'p', 'S') JOIN pg_namespace n ON n.oid = c.relnamespace\n"
    " WHERE c.oid <> (SELECT rel FROM asked) ORDER BY 1, 2";

/* A relation more, or a stronger lock of one that is known. */
static void lock_more(struct arena *arena, struct effect *effect, struct relation_effect more)
{
    for (size_t i = 0; i < effect->relations.n; i++) {
        struct relation_effect *at = &effect->relations.at[i];
        bool same_schema = str_eq(at->schema, more.schema) || (!at->schema && str_eq(more.schema, "public"));
        if (at->index || !same_schema || !str_eq(at->name, more.name)) continue;
        if (at->lock < more.lock) at->lock = more.lock;
        at->work |= more.work;
        return;
    }
    vec_push(arena, &effect->relations, more);
}

static bool settle_keys(struct conn *conn, struct effect *effect, const struct key_doubt *doubt)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *table = regclass(arena, doubt->schema, doubt->table);
    const char *const values[] = {table, doubt->constraint, doubt->column, doubt->incoming ? "t" : "f"};
    if (!conn_query_params(conn, keys_query, 4, values, &rows, &error)) return false;
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct relation_effect more = {.lock = doubt->lock, .work = doubt->work};
        more.schema = arena_strdup(arena, rows_get(&rows, i, 0));
        more.name = arena_strdup(arena, rows_get(&rows, i, 1));
        more.rowless = of_bool(rows_get(&rows, i, 2)) == ANSWER_YES;
        lock_more(arena, effect, more);
    }
    rows_free(&rows);
    return true;
}

void sizes_settle(struct conn *conn, struct effect *effect)
{
    size_t settled = 0;
    for (; settled < effect->keys.n; settled++) {
        if (!settle_keys(conn, effect, &effect->keys.at[settled])) break;
    }
    if (settled == effect->keys.n) effect->keys.n = 0;
    for (size_t i = 0; i < effect->relations.n; i++) {
        if (effect->relations.at[i].work & WORK_MAY_REWRITE) settle(conn, &effect->relations.at[i]);
    }
}
