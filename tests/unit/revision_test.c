/* revision_test.c: reading and writing migration files. */
#include <stdlib.h>

#include "revision/batch.h"
#include "revision/write.h"
#include "sql/quote.h"
#include "sql/sql.h"
#include "tap.h"

static struct ctx *ctx;

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

static struct revision *parse(const char *text)
{
    const char *copy = arena_strdup(ctx->arena, text);
    return revision_parse(ctx, source_add(ctx->sources, "m.sql", copy, strlen(copy)));
}

static void no_findings(const char *what)
{
    bool clean = diag_errors(ctx) == 0;
    const char *text = findings();
    if (!ok(clean, "%s: no errors", what)) printf("# %s\n", text);
}

/* The text must be refused with `expected` in what is said. */
static void refused(const char *text, const char *expected, const char *what)
{
    bool wrong = (parse(text), diag_errors(ctx) > 0);
    const char *said = findings();
    if (!ok(wrong && strstr(said, expected), "refused: %s", what)) printf("#   expected: %s\n#   found: %s\n",
                                                                          expected, said);
}

#define HEAD "-- message\n-- modelc:revision ab12\n"

static const char example[] =
    "-- add xyz column\n--\n"
    "-- modelc:revision   8f3a1c2b9d04\n-- modelc:revises    1975ea83b712\n"
    "-- modelc:created    2026-11-20T07:12:00Z\n-- modelc:generated  v1:77ab\n\n"
    "-- modelc:upgrade\n-- modelc:search-path public\n\n"
    "-- models/catalog.model:14: column products.xyz is new\n"
    "ALTER TABLE public.products ADD COLUMN xyz varchar(200);\n\n"
    "-- modelc:search-path app, \"My Schema\"\n-- modelc:data fill xyz\n\n"
    "-- two lines\n-- of note\nUPDATE products SET xyz = 'a;b' -- c\n  WHERE true -- trailing\n;\n-- modelc:end\n"
    "SELECT 1;\n\n"
    "-- modelc:upgrade no-transaction\n-- modelc:lock-timeout 10s\n\n"
    "CREATE UNIQUE INDEX CONCURRENTLY uq ON public.products (pim_id) WHERE pim_id IS NOT NULL;\n\n"
    "-- modelc:downgrade no-transaction\n\nDROP INDEX CONCURRENTLY public.uq;\n\n"
    "-- modelc:downgrade\n\n-- modelc:loses column public.products.xyz\n"
    "ALTER TABLE public.products DROP COLUMN xyz;\n\n"
    "-- modelc:object column public.products.xyz v1:9f2c\n"
    "-- modelc:object function public.f(integer, text) v1:00aa\n"
    "-- modelc:object index public.uq -\n";

static void check_example_header(const struct revision *r)
{
    is_text(r->id, "8f3a1c2b9d04", "id");
    is_text(r->message, "add xyz column", "message");
    ok(r->parents.n == 1 && strcmp(r->parents.at[0], "1975ea83b712") == 0, "parent");
    is_text(r->created, "2026-11-20T07:12:00Z", "created");
    is_text(r->generated, "v1:77ab", "generated");
    ok(!r->certified && !r->irreversible && !r->path, "nothing else in the header");
}

static void check_example_body(const struct revision *r)
{
    const struct statement *first = &r->up.at[0].statements.at[0], *second = &r->up.at[0].statements.at[1];
    ok(r->up.n == 2 && r->down.n == 2, "two sections each");
    ok(r->up.at[0].transaction && !r->up.at[1].transaction && !r->down.at[0].transaction, "transactions");
    is_text(first->sql, "ALTER TABLE public.products ADD COLUMN xyz varchar(200)", "statement");
    is_text(first->verb, "ALTER TABLE", "verb");
    is_text(first->note, "models/catalog.model:14: column products.xyz is new", "note");
    is_text(first->search_path, "public", "search path");
    ok(first->line == 12 && first->origin == STATEMENT_GENERATED, "line 12, found %u", first->line);
    is_text(second->sql, "UPDATE products SET xyz = 'a;b' -- c\n  WHERE true",
            "comments behind the last word are left out");
    is_text(second->reason, "fill xyz", "reason");
    is_text(second->note, "two lines\nof note", "note of two lines");
    is_text(second->search_path, "app, \"My Schema\"", "second search path");
    ok(second->origin == STATEMENT_DATA, "data");
    ok(r->up.at[0].statements.at[2].origin == STATEMENT_GENERATED, "end closes data");
    is_text(r->up.at[1].statements.at[0].verb, "CREATE INDEX CONCURRENTLY", "verb of an index");
    is_text(r->up.at[1].lock_timeout, "10s", "lock timeout");
    ok(r->retries == -1 && !r->lock_timeout && !r->statement_timeout, "nothing of the kind in the header");
    ok(!r->up.at[1].statements.at[0].search_path, "a search path ends with its section");
    ok(r->loses.n == 1 && r->down.at[1].loses.n == 1 && r->up.at[0].loses.n == 0, "loses");
    ok(!revision_loses(r, true), "up loses nothing");
    is_text(revision_loses(r, false), "column public.products.xyz", "down loses the column");
    ok(r->objects.n == 3 && !r->objects.at[2].hash, "objects");
    is_text(r->objects.at[1].path, "public.f(integer, text)", "path with a blank");
    is_text(r->objects.at[1].hash, "v1:00aa", "hash");
}

