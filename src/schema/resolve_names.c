/* resolve_names.c: finding what a name in the models means, and saying so where it means nothing. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"

/* ---- what is said */

void say_duplicate(struct resolve *r, struct span span, struct span first, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(r->ctx->arena, format, args);
    va_end(args);
    struct diag *diag = diag_add(r->ctx, D_DUPLICATE, span, "%s", message);
    if (span_known(first)) diag_note(r->ctx, diag, first, "first defined here");
}

struct diag *say_unknown(struct resolve *r, struct span span, const char *nearest, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(r->ctx->arena, format, args);
    va_end(args);
    struct diag *diag = diag_add(r->ctx, D_UNKNOWN_NAME, span, "%s", message);
    if (nearest) diag_mend(r->ctx, diag, "did you mean", "%s", nearest);
    return diag;
}

struct span span_in(struct span island, size_t offset, size_t length)
{
    uint32_t start = island.start + (uint32_t)offset;
    if (start >= island.end) start = island.end > island.start ? island.end - 1 : island.start;
    uint32_t end = start + (uint32_t)(length ? length : 1);
    return (struct span){start, end > island.end ? island.end : end};
}

void say_sql(struct resolve *r, struct span island, const struct sql_error *error)
{
    diag_add(r->ctx, D_SQL, span_in(island, error->offset, error->length), "%s", error->message);
}

void add_unhandled(struct resolve *r, const char *what, const char *path, struct span span)
{
    struct unhandled unhandled = {.what = what, .path = path, .span = span};
    vec_push(r->ctx->arena, &r->schema->unhandled, unhandled);
}

/* ---- schemas */

struct space *space_of(struct resolve *r, const char *schema)
{
    return map_get(r->spaces, schema);
}

struct object *namespace_of(struct schema *schema, const char *name)
{
    struct object *found = schema_namespace(schema, name);
    if (found) return found;
    found = schema_add(schema, kind_find("schema"), NULL, name);
    found->implied = true;
    return found;
}

bool check_space(struct resolve *r, const char *schema, struct span span)
{
    if (space_of(r, schema)) return true;
    struct suggest near = {.word = schema};
    for (struct map_entry e = map_first(r->spaces); e.key; e = map_next(e)) suggest_try(&near, e.key);
    struct diag *diag = say_unknown(r, span, near.best, "schema %s is not declared", schema);
    diag_mend(r->ctx, diag, "write", "schema %s", sql_ident_str(r->ctx->arena, schema));
    return false;
}

const char *schema_of_decl(const struct ast_decl *decl)
{
    return decl->in_schema ? decl->in_schema : "public";
}

struct space *declared_space(struct resolve *r, const struct ast_decl *decl)
{
    if (decl->schema && !check_space(r, decl->schema, decl->name_span)) return NULL;
    return space_of(r, decl->schema ? decl->schema : schema_of_decl(decl));
}

/* ---- relations and types */

static struct map *names_of(const struct space *space, enum name_sort sort)
{
    return sort == FIND_TYPE ? space->types : space->relations;
}

struct named *find_name(struct resolve *r, enum name_sort sort, const char *in_schema, const char *schema,
                        const char *name, struct space **where)
{
    const char *path[] = {schema ? schema : in_schema, schema ? NULL : "public"};
    for (size_t i = 0; i < 2 && path[i]; i++) {
        struct space *space = space_of(r, path[i]);
        struct named *found = space ? map_get(names_of(space, sort), name) : NULL;
        if (!found) continue;
        if (where) *where = space;
        return found;
    }
    return NULL;
}

/* "a view", "an index", "a unique constraint". */
static const char *with_article(struct resolve *r, const char *what)
{
    return arena_printf(r->ctx->arena, "%s %s", strchr("aeio", what[0]) ? "an" : "a", what);
}

struct named *take_name(struct resolve *r, struct map *names, const char *name, const char *what, struct span span)
{
    const struct named *first = map_get(names, name);
    if (first) {
        bool same = str_eq(first->what, what);
        say_duplicate(r, span, first->span, "%s %s is already defined%s%s", what, name, same ? "" : " as ",
                      same ? "" : with_article(r, first->what));
        return NULL;
    }
    struct named *named = ARENA_NEW(r->ctx->arena, struct named);
    *named = (struct named){.what = what, .span = span};
    map_put(names, name, named);
    return named;
}

