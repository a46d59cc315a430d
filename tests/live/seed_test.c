/* seed_test.c: rows for every table of a schema with all that tables may have, and of the schemas that others wrote. */
#include <time.h>

#include "base/file.h"
#include "pg/catalog.h"
#include "pg/load.h"
#include "pg/seed.h"
#include "pg_fixture.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seeds a database that a script made. */
static bool seeded(struct conn *conn, uint64_t seed, struct seed_report *report, double *took)
{
    const struct catalog_options options = {0};
    struct schema *live = catalog_read(conn, &options);
    double before = seconds();
    bool done = live && seed_rows(conn, live, &(struct seed_options){.seed = seed, .rows = 20}, report);
    *took = seconds() - before;
    return done;
}

static void try_file(struct scratch *scratch, struct ctx *ctx, const char *path)
{
    struct seed_report report = {0};
    double took = 0;
    struct source *source = file_load(ctx, path, NULL);
    struct conn *conn = scratch_more(scratch);
    bool loaded = conn && source && load_script(conn, source);
    bool done = loaded && seeded(conn, 1, &report, &took);
    printf("# %s: %s, %zu tables, %zu rows, %.3f s, %zu without (all)\n", path, done ? "done" : "failed", report.tables, report.rows, took,
           report.skipped.n);
    for (size_t i = 0; i < report.skipped.n; i++) {
        printf("#   %s: %zu rows: %s\n", report.skipped.at[i].path, report.skipped.at[i].rows, report.skipped.at[i].reason);
    }
    diag_print(ctx, stdout, DIAG_TEXT, false, 0);
}

int main(int argc, char **argv)
{
    struct ctx *ctx = ctx_new();
    struct scratch *scratch = scratch_open(ctx, NULL, 0);
    for (int i = 1; scratch && i < argc; i++) try_file(scratch, ctx, argv[i]);
    if (scratch) scratch_close(scratch);
    ctx_free(ctx);
    return tap_done();
}
