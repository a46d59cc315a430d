/* folded.c: what PostgreSQL may run while it merely reads an expression: calls whose arguments hold no column. */
#include <string.h>

#include "sql/raw.h"

enum { DEPTH_MAX = 4000 };

struct walk {
    struct arena *arena;
    enum sql_island what;
    struct sql_mentions *found;
};

static void add(const struct walk *walk, int what, const json_t *list, const json_t *at)
{
    const char *schema, *name = json_qname(walk->arena, list, &schema);
    if (!name) return;
    struct sql_mention mention = {.schema = schema ? arena_strdup(walk->arena, schema) : NULL,
                                  .name = arena_strdup(walk->arena, name),
                                  .offset = json_offset(at, walk->what)};
    mention.what = (unsigned)what;
    vec_push(walk->arena, walk->found, mention);
}

/* An object without a column in it. A cast of a literal is its type's input, any other may be a function. */
static void look_at(const struct walk *walk, const json_t *object)
{
    const json_t *arg = json_object_get(object, "arg"), *type = json_object_get(object, "typeName");
    const char *kind = json_member(object, "kind");
    add(walk, SQL_MENTION_FUNCTION, json_object_get(object, "funcname"), object);
    if (kind && str_starts(kind, "AEXPR_")) add(walk, SQL_MENTION_OPERATOR, json_object_get(object, "name"), object);
    if (type && arg && !json_object_get(arg, "A_Const")) add(walk, SQL_MENTION_TYPE, json_object_get(type, "names"), object);
}

/* Whether there is a column in it. What is too deep is taken for one that has none. */
static bool visit(const struct walk *walk, const json_t *node, int depth)
{
    bool column = json_object_get(node, "ColumnRef") != NULL;
    const char *key;
    json_t *value;
    if (depth > DEPTH_MAX) return false;
    for (size_t i = 0; json_is_array(node) && i < json_array_size(node); i++) {
        if (visit(walk, json_array_get(node, i), depth + 1)) column = true;
    }
    if (!json_is_object(node)) return column;
    json_object_foreach((json_t *)node, key, value) {
        if (visit(walk, value, depth + 1)) column = true;
    }
    if (!column) look_at(walk, node);
    return column;
}

bool sql_folded(struct arena *arena, enum sql_island what, const char *text, struct sql_mentions *found)
{
    struct sql_error error;
    if (!strpbrk(text, "(+-*/<>=~!@#%^&|`?:") && !strcasestr(text, "cast")) return true; /* no call, and not worth a parse */
    json_auto_t *node = sql_parse_node(arena, what, text, &error);
    if (!node) return false;
    struct walk walk = {.arena = arena, .what = what, .found = found};
    visit(&walk, node, 0);
    return true;
}