static void check_digests(const struct revision *r)
{
    struct buf crlf = buf_new(ctx->arena);
    for (const char *c = example; *c; c++) buf_add(&crlf, *c == '\n' ? "\r\n" : (char[]){*c, 0});
    const struct revision *other = parse(crlf.text);
    no_findings("CRLF");
    is_text(revision_body_digest(ctx, other), revision_body_digest(ctx, r), "CRLF changes no digest");
    is_text(revision_generated_digest(ctx, other), revision_generated_digest(ctx, r),
            "nor that of generated statements");
    is_text(other->up.at[0].statements.at[0].note, r->up.at[0].statements.at[0].note, "CRLF: note");
    ok(other->up.at[0].statements.at[0].line == 12, "CRLF: line");
    is_text(other->up.at[0].statements.at[1].sql, "UPDATE products SET xyz = 'a;b' -- c\r\n  WHERE true",
            "CRLF: verbatim");
    const char *one = HEAD "-- modelc:upgrade\nSELECT 1;\n-- modelc:data x\nSELECT 2;\n-- modelc:downgrade\n";
    const char *layout = HEAD "-- modelc:upgrade\n\n/* c */ SELECT\n 1 ;\n-- modelc:data y\n"
                         "SELECT 3;\n-- modelc:downgrade\n";
    const char *changed = HEAD "-- modelc:upgrade\nSELECT 7;\n-- modelc:data x\nSELECT 2;\n-- modelc:downgrade\n";
    const struct revision *a = parse(one), *b = parse(layout), *c = parse(changed);
    is_text(revision_generated_digest(ctx, b), revision_generated_digest(ctx, a), "layout and data don't matter to it");
    ok(strcmp(revision_generated_digest(ctx, c), revision_generated_digest(ctx, a)) != 0, "a statement does");
    ok(strcmp(revision_body_digest(ctx, a), revision_body_digest(ctx, b)) != 0, "the whole digest knows data statements");
    const char *alone = HEAD "-- modelc:upgrade no-transaction\nSELECT 1;\n-- modelc:data x\nSELECT 2;\n"
                        "-- modelc:downgrade\n";
    ok(strcmp(revision_body_digest(ctx, parse(alone)), revision_body_digest(ctx, a)) != 0, "and the sections' kinds");
    no_findings("digests");
}

static void test_splitting(void)
{
    static const char *const statements[] = {
        "SELECT 'it''s; ' || E'a\\';b' || $$ ; $$ || $x$ $$;$x $x$",
        "SELECT \"a;b\"\"c\", U&\"d\\0061;\" /* ; /* nested; */ ; */ FROM t",
        "SELECT a$b$c, '\\' , 1;",
        "CREATE RULE r AS ON UPDATE TO t DO ALSO (DELETE FROM a; DELETE FROM b)",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
        "CREATE OR REPLACE PROCEDURE p() begin atomic INSERT INTO t SELECT r.end AS end, r.case FROM r; END",
        "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END $body$",
        "SELECT E'a'\n  -- comment\n  'it\\'s; '",
        "DO $$ BEGIN COMMIT; END $$",
        "SELECT 1 - -1, 2 */* x; */ 3, $1",
        "CREATE TABLE copy (\"from\" int, stdin int)",
    };
    struct buf text = buf_new(ctx->arena);
    buf_add(&text, HEAD "-- modelc:upgrade\n");
    size_t n = sizeof statements / sizeof statements[0];
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(statements[i]);
        buf_addn(&text, statements[i], statements[i][len - 1] == ';' ? len - 1 : len);
        buf_add(&text, ";\n");
    }
    buf_add(&text, ";;\n-- modelc:downgrade\n");
    const struct revision *r = parse(text.text);
    no_findings("splitting");
    ok(r->up.at[0].statements.n == n, "%zu statements of %zu", r->up.at[0].statements.n, n);
    for (size_t i = 0; i < n && i < r->up.at[0].statements.n; i++) {
        const char *sql = r->up.at[0].statements.at[i].sql;
        ok(strncmp(sql, statements[i], strlen(sql)) == 0 && strlen(statements[i]) - strlen(sql) <= 1, "splits %zu", i);
    }
}

