/* cmd_edit.c: a revision's file in the user's editor, and whether it can still be read. */
#include <stdlib.h>

#include "cli/listing.h"

static const struct span nowhere = {0, 0};

static const char *editor(void)
{
    static const char *const names[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return value;
    }
    return NULL;
}

int cmd_edit(struct session *s)
{
    const char *name = argument_text(s->options, 0), *program = editor();
    struct revision *revision = listing_find(s, name ? name : "head");
    if (!revision) return session_code(s);
    if (!program) {
        struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "no editor: VISUAL and EDITOR are not set");
        diag_mend(s->ctx, diag, "mend", "EDITOR=nano modelc edit %s", revision->id);
        return CODE_UNJUDGED;
    }
    /* The variable may hold options, so a shell splits it; the path is no part of that text. */
    const char *command = arena_printf(s->ctx->arena, "%s \"$@\"", program);
    const char *const argv[] = {"/bin/sh", "-c", command, "sh", revision->path, NULL};
    int status = session_spawn(s, argv);
    if (status != 0) {
        diag_add(s->ctx, D_FILE, nowhere, "the editor ended with status %d", status);
        return CODE_UNJUDGED;
    }
    struct source *source = file_load(s->ctx, revision->path, session_shown(s, revision->path));
    if (source) revision_parse(s->ctx, source);
    if (s->out.json) out_json(&s->out, listing_json(s, revision));
    return diag_errors(s->ctx) ? session_code(s) : CODE_DONE;
}
