/* mixin.c: a table's items, with those of the mixins it uses in their place. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"

void declare_mixin(struct resolve *r, const struct ast_decl *decl)
{
    const struct mixin *first = map_get(r->mixins, decl->name);
    if (first) {
        say_duplicate(r, decl->name_span, first->decl->name_span, "mixin %s is already defined", decl->name);
        return;
    }
    struct mixin *mixin = ARENA_NEW(r->ctx->arena, struct mixin);
    mixin->decl = decl;
    map_put(r->mixins, decl->name, mixin);
}

static void say_unknown_mixin(struct resolve *r, const struct ast_arg *name)
{
    struct suggest near = {.word = name->text};
    for (struct map_entry e = map_first(r->mixins); e.key; e = map_next(e)) suggest_try(&near, e.key);
    say_unknown(r, name->span, near.best, "no mixin is called %s", name->text);
}

static void add_items(struct resolve *r, struct table *table, const struct ast_decl *decl, struct item from,
                      struct map *used);

static void use_mixin(struct resolve *r, struct table *table, const struct ast_arg *name, struct item from,
                      struct map *used)
{
    struct mixin *mixin = map_get(r->mixins, name->text);
    if (!mixin) {
        say_unknown_mixin(r, name);
        return;
    }
    if (mixin->open) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, name->span, "mixin %s uses itself", name->text);
        diag_note(r->ctx, diag, mixin->decl->name_span, "defined here");
        return;
    }
    const struct ast_arg *first = map_get(used, name->text);
    if (first) {
        struct diag *diag = diag_add(r->ctx, D_DUPLICATE, name->span, "mixin %s is used twice in table %s", name->text,
                                     table->decl->name);
        diag_note(r->ctx, diag, first->span, "first used here");
        return;
    }
    map_put(used, name->text, (void *)name);
    mixin->open = true;
    from.mixin = mixin->decl;
    if (!span_known(from.use)) from.use = name->span;
    add_items(r, table, mixin->decl, from, used);
    mixin->open = false;
}

static void use_mixins(struct resolve *r, struct table *table, const struct ast_decl *use, struct item from,
                       struct map *used)
{
    for (size_t i = 0; i < use->clauses.n; i++) {
        const struct ast_clause *clause = &use->clauses.at[i];
        for (size_t k = 0; k < clause->args.n; k++) use_mixin(r, table, &clause->args.at[k], from, used);
    }
}

static void add_items(struct resolve *r, struct table *table, const struct ast_decl *decl, struct item from,
                      struct map *used)
{
    for (size_t i = 0; i < decl->children.n; i++) {
        const struct ast_decl *child = decl->children.at[i];
        if (str_eq(child->word, "use")) {
            use_mixins(r, table, child, from, used);
            continue;
        }
        from.decl = child;
        vec_push(r->ctx->arena, &table->items, from);
    }
}

void expand_items(struct resolve *r, struct table *table)
{
    add_items(r, table, table->decl, (struct item){0}, map_new(r->ctx->arena));
}

const char *mixed_name(struct resolve *r, const struct table *table, const struct item *item, const char *name)
{
    static const char hole[] = "{table}";
    const char *at = name && item->mixin ? strstr(name, hole) : NULL;
    if (!at) return name;
    struct buf buf = buf_new(r->ctx->arena);
    for (; at; at = strstr(name, hole)) {
        buf_addn(&buf, name, (size_t)(at - name));
        buf_add(&buf, table->object->name);
        name = at + strlen(hole);
    }
    buf_add(&buf, name);
    buf.text[str_clip_utf8(buf.text, buf.len, 63)] = '\0';
    return intern(r->ctx->names, buf.text);
}

void check_mixed_name(struct resolve *r, const struct item *item, const char *what, const char *name, struct span span)
{
    if (!item->mixin || strstr(name, "{table}")) return;
    const char *place = arena_printf(r->ctx->arena, "%u", span.start);
    const struct item *first = map_get(r->fixed_names, place);
    if (!first) {
        map_put(r->fixed_names, place, (void *)item);
        return;
    }
    struct diag *diag = diag_add(r->ctx, D_DUPLICATE, item->use,
                                 "mixin %s is used twice, but gives one name to its %s: %s", item->mixin->name, what,
                                 name);
    diag_note(r->ctx, diag, first->use, "first used here");
    diag_note(r->ctx, diag, span, "the name stands here");
    diag_mend(r->ctx, diag, "write", "\"{table}_%s\", or leave the name out", name);
}
