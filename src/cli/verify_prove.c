/* verify_prove.c: one revision up, down and up again, each state looked at from all sides. */
#include <time.h>

#include "cli/compare.h"
#include "cli/verify.h"
#include "pg/catalog.h"
#include "pg/lacking.h"
#include "pg/seed.h"

/* ---- observing */

static bool begin_dump(struct verify *v, const struct conn *conn, struct capture *capture)
{
    struct arena *arena = v->s->ctx->arena;
    const char *but = arena_printf(arena, "--exclude-schema=%s", sql_ident_str(arena, v->s->project->state_schema));
    const char *argv[] = {v->pg_dump, "--schema-only", but, "--exclude-schema=" ATTIC_SCHEMA, "--dbname", conn_url(conn, conn->database), NULL};
    return session_capture_begin(argv, capture);
}

bool verify_look(struct verify *v, struct conn *conn, bool dump, struct look *look)
{
    struct catalog_options options = {.state_schema = v->s->project->state_schema};
    *look = (struct look){0};
    look->dumping = dump && v->pg_dump && begin_dump(v, conn, &look->capture);
    look->catalog = catalog_read(conn, &options);
    if (!look->catalog) verify_looked(v, look);
    return look->catalog != NULL;
}

void verify_looked(struct verify *v, struct look *look)
{
    if (!look->dumping) return;
    look->dumping = false;
    look->dump_text = session_captured(v->s, &look->capture);
    if (look->dump_text) dump_read(v->s->ctx->arena, look->dump_text, &look->dump);
    else v->pg_dump = NULL; /* which the report says */
}

/* ---- running */

struct running {
    struct verify *v;
    bool of_rows; /* what the server refused, it refused for the rows' sake */
    const char *said, *detail;
    const struct statement *statement;
};

