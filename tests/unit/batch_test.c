/* batch_test.c: statements cut for batches, and the lines that ask for them. */
#include <stdlib.h>

#include "base/ctx.h"
#include "revision/batch.h"
#include "revision/revision.h"
#include "tap.h"

static struct ctx *ctx;

/* The statement as it is cut, | where the window goes in; "!message" where it is refused. */
static const char *cut(const char *text, const struct sql_batch **result)
{
    struct sql_batch *batch = ARENA_NEW(ctx->arena, struct sql_batch);
    struct sql_error error = {0};
    *result = batch;
    if (!sql_batch_read(ctx->arena, text, batch, &error)) return arena_printf(ctx->arena, "!%s", error.message);
    return arena_printf(ctx->arena, "%s|%s", batch->before, batch->after);
}

#define COUNT(q) "SELECT count(DISTINCT (" q ".tableoid, " q ".ctid)) FROM "

static const struct {
    const char *sql, *cut, *left; /* left: NULL where the condition doesn't tell */
} cuts[] = {
    {"UPDATE t SET c = 1 WHERE c IS NULL", "UPDATE t SET c = 1 WHERE | AND (c IS NULL)", COUNT("t") "t AS t WHERE | AND (c IS NULL)"},
    {"UPDATE t SET c = 1", "UPDATE t SET c = 1 WHERE |", NULL},
    {"UPDATE ONLY s.\"T x\" AS o SET c = o.d + 1 WHERE o.c IS NULL OR false",
     "UPDATE ONLY s.\"T x\" AS o SET c = o.d + 1 WHERE | AND (o.c IS NULL OR false)", NULL},
    {"UPDATE ONLY (t) SET c = 1 WHERE t.c IS NULL AND d > 3", "UPDATE ONLY (t) SET c = 1 WHERE | AND (t.c IS NULL AND d > 3)",
     COUNT("t") "ONLY t AS t WHERE | AND (t.c IS NULL AND d > 3)"},
    {"UPDATE t * a SET c = 1 WHERE c IS NULL RETURNING c", "UPDATE t * a SET c = 1 WHERE | AND (c IS NULL) RETURNING c",
     COUNT("a") "t AS a WHERE | AND (c IS NULL)"},
    {"UPDATE t SET c = 1 RETURNING id", "UPDATE t SET c = 1 WHERE | RETURNING id", NULL},
    {"UPDATE t SET c = b IS DISTINCT FROM d, e = extract(day FROM b) FROM x JOIN y USING (id) WHERE x.id = t.id AND c IS NULL",
     "UPDATE t SET c = b IS DISTINCT FROM d, e = extract(day FROM b) FROM x JOIN y USING (id) WHERE | AND (x.id = t.id AND c IS NULL)",
     COUNT("t") "t AS t, x JOIN y USING (id) WHERE | AND (x.id = t.id AND c IS NULL)"},
    {"UPDATE t SET c = x.c FROM x", "UPDATE t SET c = x.c FROM x WHERE |", NULL},
    {"UPDATE t SET c = (SELECT max(n) FROM x WHERE x.id = t.id) WHERE c IS NULL -- the rest\n",
     "UPDATE t SET c = (SELECT max(n) FROM x WHERE x.id = t.id) WHERE | AND (c IS NULL) -- the rest\n",
     COUNT("t") "t AS t WHERE | AND (c IS NULL)"},
    {"UPDATE t SET c = 1 WHERE -- why\n  c IS NULL -- that\n  AND true", "UPDATE t SET c = 1 WHERE | AND (c IS NULL -- that\n  AND true)",
     COUNT("t") "t AS t WHERE | AND (c IS NULL -- that\n  AND true)"},
    {"WITH x AS (SELECT 1 AS n) UPDATE t SET c = x.n FROM x WHERE c IS NULL",
     "WITH x AS (SELECT 1 AS n) UPDATE t SET c = x.n FROM x WHERE | AND (c IS NULL)",
     "WITH x AS (SELECT 1 AS n) " COUNT("t") "t AS t, x WHERE | AND (c IS NULL)"},
    {"WITH update AS (SELECT 1 AS n) UPDATE t SET c = 2 FROM update WHERE c IS NULL",
     "WITH update AS (SELECT 1 AS n) UPDATE t SET c = 2 FROM update WHERE | AND (c IS NULL)",
     "WITH update AS (SELECT 1 AS n) " COUNT("t") "t AS t, update WHERE | AND (c IS NULL)"},
    {"DELETE FROM t", "DELETE FROM t WHERE |", COUNT("t") "t AS t WHERE |"},
    {"DELETE FROM s.t AS d USING x JOIN y USING (id) WHERE x.id = d.id RETURNING *",
     "DELETE FROM s.t AS d USING x JOIN y USING (id) WHERE | AND (x.id = d.id) RETURNING *",
     COUNT("d") "s.t AS d, x JOIN y USING (id) WHERE | AND (x.id = d.id)"},
    {"UPDATE t SET \"where\" = 1, c = t.where WHERE \"where\" IS NULL", "UPDATE t SET \"where\" = 1, c = t.where WHERE | AND (\"where\" IS NULL)",
     COUNT("t") "t AS t WHERE | AND (\"where\" IS NULL)"},
    {"UPDATE t SET a = 'x' WHERE a = 'y'", "UPDATE t SET a = 'x' WHERE | AND (a = 'y')", COUNT("t") "t AS t WHERE | AND (a = 'y')"},
    {"UPDATE t SET a = 'x' WHERE a = 'X '", "UPDATE t SET a = 'x' WHERE | AND (a = 'X ')", NULL},
    {"UPDATE t SET a = 2 WHERE 1 = t.a", "UPDATE t SET a = 2 WHERE | AND (1 = t.a)", COUNT("t") "t AS t WHERE | AND (1 = t.a)"},
    {"UPDATE t SET a = a + 1 WHERE a = 1", "UPDATE t SET a = a + 1 WHERE | AND (a = 1)", NULL},
    {"UPDATE t SET a = NULL WHERE a IS NOT NULL", "UPDATE t SET a = NULL WHERE | AND (a IS NOT NULL)", COUNT("t") "t AS t WHERE | AND (a IS NOT NULL)"},
    {"UPDATE t SET a = NULL WHERE a IS NULL", "UPDATE t SET a = NULL WHERE | AND (a IS NULL)", NULL},
    {"UPDATE t SET a = true WHERE NOT a", "UPDATE t SET a = true WHERE | AND (NOT a)", COUNT("t") "t AS t WHERE | AND (NOT a)"},
    {"UPDATE t SET a = false WHERE a", "UPDATE t SET a = false WHERE | AND (a)", COUNT("t") "t AS t WHERE | AND (a)"},
    {"UPDATE t SET a = true WHERE a", "UPDATE t SET a = true WHERE | AND (a)", NULL},
    {"UPDATE t SET c = 1 FROM x WHERE x.c IS NULL", "UPDATE t SET c = 1 FROM x WHERE | AND (x.c IS NULL)", NULL},
    {"UPDATE t SET (a, b) = (SELECT 1, 2) WHERE b IS NULL", "UPDATE t SET (a, b) = (SELECT 1, 2) WHERE | AND (b IS NULL)",
     COUNT("t") "t AS t WHERE | AND (b IS NULL)"},
    {"UPDATE t SET c = 1 WHERE CURRENT OF cursor", "!WHERE CURRENT OF is one row, nothing for batches", NULL},
    {"WITH d AS (DELETE FROM x RETURNING id) UPDATE t SET c = 1", "!a WITH that changes rows would do so whole in the first batch", NULL},
    {"INSERT INTO t SELECT * FROM x", "!only an UPDATE or a DELETE can be run in batches", NULL},
    {"SELECT 1", "!only an UPDATE or a DELETE can be run in batches", NULL},
    {"UPDATE t SET", "!syntax error at end of input", NULL},
};

