/* resolve_column.c: columns: types, serial, identity; and the constraints that stand in a column, split off. */
#include <stdlib.h>
#include <string.h>

#include "schema/resolve.h"

/* ---- inline constraints */

/* Which clauses start a constraint in a column, and what declaration each becomes. */
static const struct start { const char *clause, *word;
} starts[] = {
    {"primary key", "primary key"}, {"unique", "unique"}, {"index", "index"}, {"check", "check"},
    {"references", "foreign key"},
};

/* Options of a constraint in a column, and the constraints that take them. */
static const struct option { const char *clause, *takers;
} takers[] = {
    {"as", "references"},
    {"on delete", "references"},
    {"on update", "references"},
    {"match full", "references"},
    {"deferrable", "primary key, unique, references"},
    {"not deferrable", "primary key, unique, references"},
    {"initially deferred", "primary key, unique, references"},
    {"initially immediate", "primary key, unique, references"},
    {"nulls not distinct", "unique, index"},
    {"not valid", "check, references, not null"},
    {"not enforced", "check, references"},
    {"no inherit", "check, not null"},
    {"include", "primary key, unique, index"},
    {"with", "primary key, unique, index"},
    {"where", "index, unique"},
    {"tablespace", "primary key, unique, index"},
};

static const struct start *start_of(const char *word)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_eq(starts[i].clause, word)) return &starts[i];
    }
    return NULL;
}

static const struct option *option_of(const char *word)
{
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
        if (str_eq(takers[i].clause, word)) return &takers[i];
    }
    return NULL;
}

/* A column's own NOT NULL takes some, too. */
static bool has_options(const char *word)
{
    return start_of(word) || str_eq(word, "not null");
}

bool is_inline_clause(const char *word)
{
    return start_of(word) || option_of(word);
}

/* The constraint that an option at `i` belongs to: the nearest before it that takes it, else the first after it. */
static size_t owner_of(const struct ast_decl *column, size_t i, const struct option *option)
{
    size_t n = column->clauses.n;
    for (size_t k = 1; k < n; k++) {
        size_t at = k <= i ? i - k : k; /* backwards from i, then forwards */
        const char *word = column->clauses.at[at].word;
        if (has_options(word) && strstr(option->takers, word)) return at;
    }
    return n;
}

static struct ast_decl *split_off(struct resolve *r, const struct ast_decl *column, const struct ast_clause *clause)
{
    struct ast_decl *decl = ARENA_NEW(r->ctx->arena, struct ast_decl);
    const struct ast_arg *name = str_eq(clause->word, "references") ? NULL : clause_arg_of(clause, AST_NAME, 0);
    *decl = (struct ast_decl){.word = start_of(clause->word)->word, .name = name ? name->text : NULL,
                              .name_span = name ? name->span : clause->word_span, .span = clause->span,
                              .in_schema = column->in_schema};
    struct ast_clause copy = *clause;
    if (str_eq(clause->word, "check")) {
        copy.word = "expression";
        copy.args.n = copy.args.cap = 0;
        copy.args.at = NULL;
        const struct ast_arg *sql = clause_arg_of(clause, AST_SQL, 0);
        if (sql) vec_push(r->ctx->arena, &copy.args, *sql);
    }
    bool says_more = str_eq(clause->word, "check") || str_eq(clause->word, "references");
    if (says_more) vec_push(r->ctx->arena, &decl->clauses, copy);
    return decl;
}

