/* resolve_table.c: a table's own declaration, its partitions, and what it inherits. */
#include "schema/resolve.h"

/* Its partitions hold the rows. */
static void check_storage(struct resolve *r, const struct ast_decl *decl)
{
    const struct ast_clause *with = ast_clause(decl, "with"), *by = ast_clause(decl, "partition by");
    if (!with || !by) return;
    struct diag *diag = diag_add(r->ctx, D_INVALID, with->word_span,
                                 "%s holds no rows: storage parameters are its partitions'", decl->name);
    diag_note(r->ctx, diag, by->span, "it is partitioned");
}

static struct table *add_table(struct resolve *r, const struct ast_decl *decl, const struct space *space, const char *what)
{
    struct named *named = take_name(r, space->relations, decl->name, what, decl->name_span);
    if (!named) return NULL;
    take_name(r, space->types, decl->name, what, decl->name_span);
    struct table *table = ARENA_NEW(r->ctx->arena, struct table);
    *table = (struct table){.decl = decl, .constraints = map_new(r->ctx->arena)};
    table->object = schema_add(r->schema, kind_find("table"), namespace_of(r->schema, space->name), decl->name);
    named->object = table->object;
    named->table = table;
    check_clauses(r, decl);
    check_storage(r, decl);
    vec_push(r->ctx->arena, &r->tables, table);
    struct build b = {.r = r, .decl = decl, .object = table->object, .table = table, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    apply_clauses(&b);
    return table;
}

/* ---- partitions */

/* The sorts of bounds, and the methods that take them. */
static const struct bounds {
    const char *word, *method, *form;
} bounds[] = {
    {"from", "range", "from (..) to (..)"}, {"in", "list", "in (..)"}, {"with", "hash", "with (modulus .., remainder ..)"},
};

static const char *method_of(const struct ast_decl *table)
{
    const struct ast_clause *by = ast_clause(table, "partition by");
    return by && by->args.n ? by->args.at[0].text : NULL;
}

static void check_bound(struct resolve *r, const struct ast_decl *table, const struct ast_clause *bound)
{
    const char *method = method_of(table), *form = NULL;
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        if (str_eq(bounds[i].word, bound->word) && str_eq(bounds[i].method, method)) return;
        if (str_eq(bounds[i].method, method)) form = bounds[i].form;
    }
    if (!form || (str_eq(bound->word, "default") && !str_eq(method, "hash"))) return;
    struct diag *diag = diag_add(r->ctx, D_INVALID, bound->span, "%s is partitioned by %s: it has no such partition", table->name,
                                 method);
    diag_mend(r->ctx, diag, "write", "partition NAME %s", form);
}

static const char *bound_text(struct arena *arena, const struct ast_clause *bound)
{
    struct buf text = buf_new(arena);
    if (str_eq(bound->word, "default") || !bound->args.n) return "DEFAULT";
    buf_add(&text, "FOR VALUES ");
    buf_add(&text, str_eq(bound->word, "from") ? "FROM" : str_eq(bound->word, "in") ? "IN" : "WITH");
    for (size_t i = 0; i < bound->args.n && bound->args.at[i].text; i++) {
        buf_printf(&text, "%s (%s)", i ? " TO" : "", sql_closed(arena, str_trim(arena, bound->args.at[i].text)));
    }
    return text.text;
}

static void declare_partitions(struct resolve *r, struct table *parent);

/* A partition that says nothing is made where its table is. */
static void settle_tablespace(struct object *table, const struct object *parent)
{
    struct value *own = object_set(table, "tablespace");
    if (!own->set && parent) *own = *object_get(parent, "tablespace");
    if (own->set && str_eq(own->text, "pg_default")) *own = (struct value){0};
}

/* Its bounds stand before its options and look like some. */
static void declare_partition(struct resolve *r, struct table *parent, const struct ast_decl *decl)
{
    if (decl->schema && !check_space(r, decl->schema, decl->name_span)) return;
    struct ast_decl *rest = ARENA_NEW(r->ctx->arena, struct ast_decl);
    const struct ast_clause *bound = &decl->clauses.at[0];
    *rest = *decl;
    rest->clauses.at++;
    rest->clauses.n--;
    struct table *table = add_table(r, rest, space_of(r, decl->schema ? decl->schema : parent->object->parent->name), "partition");
    if (!table) return;
    check_bound(r, parent->decl, bound);
    settle_tablespace(table->object, parent->object);
    table->parent = parent;
    *object_set(table->object, "partition_of") = (struct value){.set = true, .span = decl->name_span,
        .ref = {.schema = parent->object->parent->name, .name = parent->object->name, .to = parent->object, .span = decl->name_span}};
    *object_set(table->object, "bound") = (struct value){.set = true, .span = bound->span,
        .expr = {.text = bound_text(r->ctx->arena, bound)}};
    declare_partitions(r, table);
}

