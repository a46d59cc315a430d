/* resolve_constraint.c: keys, checks, references and indexes of a table, and the targets of references. */
#include <string.h>

#include "schema/resolve.h"

/* ---- names that the models give */

static bool is_backed_by_index(const struct kind *kind)
{
    static const char *const names[] = {"primary_key", "unique", "exclude", "index"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(kind->name, names[i])) return true;
    }
    return false;
}

static void reserve(struct resolve *r, struct table *table, const struct item *item, const struct ast_decl *decl)
{
    const struct kind *kind = kind_of_word(decl->word);
    if (!kind || !decl->name || kind->name_space == NAMES_OWN) return;
    struct space *space = space_of(r, table->object->parent->name);
    const char *name = mixed_name(r, table, item, decl->name);
    size_t before = diag_mark(r->ctx);
    check_mixed_name(r, item, kind->title, decl->name, decl->name_span);
    bool said = diag_mark(r->ctx) != before;
    if (is_backed_by_index(kind) && !said) said = !take_name(r, space->relations, name, kind->title, decl->name_span);
    if (object_is(&(struct object){.kind = kind}, "index")) return;
    if (!said) take_name(r, table->constraints, name, kind->title, decl->name_span);
    if (!map_has(space->constraints, name)) map_put(space->constraints, name, table);
}

/* Before any default name is chosen, so that it avoids all that are given. */
void reserve_names(struct resolve *r, struct table *table)
{
    for (size_t i = 0; i < table->items.n; i++) {
        const struct item *item = &table->items.at[i];
        if (!str_eq(item->decl->word, "column")) {
            reserve(r, table, item, item->decl);
            continue;
        }
        struct inlines inlines = {0};
        split_column(r, item->decl, &inlines);
        for (size_t k = 0; k < inlines.n; k++) reserve(r, table, item, inlines.at[k]);
    }
}

/* ---- constraints and indexes */

static void set_inline_columns(struct build *b)
{
    struct arena *arena = b->r->ctx->arena;
    if (object_is(b->object, "check")) return;
    bool index = object_is(b->object, "index");
    struct value *value = object_set(b->object, index ? "elements" : "columns");
    *value = (struct value){.set = true, .span = b->column->span};
    if (index) {
        struct key key = {.column = b->column};
        vec_push(arena, &value->keys, key);
    } else {
        struct ref ref = {.name = b->column->name, .to = b->column, .span = b->column->span};
        vec_push(arena, &value->refs, ref);
    }
}

static void add_link(struct build *b)
{
    const struct ast_clause *references = ast_clause(b->decl, "references"), *as = ast_clause(b->decl, "as");
    if (!references) return;
    struct link *link = ARENA_NEW(b->r->ctx->arena, struct link);
    *link = (struct link){.object = b->object, .table = b->table, .references = references, .in_schema = b->in_schema};
    if (as && as->args.n) {
        link->as = as->args.at[0].text;
        link->as_span = as->args.at[0].span;
    }
    vec_push(b->r->ctx->arena, &b->r->links, link);
}

static void say_second_key(struct resolve *r, const struct table *table, const struct object *key)
{
    for (size_t i = 0; i < table->object->children.n; i++) {
        const struct object *child = table->object->children.at[i];
        if (child == key) return;
        if (!object_is(child, "primary_key")) continue;
        say_duplicate(r, key->span, child->span, "table %s has two primary keys",
                      object_shown(r->ctx->arena, table->object));
        return;
    }
}

static void add_constraint(struct resolve *r, struct table *table, const struct item *item, const struct ast_decl *decl,
                           struct object *column)
{
    const struct kind *kind = kind_of_word(decl->word);
    const char *name = mixed_name(r, table, item, decl->name);
    struct object *object = schema_add(r->schema, kind, table->object, name);
    struct build b = {.r = r, .decl = decl, .object = object, .table = table, .column = column,
                      .in_schema = schema_of_decl(decl)};
    object->unnamed = !name;
    set_facets(&b);
    check_clauses(r, decl);
    if (column) set_inline_columns(&b);
    apply_clauses(&b);
    if (object_is(object, "foreign_key")) add_link(&b);
    if (object_is(object, "primary_key")) say_second_key(r, table, object);
}

/* ---- items that modelc has no kind for yet */

