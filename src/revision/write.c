/* write.c: a plan, or nothing yet, becomes the text of a migration file. */
#include "revision/write.h"

#include <string.h>

#include "base/str.h"
#include "revision/clock.h"
#include "revision/line.h"
#include "revision/lock_note.h"
#include "revision/template.h"
#include "sql/sql.h"

/* One direction while it is written. */
struct writer {
    struct ctx *ctx;
    struct buf out;
    const char *word;              /* upgrade, downgrade */
    const struct op *before;       /* the op written last in this section, NULL at its start */
    const char *search_path;       /* in force */
    struct lock_notes locks;
};

static bool is_manual(const struct op *op)
{
    return op->data || op->complete;
}

static bool needs_section(const struct op *before, const struct op *op)
{
    bool alone = op->transaction == OP_ALONE;
    if (!before || alone != (before->transaction == OP_ALONE)) return true;
    if (op->transaction == OP_SEPARATE || before->transaction == OP_SEPARATE) return true;
    return before->transaction == OP_COMMIT_AFTER && op->transaction != OP_COMMIT_AFTER;
}

static void write_search_path(struct writer *w, const struct op *op)
{
    if (!op->search_path || str_eq(op->search_path, w->search_path)) return;
    buf_printf(&w->out, "-- modelc:search-path %s\n", line_encode(w->ctx->arena, op->search_path));
    w->search_path = op->search_path;
}

/* A part by hand is closed before generated statements go on; a new section closes it by itself. */
static void begin_section(struct writer *w, const struct op *op)
{
    if (w->out.len > 0) buf_addc(&w->out, '\n');
    buf_printf(&w->out, "-- modelc:%s%s\n", w->word, op && op->transaction == OP_ALONE ? " no-transaction" : "");
    w->search_path = NULL;
    w->locks.held = NULL;
    if (op) write_search_path(w, op);
}

static void write_reason(struct writer *w, const char *directive, const char *reason)
{
    const char *text = line_flatten(w->ctx->arena, reason);
    buf_printf(&w->out, "-- modelc:%s%s%s\n", directive, *text ? " " : "", text);
}

static void write_op(struct writer *w, const struct op *op)
{
    if (needs_section(w->before, op)) {
        begin_section(w, op);
    } else if (is_manual(w->before) && !is_manual(op)) {
        buf_add(&w->out, "-- modelc:end\n");
    }
    buf_addc(&w->out, '\n');
    write_search_path(w, op);
    if (op->loses) buf_printf(&w->out, "-- modelc:loses %s\n", line_encode(w->ctx->arena, op->loses));
    if (op->parks) buf_printf(&w->out, "-- modelc:parks %s\n", line_encode(w->ctx->arena, op->parks));
    if (is_manual(op)) write_reason(w, op->complete ? "complete" : "data", op->complete ? op->complete : op->data);
    if (op->batch) buf_printf(&w->out, "-- modelc:batch %s\n", line_encode(w->ctx->arena, op->batch));
    if (op->note) line_comments(&w->out, op->note);
    const char *locks = lock_note(w->ctx, &w->locks, op);
    if (locks) line_comments(&w->out, locks);
    buf_printf(&w->out, "%s;\n", line_statement(w->ctx->arena, op->sql));
    w->before = op;
}

static const char *direction_text(struct ctx *ctx, const char *word, const struct plan *plan)
{
    struct writer w = {.ctx = ctx, .out = buf_new(ctx->arena), .word = word};
    for (size_t i = 0; plan && i < plan->ops.n; i++) write_op(&w, &plan->ops.at[i]);
    if (w.out.len == 0) begin_section(&w, NULL);
    return w.out.text;
}

static const char *empty_text(struct ctx *ctx, const char *word, const char *message, const char *hint)
{
    struct writer w = {.ctx = ctx, .out = buf_new(ctx->arena), .word = word};
    begin_section(&w, NULL);
    write_reason(&w, "data", message);
    buf_addc(&w.out, '\n');
    line_comments(&w.out, hint);
    return w.out.text;
}

static const char *upgrade_text(struct ctx *ctx, const struct revision_draft *draft)
{
    if (draft->up) return direction_text(ctx, "upgrade", draft->up);
    return empty_text(ctx, "upgrade", draft->message, "SQL statements, each with its `;`");
}

static const char *downgrade_text(struct ctx *ctx, const struct revision_draft *draft)
{
    if (draft->irreversible) {
        const char *reason = line_flatten(ctx->arena, draft->irreversible);
        return arena_printf(ctx->arena, "-- modelc:irreversible %s\n", *reason ? reason : "no reason given");
    }
    if (draft->down || draft->up) return direction_text(ctx, "downgrade", draft->down);
    return empty_text(ctx, "downgrade", draft->message,
                      "SQL statements that take it back\n"
                      "(where nothing can: a line `modelc:irreversible REASON` in place of this section)");
}

static void header_line(struct buf *out, const char *name, const char *value)
{
    if (value && *value) buf_printf(out, "-- modelc:%-11s%s%s\n", name, strlen(name) < 11 ? "" : " ", value);
}