void split_column(struct resolve *r, const struct ast_decl *column, struct inlines *inlines)
{
    size_t n = column->clauses.n;
    struct ast_decl **made = ARENA_ARRAY(r->ctx->arena, struct ast_decl *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct ast_clause *clause = &column->clauses.at[i];
        if (!start_of(clause->word)) continue;
        made[i] = split_off(r, column, clause);
        vec_push(r->ctx->arena, inlines, (const struct ast_decl *)made[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const struct ast_clause *clause = &column->clauses.at[i];
        const struct option *option = option_of(clause->word);
        size_t owner = option ? owner_of(column, i, option) : n;
        if (owner < n && made[owner]) vec_push(r->ctx->arena, &made[owner]->clauses, *clause);
    }
}

static void check_options(struct resolve *r, const struct ast_decl *column)
{
    for (size_t i = 0; i < column->clauses.n; i++) {
        const struct ast_clause *clause = &column->clauses.at[i];
        const struct option *option = option_of(clause->word);
        if (!option || owner_of(column, i, option) < column->clauses.n) continue;
        const char *owners = str_eq(option->takers, "references") ? "a reference (-> table)" : option->takers;
        diag_add(r->ctx, D_INVALID, clause->word_span, "`%s` stands on a column without what it belongs to: %s",
                 clause->word, owners);
    }
}

/* `constraint n not null not valid`: options of what the column says itself. */
static void set_not_null_options(struct build *b)
{
    const struct ast_decl *column = b->decl;
    for (size_t i = 0; i < column->clauses.n; i++) {
        const struct ast_clause *clause = &column->clauses.at[i];
        const struct option *option = option_of(clause->word);
        size_t owner = option ? owner_of(column, i, option) : column->clauses.n;
        if (owner == column->clauses.n || !str_eq(column->clauses.at[owner].word, "not null")) continue;
        const char *field = str_eq(clause->word, "not valid") ? "not_null_not_valid" : "not_null_no_inherit";
        *object_set(b->object, field) = (struct value){.set = true, .flag = true, .span = clause->word_span};
    }
}

/* The column's own clauses; those of its constraints are checked with each of them. */
static void check_own_clauses(struct resolve *r, const struct ast_decl *column)
{
    struct ast_decl own = *column;
    own.clauses.at = NULL;
    own.clauses.n = own.clauses.cap = 0;
    for (size_t i = 0; i < column->clauses.n; i++) {
        if (!option_of(column->clauses.at[i].word)) vec_push(r->ctx->arena, &own.clauses, column->clauses.at[i]);
    }
    check_clauses(r, &own);
}

/* ---- serial */

static const struct { const char *name, *internal, *word; } serials[] = {
    {"serial", "int4", "integer"}, {"serial4", "int4", "integer"}, {"bigserial", "int8", "bigint"},
    {"serial8", "int8", "bigint"}, {"smallserial", "int2", "smallint"}, {"serial2", "int2", "smallint"},
};

static void say_serial(struct build *b, const char *word)
{
    const struct ast_clause *clause = ast_clause(b->decl, word);
    if (!clause) return;
    struct diag *diag = diag_add(b->r->ctx, D_CONFLICT, clause->word_span, "`%s` contradicts the type %s", word,
                                 b->decl->type);
    diag_note(b->r->ctx, diag, b->decl->type_span, "the type stands here");
}

static void make_serial(struct build *b, struct value *type, const char *internal, const char *word)
{
    static const char *const refused[] = {"null", "default", "identity", "generated"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) say_serial(b, refused[i]);
    if (type->type.sql.array) diag_add(b->r->ctx, D_INVALID, b->decl->type_span, "an array of serial is not possible");
    type->type.sql = (struct sql_type){.schema = "pg_catalog", .name = internal};
    type->type.text = word;
    const struct object *sequence = serial_sequence(b->r, b->table, b->object, word);
    struct arena *arena = b->r->ctx->arena;
    const char *name = sql_qname_str(arena, sequence->parent->name, sequence->name);
    const char *call = arena_printf(arena, "nextval(%s::regclass)", sql_literal_str(arena, name));
    *object_set(b->object, "default") = (struct value){.set = true, .expr = {.text = call}, .span = b->decl->type_span};
}

static bool set_type(struct build *b)
{
    struct value *type = object_set(b->object, "type");
    *type = (struct value){.set = true, .span = b->decl->type_span};
    struct sql_error error;
    struct sql_type parsed;
    if (sql_type_parse(b->r->ctx->arena, b->decl->type, &parsed, &error) && !parsed.schema) {
        for (size_t i = 0; i < sizeof serials / sizeof *serials; i++) {
            if (!str_eq(parsed.name, serials[i].name)) continue;
            type->type.sql = parsed;
            make_serial(b, type, serials[i].internal, serials[i].word);
            return true;
        }
    }
    return resolve_type(b->r, b->in_schema, b->decl->type, b->decl->type_span, &type->type);
}

/* ---- identity, storage and the like */

static void finish_identity(struct build *b)
{
    const struct ast_clause *clause = ast_clause(b->decl, "identity");
    if (!clause) return;
    const char *type = integer_word(&object_get(b->object, "type")->type.sql);
    if (!type) {
        diag_add(b->r->ctx, D_INVALID, clause->word_span,
                 "an identity column must be smallint, integer or bigint, not %s", b->decl->type);
        return;
    }
    const struct ast_arg *arg = clause_arg_of(clause, AST_SQL, 0);
    if (!arg) return;
    struct sql_sequence options = {0};
    struct sql_error error;
    struct sequence_numbers numbers;
    if (!sql_sequence_parse(b->r->ctx->arena, arg->text, &options, &error)) {
        say_sql(b->r, arg->span, &error);
    } else if (sequence_fill(b->r, type, &options, arg->span, &numbers)) {
        struct value value = {.set = true, .span = arg->span};
        sequence_pairs(b->r->ctx, type, &numbers, &value.pairs);
        if (value.pairs.n) *object_set(b->object, "identity_options") = value;
    }
}

/* How PostgreSQL stores a type unless told otherwise; NULL where that isn't known here. */
/* Of the types that extensions bring those that everybody uses. */
static bool is_long_extension_type(const char *name)
{
    return str_eq(name, "citext") || str_eq(name, "hstore") || str_eq(name, "ltree");
}

static const char *default_storage(const struct type_name *type)
{
    static const char *const extended[] = {"text",
                                           "varchar",
                                           "bpchar",
                                           "bytea",
                                           "json",
                                           "jsonb",
                                           "xml",
                                           "tsvector",
                                           "bit",
                                           "varbit",
                                           "path",
                                           "polygon",
                                           "int4range",
                                           "int8range",
                                           "numrange",
                                           "tsrange",
                                           "tstzrange",
                                           "daterange",
                                           "int4multirange",
                                           "int8multirange",
                                           "nummultirange",
                                           "tsmultirange",
                                           "tstzmultirange",
                                           "datemultirange",
                                           "jsonpath"};
    static const char *const main_types[] = {"numeric", "inet", "cidr"};
    if (type->sql.array) return "extended";
    if (type->to && !object_is(type->to, "base_type")) return type_storage(type);
    if (!type->to && is_long_extension_type(type->sql.name)) return "extended";
    if (!str_eq(type->sql.schema, "pg_catalog")) return NULL;
    for (size_t i = 0; i < sizeof extended / sizeof *extended; i++) {
        if (str_eq(extended[i], type->sql.name)) return "extended";
    }
    for (size_t i = 0; i < sizeof main_types / sizeof *main_types; i++) {
        if (str_eq(main_types[i], type->sql.name)) return "main";
    }
    return sql_type_builtin(type->sql.name) ? "plain" : NULL;
}

static void unset_if(struct object *column, const char *field, const char *text)
{
    struct value *value = object_set(column, field);
    if (value->set && str_eq(value->text, text)) *value = (struct value){0};
}

static void finish_storage(struct build *b)
{
    unset_if(b->object, "storage", "default");
    unset_if(b->object, "storage", default_storage(&object_get(b->object, "type")->type));
    unset_if(b->object, "compression", "default");
    struct value *collation = object_set(b->object, "collation");
    const char *own = type_collation(&object_get(b->object, "type")->type);
    if (collation->set && str_eq(collation->ref.name, own)) *collation = (struct value){0};
    struct value *statistics = object_set(b->object, "statistics");
    if (!statistics->set) return;
    long n = strtol(statistics->text, NULL, 10);
    if (n < -1 || n > 10000)
        diag_add(b->r->ctx, D_INVALID, statistics->span, "statistics must be between -1 and 10000");
    statistics->text = arena_printf(b->r->ctx->arena, "%ld", n);
    if (n < 0) *statistics = (struct value){0};
}

/* ---- columns */

static bool is_system_name(const char *name)
{
    static const char *const system[] = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};
    for (size_t i = 0; i < sizeof system / sizeof *system; i++) {
        if (str_eq(name, system[i])) return true;
    }
    return false;
}

static void add_column(struct resolve *r, struct table *table, const struct ast_decl *decl)
{
    const struct object *first = object_child(table->object, "column", decl->name);
    if (first) {
        say_duplicate(r, decl->name_span, first->span, "column %s is defined twice",
                      object_shown(r->ctx->arena, first));
        return;
    }
    if (is_system_name(decl->name)) {
        diag_add(r->ctx, D_INVALID, decl->name_span, "%s is the name of a column that every table has", decl->name);
        return;
    }
    struct object *column = schema_add(r->schema, kind_find("column"), table->object,
                                       decl->name);
    struct build b = {.r = r, .decl = decl, .object = column, .table = table, .in_schema = schema_of_decl(decl)};
    set_facets(&b);
    check_own_clauses(r, decl);
    check_options(r, decl);
    apply_clauses(&b);
    set_not_null_options(&b);
    if (!set_type(&b)) return;
    finish_identity(&b);
    finish_storage(&b);
}

void resolve_columns(struct resolve *r, struct table *table)
{
    for (size_t i = 0; i < table->items.n; i++) {
        const struct ast_decl *decl = table->items.at[i].decl;
        if (str_eq(decl->word, "column")) add_column(r, table, decl);
    }
}
