/* resolve_find.c: the objects that statements speak of. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"

/* ---- what is said where there is none */

static const char *words_of(struct resolve *r, const char *kind)
{
    char *words = arena_strdup(r->ctx->arena, kind);
    for (char *at = words; (at = strchr(at, '_'));) *at = ' ';
    return words;
}

/* Whether a name of a statement ("function", "type", "table") may mean an object of a kind. */
static bool may_mean(const char *said, const struct kind *kind)
{
    static const struct { const char *said, *kinds; } rows[] = {
        {"table", "|table|view|materialized_view|foreign_table|index|sequence|"},
        {"view", "|view|"}, {"index", "|index|view_index|primary_key|unique|exclude|"},
        {"function", "|function|aggregate|"}, {"routine", "|function|aggregate|procedure|"},
        {"type", "|enum|domain|composite|range|base_type|table|view|materialized_view|foreign_table|"},
    };
    const char *name = kind->name;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!str_eq(rows[i].said, said)) continue;
        const char *at = strstr(rows[i].kinds, name);
        return at && at[-1] == '|' && at[strlen(name)] == '|';
    }
    return str_eq(said, name);
}

/* The nearest name among the objects of that sort, as it has to be written from `in_schema`. */
static const char *nearest(struct resolve *r, const char *in_schema, const char *said, const char *name)
{
    struct suggest near = {.word = name};
    const struct object *best = NULL;
    for (size_t i = 0; i < r->schema->all.n; i++) {
        const struct object *object = r->schema->all.at[i];
        const char *before = near.best;
        if (object->name && may_mean(said, object->kind)) suggest_try(&near, object->name);
        if (near.best != before) best = object;
        bool elsewhere = !near.best && !best && str_eq(object->name, name) && may_mean(said, object->kind);
        if (elsewhere) best = object;
    }
    if (!best) return NULL;
    const struct object *namespace = object_schema(best);
    bool in_sight = !namespace || str_eq(namespace->name, in_schema) || str_eq(namespace->name, "public");
    struct buf shown = buf_new(r->ctx->arena);
    sql_qname(&shown, in_sight ? NULL : namespace->name, best->name);
    sql_args(&shown, best);
    return shown.text;
}

static void say_none(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name)
{
    struct buf shown = buf_new(r->ctx->arena);
    sql_qname(&shown, name->schema, name->name);
    if (name->has_args) buf_addc(&shown, '(');
    for (size_t i = 0; name->has_args && i < name->args.n; i++)
        buf_printf(&shown, "%s%s", i ? ", " : "", name->args.at[i]);
    if (name->has_args) buf_addc(&shown, ')');
    say_unknown(r, place_in(decl, name->name), nearest(r, schema_of_decl(decl), name->kind, name->name),
                "no %s is called %s", words_of(r, name->kind), shown.text);
}

/* ---- relations and what stands on them */

struct object *find_relation(struct resolve *r, const char *in_schema, const char *schema, const char *name,
                             struct span span)
{
    if (schema && !check_space(r, schema, span)) return NULL;
    struct named *named = find_name(r, FIND_RELATION, in_schema, schema, name, NULL);
    if (named && (!named->object || object_is_relation(named->object))) return named->object;
    const char *shown = sql_qname_str(r->ctx->arena, schema, name);
    if (named) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, span, "%s is no table or view", shown);
        diag_note(r->ctx, diag, named->span, "it is defined here");
    } else {
        say_unknown(r, span, nearest(r, in_schema, "table", name), "no table or view is called %s", shown);
    }
    return NULL;
}

/* A view has columns where something is said of them. */
static struct object *column_of_view(struct resolve *r, struct object *relation, const char *name)
{
    const struct kind *kind = kind_find("view_column");
    if (!kind || !kind_stands_in(kind, relation->kind->name)) return NULL;
    struct object *column = object_child(relation, "view_column", name);
    if (column) return column;
    column = schema_add(r->schema, kind, relation, name);
    column->span = relation->span;
    column->search_path = relation->search_path;
    return column;
}

/* An inherited column becomes one of the table's own, the same as its parent's but for what is said of it. */
static struct object *column_of_table(struct resolve *r, struct object *table, const char *name)
{
    struct object *own = object_child(table, "column", name), *base = own ? NULL : inherited_column(table, name);
    if (!base) return own;
    own = schema_add(r->schema, base->kind, table, name);
    own->span = table->span;
    own->search_path = base->search_path;
    memcpy(own->values, base->values, base->kind->n_fields * sizeof *base->values);
    *object_set(own, "of_parent") = (struct value){.set = true, .flag = true};
    return own;
}

struct object *own_column(struct resolve *r, struct object *relation, const char *name)
{
    if (object_is(relation, "table")) return column_of_table(r, relation, name);
    return object_is_relation(relation) ? column_of_view(r, relation, name) : object_child(relation, "attribute", name);
}

