/* policy.c: what a CREATE POLICY statement says. */
#include <string.h>

#include "sql/named.h"

/* The text in the parentheses behind a word at the statement's own level; NULL where there is none. */
static const char *text_behind(struct arena *arena, const char *text, const struct sql_tokens *tokens, const char *word,
                               size_t *offset)
{
    for (size_t i = 0; i + 1 < tokens->n; i++) {
        if (tokens->at[i].kind == '(') i = sql_close(tokens, i) - 1;
        if (i + 1 >= tokens->n || tokens->at[i + 1].kind != '(' || !sql_token_is(text, tokens->at[i], word)) continue;
        size_t close = sql_close(tokens, i + 1) - 1;
        if (close <= i + 2) return NULL;
        *offset = tokens->at[i + 2].start;
        return arena_strndup(arena, text + *offset, tokens->at[close - 1].end - *offset);
    }
    return NULL;
}

bool sql_policy_parse(struct arena *arena, const char *text, struct sql_policy *policy)
{
    struct sql_error error;
    struct sql_tokens tokens;
    *policy = (struct sql_policy){0};
    json_auto_t *root = sql_parse_node(arena, SQL_STATEMENT, text, &error);
    const json_t *body = json_object_get(root, "CreatePolicyStmt"), *roles = json_object_get(body, "roles");
    if (!body || !sql_scan(arena, text, &tokens, &error)) return false;
    const char *command = json_member(body, "cmd_name");
    policy->restrictive = !json_is_true(json_object_get(body, "permissive"));
    policy->command = command ? arena_strdup(arena, command) : NULL;
    for (size_t i = 0; i < json_array_size(roles); i++) {
        const char *role = named_role(arena, json_array_get(roles, i));
        if (role) vec_push(arena, &policy->roles, role);
    }
    policy->using_text = text_behind(arena, text, &tokens, "using", &policy->using_offset);
    policy->check_text = text_behind(arena, text, &tokens, "check", &policy->check_offset);
    return true;
}
