/* clauses.c: a declaration's clauses become values of its object: by the kind's field list, and by code for what no
 * field says. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"

const struct ast_arg *clause_arg_of(const struct ast_clause *clause, enum ast_arg_type type, size_t nth)
{
    for (size_t i = 0; i < clause->args.n; i++) {
        const struct ast_arg *arg = &clause->args.at[i];
        if (arg->type == type && arg->text && nth-- == 0) return arg;
    }
    return NULL;
}

static const struct ast_arg *first_arg(const struct ast_clause *clause)
{
    return clause->args.n && clause->args.at[0].text ? &clause->args.at[0] : NULL;
}

/* ---- clauses that contradict each other; what is given twice, and what goes with what, the parser has said */

static const char *const contradictions[][2] = {
    {"null", "primary key"}, {"null", "identity"}, {"default", "generated"}, {"default", "identity"},
    {"generated", "identity"}, {"deferrable", "not deferrable"}, {"initially deferred", "not deferrable"},
    {"initially deferred", "initially immediate"}, {"restrictive", "permissive"}, {"generated", "backfill"},
};

static bool contradict(const char *a, const char *b)
{
    for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++) {
        const char *const *pair = contradictions[i];
        if ((str_eq(a, pair[0]) && str_eq(b, pair[1])) || (str_eq(a, pair[1]) && str_eq(b, pair[0]))) return true;
    }
    return false;
}

static void check_pair(struct resolve *r, const struct ast_clause *first, const struct ast_clause *second)
{
    bool twice = str_eq(first->word, second->word) && (str_eq(first->word, "unique") || str_eq(first->word, "index"));
    if (twice) {
        struct diag *diag = diag_add(r->ctx, D_DUPLICATE, second->word_span, "`%s` is given twice", second->word);
        diag_note(r->ctx, diag, first->word_span, "first given here");
    } else if (contradict(first->word, second->word)) {
        struct diag *diag = diag_add(r->ctx, D_CONFLICT, second->word_span, "`%s` contradicts `%s`", second->word,
                                     first->word);
        diag_note(r->ctx, diag, first->word_span, "`%s` stands here", first->word);
    }
}

void check_clauses(struct resolve *r, const struct ast_decl *decl)
{
    for (size_t i = 1; i < decl->clauses.n; i++) {
        for (size_t j = 0; j < i; j++) check_pair(r, &decl->clauses.at[j], &decl->clauses.at[i]);
    }
}

/* ---- values */

void set_expr(struct value *value, struct ctx *ctx, const struct ast_arg *arg)
{
    size_t skip = strspn(arg->text, " \t\r\n");
    const char *text = str_trim(ctx->arena, arg->text);
    uint32_t start = arg->span.start + (uint32_t)skip;
    *value = (struct value){.set = true, .expr = {.text = text}, .span = {start, start + (uint32_t)strlen(text)}};
}

static void say_twice(struct build *b, const char *name, struct span span)
{
    diag_add(b->r->ctx, D_DUPLICATE, span, "column %s is named twice", name);
}

static void push_column(struct build *b, struct value *value, const struct sql_name *name, struct span span)
{
    struct object *column = find_column(b->r, b->table, name->name, span);
    struct ref ref = {.name = name->name, .to = column, .span = span};
    if (!column && !b->table->open) return;
    for (size_t i = 0; i < value->refs.n; i++) {
        if (str_eq(value->refs.at[i].name, name->name)) say_twice(b, name->name, span);
    }
    vec_push(b->r->ctx->arena, &value->refs, ref);
}

void set_refs(struct build *b, struct value *value, const struct ast_arg *arg)
{
    struct sql_names names = {0};
    struct sql_error error;
    *value = (struct value){.set = true, .span = arg->span};
    if (!sql_names_parse(b->r->ctx->arena, arg->text, &names, &error)) {
        say_sql(b->r, arg->span, &error);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        push_column(b, value, &names.at[i], span_in(arg->span, names.at[i].offset, names.at[i].length));
    }
}

/* Collations that pg_catalog brings; others are found by the server along the search path. */
static struct ref collation_ref(const char *schema, const char *name, struct span span)
{
    static const char *const builtin[] = {"C", "POSIX", "default", "ucs_basic"};
    bool known = name && (str_ends(name, "-x-icu") || strchr(name, '.'));
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++) known = known || str_eq(name, builtin[i]);
    return (struct ref){.schema = schema || !known ? schema : "pg_catalog", .name = name, .span = span};
}

