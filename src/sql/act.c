/* act.c: what a statement does: the way in, and what the readers share. */
#include "sql/act.h"

#include <string.h>
#include <strings.h>

#include "sql/acting.h"
#include "sql/quote.h"

struct sql_act *act_add(struct acting *a, enum sql_act_what what)
{
    struct sql_act act = {.what = what, .length = strlen(a->text)};
    vec_push(a->arena, a->acts, act);
    return &a->acts->at[a->acts->n - 1];
}

struct sql_act *act_on(struct acting *a, enum sql_act_what what, const json_t *relation)
{
    struct sql_act *act = act_add(a, what);
    act->schema = act_text(a, relation, "schemaname");
    act->name = act_text(a, relation, "relname");
    const char *persistence = json_member(relation, "relpersistence");
    if (str_eq(persistence, "t")) act->flags |= ACT_TEMPORARY;
    if (str_eq(persistence, "u")) act->flags |= ACT_UNLOGGED;
    return act;
}

void act_place(const struct acting *a, struct sql_act *act, size_t offset)
{
    size_t depth = 0, end = offset;
    for (size_t i = 0; i < a->tokens.n; i++) {
        const struct sql_token *token = &a->tokens.at[i];
        if (token->start < offset) continue;
        if (token->kind == '(' || token->kind == '[') depth++;
        if ((token->kind == ')' || token->kind == ']') && depth-- == 0) break;
        if ((token->kind == ',' && depth == 0) || token->kind == ';') break;
        end = token->end;
    }
    act->offset = offset;
    act->length = end - offset;
}

void act_place_name(const struct acting *a, struct sql_act *act, size_t offset)
{
    size_t i = 0;
    while (i < a->tokens.n && a->tokens.at[i].start < offset) i++;
    while (i + 2 < a->tokens.n && a->tokens.at[i + 1].kind == '.') i += 2;
    if (i == a->tokens.n) return;
    act->offset = offset;
    act->length = a->tokens.at[i].end - offset;
}

unsigned act_flag(const json_t *body, const char *member, unsigned flag)
{
    return json_is_true(json_object_get(body, member)) ? flag : 0;
}

void act_texts(struct acting *a, const json_t *list, struct sql_texts *texts)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_at(json_array_get(list, i), "String", "sval", NULL));
        if (text) vec_push(a->arena, texts, arena_strdup(a->arena, text));
    }
}

const char *act_text(struct acting *a, const json_t *object, const char *member)
{
    const char *text = json_member(object, member);
    return text ? arena_strdup(a->arena, text) : NULL;
}

bool act_has_word(const struct acting *a, const char *first, const char *second)
{
    for (size_t i = 0; i < a->tokens.n; i++) {
        if (!sql_token_is(a->text, a->tokens.at[i], first)) continue;
        if (!second || (i + 1 < a->tokens.n && sql_token_is(a->text, a->tokens.at[i + 1], second))) return true;
    }
    return false;
}

bool sql_acts(struct arena *arena, const char *text, struct sql_acts *acts, struct sql_error *error)
{
    struct acting a = {.arena = arena, .text = text, .acts = acts};
    *acts = (struct sql_acts){0};
    json_auto_t *root = sql_parse_node(arena, SQL_STATEMENT, text, error);
    if (!root || !sql_scan(arena, text, &a.tokens, error)) return false;
    const char *node = json_object_iter_key(json_object_iter(root));
    const json_t *body = json_object_get(root, node);
    if (strcmp(node, "CreateStmt") == 0) act_create_table(&a, body);
    if (strcmp(node, "AlterTableStmt") == 0) act_alter_table(&a, body);
    for (size_t i = 0; act_other_forms[i].node; i++) {
        if (strcmp(act_other_forms[i].node, node) == 0) act_other_forms[i].read(&a, body);
    }
    if (acts->n == 0) act_add(&a, ACT_NONE);
    return true;
}

bool sql_is_on(const char *value)
{
    size_t len = strlen(value);
    return strcmp(value, "1") == 0 || strcasecmp(value, "on") == 0 ||
           (len > 0 && (strncasecmp("true", value, len) == 0 || strncasecmp("yes", value, len) == 0));
}

bool sql_long_names(struct arena *arena, const char *text, struct sql_names *found)
{
    enum { NAME_MAX_BYTES = 63 };
    struct sql_tokens tokens;
    struct sql_error error;
    *found = (struct sql_names){0};
    if (!sql_scan(arena, text, &tokens, &error)) return false;
    for (size_t i = 0; i < tokens.n; i++) {
        const struct sql_token *token = &tokens.at[i];
        size_t length = token->end - token->start;
        if (token->kind != TOKEN_IDENT || length <= NAME_MAX_BYTES) continue;
        const char *name = arena_strndup(arena, text + token->start, length);
        bool quoted = *name == '"';
        if (quoted && strlen(sql_unquote(arena, name, length)) <= NAME_MAX_BYTES) continue;
        vec_push(arena, found, ((struct sql_name){.name = name, .offset = token->start, .length = length}));
    }
    return true;
}
