/* rebase_sides.c: which head is yours, what moves behind what, and whether it can. */
#include <string.h>

#include "cli/rebase.h"
#include "revision/walk.h"

static const struct span nowhere = {0, 0};

static const bool *reached_by(const struct rebase *r, const struct rebase_file *head)
{
    struct revision *at = head->revision;
    return walk_ancestors(r->s->ctx, r->view, &(struct revision_set){.at = &at, .n = 1});
}

static const struct rebase_file *head_at(const struct rebase *r, size_t i)
{
    return rebase_file_of(r, r->view->heads.at[i]->id);
}

/* What only this head holds. */
static const bool *own(const struct rebase *r, const struct rebase_file *head)
{
    struct revision_set others = {0};
    bool *marks = ARENA_ARRAY(r->s->ctx->arena, bool, r->files.n + 1);
    for (size_t i = 0; i < r->view->heads.n; i++) {
        if (r->view->heads.at[i] != head->revision) vec_push(r->s->ctx->arena, &others, r->view->heads.at[i]);
    }
    const bool *mine = reached_by(r, head), *theirs = walk_ancestors(r->s->ctx, r->view, &others);
    for (size_t i = 0; i < r->files.n; i++) marks[i] = mine[i] && !theirs[i];
    return marks;
}

static enum side side_of(const struct rebase *r, const struct rebase_file *head)
{
    const bool *marks = own(r, head);
    enum side side = SIDE_SHARED;
    for (size_t i = 0; i < r->files.n; i++) {
        if (!marks[i]) continue;
        if (r->files.at[i]->side == SIDE_LOCAL) return SIDE_LOCAL;
        if (r->files.at[i]->side == SIDE_UNKNOWN) side = SIDE_UNKNOWN;
    }
    return side;
}

static bool is_applied(const struct rebase *r, const struct rebase_file *head)
{
    const bool *marks = own(r, head);
    for (size_t i = 0; i < r->files.n; i++) {
        if (marks[i] && r->files.at[i]->applied) return true;
    }
    return false;
}

static bool has_twin(const struct rebase *r, const struct rebase_file *head)
{
    const bool *marks = own(r, head);
    for (size_t i = 0; i < r->files.n; i++) {
        if (marks[i] && r->files.at[i]->twin) return true;
    }
    return false;
}

/* The only head of which `test` is true. */
static const struct rebase_file *only_head(const struct rebase *r, const struct rebase_file *onto,
                                           bool (*test)(const struct rebase *, const struct rebase_file *))
{
    const struct rebase_file *found = NULL;
    for (size_t i = 0; i < r->view->heads.n; i++) {
        const struct rebase_file *head = head_at(r, i);
        if (head == onto || !test(r, head)) continue;
        if (found) return NULL;
        found = head;
    }
    return found;
}

static bool is_local(const struct rebase *r, const struct rebase_file *head)
{
    return side_of(r, head) == SIDE_LOCAL;
}

static bool is_any(const struct rebase *r, const struct rebase_file *head)
{
    (void)r;
    (void)head;
    return true;
}

static bool ask(const struct rebase *r, const char *what)
{
    struct diag *diag = diag_add(r->s->ctx, D_HEADS, nowhere, "%s", what);
    for (size_t i = 0; i < r->view->heads.n; i++) {
        const struct rebase_file *head = head_at(r, i);
        diag_note(r->s->ctx, diag, head->revision->header, "%s", rebase_shown(r, head));
    }
    for (size_t i = 0; i < r->view->heads.n && i < 4; i++) {
        const struct rebase_file *head = head_at(r, i);
        const char *name = head->twin ? path_base(head->revision->path) : head->id;
        diag_mend(r->s->ctx, diag, "mend", "modelc rebase --onto %s   if %s is the others'", name, name);
    }
    return false;
}

/* --onto: a head's id, or the name of its file where two have the id. */
static bool choose_onto(struct rebase *r)
{
    const char *onto = option_text(r->s->options, OPT_ONTO);
    if (!onto) return true;
    for (size_t i = 0; i < r->view->heads.n; i++) {
        const char *path = r->view->heads.at[i]->path;
        if (str_eq(onto, path_base(path)) || str_eq(onto, session_shown(r->s, path))) r->onto = head_at(r, i);
    }
    const struct revision *found = r->onto ? r->onto->revision : revision_find(r->s->ctx, r->view, onto);
    if (!found) return false;
    r->onto = rebase_file_of(r, found->id);
    for (size_t i = 0; i < r->view->heads.n; i++) {
        if (r->view->heads.at[i] == found) return true;
    }
    diag_add(r->s->ctx, D_USAGE, nowhere, "--onto %s: %s is no head, something follows it", onto, r->onto->id);
    return false;
}