static void test_cuts(void)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        const struct sql_batch *batch;
        const char *got = cut(cuts[i].sql, &batch);
        is_text(got, cuts[i].cut, cuts[i].sql);
        const char *left = *got != '!' && batch->left_before
            ? arena_printf(ctx->arena, "%s|%s", batch->left_before, batch->left_after) : NULL;
        is_text(left, cuts[i].left, "... and what is left");
    }
}

/* All findings as text; the queue is empty afterwards. */
static const char *findings(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    diag_print(ctx, out, DIAG_TEXT, false, 0);
    fclose(out);
    const char *copy = arena_strdup(ctx->arena, text);
    free(text);
    return copy;
}

/* A revision's file whose one section says the line above the statement. */
static const struct statement *parse(const char *flags, const char *line, const char *sql)
{
    const char *text = arena_printf(ctx->arena, "-- m\n-- modelc:revision ab12\n\n-- modelc:upgrade%s\n\n%s\n%s;\n\n-- modelc:irreversible no\n",
                                    flags, line, sql);
    struct revision *revision = revision_parse(ctx, source_add(ctx->sources, "m.sql", text, strlen(text)));
    return revision && revision->up.n && revision->up.at[0].statements.n ? &revision->up.at[0].statements.at[0] : NULL;
}

static const struct {
    const char *line, *text; /* text: as written anew, or a part of the error after ! */
} lines[] = {
    {"", "size=5000"},
    {" ", "size=5000"},
    {" table=t key=id size=5000 pause=50ms", "table=t key=id size=5000 pause=50ms"},
    {" pause=2s   size=1", "size=1 pause=2000ms"},
    {" pause=0", "size=5000"},
    {" key=tenant, \"Odd, Name\" size=10", "key=tenant,\"Odd, Name\" size=10"},
    {" table=PUBLIC.T", "table=public.t size=5000"},
    {" size=1000000", "size=1000000"},
    {" size=0", "!size \"0\": not a number of rows from 1 to 1000000"},
    {" size=1000001", "!not a number of rows"},
    {" size=5k", "!not a number of rows"},
    {" size", "!not a number of rows"},
    {" sise=5", "!modelc:batch knows no \"sise\"\n"},
    {" sise=5", "!did you mean: size="},
    {" zebra", "!knows no \"zebra\""},
    {" pause=50", "!pause \"50\": not a length of time with its unit"},
    {" pause=2h", "!longer than an hour"},
    {" size=1 size=2", "!said twice"},
    {" key=", "!not the columns of a key"},
    {" key=lower(a)", "!not the columns of a key"},
    {" table=a.b.c", "!not the name of a table"},
    {" table=u", "!the statement below changes t, not u"},
    {" table=s.t", "table=s.t size=5000"}, /* the statement says no schema */
    {" key=c", "!changes c, which its batches go by"},
};

