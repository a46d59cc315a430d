/* resolve_comment.c: COMMENT ON statements: what a doc comment can't reach. */
#include "schema/resolve.h"

static void say_conflict(struct resolve *r, const struct ast_decl *decl, const struct object *object)
{
    struct diag *diag = diag_add(r->ctx, D_CONFLICT, decl->name_span, "%s %s has another comment", object->kind->title,
                                 object_shown(r->ctx->arena, object));
    diag_note(r->ctx, diag, span_known(object->comment_span) ? object->comment_span : object->span, "given here");
}

static void leave(struct resolve *r, const struct ast_decl *decl, const char *text)
{
    struct sql_statement statement = {.class = SQL_OTHER};
    struct sql_error error;
    sql_classify(r->ctx->arena, text, &statement, &error);
    const char *path = statement.name ? sql_qname_str(r->ctx->arena, statement.schema, statement.name) : "COMMENT";
    add_unhandled(r, "comment", path, decl->name_span);
}

/* The index of a constraint has a comment beside the constraint's own. */
static void comment_on_index(struct resolve *r, const struct ast_decl *decl, struct object *key, const char *comment)
{
    struct value *value = object_set(key, "index_comment");
    if (value->set && !str_eq(value->text, comment)) say_conflict(r, decl, key);
    else *value = (struct value){.set = comment != NULL, .text = comment, .span = decl->name_span};
}

static bool is_named_constraint(const struct object *table, const char *name)
{
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i];
        if (child->kind->name_space == NAMES_CONSTRAINT && str_eq(child->name, name)) return true;
    }
    return false;
}

static struct object *column_of_not_null(struct resolve *r, const struct object *table, const char *name)
{
    for (size_t i = 0; i < table->children.n; i++) {
        struct object *column = table->children.at[i];
        if (!object_is(column, "column") || object_flag(column, "nullable")) continue;
        if (str_eq(not_null_name(column, r->ctx->arena), name)) return column;
    }
    return NULL;
}

/* NOT NULL is no object, but has a name: what the column says, or PostgreSQL's own. */
static bool comment_on_not_null(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name, const char *comment)
{
    size_t before = diag_mark(r->ctx);
    if (!str_eq(name->kind, "constraint")) return false;
    const struct table *table = find_table(r, schema_of_decl(decl), name->on_schema, name->on, decl->name_span, NULL);
    diag_rollback(r->ctx, before);
    if (!table || is_named_constraint(table->object, name->name)) return false;
    struct object *column = column_of_not_null(r, table->object, name->name);
    if (!column) return false;
    struct value *value = object_set(column, "not_null_comment");
    if (value->set && !str_eq(value->text, comment)) say_conflict(r, decl, column);
    else *value = (struct value){.set = comment != NULL, .text = comment, .span = decl->name_span};
    return true;
}

static void resolve_comment(struct resolve *r, const struct ast_decl *decl)
{
    const char *text = statement_of(decl)->text, *comment;
    struct sql_object_names names;
    bool unmodelled = true;
    if (!sql_comment_text(r->ctx->arena, text, &comment) || !sql_spoken_of(r->ctx->arena, text, &names)) return;
    if (names.n == 1 && comment_on_not_null(r, decl, &names.at[0], comment)) return;
    struct object *object = names.n == 1 ? find_spoken(r, decl, &names.at[0], &unmodelled) : NULL;
    if (!object) {
        if (unmodelled) leave(r, decl, text);
        return;
    }
    if (str_eq(names.at[0].kind, "index") && object->kind->name_space == NAMES_CONSTRAINT) {
        comment_on_index(r, decl, object, comment);
        return;
    }
    bool said = object->comment || span_known(object->comment_span);
    if (said && !str_eq(object->comment, comment)) {
        say_conflict(r, decl, object);
        return;
    }
    object->comment = comment;
    object->comment_span = decl->name_span;
    if (object_is(object, "schema")) object->implied = false;
}

void resolve_comments(struct resolve *r)
{
    for (size_t i = 0; i < r->comment_statements.n; i++) resolve_comment(r, r->comment_statements.at[i]);
}
