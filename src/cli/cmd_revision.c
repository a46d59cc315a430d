/* cmd_revision.c: an empty revision, to be filled in by hand. */
#include "cli/listing.h"
#include "cli/new_revision.h"

static const struct span nowhere = {0, 0};

static bool follows_nothing(const struct session *s)
{
    return s->graph->all.n == 0;
}

/* The parent: --head, or the only head. */
static bool choose_parent(struct session *s, struct revision_draft *draft)
{
    const char *name = option_text(s->options, OPT_HEAD);
    if (follows_nothing(s) && !name) return true;
    if (str_eq(name, "base")) {
        if (option_given(s->options, OPT_SPLICE) || follows_nothing(s)) return true;
        struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "base is followed already");
        diag_mend(s->ctx, diag, "mend", "--splice begins a second line of revisions");
        return false;
    }
    const struct revision *parent = listing_find(s, name ? name : "head");
    if (!parent) return false;
    if (parent->children.n > 0 && !option_given(s->options, OPT_SPLICE)) {
        struct diag *diag =
            diag_add(s->ctx, D_USAGE, nowhere, "%s is no head: %s follows it", parent->id, parent->children.at[0]->id);
        diag_mend(s->ctx, diag, "mend", "--splice begins a branch there");
        return false;
    }
    vec_push(s->ctx->arena, &draft->parents, parent->id);
    return true;
}

int cmd_revision(struct session *s)
{
    struct revision_draft draft;
    const struct command *autogenerate = command_find("autogenerate");
    if (option_given(s->options, OPT_AUTOGENERATE) && autogenerate) return autogenerate->run(s);
    if (!draft_begin(s, &draft) || !choose_parent(s, &draft)) return session_code(s);
    const char *next = arena_printf(s->ctx->arena, "modelc edit %s, then modelc upgrade head", draft.id);
    return draft_write(s, &draft, next) ? CODE_DONE : session_code(s);
}
