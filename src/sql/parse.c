/* parse.c: islands framed into statements, parsed to JSON trees by libpg_query. */
#include <assert.h>
#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

#include "sql/errors.h"
#include "sql/raw.h"

/* The newlines keep a comment at the end of an island from eating the frame. */
static const struct sql_frame frames[] = {
    [SQL_EXPR] = {"select (\n", "\n)"},
    [SQL_NAMES] = {"alter table t add unique (\n", "\n)"},
    [SQL_KEYS] = {"create index on t (\n", "\n)"},
    [SQL_EXCLUDE] = {"alter table t add exclude (\n", "\n)"},
    [SQL_OPTIONS] = {"alter table t set (\n", "\n)"},
    [SQL_SEQUENCE] = {"alter table t add c int generated always as identity (\n", "\n)"},
    [SQL_TYPE] = {"select cast(null as\n", "\n)"},
    [SQL_STATEMENT] = {"", ""},
    [SQL_STATEMENTS] = {"", ""},
    [SQL_PARTITION] = {"create table t () partition by\n", "\n"},
    [SQL_BOUND] = {"create table t partition of p\n", "\n"},
};
static_assert(sizeof frames / sizeof *frames == SQL_BOUND + 1, "one frame for each sort of island");

size_t sql_frame_length(enum sql_island what)
{
    return strlen(frames[what].before);
}

/* ---- brackets: `a) + (b` fits the frame, but is no island */

/* Reads brackets as they stand; -1 where quotes or comments make that uncertain. */
static int balanced_at_sight(const char *text)
{
    int depth = 0;
    for (; *text; text++) {
        if (strchr("'\"$-/", *text)) return -1;
        if (*text == '(') depth++;
        if (*text == ')' && --depth < 0) return 0;
    }
    return 1;
}

static bool check_balance(struct arena *arena, const char *text, struct sql_error *error)
{
    const char *closing = strchr(text, ')');
    if (!closing || balanced_at_sight(text) == 1) return true;
    struct sql_tokens tokens;
    if (!sql_scan(arena, text, &tokens, error)) return true; /* the parser says it better */
    int depth = 0;
    for (size_t i = 0; i < tokens.n; i++) {
        if (tokens.at[i].kind == '(') depth++;
        if (tokens.at[i].kind != ')' || --depth >= 0) continue;
        *error = sql_error_at("syntax error at or near \")\"", tokens.at[i].start, 1);
        return false;
    }
    return true;
}

/* ---- negative integers: libpg_query 15 prints 0 and every one below it as {} */

/* Tokens stand in the order of the text. */
static const struct sql_token *token_from(const struct sql_tokens *tokens, size_t start)
{
    size_t low = 0, high = tokens->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tokens->at[middle].start < start) low = middle + 1;
        else high = middle;
    }
    return low < tokens->n ? &tokens->at[low] : NULL;
}

/* The digits of the integer that is written from `start` on, where a minus sign stands before it; else NULL. */
static const char *negative_from(struct arena *arena, const char *framed, const struct sql_tokens *tokens, size_t start)
{
    const struct sql_token *end = tokens->at + tokens->n;
    bool minus = false;
    for (const struct sql_token *token = token_from(tokens, start); token && token < end; token++) {
        if (token->kind == ',') return NULL;
        if (token->kind == TOKEN_ICONST) {
            const char *digits = arena_strndup(arena, framed + token->start, token->end - token->start);
            return minus ? digits + strspn(digits, "0") : NULL;
        }
        if (token->kind == '-') minus = true;
    }
    return NULL;
}

/* Where a tree says {} for an integer: behind `mark`, up to the location that tells where it was written. */
static const struct {
    const char *mark, *until;
} unsaid[] = {
    {"\"ival\":{", "},\"location\":"},                    /* a constant */
    {"\"arg\":{\"Integer\":{", "}},\"defaction\":"}, /* an option: its location is the option's */
};

/* The location behind an unsaid integer, or -1. */
static long unsaid_location(const char *at, size_t form)
{
    static const char key[] = "\"location\":";
    const char *until = unsaid[form].until;
    if (!str_starts(at, until)) return -1;
    at += strlen(until);
    if (str_ends(until, key)) return strtol(at, NULL, 10);
    const char *location = strstr(at, key);
    return location ? strtol(location + strlen(key), NULL, 10) : -1;
}

