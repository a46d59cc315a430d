/* effect_query.c: the relations that queries read and that INSERT, UPDATE, DELETE and their like change. */
#include <string.h>

#include "sql/effect_parts.h"

enum { DEPTH_MAX = 4000 };

/* ---- names of WITH, which are no relations */

static void collect_with(struct sql_texts *names, struct arena *arena, const json_t *node, int depth)
{
    const char *key;
    json_t *value;
    if (depth > DEPTH_MAX) return;
    for (size_t i = 0; json_is_array(node) && i < json_array_size(node); i++) {
        collect_with(names, arena, json_array_get(node, i), depth + 1);
    }
    if (!json_is_object(node)) return;
    const char *name = json_member(node, "ctename");
    if (name) vec_push(arena, names, name);
    json_object_foreach((json_t *)node, key, value) collect_with(names, arena, value, depth + 1);
}

static bool is_with(const struct sql_texts *names, const json_t *range)
{
    const char *name = json_member(range, "relname");
    if (json_object_get(range, "schemaname")) return false;
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->at[i], name)) return true;
    }
    return false;
}

/* ---- queries */

struct reading {
    struct effecting *e;
    struct sql_texts with;
};

static void visit(struct reading *r, const json_t *node, int depth);

static void read_range(struct reading *r, const json_t *range, enum lock_level lock)
{
    if (!is_with(&r->with, range)) effect_on(r->e, range, lock, 0);
}

/* Whether FOR UPDATE and its like is about this relation: without OF it is about all. */
static bool is_locked(const json_t *clause, const json_t *range)
{
    const json_t *list = json_object_get(clause, "lockedRels");
    const char *alias = json_string_value(json_at(range, "alias", "aliasname", NULL));
    const char *called = alias ? alias : json_member(range, "relname");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (str_eq(json_string_value(json_at(json_array_get(list, i), "RangeVar", "relname", NULL)), called)) return true;
    }
    return json_array_size(list) == 0;
}

/* The relations of one FROM, joins entered, subqueries not. */
static void lock_from(struct reading *r, const json_t *item, const json_t *clause)
{
    const json_t *range = json_object_get(item, "RangeVar"), *join = json_object_get(item, "JoinExpr");
    if (range && is_locked(clause, range)) read_range(r, range, LOCK_ROW_SHARE);
    if (!join) return;
    lock_from(r, json_object_get(join, "larg"), clause);
    lock_from(r, json_object_get(join, "rarg"), clause);
}

static void read_locking(struct reading *r, const json_t *select)
{
    const json_t *clauses = json_object_get(select, "lockingClause"), *from = json_object_get(select, "fromClause");
    for (size_t i = 0; i < json_array_size(clauses); i++) {
        const json_t *clause = json_at(json_array_get(clauses, i), "LockingClause", NULL);
        for (size_t j = 0; j < json_array_size(from); j++) lock_from(r, json_array_get(from, j), clause);
    }
}

/* Statements that change rows, alone or in a WITH. */
static const struct { const char *node; unsigned work; } changing[] = {
    {"InsertStmt", 0}, {"UpdateStmt", WORK_ROWS}, {"DeleteStmt", WORK_ROWS | WORK_LOSES}, {"MergeStmt", WORK_ROWS},
};

static void visit_member(struct reading *r, const char *key, const json_t *value, int depth)
{
    if (strcmp(key, "lockedRels") == 0) return; /* they name what stands in FROM */
    if (strcmp(key, "RangeVar") == 0) read_range(r, value, LOCK_ACCESS_SHARE);
    if (strcmp(key, "SelectStmt") == 0) read_locking(r, value);
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
        if (strcmp(key, changing[i].node) != 0) continue;
        effect_on(r->e, json_object_get(value, "relation"), LOCK_ROW_EXCLUSIVE, changing[i].work);
    }
    visit(r, value, depth + 1);
}

static void visit(struct reading *r, const json_t *node, int depth)
{
    const char *key;
    json_t *value;
    if (depth > DEPTH_MAX) return;
    for (size_t i = 0; json_is_array(node) && i < json_array_size(node); i++) visit(r, json_array_get(node, i), depth + 1);
    if (!json_is_object(node)) return;
    json_object_foreach((json_t *)node, key, value) visit_member(r, key, value, depth);
}

void effect_of_query(struct effecting *e, const json_t *node)
{
    struct reading r = {.e = e};
    if (!node) return;
    collect_with(&r.with, e->arena, node, 0);
    visit(&r, node, 0);
}

/* ---- statements */

static void statement(struct effecting *e, const char *node, const json_t *body)
{
    json_auto_t *whole = json_pack("{s:O}", node, body);
    effect_of_query(e, whole);
    const json_t *into = json_at(body, "intoClause", "rel", NULL);
    if (into) effect_made(e, into);
}

static void made_as(struct effecting *e, const json_t *body)
{
    effect_made(e, json_at(body, "into", "rel", NULL));
    effect_of_query(e, json_object_get(body, "query"));
}

static void view(struct effecting *e, const json_t *body)
{
    const json_t *view = json_object_get(body, "view");
    effect_names_are(e, "OBJECT_VIEW");
    if (json_is_true(json_object_get(body, "replace"))) effect_on(e, view, LOCK_ACCESS_EXCLUSIVE, 0);
    else effect_made(e, view);
    effect_names_are(e, NULL);
    effect_of_query(e, json_object_get(body, "query"));
}

static void copy(struct effecting *e, const json_t *body)
{
    bool from = json_is_true(json_object_get(body, "is_from"));
    effect_on(e, json_object_get(body, "relation"), from ? LOCK_ROW_EXCLUSIVE : LOCK_ACCESS_SHARE, 0);
    effect_of_query(e, json_object_get(body, "query"));
}

static void unknown(struct effecting *e, const json_t *body)
{
    (void)body;
    effect_others(e, "what its code locks");
}

bool effect_of_rows(struct effecting *e, const char *node, const json_t *body)
{
    static const struct { const char *node; void (*read)(struct effecting *e, const json_t *body); } forms[] = {
        {"CreateTableAsStmt", made_as}, {"ViewStmt", view}, {"CopyStmt", copy}, {"DoStmt", unknown}, {"CallStmt", unknown}};
    static const char *const queries[] = {"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt",
                                          "DeclareCursorStmt", "PrepareStmt", "ExplainStmt"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].node, node) != 0) continue;
        forms[i].read(e, body);
        return true;
    }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        if (strcmp(queries[i], node) != 0) continue;
        statement(e, node, body);
        return true;
    }
    return false;
}
