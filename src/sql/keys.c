/* keys.c: lists of columns, of index elements and of exclude elements. */
#include <string.h>

#include "base/memo.h"
#include "sql/errors.h"
#include "sql/raw.h"

/* Tokens [first, end) of one element of a list. */
struct part {
    size_t first, end;
};
struct parts { struct part *at; size_t n, cap; };

/* Splits at the commas that stand in no brackets. */
static void split(struct arena *arena, const struct sql_tokens *tokens, struct parts *parts)
{
    size_t first = 0, depth = 0;
    for (size_t i = 0; i < tokens->n; i++) {
        int kind = tokens->at[i].kind;
        if (kind == '(' || kind == '[') depth++;
        if ((kind == ')' || kind == ']') && depth) depth--;
        if (kind != ',' || depth) continue;
        vec_push(arena, parts, ((struct part){first, i}));
        first = i + 1;
    }
    if (first < tokens->n) vec_push(arena, parts, ((struct part){first, tokens->n}));
}

/* Whether tree and tokens speak of the same elements; they do unless libpg_query has changed. */
static bool in_step(const json_t *elements, const struct parts *parts, struct sql_error *error)
{
    if (json_array_size(elements) == parts->n) return true;
    *error = sql_error_at("a list of columns or expressions is expected", 0, 1);
    return false;
}

static size_t part_offset(const struct sql_tokens *tokens, struct part part)
{
    return tokens->at[part.first].start;
}

static size_t part_length(const struct sql_tokens *tokens, struct part part)
{
    return tokens->at[part.end - 1].end - tokens->at[part.first].start;
}

static void blank(char *text, const struct sql_tokens *tokens, size_t first, size_t end)
{
    for (size_t i = tokens->at[first].start; i < tokens->at[end - 1].end; i++) text[i] = ' ';
}

/* What temporal keys say of their last column is newer than libpg_query: its words become blanks, so that places stay right. */
static const char *take_period(struct arena *arena, const char *text, struct sql_names *names)
{
    struct sql_tokens tokens;
    struct sql_error ignored;
    if (!strcasestr(text, "overlaps") && !strcasestr(text, "period")) return text;
    if (!sql_scan(arena, text, &tokens, &ignored)) return text;
    char *plain = arena_strdup(arena, text);
    size_t n = tokens.n;
    if (n > 2 && sql_token_is(text, tokens.at[n - 2], "without") && sql_token_is(text, tokens.at[n - 1], "overlaps")) {
        names->without_overlaps = true;
        blank(plain, &tokens, n - 2, n);
    } else if (n > 1 && sql_token_is(text, tokens.at[n - 2], "period") && (n == 2 || tokens.at[n - 3].kind == ',')) {
        names->period = true;
        blank(plain, &tokens, n - 2, n - 1);
    }
    return plain;
}

static bool parse_names(struct arena *arena, const char *text, struct sql_names *names, struct sql_error *error)
{
    *names = (struct sql_names){0};
    struct sql_tokens tokens;
    struct parts parts = {0};
    text = take_period(arena, text, names);
    json_auto_t *node = sql_parse_node(arena, SQL_NAMES, text, error);
    if (!node || !sql_scan(arena, text, &tokens, error)) return false;
    const json_t *keys =
        json_at(node, "AlterTableStmt", "cmds", "0", "AlterTableCmd", "def", "Constraint", "keys", NULL);
    split(arena, &tokens, &parts);
    if (!in_step(keys, &parts, error)) return false;
    for (size_t i = 0; i < parts.n; i++) {
        const char *name = json_string_value(json_at(json_array_get(keys, i), "String", "sval", NULL));
        struct sql_name one = {.name = arena_strdup(arena, name ? name : ""),
                               .offset = part_offset(&tokens, parts.at[i]),
                               .length = part_length(&tokens, parts.at[i])};
        vec_push(arena, names, one);
    }
    return true;
}

/* ---- index elements */

/* How many tokens a qualified name of that many parts takes. */
static size_t name_tokens(const json_t *name)
{
    size_t n = json_array_size(name);
    return n ? 2 * n - 1 : 0;
}

/* The opening bracket of the group that ends at `end`. */
static size_t opening_of(const struct sql_tokens *tokens, struct part part)
{
    for (size_t i = part.first; i < part.end; i++) {
        if (tokens->at[i].kind != '(') continue;
        size_t close = sql_close(tokens, i);
        if (close >= part.end) return i;
        i = close - 1;
    }
    return part.end;
}

static void strip_opclass_options(struct arena *arena, const char *text, const struct sql_tokens *tokens,
                                  struct part *part, struct sql_key *key)
{
    size_t open = opening_of(tokens, *part);
    if (open + 1 >= part->end) return;
    size_t from = tokens->at[open].end, to = tokens->at[part->end - 1].start;
    key->opclass_options = str_trim(arena, arena_strndup(arena, text + from, to - from));
    part->end = open;
}

/* Reads what follows the column or expression, from the end, and cuts its tokens off. */
static void strip_suffix(struct arena *arena, const char *text, const json_t *element, const struct sql_tokens *tokens,
                         struct part *part, struct sql_key *key)
{
    const char *order = json_member(element, "ordering"), *nulls = json_member(element, "nulls_ordering");
    const json_t *opclass = json_object_get(element, "opclass"), *collation = json_object_get(element, "collation");
    key->desc = str_eq(order, "SORTBY_DESC");
    key->nulls = str_eq(nulls, "SORTBY_NULLS_FIRST") ? 1 : str_eq(nulls, "SORTBY_NULLS_LAST") ? 2 : 0;
    if (key->nulls) part->end -= 2;
    if (key->desc || str_eq(order, "SORTBY_ASC")) part->end--;
    if (json_object_get(element, "opclassopts")) strip_opclass_options(arena, text, tokens, part, key);
    part->end -= name_tokens(opclass);
    part->end -= name_tokens(collation) + (collation ? 1 : 0);
    key->opclass = json_qname(arena, opclass, &key->opclass_schema);
    key->collation = json_qname(arena, collation, &key->collation_schema);
}

