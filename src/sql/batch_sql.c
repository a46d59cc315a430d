/* batch_sql.c: an UPDATE or DELETE cut where a condition on a window of keys goes in. */
#include "sql/batch_sql.h"

#include <string.h>
#include <strings.h>

#include "sql/errors.h"
#include "sql/quote.h"
#include "sql/raw.h"

const char *batch_text(struct arena *arena, const struct batch_options *options)
{
    struct buf out = buf_new(arena);
    if (options->table) buf_printf(&out, "table=%s", sql_qname_str(arena, options->schema, options->table));
    for (size_t i = 0; i < options->key.n; i++) {
        if (i == 0) buf_separate(&out, "", " ");
        buf_add(&out, i == 0 ? "key=" : ",");
        sql_ident(&out, options->key.at[i]);
    }
    buf_separate(&out, "", " ");
    buf_printf(&out, "size=%zu", options->size ? options->size : (size_t)BATCH_SIZE);
    if (options->pause) buf_printf(&out, " pause=%ums", options->pause);
    return out.text;
}

bool sql_qname_read(struct arena *arena, const char *text, const char **schema, const char **name)
{
    struct sql_tokens tokens;
    struct sql_error error;
    const char *parts[2];
    if (!sql_scan(arena, text, &tokens, &error) || (tokens.n != 1 && tokens.n != 3)) return false;
    if (tokens.n == 3 && tokens.at[1].kind != '.') return false;
    for (size_t i = 0; i < tokens.n; i += 2) {
        struct sql_token token = tokens.at[i];
        if (token.kind != TOKEN_IDENT && token.kind != TOKEN_UIDENT && token.keyword == KEYWORD_NONE) return false;
        parts[i / 2] = sql_fold(arena, text + token.start, token.end - token.start);
    }
    *schema = tokens.n == 3 ? parts[0] : NULL;
    *name = parts[tokens.n / 2];
    return true;
}

/* ---- whether the condition excludes what was done */

/* Whether a condition's operand is that column of the target. */
static bool is_column(const json_t *node, const char *column, const char *target)
{
    const json_t *fields = json_at(node, "ColumnRef", "fields", NULL);
    size_t n = json_array_size(fields);
    const char *last = n ? json_string_value(json_at(json_array_get(fields, n - 1), "String", "sval", NULL)) : NULL;
    const char *first = n > 1 ? json_string_value(json_at(fields, "0", "String", "sval", NULL)) : target;
    return n > 0 && n < 3 && str_eq(last, column) && str_eq(first, target);
}

static bool is_null(const json_t *value)
{
    return json_is_true(json_at(value, "A_Const", "isnull", NULL));
}

/* Constants that no type of column takes for equal: case and blanks may not count. */
static bool differ(struct arena *arena, const json_t *a, const json_t *b)
{
    static const char *const plain[] = {"sval", "ival", "boolval"};
    const json_t *x = json_object_get(a, "A_Const"), *y = json_object_get(b, "A_Const");
    for (size_t i = 0; x && y && i < sizeof plain / sizeof *plain; i++) {
        if (!json_object_get(x, plain[i]) || !json_object_get(y, plain[i])) continue;
        const char *left = json_constant(arena, a), *right = json_constant(arena, b);
        return left && right && strcasecmp(str_trim(arena, left), str_trim(arena, right)) != 0;
    }
    return false;
}

/* SET c = VALUE where the condition is c IS NULL, c = another constant, c or NOT c. VALUE NULL for c IS NOT NULL. */
static bool excludes_set(struct arena *arena, const json_t *condition, const char *column, const json_t *value, const char *target)
{
    const json_t *test = json_object_get(condition, "NullTest"), *compare = json_object_get(condition, "A_Expr");
    const json_t *not_it = json_at(condition, "BoolExpr", "args", "0", NULL);
    if (test && is_column(json_object_get(test, "arg"), column, target)) {
        return str_eq(json_member(test, "nulltesttype"), "IS_NULL") != is_null(value);
    }
    if (compare) {
        const json_t *left = json_object_get(compare, "lexpr"), *right = json_object_get(compare, "rexpr");
        bool equals = str_eq(json_member(compare, "kind"), "AEXPR_OP") &&
                      str_eq(json_string_value(json_at(compare, "name", "0", "String", "sval", NULL)), "=");
        if (is_column(right, column, target)) {
            const json_t *other = left;
            left = right;
            right = other;
        }
        return equals && is_column(left, column, target) && (is_null(value) || differ(arena, right, value));
    }
    if (str_eq(json_string_value(json_at(condition, "BoolExpr", "boolop", NULL)), "NOT_EXPR") && is_column(not_it, column, target)) {
        return str_eq(json_constant(arena, value), "true");
    }
    return is_column(condition, column, target) && str_eq(json_constant(arena, value), "false");
}

