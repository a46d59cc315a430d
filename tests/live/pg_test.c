/* pg_test.c: connections, the lock and the runner against a real server. */
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "pg_fixture.h"
#include "sql/sql.h"

static const char first_text[] =
    "-- first tables\n--\n-- modelc:revision a1\n-- modelc:created 2026-11-20T07:12:00Z\n\n"
    "-- modelc:upgrade\n-- modelc:search-path public\n\n"
    "CREATE TABLE products (id bigint PRIMARY KEY, price numeric);\n"
    "-- modelc:data starting stock\n"
    "INSERT INTO products SELECT g, g FROM generate_series(1, 7) g;\n\n"
    "-- modelc:downgrade\n\nDROP TABLE public.products;\n\n"
    "-- modelc:object table public.products v1:aa\n-- modelc:object column public.products.price v1:bb\n";

static const char second_text[] =
    "-- an index\n--\n-- modelc:revision b2\n-- modelc:revises a1\n-- modelc:created 2026-11-20T07:13:00Z\n\n"
    "-- modelc:upgrade\n\nALTER TABLE public.products ADD COLUMN xyz text;\n\n"
    "-- modelc:upgrade no-transaction\n\n"
    "CREATE UNIQUE INDEX CONCURRENTLY uq_price ON public.products (price);\n\n"
    "-- modelc:downgrade no-transaction\n\nDROP INDEX CONCURRENTLY public.uq_price;\n\n"
    "-- modelc:downgrade\n\nALTER TABLE public.products DROP COLUMN xyz;\n\n"
    "-- modelc:object column public.products.price v1:cc\n-- modelc:object column public.products.xyz v1:dd\n"
    "-- modelc:object index public.uq_price v1:ee\n";

#define NO_WAY_BACK "\n-- modelc:irreversible a test\n"
#define HEADER(id, revises)                                                                        \
    "-- a revision\n--\n-- modelc:revision " id "\n" revises "-- modelc:created 2026-11-20T07:14:00Z\n\n"

static const char heads_sql[] = "SELECT id FROM modelc.revision ORDER BY 1";

static void test_connection(const char *url)
{
    struct fixture f = fixture_open(url, "t_conn");
    struct server_error error;
    struct rows rows[3];
    size_t failed;
    is_text(ask(&f, "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('jit'), "
                    "current_setting('row_security'),"
                    " current_setting('application_name'))"),
            "UTC off off modelc", "the session is pinned");
    ok(f.conn->version >= 130000 && str_eq(f.conn->database, "t_conn"), "version and database are known");
    ok(!conn_query(f.conn, "SELECT 1 +\n  nope", rows, &error) && str_eq(error.sqlstate, "42703") &&
           error.position == 14,
       "a refusal has its state and position");
    ok(!conn_query_params(f.conn, "SELECT 1; SELECT 2", 0, NULL, rows, &error), "two statements are not one");
    ok(conn_query_params(f.conn, "SELECT $1::int + 1", 1, (const char *const[]){"41"}, rows, &error) &&
       str_eq(rows_get(rows, 0, 0), "42"), "parameters");
    rows_free(rows);
    run_sql(&f, "CREATE TABLE t AS SELECT generate_series(1, 5) AS n");
    run_sql(&f, "UPDATE t SET n = n + 1 WHERE n > 2");
    ok(conn_affected(f.conn) == 3, "affected rows");
    const char *const good[] = {"SELECT 1 AS a", "SELECT 2 AS b", "SELECT 3 AS c"};
    ok(conn_pipeline(f.conn, good, 3, rows, &error, &failed) && failed == 3 && str_eq(rows_get(&rows[1], 0, 0), "2") &&
       rows_column(&rows[2], "c") == 0 && rows_column(&rows[2], "d") == -1, "a pipeline gives all results");
    for (size_t i = 0; i < 3; i++) rows_free(&rows[i]);
    const char *const bad[] = {"SELECT 1", "SELECT nope", "SELECT 3"};
    ok(!conn_pipeline(f.conn, bad, 3, rows, &error, &failed) && failed == 1 && str_eq(error.sqlstate, "42703"),
       "a pipeline stops at the first error");
    is_text(ask(&f, "SELECT 'still here'"), "still here", "and the session goes on");
    ok(!conn_query(f.conn, "COPY t FROM STDIN", NULL, &error), "COPY FROM STDIN is refused");
    ok(conn_query(f.conn, "COPY t TO STDOUT", NULL, &error), "COPY TO STDOUT does not hang");
    ok(!conn_open(f.ctx, NULL, "postgresql:///x?host=/nonexistent", false), "no server there");
    says(&f, "cannot connect (--db)", "and that is said");
    fixture_close(&f);
}

