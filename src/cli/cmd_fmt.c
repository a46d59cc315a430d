/* cmd_fmt.c: formats models. */
#include <string.h>

#include "cli/session.h"

/* Where files are named, no project is needed. */
static bool choose_files(struct session *s, struct paths *files)
{
    const struct words *names = &s->options->arguments;
    for (size_t i = 0; i < names->n; i++)
        vec_push(s->ctx->arena, files, path_join(s->ctx->arena, s->start, names->at[i]));
    if (names->n > 0) return true;
    return session_project(s) && dir_walk(s->ctx, s->project->models, ".model", files);
}

/* Whether the file was, or has to be, changed. */
static bool format_one(struct session *s, const char *path, bool check)
{
    struct source *source = file_load(s->ctx, path, session_shown(s, path));
    const char *text = source ? model_format(s->ctx, source) : NULL;
    if (!text || strcmp(text, source->text) == 0) return false;
    return check || file_write(s->ctx, path, text, strlen(text));
}

int cmd_fmt(struct session *s)
{
    struct paths files = {0};
    bool check = option_given(s->options, OPT_CHECK);
    json_t *changed = json_array();
    if (!choose_files(s, &files)) return session_code(s);
    for (size_t i = 0; i < files.n; i++) {
        if (!format_one(s, files.at[i], check)) continue;
        json_array_append_new(changed, out_text(session_shown(s, files.at[i])));
        out_print(&s->out, "%s\n", session_shown(s, files.at[i]));
    }
    bool any = json_array_size(changed) > 0;
    if (s->out.json) out_json(&s->out, changed);
    else json_decref(changed);
    if (diag_errors(s->ctx)) return session_code(s);
    return check && any ? CODE_FINDINGS : CODE_DONE;
}
