/* uses.c: what an object's SQL mentions, found among the objects of its schema. Where a name may mean several things all of
 * them count: an order that is too strict does no harm. */
#include <ctype.h>

#include "schema/diff_parts.h"

struct search {
    struct ctx *ctx;
    const struct object *user;
    const struct schema *schema;
    struct sql_mentions mentions;
    bool bodies;              /* looking at mentions in routines' bodies, else at the others */
    struct objects relations; /* that are mentioned: whose columns a bare name may be */
    struct objects *found;
};

static void push(struct search *s, struct object *object)
{
    if (!object || object == s->user || object == s->user->parent) return;
    for (size_t i = 0; i < s->found->n; i++) {
        if (s->found->at[i] == object) return;
    }
    vec_push(s->ctx->arena, s->found, object);
}

/* Whether a name that was said with or without a schema may mean something in `namespace`. */
static bool may_be_in(const struct search *s, const char *said, const struct object *namespace)
{
    if (said) return str_eq(said, namespace->name);
    const char *path = s->user->search_path;
    return !path || !*path || strstr(path, namespace->name) != NULL;
}

enum sort { RELATIONS, ROUTINES, TYPES, OPERATORS, CLASSES };

static bool is_of(const struct object *object, enum sort sort)
{
    static const char *const names[][8] = {
        [RELATIONS] = {"table", "view", "materialized_view", "foreign_table", "sequence"},
        [ROUTINES] = {"function", "procedure", "aggregate"},
        [TYPES] = {"enum", "domain", "composite", "range", "base_type", "table", "view"},
        [OPERATORS] = {"operator"},
        [CLASSES] = {"operator_class"},
    };
    for (size_t i = 0; i < 8 && names[sort][i]; i++) {
        if (object_is(object, names[sort][i])) return true;
    }
    return false;
}

static void enter(struct ctx *ctx, struct map *called, struct object *object)
{
    struct objects *of_name = object->name ? map_get(called, object->name) : NULL;
    if (!object->name) return;
    if (!of_name) {
        of_name = ARENA_NEW(ctx->arena, struct objects);
        map_put(called, object->name, of_name);
    }
    vec_push(ctx->arena, of_name, object);
}

/* What stands in the schemas, by name: made once, and again where something was added since. */
static const struct objects *all_called(struct search *s, const char *name)
{
    struct schema *schema = (struct schema *)s->schema;
    if (!schema->called || schema->n_called != schema->all.n) {
        schema->called = map_new(s->ctx->arena);
        schema->n_called = schema->all.n;
        for (size_t i = 0; i < schema->roots.n; i++) {
            const struct object *namespace = schema->roots.at[i];
            for (size_t k = 0; object_is(namespace, "schema") && k < namespace->children.n; k++) {
                enter(s->ctx, schema->called, namespace->children.at[k]);
            }
        }
    }
    return map_get(schema->called, name);
}

/* A row of it is a value whose fields may be named. */
static bool has_fields(const struct object *object)
{
    return object_is_relation(object) || object_is(object, "composite");
}

static void find(struct search *s, enum sort sort, const char *schema, const char *name)
{
    const struct objects *called = all_called(s, name);
    for (size_t i = 0; called && i < called->n; i++) {
        struct object *object = called->at[i];
        if (!is_of(object, sort) || !may_be_in(s, schema, object->parent)) continue;
        push(s, object);
        if (sort == RELATIONS || has_fields(object)) vec_push(s->ctx->arena, &s->relations, object);
    }
}

static void push_type(struct search *s, struct object *type)
{
    push(s, type);
    if (type && has_fields(type)) vec_push(s->ctx->arena, &s->relations, type);
}

static void find_columns(struct search *s, const char *name)
{
    for (size_t i = 0; i < s->relations.n; i++) {
        const struct object *relation = s->relations.at[i];
        for (size_t k = 0; k < relation->children.n; k++) {
            struct object *child = relation->children.at[k];
            bool field = object_is(child, "column") || object_is(child, "attribute");
            bool meant = field && (str_eq(name, "*") || str_eq(child->name, name));
            if (meant) push(s, child);
        }
    }
}

/* to_tsvector('app.german', ..): a configuration is named by a text. */
static void find_configuration(struct search *s, const char *text)
{
    for (size_t i = 0; text && i < s->schema->all.n; i++) {
        struct object *object = s->schema->all.at[i];
        if (!object_is(object, "text_search_configuration")) continue;
        bool meant = str_eq(text, sql_ident_str(s->ctx->arena, object->name)) ||
                     str_eq(text, sql_qname_str(s->ctx->arena, object->parent->name, object->name));
        if (meant) push(s, object);
    }
}

/* The length of a name as SQL writes it; 0 where none begins. */
static size_t name_length(const char *at)
{
    size_t n = 0;
    if (*at != '"') {
        while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '$' || (unsigned char)at[n] >= 0x80) n++;
        return n;
    }
    for (n = 1; at[n]; n++) {
        if (at[n] == '"' && at[n + 1] != '"') return n + 1;
        if (at[n] == '"') n++;
    }
    return 0;
}

/* Whether something may be meant by a text: its name alone is a relation's or type's too, with arguments a routine's or operator's. */
static bool may_be_text(const struct object *object, bool with_args)
{
    if (is_of(object, ROUTINES) || is_of(object, OPERATORS)) return true;
    return !with_args && !object_is(object, "sequence") && (is_of(object, TYPES) || is_of(object, RELATIONS));
}