static bool excludes(struct arena *arena, const json_t *body, const json_t *condition, const char *target)
{
    const json_t *all = json_object_get(condition, "BoolExpr"), *sets = json_object_get(body, "targetList");
    if (str_eq(json_member(all, "boolop"), "AND_EXPR")) {
        const json_t *args = json_object_get(all, "args");
        for (size_t i = 0; i < json_array_size(args); i++) {
            if (excludes(arena, body, json_array_get(args, i), target)) return true;
        }
        return false;
    }
    for (size_t i = 0; condition && i < json_array_size(sets); i++) {
        const json_t *set = json_object_get(json_array_get(sets, i), "ResTarget"), *value = json_object_get(set, "val");
        if (json_object_get(set, "indirection")) continue;
        if (excludes_set(arena, condition, json_member(set, "name"), value, target)) return true;
    }
    return false;
}

/* ---- cutting */

struct cut {
    struct arena *arena;
    const char *text;
    struct sql_tokens tokens;
    size_t verb, relation;          /* tokens: UPDATE or DELETE, the target's name */
    size_t from, where, returning;  /* FROM or USING, WHERE, RETURNING; n where there is none */
};

/* The first such word behind `at` that stands in no parentheses and is no name behind a dot; n where there is none. */
static size_t find_word(const struct cut *cut, size_t at, const char *word)
{
    const struct sql_tokens *tokens = &cut->tokens;
    while (at < tokens->n) {
        bool named = at > 0 && tokens->at[at - 1].kind == '.';
        bool distinct = at > 0 && sql_token_is(cut->text, tokens->at[at - 1], "distinct");
        if (!named && !distinct && sql_token_is(cut->text, tokens->at[at], word)) return at;
        at = tokens->at[at].kind == '(' ? sql_close(tokens, at) : at + 1;
    }
    return tokens->n;
}

static bool find_parts(struct cut *cut, const struct sql_batch *batch, const json_t *body, struct sql_error *error)
{
    if (!sql_scan(cut->arena, cut->text, &cut->tokens, error)) return false;
    size_t n = cut->tokens.n, offset = json_offset(json_object_get(body, "relation"), SQL_STATEMENT);
    cut->relation = 0;
    while (cut->relation + 1 < n && cut->tokens.at[cut->relation].start < offset) cut->relation++;
    cut->verb = cut->relation;
    while (cut->verb > 0 && !sql_token_is(cut->text, cut->tokens.at[cut->verb], batch->deletes ? "delete" : "update")) cut->verb--;
    size_t behind = cut->relation + 1;
    if (behind < n && cut->tokens.at[behind].kind == ')') behind++; /* ONLY (t) */
    bool joins = json_object_get(body, batch->deletes ? "usingClause" : "fromClause") != NULL;
    cut->from = joins ? find_word(cut, behind, batch->deletes ? "using" : "from") : n;
    cut->where = json_object_get(body, "whereClause") ? find_word(cut, joins ? cut->from : behind, "where") : n;
    cut->returning = json_object_get(body, "returningList") ? find_word(cut, behind, "returning") : n;
    return true;
}

/* The tokens from..to-1 as they stand, comments between them included. */
static const char *piece(const struct cut *cut, size_t from, size_t to)
{
    if (from >= to) return "";
    size_t start = cut->tokens.at[from].start;
    return arena_strndup(cut->arena, cut->text + start, cut->tokens.at[to - 1].end - start);
}

static void cut_statement(const struct cut *cut, struct sql_batch *batch)
{
    bool conditional = cut->where < cut->tokens.n;
    size_t last = conditional ? cut->where : cut->returning - 1;
    size_t end = cut->tokens.at[last].end;
    batch->before = arena_printf(cut->arena, "%.*s%s", (int)end, cut->text, conditional ? " " : " WHERE ");
    if (!conditional) {
        batch->after = cut->text + end;
        return;
    }
    const char *rest = cut->text + cut->tokens.at[cut->returning - 1].end;
    batch->after = arena_printf(cut->arena, " AND (%s)%s", piece(cut, cut->where + 1, cut->returning), rest);
}

