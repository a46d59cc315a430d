/* resolve_privileges.c: what the models say of privileges: `grant` items of tables, GRANT, REVOKE and ALTER DEFAULT
 * PRIVILEGES. */
#include <ctype.h>
#include <string.h>

#include "kind/grant.h"
#include "schema/resolve.h"
#include "sql/grant.h"

static void push(struct resolve *r, struct object *object, const struct privilege *said)
{
    object->says_privileges = true;
    vec_push(r->ctx->arena, &object->privileges, *said);
}

static const char *upper(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; *at; at++) *at = (char)toupper((unsigned char)*at);
    return copy;
}

/* ---- items */

/* `select (a, b)`: one for each column. */
static void push_item(struct resolve *r, const struct table *table, const struct ast_clause *clause,
                      const struct privilege *said)
{
    const struct ast_arg *columns = clause_arg_of(clause, AST_SQL, 0);
    struct sql_names names = {0};
    struct sql_error error;
    struct privilege one = *said;
    if (!columns) {
        push(r, table->object, said);
        return;
    }
    if (!sql_names_parse(r->ctx->arena, columns->text, &names, &error)) return; /* the parser has said so */
    for (size_t i = 0; i < names.n; i++) {
        struct span span = span_in(columns->span, names.at[i].offset, names.at[i].length);
        const struct object *column = find_column(r, table, names.at[i].name, span);
        one.column = column ? column->name : names.at[i].name;
        if (column || table->open) push(r, table->object, &one);
    }
}

static void resolve_item(struct resolve *r, const struct table *table, const struct ast_decl *decl)
{
    struct privilege said = {.grantable = ast_clause(decl, "with grant option") != NULL};
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *to = &decl->clauses.at[i];
        for (size_t a = 0; str_eq(to->word, "to") && a < to->args.n; a++) {
            said.role = str_eq(to->args.at[a].text, "public") ? "" : to->args.at[a].text;
            said.span = to->args.at[a].span;
            for (size_t k = 0; k < decl->clauses.n; k++) {
                const struct ast_clause *clause = &decl->clauses.at[k];
                const struct ast_arg *word =
                    str_eq(clause->word, "privilege") ? clause_arg_of(clause, AST_WORD, 0) : NULL;
                if (!word) continue;
                said.name = upper(r->ctx->arena, word->text);
                push_item(r, table, clause, &said);
            }
        }
    }
}

/* ---- statements */

struct speaking {
    struct resolve *r;
    const struct ast_decl *decl;
    const struct sql_grant *grant;
    struct span span;
};

static bool has_column(const struct object *relation, const char *name)
{
    return object_is(relation, "table") ? table_column(relation, name) != NULL : true;
}

static void say_privilege(const struct speaking *s, struct object *object, const struct sql_granted *granted,
                          struct privilege *said)
{
    static const int newest = 180000;
    const struct grant_class *class = grant_class_of(object);
    if (!str_eq(granted->name, "ALL") && !grant_class_has(class, granted->name, newest)) {
        diag_add(s->r->ctx, D_INVALID, place_in(s->decl, granted->name), "there is no privilege %s on %s",
                 granted->name, str_eq(class->noun, "TABLE") ? "a table" : object_shown(s->r->ctx->arena, object));
        return;
    }
    said->name = granted->name;
    said->column = NULL;
    if (!granted->columns.n) push(s->r, object, said);
    for (size_t i = 0; i < granted->columns.n; i++) {
        said->column = granted->columns.at[i];
        if (has_column(object, said->column)) push(s->r, object, said);
        else
            say_unknown(s->r, place_in(s->decl, said->column), NULL, "table %s has no column %s", object->name,
                        said->column);
    }
}

static void speak_of(const struct speaking *s, struct object *object)
{
    const struct sql_grant *grant = s->grant;
    struct privilege said = {.verb = !grant->revoke  ? PRIVILEGE_GRANT
                                     : grant->option ? PRIVILEGE_REVOKE_OPTION
                                                     : PRIVILEGE_REVOKE,
                             .grantable = !grant->revoke && grant->option,
                             .span = s->span};
    for (size_t i = 0; i < grant->roles.n; i++) {
        said.role = intern(s->r->ctx->names, grant->roles.at[i]);
        for (size_t k = 0; k < grant->privileges.n; k++) say_privilege(s, object, &grant->privileges.at[k], &said);
    }
}

static void leave(const struct speaking *s, const char *path)
{
    add_unhandled(s->r, s->grant->revoke ? "revoke" : "grant", path, s->decl->name_span);
}

/* ---- which objects */

/* The sequence of an identity column has no object of its own; it is called as PostgreSQL calls it. */
static struct object *find_identity(const struct resolve *r, const char *schema, const char *name)
{
    const struct object *namespace = schema_namespace(r->schema, schema);
    for (size_t i = 0; namespace && i < namespace->children.n; i++) {
        const struct object *table = namespace->children.at[i];
        for (size_t k = 0; object_is(table, "table") && k < table->children.n; k++) {
            struct object *column = table->children.at[k];
            bool own = object_is(column, "column") && object_get(column, "identity")->set;
            if (own && str_eq(name, sql_object_name(r->ctx->arena, table->name, column->name, "seq"))) return column;
        }
    }
    return NULL;
}

static struct object *find_one(const struct speaking *s, const struct sql_object_name *name, bool *unmodelled)
{
    const char *schema = name->schema ? name->schema : schema_of_decl(s->decl);
    bool relation = str_eq(name->kind, "sequence") || str_eq(name->kind, "table");
    const struct object *namespace = relation ? schema_namespace(s->r->schema, schema) : NULL;
    struct object *column = NULL;
    if (namespace && !object_child(namespace, "sequence", name->name)) column = find_identity(s->r, schema, name->name);
    *unmodelled = false;
    return column ? column : find_spoken(s->r, s->decl, name, unmodelled);
}