/* 'app.log'::regclass, 'app.next(int)'::regprocedure, 'app.=='::regoper: with its schema, since any word may be a text. */
static void find_qualified(struct search *s, const char *text)
{
    size_t first = text ? name_length(text) : 0, second = 0, sign = 0;
    const char *last = first && text[first] == '.' ? text + first + 1 : NULL;
    if (last) second = name_length(last);
    if (last && !second) second = sign = strspn(last, "+-*/<>=~!@#%^&|`?");
    char after = second ? last[second] : 'x';
    if (after && after != '(' && after != '[') return;
    const char *schema = sql_fold(s->ctx->arena, text, first);
    const struct objects *called =
        all_called(s, sign ? arena_strndup(s->ctx->arena, last, sign) : sql_fold(s->ctx->arena, last, second));
    for (size_t i = 0; called && i < called->n; i++) {
        struct object *object = called->at[i];
        if (str_eq(object->parent->name, schema) && may_be_text(object, after == '(')) push(s, object);
    }
}

/* What only a text names. */
static void find_texts(struct search *s)
{
    bool configured = schema_count(s->schema, "text_search_configuration") > 0;
    for (size_t i = 0; i < s->mentions.n; i++) {
        const struct sql_mention *mention = &s->mentions.at[i];
        if (mention->what != SQL_MENTION_LITERAL || mention->in_body != s->bodies) continue;
        if (configured) find_configuration(s, mention->name);
        find_qualified(s, mention->name);
    }
}

static void find_all(struct search *s)
{
    find_texts(s);
    static const struct { int what; enum sort sort; } sorts[] = {
        {SQL_MENTION_RELATION, RELATIONS}, {SQL_MENTION_FUNCTION, ROUTINES}, {SQL_MENTION_TYPE, TYPES}, {SQL_MENTION_OPERATOR, OPERATORS},
    };
    for (size_t i = 0; i < s->mentions.n; i++) {
        const struct sql_mention *mention = &s->mentions.at[i];
        if (mention->in_body != s->bodies) continue;
        for (size_t k = 0; k < sizeof sorts / sizeof *sorts; k++) {
            if ((int)mention->what == sorts[k].what && mention->name) find(s, sorts[k].sort, mention->schema, mention->name);
        }
    }
    for (size_t i = 0; i < s->mentions.n; i++) {
        const struct sql_mention *mention = &s->mentions.at[i];
        if (mention->what == SQL_MENTION_COLUMN && mention->in_body == s->bodies) find_columns(s, mention->name);
    }
}

static void read_statements(struct search *s, const char *text)
{
    struct sql_texts statements = {0};
    struct sql_error error;
    if (!sql_split(s->ctx->arena, text, &statements, &error)) return;
    for (size_t i = 0; i < statements.n; i++) sql_mentions(s->ctx->arena, SQL_STATEMENT, statements.at[i], &s->mentions);
}

static void read_field(struct search *s, const struct field *field, const struct value *value)
{
    if (!value->set || field->means == LIVE) return;
    if (field->type == VALUE_EXPR && field->island == SQL_STATEMENTS) read_statements(s, value->expr.text);
    else if (field->type == VALUE_EXPR) sql_mentions(s->ctx->arena, field->island, value->expr.text, &s->mentions);
    for (size_t i = 0; field->type == VALUE_KEYS && i < value->keys.n; i++) {
        const struct key *key = &value->keys.at[i];
        if (key->expr.text) sql_mentions(s->ctx->arena, SQL_EXPR, key->expr.text, &s->mentions);
        if (key->opclass.name) find(s, CLASSES, key->opclass.schema, key->opclass.name);
    }
}

/* Most schemas have no code at all: then no expression of a table is worth reading again. */
static bool has_code(struct ctx *ctx, const struct schema *schema)
{
    (void)ctx;
    return schema_count(schema, "function") + schema_count(schema, "operator") + schema_count(schema, "aggregate") +
           schema_count(schema, "composite") + schema_count(schema, "domain") + schema_count(schema, "range") +
           schema_count(schema, "operator_class") + schema_count(schema, "text_search_configuration") > 0;
}

/* 't'::regclass */
static bool has_text_name(const struct object *object)
{
    const char *text = object_get(object, "default")->expr.text;
    return text && strstr(text, "::") && strstr(text, "reg");
}

static bool is_worth_reading(struct ctx *ctx, const struct object *object)
{
    static const char *const parts[] = {"column", "check", "index", "exclude"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (object_is(object, parts[i])) return has_code(ctx, object->home) || has_text_name(object);
    }
    return true;
}

const struct objects *object_uses(struct ctx *ctx, const struct object *object)
{
    struct object *keeper = (struct object *)object;
    if (object->uses_known) return &object->uses;
    keeper->uses_known = true;
    if (object->kind->calls) uses_called(ctx, keeper);
    if (object->live) return &object->uses;
    uses_default_classes(ctx, keeper);
    if (!is_worth_reading(ctx, object)) return &object->uses;
    struct search search = {.ctx = ctx, .user = object, .schema = object->home, .found = &keeper->uses};
    for (size_t i = 0; i < object->kind->n_fields; i++) read_field(&search, &object->kind->fields[i], &object->values[i]);
    if (object->parent && object_is(object->parent, "table")) vec_push(ctx->arena, &search.relations, object->parent);
    for (size_t i = 0; i < object->args.n; i++) push_type(&search, object->args.at[i].to);
    find_all(&search);
    search.bodies = true;
    search.found = &keeper->mentions;
    find_all(&search);
    return &object->uses;
}
