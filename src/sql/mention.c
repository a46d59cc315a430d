/* mention.c: what expressions and statements mention. */
#include <string.h>

#include "base/memo.h"
#include "sql/quote.h"
#include "sql/raw.h"

enum { DEPTH_MAX = 4000 }; /* of JSON, far beyond what jansson reads */

struct walk {
    struct arena *arena;
    enum sql_island what;
    bool placed; /* false inside a text of its own: its offsets are not the caller's */
    struct sql_mentions *found;
};

static void add(const struct walk *walk, int what, const char *schema, const char *name, const json_t *at)
{
    if (!name) return;
    struct sql_mention mention = {.schema = schema ? arena_strdup(walk->arena, schema) : NULL,
                                  .name = arena_strdup(walk->arena, name),
                                  .offset = walk->placed ? json_offset(at, walk->what) : 0,
                                  .in_body = !walk->placed};
    mention.what = (unsigned)what;
    vec_push(walk->arena, walk->found, mention);
}

static void add_listed(const struct walk *walk, int what, const json_t *list, const json_t *at)
{
    const char *schema, *name = json_qname(walk->arena, list, &schema);
    add(walk, what, schema, name, at);
}

static void add_column(const struct walk *walk, const json_t *column)
{
    const json_t *fields = json_object_get(column, "fields");
    size_t n = json_array_size(fields);
    const char *qualifier = NULL;
    if (n > 1) qualifier = json_string_value(json_at(json_array_get(fields, n - 2), "String", "sval", NULL));
    const char *name = json_string_value(json_at(json_array_get(fields, n ? n - 1 : 0), "String", "sval", NULL));
    add(walk, SQL_MENTION_COLUMN, qualifier, name ? name : "*", column);
}

/* COMMENT gives relations as bare names: [schema,] table, and behind it what stands in the table. */
static void add_commented(const struct walk *walk, const json_t *comment)
{
    static const char *const relations[] = {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX",
                                            "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"};
    static const char *const parts[] = {"OBJECT_COLUMN", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE",
                                        "OBJECT_TABCONSTRAINT"};
    const char *sort = json_member(comment, "objtype");
    const json_t *list = json_at(comment, "object", "List", "items", NULL);
    size_t n = json_array_size(list), end = 0;
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        if (str_eq(sort, relations[i])) end = n;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (str_eq(sort, parts[i]) && n) end = n - 1;
    }
    if (end == 0) return;
    const char *name = json_string_value(json_at(json_array_get(list, end - 1), "String", "sval", NULL));
    const char *schema = NULL;
    if (end > 1) schema = json_string_value(json_at(json_array_get(list, end - 2), "String", "sval", NULL));
    add(walk, SQL_MENTION_RELATION, schema, name, comment);
}

static void visit(const struct walk *walk, const json_t *node, int depth);

/* The body of a function in SQL is checked when it is made: what it needs must be there before it. */
static void visit_body(const struct walk *walk, const json_t *function)
{
    const json_t *options = json_object_get(function, "options");
    const char *language = NULL, *body = NULL;
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_at(json_array_get(options, i), "DefElem", NULL);
        const char *word = json_member(option, "defname");
        if (str_eq(word, "language")) language = json_string_value(json_at(option, "arg", "String", "sval", NULL));
        if (!str_eq(word, "as")) continue;
        body = json_string_value(json_at(option, "arg", "List", "items", "0", "String", "sval", NULL));
    }
    if (!body || !language || strcmp(language, "sql") != 0) return;
    const char *tree;
    struct sql_error error;
    if (!sql_parse(walk->arena, SQL_STATEMENT, body, &tree, &error)) return;
    json_auto_t *root = json_loads(tree, 0, NULL);
    struct walk inside = *walk;
    inside.placed = false;
    visit(&inside, root, 0);
}

/* What an object says by itself; some nodes stand without their tag, so members tell them apart. */
static void look_at(const struct walk *walk, const json_t *object)
{
    const char *relation = json_member(object, "relname");
    const json_t *fields = json_object_get(object, "fields"), *names = json_object_get(object, "names");
    const json_t *constant = json_object_get(object, "sval"), *kind = json_object_get(object, "kind");
    if (relation) add(walk, SQL_MENTION_RELATION, json_member(object, "schemaname"), relation, object);
    if (fields) add_column(walk, object);
    if (names && json_object_get(object, "typemod")) add_listed(walk, SQL_MENTION_TYPE, names, object);
    add_listed(walk, SQL_MENTION_FUNCTION, json_object_get(object, "funcname"), object);
    add_listed(walk, SQL_MENTION_FUNCTION, json_object_get(object, "objname"), object);
    /* SUPPORT f */
    if (str_eq(json_member(object, "defname"), "support"))
        add_listed(walk, SQL_MENTION_FUNCTION, json_at(object, "arg", "List", "items", NULL), object);
    if (json_is_object(constant)) add(walk, SQL_MENTION_LITERAL, NULL, json_member(constant, "sval"), object);
    if (json_is_string(kind) && str_starts(json_string_value(kind), "AEXPR_")) {
        add_listed(walk, SQL_MENTION_OPERATOR, json_object_get(object, "name"), object);
    }
}

/* Columns that stand as bare names: UPDATE OF a, USING (a), INSERT INTO t (a), SET a = .., (row).a, ON CONFLICT (a), a
 * statistics object's. */
