/* routine.c: what a CREATE FUNCTION or PROCEDURE says of its body. */
#include "sql/raw.h"

static const char *option_text(struct arena *arena, const json_t *option)
{
    const char *word = json_string_value(json_at(option, "arg", "String", "sval", NULL));
    if (!word) word = json_string_value(json_at(option, "arg", "List", "items", "0", "String", "sval", NULL));
    return word ? arena_strdup(arena, word) : NULL;
}

bool sql_routine(struct arena *arena, const char *text, struct sql_routine *routine)
{
    struct sql_error error;
    json_auto_t *node = sql_parse_node(arena, SQL_STATEMENT, text, &error);
    const json_t *create = json_object_get(node, "CreateFunctionStmt"), *options = json_object_get(create, "options");
    *routine = (struct sql_routine){0};
    if (!create) return false;
    routine->atomic = json_object_get(create, "sql_body") != NULL;
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_at(json_array_get(options, i), "DefElem", NULL);
        const char *name = json_member(option, "defname");
        if (str_eq(name, "language")) routine->language = option_text(arena, option);
        if (str_eq(name, "as")) routine->body = option_text(arena, option);
    }
    if (!routine->language) routine->language = "sql";
    return true;
}
