/* effect.c: which relations a statement locks, how strongly, and what it does to them meanwhile: the relations as they are found. */
#include "sql/effect_parts.h"

#include <string.h>

#include "sql/forms.h"

static struct relation_effect *find(const struct effect *effect, const char *schema, const char *name, bool index)
{
    for (size_t i = 0; i < effect->relations.n; i++) {
        struct relation_effect *at = &effect->relations.at[i];
        if (at->index == index && str_eq(at->name, name) && str_eq(at->schema, schema)) return at;
    }
    return NULL;
}

struct relation_effect *effect_named(struct effecting *e, const char *schema, const char *name, enum lock_level lock,
                                     unsigned work)
{
    struct relation_effect *known = find(e->effect, schema, name, e->names_are_indexes);
    if (known) {
        if (known->lock < lock) known->lock = lock;
        known->work |= work;
        return known;
    }
    struct relation_effect fresh = {.name = arena_strdup(e->arena, name), .lock = lock, .work = work};
    fresh.schema = schema ? arena_strdup(e->arena, schema) : NULL;
    fresh.index = e->names_are_indexes;
    fresh.rowless = e->names_are_rowless;
    vec_push(e->arena, &e->effect->relations, fresh);
    return &e->effect->relations.at[e->effect->relations.n - 1];
}

void effect_names_are(struct effecting *e, const char *object)
{
    e->names_are_indexes = str_eq(object, "OBJECT_INDEX");
    e->names_are_rowless = str_eq(object, "OBJECT_VIEW") || str_eq(object, "OBJECT_SEQUENCE");
}

static const json_t *bare(const json_t *range)
{
    const json_t *inner = json_object_get(range, "RangeVar");
    return inner ? inner : range;
}

void effect_on(struct effecting *e, const json_t *range, enum lock_level lock, unsigned work)
{
    const char *name = json_member(bare(range), "relname");
    if (name) effect_named(e, json_member(bare(range), "schemaname"), name, lock, work);
}

void effect_on_each(struct effecting *e, const json_t *list, enum lock_level lock, unsigned work)
{
    for (size_t i = 0; i < json_array_size(list); i++) effect_on(e, json_array_get(list, i), lock, work);
}

static const char *name_at(const json_t *names, size_t i)
{
    return json_string_value(json_at(json_array_get(names, i), "String", "sval", NULL));
}

void effect_on_names(struct effecting *e, const json_t *names, size_t less, enum lock_level lock, unsigned work)
{
    size_t n = json_array_size(names);
    const char *name = n > less ? name_at(names, n - less - 1) : NULL;
    if (name) effect_named(e, n > less + 1 ? name_at(names, n - less - 2) : NULL, name, lock, work);
}

void effect_made(struct effecting *e, const json_t *range)
{
    const char *name = json_member(bare(range), "relname");
    if (name) effect_named(e, json_member(bare(range), "schemaname"), name, LOCK_ACCESS_EXCLUSIVE, 0)->made = true;
}

void effect_others(struct effecting *e, const char *what)
{
    const char *before = e->effect->others;
    if (before && strstr(before, what)) return;
    e->effect->others = before ? arena_printf(e->arena, "%s; %s", before, what) : arena_strdup(e->arena, what);
}

static void add_keys(struct effecting *e, const char *schema, const char *name, struct key_doubt doubt)
{
    doubt.schema = schema ? arena_strdup(e->arena, schema) : NULL;
    doubt.table = arena_strdup(e->arena, name);
    if (doubt.constraint) doubt.constraint = arena_strdup(e->arena, doubt.constraint);
    if (doubt.column) doubt.column = arena_strdup(e->arena, doubt.column);
    vec_push(e->arena, &e->effect->keys, doubt);
}

void effect_keys(struct effecting *e, const json_t *table, struct key_doubt doubt)
{
    const char *name = json_member(bare(table), "relname");
    if (name) add_keys(e, json_member(bare(table), "schemaname"), name, doubt);
}

void effect_keys_of_names(struct effecting *e, const json_t *names, struct key_doubt doubt)
{
    size_t n = json_array_size(names);
    if (n) add_keys(e, n > 1 ? name_at(names, n - 2) : NULL, name_at(names, n - 1), doubt);
}

void effect_of_statement(struct effecting *e, const json_t *root)
{
    const char *node = json_object_iter_key(json_object_iter((json_t *)root));
    const json_t *body = json_object_get(root, node);
    if (!node || !body) return;
    if (strcmp(node, "AlterTableStmt") == 0) effect_of_alter_table(e, body);
    else if (!effect_of_rows(e, node, body)) effect_of_other(e, node, body);
}

bool sql_effect(struct arena *arena, const char *sql, int version, struct effect *effect)
{
    *effect = (struct effect){0};
    struct effecting e = {.arena = arena, .effect = effect, .version = version ? version : 150000};
    struct arena *passing = arena_new(); /* a tree's text is many times the statement's */
    struct sql_error error;
    json_auto_t *root = sql_parse_node(passing, SQL_STATEMENT, sql, &error);
    const char *older = root ? NULL : effect_older(passing, sql);
    if (older) root = sql_parse_node(passing, SQL_STATEMENT, older, &error);
    if (root) {
        const char *node = json_object_iter_key(json_object_iter(root));
        const json_t *body = json_object_get(root, node);
        effect->concurrently = sql_concurrent(node, body);
        effect->outside_transaction = effect->concurrently || sql_refuses_transaction(node, body);
        effect_of_statement(&e, root);
    }
    arena_free(passing);
    return root != NULL;
}