/* Of what is left, each row once, however often FROM joins it. */
static void cut_left(const struct cut *cut, struct sql_batch *batch)
{
    struct buf out = buf_new(cut->arena);
    size_t end = cut->where < cut->returning ? cut->where : cut->returning;
    const char *with = piece(cut, 0, cut->verb);
    buf_printf(&out, "%s%sSELECT count(DISTINCT (%s.tableoid, %s.ctid)) FROM %s", with, *with ? " " : "", batch->qualifier,
               batch->qualifier, batch->target);
    if (cut->from < cut->tokens.n) buf_printf(&out, ", %s", piece(cut, cut->from + 1, end));
    buf_add(&out, " WHERE ");
    batch->left_before = out.text;
    batch->left_after = cut->where < cut->tokens.n
        ? arena_printf(cut->arena, " AND (%s)", piece(cut, cut->where + 1, cut->returning)) : "";
}

/* ---- reading */

static void read_target(struct arena *arena, const json_t *body, struct sql_batch *batch)
{
    const json_t *relation = json_object_get(body, "relation");
    const char *schema = json_member(relation, "schemaname"), *name = json_member(relation, "relname");
    const char *alias = json_string_value(json_at(relation, "alias", "aliasname", NULL));
    batch->schema = schema ? arena_strdup(arena, schema) : NULL;
    batch->table = arena_strdup(arena, name);
    batch->only = !json_is_true(json_object_get(relation, "inh"));
    batch->relation = sql_qname_str(arena, batch->schema, batch->table);
    batch->qualifier = sql_ident_str(arena, alias ? alias : name);
    batch->target = arena_printf(arena, "%s%s AS %s", batch->only ? "ONLY " : "", batch->relation, batch->qualifier);
}

static void read_sets(struct arena *arena, const json_t *body, struct sql_batch *batch)
{
    const json_t *sets = json_object_get(body, "targetList");
    for (size_t i = 0; i < json_array_size(sets); i++) {
        const char *name = json_string_value(json_at(json_array_get(sets, i), "ResTarget", "name", NULL));
        if (name) vec_push(arena, &batch->sets, arena_strdup(arena, name));
    }
}

/* WITH d AS (DELETE ..) would be run whole by the first batch. */
static bool changes_in_with(const json_t *body)
{
    const json_t *ctes = json_at(body, "withClause", "ctes", NULL);
    for (size_t i = 0; i < json_array_size(ctes); i++) {
        const json_t *query = json_at(json_array_get(ctes, i), "CommonTableExpr", "ctequery", NULL);
        if (query && !json_object_get(query, "SelectStmt")) return true;
    }
    return false;
}

static const char *refused(const json_t *body)
{
    if (!body) return "only an UPDATE or a DELETE can be run in batches";
    if (json_at(body, "whereClause", "CurrentOfExpr", NULL)) return "WHERE CURRENT OF is one row, nothing for batches";
    if (changes_in_with(body)) return "a WITH that changes rows would do so whole in the first batch";
    return NULL;
}

bool sql_batch_read(struct arena *arena, const char *text, struct sql_batch *batch, struct sql_error *error)
{
    struct cut cut = {.arena = arena, .text = text};
    *batch = (struct sql_batch){0};
    json_auto_t *root = sql_parse_node(arena, SQL_STATEMENT, text, error);
    if (!root) return false;
    batch->deletes = json_object_get(root, "DeleteStmt") != NULL;
    const json_t *body = json_object_get(root, batch->deletes ? "DeleteStmt" : "UpdateStmt");
    const char *why = refused(body);
    if (why) {
        *error = sql_error_at(why, 0, strcspn(text, " \t\r\n"));
        return false;
    }
    read_target(arena, body, batch);
    read_sets(arena, body, batch);
    if (!find_parts(&cut, batch, body, error)) return false;
    cut_statement(&cut, batch);
    const json_t *alias = json_at(body, "relation", "alias", "aliasname", NULL);
    const char *name = alias ? json_string_value(alias) : batch->table;
    if (batch->deletes || excludes(arena, body, json_object_get(body, "whereClause"), name)) cut_left(&cut, batch);
    return true;
}
