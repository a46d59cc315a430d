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
     SHOP_MODEL "create view v1 as select a, b from t where a > 2;\n", "view v1: definition changed\n", "", 0},
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
    {"what nobody manages",
     "CREATE SCHEMA other; CREATE TABLE other.t (a int); CREATE VIEW v AS SELECT a AS b FROM other.t",
     "schema public\ncreate view v as select a as b from other.t where true;\n", "", "", 1},
};

static void test_pair(struct conn *conn, const struct pair *pair)
{
    if (!ok(empty_database(conn) && run_sql(conn, pair->sql), "%s: made", pair->what)) return;
    struct outcome outcome = compare(conn->ctx, conn, pair->model);
    if (!pair->diags) { /* changed: how depends on the kind */
        ok(outcome.changes && outcome.changes->n > 0, "%s: a difference", pair->what);
        return;
    }
    is_text(outcome.diags, pair->diags, pair->what);
    is_text(outcome.text, pair->changes, pair->what);
    size_t n = outcome.diff ? outcome.diff->not_verified.n : 0;
    ok(n == pair->not_verified, "%s: %zu not verified", pair->what, n);
}

int main(void)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, getenv("MODELC_TEST_URL"));
    if (!scratch) {
        skip("the shadow", "no PostgreSQL server programs");
        return tap_done();
    }
    struct conn *conn = scratch_conn(scratch);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) test_pair(conn, &pairs[i]);
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