static struct object *constraint_of(const struct object *relation, const char *name)
{
    for (size_t i = 0; i < relation->children.n; i++) {
        struct object *child = relation->children.at[i];
        if (child->kind->name_space == NAMES_CONSTRAINT && str_eq(child->name, name)) return child;
    }
    return NULL;
}

/* Whether an object is what such a name may mean. */
static bool is_part(const struct object *part, const struct sql_object_name *name)
{
    if (str_eq(name->kind, "constraint")) return part->kind->name_space == NAMES_CONSTRAINT;
    return object_is(part, name->kind) || (str_eq(name->kind, "column") && object_is(part, "attribute"));
}

static void say_no_part(struct resolve *r, const struct ast_decl *decl, const struct object *relation,
                        const struct sql_object_name *name)
{
    struct suggest near = {.word = name->name};
    for (size_t i = 0; i < relation->children.n; i++) {
        const struct object *child = relation->children.at[i];
        if (child->name && is_part(child, name)) suggest_try(&near, child->name);
    }
    say_unknown(r, place_in(decl, name->name), near.best ? sql_ident_str(r->ctx->arena, near.best) : NULL,
                "%s %s has no %s %s", relation->kind->title, object_shown(r->ctx->arena, relation),
                words_of(r, name->kind), name->name);
}

/* The composite type or domain whose part is meant; a relation's row type isn't meant. */
static struct object *find_owning_type(struct resolve *r, const struct ast_decl *decl,
                                       const struct sql_object_name *name, bool *unmodelled)
{
    const char *in_schema = schema_of_decl(decl);
    const struct named *type = find_name(r, FIND_TYPE, in_schema, name->on_schema, name->on, NULL);
    if (type) {
        *unmodelled = !type->object;
        return type->object;
    }
    struct span span = place_in(decl, name->on);
    if (name->on_schema && !check_space(r, name->on_schema, span)) return NULL;
    say_unknown(r, span, nearest(r, in_schema, "domain", name->on), "no domain is called %s",
                sql_qname_str(r->ctx->arena, name->on_schema, name->on));
    return NULL;
}

static struct object *find_owner(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                                 bool *unmodelled)
{
    const char *in_schema = schema_of_decl(decl);
    bool of_type = str_eq(name->kind, "domain_check");
    const struct named *relation = find_name(r, FIND_RELATION, in_schema, name->on_schema, name->on, NULL);
    const struct named *type = find_name(r, FIND_TYPE, in_schema, name->on_schema, name->on, NULL);
    bool composite = str_eq(name->kind, "column") && type && type->object && object_is(type->object, "composite");
    if (of_type || composite) return find_owning_type(r, decl, name, unmodelled);
    *unmodelled = relation && !relation->object;
    return find_relation(r, in_schema, name->on_schema, name->on, place_in(decl, name->on));
}

static struct object *find_part(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                                bool *unmodelled)
{
    struct object *owner = find_owner(r, decl, name, unmodelled);
    if (!owner) return NULL;
    bool column = str_eq(name->kind, "column"), constraint = str_eq(name->kind, "constraint");
    bool of_view = column && object_is_relation(owner) && !object_is(owner, "table");
    struct object *part = column       ? own_column(r, owner, name->name)
                          : constraint ? constraint_of(owner, name->name)
                                       : object_child(owner, name->kind, name->name);
    *unmodelled = !part && (of_view || (!column && !constraint && !kind_find(name->kind)));
    if (!part && !*unmodelled) say_no_part(r, decl, owner, name);
    return part;
}

/* ---- what stands in a schema, or in none */

static bool args_match(const struct object *object, const struct type_names *args)
{
    if (object->args.n != args->n) return false;
    for (size_t i = 0; i < args->n; i++) {
        const struct sql_type *a = &object->args.at[i].sql, *b = &args->at[i].sql;
        if (a->array != b->array || !str_eq(a->name, b->name) || !str_eq(a->schema, b->schema)) return false;
    }
    return true;
}

/* In one schema, or (NULL) among what stands in none; `args` NULL: whatever they are. *others counts further ones. */
static struct object *search(const struct objects *list, const struct sql_object_name *name, const char *called,
                             const struct type_names *args, size_t *n)
{
    struct object *found = NULL;
    for (size_t i = 0; i < list->n; i++) {
        struct object *object = list->at[i];
        if (!may_mean(name->kind, object->kind) || !str_eq(object->name, called)) continue;
        if (args && !args_match(object, args)) continue;
        bool other_method = name->method && object->tail && !str_ends(object->tail, name->method);
        if (other_method) continue;
        found = object;
        ++*n;
    }
    return found;
}

