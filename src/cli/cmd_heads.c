/* cmd_heads.c: the newest revisions. */
#include "cli/listing.h"

int cmd_heads(struct session *s)
{
    struct graph_of_revisions *graph = session_graph(s);
    if (!graph) return session_code(s);
    listing_print(s, &(struct revision_set){.at = graph->heads.at, .n = graph->heads.n}, false);
    return CODE_DONE;
}
