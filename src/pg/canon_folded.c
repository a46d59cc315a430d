/* canon_folded.c: what is not to be asked on a live server: PostgreSQL plans the expressions of indexes and generated columns as it stores
 * them, and so runs immutable functions of constants. A function that says to be immutable may do anything. */
#include "pg/canon.h"

static bool is_live(const struct job *job, const char *kind, const char *name)
{
    const struct objects *all = &job->diff->live->all;
    for (size_t i = 0; i < all->n; i++) {
        if (object_is(all->at[i], kind) && (!name || str_eq(all->at[i]->name, name))) return true;
    }
    return false;
}

/* Nobody knows the functions of schemas that aren't managed: all but PostgreSQL's own, where the text says that they are. */
static bool may_run(const struct job *job, const struct sql_mention *mention)
{
    if (str_eq(mention->schema, "pg_catalog")) return false;
    if (mention->what == SQL_MENTION_OPERATOR) return is_live(job, "operator", mention->name);
    return mention->what == SQL_MENTION_FUNCTION || is_live(job, "cast", NULL);
}

static bool text_would_run(const struct job *job, const char *text)
{
    struct sql_mentions found = {0};
    if (!text || !sql_folded(job->ctx->arena, SQL_EXPR, text, &found)) return text != NULL;
    for (size_t i = 0; i < found.n; i++) {
        if (may_run(job, &found.at[i])) return true;
    }
    return false;
}

static bool value_would_run(const struct job *job, const struct ask *ask, const struct value *value)
{
    if (!value) return false;
    if (!is_keys(ask)) return text_would_run(job, value->expr.text);
    for (size_t i = 0; i < value->keys.n; i++) {
        if (text_would_run(job, value->keys.at[i].expr.text)) return true;
    }
    return false;
}

/* Defaults and checks are stored without being planned. The live text is tried, too. */
bool ask_would_run(struct job *job, const struct ask *ask)
{
    const struct field *field = &ask->to->kind->fields[ask->field];
    if (object_is(ask->to, "check") || str_eq(field->name, "default")) return false;
    return value_would_run(job, ask, ask->model) || value_would_run(job, ask, ask->live);
}
