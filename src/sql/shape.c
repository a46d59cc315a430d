/* shape.c: syntax trees as strings that are equal for equal syntax. On the hot path: no tree is built. */
#include <string.h>

#include "base/memo.h"
#include "sql/raw.h"

/* Whether the JSON key of that many bytes, quotes included, says where something was written. */
static bool is_place(const char *key, size_t len)
{
    static const char *const places[] = {"\"location\"", "\"stmt_location\"", "\"stmt_len\""};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strlen(places[i]) == len && memcmp(places[i], key, len) == 0) return true;
    }
    return false;
}

/* Drops the comma that the place left behind, on whichever side it stands. */
static const char *skip_place(struct buf *shape, const char *value)
{
    value += strspn(value, "-0123456789");
    if (shape->len && shape->text[shape->len - 1] == ',') {
        shape->text[--shape->len] = '\0';
    } else if (*value == ',') {
        value++;
    }
    return value;
}

static void add_without_places(struct buf *shape, const char *tree)
{
    while (*tree) {
        size_t plain = strcspn(tree, "\"");
        buf_addn(shape, tree, plain);
        tree += plain;
        if (!*tree) return;
        const char *end = json_string_end(tree);
        if (*end == ':' && is_place(tree, (size_t)(end - tree))) {
            tree = skip_place(shape, end + 1);
        } else {
            buf_addn(shape, tree, (size_t)(end - tree));
            tree = end;
        }
    }
}

/* Some integers are left out of the tree without a place to look them up (parse.c): all that are written, then. */
static void add_integers(struct arena *arena, struct buf *shape, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error)) return;
    for (size_t i = 0; i < tokens.n; i++) {
        if (tokens.at[i].kind != TOKEN_ICONST) continue;
        bool minus = i > 0 && tokens.at[i - 1].kind == '-';
        buf_add(shape, minus ? " -" : " ");
        buf_addn(shape, text + tokens.at[i].start, tokens.at[i].end - tokens.at[i].start);
    }
}

/* The last of temporal keys' names says more than a tree holds. */
static const char *shape_of_names(struct arena *arena, const char *text)
{
    struct sql_names names = {0};
    struct sql_error error;
    struct buf shape = buf_new(arena);
    if (!sql_names_parse(arena, text, &names, &error)) return NULL;
    for (size_t i = 0; i < names.n; i++) buf_printf(&shape, "%zu:%s", strlen(names.at[i].name), names.at[i].name);
    buf_add(&shape, names.without_overlaps ? " without overlaps" : names.period ? " period" : "");
    return shape.text;
}

static const char *shape_of(struct arena *arena, enum sql_island what, const char *text)
{
    const char *tree;
    struct sql_error error;
    if (what == SQL_NAMES) return shape_of_names(arena, text);
    if (!sql_parse(arena, what, text, &tree, &error)) return NULL;
    const char *statements = strstr(tree, "\"stmts\":"); /* the version before it is the parser's, not the text's */
    struct buf shape = buf_new(arena);
    add_without_places(&shape, statements ? statements : tree);
    if (strstr(tree, "\"Integer\":{}")) add_integers(arena, &shape, text);
    return shape.text;
}

const char *sql_shape(struct arena *arena, enum sql_island what, const char *text)
{
    unsigned mine = MEMO_SHAPE + what;
    const char *shape = memo_get(arena, mine, text);
    if (shape) return shape;
    shape = shape_of(arena, what, text);
    if (shape) memo_put(arena, mine, text, (char *)shape);
    return shape;
}