/* The nearest name of any schema, written as it has to be from `in_schema`. */
static const char *nearest_name(struct resolve *r, enum name_sort sort, const char *in_schema, const char *name,
                                struct suggest *near)
{
    const char *schema = NULL;
    for (struct map_entry s = map_first(r->spaces); s.key; s = map_next(s)) {
        const struct space *space = s.value;
        for (struct map_entry e = map_first(names_of(space, sort)); e.key; e = map_next(e)) {
            const struct named *named = e.value;
            const char *before = near->best;
            if (sort == FIND_TYPE || named->table) suggest_try(near, e.key);
            if (near->best != before) schema = space->name;
            bool elsewhere = strcmp(e.key, name) == 0 && (sort == FIND_TYPE || named->table);
            if (elsewhere && !near->best) { near->best = e.key; schema = space->name; }
        }
    }
    if (!near->best || !schema) return near->best;
    bool on_path = str_eq(schema, in_schema) || str_eq(schema, "public");
    return sql_qname_str(r->ctx->arena, on_path ? NULL : schema, near->best);
}

struct table *find_table(struct resolve *r, const char *in_schema, const char *schema, const char *name,
                         struct span span, const struct named **found)
{
    if (schema && !check_space(r, schema, span)) return NULL;
    const struct named *named = find_name(r, FIND_RELATION, in_schema, schema, name, NULL);
    if (found) *found = named;
    if (named && named->table) return named->table;
    const char *shown = sql_qname_str(r->ctx->arena, schema, name);
    if (!named) {
        struct suggest near = {.word = name};
        say_unknown(r, span, nearest_name(r, FIND_RELATION, in_schema, name, &near), "no table is called %s", shown);
    } else {
        struct diag *diag = diag_add(r->ctx, D_INVALID, span, "%s is no table, but %s", shown,
                                     with_article(r, named->what));
        diag_note(r->ctx, diag, named->span, "defined here");
    }
    return NULL;
}

struct object *find_column(struct resolve *r, const struct table *table, const char *name, struct span span)
{
    struct object *column = table_column(table->object, name);
    if (column || table->open) return column;
    struct suggest near = {.word = name};
    struct objects columns = {0};
    table_columns(table->object, r->ctx->arena, &columns);
    for (size_t i = 0; i < columns.n; i++) suggest_try(&near, columns.at[i]->name);
    say_unknown(r, span, near.best ? sql_ident_str(r->ctx->arena, near.best) : NULL, "table %s has no column %s",
                object_shown(r->ctx->arena, table->object), name);
    return NULL;
}

/* ---- types */

static void say_unknown_type(struct resolve *r, const char *in_schema, const struct sql_type *type, struct span span)
{
    struct suggest near = {.word = type->name};
    const char *nearest = nearest_name(r, FIND_TYPE, in_schema, type->name, &near);
    const char *const *builtin = sql_type_names();
    for (; *builtin; builtin++) {
        const char *before = near.best;
        suggest_try(&near, *builtin);
        if (near.best != before) nearest = near.best;
    }
    say_unknown(r, span, nearest, "no type is called %s", sql_qname_str(r->ctx->arena, type->schema, type->name));
}

/* Types, and relations, whose rows are types. */
static bool is_type(const struct object *object)
{
    return object && (object->kind->name_space == NAMES_TYPE || object_is_relation(object));
}

bool resolve_type(struct resolve *r, const char *in_schema, const char *text, struct span span, struct type_name *type)
{
    struct sql_error error;
    type->text = text;
    if (!sql_type_parse(r->ctx->arena, text, &type->sql, &error)) {
        say_sql(r, span, &error);
        return false;
    }
    if (type->sql.set_of) {
        diag_add(r->ctx, D_INVALID, span, "a column cannot be a set of values");
        return false;
    }
    struct sql_type *sql = &type->sql;
    struct space *where = NULL;
    const struct named *named = find_name(r, FIND_TYPE, in_schema, sql->schema, sql->name, &where);
    if (!named) named = find_name(r, FIND_RELATION, in_schema, sql->schema, sql->name, &where); /* a row of a table */
    if (named) {
        const struct named *relation = named->object ? NULL : find_name(r, FIND_RELATION, NULL, where->name, sql->name, NULL);
        if (relation && relation->object) named = relation;
        sql->schema = where->name;
        if (is_type(named->object)) type->to = named->object;
        type->multirange = type->to && str_eq(named->what, "multirange type");
        return true;
    }
    bool builtin = sql_type_builtin(sql->name);
    if (str_eq(sql->schema, "pg_catalog")) return true;
    if (!sql->schema && builtin) {
        sql->schema = "pg_catalog";
        return true;
    }
    bool elsewhere = sql->schema && !space_of(r, sql->schema);
    if (elsewhere || r->extensions) return true;
    say_unknown_type(r, in_schema, sql, span);
    return false;
}