struct seen {
    size_t sections, revisions, rows;
    const char *from, *to;
};
static void on_section(void *arg, const struct run_step *step) { ((struct seen *)arg)->sections += step->number > 0; }
static void on_revision(void *arg, const struct revision *revision, const char *from, const char *to)
{
    struct seen *seen = arg;
    (void)revision;
    seen->revisions++;
    seen->from = from;
    seen->to = to;
}
static void on_data(void *arg, const struct revision *revision, const struct statement *statement, size_t rows)
{
    (void)revision;
    (void)statement;
    ((struct seen *)arg)->rows += rows;
}

static void test_up_and_down(const char *url)
{
    struct fixture f = fixture_open(url, "t_updown");
    struct revision *a = add_revision(&f, "a1.sql", first_text), *b = add_revision(&f, "b2.sql", second_text);
    struct db_state state;
    struct seen seen = {0};
    struct run_options watch = {
        .section_done = on_section, .revision_begins = on_revision, .data_done = on_data, .arg = &seen};
    ok(state_read(f.conn, &f.project, &state) && !state.exists && state.heads.n == 0, "no state at first");
    is_outcome(run_with(&f, true, STEPS(a, b), watch), RUN_DONE, "upgrade");
    ok(seen.sections == 3 && seen.revisions == 2 && seen.rows == 7, "callbacks: sections, revisions, rows");
    ok(str_eq(seen.from, "a1") && str_eq(seen.to, "b2"), "from and to");
    ok(state_read(f.conn, &f.project, &state) && state.heads.n == 1 && str_eq(state.heads.at[0], "b2"),
       "the head moved");
    ok(state.applied.n == 2 && str_eq(state.applied.at[0].text, first_text) &&
           str_eq(state.applied.at[0].who, "postgres") && str_eq(state.applied.at[1].digest, revision_body_digest(f.ctx, b)) &&
           state.applied.at[1].ended && !state.partial,
       "the journal tells");
    is_text(map_get(state.manifest, "column public.products.price"), "v1:cc", "the manifest: a newer hash");
    ok(map_count(state.manifest) == 4, "the manifest: all objects");
    is_text(ask(&f, "SELECT count(*) FROM pg_index WHERE indexrelid = 'public.uq_price'::regclass AND indisvalid"), "1",
            "the index is there");
    is_outcome(run_with(&f, true, STEPS(a, b), NO_OPTIONS), RUN_DONE, "what is applied already is not run again");
    is_outcome(run_with(&f, false, STEPS(a), NO_OPTIONS), RUN_REFUSED, "a parent is not taken back before its child");
    says(&f, "a1 can't be taken back before b2", "and why");
    is_outcome(run_with(&f, false, STEPS(b), NO_OPTIONS), RUN_DONE, "downgrade");
    ok(state_read(f.conn, &f.project, &state) && str_eq(state.heads.at[0], "a1") && state.applied.n == 1,
       "the head went back");
    is_text(map_get(state.manifest, "column public.products.price"), "v1:bb", "and the manifest");
    ok(map_count(state.manifest) == 2, "without the new objects");
    is_outcome(run_with(&f, false, STEPS(a), NO_OPTIONS), RUN_DONE, "down to base");
    is_text(ask(&f, heads_sql), "", "no head");
    is_text(ask(&f, "SELECT to_regclass('public.products')"), "null", "no table");
    is_text(said(&f), "", "nothing was reported");
    fixture_close(&f);
}

