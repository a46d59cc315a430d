/* resolve.c: from declarations to a schema, pass by pass: each pass reads what the ones before have made complete. */
#include <string.h>

#include "schema/resolve.h"

/* ---- pass 1: schemas */

static const char *path_of(struct resolve *r, const char *schema)
{
    if (str_eq(schema, "public")) return "public";
    return arena_printf(r->ctx->arena, "%s, public", sql_ident_str(r->ctx->arena, schema));
}

static struct space *add_space(struct resolve *r, const char *name)
{
    struct space *space = space_of(r, name);
    if (space) return space;
    space = ARENA_NEW(r->ctx->arena, struct space);
    *space = (struct space){.name = name, .search_path = path_of(r, name), .relations = map_new(r->ctx->arena),
                            .types = map_new(r->ctx->arena), .constraints = map_new(r->ctx->arena)};
    map_put(r->spaces, name, space);
    return space;
}

/* A schema may be declared in every file that uses it; what is said of it must not differ. */
static void merge_schema(struct resolve *r, struct object *object, const struct ast_decl *decl)
{
    const struct ast_clause *was = ast_clause(decl, "was");
    const struct ast_arg *old = was && was->args.n ? &was->args.at[0] : NULL;
    bool other_was = old && object->was && !str_eq(object->was, old->text);
    bool other_doc = decl->doc && object->comment && !str_eq(object->comment, decl->doc);
    if (other_was || other_doc) {
        struct diag *diag = diag_add(r->ctx, D_CONFLICT, decl->name_span, "schema %s has another %s elsewhere",
                                     object->name, other_was ? "`was`" : "comment");
        diag_note(r->ctx, diag, object->span, "declared here too");
        return;
    }
    struct build b = {.r = r, .decl = decl, .object = object, .in_schema = decl->name};
    const char *comment = object->comment, *was_name = object->was;
    struct span was_span = object->was_span, first = object->span;
    set_facets(&b);
    if (span_known(first)) object->span = first;
    if (!object->comment) object->comment = comment;
    if (!object->was) {
        object->was = was_name;
        object->was_span = was_span;
    }
    apply_clauses(&b);
}

static void declare_schema(struct resolve *r, const struct ast_decl *decl)
{
    if (str_starts(decl->name, "pg_") || str_eq(decl->name, "information_schema")) {
        diag_add(r->ctx, D_INVALID, decl->name_span, "schema %s belongs to PostgreSQL", decl->name);
    }
    add_space(r, decl->name);
    struct object *object = namespace_of(r->schema, decl->name);
    check_clauses(r, decl);
    merge_schema(r, object, decl);
    object->implied = str_eq(decl->name, "public") && !object->comment && !object->was && !object->owner;
}

/* ---- pass 2: everything that has a name */

static void declare_extension(struct resolve *r, const struct ast_decl *decl)
{
    for (size_t i = 0; i < r->schema->roots.n; i++) {
        const struct object *root = r->schema->roots.at[i];
        if (!object_is(root, "extension") || !str_eq(root->name, decl->name)) continue;
        say_duplicate(r, decl->name_span, root->span, "extension %s is already declared", decl->name);
        return;
    }
    struct object *object = schema_add(r->schema, kind_find("extension"), NULL, decl->name);
    struct build b = {.r = r, .decl = decl, .object = object, .in_schema = schema_of_decl(decl)};
    r->extensions = true;
    set_facets(&b);
    check_clauses(r, decl);
    apply_clauses(&b);
}