/* Writes the integers that the tree leaves out. */
static const char *say_integers(struct arena *arena, const char *framed, const char *tree)
{
    if (!strchr(framed, '-') || (!strstr(tree, "\"ival\":{}") && !strstr(tree, "\"Integer\":{}"))) return tree;
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, framed, &tokens, &error)) return tree;
    struct buf said = buf_new(arena);
    while (*tree) {
        const char *found = NULL;
        for (size_t form = 0; form < sizeof unsaid / sizeof *unsaid && !found; form++) {
            if (!str_starts(tree, unsaid[form].mark)) continue;
            found = tree + strlen(unsaid[form].mark);
            long location = unsaid_location(found, form);
            const char *digits = location < 0 ? NULL : negative_from(arena, framed, &tokens, (size_t)location);
            buf_addn(&said, tree, (size_t)(found - tree));
            if (digits && *digits) buf_printf(&said, "\"ival\":-%s", digits);
        }
        if (!found) buf_addc(&said, *tree);
        tree = found ? found : tree + 1;
    }
    return said.text;
}

/* ---- depth: libpg_query writes its trees by recursion */

enum { LONGEST_CHAIN = 50000 };

/* Tokens that may all be in one chain of operators: those of brackets count for what they stand in. */
struct chain {
    size_t now, longest;
};

static size_t chain_length(struct chain chain)
{
    return chain.now > chain.longest ? chain.now : chain.longest;
}

/* Whether a text is so deep that writing its tree could run out of stack: `1+1+1` is a level for each sign. */
static bool is_abyss(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    VEC(struct chain) open = {0};
    vec_push(arena, &open, (struct chain){0});
    if (!sql_scan(arena, text, &tokens, &error)) return false;
    for (size_t i = 0; i < tokens.n; i++) {
        struct chain *chain = &open.at[open.n - 1];
        int kind = tokens.at[i].kind;
        if (kind == '(') {
            vec_push(arena, &open, (struct chain){0});
        } else if (kind == ')' && open.n > 1) {
            open.n--;
            open.at[open.n - 1].now += chain_length(*chain);
        } else if (kind == ',' || kind == ';') {
            *chain = (struct chain){.longest = chain_length(*chain)};
        } else if (++chain->now > LONGEST_CHAIN) {
            return true;
        }
    }
    return false;
}

/* ---- parsing */

static bool acceptable(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error)
{
    size_t len = strlen(text);
    if (what == SQL_STATEMENT || what == SQL_STATEMENTS) {
        bool deep = len > SQL_ISLAND_MAX && is_abyss(arena, text);
        if (deep) *error = sql_error_at("too deeply nested", 0, 1);
        return !deep;
    }
    if (len > SQL_ISLAND_MAX) {
        *error = sql_error_at("too long: put it into a function", 0, 1);
        return false;
    }
    if (text[strspn(text, " \t\r\n\f\v")] == '\0') {
        *error = sql_error_at("syntax error at end of input", len, 1);
        return false;
    }
    return check_balance(arena, text, error);
}

bool sql_parse(struct arena *arena, enum sql_island what, const char *text, const char **tree, struct sql_error *error)
{
    if (!acceptable(arena, what, text, error)) return false;
    const struct sql_frame *frame = &frames[what];
    struct buf framed = buf_new(arena);
    buf_add(&framed, frame->before);
    buf_add(&framed, text);
    buf_add(&framed, frame->after);
    PgQueryParseResult result = pg_query_parse(framed.text);
    bool parsed = !result.error;
    if (parsed) {
        const char *said = say_integers(arena, framed.text, result.parse_tree);
        *tree = said == result.parse_tree ? arena_strdup(arena, said) : said;
    } else {
        *error = sql_error_of(arena, frame, text, result.error->message, result.error->cursorpos);
    }
    pg_query_free_parse_result(result);
    return parsed;
}

json_t *sql_tree_node(const char *text, const char *tree, struct sql_error *error)
{
    json_error_t unreadable;
    json_auto_t *root = json_loads(tree, 0, &unreadable);
    const json_t *list = json_object_get(root, "stmts");
    json_t *node = json_object_get(json_array_get(list, 0), "stmt");
    if (!root) {
        *error = sql_error_at("too deeply nested", 0, 1);
    } else if (!node) {
        *error = sql_error_at("a statement is expected", 0, 1);
    } else if (json_array_size(list) > 1) {
        json_int_t second = json_integer_value(json_object_get(json_array_get(list, 1), "stmt_location"));
        size_t offset = second > 0 ? (size_t)second : 0;
        offset += strspn(text + offset, " \t\r\n");
        *error = sql_error_at("one statement is expected, and here begins another", offset, 1);
    } else {
        return json_incref(node);
    }
    return NULL;
}

json_t *sql_parse_node(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error)
{
    const char *tree;
    if (sql_parse(arena, what, text, &tree, error)) return sql_tree_node(text, tree, error);
    struct sql_error ignored;
    const char *other = what == SQL_STATEMENT ? sql_stand_in(arena, text) : NULL;
    return other && sql_parse(arena, what, other, &tree, &ignored) ? sql_tree_node(other, tree, error) : NULL;
}