static void test_failing(const char *url)
{
    struct fixture f = fixture_open(url, "t_fail");
    struct revision *a = add_revision(&f, "a1.sql", HEADER("a1", "")
        "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\n\nINSERT INTO public.t\n  VALUES ('é', nope);\n\n"
        "-- modelc:downgrade\n\nDROP TABLE public.t;\n");
    struct db_state state;
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_FAILED, "a failing statement");
    says(&f, "a1.sql:11:16: error: column \"nope\" does not exist", "its place in the file");
    is_text(ask(&f, "SELECT to_regclass('public.t')"), "null", "nothing remains");
    ok(state_read(f.conn, &f.project, &state) && state.heads.n == 0 && !state.partial, "nor in the state");
    struct revision *late = add_revision(
        &f, "a2.sql",
        HEADER("a2", "") "-- modelc:upgrade\n\nCREATE TABLE public.p (n int PRIMARY KEY);\n"
                         "CREATE TABLE public.c (n int REFERENCES public.p DEFERRABLE INITIALLY DEFERRED);\nINSERT "
                         "INTO public.c VALUES (1);\n" NO_WAY_BACK);
    is_outcome(run_with(&f, true, STEPS(late), NO_OPTIONS), RUN_FAILED, "a COMMIT that is refused");
    says(&f, "violates foreign key constraint", "with its reason");
    ok(conn_transaction(f.conn) == CONN_IDLE, "no transaction is left open");
    fixture_close(&f);
}

static void test_resume(const char *url)
{
    static const char head[] = HEADER("a1", "") "-- modelc:upgrade\n\n";
    static const char more[] = ";\n\n-- modelc:upgrade\n\nINSERT INTO public.t VALUES ";
    struct fixture f = fixture_open(url, "t_resume");
    struct arena *arena = f.ctx->arena;
    struct db_state state;
    struct revision *a = add_revision(
        &f, "a1.sql", arena_printf(arena, "%sCREATE TABLE public.t (n int)%s('x');\n" NO_WAY_BACK, head, more));
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_PARTIAL, "the second section fails");
    said(&f);
    ok(state_read(f.conn, &f.project, &state) && str_eq(state.partial, "a1") && state.partial_section == 1 &&
           !state.partial_in_doubt && str_eq(state.partial_direction, "up") && state.heads.n == 0,
       "the state is partial");
    a = add_revision(&f, "a1-other.sql",
                     arena_printf(arena, "%sCREATE TABLE public.t (n bigint)%s(1);\n" NO_WAY_BACK, head, more));
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_REFUSED, "the first section must not change now");
    says(&f, "section 1 of a1 was already run, with another text", "and why");
    a = add_revision(&f, "a1-mended.sql",
                     arena_printf(arena, "%sCREATE TABLE\n  public.t (n int)%s(1);\n" NO_WAY_BACK, head, more));
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_DONE, "mended, it goes on");
    is_text(ask(&f, "SELECT n FROM public.t"), "1", "with the second section only");
    ok(state_read(f.conn, &f.project, &state) && !state.partial && str_eq(state.heads.at[0], "a1"), "and ends");
    fixture_close(&f);
}

static void test_resume_down(const char *url)
{
    static const char text[] = HEADER("a1", "")
        "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\n\n"
        "-- modelc:downgrade\n\nALTER TABLE public.t RENAME TO gone;\n\n"
        "-- modelc:downgrade no-transaction\n\nSET lock_timeout = '3s';\nVACUUM public.gone;\nVACUUM public.other;\n\n"
        "-- modelc:object table public.t v1:aa\n";
    struct fixture f = fixture_open(url, "t_resume_down");
    struct db_state state;
    struct revision *a = add_revision(&f, "a1.sql", text), *b = add_revision(&f, "b2.sql", second_text);
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_DONE, "upgrade");
    is_outcome(run_with(&f, false, STEPS(a), NO_OPTIONS), RUN_PARTIAL, "a downgrade that fails in its last statement");
    ok(state_read(f.conn, &f.project, &state) && str_eq(state.partial_direction, "down") &&
           state.partial_section == 1 && state.partial_statement == 2 && str_eq(state.heads.at[0], "a1"),
       "is half done");
    said(&f);
    is_outcome(run_with(&f, true, STEPS(b), NO_OPTIONS), RUN_REFUSED, "no upgrade before it is done");
    says(&f, "revision a1 is only partly taken back", "which is said");
    run_sql(&f, "CREATE TABLE public.other (n int)");
    is_outcome(run_with(&f, false, STEPS(a), NO_OPTIONS), RUN_DONE, "it goes on");
    ok(state_read(f.conn, &f.project, &state) && state.heads.n == 0 && map_count(state.manifest) == 0, "to its end");
    is_text(ask(&f, "SHOW lock_timeout"), "0", "a SET of a body ends with its section");
    fixture_close(&f);
}

