/* cmd_stamp.c: records where the database is without running anything. */
#include "cli/listing.h"

static bool find_heads(struct session *s, struct revision_set *heads)
{
    for (size_t i = 0; i < s->options->arguments.n; i++) {
        if (!listing_find_set(s, s->options->arguments.at[i], heads)) return false;
    }
    return true;
}

int cmd_stamp(struct session *s)
{
    struct revision_set heads = {0};
    int seconds, code = CODE_DONE;
    bool purge = option_given(s->options, OPT_PURGE);
    /* Found before the journal adds revisions that no file has. */
    if (!session_graph(s) || !find_heads(s, &heads)) return session_code(s);
    if (!option_seconds(s->ctx, s->options, OPT_LOCK_WAIT, s->project->lock_wait, &seconds))
        return session_code(s);
    if (!session_open_db(s, purge ? FOREIGN_ALLOWED : FOREIGN_REFUSED)) return session_code(s);
    struct map *manifest = revisions_manifest(s->ctx, s->graph, &heads);
    if (!manifest) return session_code(s);
    if (!session_lock(s, seconds, "stamp", &code)) return code;
    bool done = state_stamp(s->conn, s->project, s->graph, &heads, manifest, purge ? "stamp --purge" : "stamp");
    session_unlock(s);
    if (!done || !session_state(s, FOREIGN_ALLOWED)) return session_code(s);
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    block_add(&block, "Current", "%s; recorded, nothing was run", session_position(s));
    block_print(&block);
    if (s->out.json) {
        json_t *reached = out_texts(s->state.heads.at, s->state.heads.n);
        out_json(&s->out, json_pack("{s:o, s:o}", "database", out_text(s->conn->title), "heads", reached));
    }
    return CODE_DONE;
}