static void test_lines(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *line = arena_printf(ctx->arena, "-- modelc:batch%s", lines[i].line), *wanted = lines[i].text;
        const struct statement *statement = parse(" no-transaction", line, "UPDATE t SET c = 1 WHERE c IS NULL");
        const char *said = findings();
        if (*wanted == '!') {
            if (!ok(strstr(said, wanted + 1) != NULL, "%s: refused", line)) printf("#   expected: %s\n#   found: %s\n", wanted + 1, said);
            continue;
        }
        is_text(said, "", line);
        is_text(statement && statement->batch ? statement->batch->text : NULL, wanted, "... as written anew");
    }
}

static void refused(const char *flags, const char *line, const char *sql, const char *expected)
{
    parse(flags, line, sql);
    const char *said = findings();
    if (!ok(strstr(said, expected) != NULL, "refused: %s", expected)) printf("#   found: %s\n", said);
}

static void test_places(void)
{
    refused("", "-- modelc:batch", "UPDATE t SET c = 1", "batches can't run in a transaction: each is one of its own");
    refused("", "-- modelc:batch", "UPDATE t SET c = 1", "mend: write `-- modelc:upgrade no-transaction` above it");
    refused(" no-transaction", "-- modelc:batch", "INSERT INTO t VALUES (1)", "m.sql:7:1: error: only an UPDATE or a DELETE");
    refused(" no-transaction", "-- modelc:batch", "UPDATE t SET c = 1 +", "m.sql:7:21: error: syntax error at end of input");
    refused(" no-transaction", "-- modelc:batch\n-- modelc:batch", "UPDATE t SET c = 1", "two modelc:batch lines above one statement");
    refused(" no-transaction", "UPDATE t SET c = 1;\n-- modelc:batch\n-- modelc:upgrade", "SELECT 1", "modelc:batch stands above no statement");
    const struct statement *statement = parse(" no-transaction", "-- modelc:data fill\n-- modelc:batch size=7", "DELETE FROM t");
    is_text(findings(), "", "below a line for hand-written data");
    ok(statement && statement->origin == STATEMENT_DATA && statement->batch && statement->batch->options.size == 7, "both are kept");
    struct batch_options odd = {.schema = "My \\ schema", .table = "a\nb", .key = {0}};
    vec_push(ctx->arena, &odd.key, "Key = 1");
    is_text(batch_text(ctx->arena, &odd), "table=\"My \\ schema\".\"a\nb\" key=\"Key = 1\" size=5000", "hostile names are quoted");
    statement = parse(" no-transaction", "-- modelc:batch table=\"My \\\\ schema\".\"a\\nb\" key=\"Key = 1\"", "DELETE FROM \"My \\ schema\".\"a\nb\"");
    is_text(findings(), "", "and read back");
    ok(statement && statement->batch && strcmp(statement->batch->options.key.at[0], "Key = 1") == 0, "as what they were");
}

int main(void)
{
    ctx = ctx_new();
    test_cuts();
    test_lines();
    test_places();
    ctx_free(ctx);
    return tap_done();
}