static void test_notes(void)
{
    const struct revision *r = parse(HEAD "-- modelc:upgrade on-create no-transaction\n-- far away\n\nSELECT 1; -- behind\nSELECT 2;\n"
                                     "--  indented\n--\n-- third\nSELECT 3;\n/* block */\nSELECT 4;\n"
                                     "-- modelc:data\n-- modelc:batch size=1000\n-- modelc:allow lock\nUPDATE t SET a = 1;\n"
                                     "SELECT future syntax here;\n"
                                     "-- modelc:complete fill\nSELECT 5;\n-- modelc:irreversible because\n");
    no_findings("notes");
    const struct section *up = &r->up.at[0];
    ok(up->on_create && !up->transaction, "on-create");
    ok(!up->statements.at[0].note && !up->statements.at[1].note && !up->statements.at[3].note, "no notes");
    is_text(up->statements.at[2].note, " indented\n\nthird", "a note keeps its shape");
    ok(up->statements.at[4].batch && up->statements.at[4].batch->options.size == 1000, "batch is kept");
    is_text(up->statements.at[4].allow, "lock", "allow is kept");
    ok(up->statements.at[4].origin == STATEMENT_DATA && !*up->statements.at[4].reason, "they leave the data part open");
    ok(up->statements.at[5].origin == STATEMENT_DATA && !up->statements.at[5].batch, "to the next directive");
    is_text(up->statements.at[5].verb, "SELECT FUTURE", "unknown syntax is the server's affair");
    ok(revision_unfinished(r) == &up->statements.at[6], "unfinished");
    is_text(r->irreversible, "because", "irreversible");
}

