/* check.c: whether an island is what its place asks for. */
#include <stdlib.h>
#include <string.h>

#include "base/memo.h"
#include "sql/errors.h"
#include "sql/raw.h"

static bool in_parentheses(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error) || tokens.n == 0) return false;
    return tokens.at[0].kind == '(' && sql_close(&tokens, 0) == tokens.n;
}

/* What may not be the whole of an expression, though the parser takes it inside parentheses. */
static bool check_value(struct arena *arena, const char *text, struct sql_error *error)
{
    json_auto_t *node = sql_parse_node(arena, SQL_EXPR, text, error);
    if (!node) return false;
    const json_t *value = json_at(node, "SelectStmt", "targetList", "0", "ResTarget", "val", NULL);
    const json_t *row = json_object_get(value, "RowExpr"), *query = json_object_get(value, "SubLink");
    size_t start = strspn(text, " \t\r\n");
    const char *message = NULL;
    if (json_object_get(value, "SetToDefault")) message = "DEFAULT is not a value here";
    if (row && str_eq(json_member(row, "row_format"), "COERCE_IMPLICIT_CAST")) {
        message = "one value is expected, not a list";
    }
    if (str_eq(json_member(query, "subLinkType"), "EXPR_SUBLINK") && !in_parentheses(arena, text)) {
        message = "an expression is expected: a query takes parentheses of its own";
    }
    if (message) *error = sql_error_at(message, start, strcspn(text + start, "\r\n"));
    return !message;
}

/* `{"ParamRef":{` can't stand inside a JSON string: its quotes would be escaped. */
static bool check_parameters(enum sql_island what, const char *text, const char *tree, struct sql_error *error)
{
    const char *parameter = strstr(tree, "{\"ParamRef\":{");
    if (!parameter) return true;
    const char *location = strstr(parameter, "\"location\":");
    size_t at = location ? strtoul(location + strlen("\"location\":"), NULL, 10) : 0;
    size_t frame = sql_frame_length(what), offset = at > frame ? at - frame : 0;
    if (offset > strlen(text)) offset = 0;
    size_t digits = strspn(text + offset + (text[offset] == '$'), "0123456789");
    *error = sql_error_at("a parameter has no meaning here", offset, digits + 1);
    return false;
}

static bool check_expression(struct arena *arena, const char *text, struct sql_error *error)
{
    static const char *const odd[] = {"\"RowExpr\"", "\"SubLink\"", "\"SetToDefault\""};
    const char *tree, *before = "\"val\":{";
    if (!sql_parse(arena, SQL_EXPR, text, &tree, error)) return false;
    if (!check_parameters(SQL_EXPR, text, tree, error)) return false;
    const char *value = strstr(tree, before);
    if (!value) {
        *error = sql_error_at("an expression is expected", 0, 1);
        return false;
    }
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        if (str_starts(value + strlen(before), odd[i])) return check_value(arena, text, error);
    }
    return true;
}

static bool check_statement(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error)
{
    json_auto_t *node = sql_parse_node(arena, what, text, error);
    return node != NULL;
}

static bool check(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error)
{
    const char *tree;
    struct sql_names names = {0};
    struct sql_pairs pairs = {0};
    struct sql_sequence sequence;
    struct sql_type type;
    switch (what) {
    case SQL_EXPR: return check_expression(arena, text, error);
    case SQL_NAMES: return sql_names_parse(arena, text, &names, error);
    case SQL_OPTIONS: return sql_options_parse(arena, text, &pairs, error);
    case SQL_SEQUENCE: return sql_sequence_parse(arena, text, &sequence, error);
    case SQL_TYPE: return sql_type_parse(arena, text, &type, error);
    case SQL_STATEMENT:
    case SQL_PARTITION:
    case SQL_BOUND: return check_statement(arena, what, text, error);
    case SQL_KEYS:
    case SQL_STATEMENTS:
    case SQL_EXCLUDE: break;
    }
    return sql_parse(arena, what, text, &tree, error) && check_parameters(what, text, tree, error);
}

/* Only what is right is kept: mistakes are few, and their places are told anew. */
bool sql_check(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error)
{
    unsigned mine = MEMO_CHECK + what;
    if (memo_get(arena, mine, text)) return true;
    if (!check(arena, what, text, error)) return false;
    memo_put(arena, mine, text, arena); /* any address */
    return true;
}
