/* resolve_table.c: a table's own declaration; which tables modelc handles, and the names of partitions. */
#include "schema/resolve.h"

static const char *apart_as(const struct ast_decl *decl)
{
    if (ast_clause(decl, "inherits")) return "inheriting table";
    if (ast_clause(decl, "partition by")) return "partitioned table";
    for (size_t i = 0; i < decl->children.n; i++) {
        if (str_eq(decl->children.at[i]->word, "partition")) return "partitioned table";
    }
    return NULL;
}

static void declare_partitions(struct resolve *r, const struct ast_decl *table, const char *default_schema)
{
    for (size_t i = 0; i < table->children.n; i++) {
        const struct ast_decl *decl = table->children.at[i];
        if (!str_eq(decl->word, "partition")) continue;
        check_clauses(r, decl);
        if (decl->schema && !check_space(r, decl->schema, decl->name_span)) continue;
        struct space *space = space_of(r, decl->schema ? decl->schema : default_schema);
        take_name(r, space->relations, decl->name, "partition", decl->name_span);
        add_unhandled(r, "partition", sql_qname_str(r->ctx->arena, space->name, decl->name), decl->name_span);
        declare_partitions(r, decl, space->name);
    }
}

static struct object *add_object(struct resolve *r, const struct table *table, const struct space *space)
{
    struct schema *schema = table->apart ? r->aside : r->schema;
    struct object *object = schema_add(schema, kind_find("table"), namespace_of(schema, space->name),
                                       table->decl->name);
    const char *path = object_path(r->ctx->arena, object);
    if (table->apart) add_unhandled(r, table->apart, path, table->decl->name_span);
    return object;
}

void declare_table(struct resolve *r, const struct ast_decl *decl)
{
    struct space *space = declared_space(r, decl);
    if (!space) return;
    struct named *named = take_name(r, space->relations, decl->name, "table", decl->name_span);
    if (!named) return;
    take_name(r, space->types, decl->name, "table", decl->name_span);
    struct table *table = ARENA_NEW(r->ctx->arena, struct table);
    *table = (struct table){.decl = decl, .apart = apart_as(decl), .open = ast_clause(decl, "inherits") != NULL,
                            .constraints = map_new(r->ctx->arena)};
    table->object = add_object(r, table, space);
    named->object = table->object;
    named->table = table;
    check_clauses(r, decl);
    declare_partitions(r, decl, space->name);
    vec_push(r->ctx->arena, &r->tables, table);
    struct build b = {.r = r, .decl = decl, .object = table->object, .table = table, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    apply_clauses(&b);
}