static void test_refusals(void)
{
    refused("SELECT 1;\n", "no line `-- modelc:revision ID`", "no id");
    refused(HEAD "-- modelc:upgrad\n", "m.sql:3:1: error: unknown directive modelc:upgrad", "unknown directive");
    refused(HEAD "-- modelc:upgrad\n", "did you mean: modelc:upgrade", "with a suggestion");
    refused(HEAD "-- modelc:upgrade no-transactoin\n", "did you mean: no-transaction", "unknown flag");
    refused(HEAD "-- modelc:downgrade on-create\n", "modelc:downgrade knows no \"on-create\"", "on-create is up only");
    refused(HEAD "-- modelc:revision cd34\n", "m.sql:3:1: error: modelc:revision stands twice", "twice");
    refused(HEAD "-- modelc:upgrade\n-- modelc:revises cd34\n", "belongs above the first section",
            "header line in the body");
    refused(HEAD "-- modelc:data x\n", "belongs into a section", "data outside a section");
    refused(HEAD "SELECT 1;\n", "m.sql:3:1: error: this statement stands in no section", "statement outside");
    refused(HEAD "-- modelc:upgrade\nSELECT 1; -- modelc:downgrade\n", "stands on a line of its own",
            "not at a line's start");
    refused(HEAD "-- modelc:upgrade\nSELECT 1\n", "m.sql:4:1: error: this statement has no `;`",
            "no semicolon at the end");
    refused(HEAD "-- modelc:upgrade\nSELECT (1;\n-- modelc:downgrade\n", "this parenthesis is still open",
            "open parenthesis");
    refused(HEAD "-- modelc:upgrade\nSELECT 'a;\n-- modelc:downgrade\n",
            "m.sql:4:8: error: this text in quotes is never", "quote");
    refused(HEAD "-- modelc:upgrade\nSELECT \"a;\n", "this quoted name is never closed", "quoted name");
    refused(HEAD "-- modelc:upgrade\nSELECT $x$a;$y$\n", "this dollar-quoted text is never closed", "dollar quote");
    refused(HEAD "-- modelc:upgrade\nSELECT 1; /* /* */\n", "this comment is never closed", "comment");
    refused(HEAD "-- modelc:upgrade\nSELECT E'a\\';\n", "this text in quotes is never closed", "escape string");
    refused(HEAD "-- modelc:upgrade\nBegin;\n", "BEGIN can't stand in a migration", "BEGIN");
    refused(HEAD "-- modelc:upgrade\nstart /* x */ transaction;\n", "START TRANSACTION can't", "START TRANSACTION");
    refused(HEAD "-- modelc:upgrade\nPREPARE TRANSACTION 'x';\n", "PREPARE TRANSACTION can't", "PREPARE TRANSACTION");
    refused(HEAD "-- modelc:upgrade\nDISCARD ALL;\n", "DISCARD can't", "DISCARD");
    refused(HEAD "-- modelc:upgrade\nROLLBACK;\n", "ROLLBACK can't", "ROLLBACK");
    refused(HEAD "-- modelc:upgrade\nCOPY t (a) FROM STDIN;\n", "COPY from or to the client", "COPY FROM STDIN");
    refused(HEAD "-- modelc:upgrade\n\\i other.sql\nSELECT 1;\n", "a backslash line is for psql", "backslash");
    refused(HEAD "-- modelc:upgrade\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- modelc:downgrade\n",
            "mend: write `-- modelc:upgrade no-transaction` above it", "needs no-transaction");
    refused(HEAD "-- modelc:upgrade\nSELECT 1;\n", "this revision has no downgrade", "no downgrade");
    refused(HEAD "-- modelc:downgrade\n-- modelc:irreversible x\n", "irreversible, and yet", "both");
    refused(HEAD "-- modelc:irreversible\n", "needs a value", "no reason");
    refused(HEAD "-- modelc:upgrade\n-- modelc:lock-timeout soon\n", "not a length of time", "lock timeout");
    refused(HEAD "-- modelc:statement-timeout 5m\n", "write: -- modelc:statement-timeout 10s", "statement timeout");
    refused(HEAD "-- modelc:retries -1\n", "not a number below 1000", "retries");
    refused(HEAD "-- modelc:lock-timeout 1s\n-- modelc:lock-timeout 2s\n", "stands twice", "lock timeout of the header, twice");
    refused(HEAD "-- modelc:irreversible x\n-- modelc:lock-timeout 1s\n", "belongs above the first section, or into one",
            "lock timeout of nothing");
    refused(HEAD "-- modelc:upgrade\n-- modelc:search-path a b\n", "not a list of schemas", "search path");
    refused(HEAD "-- modelc:object table\n", "not an object line", "object line");
    refused(HEAD "-- modelc:object table a v1:1\n-- modelc:object table a -\n", "table a has two object lines",
            "objects twice");
    refused("-- modelc:revision -x\n", "\"-x\" can't be a revision id", "bad id");
    refused("-- modelc:revision head\n", "\"head\" can't be a revision id", "reserved id");
    refused(HEAD "-- modelc:revises cd34 cd34\n", "cd34 is named twice", "a parent twice");
}

/* ---- writing */

static void add_op(struct plan *plan, struct op op)
{
    vec_push(ctx->arena, &plan->ops, op);
}