/* What two files with one number say, then git, then the database. */
static bool choose_head(struct rebase *r)
{
    size_t others = r->view->heads.n - (r->onto != NULL);
    r->head = only_head(r, r->onto, has_twin);
    if (!r->head && others == 1) r->head = only_head(r, r->onto, is_any);
    if (!r->head) r->head = only_head(r, r->onto, is_local);
    if (!r->head) r->head = only_head(r, r->onto, is_applied);
    if (!r->head) return ask(r, "which revisions are yours can't be told");
    if (r->onto) return true;
    if (r->view->heads.n > 2)
        return ask(r, arena_printf(r->s->ctx->arena, "%zu heads: after which one", r->view->heads.n));
    r->onto = head_at(r, head_at(r, 0) == r->head);
    return true;
}

/* A third branch that begins among what moves would lose its ground. */
static bool nothing_else_follows(const struct rebase *r)
{
    for (size_t i = 0; i < r->view->heads.n; i++) {
        const struct rebase_file *head = head_at(r, i);
        if (head == r->head || head == r->onto) continue;
        const bool *marks = reached_by(r, head);
        for (size_t k = 0; k < r->files.n; k++) {
            if (!marks[k] || !r->files.at[k]->mine) continue;
            diag_add(r->s->ctx, D_HEADS, head->revision->header,
                     "%s follows %s, too: merge or rebase that branch first", head->id, r->files.at[k]->id);
            return false;
        }
    }
    return true;
}

static void mark_branches(struct rebase *r)
{
    const bool *mine = reached_by(r, r->head), *theirs = reached_by(r, r->onto);
    for (size_t i = 0; i < r->files.n; i++) {
        r->files.at[i]->mine = mine[i] && !theirs[i];
        r->files.at[i]->theirs = theirs[i] && !mine[i];
    }
}

/* One line of revisions: only numbers are taken twice. What has one of them, and what follows it, gets new ones. */
static void mark_numbers(struct rebase *r)
{
    struct revision_set set = {0};
    for (size_t i = 0; i < r->files.n; i++) {
        if (r->files.at[i]->twin) vec_push(r->s->ctx->arena, &set, r->files.at[i]->revision);
    }
    const bool *marks = walk_descendants(r->s->ctx, r->view, &set);
    for (size_t i = 0; i < r->files.n; i++) r->files.at[i]->mine = marks[i];
    r->head = set.n ? head_at(r, 0) : NULL;
}

bool rebase_sides(struct rebase *r)
{
    if (!choose_onto(r)) return false;
    if (r->view->heads.n < 2) {
        r->onto = NULL;
        mark_numbers(r);
        return true;
    }
    if (!choose_head(r)) return false;
    mark_branches(r);
    return nothing_else_follows(r);
}

/* ---- conflicts */

static bool is_below(const char *path, const struct object_line *above)
{
    size_t len = strlen(above->path);
    return str_starts(path, above->path) && path[len] == '.';
}

/* The same object, or one that the other branch drops with all that is in it. */
static bool clash(const struct object_line *a, const struct object_line *b)
{
    if (str_eq(a->kind, b->kind) && str_eq(a->path, b->path)) return true;
    return (!a->hash && is_below(b->path, a)) || (!b->hash && is_below(a->path, b));
}

static void report(const struct rebase *r, const struct rebase_file *mine, const struct object_line *my_line,
                   const struct rebase_file *theirs, const struct object_line *line)
{
    struct ctx *ctx = r->s->ctx;
    struct diag *diag = diag_add(ctx, D_CONFLICT, my_line->span, "%s and %s both change %s %s", mine->id, theirs->id,
                                 my_line->kind, my_line->path);
    diag_note(ctx, diag, line->span, "the other branch: %s %s", line->kind, line->path);
    diag_mend(ctx, diag, "mend",
              "write yours anew: modelc downgrade, remove %s, modelc upgrade head, modelc autogenerate",
              path_base(mine->revision->path));
    diag_mend(ctx, diag, "mend", "or settle it in a merge revision: modelc merge -m \"...\" heads");
}

static bool compare(const struct rebase *r, const struct rebase_file *mine, const struct rebase_file *theirs)
{
    bool disjoint = true;
    for (size_t i = 0; i < mine->revision->objects.n; i++) {
        const struct object_line *my_line = &mine->revision->objects.at[i];
        for (size_t k = 0; k < theirs->revision->objects.n; k++) {
            const struct object_line *line = &theirs->revision->objects.at[k];
            if (!clash(my_line, line)) continue;
            report(r, mine, my_line, theirs, line);
            disjoint = false;
            break;
        }
    }
    return disjoint;
}

bool rebase_disjoint(const struct rebase *r)
{
    bool disjoint = true;
    for (size_t i = 0; i < r->files.n; i++) {
        for (size_t k = 0; r->files.at[i]->mine && k < r->files.n; k++) {
            if (r->files.at[k]->theirs && !compare(r, r->files.at[i], r->files.at[k])) disjoint = false;
        }
    }
    return disjoint;
}