/* Types, routines and the like may be PostgreSQL's own or an extension's. */
static bool may_be_foreign(const struct resolve *r, const struct sql_object_name *name)
{
    static const char *const own[] = {"language",  "access_method",        "cast",
                                      "transform", "foreign_data_wrapper", "server"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (str_eq(own[i], name->kind)) return true;
    }
    static const char *const here[] = {"schema", "extension", "event_trigger", "publication", "user_mapping"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        if (str_eq(here[i], name->kind)) return false;
    }
    bool named = str_eq(name->kind, "type") || str_eq(name->kind, "table");
    return str_eq(name->schema, "pg_catalog") || str_eq(name->schema, "information_schema") || r->extensions ||
           (!named && !kind_find(name->kind) && !str_eq(name->kind, "routine"));
}

static struct object *find_root(struct resolve *r, const struct sql_object_name *name, const struct type_names *types)
{
    const char *called = name->name;
    size_t n = 0;
    if (types->n == 2) {
        called = arena_printf(r->ctx->arena, "(%s AS %s)", sql_type_text(r->ctx->arena, &types->at[0].sql),
                              sql_type_text(r->ctx->arena, &types->at[1].sql));
    } else if (types->n == 1) {
        called = arena_printf(r->ctx->arena, "FOR %s LANGUAGE %s", sql_type_text(r->ctx->arena, &types->at[0].sql),
                              sql_ident_str(r->ctx->arena, name->on));
    }
    return search(&r->schema->roots, name, called, NULL, &n);
}

/* An index is a child of its table; some constraints have one of their name. */
static struct object *find_index(const struct object *namespace, const char *name)
{
    for (size_t i = 0; i < namespace->children.n; i++) {
        const struct object *table = namespace->children.at[i];
        for (size_t k = 0; k < table->children.n; k++) {
            struct object *child = table->children.at[k];
            if (may_mean("index", child->kind) && str_eq(child->name, name)) return child;
        }
    }
    return NULL;
}

static struct object *find_in(struct resolve *r, const struct ast_decl *decl, const char *schema,
                              const struct sql_object_name *name, const struct type_names *types)
{
    const struct object *namespace = schema_namespace(r->schema, schema);
    size_t n = 0;
    struct object *found =
        namespace ? search(&namespace->children, name, name->name, name->has_args ? types : NULL, &n) : NULL;
    if (!found && namespace && (str_eq(name->kind, "index") || str_eq(name->kind, "table")))
        found = find_index(namespace, name->name);
    if (n < 2) return found;
    diag_add(r->ctx, D_INVALID, place_in(decl, name->name), "%s is not unique: say its arguments", name->name);
    return NULL;
}

static struct object *find_in_schemas(struct resolve *r, const struct ast_decl *decl,
                                      const struct sql_object_name *name, const struct type_names *types)
{
    const char *path[] = {name->schema ? name->schema : schema_of_decl(decl), name->schema ? NULL : "public"};
    for (size_t i = 0; i < 2 && path[i]; i++) {
        struct object *found = find_in(r, decl, path[i], name, types);
        if (found) return found;
    }
    return NULL;
}

static bool stands_in_none(const struct sql_object_name *name)
{
    static const char *const roots[] = {
        "schema", "extension",    "event_trigger", "publication", "language", "access_method", "foreign_data_wrapper",
        "server", "user_mapping", "cast",          "transform"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (str_eq(roots[i], name->kind)) return true;
    }
    return false;
}

/* Something of that name that has no object: a partition, a kind to come. */
static bool is_known_by_name(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name)
{
    const struct named *relation = find_name(r, FIND_RELATION, schema_of_decl(decl), name->schema, name->name, NULL);
    const struct named *type = find_name(r, FIND_TYPE, schema_of_decl(decl), name->schema, name->name, NULL);
    return (relation && !relation->object) || (type && !type->object);
}

struct object *find_spoken(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                           bool *unmodelled)
{
    *unmodelled = false;
    if (name->on && !str_eq(name->kind, "transform")) return find_part(r, decl, name, unmodelled);
    size_t before = diag_mark(r->ctx);
    struct type_names types = {0};
    bool foreign = may_be_foreign(r, name), none = stands_in_none(name);
    bool place_known = none || !name->schema || space_of(r, name->schema) || foreign;
    if (str_eq(name->kind, "schema"))
        return check_space(r, name->name, place_in(decl, name->name)) ? namespace_of(r->schema, name->name) : NULL;
    if (!place_known && !check_space(r, name->schema, place_in(decl, name->schema))) return NULL;
    if (!resolve_arg_types(r, decl, name, &types)) {
        if (foreign) diag_rollback(r->ctx, before);
        *unmodelled = foreign;
        return NULL;
    }
    struct object *found = none ? find_root(r, name, &types) : find_in_schemas(r, decl, name, &types);
    if (found || diag_mark(r->ctx) != before) return found;
    *unmodelled = foreign || is_known_by_name(r, decl, name);
    if (!*unmodelled) say_none(r, decl, name);
    return NULL;
}
