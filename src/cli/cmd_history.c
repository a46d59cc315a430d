/* cmd_history.c: all revisions, newest first. */
#include <string.h>

#include "cli/listing.h"

static const struct span nowhere = {0, 0};

struct range {
    struct revision_set from, to;
    bool open_from, open_to; /* that side was left out */
};

static bool read_range(struct session *s, const char *text, struct range *range)
{
    const char *colon = strchr(text, ':');
    if (!colon) {
        struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "-r takes A:B, not %s", text);
        diag_mend(s->ctx, diag, "mend", "modelc history -r %s:", text);
        return false;
    }
    const char *from = arena_strndup(s->ctx->arena, text, (size_t)(colon - text)), *to = colon + 1;
    range->open_from = *from == '\0' || strcmp(from, "base") == 0;
    range->open_to = *to == '\0';
    if (!range->open_from && !listing_find_set(s, from, &range->from)) return false;
    if (range->from.n == 0) range->open_from = true; /* `current`, and nothing is applied */
    return range->open_to || listing_find_set(s, to, &range->to);
}

static bool reaches_any(const struct session *s, const struct revision_set *ancestors, const struct revision *revision)
{
    for (size_t i = 0; i < ancestors->n; i++) {
        if (revision_reaches(s->graph, ancestors->at[i], revision)) return true;
    }
    return false;
}

static bool reached_by_any(const struct session *s, const struct revision *revision, const struct revision_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (revision_reaches(s->graph, revision, set->at[i])) return true;
    }
    return false;
}

/* -i needs the database; -v shows when each was applied where there is one, and works without. */
static bool ask_database(struct session *s)
{
    if (option_given(s->options, OPT_INDICATE_CURRENT)) return session_open_db(s, FOREIGN_ALLOWED);
    if (!option_given(s->options, OPT_VERBOSE) || s->conn) return true;
    size_t mark = diag_mark(s->ctx);
    if (!session_open_db(s, FOREIGN_ALLOWED)) diag_rollback(s->ctx, mark);
    return true;
}

int cmd_history(struct session *s)
{
    struct range range = {.open_from = true, .open_to = true};
    const char *text = option_text(s->options, OPT_RANGE);
    struct revision_set shown = {0};
    if (!session_graph(s) || !ask_database(s) || (text && !read_range(s, text, &range))) return session_code(s);
    for (size_t i = s->graph->all.n; i-- > 0;) {
        struct revision *revision = s->graph->all.at[i];
        bool inside = (range.open_from || reaches_any(s, &range.from, revision)) &&
                      (range.open_to || reached_by_any(s, revision, &range.to));
        if (inside) vec_push(s->ctx->arena, &shown, revision);
    }
    listing_print(s, &shown, true);
    return CODE_DONE;
}