static struct object *declare_named(struct resolve *r, const struct ast_decl *decl, bool type)
{
    struct space *space = declared_space(r, decl);
    if (!space) return NULL;
    struct named *named = take_name(r, type ? space->types : space->relations, decl->name, decl->word, decl->name_span);
    if (!named) return NULL;
    struct object *namespace = namespace_of(r->schema, space->name);
    named->object = schema_add(r->schema, kind_of_word(decl->word), namespace, decl->name);
    struct build b = {.r = r, .decl = decl, .object = named->object, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    check_clauses(r, decl);
    apply_clauses(&b);
    return named->object;
}

static void check_label(struct resolve *r, const struct labels *labels, const struct label *label)
{
    if (strlen(label->name) > 63) diag_add(r->ctx, D_INVALID, label->span, "a label has at most 63 bytes");
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *other = &labels->at[i];
        if (str_eq(other->name, label->name)) {
            say_duplicate(r, label->span, other->span, "label %s is already defined", label->name);
        } else if (label->was && str_eq(other->was, label->was)) {
            struct diag *diag = diag_add(r->ctx, D_CONFLICT, label->span, "two labels were %s", label->was);
            diag_note(r->ctx, diag, other->span, "the other one");
        }
    }
    if (label->was && str_eq(label->was, label->name)) {
        diag_add(r->ctx, D_INVALID, label->span, "%s was never called anything else: `was` names itself", label->name);
    }
}

static void declare_enum(struct resolve *r, const struct ast_decl *decl)
{
    struct object *object = declare_named(r, decl, true);
    if (!object) return;
    struct value *value = object_set(object, "labels");
    *value = (struct value){.set = true, .span = decl->name_span};
    for (size_t i = 0; i < decl->children.n; i++) {
        const struct ast_decl *child = decl->children.at[i];
        const struct ast_clause *was = ast_clause(child, "was");
        struct label label = {.name = child->name, .span = child->name_span};
        if (was && was->args.n) label.was = was->args.at[0].text;
        check_label(r, &value->labels, &label);
        vec_push(r->ctx->arena, &value->labels, label);
    }
}

static void declare_sequence(struct resolve *r, const struct ast_decl *decl)
{
    struct object *object = declare_named(r, decl, false);
    if (object) resolve_sequence(r, object);
}

static const struct {
    const char *word;
    void (*declare)(struct resolve *r, const struct ast_decl *decl);
} declarations[] = {
    {"extension", declare_extension}, {"enum", declare_enum}, {"domain", declare_type}, {"composite", declare_type},
    {"sequence", declare_sequence}, {"naming", declare_naming}, {"mixin", declare_mixin}, {"table", declare_table},
    {"sql", declare_sql},
};

static void declare(struct resolve *r, const struct ast_decl *decl)
{
    for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++) {
        if (str_eq(declarations[i].word, decl->word)) declarations[i].declare(r, decl);
    }
}

/* ---- passes over files and tables */

static void each_decl(struct resolve *r, const struct ast_files *files, const char *only,
                      void (*visit)(struct resolve *r, const struct ast_decl *decl))
{
    for (size_t i = 0; i < files->n; i++) {
        for (size_t k = 0; k < files->at[i]->decls.n; k++) {
            const struct ast_decl *decl = files->at[i]->decls.at[k];
            if (!only || str_eq(decl->word, only)) visit(r, decl);
        }
    }
}

static void each_table(struct resolve *r, void (*visit)(struct resolve *r, struct table *table))
{
    for (size_t i = 0; i < r->tables.n; i++) visit(r, r->tables.at[i]);
}

struct schema *schema_resolve(struct ctx *ctx, const struct ast_files *files, bool strict)
{
    struct resolve r = {.ctx = ctx,
                        .strict = strict,
                        .schema = schema_new(ctx, false),
                        .spaces = map_new(ctx->arena),
                        .mixins = map_new(ctx->arena),
                        .fixed_names = map_new(ctx->arena)};
    size_t errors = diag_errors(ctx);
    r.schema->files = files->n;
    add_space(&r, "public");
    each_decl(&r, files, "schema", declare_schema);
    each_decl(&r, files, NULL, declare);
    each_table(&r, expand_items);
    each_table(&r, reserve_names);
    resolve_types(&r);
    each_table(&r, resolve_inherits);
    each_table(&r, resolve_columns);
    each_table(&r, resolve_partition_key);
    resolve_arguments(&r);
    each_table(&r, resolve_constraints);
    place_statements(&r);
    imply_families(&r);
    own_sequences(&r);
    resolve_links(&r);
    each_table(&r, name_children);
    resolve_privileges(&r);
    resolve_alters(&r);
    resolve_comments(&r);
    resolve_collations(&r);
    check_all(&r);
    resolve_relations(&r);
    return diag_errors(ctx) > errors ? NULL : r.schema;
}
