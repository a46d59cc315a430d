/* cmd_show.c: prints a revision's file. */
#include "cli/listing.h"

int cmd_show(struct session *s)
{
    const char *name = argument_text(s->options, 0);
    struct revision *revision = listing_find(s, name ? name : "head");
    if (!revision) return session_code(s);
    if (s->out.json) {
        json_t *object = listing_json(s, revision);
        json_object_set_new(object, "text", out_text(revision->source->text));
        out_json(&s->out, object);
    } else {
        out_print(&s->out, "%s", revision->source->text);
    }
    return CODE_DONE;
}
