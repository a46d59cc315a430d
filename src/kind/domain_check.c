/* domain_check.c: CHECK constraints of domains. */
#include "kind/kind.h"

#define FIELDS(F)                                             \
    F(expression, NULL, EXPR, RECREATE, .shadow = true)       \
    F(not_valid, "not valid", FLAG, ALTER, )

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static void add_definition(const struct object *check, struct buf *out)
{
    buf_add(out, "CONSTRAINT ");
    sql_object(out, check);
    buf_printf(out, " CHECK (%s)", sql_closed(out->arena, check->values[F_expression].expr.text));
}

/* CREATE DOMAIN knows no NOT VALID. */
static bool define(const struct object *check, struct buf *out)
{
    if (object_flag(check, "not_valid")) return false;
    add_definition(check, out);
    return true;
}

/* ALTER DOMAIN d <what> n */
static struct op *alter_domain(const struct object *check, enum op_phase phase, const char *what, const char *rest,
                               struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER DOMAIN ");
    sql_table_of(&sql, check);
    buf_printf(&sql, " %s%s", what, rest);
    return op_add_user(ops, phase, check, sql.text);
}

static void validate(const struct object *check, bool apart, struct ops *ops)
{
    const char *name = sql_object_str(ops->ctx->arena, check);
    struct op *op = alter_domain(check, apart ? PHASE_VALIDATE : PHASE_REFERENCES, "VALIDATE CONSTRAINT ", name, ops);
    op->search_path = NULL;
    op->transaction = apart ? OP_SEPARATE : OP_TRANSACTION;
    op->risk = RISK_REFUSED;
}

static void create(const struct object *check, struct ops *ops)
{
    struct buf text = buf_new(ops->ctx->arena);
    bool not_valid = object_flag(check, "not_valid"), exists = check->parent->peer && !check->parent->anew;
    bool later = !not_valid && exists && ops->online && !ops->forced;
    add_definition(check, &text);
    if (not_valid || later) buf_add(&text, " NOT VALID");
    struct op *op = alter_domain(check, PHASE_KEYS, "ADD ", text.text, ops);
    if (exists && !not_valid && !later) op->risk = RISK_REFUSED | RISK_SCAN;
    if (later) validate(check, true, ops);
}

static void drop(const struct object *check, struct ops *ops)
{
    const char *what = arena_printf(ops->ctx->arena, "DROP CONSTRAINT %s", drop_if(ops));
    alter_domain(check, PHASE_DETACH, what, sql_object_str(ops->ctx->arena, check), ops)->search_path = NULL;
}

static void rename_check(const struct object *from, const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *old = sql_ident_str(arena, from->name), *new = sql_ident_str(arena, to->name);
    const char *names = arena_printf(arena, "%s TO %s", old, new);
    alter_domain(to, PHASE_RENAME, "RENAME CONSTRAINT ", names, ops)->search_path = NULL;
}

static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    (void)from;
    return changed[F_not_valid] && object_flag(to, "not_valid");
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    if (changed[F_not_valid]) validate(to, ops->online && !ops->forced, ops);
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT k.oid, k.contypid AS parent, k.conname AS name, pg_get_expr(k.conbin, 0) AS expression,\n"
        "    NOT k.convalidated AS not_valid\n"
        "FROM pg_constraint k\n"
        "WHERE k.contypid <> 0 AND k.contype = 'c'\n"
        "    AND k.connamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_domain_check = {
    .name = "domain_check",
    .title = "check",
    .noun = "CONSTRAINT",
    .parent = "domain",
    .word = "domain check",
    .name_space = NAMES_CONSTRAINT,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "typtypes WHERE typtype = 'd'",
    .create = create,
    .define = define,
    .alter = alter,
    .drop = drop,
    .rename = rename_check,
    .must_recreate = must_recreate,
};
