/* domain.c: a domain: a type with a default and rules of its own. Its checks are a kind of their own and say their part
 * of CREATE DOMAIN. What ALTER DOMAIN can't do (another base type or collation) is done by a new domain that takes the
 * name. */
#include "kind/kind.h"

#define FIELDS(F)                                                 \
    F(type, NULL, TYPE, RECREATE, )                               \
    F(default, "default", EXPR, ALTER, .shadow = true)            \
    F(not_null, NULL, FLAG, ALTER, )                              \
    F(not_null_name, NULL, TEXT, ALTER, .loose = true)            \
    F(not_null_chosen, NULL, TEXT, LIVE, )                        \
    F(collation, "collate", REF, RECREATE, .refers = "collation")

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static const char *default_text(const struct object *domain)
{
    const struct value *value = &domain->values[F_default];
    return value->set ? value->expr.text : NULL;
}

/* From PostgreSQL 17 on it has a name. */
static void add_not_null(const struct object *domain, const char *before, struct buf *sql)
{
    const char *name = object_text(domain, "not_null_name");
    if (!object_flag(domain, "not_null")) return;
    buf_add(sql, before);
    if (name) buf_printf(sql, "CONSTRAINT %s ", sql_ident_str(sql->arena, name));
    buf_add(sql, "NOT NULL");
}

/* What it is called: as it was said, else as PostgreSQL chose. */
static const char *name_of_not_null(const struct object *domain, struct arena *arena)
{
    const char *said = object_text(domain, "not_null_name"), *chosen = object_text(domain, "not_null_chosen");
    if (said) return said;
    return chosen ? chosen : sql_object_name(arena, domain->name, NULL, "not_null");
}

/* With the checks that CREATE DOMAIN can say. */
static void add_definition(const struct object *domain, struct buf *sql)
{
    buf_printf(sql, "CREATE DOMAIN %s AS ", sql_object_str(sql->arena, domain));
    sql_type(sql, &domain->values[F_type].type);
    if (domain->values[F_collation].set) {
        buf_add(sql, " COLLATE ");
        sql_ref(sql, &domain->values[F_collation].ref);
    }
    if (default_text(domain)) buf_printf(sql, " DEFAULT %s", sql_closed(sql->arena, default_text(domain)));
    add_not_null(domain, " ", sql);
    for (size_t i = 0; i < domain->children.n; i++) {
        struct buf part = buf_new(sql->arena);
        if (domain->children.at[i]->kind->define(domain->children.at[i], &part)) buf_printf(sql, "\n    %s", part.text);
    }
}

static void create(const struct object *domain, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    add_definition(domain, &sql);
    op_add_user(ops, PHASE_TYPES, domain, sql.text);
}

static void drop(const struct object *domain, struct ops *ops)
{
    op_addf(ops, PHASE_DROP, "DROP DOMAIN %s%s", drop_if(ops), sql_object_str(ops->ctx->arena, domain));
}

static struct op *alter_domain(const struct object *domain, const char *what, struct ops *ops)
{
    const char *name = sql_object_str(ops->ctx->arena, domain);
    const char *sql = arena_printf(ops->ctx->arena, "ALTER DOMAIN %s %s", name, what);
    struct op *op = op_add_user(ops, PHASE_TYPES, domain, sql);
    op->group = 1;
    return op;
}

static struct op *rename_not_null(const struct object *to, const struct object *from, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *old = sql_ident_str(arena, name_of_not_null(from, arena)), *new = sql_ident_str(arena, name_of_not_null(to, arena));
    struct op *op = alter_domain(to, arena_printf(arena, "RENAME CONSTRAINT %s TO %s", old, new), ops);
    op->search_path = NULL;
    return op;
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (changed[F_default]) {
        const char *text = default_text(to);
        alter_domain(to, text ? arena_printf(arena, "SET DEFAULT %s", sql_closed(arena, text)) : "DROP DEFAULT", ops);
    }
    bool set = object_flag(to, "not_null");
    if (changed[F_not_null]) {
        struct buf add = buf_new(arena);
        add_not_null(to, "ADD ", &add);
        const char *sets = object_text(to, "not_null_name") ? add.text : "SET NOT NULL";
        struct op *op = alter_domain(to, set ? sets : "DROP NOT NULL", ops);
        if (set) op->risk = RISK_SCAN | RISK_REFUSED;
    } else if (changed[F_not_null_name] && set) {
        rename_not_null(to, str_eq(from->name, to->name) || object_text(from, "not_null_name") ? from : to, ops)->group = 1;
    }
}

