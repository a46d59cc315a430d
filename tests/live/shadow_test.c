/* shadow_test.c: what only a server with the whole schema can spell: no phantom difference, none missed, whatever is renamed
 * below it; mistakes at their place; what was proven needs no server again. */
#include <unistd.h>

#include "base/file.h"
#include "canon_fixture.h"

struct pair {
    const char *what, *sql, *model, *changes, *diags;
    size_t not_verified;
};

#define SHOP                                                                                                     \
    "CREATE TYPE mood AS ENUM ('sad', 'ok');"                                                                    \
    "CREATE TABLE t (id int NOT NULL, a int NOT NULL, b text NOT NULL, v varchar NOT NULL, m mood NOT NULL,"     \
    " CONSTRAINT t_pkey PRIMARY KEY (id));"
#define SHOP_MODEL "enum mood { sad, ok }\ntable t {\n id int pk\n a int\n b text\n v varchar\n m mood\n}\n"

static const struct pair pairs[] = {
    {"views in a user's spelling",
     SHOP "CREATE VIEW v1 AS SELECT a, b FROM t WHERE v IN ('x', 'y') AND m = 'ok';"
          "CREATE VIEW v2 AS SELECT * FROM t NATURAL JOIN v1;"
          "CREATE VIEW v3 AS SELECT id, b, count(*) AS n FROM t GROUP BY id ORDER BY 1;"
          "CREATE VIEW v4 WITH (security_barrier) AS SELECT t FROM t WHERE a BETWEEN 1 AND 3",
     SHOP_MODEL "create view v1 as select a, b from t where v in ('x', 'y') and m = 'ok';\n"
                "create view v2 as select * from t natural join v1;\n"
                "create view v3 as select id, b, count(*) as n from t group by id order by 1;\n"
                "create view v4 with (security_barrier) as select t from t where a between 1 and 3;\n",
     "", "", 0},
    {"a view that differs",
     SHOP "CREATE VIEW v1 AS SELECT a, b FROM t WHERE a > 1",
     SHOP_MODEL "create view v1 as select a, b from t where a > 2;\n", "view v1: query\n", "", 0},
    {"names below are new",
     SHOP "CREATE VIEW v1 AS SELECT a, b FROM t WHERE m = 'ok'; CREATE VIEW v2 AS SELECT a + 1 AS c FROM v1",
     "enum feeling was mood { sad, fine was ok }\ntable things was t {\n id int pk\n amount int was a\n b text\n v varchar\n m feeling\n}\n"
     "create view v1 as select amount as a, b from things where m = 'fine';\ncreate view v2 as select a + 1 as c from v1;\n",
     "enum mood is renamed to feeling\nenum feeling: label 'ok' is renamed to 'fine'\ntable t is renamed to things\n"
     "column t.a is renamed to amount\nprimary key t_pkey is renamed to things_pkey\n",
     "", 0},
    {"two columns that change places",
     "CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE VIEW v AS SELECT a FROM t",
     "table t {\n x int was a\n a int was b\n}\ncreate view v as select a from t;\n", "", NULL, 0},
    {"a mistake is at its place",
     SHOP "CREATE VIEW v1 AS SELECT a, b FROM t",
     SHOP_MODEL "create view v1 as\n  select a, bb from t;\n", "",
     "t.model:10:13: error: column \"bb\" does not exist\n   10 |   select a, bb from t;\n      |             ^~\n"
     "  hint: Perhaps you meant to reference the column \"t.b\".\n1 error\n",
     0},
    {"what an extension brings",
     "CREATE EXTENSION pgcrypto; CREATE TABLE t (a text NOT NULL); CREATE VIEW v AS SELECT digest(a, 'sha256') AS d FROM t",
     "extension pgcrypto\ntable t {\n a text\n}\ncreate view v as select digest( a, 'sha256' ) d from t;\n", "", "", 0},
    {"code of all kinds",
     SHOP "CREATE DOMAIN code AS text CONSTRAINT ok CHECK (VALUE ~ '^[a-z]+$' AND VALUE IN ('a', 'b'));"
          "CREATE FUNCTION total(x int, y mood DEFAULT 'ok') RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC"
          " SELECT sum(a) FROM t WHERE id = x AND m = y AND v IN ('p', 'q'); END;"
          "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;"
          "CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (OLD.v IN ('x','y') AND NEW.a > 0) EXECUTE FUNCTION f();"
          "CREATE POLICY p ON t FOR SELECT USING (v IN ('x','y') AND b = current_user);"
          "CREATE RULE r AS ON DELETE TO t WHERE OLD.v IN ('x', 'y') DO INSTEAD NOTHING;"
          "CREATE STATISTICS st ON (a + 1), (lower(v)) FROM t;"
          "CREATE MATERIALIZED VIEW mv AS SELECT v, count(*) AS n FROM t WHERE v IN ('x', 'y') GROUP BY v;"
          "CREATE AGGREGATE agg (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
     "enum mood { sad, ok }\ndomain code text check ok (value ~ '^[a-z]+$' and value in ('a','b'))\n"
     "table t {\n id int pk\n a int\n b text\n v varchar\n m mood\n"
     " policy p for select using (v in ('x', 'y') and b = current_user)\n}\n"
     "create function total(x integer, y mood default 'ok') returns int8 language sql stable begin atomic\n"
     " select sum(a) from t where id = x and m = y and v in ('p', 'q'); end;\n"
     "create or replace function f() returns trigger as $$BEGIN RETURN new; END$$ language plpgsql;\n"
     "create trigger tr before update of a on t for each row when (old.v in ('x', 'y') and new.a > 0) execute function f();\n"
     "create rule r as on delete to t where old.v in ('x', 'y') do instead nothing;\n"
     "create statistics st on (a+1), (lower( v )) from t;\n"
     "create materialized view mv as select v, count(*) n from t where v in ('x', 'y') group by 1;\n"
     "create aggregate agg(integer) (sfunc = int4pl, stype = integer, initcond = 0);\n",
     "", "", 0},
    {"a routine under new names",
     SHOP "CREATE FUNCTION one() RETURNS mood LANGUAGE sql STABLE BEGIN ATOMIC SELECT m FROM t WHERE m = 'ok' LIMIT 1; END;"
          "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT a FROM t'",
     "enum feeling was mood { sad, fine was ok }\ntable things was t {\n id int pk\n a int\n b text\n v varchar\n m feeling\n}\n"
     "create function one() returns feeling language sql stable begin atomic select m from things where m = 'fine' limit 1; end;\n"
     "create function two() returns int language sql as 'SELECT a FROM things';\n",
     "enum mood is renamed to feeling\nenum feeling: label 'ok' is renamed to 'fine'\ntable t is renamed to things\n"
     "function two(): body\nprimary key t_pkey is renamed to things_pkey\n",
     "", 0},
    {"a body that is wrong",
     "CREATE TABLE t (a int NOT NULL); CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT a FROM t'",
     "table t {\n a int\n}\ncreate function two() returns int language sql as $$\n  select a + b from t\n$$;\n", "",
     "t.model:5:14: error: column \"b\" does not exist\n    5 |   select a + b from t\n      |              ^\n1 error\n", 0},
    {"what can be replaced, and what not",
     "CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE VIEW v1 AS SELECT a FROM t; CREATE VIEW v2 AS SELECT a, b FROM t",
     "table t {\n a int\n b int\n}\ncreate view v1 as select a, b as c from t;\ncreate view v2 as select b, a from t;\n",
     "view v1: query\nview v2: query\n", "", 0},
    {"bounds of partitions",
     "CREATE TABLE p (id int NOT NULL, d date NOT NULL) PARTITION BY RANGE (d);"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
     "table p partition by range (d) {\n id int\n d date\n partition p1 from (date '2024-01-01') to ('2025-1-1')\n}\n", "", "", 0},
    {"a column under a view changes its type",
     "CREATE TABLE t (a int NOT NULL, v varchar(9) NOT NULL); CREATE VIEW v AS SELECT a, v FROM t WHERE v IN ('x', 'y')",
     "table t {\n a bigint\n v text\n}\ncreate view v as select a, v from t where v in ('x', 'y');\n", "", NULL, 0},
    {"roles that are not there",
     "CREATE ROLE modelc_shadow; CREATE TABLE t (a int NOT NULL); CREATE POLICY p ON t TO modelc_shadow USING (a IN (1, 2))",
     "table t {\n a int\n policy p to modelc_shadow using (a in (1,2))\n}\n", "", "", 0},
    {"what nobody manages",
     "CREATE SCHEMA other; CREATE TABLE other.t (a int); CREATE VIEW v AS SELECT a AS b FROM other.t",
     "schema public\ncreate view v as select a as b from other.t where true;\n", "", "", 1},
};