static const char alone_head[] = HEADER("c3", "") "-- modelc:upgrade no-transaction\n-- modelc:search-path public\n\n";

/* The journal as a crash in statement 0 of section 0 leaves it, for a revision of this one statement. */
static struct revision *in_doubt(struct fixture *f, const char *statement)
{
    f->graph = (struct graph_of_revisions){0};
    struct revision *c = add_revision(f, "c3.sql",
                                      arena_printf(f->ctx->arena, "%s%s;\n" NO_WAY_BACK, alone_head, statement));
    state_creating(f->conn, &f->project);
    run_sql(f, "DELETE FROM modelc.journal; DELETE FROM modelc.revision");
    run_sql(f, arena_printf(f->ctx->arena,
                            "INSERT INTO modelc.journal (revision, direction, section, statement, state, digest)"
                            " VALUES ('c3', 'up', 0, 0, 'intent', '%s')",
                            sql_token_digest(f->ctx->arena, c->up.at[0].statements.at[0].sql)));
    return c;
}

static const char index_sql[] =
    "SELECT string_agg(relname || ' ' || indisvalid, ', ' ORDER BY relname) FROM pg_index JOIN pg_class c"
    " ON c.oid = indexrelid WHERE indrelid = 'public.t'::regclass";

static void test_doubt(const char *url)
{
    static const char create[] = "CREATE INDEX CONCURRENTLY i ON t (n)";
    struct fixture f = fixture_open(url, "t_doubt");
    struct db_state state;
    struct revision *c = in_doubt(&f, create);
    run_sql(&f, "CREATE TABLE public.t (n int)");
    ok(state_read(f.conn, &f.project, &state) && str_eq(state.partial, "c3") && state.partial_in_doubt,
       "a statement in doubt");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "an index that is not there");
    is_text(ask(&f, index_sql), "i true", "is built");
    c = in_doubt(&f, create);
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "a valid index stays");
    c = in_doubt(&f, create);
    run_sql(&f, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.i'::regclass");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "an INVALID index");
    is_text(ask(&f, index_sql), "i true", "is built anew");
    c = in_doubt(&f, "REINDEX INDEX CONCURRENTLY i");
    run_sql(&f, "CREATE INDEX i_ccnew ON public.t (n); UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
                "'public.i_ccnew'::regclass");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "REINDEX is run again");
    is_text(ask(&f, index_sql), "i true", "and its half-built copy is gone");
    c = in_doubt(&f, "DROP INDEX CONCURRENTLY i");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "an index that is still there is dropped");
    c = in_doubt(&f, "DROP INDEX CONCURRENTLY i");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "one that is gone is gone");
    c = in_doubt(&f, "VACUUM t");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "VACUUM is run again");
    run_sql(&f, "CREATE TABLE public.p (n int) PARTITION BY LIST (n); CREATE TABLE public.p1 PARTITION OF public.p FOR "
                "VALUES IN (1)");
    c = in_doubt(&f, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "a partition that is attached is detached");
    c = in_doubt(&f, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "one that is not is not");
    c = in_doubt(&f, "INSERT INTO t VALUES (1)");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_REFUSED, "any other statement: the person decides");
    says(&f, "modelc upgrade --resume retry", "and is told how");
    is_outcome(run_with(&f, true, STEPS(c), (struct run_options){.resume = RESUME_SKIP}), RUN_DONE, "skip");
    is_text(ask(&f, "SELECT count(*) FROM public.t"), "0", "did not run it");
    is_text(ask(&f, "SELECT state FROM modelc.journal WHERE section = 0"), "skipped", "and says so");
    c = in_doubt(&f, "INSERT INTO t VALUES (1)");
    is_outcome(run_with(&f, true, STEPS(c), (struct run_options){.resume = RESUME_RETRY}), RUN_DONE, "retry");
    is_text(ask(&f, "SELECT count(*) FROM public.t"), "1", "ran it");
    fixture_close(&f);
}

