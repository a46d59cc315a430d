/* change_text.c: one line about a change, for reports and for the comments of a migration file. */
#include "schema/diff.h"
#include "kind/grant.h"

static void add_fields(const struct change *change, struct buf *out)
{
    const struct kind *kind = change->to->kind;
    if (kind->describe_change) {
        kind->describe_change(change->from, change->to, change->changed, out);
        return;
    }
    size_t start = out->len;
    for (size_t i = 0; i < kind->n_fields; i++) {
        if (!change->changed[i]) continue;
        if (out->len > start) buf_add(out, ", ");
        const char *name = kind->fields[i].word ? kind->fields[i].word : kind->fields[i].name;
        for (const char *p = name; *p; p++) buf_addc(out, *p == '_' ? ' ' : *p);
    }
    buf_add(out, out->len > start ? " changed" : "");
}

static void add_rename(const struct change *change, struct buf *out)
{
    struct arena *arena = out->arena;
    const char *to = object_is(change->to, "column") ? name_shown(arena, change->to->name) : object_shown(arena, change->to);
    buf_printf(out, " is %s %s", change->moved && !change->renamed ? "moved to" : "renamed to",
               change->moved && !change->renamed ? name_shown(arena, change->to->parent->name) : to);
}

/* ": SELECT, INSERT (a) to app; UPDATE no longer to support" */
static void add_privileges(const struct change *change, struct buf *out)
{
    static const char *const verbs[] = {
        [PRIVILEGE_GRANT] = "to", [PRIVILEGE_REVOKE] = "no longer to", [PRIVILEGE_REVOKE_OPTION] = "no longer with grant option to"};
    const struct grant_class *class = grant_class_of(change->to);
    for (size_t i = 0, n; i < change->privileges.n; i += n) {
        const struct privilege *first = &change->privileges.at[i];
        n = grant_run(first, change->privileges.n - i);
        const char *role = str_eq(first->role, ROLE_OWNER) ? "its owner" : *first->role ? name_shown(out->arena, first->role) : "public";
        buf_printf(out, "%s %s %s %s", i ? ";" : ":", grant_words(out->arena, class, first, n, 0), verbs[first->verb], role);
        if (first->grantable) buf_add(out, " with grant option");
    }
}

const char *change_text(struct ctx *ctx, const struct change *change)
{
    struct buf out = buf_new(ctx->arena);
    const struct object *object = change->from ? change->from : change->to;
    if (change->type == CHANGE_ALTER || change->type == CHANGE_RECREATE || change_is_facet(change)) object = change->to;
    buf_printf(&out, "%s %s", object->kind->title, object_shown(ctx->arena, object));
    switch (change->type) {
    case CHANGE_CREATE: buf_add(&out, " is new"); break;
    case CHANGE_DROP: buf_add(&out, " is dropped"); break;
    case CHANGE_RENAME: add_rename(change, &out); break;
    case CHANGE_COMMENT: buf_add(&out, change->to->comment ? ": comment" : ": comment is removed"); break;
    case CHANGE_OWNER: buf_printf(&out, ": owner %s", name_shown(ctx->arena, change->owner)); break;
    case CHANGE_PRIVILEGES: add_privileges(change, &out); break;
    case CHANGE_ALTER: case CHANGE_RECREATE:
        if (change_only_follows(change)) {
            buf_add(&out, " follows the change of what it depends on");
        } else {
            buf_add(&out, ": ");
            add_fields(change, &out);
        }
        break;
    }
    return out.text;
}
