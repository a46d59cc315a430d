/* report.c: the lines after an upgrade or downgrade: file, position, backfills, what to watch, the way back. */
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

#include "cli/compare.h"

enum { ATTENTION_MAX = 8, NULLS_MAX = 100000 };

/* ---- Backfill */

/* How many rows still hold NULL, counted for at most two seconds; -1: not known. */
static long count_nulls(struct session *s, const struct statement *statement, const char *table, const char *column)
{
    struct server_error error;
    struct rows rows;
    long count = -1;
    struct buf begin = buf_new(s->ctx->arena);
    buf_add(&begin, "BEGIN READ ONLY; SET LOCAL statement_timeout = 2000; SET LOCAL lock_timeout = 500");
    if (statement->search_path) buf_printf(&begin, "; SET LOCAL search_path = %s", statement->search_path);
    /* The names are taken from the reviewed statement as they stand there, quotes included. */
    const char *sql = arena_printf(s->ctx->arena, "SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s IS NULL LIMIT %d) t",
                                   table, column, NULLS_MAX);
    if (conn_query(s->conn, begin.text, NULL, &error) && conn_query(s->conn, sql, &rows, &error)) {
        count = strtol(rows_get(&rows, 0, 0), NULL, 10);
        rows_free(&rows);
    }
    conn_query(s->conn, "ROLLBACK", NULL, &error);
    return count;
}

static const char *nulls_text(struct arena *arena, long nulls)
{
    if (nulls < 0) return "";
    const char *number = text_number(arena, (size_t)nulls);
    return arena_printf(arena, ", %s%s still NULL", number, nulls == NULLS_MAX ? " or more" : "");
}

static void add_backfills(struct session *s, const struct progress *progress, struct block *block)
{
    for (size_t i = 0; i < progress->data.n; i++) {
        const struct data_step *step = &progress->data.at[i];
        const char *table, *column, *rows = text_number(s->ctx->arena, step->rows);
        const char *label = i == 0 ? "Backfill" : "";
        if (backfill_target(s->ctx->arena, step->statement->sql, &table, &column)) {
            const char *nulls = nulls_text(s->ctx->arena, count_nulls(s, step->statement, table, column));
            block_add(block, label, "%s.%s: %s %s set%s", without_public(table), column, rows,
                      step->rows == 1 ? "row" : "rows", nulls);
        } else {
            block_add(block, label, "%s: %s %s", step->statement->verb, rows, step->rows == 1 ? "row" : "rows");
        }
    }
}

/* ---- Attention */

static void add_attention(struct session *s, const struct progress *progress, const struct map *before,
                          struct block *block)
{
    size_t n = 0;
    for (size_t i = 0; i < progress->done.n; i++) {
        const struct revision *revision = progress->done.at[i];
        for (size_t k = 0; k < revision->up.n; k++) {
            for (size_t m = 0; m < revision->up.at[k].statements.n; m++) {
                const char *text = attention_text(s->ctx->arena, before, revision->up.at[k].statements.at[m].sql);
                if (!text || ++n > ATTENTION_MAX) continue;
                block_add(block, n == 1 ? "Attention" : "", "%s", text);
            }
        }
    }
    if (n > ATTENTION_MAX) block_add(block, "", "and %zu more of the kind", n - ATTENTION_MAX);
}

/* ---- Back */

static bool holds_rows(const struct object_line *line)
{
    return line->hash && (str_eq(line->kind, "column") || str_eq(line->kind, "table"));
}

static bool declared(const struct revision *revision, const char *key)
{
    for (size_t i = 0; i < revision->loses.n; i++) {
        if (str_eq(revision->loses.at[i], key)) return true;
    }
    return false;
}

/* Whether the way back drops this table, or this column of a table that stays. What modelc wrote says so itself: a
 * renamed column, say, is new here but nothing is lost. */
static bool lost(struct arena *arena, const struct revision *revision, const struct object_line *line,
                 const struct map *before)
{
    const char *key = arena_printf(arena, "%s %s", line->kind, line->path), *dot = strrchr(line->path, '.');
    if (!holds_rows(line) || map_get(before, key)) return false;
    if (revision->generated && !declared(revision, key)) return false;
    const char *table = arena_printf(arena, "table %.*s", dot ? (int)(dot - line->path) : 0, line->path);
    return str_eq(line->kind, "table") || map_get(before, table);
}