static void look_at_names(const struct walk *walk, const char *key, const json_t *value)
{
    static const struct { const char *key, *list, *element; } forms[] = {
        {"columns", NULL, "String"}, {"usingClause", NULL, "String"}, {"indirection", NULL, "String"},
        {"InsertStmt", "cols", "ResTarget"}, {"UpdateStmt", "targetList", "ResTarget"}, {"StatsElem", NULL, NULL}, {"IndexElem", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(key, forms[i].key) != 0) continue;
        const json_t *list = forms[i].list ? json_object_get(value, forms[i].list) : value;
        if (!forms[i].element) add(walk, SQL_MENTION_COLUMN, NULL, json_member(value, "name"), value);
        for (size_t k = 0; forms[i].element && k < json_array_size(list); k++) {
            const json_t *element = json_object_get(json_array_get(list, k), forms[i].element);
            const char *name = json_member(element, "sval");
            add(walk, SQL_MENTION_COLUMN, NULL, name ? name : json_member(element, "name"), element);
        }
    }
}

static void visit_members(const struct walk *walk, const json_t *node, int depth)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)node, key, value) {
        bool makes = strcmp(key, "CreateFunctionStmt") == 0; /* the name it gives is no call */
        if (makes) visit_members(walk, value, depth + 1);
        else visit(walk, value, depth + 1);
        if (makes) visit_body(walk, value);
        if (strcmp(key, "CommentStmt") == 0) add_commented(walk, value);
        if (walk->what == SQL_STATEMENT) look_at_names(walk, key, value);
    }
}

static void visit(const struct walk *walk, const json_t *node, int depth)
{
    if (depth > DEPTH_MAX) return;
    if (json_is_array(node)) {
        for (size_t i = 0; i < json_array_size(node); i++) visit(walk, json_array_get(node, i), depth + 1);
    }
    if (!json_is_object(node)) return;
    look_at(walk, node);
    visit_members(walk, node, depth);
}

static bool find_mentions(struct arena *arena, enum sql_island what, const char *text, struct sql_mentions *found)
{
    struct sql_error error;
    json_auto_t *node = sql_parse_node(arena, what, text, &error);
    if (!node) return false;
    struct walk walk = {.arena = arena, .what = what, .placed = true, .found = found};
    const json_t *inside = node;
    /* Not the names the frame brings along. */
    if (what == SQL_KEYS) inside = json_at(node, "IndexStmt", "indexParams", NULL);
    if (what == SQL_EXCLUDE) inside = json_at(node, "AlterTableStmt", "cmds", NULL);
    if (what == SQL_PARTITION) inside = json_at(node, "CreateStmt", "partspec", NULL);
    if (what == SQL_BOUND) inside = json_at(node, "CreateStmt", "partbound", NULL);
    visit(&walk, inside, 0);
    return true;
}

bool sql_mentions(struct arena *arena, enum sql_island what, const char *text, struct sql_mentions *found)
{
    struct sql_names names = {0};
    struct sql_error refused;
    if (what == SQL_NAMES) return sql_names_parse(arena, text, &names, &refused); /* they are what is spoken of, not mentioned */
    unsigned mine = MEMO_MENTIONS + what;
    const struct sql_mentions *known = memo_get(arena, mine, text);
    if (!known) {
        struct sql_mentions *fresh = ARENA_NEW(arena, struct sql_mentions);
        if (!find_mentions(arena, what, text, fresh)) return false;
        memo_put(arena, mine, text, fresh);
        known = fresh;
    }
    for (size_t i = 0; i < known->n; i++) vec_push(arena, found, known->at[i]);
    return true;
}

/* ---- nextval */

/* schema.name as written inside the quotes of a regclass. */
static bool read_regclass(struct arena *arena, const char *text, const char **schema, const char **name)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error)) return false;
    bool qualified = tokens.n == 3 && tokens.at[1].kind == '.';
    if (tokens.n != 1 && !qualified) return false;
    struct sql_token first = tokens.at[0], last = tokens.at[tokens.n - 1];
    *schema = qualified ? sql_fold(arena, text + first.start, first.end - first.start) : NULL;
    *name = sql_fold(arena, text + last.start, last.end - last.start);
    return true;
}

bool sql_nextval(struct arena *arena, const char *expr, const char **schema, const char **name)
{
    struct sql_error error;
    /* Not worth a parse for what can't be it: thousands of defaults are asked. */
    if (!strcasestr(expr, "nextval") && !strcasestr(expr, "u&")) return false;
    json_auto_t *node = sql_parse_node(arena, SQL_EXPR, expr, &error);
    const json_t *value = json_at(node, "SelectStmt", "targetList", "0", "ResTarget", "val", NULL);
    const json_t *call = json_object_get(value, "FuncCall"), *args = json_object_get(call, "args");
    const char *space, *function = json_qname(arena, json_object_get(call, "funcname"), &space);
    if (!str_eq(function, "nextval") || (space && strcmp(space, "pg_catalog") != 0)) return false;
    const json_t *arg = json_array_size(args) == 1 ? json_array_get(args, 0) : NULL;
    while (json_object_get(arg, "TypeCast")) arg = json_at(arg, "TypeCast", "arg", NULL);
    const char *text = json_string_value(json_at(arg, "A_Const", "sval", "sval", NULL));
    return text && read_regclass(arena, text, schema, name);
}
