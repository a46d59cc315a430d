/* plan_show.c: --plan: what would run, what it locks, and how much there is to work on. */
#include "cli/plan_show.h"

#include <string.h>

#include "cli/plan_cost.h"
#include "revision/batch.h"

struct plan_view {
    struct session *s;
    bool up;
    struct plan_costs costs;
    VEC(struct plan_section) sections; /* of all revisions, in order */
};

static void read_all(struct plan_view *view, const struct revision_set *steps)
{
    struct arena *arena = view->s->ctx->arena;
    for (size_t i = 0; i < steps->n; i++) {
        const struct section *at = view->up ? steps->at[i]->up.at : steps->at[i]->down.at;
        size_t n = view->up ? steps->at[i]->up.n : steps->at[i]->down.n;
        for (size_t k = 0; k < n; k++) vec_push(arena, &view->sections, plan_section_read(&view->costs, &at[k]));
    }
    plan_costs_read(&view->costs, view->sections.at, view->sections.n);
}

/* Worth a line: others may have to wait, or there is work to do. */
static bool is_shown(const struct relation_effect *at)
{
    if (at->made) return false;
    return at->work || (at->lock > LOCK_SHARE_UPDATE_EXCLUSIVE && !at->rowless);
}

/* ---- who waits for a whole section */

static double section_seconds(const struct plan_view *view, const struct plan_section *section)
{
    double seconds = 0;
    for (size_t i = 0; i < section->statements.n; i++) {
        if (!section->statements.at[i].statement->batch) seconds += plan_seconds(&view->costs, &section->statements.at[i].effect);
    }
    return seconds;
}

/* Tables whose strongest lock in the section blocks just this, each once; NULL: none. */
static const char *blocked(const struct plan_view *view, const struct plan_section *section, const char *what)
{
    struct arena *arena = view->s->ctx->arena;
    struct map *strongest = map_new(arena);
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct effect *effect = &section->statements.at[i].effect;
        for (size_t k = 0; k < effect->relations.n; k++) {
            struct relation_effect *at = &effect->relations.at[k];
            const char *shown = plan_shown(&view->costs, at);
            const struct relation_effect *known = map_get(strongest, shown);
            if (is_shown(at) && (!known || known->lock < at->lock)) map_put(strongest, shown, at);
        }
    }
    for (struct map_entry e = map_first(strongest); e.key; e = map_next(e)) {
        if (!str_eq(lock_blocks(((const struct relation_effect *)e.value)->lock), what)) continue;
        buf_separate(&out, "", ", ");
        buf_add(&out, e.key);
    }
    return out.len ? out.text : NULL;
}

static void print_waiting(const struct plan_view *view, const struct plan_section *section)
{
    static const char *const whats[] = {"reads and writes", "writes"};
    const char *end = section->section->transaction ? " until it commits" : "";
    for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
        const char *tables = blocked(view, section, whats[i]);
        if (!tables) continue;
        out_print(&view->s->out, "        %s of %s wait%s: %s\n", whats[i], tables, end,
                  out_paint(&view->s->out, section_seconds(view, section) < 1 ? PAINT_NONE : PAINT_YELLOW,
                            plan_seconds_text(section_seconds(view, section))));
    }
}

/* ---- text */

/* A lock that the section holds already, and that is taken for a moment's work, needs no line. */
static bool is_said(struct map *said, const struct plan_view *view, const struct relation_effect *at)
{
    const char *shown = plan_shown(&view->costs, at);
    const struct relation_effect *before = map_get(said, shown);
    if (before && before->lock >= at->lock && !at->work) return true;
    if (!before || before->lock < at->lock) map_put(said, shown, (void *)at);
    return false;
}

static void print_statement(const struct plan_view *view, const struct plan_statement *at, struct map *said)
{
    const struct out *out = &view->s->out;
    const char *sql = at->statement->sql;
    size_t first = strcspn(sql, "\n");
    out_print(out, "          %.*s%s\n", (int)first, sql, sql[first] ? " ..." : ";");
    if (at->statement->batch) {
        out_print(out, "            in batches of %s, each in a transaction of its own\n",
                  str_count(view->s->ctx->arena, at->statement->batch->options.size, "row"));
    }
    for (size_t i = 0; i < at->effect.relations.n; i++) {
        const struct relation_effect *relation = &at->effect.relations.at[i];
        if (!is_shown(relation) || is_said(said, view, relation)) continue;
        out_print(out, "            %s\n", out_paint(out, PAINT_DIM, plan_cost_text(&view->costs, relation)));
    }
    if (at->effect.others) out_print(out, "            %s\n", out_paint(out, PAINT_DIM, at->effect.others));
}