static void push_key(struct build *b, struct value *value, const struct sql_key *from, struct span island)
{
    struct span span = span_in(island, from->offset, from->length);
    struct key key = {.expr = {.text = from->expr}, .opclass = {.schema = from->opclass_schema, .name = from->opclass},
                      .opclass_options = from->opclass_options, .desc = from->desc,
                      .nulls_first = from->nulls ? from->nulls == 1 : from->desc,
                      .operator_schema = from->operator_schema, .operator_name = from->operator_name};
    if (from->collation) key.collation = collation_ref(from->collation_schema, from->collation, span);
    if (from->column) {
        key.column = find_column(b->r, b->table, from->column, span);
        if (!key.column) return;
    }
    vec_push(b->r->ctx->arena, &value->keys, key);
}

static void set_keys(struct build *b, struct value *value, const struct ast_arg *arg)
{
    struct sql_keys keys = {0};
    struct sql_error error;
    *value = (struct value){.set = true, .span = arg->span};
    enum sql_island what = object_is(b->object, "exclude") ? SQL_EXCLUDE : SQL_KEYS;
    if (!sql_keys_parse(b->r->ctx->arena, what, arg->text, &keys, &error)) {
        say_sql(b->r, arg->span, &error);
        return;
    }
    for (size_t i = 0; i < keys.n; i++) push_key(b, value, &keys.at[i], arg->span);
}

static void set_pairs(struct build *b, struct value *value, const struct ast_arg *arg)
{
    struct sql_error error;
    *value = (struct value){.set = true, .span = arg->span};
    if (!sql_options_parse(b->r->ctx->arena, arg->text, &value->pairs, &error)) say_sql(b->r, arg->span, &error);
}

static void set_ref(struct build *b, const struct field *field, struct value *value, const struct ast_arg *arg)
{
    *value = (struct value){.set = true, .span = arg->span};
    value->ref = (struct ref){.schema = arg->schema, .name = arg->text, .span = arg->span};
    if (str_eq(field->refers, "collation")) value->ref = collation_ref(arg->schema, arg->text, arg->span);
    bool schema = str_eq(field->refers, "schema") && !str_starts(arg->text, "pg_");
    if (schema && check_space(b->r, arg->text, arg->span)) value->ref.to = namespace_of(b->r->schema, arg->text);
}

static void set_field(struct build *b, const struct field *field, struct value *value, const struct ast_clause *clause)
{
    const struct ast_arg *arg = first_arg(clause);
    if (field->type == VALUE_FLAG) {
        *value = (struct value){.set = true, .flag = true, .span = clause->word_span};
        return;
    }
    if (!arg) return;
    switch (field->type) {
    case VALUE_WORD: case VALUE_TEXT:
        if (!str_eq(arg->text, field->absent))
            *value = (struct value){.set = true, .text = arg->text, .span = arg->span};
        break;
    case VALUE_REF: set_ref(b, field, value, arg); break;
    case VALUE_REFS: set_refs(b, value, arg); break;
    case VALUE_EXPR: set_expr(value, b->r->ctx, arg); break;
    case VALUE_KEYS: set_keys(b, value, arg); break;
    case VALUE_PAIRS: set_pairs(b, value, arg); break;
    case VALUE_FLAG: case VALUE_TYPE: case VALUE_LABELS: break;
    }
}

/* ---- clauses that no field says */

static void set_word(struct build *b, const char *field, const char *text, struct span span)
{
    *object_set(b->object, field) = (struct value){.set = true, .text = text, .span = span};
}

static void set_columns(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *arg = first_arg(clause);
    struct sql_names names = {0};
    struct sql_error error;
    if (!arg) return;
    set_refs(b, object_set(b->object, "columns"), arg);
    if (!sql_names_parse(b->r->ctx->arena, arg->text, &names, &error)) return;
    const char *field = object_is(b->object, "foreign_key") ? "period" : "without_overlaps";
    if (names.period || names.without_overlaps)
        *object_set(b->object, field) = (struct value){.set = true, .flag = true, .span = arg->span};
}

static void set_not_null(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *name = clause_arg_of(clause, AST_NAME, 0);
    bool domain = object_is(b->object, "domain");
    struct value flag = {.set = true, .flag = true, .span = clause->word_span};
    if (domain) *object_set(b->object, "not_null") = flag;
    const char *field = domain ? "not_null_name" : "not_null";
    if (name) *object_set(b->object, field) = (struct value){.set = true, .text = name->text, .span = name->span};
}

static void set_include(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *arg = first_arg(clause);
    if (arg) set_refs(b, object_set(b->object, "include"), arg);
}