static void test_invalid_index(const char *url)
{
    struct fixture f = fixture_open(url, "t_invalid");
    struct db_state state;
    run_sql(&f, "CREATE TABLE public.t (n int); INSERT INTO public.t VALUES (1), (1)");
    struct revision *c = add_revision(&f, "c3.sql", arena_printf(f.ctx->arena, "%s%s;\n" NO_WAY_BACK, alone_head,
                                                                 "CREATE UNIQUE INDEX CONCURRENTLY i ON t (n)"));
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_FAILED, "a unique index over duplicates");
    says(&f, "c3.sql:9:1: error: could not create unique index \"i\"", "fails with its reason");
    is_text(ask(&f, "SELECT count(*) FROM pg_index WHERE indrelid = 'public.t'::regclass"), "0",
            "and leaves no INVALID index");
    ok(state_read(f.conn, &f.project, &state) && !state.partial, "nor a half-applied revision");
    run_sql(&f, "DELETE FROM public.t WHERE ctid = '(0,1)'");
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_DONE, "mended, it runs");
    is_text(ask(&f, "SHOW search_path"), "\"$user\", public", "the session's search path is back");
    fixture_close(&f);
}

static void test_policy(const char *url)
{
    struct fixture f = fixture_open(url, "t_policy");
    struct revision *a = add_revision(&f, "a1.sql", HEADER("a1", "")
        "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\n-- modelc:complete fill n\nUPDATE public.t SET n = 1;\n\n"
        "-- modelc:irreversible the old rows are gone\n");
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_REFUSED, "a statement to complete");
    says(&f, "a1 has a statement to complete: fill n", "is named");
    is_outcome(run_with(&f, false, STEPS(a), NO_OPTIONS), RUN_REFUSED, "an irreversible revision");
    says(&f, "a1 can't be taken back: the old rows are gone", "says why");
    struct revision *b = add_revision(&f, "b2.sql", HEADER("b2", "")
        "-- modelc:upgrade\n-- modelc:loses public.old\n\nDROP TABLE IF EXISTS public.old;\n\n-- modelc:downgrade\n");
    f.project.protect = true;
    is_outcome(run_with(&f, true, STEPS(b), NO_OPTIONS), RUN_REFUSED, "a protected database");
    says(&f, "b2 loses data: public.old", "names the loss");
    is_outcome(run_with(&f, true, STEPS(b), (struct run_options){.allow_loss = true}), RUN_DONE, "unless allowed");
    is_text(ask(&f, "SELECT to_regclass('public.t')"), "null", "nothing refused had run");
    fixture_close(&f);
}

static void test_stamp(const char *url)
{
    struct fixture f = fixture_open(url, "t_stamp");
    struct revision *a = add_revision(&f, "a1.sql", first_text), *b = add_revision(&f, "b2.sql", second_text);
    struct db_state state;
    (void)a;
    f.project.state_schema = "Mod \"elc";
    ok(state_creating(f.conn, &f.project) && state_read(f.conn, &f.project, &state) && state.creating,
       "create is under way");
    ok(state_stamp(f.conn, &f.project, &f.graph, &STEPS(b), NULL, "stamp"), "stamp");
    ok(state_read(f.conn, &f.project, &state) && !state.creating && str_eq(state.heads.at[0], "b2") &&
           state.applied.n == 2,
       "at b2");
    ok(map_count(state.manifest) == 4 && str_eq(state.applied.at[0].state, "stamped"), "with its manifest");
    ok(state_stamp(f.conn, &f.project, &f.graph, &(struct revision_set){0}, NULL, "stamp"), "stamp base");
    ok(state_read(f.conn, &f.project, &state) && state.heads.n == 0 && state.applied.n == 0 &&
           map_count(state.manifest) == 0,
       "at base");
    fixture_close(&f);
}