static void print_section(const struct plan_view *view, const struct plan_section *at, size_t number, size_t total)
{
    struct map *said = map_new(view->s->ctx->arena);
    const char *count = str_count(view->s->ctx->arena, at->statements.n, "statement");
    out_print(&view->s->out, "  [%zu/%zu] %s, %s\n", number, total, at->section->transaction ? "transaction" : "no transaction", count);
    print_waiting(view, at);
    for (size_t i = 0; i < at->statements.n; i++) print_statement(view, &at->statements.at[i], said);
}

/* ---- JSON */

static json_t *relation_json(const struct plan_view *view, const struct relation_effect *at)
{
    const struct relation_size *size = plan_size(&view->costs, at);
    json_t *object = json_object();
    json_object_set_new(object, "relation", out_text(plan_shown(&view->costs, at)));
    json_object_set_new(object, "lock", out_text(lock_name(at->lock)));
    json_object_set_new(object, "blocks", out_text(lock_blocks(at->lock)));
    json_object_set_new(object, "work", out_text(work_text(view->s->ctx->arena, at->work)));
    json_object_set_new(object, "exists", json_boolean(size != NULL));
    json_object_set_new(object, "rows", size && size->rows >= 0 ? json_integer((json_int_t)size->rows) : json_null());
    json_object_set_new(object, "bytes", size ? json_integer((json_int_t)size->bytes) : json_null());
    json_object_set_new(object, "index_bytes", size ? json_integer((json_int_t)size->index_bytes) : json_null());
    json_object_set_new(object, "parts", size ? json_integer((json_int_t)size->parts) : json_null());
    return object;
}

static json_t *statement_json(const struct plan_view *view, const struct plan_statement *at)
{
    json_t *object = json_object(), *locks = json_array();
    for (size_t i = 0; i < at->effect.relations.n; i++) {
        if (!at->effect.relations.at[i].made) json_array_append_new(locks, relation_json(view, &at->effect.relations.at[i]));
    }
    json_object_set_new(object, "sql", out_text(at->statement->sql));
    json_object_set_new(object, "line", json_integer(at->statement->line));
    json_object_set_new(object, "batch", at->statement->batch ? json_integer((json_int_t)at->statement->batch->options.size) : json_null());
    json_object_set_new(object, "locks", locks);
    json_object_set_new(object, "others", out_text(at->effect.others));
    json_object_set_new(object, "takes", out_text(plan_seconds_text(plan_seconds(&view->costs, &at->effect))));
    return object;
}

static json_t *section_json(const struct plan_view *view, const struct plan_section *at)
{
    json_t *object = json_object(), *statements = json_array();
    for (size_t i = 0; i < at->statements.n; i++) json_array_append_new(statements, statement_json(view, &at->statements.at[i]));
    json_object_set_new(object, "transaction", json_boolean(at->section->transaction));
    json_object_set_new(object, "takes", out_text(plan_seconds_text(section_seconds(view, at))));
    json_object_set_new(object, "statements", statements);
    return object;
}

static json_t *revision_json(const struct plan_view *view, const struct revision *revision, const struct plan_section *at, size_t n)
{
    json_t *object = json_object(), *statements = json_array(), *sections = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(sections, section_json(view, &at[i]));
        for (size_t k = 0; k < at[i].statements.n; k++) json_array_append_new(statements, out_text(at[i].statements.at[k].statement->sql));
    }
    json_object_set_new(object, "id", out_text(revision->id));
    json_object_set_new(object, "message", out_text(revision->message));
    json_object_set_new(object, "statements", statements);
    json_object_set_new(object, "sections", sections);
    return object;
}

void plan_show(struct session *s, bool up, const struct revision_set *steps)
{
    struct plan_view view = {.s = s, .up = up, .costs = plan_costs_new(s->ctx, s->conn)};
    json_t *revisions = json_array();
    read_all(&view, steps);
    const struct plan_section *at = view.sections.at;
    for (size_t i = 0; i < steps->n; i++) {
        const struct revision *revision = steps->at[i];
        size_t n = up ? revision->up.n : revision->down.n;
        out_print(&s->out, "%s  %s\n", out_paint(&s->out, PAINT_BOLD, revision->id), revision->message);
        for (size_t k = 0; k < n; k++) print_section(&view, &at[k], k + 1, n);
        if (s->out.json) json_array_append_new(revisions, revision_json(&view, revision, at, n));
        at += n;
    }
    if (s->out.json) out_json(&s->out, revisions);
    else json_decref(revisions);
}
