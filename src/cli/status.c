/* status.c: upgrade --status: where the last run stands, what it left, who is at work. */
#include "cli/status.h"

#include "base/str.h"
#include "pg/status.h"
#include "revision/line.h"

enum { SQL_WIDTH = 80 };

static const char *sql_shown(const struct session *s, const char *sql)
{
    const char *flat = line_flatten(s->ctx->arena, sql);
    size_t len = strlen(flat), shown = str_clip_utf8(flat, len, SQL_WIDTH);
    return arena_printf(s->ctx->arena, "%.*s%s", (int)shown, flat, shown < len ? " ..." : "");
}

/* When its first step began. */
static const struct journal_entry *first_step(const struct session *s)
{
    return s->state.open.n ? &s->state.open.at[0] : NULL;
}

static const char *share(struct arena *arena, const struct batch_status *batch)
{
    if (batch->expected == 0) return "";
    size_t percent = batch->seen >= batch->expected ? 100 : batch->seen * 100 / batch->expected;
    return arena_printf(arena, " of about %s (%zu %%)", text_number(arena, batch->expected), percent);
}

static void add_half(const struct session *s, const struct run_status *status, struct block *block)
{
    struct arena *arena = s->ctx->arena;
    const struct journal_entry *first = first_step(s);
    const char *how = str_eq(s->state.partial_direction, "down") ? "taken back" : "applied";
    if (status->section > status->sections) {
        block_add(block, "Half", "%s, %s: all sections have run, only its end is missing", s->state.partial, how);
    } else if (status->section) {
        block_add(block, "Half", "%s, %s up to section %zu of %zu, statement %zu%s", s->state.partial, how,
                  status->section, status->sections, status->statement,
                  s->state.partial_in_doubt ? ", which was begun: how it ended is not known" : "");
    } else {
        block_add(block, "Half", "%s, %s; no file has that id", s->state.partial, how);
    }
    if (status->sql) block_add(block, "", "%s", sql_shown(s, status->sql));
    if (first) block_add(block, "Since", "%s UTC, by %s", first->started, first->who);
    for (size_t i = 0; i < status->left.n; i++) {
        const struct left_over *left = &status->left.at[i];
        block_add(block, i == 0 ? "Left" : "", "%s %s on %s", left->what, left->name, left->table);
    }
    for (size_t i = 0; i < status->batches.n; i++) {
        const struct batch_status *batch = &status->batches.at[i];
        block_add(block, i == 0 ? "Batches" : "", "%s: %s rows looked at%s, %s changed%s%s", batch->target,
                  text_number(arena, batch->seen), share(arena, batch), text_number(arena, batch->rows),
                  batch->batched ? ", last at " : "",
                  batch->batched ? arena_printf(arena, "%s UTC", batch->batched) : "");
    }
}

static void show_text(const struct session *s, const struct run_status *status)
{
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    bool partial = s->state.partial != NULL;
    block_add(&block, "Current", "%s", session_position(s));
    if (partial) add_half(s, status, &block);
    block_add(&block, "Running", "%s", status->holder ? status->holder : "nothing: modelc's lock is free");
    if (partial && !status->holder) block_add(&block, "Next", "%s", session_finish(s));
    block_print(&block);
}

static json_t *half_json(const struct session *s, const struct run_status *status)
{
    const struct journal_entry *first = first_step(s);
    json_t *left = json_array(), *batches = json_array();
    for (size_t i = 0; i < status->left.n; i++) {
        const struct left_over *at = &status->left.at[i];
        json_array_append_new(left, json_pack("{s:o, s:o, s:o}", "what", out_text(at->what), "name", out_text(at->name),
                                              "table", out_text(at->table)));
    }
    for (size_t i = 0; i < status->batches.n; i++) {
        const struct batch_status *at = &status->batches.at[i];
        json_array_append_new(batches, json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "table",
                                                 out_text(at->target), "section", (json_int_t)at->section, "statement",
                                                 (json_int_t)at->statement, "rows", (json_int_t)at->rows, "seen",
                                                 (json_int_t)at->seen, "expected", (json_int_t)at->expected, "pass",
                                                 (json_int_t)at->pass, "last", out_text(at->batched)));
    }
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:b, s:o, s:o, s:o, s:o, s:o}", "revision", out_text(s->state.partial),
                     "direction", out_text(s->state.partial_direction), "section", (json_int_t)status->section,
                     "sections", (json_int_t)status->sections, "statement", (json_int_t)status->statement, "in_doubt",
                     (int)s->state.partial_in_doubt, "sql", out_text(status->sql), "since",
                     out_text(first ? first->started : NULL), "who", out_text(first ? first->who : NULL), "left", left,
                     "batches", batches);
}

static void show_json(const struct session *s, const struct run_status *status)
{
    out_json(&s->out,
             json_pack("{s:o, s:o, s:I, s:o, s:o}", "database", out_text(s->conn->title), "heads",
                       out_texts(s->state.heads.at, s->state.heads.n), "pending",
                       (json_int_t)apply_pending(s->graph, &s->current), "half_applied",
                       s->state.partial ? half_json(s, status) : json_null(), "running", out_text(status->holder)));
}

int status_show(struct session *s)
{
    struct run_status status;
    const struct revision *partial = s->state.partial ? map_get(s->graph->by_id, s->state.partial) : NULL;
    if (!status_read(s->conn, s->project, &s->state, partial, &status)) return session_code(s);
    if (s->out.json) show_json(s, &status);
    else show_text(s, &status);
    return s->state.partial ? CODE_PARTIAL : CODE_DONE;
}