static void test_lost_commit(const char *url)
{
    struct fixture f = fixture_open(url, "t_lost");
    struct revision *a = add_revision(
        &f, "a1.sql",
        HEADER("a1", "") "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\n"
                         "CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
                         "pg_terminate_backend(pg_backend_pid());"
                         " RETURN NULL; END $$;\n"
                         "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED FOR "
                         "EACH ROW EXECUTE FUNCTION public.die();\n"
                         "INSERT INTO public.t VALUES (1);\n" NO_WAY_BACK);
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_LOST, "the connection is lost at COMMIT");
    says(&f, "it was rolled back", "the journal is asked");
    is_text(ask(&f, "SELECT 'here'"), "here", "over a new connection");
    struct revision *b = add_revision(&f, "b2.sql", HEADER("b2", "")
        "-- modelc:upgrade\n\nSELECT pg_terminate_backend(pg_backend_pid());\n" NO_WAY_BACK);
    is_outcome(run_with(&f, true, STEPS(b), NO_OPTIONS), RUN_LOST, "the connection is lost in a section");
    says(&f, "section 1 of b2 was rolled back", "which is said");
    struct server_error error;
    struct db_state state;
    ok(conn_reconnect(f.conn, &error), "reconnected");
    struct revision *c = add_revision(&f, "c3.sql", HEADER("c3", "")
        "-- modelc:upgrade no-transaction\n\nSELECT pg_terminate_backend(pg_backend_pid());\n" NO_WAY_BACK);
    is_outcome(run_with(&f, true, STEPS(c), NO_OPTIONS), RUN_PARTIAL, "the connection is lost outside a transaction");
    ok(conn_reconnect(f.conn, &error) && state_read(f.conn, &f.project, &state) && state.partial_in_doubt,
       "the statement is in doubt");
    is_outcome(run_with(&f, true, STEPS(c), (struct run_options){.resume = RESUME_SKIP}), RUN_DONE, "skipped");
    fixture_close(&f);
}

/* The folder of the socket in a URL that embedded_url made. */
static const char *socket_of(const char *url)
{
    static char host[200];
    snprintf(host, sizeof host, "%s", strstr(url, "host=") + 5);
    *strchr(host, '&') = '\0';
    for (char *c; (c = strstr(host, "%2F"));) {
        *c = '/';
        memmove(c + 1, c + 3, strlen(c + 3) + 1);
    }
    return host;
}

/* Hands bytes on between a client and the server until one of them leaves, or until a COMMIT was sent: then the client
 * never hears how that ended (of the first such COMMIT only). */
static void relay(int client, int server, bool *cut)
{
    char block[65536];
    for (;;) {
        struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
        if (poll(ends, 2, -1) < 0) return;
        int from = ends[0].revents ? client : server, to = from == client ? server : client;
        ssize_t n = read(from, block, sizeof block);
        if (n <= 0 || write(to, block, (size_t)n) != n) return;
        if (!*cut && from == client && n == 12 && memcmp(block + 5, "COMMIT", 7) == 0) {
            rest(300);
            *cut = true;
            return;
        }
    }
}

static int unix_socket(const char *dir, bool listening)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", dir);
    int failed = listening ? bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 5)
                           : connect(fd, (struct sockaddr *)&address, sizeof address);
    return failed ? -1 : fd;
}

static _Noreturn void proxy(int listener, const char *server_dir)
{
    bool cut = false;
    for (;;) {
        int client = accept(listener, NULL, NULL), server = unix_socket(server_dir, false);
        if (client < 0 || server < 0) _exit(1);
        relay(client, server, &cut);
        close(client);
        close(server);
    }
}

