/* seed_test.c: rows for every table of a schema with all that tables may have (seed.sql), and of the schemas that
 * others wrote. Usage: seed_test seed.sql FOLDER, or with further files: what becomes of these only. */
#include <time.h>

#include "base/file.h"
#include "pg/catalog.h"
#include "pg/load.h"
#include "pg/seed.h"
#include "pg_fixture.h"

/* What not every version has, and what would get in the way of making the rest. */
static const char multiranges[] =
    "CREATE TABLE multiranges (a int4multirange NOT NULL, b datemultirange NOT NULL, c floats_multirange NOT NULL,"
    " d int4multirange[] NOT NULL)";
static const char event_trigger[] = "CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION ev();"
                                    "CREATE EVENT TRIGGER ev2 ON ddl_command_start EXECUTE FUNCTION ev();"
                                    "ALTER EVENT TRIGGER ev2 ENABLE ALWAYS";

static const char voices[] =
    "SELECT md5(string_agg(x, ',' ORDER BY x))"
    " FROM (SELECT tgrelid::regclass::text || tgname || tgenabled FROM pg_trigger"
    " UNION ALL SELECT ev_class::regclass::text || rulename || ev_enabled FROM pg_rewrite"
    " UNION ALL SELECT evtname || evtenabled FROM pg_event_trigger) AS v (x)";
static const char settings[] =
    "SELECT md5(string_agg(name || setting, ',' ORDER BY name)) FROM pg_settings WHERE source = 'session'";

struct database {
    struct fixture f;
    struct seed_report report;
    double took;
    bool done;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void seed(struct database *db, uint64_t number, bool inside)
{
    const struct catalog_options options = {0};
    struct schema *live = catalog_read(db->f.conn, &options);
    if (inside) run_sql(&db->f, "BEGIN");
    double before = seconds();
    db->done = live && seed_rows(db->f.conn, live, &(struct seed_options){.seed = number, .rows = 20}, &db->report);
    db->took = seconds() - before;
}

static bool load(struct database *db, struct ctx *ctx, struct scratch *scratch, const char *path)
{
    struct source *source = file_load(ctx, path, NULL);
    *db = (struct database){.f = {.ctx = ctx, .conn = scratch_more(scratch)}};
    return db->f.conn && source && load_script(db->f.conn, source);
}

static void show(struct database *db, const char *path)
{
    printf("# %s: %s, %zu tables, %zu rows, %.3f s\n", path_base(path), db->done ? "done" : "failed", db->report.tables,
           db->report.rows, db->took);
    for (size_t i = 0; i < db->report.skipped.n; i++) {
        const struct seed_skipped *skipped = &db->report.skipped.at[i];
        printf("#   %s: %zu rows: %s\n", skipped->path, skipped->rows, skipped->reason);
    }
    const char *text = said(&db->f);
    if (*text) printf("# %s\n", text);
}

/* ---- seed.sql */

static bool load_everything(struct database *db, struct ctx *ctx, struct scratch *scratch, const char *path)
{
    if (!load(db, ctx, scratch, path)) return false;
    return (db->f.conn->version < 140000 || run_sql(&db->f, multiranges)) && run_sql(&db->f, event_trigger);
}

/* All rows of all tables, whatever their order. */
static const char *all_rows(struct database *db)
{
    const char *sql =
        ask(&db->f,
            "SELECT string_agg(format('SELECT %L || md5(coalesce(string_agg(x::text, E''\\n'' ORDER BY x::text), ''''))"
            " FROM %s AS x', c.oid::regclass, c.oid::regclass), ' UNION ALL ' ORDER BY c.oid::regclass::text)"
            " FROM pg_class c WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'");
    return ask(&db->f, sql);
}

static const struct { const char *what, *sql, *answer; } facts[] = {
    {"every label of an enum appears", "SELECT count(DISTINCT a) FROM made", "7"},
    {"sequences move", "SELECT last_value >= 19 FROM scalars_id_seq", "t"},
    {"every partition of two levels has rows", "SELECT count(DISTINCT tableoid) FROM logs", "3"},
    {"both hash partitions have rows", "SELECT count(DISTINCT tableoid) FROM hashed", "2"},
    {"list partitions, the one for NULL, too", "SELECT count(DISTINCT tableoid) FROM listed", "2"},
    {"partitions take what their own checks allow", "SELECT count(*) FROM exprs", "20"},
    {"children get rows of their own", "SELECT count(*) FROM ONLY base", "20"},
    {"a grandchild, too", "SELECT count(*) FROM grandchild", "20"},
    {"a unique boolean gives two rows", "SELECT count(*) FROM flags", "2"},
    {"a key of two booleans four", "SELECT count(*) FROM keys", "4"},
    {"rows refer to rows before them",
     "WITH RECURSIVE r AS (SELECT id FROM tree WHERE parent IS NULL UNION SELECT t.id"
     " FROM tree t JOIN r ON t.parent = r.id)"
                                       " SELECT count(*) FROM r", "20"},
    {"some do", "SELECT count(parent) > 5 AND count(next) > 5 FROM tree", "t"},
    {"a loop is closed where it can be", "SELECT count(egg) > 5 FROM hen", "t"},
    {"a composite reference to the own table", "SELECT count(boss) > 0 FROM users", "t"},
    {"references share a column", "SELECT count(*) > 10 AND count(who) > 3 FROM tasks", "t"},
    {"MATCH FULL is all or nothing", "SELECT count(*) FILTER (WHERE a IS NULL) > 0 AND count(b) > 5 FROM fulls", "t"},
    {"loops of columns that can't be NULL",
     "SELECT (SELECT count(*) FROM h1) + (SELECT count(*) FROM j2) + (SELECT count(*) FROM tree_always)", "60"},
    {"some values are NULL", "SELECT count(*) - count(email) > 0 FROM indexed", "t"},
    {"some texts are hard to quote",
     "SELECT bool_or(d1 LIKE '%''%') AND bool_or(d1 LIKE E'%\\n%') AND bool_or(d1 ~ '[^\\x01-\\x7f]')"
     " FROM scalars", "t"},
    {"a text is empty", "SELECT count(*) > 0 FROM scalars WHERE d1 = '' OR d2 = '' OR d9 = ''", "t"},
    {"most ranges are not empty",
     "SELECT count(*) > 10 FROM scalars WHERE NOT isempty(n1) AND NOT isempty(n6) AND NOT isempty(n7)", "t"},
    {"no time of ours",
     "SELECT count(*) FROM defaults WHERE at > now() - interval '1 hour' AND at < now() + interval '1 hour'", "0"},
    {"rows where a trigger or rule would refuse", "SELECT count(*) FROM trig", "20"},
    {"rows where a policy hides them", "SELECT count(*) FROM secured", "20"},
    {"a sequence that ends", "SELECT count(*) FROM runs_out", "20"},
    {"names that get in the way", "SELECT (SELECT count(*) FROM \"modelc values\") + (SELECT count(*) FROM a3)", "40"},
    {"checks and keys of generated columns", "SELECT count(*) FROM gen", "20"},
    {"deferred constraints hold", "SELECT count(DISTINCT n) = count(n) FROM later", "t"},
};

static void check_facts(struct database *db)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        is_text(ask(&db->f, facts[i].sql), facts[i].answer, facts[i].what);
    if (db->f.conn->version >= 140000)
        is_text(ask(&db->f, "SELECT count(DISTINCT a) > 10 FROM multiranges"), "t", "multiranges");
}