static const char *lost_on_the_way_back(struct session *s, const struct progress *progress, const struct map *before)
{
    struct buf text = buf_new(s->ctx->arena);
    for (size_t i = 0; i < progress->done.n; i++) {
        const struct revision *revision = progress->done.at[i];
        for (size_t k = 0; k < revision->objects.n; k++) {
            if (!lost(s->ctx->arena, revision, &revision->objects.at[k], before)) continue;
            buf_separate(&text, "", ", ");
            buf_add(&text, without_public(revision->objects.at[k].path));
        }
    }
    return text.text;
}

static const struct revision *irreversible(const struct progress *progress)
{
    for (size_t i = 0; i < progress->done.n; i++) {
        if (progress->done.at[i]->irreversible) return progress->done.at[i];
    }
    return NULL;
}

static void add_back(struct session *s, const struct progress *progress, const struct revision_set *before,
                     const struct map *manifest, struct block *block)
{
    const struct revision *stuck = irreversible(progress);
    if (stuck) {
        block_add(block, "Back", "no: %s is irreversible: %s", stuck->id, stuck->irreversible);
        return;
    }
    const char *target = progress->done.n == 1 ? "-1" : before->n == 1 ? before->at[0]->id : NULL;
    if (!target) return;
    const char *lost = lost_on_the_way_back(s, progress, manifest);
    block_add(block, "Back", "modelc downgrade %s%s", target,
              *lost ? arena_printf(s->ctx->arena, "   (loses %s)", lost) : "");
}

/* ---- all of it */

/* Whether the live database is what the models say. Binding changes the models: nothing may read them afterwards. */
static const char *comparison_text(struct session *s)
{
    struct comparison found = {0};
    size_t mark = diag_mark(s->ctx);
    const struct changes *changes = compare_read(s, &found) ? diff_changes(found.diff, false) : NULL;
    if (diag_mark(s->ctx) > mark) diag_rollback(s->ctx, mark);
    if (!changes) return "; the models are saved in head";
    if (changes->n) return "; database differs from the models: modelc diff";
    size_t others = found.diff->unmanaged.n;
    if (others == 0) return "; models and database agree";
    return arena_printf(s->ctx->arena, "; models and database agree but for %s: modelc diff",
                        str_count(s->ctx->arena, others, "unmanaged object"));
}

static const char *agreement(struct session *s)
{
    if (s->out.quiet || apply_pending(s->graph, &s->current) > 0) return "";
    int saved = session_models_saved(s);
    if (saved < 0 || s->files.n == 0) return "";
    if (!saved) return "; the models differ: modelc autogenerate -m \"...\"";
    return comparison_text(s);
}

static void print_json(struct session *s, const struct progress *progress)
{
    json_t *object = json_object();
    json_object_set_new(object, "database", out_text(s->conn->title));
    json_object_set_new(object, "direction", out_text(progress->up ? "up" : "down"));
    json_object_set(object, "revisions", progress->revisions);
    json_object_set_new(object, "heads", out_texts(s->state.heads.at, s->state.heads.n));
    json_object_set_new(object, "pending", json_integer((json_int_t)apply_pending(s->graph, &s->current)));
    out_json(&s->out, object);
}

void report_print(struct session *s, const struct progress *progress, const struct revision_set *before,
                  const struct map *manifest_before)
{
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    bool up = progress->up, first = before->n == 0, one = progress->done.n == 1;
    if (!session_state(s, FOREIGN_ALLOWED)) return;
    if (s->out.json) {
        print_json(s, progress);
        return;
    }
    if (up && one && !first && progress->done.at[0]->path) {
        block_add(&block, "File", "%s", session_shown(s, progress->done.at[0]->path));
    }
    block_add(&block, "Current", "%s%s", session_position(s), up ? agreement(s) : "");
    if (up) {
        add_backfills(s, progress, &block);
        add_attention(s, progress, manifest_before, &block);
        if (!first && progress->done.n > 0) add_back(s, progress, before, manifest_before, &block);
    }
    block_print(&block);
}

void report_failure(struct session *s, const struct progress *progress, enum run_outcome outcome)
{
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    size_t mark = diag_mark(s->ctx);
    bool known = outcome != RUN_LOST && session_state(s, FOREIGN_ALLOWED);
    diag_rollback(s->ctx, mark);
    if (s->out.json) print_json(s, progress);
    if (!known || progress->log) return;
    bool undone = progress->failed && progress->failed->transaction;
    block_add(&block, "Current", "%s%s", session_position(s), undone ? "; the failed section was rolled back" : "");
    block_print(&block);
}
