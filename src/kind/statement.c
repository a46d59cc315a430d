/* statement.c: kinds whose objects are SQL statements: the text is the user's, or what the catalog's query composed. */
#include "kind/kind.h"

void statement_create(const struct object *object, struct ops *ops)
{
    struct sql_texts statements = {0};
    struct sql_error error;
    const char *text = object_get(object, "definition")->expr.text;
    if (!sql_split(ops->ctx->arena, text, &statements, &error)) {
        op_add_user(ops, object->kind->phase, object, text);
        return;
    }
    for (size_t i = 0; i < statements.n; i++) op_add_user(ops, object->kind->phase, object, statements.at[i])->group = 1;
}

void statement_drop(const struct object *object, struct ops *ops)
{
    struct buf target = buf_new(ops->ctx->arena);
    sql_comment_target(&target, object);
    const char *rest = strchr(target.text, ' ');
    size_t noun = strlen(object->kind->noun);
    if (str_starts(target.text, object->kind->noun) && target.text[noun] == ' ') rest = target.text + noun;
    op_addf(ops, PHASE_DETACH, "DROP %.*s %s%s", (int)(rest - target.text), target.text, drop_if(ops), rest + 1);
}

const char *statement_printed(const struct object *object)
{
    const struct value *value = object_get(object, "definition");
    if (!value->set) return NULL;
    return value->expr.canonical || !object->live ? value->expr.canonical : value->expr.text;
}

void statement_replace(const struct object *from, const struct object *to, const bool *changed, struct ops *ops)
{
    (void)from;
    (void)changed;
    size_t first = ops->list.n;
    statement_create(to, ops);
    for (size_t i = first; i < ops->list.n; i++) ops->list.at[i].sql = sql_or_replace(ops->ctx->arena, ops->list.at[i].sql);
}
