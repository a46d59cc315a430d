/* relation.c: relationships: `as` on a foreign key and `has` in the other table are two sides of one thing. */
#include "base/suggest.h"
#include "schema/resolve.h"

static void one_sided(struct resolve *r, struct diag *diag)
{
    if (r->strict) diag_severity(diag, SEVERITY_ERROR);
}

/* ---- one name, one relation in a table */

static void take_relation_names(struct resolve *r, const struct table *table)
{
    struct map *names = map_new(r->ctx->arena);
    for (size_t i = 0; i < r->links.n; i++) {
        const struct link *link = r->links.at[i];
        if (link->table == table && link->as) take_name(r, names, link->as, "relation", link->as_span);
    }
    for (size_t i = 0; i < table->items.n; i++) {
        const struct ast_decl *decl = table->items.at[i].decl;
        if (str_eq(decl->word, "has")) take_name(r, names, decl->name, "relation", decl->name_span);
    }
}

/* ---- the foreign key that `via` names */

static struct link *link_called(struct resolve *r, const struct table *table, const char *as)
{
    for (size_t i = 0; i < r->links.n; i++) {
        struct link *link = r->links.at[i];
        if (link->table == table && link->as && str_eq(link->as, as)) return link;
    }
    return NULL;
}

/* The only foreign key of `table` to `target` that says no `as`; *n is how many there are. */
static struct link *nameless_link(struct resolve *r, const struct table *table, const struct table *target, size_t *n)
{
    struct link *found = NULL;
    *n = 0;
    for (size_t i = 0; i < r->links.n; i++) {
        struct link *link = r->links.at[i];
        if (link->table != table || link->as || (target && link->target != target)) continue;
        found = link;
        ++*n;
    }
    return *n == 1 ? found : NULL;
}

static struct link *missing_link(struct resolve *r, const struct table *table, const struct table *target,
                                 const struct ast_arg *via)
{
    size_t n;
    struct link *link = nameless_link(r, table, target, &n);
    const char *shown = object_shown(r->ctx->arena, table->object);
    struct suggest near = {.word = via->extra};
    for (size_t i = 0; i < r->links.n; i++) {
        if (r->links.at[i]->table == table && r->links.at[i]->as) suggest_try(&near, r->links.at[i]->as);
    }
    if (n == 0 || near.best) {
        const char *nearest = near.best ? arena_printf(r->ctx->arena, "%s.%s", shown, near.best) : NULL;
        say_unknown(r, via->span, nearest, "no foreign key of %s is called %s", shown, via->extra);
        return NULL;
    }
    struct diag *diag = diag_add(r->ctx, D_RELATION, via->span, "relation %s.%s is named on this side only", shown,
                                 via->extra);
    if (link) diag_note(r->ctx, diag, link->object->span, "no `as %s` here", via->extra);
    diag_mend(r->ctx, diag, "write", "as %s, at the foreign key of %s", sql_ident_str(r->ctx->arena, via->extra),
              shown);
    one_sided(r, diag);
    return link;
}

/* `target`: the table that the foreign key has to point at, NULL for any. */
static struct link *link_of(struct resolve *r, const char *in_schema, const struct ast_arg *via,
                            const struct table *target)
{
    const struct table *table = find_table(r, in_schema, via->schema, via->text, via->span, NULL);
    if (!table) return NULL;
    struct link *link = link_called(r, table, via->extra);
    if (!link) return missing_link(r, table, target, via);
    link->told = true;
    if (!target || !link->target || link->target == target) return link;
    struct diag *diag = diag_add(
        r->ctx, D_INVALID, via->span, "%s.%s points at %s, not at %s", object_shown(r->ctx->arena, table->object),
        via->extra, object_shown(r->ctx->arena, link->target->object), object_shown(r->ctx->arena, target->object));
    diag_note(r->ctx, diag, link->as_span, "named here");
    return NULL;
}

/* ---- has */