static struct plan nasty_plan(void)
{
    struct plan plan = {0};
    add_op(&plan, (struct op){.sql = "ALTER TYPE m ADD VALUE 'x;'", .transaction = OP_COMMIT_AFTER});
    add_op(&plan, (struct op){.sql = "ALTER TYPE m ADD VALUE 'y'", .transaction = OP_COMMIT_AFTER,
                              .note = "line one\r\nmodelc:downgrade\n  MODELC:upgrade  \n\n'quote"});
    add_op(&plan, (struct op){.sql = "CREATE TABLE \"a\n-- modelc:downgrade\n;b\" (\"/*\" int, \"--\" text)",
                              .search_path = "\"a\n\\b\", public", .loses = "table public.\"x\ny\""});
    add_op(&plan, (struct op){.sql = "UPDATE t SET a = $modelc$ ; $$ $modelc$", .data = "fill\nit\tnow",
                              .search_path = "public"});
    add_op(&plan, (struct op){.sql = "UPDATE t SET b = 1", .complete = "b"});
    add_op(&plan, (struct op){.sql = "CREATE VIEW v AS SELECT 1 -- modelc:downgrade\n, 2 -- last"});
    add_op(&plan, (struct op){.sql = "CREATE INDEX CONCURRENTLY i ON t (a)", .transaction = OP_ALONE});
    add_op(&plan, (struct op){.sql = "CREATE INDEX CONCURRENTLY j ON t (b)", .transaction = OP_ALONE});
    add_op(&plan, (struct op){.sql = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END"});
    return plan;
}

static void check_nasty(const struct revision *r)
{
    ok(r->up.n == 4, "four sections up, found %zu", r->up.n);
    ok(r->up.at[0].transaction && r->up.at[0].statements.n == 2, "labels in one section, committed before the rest");
    const struct section *main = &r->up.at[1];
    ok(main->statements.n == 4, "four statements in the second");
    is_text(r->up.at[0].statements.at[1].note, "line one\nmodelc :downgrade\n  MODELC :upgrade\n\n'quote",
            "a note is a note");
    is_text(main->statements.at[0].sql, "CREATE TABLE \"a\n-- modelc:downgrade\n;b\" (\"/*\" int, \"--\" text)",
            "names");
    is_text(main->statements.at[0].search_path, "\"a\n\\b\", public", "search path with a newline");
    is_text(main->loses.at[0], "table public.\"x\ny\"", "loses with a newline");
    is_text(main->statements.at[1].reason, "fill it now", "reason on one line");
    ok(main->statements.at[1].origin == STATEMENT_DATA && main->statements.at[2].origin == STATEMENT_COMPLETE,
       "origins");
    is_text(main->statements.at[1].search_path, "public", "search path changes within a section");
    ok(main->statements.at[3].origin == STATEMENT_GENERATED, "generated again");
    ok(!r->up.at[2].transaction && r->up.at[2].statements.n == 2 && r->up.at[3].transaction, "alone");
}

static void test_writing(void)
{
    struct plan up = nasty_plan(), down = {0};
    struct revision_draft draft = {.id = "ab12", .message = "modelc:upgrade\n-- modelc:downgrade\nDROP TABLE t;",
                                   .up = &up,
                                   .down = &down, .created = "2026-11-20T07:12:00Z"};
    vec_push(ctx->arena, &draft.parents, "p1");
    vec_push(ctx->arena, &draft.parents, "p2");
    vec_push(ctx->arena, &draft.depends_on, "d1");
    vec_push(ctx->arena, &draft.labels, "summer");
    vec_push(ctx->arena, &draft.objects,
             ((struct object_line){.kind = "table", .path = "public.\"x\n- \\n\"", .hash = "v1:a"}));
    vec_push(ctx->arena, &draft.objects, ((struct object_line){.kind = "column", .path = "public.f(integer, text)"}));
    const char *text = revision_text(ctx, NULL, &draft);
    no_findings("writing");
    const struct revision *r = text ? parse(text) : NULL;
    if (!ok(r != NULL, "the text parses")) return;
    no_findings("reading back");
    check_nasty(r);
    is_text(r->message, "modelc :upgrade", "message");
    ok(r->parents.n == 2 && strcmp(r->parents.at[1], "p2") == 0 && r->depends_on.n == 1 && r->labels.n == 1,
       "header lists");
    ok(r->down.n == 1 && r->down.at[0].statements.n == 0, "an empty plan has its section");
    is_text(r->objects.at[0].path, "public.\"x\n- \\n\"", "object path with a newline");
    ok(r->objects.n == 2 && !r->objects.at[1].hash, "object dropped");
    is_text(r->generated, revision_generated_digest(ctx, r), "the digest of generated statements is the header's");
}

static void test_layout(void)
{
    struct plan up = {0}, down = {0};
    add_op(&up, (struct op){.sql = "ALTER TABLE public.products ADD COLUMN xyz varchar(200)", .search_path = "public",
                            .note = "models/catalog.model:14: column products.xyz is new"});
    add_op(&up, (struct op){.sql = "UPDATE products SET xyz = ''", .data = "backfill of xyz", .search_path = "public"});
    add_op(&up, (struct op){.sql = "ALTER TABLE public.products ALTER COLUMN xyz SET NOT NULL"});
    add_op(&down,
           (struct op){.sql = "ALTER TABLE public.products DROP COLUMN xyz", .loses = "column public.products.xyz"});
    struct revision_draft draft = {.id = "8f3a1c2b9d04", .message = "add xyz column", .created = "2026-11-20T07:12:00Z",
                                   .up = &up, .down = &down};
    vec_push(ctx->arena, &draft.parents, "1975ea83b712");
    vec_push(ctx->arena, &draft.objects,
             ((struct object_line){.kind = "column", .path = "public.products.xyz", .hash = "v1:9f2c"}));
    const char *text = revision_text(ctx, NULL, &draft);
    const struct revision *r = parse(text);
    is_text(text, arena_printf(ctx->arena,
        "-- add xyz column\n--\n"
        "-- modelc:revision   8f3a1c2b9d04\n-- modelc:revises    1975ea83b712\n"
        "-- modelc:created    2026-11-20T07:12:00Z\n-- modelc:generated  %s\n\n"
        "-- modelc:upgrade\n-- modelc:search-path public\n\n"
        "-- models/catalog.model:14: column products.xyz is new\n"
        "-- locks public.products: ACCESS EXCLUSIVE\n"
        "ALTER TABLE public.products ADD COLUMN xyz varchar(200);\n\n"
        "-- modelc:data backfill of xyz\nUPDATE products SET xyz = '';\n-- modelc:end\n\n"
        "-- locks public.products: ACCESS EXCLUSIVE, scan\n"
        "ALTER TABLE public.products ALTER COLUMN xyz SET NOT NULL;\n\n"
        "-- modelc:downgrade\n\n-- modelc:loses column public.products.xyz\n"
        "-- locks public.products: ACCESS EXCLUSIVE\n"
        "ALTER TABLE public.products DROP COLUMN xyz;\n\n"
        "-- modelc:object column public.products.xyz v1:9f2c\n", r->generated), "layout");
    no_findings("layout");
}

static const char *written(struct plan *up)
{
    struct revision_draft draft = {.id = "ab12", .message = "m", .created = "2026-11-20T07:12:00Z", .up = up};
    return revision_text(ctx, NULL, &draft);
}

/* What is locked stands above the statement that locks it first in its section, and where there is work to do. */
static void test_lock_notes(void)
{
    struct plan up = {0};
    add_op(&up, (struct op){.sql = "CREATE TABLE s.n (id int REFERENCES s.t)"});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.n ADD CHECK (id > 0)"});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.t ADD a int"});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.t ADD b int"});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.t ALTER b TYPE text", .risk = RISK_REWRITE});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.t ALTER c TYPE text"});
    add_op(&up, (struct op){.sql = "CREATE VIEW s.v AS SELECT * FROM s.t"});
    add_op(&up, (struct op){.sql = "DROP VIEW s.w"});
    add_op(&up, (struct op){.sql = "CREATE INDEX CONCURRENTLY i ON s.t (a)", .transaction = OP_ALONE});
    add_op(&up, (struct op){.sql = "ALTER TABLE s.t ALTER c SET NOT NULL", .phase = PHASE_REQUIRE});
    add_op(&up, (struct op){.sql = "DROP TABLE s.\"odd\nmodelc:upgrade\""});
    const char *text = written(&up), *body = text ? strstr(text, "-- modelc:upgrade") : NULL, *end = body ? strstr(body, "-- modelc:downgrade") : NULL;
    is_text(end ? arena_strndup(ctx->arena, body, (size_t)(end - body)) : NULL,
        "-- modelc:upgrade\n\n"
        "-- locks s.t: SHARE ROW EXCLUSIVE\nCREATE TABLE s.n (id int REFERENCES s.t);\n\n"
        "ALTER TABLE s.n ADD CHECK (id > 0);\n\n"
        "-- locks s.t: ACCESS EXCLUSIVE\nALTER TABLE s.t ADD a int;\n\n"
        "ALTER TABLE s.t ADD b int;\n\n"
        "-- locks s.t: ACCESS EXCLUSIVE, rewrite\nALTER TABLE s.t ALTER b TYPE text;\n\n"
        "ALTER TABLE s.t ALTER c TYPE text;\n\n"
        "CREATE VIEW s.v AS SELECT * FROM s.t;\n\n"
        "DROP VIEW s.w;\n\n"
        "-- modelc:upgrade no-transaction\n\n"
        "-- locks s.t: SHARE UPDATE EXCLUSIVE, index build, waits for older transactions\nCREATE INDEX CONCURRENTLY i ON s.t (a);\n\n"
        "-- modelc:upgrade\n\n"
        "-- locks s.t: ACCESS EXCLUSIVE\nALTER TABLE s.t ALTER c SET NOT NULL;\n\n"
        "-- locks s.odd\\nmodelc:upgrade: ACCESS EXCLUSIVE\nDROP TABLE s.\"odd\nmodelc:upgrade\";\n\n", "notes on locks");
    const struct revision *r = text ? parse(text) : NULL;
    ok(r && r->up.n == 3 && r->generated && str_eq(r->generated, revision_generated_digest(ctx, r)), "they are no part of the digest");
    no_findings("notes on locks");
}