static void test_cut_at_commit(const char *url)
{
    char dir[] = "/tmp/modelc-proxy-XXXXXX";
    if (!ok(mkdtemp(dir) != NULL, "a folder")) return;
    struct fixture g = fixture_open(url, "t_cut");
    int listener = unix_socket(dir, true);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) proxy(listener, socket_of(url));
    struct fixture f = {.ctx = g.ctx, .project = g.project};
    f.conn = conn_open(f.ctx, NULL, arena_printf(f.ctx->arena, "host=%s user=postgres dbname=t_cut", dir), false);
    struct revision *a = add_revision(&f, "a1.sql",
                                      HEADER("a1", "") "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\n\n-- "
                                                       "modelc:upgrade\n\nDROP TABLE public.t;\n" NO_WAY_BACK);
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_PARTIAL, "the answer to COMMIT is lost");
    says(&f, "it was committed", "but the journal has it");
    is_outcome(run_with(&f, true, STEPS(a), NO_OPTIONS), RUN_DONE, "and the next run goes on");
    is_text(ask(&g, heads_sql), "a1", "to the end");
    conn_close(f.conn);
    kill(child, SIGKILL);
    exit_of(child);
    close(listener);
    unlink(arena_printf(g.ctx->arena, "%s/.s.PGSQL.5432", dir));
    rmdir(dir);
    fixture_close(&g);
}

static void test_lock(const char *url)
{
    struct fixture f = fixture_open(url, "t_lock"), g = fixture_open(url, "t_lock");
    bool held;
    ok(lock_take(f.conn, &f.project, 0, "upgrade", &held), "the lock is free");
    ok(!lock_take(g.conn, &g.project, 1, "downgrade", &held) && held, "and then held elsewhere");
    const char *text = said(&g);
    const char *pid = arena_printf(g.ctx->arena, "another modelc run holds the lock: pid %d, user postgres, since ",
                                   conn_pid(f.conn));
    ok(strstr(text, pid) && strstr(text, " UTC (\"upgrade\")"), "the holder is named");
    printf("# %s\n", text);
    lock_release(f.conn, &f.project);
    ok(lock_take(g.conn, &g.project, 0, "downgrade", &held) && !held, "free again");
    g.project.state_schema = "Other";
    ok(lock_take(g.conn, &g.project, 0, "downgrade", &held), "another state schema has another lock");
    fixture_close(&f);
    fixture_close(&g);
}

/* Its own process: waits for the lock, then runs a revision that takes a while. */
static int second_runner(const char *url)
{
    struct fixture f = fixture_open(url, "t_two");
    struct revision *a = add_revision(
        &f, "a1.sql",
        HEADER("a1",
               "") "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\nSELECT pg_sleep(0.5);\nINSERT INTO public.t "
                   "VALUES (1);\n\n"
                   "-- modelc:upgrade no-transaction\n\nCREATE INDEX CONCURRENTLY i ON public.t (n);\n" NO_WAY_BACK);
    bool held, fine = lock_take(f.conn, &f.project, 20, "upgrade", &held) &&
                      run_with(&f, true, STEPS(a), NO_OPTIONS) == RUN_DONE;
    if (!fine) printf("# %s\n", said(&f));
    lock_release(f.conn, &f.project);
    fixture_close(&f);
    return fine ? 0 : 1;
}

static void test_two_runners(const char *url)
{
    struct fixture f = fixture_open(url, "t_two");
    pid_t children[2];
    fflush(stdout);
    for (size_t i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) _exit(second_runner(url));
    }
    ok(exit_of(children[0]) == 0 && exit_of(children[1]) == 0, "two runners at once both end well");
    is_text(ask(&f, "SELECT count(*) FROM public.t"), "1", "and one of them ran it");
    is_text(ask(&f, "SELECT count(*) FROM modelc.journal WHERE section = -1"), "1", "once");
    fixture_close(&f);
}

