/* new_revision.c: new migration files. */
#include "cli/new_revision.h"

#include <string.h>

static const struct span nowhere = {0, 0};

static bool check_id(struct session *s, const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t good = strspn(id, letters);
    if (good == 0 || id[good] != '\0' || id[0] == '-') {
        diag_add(s->ctx, D_USAGE, nowhere, "%s can't be an id: letters, digits, _ and - only",
                 *id ? id : "an empty text");
        return false;
    }
    const struct revision *taken = map_get(s->graph->by_id, id);
    if (!taken) return true;
    diag_add(s->ctx, D_DUPLICATE, taken->header, "revision %s exists already", id);
    return false;
}

const char *draft_id(struct session *s)
{
    const char *id = option_text(s->options, OPT_REV_ID);
    if (s->draft_id) return s->draft_id;
    if (!session_graph(s) || (id && !check_id(s, id))) return NULL;
    s->draft_id = id ? id : revision_new_id(s->ctx, s->project, s->graph);
    return s->draft_id;
}

bool draft_begin(struct session *s, struct revision_draft *draft)
{
    const char *message = option_text(s->options, OPT_MESSAGE);
    const char *trimmed = message ? str_trim(s->ctx->arena, message) : "";
    *draft = (struct revision_draft){0};
    if (*trimmed == '\0' || strchr(trimmed, '\n')) {
        struct diag *diag =
            diag_add(s->ctx, D_USAGE, nowhere, *trimmed ? "the message has several lines" : "a message is missing");
        diag_mend(s->ctx, diag, "mend", "-m \"what it does\"");
        return false;
    }
    draft->message = trimmed;
    draft->id = draft_id(s);
    if (!draft->id) return false;
    const struct words *labels = &s->options->given[OPT_LABEL], *needed = &s->options->given[OPT_DEPENDS_ON];
    for (size_t i = 0; i < labels->n; i++) vec_push(s->ctx->arena, &draft->labels, labels->at[i]);
    for (size_t i = 0; i < needed->n; i++) {
        const struct revision *revision = revision_find(s->ctx, s->graph, needed->at[i]);
        if (!revision) return false;
        vec_push(s->ctx->arena, &draft->depends_on, revision->id);
    }
    return true;
}

const char *draft_write(struct session *s, const struct revision_draft *draft, const char *next)
{
    struct arena *arena = s->ctx->arena;
    const char *name = revision_file_name(s->ctx, s->project, draft->id, draft->message);
    const char *text = !name || draft->text ? draft->text : revision_text(s->ctx, s->project, draft);
    if (!text) return NULL;
    const char *path = path_join(arena, s->project->migrations, name), *shown = session_shown(s, path);
    if (file_exists(path)) {
        diag_file(s->ctx, D_FILE, shown, "exists already");
        return NULL;
    }
    if (!dir_make(s->ctx, path_dir(arena, path), 0777) || !file_write(s->ctx, path, text, strlen(text))) return NULL;
    if (s->out.json) {
        out_json(&s->out, json_pack("{s:o, s:o, s:o}", "id", out_text(draft->id), "message", out_text(draft->message),
                                    "path", out_text(shown)));
        return path;
    }
    if (s->out.quiet) out_print(&s->out, "%s\n", shown);
    struct block block = block_new(&s->out, BLOCK_WIDTH);
    block_add(&block, "Wrote", "%s", shown);
    if (next) block_add(&block, "Next", "%s", next);
    block_print(&block);
    return path;
}