static void test_empty(void)
{
    struct revision_draft draft = {.id = "ab12", .message = "fill prices", .created = "2026-11-20T07:12:00Z"};
    const char *text = revision_text(ctx, NULL, &draft);
    const struct revision *r = parse(text);
    no_findings("an empty revision");
    ok(r->up.n == 1 && r->down.n == 1 && !r->generated && r->parents.n == 0, "has both sections");
    ok(strstr(text,
              "-- modelc:upgrade\n-- modelc:data fill prices\n\n-- SQL statements, each with its `;`\n\n") != NULL,
       "hints");
    struct buf filled = buf_new(ctx->arena);
    const char *at = strstr(text, "each with its `;`\n") + strlen("each with its `;`\n");
    buf_addn(&filled, text, (size_t)(at - text));
    buf_printf(&filled, "UPDATE t SET a = 1;\n%s", at);
    r = parse(filled.text);
    no_findings("once written into");
    ok(r->up.at[0].statements.n == 1 && r->up.at[0].statements.at[0].origin == STATEMENT_DATA,
       "it holds data statements");
    draft.irreversible = "cannot\ncome back";
    r = parse(revision_text(ctx, NULL, &draft));
    is_text(r->irreversible, "cannot come back", "irreversible");
    struct plan two = {0};
    add_op(&two, (struct op){.sql = "SELECT 1; DROP TABLE t"});
    draft.up = &two;
    ok(!revision_text(ctx, NULL, &draft) && strstr(findings(), "can't be written"), "an op is one statement");
    two.ops.at[0].sql = "SELECT 'open";
    ok(!revision_text(ctx, NULL, &draft) && strstr(findings(), "never closed"), "and a whole one");
}