/* `deferrable` alone, or with `initially deferred`, which implies it. */
static void set_deferrable(struct build *b, const struct ast_clause *clause)
{
    bool deferred = ast_clause(b->decl, "initially deferred") != NULL;
    set_word(b, "deferrable", deferred ? "deferrable initially deferred" : "deferrable", clause->word_span);
}

static void set_on_delete(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *action = clause_arg_of(clause, AST_WORD, 0), *columns = clause_arg_of(clause, AST_SQL, 0);
    if (action && !str_eq(action->text, "no action")) set_word(b, "on_delete", action->text, clause->span);
    if (!columns) return;
    if (action && !str_starts(action->text, "set ")) {
        diag_add(b->r->ctx, D_INVALID, columns->span, "`on delete %s` takes no columns", action->text);
        return;
    }
    set_refs(b, object_set(b->object, "on_delete_columns"), columns);
}

static void set_on_update(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *action = clause_arg_of(clause, AST_WORD, 0), *columns = clause_arg_of(clause, AST_SQL, 0);
    if (action && !str_eq(action->text, "no action")) set_word(b, "on_update", action->text, clause->span);
    if (columns) diag_add(b->r->ctx, D_INVALID, columns->span, "`on update` takes no columns");
}

static void set_match(struct build *b, const struct ast_clause *clause)
{
    set_word(b, "match", "full", clause->span);
}

static void set_identity(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *kind = clause_arg_of(clause, AST_WORD, 0);
    set_word(b, "identity", kind ? kind->text : "by default", clause->word_span);
}

static void set_generated(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *sql = clause_arg_of(clause, AST_SQL, 0), *word = clause_arg_of(clause, AST_WORD, 0);
    if (sql) set_expr(object_set(b->object, "generated"), b->r->ctx, sql);
    if (!word || !str_eq(word->text, "virtual")) return;
    *object_set(b->object, "virtual") = (struct value){.set = true, .flag = true, .span = word->span};
}

static void set_convert(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *up = clause_arg_of(clause, AST_SQL, 0), *back = clause_arg_of(clause, AST_SQL, 1);
    if (up) set_expr(object_set(b->object, "convert"), b->r->ctx, up);
    if (back) set_expr(object_set(b->object, "convert_back"), b->r->ctx, back);
}

static void set_owner(struct build *b, const struct ast_clause *clause)
{
    const struct ast_arg *role = first_arg(clause);
    bool differs = role && b->object->owner && !str_eq(b->object->owner, role->text);
    if (differs) diag_add(b->r->ctx, D_CONFLICT, role->span, "the owner is %s elsewhere", b->object->owner);
    if (role) b->object->owner = role->text;
}

/* Kind and word; no function: other code reads the clause. */
static const struct rule {
    const char *kind, *word;
    void (*set)(struct build *b, const struct ast_clause *clause);
} rules[] = {
    {"schema", "owner", set_owner},
    {"sequence", "options", NULL},
    {"domain", "null", NULL}, {"domain", "check", NULL}, {"domain", "not valid", NULL},
    {"table", "owner", set_owner}, {"table", "inherits", NULL}, {"table", "of", NULL}, {"table", "partition by", set_partition_key},
    {"domain", "not null", set_not_null},
    {"column", "not null", set_not_null}, {"column", "identity", set_identity}, {"column", "generated", set_generated},
    {"column", "convert", set_convert},
    {"primary_key", "columns", set_columns}, {"primary_key", "include", set_include},
    {"primary_key", "deferrable", set_deferrable}, {"primary_key", "not deferrable", NULL},
    {"primary_key", "initially deferred", set_deferrable}, {"primary_key", "initially immediate", NULL},
   
    {"unique", "columns", set_columns}, {"unique", "include", set_include}, {"unique", "deferrable", set_deferrable},
    {"unique", "not deferrable", NULL}, {"unique", "initially deferred", set_deferrable},
    {"unique", "initially immediate", NULL},
    {"exclude", "include", set_include}, {"exclude", "deferrable", set_deferrable}, {"exclude", "not deferrable", NULL},
    {"exclude", "initially deferred", set_deferrable}, {"exclude", "initially immediate", NULL},
   
    {"index", "include", set_include},
    {"foreign_key", "columns", set_columns}, {"foreign_key", "references", NULL}, {"foreign_key", "as", NULL},
    {"foreign_key", "on delete", set_on_delete}, {"foreign_key", "on update", set_on_update},
    {"foreign_key", "match full", set_match}, {"foreign_key", "deferrable", set_deferrable},
    {"foreign_key", "not deferrable", NULL}, {"foreign_key", "initially deferred", set_deferrable},
    {"foreign_key", "initially immediate", NULL},
};