static const char *part_text(struct arena *arena, const char *text, const struct sql_tokens *tokens, struct part part)
{
    return arena_strndup(arena, text + part_offset(tokens, part), part_length(tokens, part));
}

/* The text less the parentheses that hold the whole; those of a row or a query are its own. */
static const char *unwrap(struct arena *arena, const char *text, const struct sql_tokens *tokens, struct part part)
{
    struct part inner = part;
    struct sql_error error;
    while (inner.end - inner.first > 2 && tokens->at[inner.first].kind == '(' &&
           sql_close(tokens, inner.first) == inner.end) {
        inner.first++;
        inner.end--;
    }
    const char *expr = part_text(arena, text, tokens, inner);
    bool own = inner.first > part.first && !sql_check(arena, SQL_EXPR, expr, &error);
    return own ? part_text(arena, text, tokens, (struct part){inner.first - 1, inner.end + 1}) : expr;
}

/* The column's name or the expression. PostgreSQL reads `(a)` as the column, too. */
static void read_value(struct arena *arena, const char *text, const json_t *element, const struct sql_tokens *tokens,
                       struct part part, struct sql_key *key)
{
    const char *name = json_member(element, "name");
    const json_t *fields = json_at(element, "expr", "ColumnRef", "fields", NULL);
    if (json_array_size(fields) == 1) name = json_string_value(json_at(fields, "0", "String", "sval", NULL));
    if (name) {
        key->column = arena_strdup(arena, name);
        return;
    }
    key->expr = unwrap(arena, text, tokens, part);
}

/* Reads and cuts off `with op` or `with operator(s.op)`: WITH stands nowhere else outside brackets. */
static void strip_operator(struct arena *arena, const char *text, const json_t *operator,
                           const struct sql_tokens *tokens, struct part *part, struct sql_key *key)
{
    key->operator_name = json_qname(arena, operator, &key->operator_schema);
    for (size_t i = part->first; i < part->end; i++) {
        if (tokens->at[i].kind == '(') i = sql_close(tokens, i) - 1;
        if (!sql_token_is(text, tokens->at[i], "with")) continue;
        part->end = i;
        return;
    }
}

static const json_t *elements_of(const json_t *node, enum sql_island what)
{
    if (what == SQL_KEYS) return json_at(node, "IndexStmt", "indexParams", NULL);
    return json_at(node, "AlterTableStmt", "cmds", "0", "AlterTableCmd", "def", "Constraint", "exclusions", NULL);
}

static bool parse_keys(struct arena *arena, enum sql_island what, const char *text, struct sql_keys *keys,
                       struct sql_error *error)
{
    *keys = (struct sql_keys){0};
    struct sql_tokens tokens;
    struct parts parts = {0};
    json_auto_t *node = sql_parse_node(arena, what, text, error);
    if (!node || !sql_scan(arena, text, &tokens, error)) return false;
    const json_t *elements = elements_of(node, what);
    split(arena, &tokens, &parts);
    if (!in_step(elements, &parts, error)) return false;
    for (size_t i = 0; i < parts.n; i++) {
        struct part part = parts.at[i];
        struct sql_key key = {.offset = part_offset(&tokens, part), .length = part_length(&tokens, part)};
        const json_t *element = json_array_get(elements, i), *pair = json_at(element, "List", "items", NULL);
        if (pair) {
            strip_operator(arena, text, json_at(pair, "1", "List", "items", NULL), &tokens, &part, &key);
            element = json_array_get(pair, 0);
        }
        element = json_object_get(element, "IndexElem");
        strip_suffix(arena, text, element, &tokens, &part, &key);
        read_value(arena, text, element, &tokens, part, &key);
        vec_push(arena, keys, key);
    }
    return true;
}

static struct sql_keys *copy_keys(struct arena *arena, const struct sql_keys *keys)
{
    struct sql_keys *copy = ARENA_NEW(arena, struct sql_keys);
    *copy = (struct sql_keys){.at = ARENA_ARRAY(arena, struct sql_key, keys->n), .n = keys->n, .cap = keys->n};
    if (keys->n) memcpy(copy->at, keys->at, keys->n * sizeof *keys->at);
    return copy;
}

bool sql_keys_parse(struct arena *arena, enum sql_island what, const char *text, struct sql_keys *keys,
                    struct sql_error *error)
{
    const struct sql_keys *known = memo_get(arena, what, text);
    if (known) {
        *keys = *copy_keys(arena, known);
        return true;
    }
    if (!parse_keys(arena, what, text, keys, error)) return false;
    memo_put(arena, what, text, copy_keys(arena, keys));
    return true;
}

bool sql_names_parse(struct arena *arena, const char *text, struct sql_names *names, struct sql_error *error)
{
    const struct sql_names *known = memo_get(arena, SQL_NAMES, text);
    *names = (struct sql_names){0};
    if (!known) {
        struct sql_names *fresh = ARENA_NEW(arena, struct sql_names);
        if (!parse_names(arena, text, fresh, error)) return false;
        memo_put(arena, SQL_NAMES, text, fresh);
        known = fresh;
    }
    for (size_t i = 0; i < known->n; i++) vec_push(arena, names, known->at[i]);
    names->without_overlaps = known->without_overlaps;
    names->period = known->period;
    return true;
}