static void test_rewriting(void)
{
    const struct revision *r = parse(example);
    const char *const parents[] = {"aa11", "bb22"};
    const char *text = revision_rewrite_header(ctx, r, "cc33", parents, 2);
    const struct revision *other = parse(text);
    is_text(other->id, "cc33", "new id");
    ok(other->parents.n == 2 && strcmp(other->parents.at[1], "bb22") == 0, "new parents");
    is_text(strstr(text, "-- modelc:created"), strstr(example, "-- modelc:created"), "the rest stays");
    text = revision_rewrite_field(ctx, r, "certified", "up-down-up postgres 15.20");
    r = parse(text);
    is_text(r->certified, "up-down-up postgres 15.20", "certified");
    ok(strstr(text, "v1:77ab\n-- modelc:certified  up-down-up") != NULL, "below generated");
    other = parse(revision_rewrite_header(ctx, r, r->id, NULL, 0));
    ok(!other->certified && other->parents.n == 0, "other parents, no certificate");
    other = parse(revision_rewrite_header(ctx, other, r->id, parents, 1));
    ok(other->parents.n == 1 && strstr(other->source->text, "8f3a1c2b9d04\n-- modelc:revises    aa11\n"),
       "a parent added");
    struct object_line objects[] = {{.kind = "table", .path = "public.t", .hash = "v1:1"}};
    text = revision_rewrite_objects(ctx, r, objects, 1);
    other = parse(text);
    ok(other->objects.n == 1 && strcmp(other->objects.at[0].path, "public.t") == 0, "new objects");
    is_text(revision_body_digest(ctx, other), revision_body_digest(ctx, r), "the body stays");
    text = revision_rewrite_objects(ctx, parse(revision_rewrite_objects(ctx, r, NULL, 0)), objects, 1);
    ok(strstr(text, "DROP COLUMN xyz;\n\n\n-- modelc:object table public.t v1:1\n") != NULL,
       "added where there were none");
    no_findings("rewriting");
}

/* Random cuts, copies and bytes: nothing may crash. */
static void test_mutations(void)
{
    static const char *const pieces[] = {"'", "\"", "$$", "$a$", ";", "--", "/*", "*/", "\n", "\r", "(", ")", "\\",
                                         "E'", "\n-- modelc:",
                                         "BEGIN ATOMIC", "END", "CASE", "-- modelc:data x\n", "\xc3\xa4",
                                         "CREATE FUNCTION "};
    unsigned seed = 7;
    size_t runs = 0;
    for (; runs < 3000; runs++) {
        struct ctx *outer = ctx;
        ctx = ctx_new();
        struct buf text = buf_new(ctx->arena);
        size_t len = strlen(example);
        for (size_t i = 0; i < 4; i++) {
            size_t from = (size_t)rand_r(&seed) % len, n = (size_t)rand_r(&seed) % 300;
            if (i == 0) from = 0, n = 150 + (size_t)rand_r(&seed) % (len - 150);
            buf_addn(&text, example + from, from + n > len ? len - from : n);
            if (rand_r(&seed) % 2) buf_add(&text, pieces[(size_t)rand_r(&seed) % (sizeof pieces / sizeof pieces[0])]);
        }
        struct revision *r = parse(text.text);
        if (r) revision_rewrite_objects(ctx, r, NULL, 0);
        if (r) revision_generated_digest(ctx, r);
        ctx_free(ctx);
        ctx = outer;
    }
    ok(runs == 3000, "mutations");
}

