/* effect_test.c: what sql_effect() says where no server of ours could: statements of newer versions, doubts, texts. The locks themselves
 * are compared with a server's in tests/live/effect_test.c. */
#include "sql/effect.h"
#include "tap.h"

static const char *said(struct arena *arena, const char *sql)
{
    struct effect effect;
    struct buf out = buf_new(arena);
    if (!sql_effect(arena, sql, 0, &effect)) return "no SQL";
    for (size_t i = 0; i < effect.relations.n; i++) {
        const struct relation_effect *at = &effect.relations.at[i];
        buf_separate(&out, "", "; ");
        buf_add(&out, effect_text(arena, at->made ? "made" : at->name, at));
        if (at->index) buf_add(&out, " (index)");
    }
    if (effect.concurrently) buf_add(&out, " concurrently");
    if (effect.outside_transaction) buf_add(&out, " alone");
    return out.text;
}

static void test_statements(struct arena *arena)
{
    static const char *const rows[][2] = {
        {"ALTER TABLE t ADD CONSTRAINT n NOT NULL c NOT VALID", "t: ACCESS EXCLUSIVE"},
        {"ALTER TABLE t ADD CONSTRAINT n NOT NULL \"C\"", "t: ACCESS EXCLUSIVE, scan"},
        {"ALTER TABLE t ADD NOT NULL c NO INHERIT", "t: ACCESS EXCLUSIVE, scan"},
        {"ALTER TABLE t ADD COLUMN c integer GENERATED ALWAYS AS (a * (2 + b)) VIRTUAL, ADD d text", "t: ACCESS EXCLUSIVE"},
        {"ALTER TABLE t ADD COLUMN c integer GENERATED ALWAYS AS (a * 2)", "t: ACCESS EXCLUSIVE"},
        {"ALTER TABLE t ADD COLUMN c integer GENERATED ALWAYS AS (a * 2) STORED", "t: ACCESS EXCLUSIVE, rewrite"},
        {"ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (a + b)", "t: ACCESS EXCLUSIVE, rewrite"},
        {"ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES s.u NOT ENFORCED", "t: SHARE ROW EXCLUSIVE; u: SHARE ROW EXCLUSIVE"},
        {"ALTER TABLE t ALTER CONSTRAINT k INHERIT", "t: ACCESS EXCLUSIVE"},
        {"ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a, during WITHOUT OVERLAPS)", "t: ACCESS EXCLUSIVE, index build"},
        {"ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a, PERIOD during) REFERENCES u (a, PERIOD during)",
         "t: SHARE ROW EXCLUSIVE, scan; u: SHARE ROW EXCLUSIVE, scan"},
        {"CREATE TABLE t (a integer, c integer GENERATED ALWAYS AS (a) VIRTUAL)", "made: ACCESS EXCLUSIVE"},
        {"CREATE INDEX CONCURRENTLY i ON t (a)", "t: SHARE UPDATE EXCLUSIVE, index build, waits for older transactions concurrently alone"},
        {"DROP INDEX CONCURRENTLY s.i", "i: SHARE UPDATE EXCLUSIVE, waits for older transactions (index) concurrently alone"},
        {"REINDEX (CONCURRENTLY) TABLE t", "t: SHARE UPDATE EXCLUSIVE, index build, waits for older transactions concurrently alone"},
        {"REINDEX (CONCURRENTLY off) INDEX i", "i: ACCESS EXCLUSIVE, index build (index)"},
        {"ALTER TABLE p DETACH PARTITION q CONCURRENTLY",
         "p: SHARE UPDATE EXCLUSIVE, waits for older transactions; q: ACCESS EXCLUSIVE, waits for older transactions concurrently alone"},
        {"VACUUM (FULL) t", "t: ACCESS EXCLUSIVE, rewrite alone"},
        {"VACUUM t, u", "t: SHARE UPDATE EXCLUSIVE, scan; u: SHARE UPDATE EXCLUSIVE, scan alone"},
        {"ALTER TABLE t ALTER c TYPE numeric(9,2)", "t: ACCESS EXCLUSIVE, may rewrite"},
        {"ALTER TABLE t ADD c s.d", "t: ACCESS EXCLUSIVE, may rewrite"},
        {"UPDATE \"T\" SET a = 1", "T: ROW EXCLUSIVE, changes rows"},
        {"DELETE FROM t", "t: ROW EXCLUSIVE, changes rows, loses data"},
        {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", ""},
        {"ALTER TABLE", "no SQL"},
        {"", "no SQL"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) is_text(said(arena, rows[i][0]), rows[i][1], rows[i][0]);
}

static void test_doubts(struct arena *arena)
{
    struct effect effect;
    ok(sql_effect(arena, "ALTER TABLE t ADD a s.d, ADD b int DEFAULT s.f(), ALTER c TYPE numeric(9,2), ADD d int DEFAULT now()", 0, &effect), "doubts");
    const struct relation_effect *at = &effect.relations.at[0];
    is_text(at->column, "a", "the first one's column");
    is_text(at->type, "s.d", "and type");
    if (ok(at->doubts.n == 3, "three of them: now() is none")) {
        ok(at->doubts.at[0].added && !at->doubts.at[0].function, "a type that may be a domain");
        is_text(at->doubts.at[1].function_schema, "s", "a function's schema");
        is_text(at->doubts.at[1].function, "f", "a function that may be volatile");
        ok(!at->doubts.at[2].added, "a type that may fit");
        is_text(at->doubts.at[2].type, "numeric(9,2)", "with its limits");
    }
    ok(sql_effect(arena, "ALTER TABLE s.t DROP CONSTRAINT k, DROP c, VALIDATE CONSTRAINT v", 0, &effect) && effect.keys.n == 3, "keys in doubt");
    is_text(effect.keys.at[0].constraint, "k", "by constraint");
    is_text(effect.keys.at[1].column, "c", "by column");
    ok(effect.keys.at[2].lock == LOCK_ROW_SHARE, "what a foreign key's check takes");
    ok(sql_effect(arena, "DROP SCHEMA s CASCADE", 0, &effect) && effect.others, "what isn't named is said");
}

int main(void)
{
    struct arena *arena = arena_new();
    test_statements(arena);
    test_doubts(arena);
    is_text(lock_blocks(LOCK_SHARE), "writes", "who waits for SHARE");
    is_text(lock_blocks(LOCK_ROW_EXCLUSIVE), NULL, "nobody waits for ROW EXCLUSIVE");
    is_text(work_text(arena, WORK_REWRITE | WORK_SCAN | WORK_LOSES), "rewrite, loses data", "a rewrite is a scan");
    is_text(str_bytes(arena, 812), "812 bytes", "bytes");
    is_text(str_bytes(arena, 8192), "8 kB", "kilobytes");
    is_text(str_bytes(arena, 1.5 * 1024 * 1024), "1.5 MB", "a fraction");
    is_text(str_bytes(arena, 12.4 * (1 << 30)), "12 GB", "no fraction");
    is_text(str_number(arena, 40000000), "40,000,000", "a number");
    arena_free(arena);
    return tap_done();
}