/* The name that PostgreSQL chose follows the domain's, so that the database is as if it had been made so. */
static void renamed(const struct object *from, const struct object *to, struct ops *ops)
{
    const struct object *live = from->live ? from : to;
    if (live->version < 170000 || !object_flag(from, "not_null") || !object_flag(to, "not_null")) return;
    if (object_text(from, "not_null_name") || object_text(to, "not_null_name") || str_eq(from->name, to->name)) return;
    rename_not_null(to, from, ops)->phase = PHASE_RENAME;
}

/* NOT VALID checks that the old domain has, too, are added at once; new ones have a change of their own. */
static void rebuild(const struct object *from, const struct object *to, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    (void)from;
    rebuild_aside(to, ops)->risk = RISK_REFUSED;
    size_t first = ops->list.n;
    add_definition(to, &sql);
    op_add_user(ops, PHASE_TYPES, to, sql.text);
    for (size_t i = 0; i < to->children.n; i++) {
        const struct object *check = to->children.at[i];
        if (check->peer && object_flag(check, "not_valid")) check->kind->create(check, ops);
    }
    for (size_t i = first; i < ops->list.n; i++) {
        ops->list.at[i].group = 1;
        ops->list.at[i].phase = PHASE_TYPES;
    }
    rebuild_finish(to, ops);
}

static void describe(const struct object *domain, struct buf *out)
{
    sql_type(out, &domain->values[F_type].type);
    if (object_flag(domain, "not_null")) buf_add(out, " not null");
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!changed[i]) continue;
        if (out->len > start) buf_add(out, ", ");
        if (i == F_type) {
            sql_type(out, &from->values[i].type);
            buf_add(out, " -> ");
            sql_type(out, &to->values[i].type);
        } else if (i == F_default) {
            const char *old = default_text(from), *new = default_text(to);
            buf_printf(out, "default %s -> %s", old ? old : "none", new ? new : "none");
        } else if (i == F_not_null) {
            buf_add(out, object_flag(to, "not_null") ? "NOT NULL" : "NULL is allowed");
        } else {
            buf_add(out, i == F_not_null_name ? "name of NOT NULL" : fields[i].word);
        }
    }
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT oid, typnamespace AS parent, typname AS name, typbasetype AS type, typtypmod AS typmod,\n"
        "    pg_get_expr(typdefaultbin, 0) AS default, typnotnull AS not_null, typcollation AS collation\n"
        "FROM pg_type\n"
        "WHERE typtype = 'd' AND typnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {.part = 1, .min_version = 170000, .sql =
        "SELECT t.oid, CASE WHEN NOT n.chosen THEN x.conname END AS not_null_name,\n"
        "    CASE WHEN n.chosen AND x.conname <> t.typname || '_not_null' THEN x.conname END AS not_null_chosen\n"
        "FROM pg_type t JOIN pg_constraint x ON x.contypid = t.oid AND x.contype = 'n' CROSS JOIN LATERAL (SELECT\n"
        "    CASE WHEN octet_length(t.typname::text) > 52 THEN left(x.conname, 20) = left(t.typname, 20)\n"
        "        AND x.conname ~ '_not_null\\d*$' ELSE starts_with(x.conname::text, t.typname || '_not_null')\n"
        "        AND substr(x.conname, length(t.typname || '_not_null') + 1) ~ '^([1-9]\\d*)?$' END AS chosen) n\n"
        "WHERE t.typtype = 'd' AND t.typnamespace = ANY ((SELECT current_setting('modelc.schemas')::oid[])::oid[])"},
    {0},
};

const struct kind kind_domain = {
    .name = "domain",
    .title = "domain",
    .noun = "DOMAIN",
    .parent = "schema",
    .word = "domain",
    .name_space = NAMES_TYPE,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "typtypes WHERE typtype = 'd'",
    .create = create,
    .alter = alter,
    .drop = drop,
    .renamed = renamed,
    .rebuild = rebuild,
    .describe = describe,
    .describe_change = describe_change,
};