static const struct rule *rule_of(const struct kind *kind, const char *word)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (str_eq(rules[i].word, word) && str_eq(rules[i].kind, kind->name)) return &rules[i];
    }
    return NULL;
}

static void say_foreign_clause(struct build *b, const struct ast_clause *clause)
{
    struct resolve *r = b->r;
    const struct kind *kind = b->object->kind;
    struct suggest near = {.word = clause->word};
    for (size_t i = 0; i < kind->n_fields; i++) suggest_try(&near, kind->fields[i].word);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (str_eq(rules[i].kind, kind->name)) suggest_try(&near, rules[i].word);
    }
    struct diag *diag = diag_add(r->ctx, D_INVALID, clause->word_span, "`%s` does not belong to %s %s", clause->word,
                                 strchr("aeio", kind->title[0]) ? "an" : "a", kind->title);
    if (near.best) diag_mend(r->ctx, diag, "did you mean", "%s", near.best);
}

/* @online(never): how its table is changed while it is in use. */
static void set_online(struct build *b, const struct ast_clause *clause)
{
    static const struct { const char *name; enum online_word word; } words[] = {
        {"never", ONLINE_NEVER}, {"always", ONLINE_ALWAYS}, {"large", ONLINE_LARGE},
    };
    const struct ast_arg *arg = clause->args.n ? &clause->args.at[0] : NULL;
    const char *text = arg && arg->text ? str_trim(b->r->ctx->arena, arg->text) : "";
    struct suggest near = {.word = text};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(words[i].name, text)) b->object->online = words[i].word;
        suggest_try(&near, words[i].name);
    }
    if (b->object->online) return;
    struct diag *diag = diag_add(b->r->ctx, D_INVALID, arg ? arg->span : clause->word_span, "`@online` takes never, always or large");
    if (near.best) diag_mend(b->r->ctx, diag, "did you mean", "@online(%s)", near.best);
}

static void apply(struct build *b, const struct ast_clause *clause)
{
    if (str_eq(clause->word, "@online")) set_online(b, clause);
    if (clause->word[0] == '@' || str_eq(clause->word, "was")) return;
    const struct kind *kind = b->object->kind;
    for (size_t i = 0; i < kind->n_fields; i++) {
        if (!kind->fields[i].word || !str_eq(kind->fields[i].word, clause->word)) continue;
        set_field(b, &kind->fields[i], &b->object->values[i], clause);
        return;
    }
    const struct rule *rule = rule_of(kind, clause->word);
    if (rule && rule->set) rule->set(b, clause);
    if (!rule) say_foreign_clause(b, clause);
}

void apply_clauses(struct build *b)
{
    for (size_t i = 0; i < b->decl->clauses.n; i++) {
        const struct ast_clause *clause = &b->decl->clauses.at[i];
        bool inside = object_is(b->object, "column") && is_inline_clause(clause->word);
        if (!inside) apply(b, clause);
    }
}

/* ---- what every object has */

static void set_was(struct build *b)
{
    const struct ast_clause *clause = ast_clause(b->decl, "was");
    const struct ast_arg *arg = clause ? first_arg(clause) : NULL;
    if (!arg) return;
    struct object *object = b->object;
    const struct object *namespace = object->kind->parent ? object_schema(object) : NULL;
    bool in_schema = object->parent && object_is(object->parent, "schema");
    object->was = arg->text;
    object->was_span = arg->span;
    if (in_schema) {
        /* unqualified: the object's own schema, unless that would be itself; then the file's (`table media.t was t`) */
        bool itself = str_eq(object->was, object->name);
        object->was_schema = arg->schema ? arg->schema : itself ? b->decl->in_schema : namespace->name;
    }
    bool same = str_eq(object->was, object->name) && (!in_schema || str_eq(object->was_schema, namespace->name));
    if (same)
        diag_add(b->r->ctx, D_INVALID, arg->span, "%s was never called anything else: `was` names itself",
                 object->name);
    if (arg->schema && !in_schema) {
        diag_add(b->r->ctx, D_INVALID, arg->span, "`was` of %s takes a name without a schema", b->object->kind->title);
    }
}

void set_facets(struct build *b)
{
    struct object *object = b->object;
    object->span = b->decl->name_span;
    object->decl = b->decl;
    if (b->decl->doc) {
        object->comment = b->decl->doc;
        object->comment_span = b->decl->name_span;
    }
    const struct space *space = space_of(b->r, b->in_schema);
    object->search_path = space ? space->search_path : "public";
    set_was(b);
}