static void header_list(struct buf *out, const char *name, const char *const *items, size_t n)
{
    struct buf value = buf_new(out->arena);
    for (size_t i = 0; i < n; i++) {
        buf_separate(&value, "", " ");
        buf_add(&value, items[i]);
    }
    header_line(out, name, value.text);
}

static const char *header_text(struct ctx *ctx, const struct revision_draft *draft, const char *created,
                               const char *generated)
{
    struct buf out = buf_new(ctx->arena);
    header_line(&out, "revision", draft->id);
    header_list(&out, "revises", draft->parents.at, draft->parents.n);
    header_list(&out, "depends-on", draft->depends_on.at, draft->depends_on.n);
    header_list(&out, "label", draft->labels.at, draft->labels.n);
    header_line(&out, "created", created);
    header_line(&out, "generated", generated);
    return out.text;
}

const char *object_lines_text(struct arena *arena, const struct object_line *objects, size_t n, const char *end)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < n; i++) {
        buf_printf(&out, "-- modelc:object %s %s %s%s", objects[i].kind, line_encode(arena, objects[i].path),
                   objects[i].hash ? objects[i].hash : "-", end);
    }
    return out.text;
}

/* The message as the template's `-- ${message}` wants it: without the first `-- `. */
static const char *message_text(struct ctx *ctx, const char *message)
{
    struct buf out = buf_new(ctx->arena);
    const char *text = str_trim(ctx->arena, message);
    line_comments(&out, *text ? text : "(no message)");
    return str_trim(ctx->arena, out.text + 2);
}

static const char *fill(struct ctx *ctx, const struct source *template, const struct map *extra,
                        const struct revision_draft *draft, const char *created, const char *generated)
{
    const struct template_field fields[] = {
        {"message", message_text(ctx, draft->message)},
        {"header", header_text(ctx, draft, created, generated)},
        {"upgrade", upgrade_text(ctx, draft)},
        {"downgrade", downgrade_text(ctx, draft)},
        {"objects", object_lines_text(ctx->arena, draft->objects.at, draft->objects.n, "\n")},
    };
    return template_fill(ctx, template, fields, sizeof fields / sizeof fields[0], extra);
}

static enum statement_origin origin_of(const struct op *op)
{
    return op->complete ? STATEMENT_COMPLETE : op->data ? STATEMENT_DATA : STATEMENT_GENERATED;
}

/* Looks for the ops, in order, among the statements: a template may add statements of its own, but lose or change
 * none. NULL, or the first op that isn't there. */
static const struct op *lost_op(struct ctx *ctx, const struct plan *plan, const struct section *sections, size_t n)
{
    size_t next = 0;
    for (size_t i = 0; plan && i < n; i++) {
        for (size_t k = 0; k < sections[i].statements.n && next < plan->ops.n; k++) {
            const struct statement *statement = &sections[i].statements.at[k];
            const struct op *op = &plan->ops.at[next];
            if (statement->origin != origin_of(op)) continue;
            if (str_eq(sql_token_digest(ctx->arena, statement->sql), sql_token_digest(ctx->arena, op->sql))) next++;
        }
    }
    return plan && next < plan->ops.n ? &plan->ops.at[next] : NULL;
}

static bool has_generated(const struct section *sections, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sections[i].statements.n; k++) {
            if (sections[i].statements.at[k].origin == STATEMENT_GENERATED) return true;
        }
    }
    return false;
}

/* Nothing is handed on that doesn't read back as what was meant. */
static struct revision *read_back(struct ctx *ctx, const struct revision_draft *draft, const char *text)
{
    size_t errors = diag_errors(ctx);
    const char *name = arena_printf(ctx->arena, "revision %s", draft->id);
    struct revision *revision = revision_parse(ctx, source_add(ctx->sources, name, text, strlen(text)));
    if (!revision || diag_errors(ctx) > errors) return NULL;
    const struct op *lost = lost_op(ctx, draft->up, revision->up.at, revision->up.n);
    if (!lost && !draft->irreversible) lost = lost_op(ctx, draft->down, revision->down.at, revision->down.n);
    if (lost || !str_eq(revision->id, draft->id)) {
        diag_add(ctx, D_REVISION, revision->header, "the revision can't be written so that it reads back: %s",
                 lost ? line_flatten(ctx->arena, lost->sql) : "its template changes the id");
        return NULL;
    }
    return revision;
}

const char *revision_text(struct ctx *ctx, const struct project *project, const struct revision_draft *draft)
{
    const char *created = draft->created ? draft->created : clock_utc(ctx->arena, time(NULL), CLOCK_ISO);
    const struct source *template = template_revision(ctx, project);
    const struct map *extra = project ? project->extra : NULL;
    const char *text = template ? fill(ctx, template, extra, draft, created, NULL) : NULL;
    struct revision *revision = text ? read_back(ctx, draft, text) : NULL;
    if (!revision) return NULL;
    bool generated = has_generated(revision->up.at, revision->up.n) || has_generated(revision->down.at,
                                                                                     revision->down.n);
    return generated ? fill(ctx, template, extra, draft, created, revision_generated_digest(ctx, revision)) : text;
}
