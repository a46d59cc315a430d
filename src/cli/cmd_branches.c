/* cmd_branches.c: where branches begin. */
#include "cli/listing.h"

static void print_children(const struct session *s, const struct revision *revision)
{
    for (size_t i = 0; i < revision->children.n; i++) {
        out_print(&s->out, "    -> %s\n", listing_line(s, revision->children.at[i]));
    }
}

int cmd_branches(struct session *s)
{
    struct graph_of_revisions *graph = session_graph(s);
    struct revision_set points = {0};
    if (!graph) return session_code(s);
    for (size_t i = 0; i < graph->all.n; i++) {
        if (graph->all.at[i]->children.n > 1) vec_push(s->ctx->arena, &points, graph->all.at[i]);
    }
    if (s->out.json) {
        listing_print(s, &points, false);
        return CODE_DONE;
    }
    for (size_t i = 0; i < points.n; i++) {
        listing_print(s, &(struct revision_set){.at = &points.at[i], .n = 1}, false);
        print_children(s, points.at[i]);
    }
    return CODE_DONE;
}