/* Class 22: a value can't be converted; 23: a constraint doesn't hold. */
static void refused(void *arg, const struct statement *statement, const struct server_error *error)
{
    struct running *running = arg;
    running->statement = statement;
    running->of_rows = str_starts(error->sqlstate, "22") || str_starts(error->sqlstate, "23");
    running->said = arena_strdup(running->v->s->ctx->arena, error->message);
    running->detail = error->detail ? arena_strdup(running->v->s->ctx->arena, error->detail) : NULL;
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Rows that stood in the state before, and that the upgrade took: a way back that is no way for them is none. Made under the new
 * constraints they may be more than the old ones allow, and what the file says is lost may be missing the second time. */
static bool has_to_take_rows(const struct proof *proof, bool up)
{
    return proof->from != FILL_AFTER && (!up || proof->revision->loses.n == 0);
}

static enum proved report_stranded(struct verify *v, const struct running *running, bool up, size_t mark)
{
    struct ctx *ctx = v->s->ctx;
    diag_rollback(ctx, mark);
    struct diag *diag = diag_add(ctx, D_PROOF, running->statement->span, "the %s is refused where there are rows: %s",
                                 up ? "second upgrade" : "downgrade", running->said);
    if (running->detail) diag_mend(ctx, diag, "detail", "%s", running->detail);
    diag_mend(ctx, diag, "mend", up ? "let the downgrade take back what the upgrade puts into tables"
                                    : "give the rows what they need before this statement (UPDATE ..), or replace the downgrade by "
                                      "-- modelc:irreversible REASON");
    return NOT_PROVED;
}

/* `back`: after the first upgrade. */
static enum proved run(struct verify *v, struct conn *conn, struct proof *proof, bool up, bool back, double *milliseconds)
{
    size_t mark = diag_mark(v->s->ctx);
    struct running running = {.v = v};
    struct run_options options = {.up = up, .allow_loss = true, .mended = lacking_mended, .refused = refused, .arg = &running};
    struct revision_set steps = {0};
    bool elsewhere = false;
    double began = now_ms();
    vec_push(v->s->ctx->arena, &steps, (struct revision *)proof->revision);
    if (!lock_take(conn, v->s->project, 10, "verify", &elsewhere)) return NOT_TRIED;
    enum run_outcome outcome = run_revisions(conn, v->s->project, v->graph, &steps, &options);
    *milliseconds = now_ms() - began;
    if (outcome == RUN_DONE) {
        lock_release(conn, v->s->project);
        return PROVED;
    }
    if (running.said && !proof->refused) proof->refused = running.said;
    proof->refused_at = running.statement;
    if (outcome == RUN_INTERRUPTED || outcome == RUN_LOST) return NOT_TRIED;
    if (!running.of_rows || proof->from == FILL_NONE) return NOT_PROVED;
    return back && has_to_take_rows(proof, up) ? report_stranded(v, &running, up, mark) : ROWS_REFUSED;
}

/* ---- rows */

static bool seed(struct verify *v, struct conn *conn, const struct schema *live, struct proof *proof)
{
    struct arena *arena = v->s->ctx->arena;
    struct seed_options options = {.seed = (uint64_t)v->seed, .rows = v->rows};
    struct seed_report report = {0};
    if (v->rows == 0) return true;
    if (!seed_rows(conn, live, &options, &report) || !rows_call_sequences(conn, v->s->project->state_schema)) return false;
    for (size_t i = 0; i < report.skipped.n; i++) {
        const struct seed_skipped *one = &report.skipped.at[i];
        if (one->rows) continue;
        proof->unfilled++;
        vec_push(arena, &proof->notes, arena_printf(arena, "%s stayed empty: %s", one->path, one->reason));
    }
    return true;
}

/* The tables that the statement names, and what refers to them, hold no rows from now on. */
static bool empty(struct verify *v, struct conn *conn, const struct schema *live, struct proof *proof)
{
    struct arena *arena = v->s->ctx->arena;
    struct server_error error;
    for (size_t i = 0; proof->refused_at && i < live->all.n; i++) {
        struct object *object = live->all.at[i];
        bool named = object_is(object, "table") && verify_mentions(arena, proof->refused_at->sql, object->name);
        for (size_t k = 0; named && k < proof->emptied.n; k++) named = !str_eq(object_path(arena, proof->emptied.at[k]), object_path(arena, object));
        if (named) vec_push(arena, &proof->emptied, object);
    }
    for (size_t i = 0; i < proof->emptied.n; i++) {
        const char *path = object_path(arena, proof->emptied.at[i]);
        const char *sql = arena_printf(arena, "TRUNCATE %s CASCADE", path);
        if (!conn_query(conn, sql, NULL, &error)) return false;
        vec_push(arena, &proof->notes, arena_printf(arena, "%s was tried without rows: those made at random don't fit", path));
    }
    return true;
}

/* The state before, with rows in it. Those made under the revision's own constraints go back with it. */
static enum proved fill(struct verify *v, struct conn *conn, struct proof *proof)
{
    double unused;
    struct look after;
    if (proof->from == FILL_NONE) return PROVED;
    if (proof->from != FILL_AFTER && !seed(v, conn, proof->before.catalog, proof)) return NOT_TRIED;
    if (proof->from == FILL_SPARING) return empty(v, conn, proof->before.catalog, proof) ? PROVED : ROWS_REFUSED;
    if (proof->from == FILL_BEFORE) return PROVED;
    if (proof->revision->irreversible) return ROWS_REFUSED;
    enum proved up = run(v, conn, proof, true, false, &unused);
    if (up != PROVED) return up;
    size_t unfilled = proof->unfilled;
    if (!verify_look(v, conn, false, &after) || !seed(v, conn, after.catalog, proof)) return NOT_TRIED;
    if (proof->unfilled > unfilled) return ROWS_REFUSED; /* then rather rows in all other tables */
    return run(v, conn, proof, false, true, &unused);
}

/* ---- the proof */

/* What the database is like now, and what it holds. */
static bool observe(struct verify *v, struct conn *conn, struct look *look, struct seen_rows *rows)
{
    bool seen = verify_look(v, conn, true, look) && (!rows || rows_see(conn, v->s->project->state_schema, rows));
    verify_looked(v, look);
    return seen;
}

static enum proved down_and_up(struct verify *v, struct conn *conn, struct proof *proof, const struct look *up, struct seen_rows *back)
{
    struct look found;
    enum proved proved = run(v, conn, proof, false, true, &proof->milliseconds[1]);
    if (proved != PROVED) return proved;
    if (!observe(v, conn, &found, back)) return NOT_TRIED;
    if (!verify_same(v, proof, false, &proof->before, &found)) return NOT_PROVED;
    proved = run(v, conn, proof, true, true, &proof->milliseconds[2]);
    if (proved != PROVED) return proved;
    if (!observe(v, conn, &found, NULL)) return NOT_TRIED;
    return verify_same(v, proof, true, up, &found) ? PROVED : NOT_PROVED;
}

static void count_rows(struct proof *proof, const struct seen_rows *seen)
{
    for (size_t i = 0; i < seen->tables.n; i++) {
        const struct seen_table *table = &seen->tables.at[i];
        if (table->partitioned || table->rows == 0) continue;
        proof->tables++;
        proof->rows += (size_t)table->rows;
    }
}

/* The state before, looked at once for all attempts, with rows in it. */
static enum proved prepare(struct verify *v, struct conn *conn, struct proof *proof, struct seen_rows *rows)
{
    if (!proof->before.catalog && !verify_look(v, conn, true, &proof->before)) return NOT_TRIED;
    if (proof->from == FILL_AFTER) verify_looked(v, &proof->before);
    enum proved proved = fill(v, conn, proof);
    verify_looked(v, &proof->before);
    if (proved != PROVED) return proved;
    if (!rows_see(conn, v->s->project->state_schema, rows)) return NOT_TRIED;
    count_rows(proof, rows);
    return PROVED;
}

enum proved verify_prove(struct verify *v, struct conn *conn, struct proof *proof)
{
    struct look after;
    struct seen_rows rows_before, rows_up, rows_back;
    struct rows_findings by_up = {0}, by_both = {0};
    enum proved proved = prepare(v, conn, proof, &rows_before);
    if (proved != PROVED) return proved;
    proved = run(v, conn, proof, true, false, &proof->milliseconds[0]);
    if (proved != PROVED) return proved;
    if (!observe(v, conn, &after, &rows_up)) return NOT_TRIED;
    if (proof->revision->irreversible) rows_cast_back(conn, &rows_before, &rows_up);
    rows_compare(v->s->ctx, &rows_before, &rows_up, true, &by_up);
    size_t errors = diag_errors(v->s->ctx);
    bool good = verify_models(v, conn, proof);
    if (!good && diag_errors(v->s->ctx) == errors) return NOT_TRIED;
    if (!proof->revision->irreversible) {
        proved = down_and_up(v, conn, proof, &after, &rows_back);
        if (proved == ROWS_REFUSED || proved == NOT_TRIED) return proved;
        if (proved == PROVED) rows_compare(v->s->ctx, &rows_before, &rows_back, false, &by_both);
    }
    bool came_back = proved == PROVED && !proof->revision->irreversible;
    good = verify_rows(v, proof, &rows_before, &by_up, came_back ? &by_both : NULL) && good;
    return good ? proved : NOT_PROVED;
}
