/* type_rewrite_test.c: type_change_rewrites() of each pair of types, against whether a server gives the table another file. */
#include <stdio.h>

#include "kind/kind.h"
#include "pg_fixture.h"
#include "schema/schema.h"

static const char *const types[] = {
    "text", "varchar", "varchar(10)", "varchar(20)", "char(5)", "char(9)", "bpchar", "name", "citext", "smallint", "integer", "bigint", "numeric",
    "numeric(10,2)", "numeric(12,2)", "numeric(12,3)", "real", "float8", "boolean", "date", "timestamp", "timestamp(3)", "timestamptz",
    "timestamptz(0)", "time", "time(3)", "timetz", "interval", "interval(3)", "interval(4)", "interval year", "interval day to hour", "interval second(2)", "bit(4)", "bit(8)", "varbit", "varbit(4)", "varbit(8)", "inet", "cidr",
    "oid", "regclass", "regproc", "xml", "json", "jsonb", "uuid", "bytea", "money", "text[]", "varchar(10)[]", "varchar(20)[]", "varchar[]",
    "integer[]", "d_plain", "d_over", "d_rules", "d_wide", "d_same", "varchar(15)",
};
enum { N_TYPES = sizeof types / sizeof *types, N_DOMAINS = 5 };

static const char setup[] =
    "DO $$ BEGIN CREATE EXTENSION citext; EXCEPTION WHEN OTHERS THEN NULL; END $$;"
    "CREATE DOMAIN d_plain AS text; CREATE DOMAIN d_over AS d_plain; CREATE DOMAIN d_rules AS text CHECK (value <> 'x');"
    "CREATE DOMAIN d_wide AS varchar(15); CREATE DOMAIN d_same AS varchar(15);"
    "CREATE FUNCTION rewrites(old text, new text) RETURNS text LANGUAGE plpgsql AS $$"
    " DECLARE before oid; after oid; said text;"
    " BEGIN"
    "   EXECUTE format('CREATE TABLE t (c %s)', old);"
    "   before := pg_relation_filenode('t');"
    "   BEGIN EXECUTE format('ALTER TABLE t ALTER c TYPE %s', new);"
    "   EXCEPTION WHEN datatype_mismatch THEN EXECUTE format('ALTER TABLE t ALTER c TYPE %s USING c::%1$s', new); END;"
    "   after := pg_relation_filenode('t');"
    "   said := CASE WHEN before = after THEN 'kept' ELSE 'rewritten' END;"
    "   RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = said;"
    " EXCEPTION WHEN SQLSTATE 'MC001' THEN RETURN said; WHEN OTHERS THEN RETURN 'refused'; END $$;"
    "SET timezone = 'Europe/Berlin'";

static struct object *add_domain(struct schema *schema, struct object *in, const char *name, struct type_name base, bool rules)
{
    struct object *domain = schema_add(schema, kind_find("domain"), in, name);
    object_set(domain, "type")->type = base;
    object_set(domain, "type")->set = true;
    if (rules) schema_add(schema, kind_find("domain_check"), domain, "rule");
    return domain;
}

static struct type_name builtin(struct ctx *ctx, const char *text)
{
    struct type_name type = {0};
    struct sql_error error;
    sql_type_parse(ctx->arena, text, &type.sql, &error);
    return type;
}

static struct type_name of_domain(struct object *domain)
{
    return (struct type_name){.sql = {.schema = "public", .name = domain->name}, .to = domain};
}

static void fill(struct ctx *ctx, struct type_name *list)
{
    struct schema *schema = schema_new(ctx, false);
    struct object *in = schema_add(schema, kind_find("schema"), NULL, "public");
    struct object *plain = add_domain(schema, in, "d_plain", builtin(ctx, "text"), false);
    struct object *domains[] = {plain, add_domain(schema, in, "d_over", of_domain(plain), false),
                                add_domain(schema, in, "d_rules", builtin(ctx, "text"), true),
                                add_domain(schema, in, "d_wide", builtin(ctx, "varchar(15)"), false),
                                add_domain(schema, in, "d_same", builtin(ctx, "varchar(15)"), false)};
    for (size_t i = 0; i < N_DOMAINS; i++) domains[i]->peer = domains[i];
    for (size_t i = 0; i < N_TYPES; i++) {
        list[i] = builtin(ctx, types[i]);
        for (size_t k = 0; k < N_DOMAINS; k++) {
            if (strcmp(domains[k]->name, types[i]) == 0) list[i] = of_domain(domains[k]);
        }
    }
}

static void compare_row(struct fixture *f, const struct type_name *list, size_t old)
{
    struct ctx *ctx = f->ctx;
    struct buf sql = buf_new(ctx->arena);
    struct rows rows;
    struct server_error error;
    size_t wrong = 0, asked = 0;
    for (size_t i = 0; i < N_TYPES; i++) buf_printf(&sql, "%s rewrites('%s', '%s')", i ? "," : "SELECT", types[old], types[i]);
    if (!conn_query(f->conn, sql.text, &rows, &error)) {
        ok(false, "%s", types[old]);
        printf("# %s\n", error.message);
        return;
    }
    for (size_t i = 0; i < N_TYPES; i++) {
        const char *said = rows_get(&rows, 0, i);
        if (i == old || strcmp(said, "refused") == 0) continue;
        asked++;
        if ((strcmp(said, "rewritten") == 0) == type_change_rewrites(&list[old], &list[i])) continue;
        printf("# %s to %s: the server says %s\n", types[old], types[i], said);
        wrong++;
    }
    ok(wrong == 0 && (asked > 0 || strcmp(types[old], "citext") == 0), "%s to %zu others", types[old], asked);
    rows_free(&rows);
}

static void test_pairs(const char *url)
{
    struct type_name list[N_TYPES] = {0};
    struct fixture f = fixture_open(url, "t_rewrite");
    if (ok(f.conn && run_sql(&f, setup), "a database for the types")) {
        fill(f.ctx, list);
        for (size_t i = 0; i < N_TYPES; i++) compare_row(&f, list, i);
    }
    fixture_close(&f);
}

int main(void)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    if (ok(scratch != NULL, "a scratch server")) test_pairs(scratch_url(scratch));
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
