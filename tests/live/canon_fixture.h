/* canon_fixture.h: a live database made by SQL against a model, through reader, binder and canonicaliser; for the tests
 * of both. */
#ifndef MODELC_TESTS_CANON_FIXTURE_H
#define MODELC_TESTS_CANON_FIXTURE_H

#include <stdlib.h>

#include "pg/canonical.h"
#include "pg/catalog.h"
#include "model/model.h"
#include "pg/embedded.h"
#include "tap.h"

struct outcome {
    struct diff *diff;
    struct changes *changes; /* NULL where diagnostics were queued */
    const char *diags;       /* "file:line:col: message" lines */
    const char *text;        /* changes, one a line */
};

__attribute__((unused)) static bool run_sql(struct conn *conn, const char *sql)
{
    struct server_error error;
    if (conn_query(conn, sql, NULL, &error)) return true;
    printf("# %s\n#   in: %.300s\n", error.message, sql);
    return false;
}

/* An empty database again. */
__attribute__((unused)) static bool empty_database(struct conn *conn)
{
    return run_sql(
        conn,
        "SET client_min_messages = warning; RESET search_path; DO $$ DECLARE s name; BEGIN"
        " FOR s IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP"
        "   EXECUTE format('DROP EXTENSION %I CASCADE', s); END LOOP;"
        " FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP"
        "   EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; END $$; CREATE SCHEMA public");
}

__attribute__((unused)) static const char *printed_diags(struct ctx *ctx)
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

__attribute__((unused)) static struct schema *model_schema(struct ctx *ctx, const char *text)
{
    struct source *source = source_add(ctx->sources, "t.model", arena_strdup(ctx->arena, text), strlen(text));
    struct ast_file *file = model_parse(ctx, source);
    struct ast_files files = {&file, 1, 1};
    return diag_errors(ctx) ? NULL : schema_resolve(ctx, &files, false);
}

/* Everything is known to modelc but code: a function that the models don't declare is somebody else's. */
__attribute__((unused)) static struct map *known_objects(struct ctx *ctx, const struct schema *live)
{
    static const char *const code[] = {"function ", "operator ", "event_trigger "};
    struct map *known = schema_manifest(ctx, live), *left = map_new(ctx->arena);
    for (struct map_entry e = map_first(known); e.key; e = map_next(e)) {
        bool is_code = false;
        for (size_t i = 0; i < sizeof code / sizeof *code; i++) is_code = is_code || str_starts(e.key, code[i]);
        if (!is_code) map_put(left, e.key, e.value);
    }
    return left;
}

__attribute__((unused)) static struct outcome compare_on(struct ctx *ctx, struct conn *conn, const char *model, const char *url,
                                                               const char *cache)
{
    struct outcome outcome = {.text = ""};
    struct schema *models = model_schema(ctx, model);
    struct catalog_options options = {.models = models};
    struct schema *live = models ? catalog_read(conn, &options) : NULL;
    if (live) {
        outcome.diff = diff_bind(ctx, live, models, known_objects(ctx, live));
        bool answered = canonical_answer(conn, outcome.diff, url, cache);
        if (answered) diff_answered(outcome.diff);
        if (answered && diag_errors(ctx) == 0) outcome.changes = diff_changes(outcome.diff, false);
    }
    if (outcome.changes) {
        struct buf text = buf_new(ctx->arena);
        for (size_t i = 0; i < outcome.changes->n; i++)
            buf_printf(&text, "%s\n", change_text(ctx, outcome.changes->at[i]));
        outcome.text = text.text;
    }
    outcome.diags = printed_diags(ctx);
    return outcome;
}

__attribute__((unused)) static struct outcome compare_with(struct ctx *ctx, struct conn *conn, const char *model, const char *cache)
{
    return compare_on(ctx, conn, model, NULL, cache);
}

__attribute__((unused)) static struct outcome compare(struct ctx *ctx, struct conn *conn, const char *model)
{
    return compare_with(ctx, conn, model, NULL);
}

#endif
