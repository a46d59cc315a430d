/* record_catalog.c: reads a database's catalog and prints what the server answered, as lying.h wants it: a seed. */
#include <libpq-fe.h>
#include <stdio.h>

#include "base/str.h"
#include "lying.h"
#include "pg/catalog.h"

bool __real_conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error,
                          size_t *failed);
bool __wrap_conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error,
                          size_t *failed);

static void put_cell(const char *text)
{
    if (!text) fputs("\\N", stdout);
    for (; text && *text; text++) {
        if (*text == '\n') fputs("\\n", stdout);
        else if (*text == '\t') fputs("\\t", stdout);
        else if (*text == '\\') fputs("\\\\", stdout);
        else putchar(*text);
    }
}

/* Operator classes are many, and of interest only where an index uses them. */
static bool of_interest(const char *label, size_t row)
{
    enum { MOST = 3 };
    return !str_eq(label, "lookup.1") || row < MOST;
}

static void put_answer(const char *label, const struct rows *rows)
{
    printf("= %s\n", label);
    for (size_t i = 0; i < rows->n_columns; i++) {
        printf("%s%s", i ? "\t" : "", PQfname(rows->result, (int)i));
        if (PQftable(rows->result, (int)i)) printf(":%u", PQftable(rows->result, (int)i));
    }
    putchar('\n');
    for (size_t row = 0; row < rows->n_rows && of_interest(label, row); row++) {
        for (size_t i = 0; i < rows->n_columns; i++) {
            if (i) putchar('\t');
            put_cell(rows_get(rows, row, i));
        }
        putchar('\n');
    }
}

bool __wrap_conn_pipeline(struct conn *conn, const char *const *sql, size_t n, struct rows *results, struct server_error *error,
                          size_t *failed)
{
    if (!__real_conn_pipeline(conn, sql, n, results, error, failed)) return false;
    for (size_t i = 0; i < n; i++) {
        const char *label = lying_label(conn->ctx->arena, sql[0], sql[i], i, n);
        bool dull = !label || !results[i].n_rows || str_starts(sql[0], "BEGIN") || str_starts(sql[0], "COMMIT") || str_eq(label, "mark");
        if (!dull) put_answer(label, &results[i]);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct ctx *ctx = ctx_new();
    struct project *project = project_without_ini(ctx, "/");
    struct conn *conn = argc == 2 && project ? conn_open(ctx, project, argv[1], false) : NULL;
    struct schema *schema = conn ? catalog_read(conn, NULL) : NULL;
    if (!schema) diag_print(ctx, stderr, DIAG_TEXT, false, 0);
    conn_close(conn);
    ctx_free(ctx);
    return schema ? 0 : 2;
}
