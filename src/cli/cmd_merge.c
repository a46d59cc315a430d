/* cmd_merge.c: a revision that follows several. */
#include "cli/listing.h"
#include "cli/new_revision.h"

static const struct span nowhere = {0, 0};

static bool choose_parents(struct session *s, struct revision_set *parents)
{
    const struct words *names = &s->options->arguments;
    for (size_t i = 0; i < names->n; i++) {
        if (!listing_find_set(s, names->at[i], parents)) return false;
    }
    if (names->n == 0 && !listing_find_set(s, "heads", parents)) return false;
    return true;
}

/* One of them behind another, or twice the same, is no merge. */
static bool independent(struct session *s, const struct revision_set *parents)
{
    for (size_t i = 0; i < parents->n; i++) {
        for (size_t k = 0; k < parents->n; k++) {
            if (i == k || !revision_reaches(s->graph, parents->at[i], parents->at[k])) continue;
            diag_add(s->ctx, D_USAGE, nowhere, "%s holds %s already: there is nothing to merge", parents->at[k]->id,
                     parents->at[i]->id);
            return false;
        }
    }
    if (parents->n > 1) return true;
    diag_add(s->ctx, D_USAGE, nowhere, "nothing to merge: there is one head");
    return false;
}

int cmd_merge(struct session *s)
{
    struct revision_draft draft;
    struct revision_set parents = {0};
    if (!draft_begin(s, &draft) || !choose_parents(s, &parents) || !independent(s, &parents)) return session_code(s);
    if (!revisions_manifest(s->ctx, s->graph, &parents)) return session_code(s);
    for (size_t i = 0; i < parents.n; i++) vec_push(s->ctx->arena, &draft.parents, parents.at[i]->id);
    return draft_write(s, &draft, "modelc upgrade head") ? CODE_DONE : session_code(s);
}