static int interrupted_runner(const char *url)
{
    struct fixture f = fixture_open(url, "t_stop");
    struct revision *a = add_revision(&f, "a1.sql", HEADER("a1", "")
        "-- modelc:upgrade\n\nCREATE TABLE public.t (n int);\nSELECT pg_sleep(30);\n" NO_WAY_BACK);
    conn_catch_signals();
    enum run_outcome outcome = run_with(&f, true, STEPS(a), NO_OPTIONS);
    bool fine = outcome == RUN_INTERRUPTED && conn_interrupted() &&
                strstr(said(&f), "interrupted in section 1 of 1 of a1");
    fixture_close(&f);
    return fine ? 0 : 1;
}

static void test_interrupt(const char *url)
{
    struct fixture f = fixture_open(url, "t_stop");
    fflush(stdout);
    time_t began = time(NULL);
    pid_t child = fork();
    if (child == 0) _exit(interrupted_runner(url));
    for (int i = 0; i < 100; i++) {
        if (str_eq(ask(&f, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' AND state = "
                           "'active'"),
                   "1"))
            break;
        rest(100);
    }
    kill(child, SIGINT);
    ok(exit_of(child) == 0 && time(NULL) - began < 20, "SIGINT cancels on the server and rolls back");
    is_text(
        ask(&f, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' AND state = 'active'"),
        "0", "nothing runs on");
    is_text(ask(&f, "SELECT to_regclass('public.t')"), "null", "nothing remains");
    fixture_close(&f);
}

/* Everything in the state schema but times. */
static const char *state_text(struct fixture *f)
{
    return arena_printf(
        f->ctx->arena, "%s\n%s\n%s", ask(f, heads_sql),
        ask(f, "SELECT concat_ws('|', revision, direction, section, statement, state, who, sql, digest, text,"
               " ended >= started, milliseconds >= 0) FROM modelc.journal ORDER BY n"),
        ask(f, "SELECT object || ' ' || hash FROM modelc.manifest ORDER BY 1"));
}

static bool psql(const char *url, const char *database, const char *script)
{
    char path[] = "/tmp/modelc-script-XXXXXX";
    int fd = mkstemp(path);
    bool fine = write(fd, script, strlen(script)) == (ssize_t)strlen(script);
    close(fd);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setenv("PGDATABASE", database, 1);
        const char *host = socket_of(url);
        execlp("psql", "psql", "-X", "-q", "-o", "/dev/null", "-h", host, "-U", "postgres", "-f", path, (char *)NULL);
        _exit(127);
    }
    fine = exit_of(child) == 0 && fine;
    unlink(path);
    return fine;
}

static void test_script(const char *url)
{
    struct fixture f = fixture_open(url, "t_runner"), g = fixture_open(url, "t_script");
    struct revision *a = add_revision(&f, "a1.sql", first_text), *b = add_revision(&f, "b2.sql", second_text);
    const char *up = run_script(f.ctx, &f.project, &f.graph, NULL, &STEPS(a, b), true);
    const char *down = run_script(f.ctx, &f.project, &f.graph, &STEPS(b), &STEPS(b), false);
    is_outcome(run_with(&f, true, STEPS(a, b), NO_OPTIONS), RUN_DONE, "the runner");
    ok(psql(url, "t_script", up), "the script, by psql");
    is_text(state_text(&g), state_text(&f), "leaves the same state");
    is_text(ask(&g, "SELECT count(*) FROM public.products"), "7", "and data");
    ok(!psql(url, "t_script", up), "it does not run on a database in another state");
    is_outcome(run_with(&f, false, STEPS(b), NO_OPTIONS), RUN_DONE, "the runner, down");
    ok(psql(url, "t_script", down), "the script, down");
    is_text(state_text(&g), state_text(&f), "leaves the same state again");
    fixture_close(&f);
    fixture_close(&g);
}

int main(void)
{
    static void (*const tests[])(const char *) = {
        test_connection, test_up_and_down,   test_failing,   test_resume, test_resume_down,
        test_doubt,      test_invalid_index, test_policy,    test_stamp,  test_lost_commit,
        test_cut_at_commit,
        test_lock,       test_two_runners,   test_interrupt, test_script,
    };
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    if (ok(scratch != NULL, "a scratch server")) {
        for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tests[i](scratch_url(scratch));
    } else {
        diag_print(ctx, stdout, DIAG_TEXT, false, 0);
    }
    scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