static const char *nasty_text(unsigned *seed)
{
    static const char *const pieces[] = {"'", "\"", "$", "$$", "$a$", ";", "--", " modelc:upgrade", "/*", "*/", "\n",
                                         "\r", "\r\n", "(", "\\", "\\n", " ", "x", "\t", "-- modelc:end\n", "\xc3\xa4",
                                         "${header}", "%"};
    struct buf text = buf_new(ctx->arena);
    buf_addc(&text, 'n');
    for (int n = rand_r(seed) % 12; n > 0; n--) {
        buf_add(&text, pieces[(size_t)rand_r(seed) % (sizeof pieces / sizeof pieces[0])]);
    }
    return text.text;
}

static struct op nasty_op(unsigned *seed)
{
    struct buf sql = buf_new(ctx->arena), path = buf_new(ctx->arena), names = buf_new(ctx->arena);
    buf_add(&sql, "SELECT ");
    sql_literal(&sql, nasty_text(seed));
    buf_add(&sql, ", ");
    sql_dollar(&sql, nasty_text(seed), "body");
    buf_add(&sql, " AS ");
    sql_ident(&sql, nasty_text(seed));
    sql_ident(&names, nasty_text(seed));
    sql_ident(&path, nasty_text(seed));
    return (struct op){.sql = sql.text, .note = nasty_text(seed), .loses = path.text, .search_path = names.text,
                       .data = rand_r(seed) % 3 ? NULL : nasty_text(seed),
                       .transaction = (enum op_transaction)(rand_r(seed) % 3)};
}

/* Whatever names, texts and notes hold: what is read back is what was written. */
static void test_round_trips(void)
{
    unsigned seed = 11;
    size_t same = 0, runs = 0;
    for (; runs < 500; runs++) {
        struct plan plan = {0};
        struct revision_draft draft = {.id = "ab12", .message = nasty_text(&seed), .up = &plan, .down = &plan};
        add_op(&plan, nasty_op(&seed));
        add_op(&plan, nasty_op(&seed));
        struct object_line line = {.kind = "table", .path = plan.ops.at[0].loses, .hash = "v1:0"};
        vec_push(ctx->arena, &draft.objects, line);
        const char *text = revision_text(ctx, NULL, &draft);
        const struct revision *r = text ? parse(text) : NULL;
        if (!r || diag_errors(ctx) > 0) break;
        const struct statement *first = &r->down.at[0].statements.at[0];
        const struct section *last = &r->down.at[r->down.n - 1];
        const struct statement *second = &last->statements.at[last->statements.n - 1];
        same += str_eq(first->sql, plan.ops.at[0].sql) && str_eq(second->sql, plan.ops.at[1].sql) &&
                str_eq(first->search_path, plan.ops.at[0].search_path) && str_eq(second->search_path,
                                                                                 plan.ops.at[1].search_path) &&
                str_eq(r->loses.at[3], plan.ops.at[1].loses) && r->loses.n == 4 && str_eq(r->objects.at[0].path,
                                                                                          line.path);
    }
    if (!ok(same == 500, "%zu of %zu round trips", same, runs)) printf("# %s\n", findings());
}

static void test_timeouts(void)
{
    struct revision *r = parse(HEAD "-- modelc:lock-timeout 2s\n-- modelc:statement-timeout 5min\n-- modelc:retries 7\n"
                                    "-- modelc:upgrade\n-- modelc:statement-timeout 1h\nSELECT 1;\n-- modelc:downgrade\n");
    ok(r && diag_errors(ctx) == 0 && r->up.n == 1, "timeouts are read");
    is_text(r->lock_timeout, "2s", "lock timeout of the header");
    is_text(r->statement_timeout, "5min", "statement timeout of the header");
    ok(r->retries == 7, "retries");
    is_text(r->up.at[0].statement_timeout, "1h", "statement timeout of a section");
    ok(!r->up.at[0].lock_timeout, "which has no lock timeout of its own");
}

int main(void)
{
    ctx = ctx_new();
    const struct revision *r = parse(example);
    no_findings("example");
    check_example_header(r);
    check_example_body(r);
    check_digests(r);
    test_splitting();
    test_notes();
    test_refusals();
    test_timeouts();
    test_writing();
    test_layout();
    test_lock_notes();
    test_empty();
    test_rewriting();
    test_round_trips();
    test_mutations();
    test_timeouts();
    ctx_free(ctx);
    return tap_done();
}
