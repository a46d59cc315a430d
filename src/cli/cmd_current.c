/* cmd_current.c: where the database is. */
#include "cli/listing.h"

static const struct span nowhere = {0, 0};

static void print_json(const struct session *s)
{
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < s->current.n; i++) json_array_append_new(list, listing_json(s, s->current.at[i]));
    json_object_set_new(object, "database", out_text(s->conn->title));
    json_object_set_new(object, "heads", out_texts(s->state.heads.at, s->state.heads.n));
    json_object_set_new(object, "pending", json_integer((json_int_t)apply_pending(s->graph, &s->current)));
    json_object_set_new(object, "half_applied", out_text(s->state.partial));
    json_object_set_new(object, "revisions", list);
    out_json(&s->out, object);
}

static void print_foreign(const struct session *s)
{
    for (size_t i = 0; i < s->state.heads.n; i++) {
        if (map_has(s->graph->by_id, s->state.heads.at[i])) continue;
        out_print(&s->out, "%s (no file has that id)\n", s->state.heads.at[i]);
    }
}

/* Whether the statement that it goes on with runs in batches, which record how far they are. */
static bool in_batches(const struct session *s, bool down)
{
    const struct revision *revision = map_get(s->graph->by_id, s->state.partial);
    size_t n = !revision ? 0 : down ? revision->down.n : revision->up.n;
    if (s->state.partial_section >= n) return false;
    const struct section *section = (down ? revision->down.at : revision->up.at) + s->state.partial_section;
    return s->state.partial_statement < section->statements.n && section->statements.at[s->state.partial_statement].batch;
}

static void print_partial(const struct session *s)
{
    if (!s->state.partial) return;
    bool down = str_eq(s->state.partial_direction, "down");
    out_print(&s->out, "%s half %s: %s goes on with section %zu, statement %zu%s\n", s->state.partial,
              down ? "taken back" : "applied", session_finish(s), s->state.partial_section + 1, s->state.partial_statement + 1,
              !s->state.partial_in_doubt ? "" : in_batches(s, down) ? ", where its batches broke off"
                                              : ", whose outcome is unknown: it looks first");
}

static bool at_heads(const struct session *s)
{
    return !s->state.partial && apply_pending(s->graph, &s->current) == 0 && s->current.n == s->state.heads.n;
}

int cmd_current(struct session *s)
{
    if (!session_open_db(s, FOREIGN_ALLOWED)) return session_code(s);
    if (s->out.json) {
        print_json(s);
    } else {
        if (s->state.heads.n == 0) out_print(&s->out, "base\n");
        listing_print(s, &s->current, false);
        print_foreign(s);
        print_partial(s);
    }
    if (!option_given(s->options, OPT_CHECK_HEADS) || at_heads(s)) return CODE_DONE;
    struct diag *diag = diag_add(s->ctx, D_REVISION, nowhere, "database is not at the heads");
    diag_mend(s->ctx, diag, "mend", "modelc upgrade heads");
    return CODE_FINDINGS;
}
