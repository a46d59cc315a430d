/* policy.c: row security policies. */
#include "kind/routine.h"

/* `roles`: quoted, sorted, joined with ", ". */
#define FIELDS(F)                                              \
    F(restrictive, "restrictive", FLAG, RECREATE, )            \
    F(command, "for", WORD, RECREATE, .absent = "all")         \
    F(roles, "to", TEXT, ALTER, .absent = "public")            \
    F(using, "using", EXPR, ALTER, .shadow = true)             \
    F(check, "with check", EXPR, ALTER, .shadow = true)

enum { FIELDS(FIELD_ENUM) };
static const struct field fields[] = {FIELDS(FIELD_ROW)};

static bool has(const struct object *object, size_t field)
{
    return object->values[field].set;
}

static void add_island(const struct object *object, const char *word, size_t field, struct buf *out)
{
    buf_printf(out, " %s (%s)", word, sql_closed(out->arena, object->values[field].expr.text));
}

static const char *command_of(const struct object *object)
{
    static const char *const commands[][2] = {
        {"select", "SELECT"}, {"insert", "INSERT"}, {"update", "UPDATE"}, {"delete", "DELETE"},
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (str_eq(commands[i][0], object_text(object, "command"))) return commands[i][1];
    }
    return "ALL";
}

static void create(const struct object *object, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "CREATE ");
    sql_comment_target(&sql, object);
    if (object_flag(object, "restrictive")) buf_add(&sql, " AS RESTRICTIVE");
    if (has(object, F_command)) buf_printf(&sql, " FOR %s", command_of(object));
    if (has(object, F_roles)) buf_printf(&sql, " TO %s", object_text(object, "roles"));
    if (has(object, F_using)) add_island(object, "USING", F_using, &sql);
    if (has(object, F_check)) add_island(object, "WITH CHECK", F_check, &sql);
    op_add_user(ops, PHASE_RULES, object, sql.text);
}

static void alter(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER ");
    sql_comment_target(&sql, to);
    if (changed[F_roles]) buf_printf(&sql, " TO %s", object_text(to, "roles"));
    if (changed[F_using]) add_island(to, "USING", F_using, &sql);
    if (changed[F_check]) add_island(to, "WITH CHECK", F_check, &sql);
    op_add_user(ops, PHASE_RULES, to, sql.text);
}

/* ALTER POLICY can set an expression, but not remove one. */
static bool must_recreate(const struct object *from, const struct object *to, const bool *changed)
{
    (void)changed;
    return (has(from, F_using) && !has(to, F_using)) || (has(from, F_check) && !has(to, F_check));
}

static void describe(const struct object *object, struct buf *out)
{
    buf_printf(out, "for %s to %s", object_text(object, "command"), object_text(object, "roles"));
    if (object_flag(object, "restrictive")) buf_add(out, ", restrictive");
}

static void describe_change(const struct object *from, const struct object *to, const bool *changed, struct buf *out)
{
    size_t start = out->len;
    if (changed[F_restrictive]) buf_add(out, object_flag(to, "restrictive") ? "restrictive" : "permissive");
    for (size_t i = F_command; i <= F_roles; i++) {
        const char *name = fields[i].name;
        if (!changed[i]) continue;
        if (out->len > start) buf_add(out, ", ");
        buf_printf(out, "%s %s -> %s", fields[i].word, object_text(from, name), object_text(to, name));
    }
    for (size_t i = F_using; i <= F_check; i++) {
        if (changed[i]) buf_printf(out, "%s%s", out->len > start ? ", " : "", fields[i].word);
    }
}

static const struct catalog_query queries[] = {
    {.min_version = 0, .sql =
        "SELECT p.oid, p.polrelid AS parent, p.polname AS name, NOT p.polpermissive AS restrictive,\n"
        "    CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'\n"
        "        WHEN 'd' THEN 'delete' ELSE 'all' END\n"
        "        AS command,\n"
        "    coalesce((SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) FROM pg_roles r\n"
        "        WHERE r.oid = ANY (p.polroles)),\n"
        "        'public') AS roles,\n"
        "    CASE WHEN p.polqual IS NOT NULL THEN coalesce(pg_get_expr(p.polqual, p.polrelid), '') END AS using,\n"
        "    CASE WHEN p.polwithcheck IS NOT NULL THEN coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') END\n"
        "        AS \"check\"\n"
        "FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid\n"
        "WHERE " SQL_MANAGED("c.relnamespace")},
    {0},
};

const struct kind kind_policy = {
    .name = "policy",
    .title = "policy",
    .noun = "POLICY",
    .parent = "table",
    .word = "policy",
    .name_space = NAMES_OWN,
    .phase = PHASE_RULES,
    .fields = fields,
    .n_fields = sizeof fields / sizeof *fields,
    .queries = queries,
    .present = "pg_policy",
    .create = create,
    .alter = alter,
    .drop = statement_drop,
    .must_recreate = must_recreate,
    .describe = describe,
    .describe_change = describe_change,
};