/* A server of its own takes a second to start: only where this one has what the models speak of. */
static void test_pair(struct conn *conn, const struct pair *pair, const char *here)
{
    const char *url = strstr(pair->sql, "CREATE ROLE") ? NULL : here;
    if (!ok(empty_database(conn) && run_sql(conn, pair->sql), "%s: made", pair->what)) return;
    struct outcome outcome = compare_on(conn->ctx, conn, pair->model, url, NULL);
    if (!pair->diags) { /* changed: how depends on the kind */
        ok(outcome.changes && outcome.changes->n > 0, "%s: a difference", pair->what);
        return;
    }
    is_text(outcome.diags, pair->diags, pair->what);
    is_text(outcome.text, pair->changes, pair->what);
    size_t n = outcome.diff ? outcome.diff->not_verified.n : 0;
    ok(n == pair->not_verified, "%s: %zu not verified", pair->what, n);
}

/* ---- what was proven is kept: the next run has no use for a server */

static const char kept_sql[] =
    SHOP "CREATE DOMAIN code AS varchar CONSTRAINT ok CHECK (VALUE IN ('a', 'b'));"
         "CREATE VIEW v AS SELECT a, b FROM t WHERE v IN ('x', 'y'); CREATE TABLE other (a int NOT NULL)";

#define KEPT_MODEL(rest, other) \
    "enum mood { sad, ok }\ndomain code varchar check ok (value in ('a','b'))\ntable t {\n id int pk\n a int\n b text\n v varchar\n" \
    " m mood\n" rest "}\ntable other {\n a int\n" other "}\ncreate view v as select a, b from t where v in ('x', 'y');\n"