static void speak_of_named(const struct speaking *s)
{
    struct sql_object_names names = {0};
    if (!sql_spoken_of(s->r->ctx->arena, statement_of(s->decl)->text, &names) || names.n == 0) {
        leave(s, s->grant->sort);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        bool unmodelled;
        const char *path = sql_qname_str(s->r->ctx->arena, names.at[i].schema, names.at[i].name);
        struct object *object = find_one(s, &names.at[i], &unmodelled);
        if (object && grant_class_of(object)) speak_of(s, object);
        else if (object || unmodelled) leave(s, path);
    }
}

/* Whether ALL TABLES, ALL SEQUENCES, ALL FUNCTIONS .. IN SCHEMA mean such a thing. */
static bool is_of_sort(const struct object *object, const char *sort)
{
    const struct grant_class *class = grant_class_of(object);
    if (!class) return false;
    if (str_eq(sort, "ROUTINE")) return str_eq(class->plural, "FUNCTIONS");
    return str_eq(class->noun, sort);
}

static void speak_of_schema(const struct speaking *s, const char *name)
{
    if (!check_space(s->r, name, place_in(s->decl, name))) return;
    const struct object *namespace = namespace_of(s->r->schema, name);
    for (size_t i = 0; i < s->r->schema->all.n; i++) {
        struct object *object = s->r->schema->all.at[i];
        bool inside = object->parent && object_schema(object) == namespace;
        if (inside && is_of_sort(object, s->grant->sort)) speak_of(s, object);
    }
}

/* ---- default privileges */

/* The object that stands for them, made where it is first spoken of. */
static struct object *defaults_of(const struct speaking *s, const char *role, const char *schema, const char *objects)
{
    struct arena *arena = s->r->ctx->arena;
    const struct kind *kind = kind_find("default_privileges");
    struct buf name = buf_new(arena);
    if (role) buf_printf(&name, "FOR ROLE %s ", sql_ident_str(arena, role));
    if (schema) buf_printf(&name, "IN SCHEMA %s ", sql_ident_str(arena, schema));
    buf_printf(&name, "ON %s", objects);
    for (size_t i = 0; i < s->r->schema->roots.n; i++) {
        struct object *root = s->r->schema->roots.at[i];
        if (root->kind == kind && str_eq(root->name, name.text)) return root;
    }
    struct object *made = schema_add(s->r->schema, kind, NULL, name.text);
    made->span = s->span;
    *object_set(made, "objects") = (struct value){.set = true, .text = objects};
    if (role) *object_set(made, "role") = (struct value){.set = true, .text = role};
    if (schema) {
        struct ref ref = {.name = schema, .to = namespace_of(s->r->schema, schema)};
        *object_set(made, "schema") = (struct value){.set = true, .ref = ref};
    }
    return made;
}

static const char *plural_of(const char *sort)
{
    static const char *const rows[][2] = {{"TABLE", "TABLES"},
                                          {"SEQUENCE", "SEQUENCES"},
                                          {"FUNCTION", "FUNCTIONS"},
                                          {"TYPE", "TYPES"},
                                          {"SCHEMA", "SCHEMAS"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (str_eq(rows[i][0], sort)) return rows[i][1];
    }
    return NULL;
}

static void speak_of_defaults(const struct speaking *s)
{
    const struct sql_grant *grant = s->grant;
    const char *plural = plural_of(grant->sort), *none = NULL;
    const char *const *roles = grant->for_roles.n ? grant->for_roles.at : &none;
    const char *const *schemas = grant->schemas.n ? grant->schemas.at : &none;
    if (!plural) {
        leave(s, "default privileges");
        return;
    }
    for (size_t i = 0; i < (grant->for_roles.n ? grant->for_roles.n : 1); i++) {
        for (size_t k = 0; k < (grant->schemas.n ? grant->schemas.n : 1); k++) {
            if (schemas[k] && !check_space(s->r, schemas[k], place_in(s->decl, schemas[k]))) continue;
            speak_of(s, defaults_of(s, roles[i], schemas[k], plural));
        }
    }
}

static void resolve_statement(struct resolve *r, const struct ast_decl *decl)
{
    struct sql_grant grant;
    struct speaking s = {r, decl, &grant, decl->name_span};
    if (!sql_grant_parse(r->ctx->arena, statement_of(decl)->text, &grant)) {
        add_unhandled(r, "grant", "of a role", decl->name_span);
        return;
    }
    switch (grant.reach) {
    case SQL_GRANT_OBJECTS: speak_of_named(&s); break;
    case SQL_GRANT_BY_DEFAULT: speak_of_defaults(&s); break;
    case SQL_GRANT_IN_SCHEMA:
        for (size_t i = 0; i < grant.schemas.n; i++) speak_of_schema(&s, grant.schemas.at[i]);
        break;
    }
}

void resolve_privileges(struct resolve *r)
{
    for (size_t i = 0; i < r->tables.n; i++) {
        const struct table *table = r->tables.at[i];
        for (size_t k = 0; k < table->items.n; k++) {
            if (str_eq(table->items.at[k].decl->word, "grant")) resolve_item(r, table, table->items.at[k].decl);
        }
    }
    for (size_t i = 0; i < r->privilege_statements.n; i++) resolve_statement(r, r->privilege_statements.at[i]);
}
