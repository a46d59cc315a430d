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

static void resolve_comment(struct resolve *r, const struct ast_decl *decl)
{
    const char *text = statement_of(decl)->text, *comment;
    struct sql_object_names names;
    bool unmodelled = true;
    if (!sql_comment_text(r->ctx->arena, text, &comment) || !sql_spoken_of(r->ctx->arena, text, &names)) return;
    struct object *object = names.n == 1 ? find_spoken(r, decl, &names.at[0], &unmodelled) : NULL;
    if (object && str_eq(names.at[0].kind, "index") && object->kind->name_space == NAMES_CONSTRAINT) {
        object = NULL; /* its index has a comment of its own */
        unmodelled = true;
    }
    if (!object) {
        if (unmodelled) leave(r, decl, text);
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