static const struct step {
    const char *what, *sql, *model, *changes;
    bool server; /* it has to be asked */
} kept[] = {
    {"first", "", KEPT_MODEL("", ""), "", true},
    {"again", "", KEPT_MODEL("", ""), "", false},
    {"something else changes", "", KEPT_MODEL("", " b int\n"), "column other.b is new\n", false},
    {"the table changes", "ALTER TABLE t ADD c int", KEPT_MODEL(" c int?\n", ""), "", true},
    {"again", "", KEPT_MODEL(" c int?\n", ""), "", false},
    {"the view changes", "CREATE OR REPLACE VIEW v AS SELECT a, b FROM t WHERE v IN ('x', 'z')", KEPT_MODEL(" c int?\n", ""),
     "view v: query\n", true},
};

/* Without a server nobody can tell: that is said. */
static void test_kept(struct conn *conn)
{
    struct ctx *ctx = conn->ctx;
    char folder[] = "/tmp/modelc-shadow.XXXXXX";
    if (!ok(mkdtemp(folder) && empty_database(conn) && run_sql(conn, kept_sql), "kept: made")) return;
    const char *cache = arena_printf(ctx->arena, "%s/cache/canonical", folder);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const struct step *step = &kept[i];
        ok(run_sql(conn, step->sql), "kept, %s: set up", step->what);
        setenv("MODELC_PG_BIN", "/nowhere", 1);
        struct outcome without = compare_with(ctx, conn, step->model, cache);
        unsetenv("MODELC_PG_BIN");
        ok((without.diff && without.diff->not_verified.n > 0) == step->server, "kept, %s: %s", step->what,
           step->server ? "a server is needed" : "no server is needed");
        ok((strstr(without.diags, "there is no scratch server") != NULL) == step->server, "kept, %s: said", step->what);
        struct outcome with = compare_with(ctx, conn, step->model, cache);
        is_text(with.diags, "", step->what);
        is_text(with.text, step->changes, step->what);
    }
    ok(system(arena_printf(ctx->arena, "rm -rf %s", folder)) == 0, "kept: removed");
}

/* --scratch: a server that somebody else needs again. */
static void test_named(struct conn *conn, const char *url)
{
    struct ctx *ctx = conn->ctx;
    struct rows rows;
    struct server_error error;
    ok(empty_database(conn) && run_sql(conn, SHOP "CREATE VIEW v AS SELECT a FROM t WHERE v IN ('x', 'y')"), "named: made");
    struct schema *models = model_schema(ctx, SHOP_MODEL "create view v as select a from t where v in ('x', 'y');\n");
    struct catalog_options options = {.models = models};
    struct schema *live = models ? catalog_read(conn, &options) : NULL;
    struct diff *diff = live ? diff_bind(ctx, live, models, NULL) : NULL;
    ok(diff && diff->questions.n == 1 && canonical_answer(conn, diff, url, NULL), "named: answered");
    struct changes *changes = diff ? diff_changes(diff, false) : NULL;
    ok(changes && changes->n == 0 && diff->not_verified.n == 0, "named: no difference");
    is_text(printed_diags(ctx), "", "named: no findings");
    if (!ok(conn_query(conn, "SELECT count(*) FROM pg_database WHERE datname LIKE 'modelc_scratch%'", &rows, &error), "named: asked"))
        return;
    is_text(rows_get(&rows, 0, 0), "0", "named: no database is left");
    rows_free(&rows);
}

int main(void)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, getenv("MODELC_TEST_URL"), 0);
    if (!scratch) {
        skip("the shadow", "no PostgreSQL server programs");
        return tap_done();
    }
    struct conn *conn = scratch_conn(scratch);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) test_pair(conn, &pairs[i], scratch_url(scratch));
    test_kept(conn);
    test_named(conn, scratch_url(scratch));
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