/* Only what nobody could fill is left, and is named. */
static void check_skipped(struct database *db)
{
    static const char *const expected[] = {
        "public.a2", "public.homeless", "public.im", "public.impossible", "public.impossible2", "public.nev", "public.refs_im",
    };
    enum { N = sizeof expected / sizeof *expected };
    bool same = db->report.skipped.n == N;
    for (size_t i = 0; same && i < N; i++) {
        same = str_eq(db->report.skipped.at[i].path, expected[i]) && !db->report.skipped.at[i].rows &&
               *db->report.skipped.at[i].reason;
    }
    ok(same, "only what nobody could fill is left out");
}

static void check_everything(struct ctx *ctx, struct scratch *scratch, const char *path)
{
    struct database first, second, third;
    bool loaded = load_everything(&first, ctx, scratch, path) && load_everything(&second, ctx, scratch, path) &&
                  load_everything(&third, ctx, scratch, path);
    if (!ok(loaded, "the schema loads")) {
        show(&first, path);
        return;
    }
    const char *voices_before = ask(&first.f, voices), *settings_before = ask(&first.f, settings);
    seed(&first, 7, false);
    show(&first, path);
    if (!ok(first.done, "rows are made")) return;
    check_skipped(&first);
    is_text(ask(&first.f, voices), voices_before, "triggers and rules are as before");
    is_text(ask(&first.f, settings), settings_before, "settings are as before");
    ok(conn_transaction(first.f.conn) == CONN_IDLE, "no transaction is left open");
    check_facts(&first);
    seed(&second, 7, false);
    is_text(all_rows(&second), all_rows(&first), "the same seed gives the same rows");
    seed(&third, 8, false);
    ok(!str_eq(all_rows(&third), all_rows(&first)), "another seed gives others");
    seed(&third, 8, true);
    ok(!third.done, "not within a transaction");
    says(&third.f, "a transaction is open", "it says so");
}

/* ---- schemas that others wrote */

static void check_file(struct ctx *ctx, struct scratch *scratch, const char *path)
{
    struct database db;
    bool loaded = load(&db, ctx, scratch, path);
    if (loaded) seed(&db, 1, false);
    show(&db, path);
    const char *n = !loaded ? ""
                            : ask(&db.f, "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT "
                                         "relispartition AND relnamespace::regnamespace::text !~"
                                         " '^(pg_|information_schema)'");
    ok(db.done && db.report.skipped.n == 0 && str_eq(n, arena_printf(ctx->arena, "%zu", db.report.tables)),
       "%s: all of its %s tables have rows", path_base(path), n);
}

int main(int argc, char **argv)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    struct paths files = {0};
    if (argc == 3 && dir_exists(argv[2])) dir_walk(ctx, argv[2], ".sql", &files);
    if (scratch && argc >= 2 && argc <= 3) check_everything(ctx, scratch, argv[1]);
    for (int i = 1; i < argc && argc > 3; i++) vec_push(ctx->arena, &files, argv[i]);
    for (size_t i = 0; scratch && i < files.n; i++) check_file(ctx, scratch, files.at[i]);
    if (scratch) scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