static void declare_partitions(struct resolve *r, struct table *parent)
{
    const struct ast_decl *said = NULL;
    for (size_t i = 0; i < parent->decl->children.n; i++) {
        const struct ast_decl *decl = parent->decl->children.at[i];
        if (!str_eq(decl->word, "partition")) continue;
        if (!method_of(parent->decl) && !said) {
            said = decl;
            struct diag *diag = diag_add(r->ctx, D_INVALID, decl->name_span, "%s has partitions, but nothing says by what",
                                         parent->decl->name);
            diag_note(r->ctx, diag, parent->decl->name_span, "declared here");
            diag_mend(r->ctx, diag, "mend", "write `partition by range (..)`, list or hash behind its name");
        }
        declare_partition(r, parent, decl);
    }
}

void declare_table(struct resolve *r, const struct ast_decl *decl)
{
    struct space *space = declared_space(r, decl);
    struct table *table = space ? add_table(r, decl, space, "table") : NULL;
    if (!table) return;
    settle_tablespace(table->object, NULL);
    declare_partitions(r, table);
}

/* ---- the key */

void set_partition_key(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *method = clause_arg_of(clause, AST_WORD, 0), *keys = clause_arg_of(clause, AST_SQL, 0);
    if (!method || !keys) return;
    struct arena *arena = b->r->ctx->arena;
    const char *text = sql_closed(arena, str_trim(arena, keys->text));
    *object_set(b->object, "partition_key") = (struct value){.set = true, .span = keys->span,
        .expr = {.text = arena_printf(arena, "%s (%s)", method->text, text)}};
}

void resolve_partition_key(struct resolve *r, struct table *table)
{
    const struct ast_clause *by = ast_clause(table->decl, "partition by");
    const struct ast_arg *arg = by ? clause_arg_of(by, AST_SQL, 0) : NULL;
    struct sql_keys keys = {0};
    struct sql_error error;
    if (!arg || !sql_keys_parse(r->ctx->arena, SQL_KEYS, arg->text, &keys, &error)) return;
    for (size_t i = 0; i < keys.n; i++) {
        struct span span = span_in(arg->span, keys.at[i].offset, keys.at[i].length);
        if (keys.at[i].column) find_column(r, table, keys.at[i].column, span);
    }
}

/* ---- inherits */

static bool has_parent(const struct refs *refs, const struct object *parent)
{
    for (size_t i = 0; i < refs->n; i++) {
        if (refs->at[i].to == parent) return true;
    }
    return false;
}

static bool descends_from(const struct object *table, const struct object *ancestor)
{
    const struct refs *refs = &object_get(table, "inherits")->refs;
    for (size_t i = 0; i < refs->n; i++) {
        if (refs->at[i].to == ancestor || (refs->at[i].to && descends_from(refs->at[i].to, ancestor))) return true;
    }
    return false;
}

static void add_parent(struct resolve *r, struct table *table, const struct sql_mention *name, struct span span)
{
    struct value *value = object_set(table->object, "inherits");
    struct table *parent = find_table(r, schema_of_decl(table->decl), name->schema, name->name, span, NULL);
    if (!parent) return;
    const struct object *object = parent->object;
    if (object == table->object || descends_from(object, table->object)) {
        diag_add(r->ctx, D_INVALID, span, "table %s inherits from itself", table->decl->name);
    } else if (has_parent(&value->refs, object)) {
        diag_add(r->ctx, D_DUPLICATE, span, "table %s is named twice", name->name);
    } else {
        struct ref ref = {.schema = object->parent->name, .name = object->name, .to = parent->object, .span = span};
        value->set = true;
        vec_push(r->ctx->arena, &value->refs, ref);
    }
}

/* `of`: its columns stand in the table all the same. */
static void resolve_of(struct resolve *r, struct table *table)
{
    const struct ast_clause *clause = ast_clause(table->decl, "of");
    const struct ast_arg *name = clause ? clause_arg_of(clause, AST_NAME, 0) : NULL;
    struct type_name type = {0};
    if (!name) return;
    const char *text = sql_qname_str(r->ctx->arena, name->schema, name->text);
    if (!resolve_type(r, schema_of_decl(table->decl), text, name->span, &type)) return;
    if (!type.to || !object_is(type.to, "composite")) {
        diag_add(r->ctx, D_INVALID, name->span, "%s is no composite type", text);
        return;
    }
    *object_set(table->object, "of_type") = (struct value){.set = true, .span = name->span,
        .ref = {.schema = type.to->parent->name, .name = type.to->name, .to = type.to, .span = name->span}};
}

void resolve_inherits(struct resolve *r, struct table *table)
{
    resolve_of(r, table);
    static const char before[] = "create table t () inherits (";
    const struct ast_clause *clause = ast_clause(table->decl, "inherits");
    const struct ast_arg *arg = clause ? clause_arg_of(clause, AST_SQL, 0) : NULL;
    struct sql_mentions found = {0};
    if (!arg) return;
    object_set(table->object, "inherits")->span = arg->span;
    const char *text = arena_printf(r->ctx->arena, "%s%s\n)", before, arg->text);
    if (!sql_mentions(r->ctx->arena, SQL_STATEMENT, text, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        const struct sql_mention *name = &found.at[i];
        if (name->what != SQL_MENTION_RELATION || name->offset < strlen(before)) continue;
        add_parent(r, table, name, span_in(arg->span, name->offset - strlen(before), strlen(name->name)));
    }
}
