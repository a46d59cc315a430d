/* resolve_type.c: domains and composite types: declared with all names, filled in once all types are known. */
#include <string.h>

#include "schema/resolve.h"

/* ---- domains */

static struct object *add_check(struct build *domain, const struct ast_clause *clause)
{
    struct resolve *r = domain->r;
    const struct ast_arg *name = clause_arg_of(clause, AST_NAME, 0), *sql = clause_arg_of(clause, AST_SQL, 0);
    struct object *check = schema_add(r->schema, kind_find("domain_check"), domain->object, name ? name->text : NULL);
    struct map *constraints = space_of(r, domain->object->parent->name)->constraints;
    check->unnamed = !name;
    check->span = name ? name->span : clause->word_span;
    check->search_path = domain->object->search_path;
    if (sql) set_expr(object_set(check, "expression"), r->ctx, sql);
    if (name && !map_has(constraints, name->text)) map_put(constraints, name->text, check);
    return check;
}

static void say_second_name(struct resolve *r, const struct object *check)
{
    for (size_t i = 0; i < check->parent->children.n; i++) {
        const struct object *other = check->parent->children.at[i];
        if (other == check) return;
        if (!check->name || !str_eq(other->name, check->name)) continue;
        say_duplicate(r, check->span, other->span, "check %s is already defined", check->name);
    }
}

/* `not valid` speaks of the check before it. */
static void add_checks(struct build *b)
{
    struct object *check = NULL;
    for (size_t i = 0; i < b->decl->clauses.n; i++) {
        const struct ast_clause *clause = &b->decl->clauses.at[i];
        if (str_eq(clause->word, "check")) {
            check = add_check(b, clause);
            say_second_name(b->r, check);
        } else if (str_eq(clause->word, "not valid") && check) {
            *object_set(check, "not_valid") = (struct value){.set = true, .flag = true, .span = clause->word_span};
        } else if (str_eq(clause->word, "not valid")) {
            diag_add(b->r->ctx, D_INVALID, clause->word_span,
                     "`not valid` stands on a domain without what it belongs to: check");
        }
    }
}

/* ---- composite types */

static void add_attribute(struct resolve *r, struct object *composite, const struct ast_decl *decl)
{
    const struct object *first = object_child(composite, "attribute", decl->name);
    if (first) {
        say_duplicate(r, decl->name_span, first->span, "attribute %s is already defined", decl->name);
        return;
    }
    struct object *attribute = schema_add(r->schema, kind_find("attribute"), composite, decl->name);
    struct build b = {.r = r, .decl = decl, .object = attribute, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    check_clauses(r, decl);
    apply_clauses(&b);
}

/* ---- both */

void declare_type(struct resolve *r, const struct ast_decl *decl)
{
    struct space *space = declared_space(r, decl);
    struct named *named = space ? take_name(r, space->types, decl->name, decl->word, decl->name_span) : NULL;
    if (!named) return;
    bool composite = str_eq(decl->word, "composite");
    if (composite && !take_name(r, space->relations, decl->name, decl->word, decl->name_span)) return;
    named->object = schema_add(r->schema, kind_of_word(decl->word), namespace_of(r->schema, space->name), decl->name);
    struct build b = {.r = r, .decl = decl, .object = named->object, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    check_clauses(r, decl);
    apply_clauses(&b);
    if (!composite) add_checks(&b);
    for (size_t i = 0; composite && i < decl->children.n; i++) add_attribute(r, named->object, decl->children.at[i]);
}

const char *type_collation(const struct type_name *type)
{
    for (; type->to && object_is(type->to, "domain"); type = &object_get(type->to, "type")->type) {
        const struct value *collation = object_get(type->to, "collation");
        if (collation->set) return collation->ref.name;
    }
    return str_eq(type->sql.name, "name") ? "C" : "default";
}

/* A type that is made of itself, through domains and attributes; each type is looked into once. */
static bool leads_to(struct resolve *r, const struct type_name *type, const struct object *sought, struct objects *seen)
{
    struct object *object = type->to;
    if (!object || object == sought) return object != NULL;
    for (size_t i = 0; i < seen->n; i++) {
        if (seen->at[i] == object) return false;
    }
    vec_push(r->ctx->arena, seen, object);
    if (object_is(object, "domain")) return leads_to(r, &object_get(object, "type")->type, sought, seen);
    for (size_t i = 0; object_is(object, "composite") && i < object->children.n; i++) {
        if (leads_to(r, &object_get(object->children.at[i], "type")->type, sought, seen)) return true;
    }
    return false;
}

static void fill(struct resolve *r, struct object *object)
{
    const struct ast_decl *decl = object->decl;
    const struct object *owner = object_is(object, "domain") ? object : object->parent;
    struct value *type = object_set(object, "type"), *collation = object_set(object, "collation");
    struct objects seen = {0};
    *type = (struct value){.set = true, .span = decl->type_span};
    if (!resolve_type(r, schema_of_decl(decl), decl->type, decl->type_span, &type->type)) return;
    if (leads_to(r, &type->type, owner, &seen)) {
        diag_add(r->ctx, D_INVALID, decl->type_span, "%s %s is made of itself", owner->kind->title,
                 object_shown(r->ctx->arena, owner));
        type->type.to = NULL; /* so that whoever walks along types comes to an end */
    }
    if (collation->set && str_eq(collation->ref.name, type_collation(&type->type))) *collation = (struct value){0};
}

static void name_checks(struct resolve *r, struct object *domain)
{
    struct map *taken = space_of(r, domain->parent->name)->constraints;
    for (size_t i = 0; i < domain->children.n; i++) {
        struct object *check = domain->children.at[i];
        if (check->name) continue;
        schema_name(r->schema, check, default_name(r->ctx, check, taken, NULL));
        map_put(taken, check->name, check);
    }
}

/* PostgreSQL gives a domain over another one its default at the time; here it has it as long as that has it. */
static void inherit_default(struct object *domain)
{
    struct value *value = object_set(domain, "default");
    const struct object *base = value->set ? NULL : type_with_default(&object_get(domain, "type")->type);
    if (base) *value = *object_get(base, "default");
}

void resolve_types(struct resolve *r)
{
    for (size_t i = 0; i < r->schema->all.n; i++) {
        struct object *object = r->schema->all.at[i];
        if (object_is(object, "domain") || object_is(object, "attribute")) fill(r, object);
    }
    for (size_t i = 0; i < r->schema->all.n; i++) {
        struct object *object = r->schema->all.at[i];
        if (!object_is(object, "domain")) continue;
        name_checks(r, object);
        inherit_default(object);
    }
}