static void leave_item(struct resolve *r, const struct table *table, const struct ast_decl *decl)
{
    struct arena *arena = r->ctx->arena;
    check_clauses(r, decl);
    if (str_eq(decl->word, "has") || str_eq(decl->word, "partition") || str_eq(decl->word, "grant")) return;
    const char *path = object_path(arena, table->object);
    if (!str_eq(decl->word, "grant")) path = arena_printf(arena, "%s.%s", path, sql_ident_str(arena, decl->name));
    add_unhandled(r, decl->word, path, decl->name_span);
}

void resolve_constraints(struct resolve *r, struct table *table)
{
    for (size_t i = 0; i < table->items.n; i++) {
        const struct item *item = &table->items.at[i];
        struct object *column = str_eq(item->decl->word, "column")
                                    ? object_child(table->object, "column", item->decl->name)
                                    : NULL;
        if (column) {
            struct inlines inlines = {0};
            split_column(r, item->decl, &inlines);
            for (size_t k = 0; k < inlines.n; k++) add_constraint(r, table, item, inlines.at[k], column);
        } else if (str_eq(item->decl->word, "trigger") && kind_of_word("trigger")) {
            resolve_trigger(r, table, item);
        } else if (str_eq(item->decl->word, "policy") && kind_of_word("policy")) {
            resolve_policy(r, table, item);
        } else if (kind_of_word(item->decl->word) && !str_eq(item->decl->word, "column")) {
            add_constraint(r, table, item, item->decl, NULL);
        } else if (!kind_of_word(item->decl->word)) {
            leave_item(r, table, item->decl);
        }
    }
}

/* ---- the targets of references */

static struct object *primary_key_of(const struct table *table)
{
    for (size_t i = 0; i < table->object->children.n; i++) {
        if (object_is(table->object->children.at[i], "primary_key")) return table->object->children.at[i];
    }
    return NULL;
}

static void target_columns_given(struct resolve *r, struct link *link, struct value *value, const struct ast_arg *arg)
{
    struct sql_names names = {0};
    struct sql_error error;
    *value = (struct value){.set = true, .span = arg->span};
    if (!sql_names_parse(r->ctx->arena, arg->text, &names, &error)) {
        say_sql(r, arg->span, &error);
        return;
    }
    bool known = link->target != NULL;
    if (names.period != object_flag(link->object, "period")) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, arg->span, "one side says `period`, the other doesn't");
        diag_note(r->ctx, diag, object_get(link->object, "columns")->span, "the columns of the foreign key");
    }
    for (size_t i = 0; i < names.n; i++) {
        struct span span = span_in(arg->span, names.at[i].offset, names.at[i].length);
        struct ref ref = {.name = names.at[i].name, .span = span};
        if (known) ref.to = find_column(r, link->target, ref.name, span);
        if (ref.to || !known) vec_push(r->ctx->arena, &value->refs, ref);
    }
}

static void target_columns_implied(struct resolve *r, struct link *link, struct value *value, struct span span)
{
    if (!link->target) return;
    const struct object *key = primary_key_of(link->target);
    if (key) {
        *value = *object_get(key, "columns");
        value->span = span;
        return;
    }
    struct diag *diag = diag_add(r->ctx, D_INVALID, span, "table %s has no primary key to refer to",
                                 object_shown(r->ctx->arena, link->target->object));
    diag_note(r->ctx, diag, link->target->object->span, "defined here");
    diag_mend(r->ctx, diag, "mend", "name the columns: -> %s(..)", object_shown(r->ctx->arena, link->target->object));
}

static void resolve_link(struct resolve *r, struct link *link)
{
    const struct ast_arg *name = clause_arg_of(link->references, AST_NAME, 0),
                         *columns = clause_arg_of(link->references, AST_SQL, 0);
    const struct named *found = NULL;
    size_t before = diag_mark(r->ctx);
    link->target = find_table(r, link->in_schema, name->schema, name->text, name->span, &found);
    if (!link->target && diag_mark(r->ctx) != before) return;
    struct value *table = object_set(link->object, "table"), *targets = object_set(link->object, "target_columns");
    struct space *where = NULL;
    find_name(r, FIND_RELATION, link->in_schema, name->schema, name->text, &where);
    *table = (struct value){.set = true, .span = name->span};
    table->ref = (struct ref){.schema = where ? where->name : name->schema, .name = name->text, .span = name->span};
    if (link->target) table->ref.to = link->target->object;
    if (columns) target_columns_given(r, link, targets, columns);
    else target_columns_implied(r, link, targets, name->span);
}

void resolve_links(struct resolve *r)
{
    for (size_t i = 0; i < r->links.n; i++) resolve_link(r, r->links.at[i]);
}
