/* resolve_sql.c: top-level SQL, domains and composite types: no kinds of object yet, but names that others may use. */
#include "schema/resolve.h"

/* ---- SQL statements */

enum takes { TAKES_NO_SCHEMA, TAKES_NONE, TAKES_RELATION, TAKES_TYPE }; /* no schema: unless the statement says one */

static const struct class {
    enum sql_class class;
    const char *what;
    enum takes takes;
} classes[] = {
    {SQL_CREATE_VIEW, "view", TAKES_RELATION}, {SQL_CREATE_MATVIEW, "materialized view", TAKES_RELATION},
    {SQL_CREATE_FUNCTION, "function", TAKES_NONE}, {SQL_CREATE_PROCEDURE, "procedure", TAKES_NONE},
    {SQL_CREATE_AGGREGATE, "aggregate", TAKES_NONE}, {SQL_CREATE_TRIGGER, "trigger", TAKES_NONE},
    {SQL_CREATE_EVENT_TRIGGER, "event trigger", TAKES_NO_SCHEMA}, {SQL_CREATE_RULE, "rule", TAKES_NONE},
    {SQL_CREATE_POLICY, "policy", TAKES_NONE}, {SQL_CREATE_DOMAIN, "domain", TAKES_TYPE},
    {SQL_CREATE_COMPOSITE, "composite type", TAKES_TYPE}, {SQL_CREATE_RANGE, "range type", TAKES_TYPE},
    {SQL_CREATE_STATISTICS, "statistics", TAKES_NONE}, {SQL_CREATE_PUBLICATION, "publication", TAKES_NO_SCHEMA},
    {SQL_GRANT, "grant", TAKES_NO_SCHEMA}, {SQL_REVOKE, "revoke", TAKES_NO_SCHEMA},
    {SQL_DEFAULT_PRIVILEGES, "default privileges", TAKES_NO_SCHEMA}, {SQL_COMMENT, "comment", TAKES_NO_SCHEMA},
    {SQL_ALTER, "alter", TAKES_NO_SCHEMA},
};

/* What the language has a word for, but is written as SQL. */
static const struct { enum sql_class class; const char *what, *word; } declared[] = {
    {SQL_CREATE_SEQUENCE, "a sequence", "sequence"}, {SQL_CREATE_SCHEMA, "a schema", "schema"},
    {SQL_CREATE_EXTENSION, "an extension", "extension"},
};

static bool say_declared(struct resolve *r, const struct ast_decl *decl, const struct sql_statement *statement)
{
    for (size_t i = 0; i < sizeof declared / sizeof *declared; i++) {
        if (declared[i].class != statement->class) continue;
        struct diag *diag = diag_add(r->ctx, D_INVALID, decl->name_span, "%s is declared, not created",
                                     declared[i].what);
        const char *name = sql_qname_str(r->ctx->arena, statement->schema, statement->name ? statement->name : "NAME");
        diag_mend(r->ctx, diag, "write", "%s %s", declared[i].word, name);
        return true;
    }
    return false;
}

/* A name in the statement's schema, or else in the file's. */
static void take(struct resolve *r, const struct ast_decl *decl, const struct class *class, const char *schema,
                 const char *name)
{
    if (schema && !check_space(r, schema, decl->name_span)) return;
    struct space *space = space_of(r, schema ? schema : schema_of_decl(decl));
    if (class->takes == TAKES_RELATION && !take_name(r, space->relations, name, class->what, decl->name_span)) return;
    if (class->takes > TAKES_NONE) take_name(r, space->types, name, class->what, decl->name_span);
}

void declare_sql(struct resolve *r, const struct ast_decl *decl)
{
    const struct ast_clause *clause = ast_clause(decl, "statement");
    const struct ast_arg *arg = clause ? clause_arg_of(clause, AST_SQL, 0) : NULL;
    struct sql_statement statement = {.class = SQL_OTHER};
    struct sql_error error;
    if (!arg || !sql_classify(r->ctx->arena, arg->text, &statement, &error)) return;
    if (say_declared(r, decl, &statement)) return;
    static const struct class other = {SQL_OTHER, "statement", TAKES_NO_SCHEMA};
    const struct class *class = &other;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (classes[i].class == statement.class) class = &classes[i];
    }
    const char *path = statement.verb;
    if (statement.name) {
        const char *schema = statement.schema || class->takes == TAKES_NO_SCHEMA ? statement.schema
                                                                                 : schema_of_decl(decl);
        path = sql_qname_str(r->ctx->arena, schema, statement.name);
        take(r, decl, class, statement.schema, statement.name);
    }
    add_unhandled(r, class->what, path ? path : class->what, decl->name_span);
}

/* ---- domains and composite types */

void declare_type(struct resolve *r, const struct ast_decl *decl)
{
    struct space *space = declared_space(r, decl);
    if (!space) return;
    check_clauses(r, decl);
    take_name(r, space->types, decl->name, decl->word, decl->name_span);
    add_unhandled(r, decl->word, sql_qname_str(r->ctx->arena, space->name, decl->name), decl->name_span);
}

static void check_attributes(struct resolve *r, const struct ast_decl *decl)
{
    struct map *names = map_new(r->ctx->arena);
    for (size_t i = 0; i < decl->children.n; i++) {
        const struct ast_decl *attribute = decl->children.at[i];
        struct type_name type = {0};
        take_name(r, names, attribute->name, "attribute", attribute->name_span);
        resolve_type(r, schema_of_decl(decl), attribute->type, attribute->type_span, &type);
    }
}

void check_type_decl(struct resolve *r, const struct ast_decl *decl)
{
    struct type_name type = {0};
    if (str_eq(decl->word, "domain")) resolve_type(r, schema_of_decl(decl), decl->type, decl->type_span, &type);
    if (str_eq(decl->word, "composite")) check_attributes(r, decl);
}