/* Whether the columns of a foreign key hold each value once: some unique key has just these. */
static bool is_unique_link(struct resolve *r, const struct link *link)
{
    const struct refs *columns = &object_get(link->object, "columns")->refs;
    for (size_t i = 0; i < link->table->object->children.n; i++) {
        if (is_unique_key(r->ctx->arena, link->table->object->children.at[i], columns)) return true;
    }
    return false;
}

static void check_one(struct resolve *r, const struct ast_decl *decl, const struct link *link)
{
    if (!ast_clause(decl, "one") || is_unique_link(r, link)) return;
    struct diag *diag = diag_add(r->ctx, D_INVALID, decl->name_span,
                                 "`has one` needs a unique foreign key: %s may have many",
                                 object_shown(r->ctx->arena, link->table->object));
    diag_note(r->ctx, diag, link->object->span, "the foreign key");
    diag_mend(r->ctx, diag, "mend", "write `unique` at the foreign key's column, or `has many`");
}

static void add_relationship(struct resolve *r, struct link *link, const struct table *table,
                             const struct ast_decl *has, const struct link *via)
{
    link->recorded = true;
    struct relationship relationship = {.foreign_key = link->object, .name = link->as};
    if (has) {
        relationship.table = table->object;
        relationship.has_name = has->name;
        relationship.many = ast_clause(has, "many") != NULL;
        relationship.via = via ? via->object : NULL;
    }
    vec_push(r->ctx->arena, &r->schema->relationships, relationship);
}

static void resolve_has(struct resolve *r, const struct table *table, const struct ast_decl *decl)
{
    const struct ast_arg *via[2] = {0};
    size_t n = 0;
    for (size_t i = 0; i < decl->clauses.n && n < 2; i++) {
        if (str_eq(decl->clauses.at[i].word, "via")) via[n++] = clause_arg_of(&decl->clauses.at[i], AST_NAME, 0);
    }
    if (n == 0) return;
    const char *in_schema = schema_of_decl(decl);
    struct link *link = link_of(r, in_schema, via[0], table),
                *second = n > 1 ? link_of(r, in_schema, via[1], NULL) : NULL;
    if (!link || (n > 1 && !second)) return;
    if (second && second->table != link->table) {
        diag_add(r->ctx, D_INVALID, via[1]->span,
                 "both ends of `->` must be foreign keys of one table, and %s is not %s",
                 object_shown(r->ctx->arena, second->table->object), object_shown(r->ctx->arena, link->table->object));
        return;
    }
    if (!second) check_one(r, decl, link);
    add_relationship(r, link, table, decl, second);
}

/* ---- `as` without `has` */

static void check_told(struct resolve *r, struct link *link)
{
    if (link->as && !link->recorded) add_relationship(r, link, NULL, NULL, NULL);
    if (!link->as || link->told || !link->target) return;
    struct diag *diag = diag_add(r->ctx, D_RELATION, link->as_span, "relation %s.%s is named on this side only",
                                 object_shown(r->ctx->arena, link->table->object), link->as);
    const char *table = sql_ident_str(r->ctx->arena, link->table->object->name);
    diag_mend(r->ctx, diag, "write", "has many %s via %s.%s, in table %s", table,
              object_shown(r->ctx->arena, link->table->object), sql_ident_str(r->ctx->arena, link->as),
              object_shown(r->ctx->arena, link->target->object));
    one_sided(r, diag);
}

void resolve_relations(struct resolve *r)
{
    for (size_t i = 0; i < r->tables.n; i++) {
        const struct table *table = r->tables.at[i];
        take_relation_names(r, table);
        for (size_t k = 0; k < table->items.n; k++) {
            const struct ast_decl *decl = table->items.at[k].decl;
            if (str_eq(decl->word, "has")) resolve_has(r, table, decl);
        }
    }
    for (size_t i = 0; i < r->links.n; i++) check_told(r, r->links.at[i]);
}
