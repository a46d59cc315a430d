/* naming.c: names of constraints and indexes that the models leave open: PostgreSQL's own, or by the templates of
 * `naming {}`. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"
#include "sql/figure.h"

enum { NAME_MAX_BYTES = 63 };

/* Names of columns, in a row. */
struct words { const char **at; size_t n, cap; };

static const char *joined(struct arena *arena, const struct words *words)
{
    struct buf buf = buf_new(arena);
    for (size_t i = 0; i < words->n; i++) {
        if (i) buf_addc(&buf, '_');
        buf_add(&buf, words->at[i]);
    }
    return buf.text;
}

static bool has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++) {
        if (str_eq(words->at[i], word)) return true;
    }
    return false;
}

static void add_refs(struct arena *arena, struct words *words, const struct value *value)
{
    for (size_t i = 0; i < value->refs.n; i++) vec_push(arena, words, value->refs.at[i].name);
}

/* ---- what the parts of a name are made of */

/* The table's columns in an expression, each once. */
static void add_mentioned(struct arena *arena, struct words *words, const struct object *table, const char *expr)
{
    struct sql_mentions found = {0};
    if (!expr || !sql_mentions(arena, SQL_EXPR, expr, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        const struct sql_mention *mention = &found.at[i];
        if (mention->what != SQL_MENTION_COLUMN || has_word(words, mention->name)) continue;
        if (table_column(table, mention->name)) vec_push(arena, words, mention->name);
    }
}

static const char *key_word(struct arena *arena, const struct key *key, bool figured)
{
    if (key->column) return key->column->name;
    const char *name = figured ? sql_figure_name(arena, key->expr.text) : NULL;
    return name ? name : "expr";
}

/* A name in an index's list must not repeat: the later one gets a number (ChooseIndexColumnNames). */
static void add_index_word(struct arena *arena, struct words *words, const char *name)
{
    const char *tried = name;
    for (unsigned i = 1; has_word(words, tried); i++) {
        const char *number = arena_printf(arena, "%u", i);
        size_t keep = str_clip_utf8(name, strlen(name), NAME_MAX_BYTES - strlen(number));
        tried = arena_printf(arena, "%.*s%s", (int)keep, name, number);
    }
    vec_push(arena, words, tried);
}

static struct words index_words(struct arena *arena, const struct object *object)
{
    struct words words = {0};
    const struct value *columns = object_get(object, "columns"), *elements = object_get(object, "elements");
    const struct value *include = object_get(object, "include");
    for (size_t i = 0; i < columns->refs.n; i++) add_index_word(arena, &words, columns->refs.at[i].name);
    for (size_t i = 0; i < elements->keys.n; i++)
        add_index_word(arena, &words, key_word(arena, &elements->keys.at[i], true));
    for (size_t i = 0; i < include->refs.n; i++) add_index_word(arena, &words, include->refs.at[i].name);
    return words;
}

struct parts { const char *name1, *name2, *label; };

static struct parts parts_of(struct ctx *ctx, const struct object *object)
{
    static const struct { const char *kind, *label; } labels[] = {
        {"primary_key", "pkey"}, {"unique", "key"}, {"index", "idx"}, {"exclude", "excl"}, {"foreign_key", "fkey"},
        {"check", "check"}, {"sequence", "seq"}, {"domain_check", "check"},
    };
    struct parts parts = {.label = "x"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (object_is(object, labels[i].kind)) parts.label = labels[i].label;
    }
    struct words words = {0};
    const struct object *owner = object_get(object, "owned_by")->ref.to;
    const struct object *table = owner ? owner->parent : object->parent;
    if (owner) vec_push(ctx->arena, &words, owner->name);
    else if (object_is(object, "foreign_key")) add_refs(ctx->arena, &words, object_get(object, "columns"));
    else if (object_is(object, "check"))
        add_mentioned(ctx->arena, &words, table, object_get(object, "expression")->expr.text);
    else if (!object_is(object, "primary_key")) words = index_words(ctx->arena, object);
    bool said = words.n && (!object_is(object, "check") || words.n == 1);
    parts.name1 = table->name;
    parts.name2 = said ? joined(ctx->arena, &words) : NULL;
    return parts;
}

static bool is_taken(const struct map *taken, const char *name)
{
    return taken && map_has(taken, name);
}

const char *default_name(struct ctx *ctx, const struct object *object, const struct map *taken,
                         const struct map *also_taken)
{
    struct parts parts = parts_of(ctx, object);
    const char *name = sql_object_name(ctx->arena, parts.name1, parts.name2, parts.label);
    for (unsigned i = 1; is_taken(taken, name) || is_taken(also_taken, name); i++) {
        name = sql_object_name(ctx->arena, parts.name1, parts.name2, arena_printf(ctx->arena, "%s%u", parts.label, i));
    }
    return intern(ctx->names, name);
}

const char *schema_default_name(struct ctx *ctx, const struct object *object, const struct map *taken)
{
    return default_name(ctx, object, taken, NULL);
}

/* ---- templates */

static const char *const rule_words[] = {"primary key", "unique", "foreign key", "check", "index", "exclude"};

/* The text of a hole such as "columns"; NULL where there is no such hole. */
static const char *hole_text(struct ctx *ctx, const struct object *object, const char *hole)
{
    struct words words = {0};
    if (str_eq(hole, "table")) return object->parent->name;
    if (str_eq(hole, "target")) return object_is(object, "foreign_key") ? object_get(object, "table")->ref.name : NULL;
    if (!str_eq(hole, "columns")) return NULL;
    add_refs(ctx->arena, &words, object_get(object, "columns"));
    const struct value *elements = object_get(object, "elements");
    for (size_t i = 0; i < elements->keys.n; i++)
        vec_push(ctx->arena, &words, key_word(ctx->arena, &elements->keys.at[i], false));
    if (object_is(object, "check")) {
        add_mentioned(ctx->arena, &words, object->parent, object_get(object, "expression")->expr.text);
    }
    return joined(ctx->arena, &words);
}

static const char *fill_template(struct ctx *ctx, const struct object *object, const char *template)
{
    struct buf buf = buf_new(ctx->arena);
    while (*template) {
        const char *end = *template == '{' ? strchr(template, '}') : NULL;
        const char *text =
            end ? hole_text(ctx, object, arena_strndup(ctx->arena, template + 1, (size_t)(end - template - 1))) : NULL;
        if (text) buf_add(&buf, text);
        else buf_addc(&buf, *template);
        template = text ? end + 1 : template + 1;
    }
    return buf.text;
}

static void check_template(struct resolve *r, const char *word, const struct ast_arg *arg)
{
    static const char *const holes[] = {"table", "columns", "target"};
    size_t n = sizeof holes / sizeof *holes - !str_eq(word, "foreign key");
    const char *at = arg->text;
    while ((at = strchr(at, '{'))) {
        const char *end = strchr(at, '}');
        size_t len = end ? (size_t)(end - at - 1) : strlen(at + 1);
        const char *hole = arena_strndup(r->ctx->arena, at + 1, len);
        struct suggest near = {.word = hole};
        bool known = false;
        for (size_t i = 0; i < n; i++) {
            known = known || (end && str_eq(hole, holes[i]));
            suggest_try(&near, holes[i]);
        }
        const char *shown = near.best ? arena_printf(r->ctx->arena, "{%s}", near.best) : NULL;
        if (!known) say_unknown(r, arg->span, shown, "the template for %s has no {%s}", word, hole);
        at++;
    }
}

void declare_naming(struct resolve *r, const struct ast_decl *decl)
{
    if (r->naming) {
        say_duplicate(r, decl->name_span, r->naming->name_span, "a project has one `naming`");
        return;
    }
    r->naming = decl;
    check_clauses(r, decl);
    for (size_t i = 0; i < decl->clauses.n; i++) {
        const struct ast_clause *clause = &decl->clauses.at[i];
        struct suggest near = {.word = clause->word};
        bool known = false;
        for (size_t k = 0; k < sizeof rule_words / sizeof *rule_words; k++) {
            known = known || str_eq(clause->word, rule_words[k]);
            suggest_try(&near, rule_words[k]);
        }
        const struct ast_arg *template = clause_arg_of(clause, AST_STRING, 0);
        if (!known) say_unknown(r, clause->word_span, near.best, "no names are made for %s", clause->word);
        else if (template) check_template(r, clause->word, template);
    }
}

static const char *template_of(const struct resolve *r, const struct object *object)
{
    const struct ast_clause *clause = r->naming ? ast_clause(r->naming, object->kind->word) : NULL;
    const struct ast_arg *arg = clause ? clause_arg_of(clause, AST_STRING, 0) : NULL;
    return arg ? arg->text : NULL;
}

static const char *numbered_template(struct ctx *ctx, const char *base, const struct map *taken,
                                     const struct map *also_taken)
{
    size_t keep = str_clip_utf8(base, strlen(base), NAME_MAX_BYTES);
    const char *name = arena_strndup(ctx->arena, base, keep);
    for (unsigned i = 1; is_taken(taken, name) || is_taken(also_taken, name); i++) {
        const char *number = arena_printf(ctx->arena, "%u", i);
        keep = str_clip_utf8(base, strlen(base), NAME_MAX_BYTES - strlen(number));
        name = arena_printf(ctx->arena, "%.*s%s", (int)keep, base, number);
    }
    return intern(ctx->names, name);
}

/* ---- naming what has no name */

static bool has_index(const struct object *object)
{
    static const char *const names[] = {"index", "primary_key", "unique", "exclude"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (object_is(object, names[i])) return true;
    }
    return false;
}

/* PostgreSQL names the indexes that a partition gets for its parents' before the partition's own. */
static struct map *names_for_parents(struct resolve *r, struct space *space, struct object *partition)
{
    const struct object *parent = object_get(partition, "partition_of")->ref.to;
    struct map *names = parent ? map_new(r->ctx->arena) : NULL;
    for (; parent; parent = object_get(parent, "partition_of")->ref.to) {
        for (size_t i = 0; i < parent->children.n; i++) {
            if (!has_index(parent->children.at[i])) continue;
            struct object here = *parent->children.at[i];
            here.parent = partition;
            map_put(names, default_name(r->ctx, &here, space->relations, names), partition);
        }
    }
    return names;
}

static struct map *both(struct arena *arena, const struct map *a, const struct map *b)
{
    struct map *all = map_new(arena);
    for (struct map_entry e = map_first(a); e.key; e = map_next(e)) map_put(all, e.key, e.value);
    for (struct map_entry e = map_first(b); e.key; e = map_next(e)) map_put(all, e.key, e.value);
    return all;
}

/* `reserved`: names that relations of other making will have; NULL: none. */
static void name_child(struct resolve *r, struct space *space, struct object *child, const struct map *reserved)
{
    bool relation = !object_is(child, "check") && !object_is(child, "foreign_key"),
         constraint = !object_is(child, "index");
    const struct map *relations = relation ? space->relations : NULL,
                     *constraints = constraint ? space->constraints : NULL;
    if (relation && reserved) constraints = constraints ? both(r->ctx->arena, constraints, reserved) : reserved;
    const char *template = template_of(r, child);
    const char *filled = template ? fill_template(r->ctx, child, template) : "";
    const char *name = *filled ? numbered_template(r->ctx, filled, relations, constraints)
                               : default_name(r->ctx, child, relations, constraints);
    schema_name(r->schema, child, name);
    struct named *named = ARENA_NEW(r->ctx->arena, struct named);
    *named = (struct named){.what = child->kind->title, .span = child->span, .object = child};
    if (relation) map_put(space->relations, name, named);
    if (constraint) map_put(space->constraints, name, named);
}

void name_children(struct resolve *r, struct table *table)
{
    struct space *space = space_of(r, table->object->parent->name);
    const struct map *reserved = NULL;
    for (size_t i = 0; i < table->object->children.n; i++) {
        struct object *child = table->object->children.at[i];
        if (child->name) continue;
        if (!reserved) reserved = names_for_parents(r, space, table->object);
        name_child(r, space, child, reserved);
    }
}
