/* resolve_sql.c: top-level SQL: CREATE statements become objects; the others wait until everything they may speak of
 * has its name. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "schema/resolve.h"

const struct ast_arg *statement_of(const struct ast_decl *decl)
{
    const struct ast_clause *clause = ast_clause(decl, "statement");
    return clause ? clause_arg_of(clause, AST_SQL, 0) : NULL;
}

bool has_field(const struct object *object, const char *field)
{
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        if (str_eq(object->kind->fields[i].name, field)) return true;
    }
    return false;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

struct span place_in(const struct ast_decl *decl, const char *word)
{
    const struct ast_arg *arg = statement_of(decl);
    size_t len = strlen(word);
    for (const char *at = arg ? arg->text : ""; *at && len; at++) {
        bool here = strncasecmp(at, word, len) == 0 && (at == arg->text || !in_word(at[-1]) || !in_word(*word));
        if (here && (!in_word(at[len]) || !in_word(word[len - 1])))
            return span_in(arg->span, (size_t)(at - arg->text), len);
    }
    return decl->name_span;
}

/* ---- what the language has a word for */

/* The statement's first line as the declaration's: `create domain d as text` -> `domain d text`. */
static const char *declared_line(struct resolve *r, const struct ast_decl *decl, const char *word,
                                 const struct sql_statement *said)
{
    const char *text = statement_of(decl)->text, *plain = sql_ident_str(r->ctx->arena, said->name), *at = text;
    struct span place = place_in(decl, plain);
    at += place.end - place.start == strlen(plain) ? place.end - statement_of(decl)->span.start : strlen(text);
    at += strspn(at, " \t");
    if (strncasecmp(at, "as ", 3) == 0) at += 3;
    const char *line = arena_strndup(r->ctx->arena, at, strcspn(at, "\r\n"));
    return arena_printf(r->ctx->arena, "%s %s %s", word, sql_qname_str(r->ctx->arena, said->schema, said->name), line);
}

static const struct declared {
    enum sql_class class;
    const char *what, *word, *rest;
} declared[] = {
    {SQL_CREATE_SEQUENCE, "a sequence", "sequence", ""}, {SQL_CREATE_SCHEMA, "a schema", "schema", ""},
    {SQL_CREATE_EXTENSION, "an extension", "extension", ""}, {SQL_CREATE_DOMAIN, "a domain", "domain", NULL},
    {SQL_CREATE_COMPOSITE, "a composite type", "composite", " { .. }"},
};

/* So that its users are not in error, too. */
static void know_type(struct resolve *r, const struct ast_decl *decl, const struct sql_statement *statement)
{
    bool type = statement->class == SQL_CREATE_DOMAIN || statement->class == SQL_CREATE_COMPOSITE;
    struct space *space = space_of(r, statement->schema ? statement->schema : schema_of_decl(decl));
    if (!type || !space || !statement->name || map_has(space->types, statement->name)) return;
    struct named *named = ARENA_NEW(r->ctx->arena, struct named);
    *named = (struct named){.what = "type", .span = decl->name_span};
    map_put(space->types, statement->name, named);
}

static bool say_declared(struct resolve *r, const struct ast_decl *decl, const struct sql_statement *statement)
{
    for (size_t i = 0; i < sizeof declared / sizeof *declared; i++) {
        if (declared[i].class != statement->class || !kind_of_word(declared[i].word)) continue;
        struct diag *diag = diag_add(r->ctx, D_INVALID, decl->name_span, "%s is declared, not created",
                                     declared[i].what);
        const char *name = sql_qname_str(r->ctx->arena, statement->schema, statement->name ? statement->name : "NAME");
        if (declared[i].rest) diag_mend(r->ctx, diag, "write", "%s %s%s", declared[i].word, name, declared[i].rest);
        else diag_mend(r->ctx, diag, "write", "%s", declared_line(r, decl, declared[i].word, statement));
        know_type(r, decl, statement);
        return true;
    }
    return false;
}

/* ---- names */

struct map *names_of_sort(struct resolve *r, struct space *space, const char *sort)
{
    struct map **sorts = space ? &space->others : &r->others;
    if (!*sorts) *sorts = map_new(r->ctx->arena);
    struct map *names = map_get(*sorts, sort);
    if (names) return names;
    names = map_new(r->ctx->arena);
    map_put(*sorts, sort, names);
    return names;
}

/* Functions, procedures and aggregates share one name space. */
static const char *sort_of(const struct kind *kind)
{
    static const char *const routines[] = {"function", "procedure", "aggregate"};
    for (size_t i = 0; i < sizeof routines / sizeof *routines; i++) {
        if (str_eq(kind->name, routines[i])) return "routine";
    }
    return kind->name;
}

static bool take(struct resolve *r, struct map *names, const struct created *made, const char *name,
                 struct object *object)
{
    struct named *named = take_name(r, names, name, made->kind->title, object->span);
    if (named) named->object = object;
    return named != NULL;
}

static void take_names(struct resolve *r, struct space *space, const struct created *made)
{
    struct object *object = made->object;
    struct map *sort = names_of_sort(r, space, sort_of(made->kind));
    if (object->has_args) {
        struct buf shown = buf_new(r->ctx->arena);
        buf_add(&shown, object->name);
        sql_args(&shown, object);
        take(r, sort, made, shown.text, object);
    } else if (made->kind->name_space == NAMES_RELATION) {
        if (take(r, space->relations, made, object->name, object)) take(r, space->types, made, object->name, object);
    } else if (made->kind->name_space == NAMES_TYPE) {
        take(r, space->types, made, object->name, object);
    } else {
        take(r, sort, made,
             object->tail ? arena_printf(r->ctx->arena, "%s%s", object->name, object->tail) : object->name, object);
    }
}

/* ---- objects */

static void define(struct resolve *r, struct created *made, struct object *object)
{
    struct build b = {.r = r, .decl = made->decl, .object = object, .in_schema = schema_of_decl(made->decl)};
    made->object = object;
    set_facets(&b);
    object->span = place_in(made->decl, made->name.on ? made->name.name : object->name);
    object->has_args = made->name.has_args;
    if (made->name.method) {
        object->tail = arena_printf(r->ctx->arena, " USING %s", sql_ident_str(r->ctx->arena, made->name.method));
    }
    if (!has_field(object, "definition")) return;
    struct value *value = object_set(object, "definition");
    set_expr(value, r->ctx, made->text);
    value->expr.text = sql_plain_create(r->ctx->arena, value->expr.text);
}

/* A range type brings its multirange type. */
static void take_also(struct resolve *r, const struct created *made, const char *schema)
{
    if (object_is(made->object, "operator_class")) return; /* its family: resolve_family.c */
    struct space *space =
        made->name.also ? space_of(r, made->name.also_schema ? made->name.also_schema : schema) : NULL;
    if (!space || !str_eq(made->kind->name, "range") || map_has(space->types, made->name.also)) return;
    struct named *named = ARENA_NEW(r->ctx->arena, struct named);
    *named = (struct named){.what = "multirange type", .span = made->object->span, .object = made->object};
    map_put(space->types, made->name.also, named);
}

/* CREATE TYPE t and, its functions being there, CREATE TYPE t (..) make one type. True where that is so. */
static bool join_shell(struct resolve *r, const struct space *space, const struct created *made)
{
    const struct named *first = str_eq(made->kind->name, "base_type") ? map_get(space->types, made->name.name) : NULL;
    if (!first || !first->object || !object_is(first->object, "base_type")) return false;
    struct value *value = object_set(first->object, "definition");
    struct arena *arena = r->ctx->arena;
    struct sql_texts statements = {0};
    struct sql_error error;
    bool shell = sql_is_shell(arena, value->expr.text), other_shell = sql_is_shell(arena, made->text->text);
    bool joined = sql_split(arena, value->expr.text, &statements, &error) && statements.n > 1;
    if (shell == other_shell || joined) return false;
    const char *whole = shell ? made->text->text : value->expr.text,
               *before = shell ? value->expr.text : made->text->text;
    value->expr.text = arena_printf(r->ctx->arena, "%s;\n%s", before, str_trim(r->ctx->arena, whole));
    return true;
}

/* Where the name alone says what it is. */
static void place(struct resolve *r, struct created *made, const char *name)
{
    const char *schema = made->name.schema;
    struct space *space = NULL;
    if (made->kind->parent) {
        if (schema && !check_space(r, schema, place_in(made->decl, schema))) return;
        space = space_of(r, schema ? schema : schema_of_decl(made->decl));
    }
    if (space && join_shell(r, space, made)) return;
    struct object *parent = space ? namespace_of(r->schema, space->name) : NULL;
    define(r, made, schema_add(r->schema, made->kind, parent, name));
    if (!made->name.has_args) take_names(r, space, made);
    take_also(r, made, space ? space->name : NULL);
}

/* ---- statements whose kind isn't here */

static void leave_statement(struct resolve *r, const struct created *made)
{
    static const struct { const char *kind, *what; bool type, relation; } known[] = {
        {"view", "view", true, true}, {"materialized_view", "materialized view", true, true},
        {"foreign_table", "foreign table", true, true}, {"domain", "domain", true, false},
        {"composite", "composite type", true, false}, {"range", "range type", true, false},
        {"base_type", "base type", true, false},
    };
    const struct sql_object_name *name = &made->name;
    const char *schema = name->on ? name->on_schema : name->schema, *what = name->kind;
    if (schema && !check_space(r, schema, place_in(made->decl, schema))) return;
    struct space *space = space_of(r, schema ? schema : schema_of_decl(made->decl));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!str_eq(known[i].kind, name->kind)) continue;
        what = known[i].what;
        if (known[i].relation && !take_name(r, space->relations, name->name, what, made->decl->name_span)) return;
        take_name(r, space->types, name->name, what, made->decl->name_span);
    }
    char *words = arena_strdup(r->ctx->arena, what);
    for (char *at = words; (at = strchr(at, '_'));) *at = ' ';
    add_unhandled(r, words, sql_qname_str(r->ctx->arena, space->name, name->name), made->decl->name_span);
}

static void declare_created(struct resolve *r, const struct ast_decl *decl, const struct sql_statement *statement)
{
    struct created *made = ARENA_NEW(r->ctx->arena, struct created);
    *made = (struct created){.decl = decl, .text = statement_of(decl)};
    if (!sql_created(r->ctx->arena, made->text->text, &made->name)) {
        const char *path =
            statement->name ? sql_qname_str(r->ctx->arena, statement->schema, statement->name) : statement->verb;
        add_unhandled(r, "statement", path ? path : "statement", decl->name_span);
        return;
    }
    made->kind = kind_find(made->name.kind);
    if (!made->kind) {
        leave_statement(r, made);
        return;
    }
    bool of_types = made->name.args.n && !made->name.has_args;
    if (!made->name.on && !of_types) place(r, made, made->name.name);
    vec_push(r->ctx->arena, &r->created, made);
}

void declare_sql(struct resolve *r, const struct ast_decl *decl)
{
    const struct ast_arg *arg = statement_of(decl);
    struct sql_statement statement = {.class = SQL_OTHER};
    struct sql_error error;
    if (!arg || !sql_classify(r->ctx->arena, arg->text, &statement, &error) || say_declared(r, decl, &statement))
        return;
    switch (statement.class) {
    case SQL_GRANT: case SQL_REVOKE: case SQL_DEFAULT_PRIVILEGES:
        vec_push(r->ctx->arena, &r->privilege_statements, decl);
        break;
    case SQL_COMMENT: vec_push(r->ctx->arena, &r->comment_statements, decl); break;
    case SQL_ALTER: vec_push(r->ctx->arena, &r->alter_statements, decl); break;
    default: declare_created(r, decl, &statement); break;
    }
}

/* ---- arguments */

/* [schema.]table.column, quotes understood; false where it is anything else. */
static size_t split_dotted(struct resolve *r, const char *text, size_t len, const char *parts[3])
{
    size_t n = 0, from = 0;
    bool quoted = false;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] == '"') quoted = !quoted;
        if (i < len && (quoted || text[i] != '.')) continue;
        if (n < 3) parts[n] = sql_fold(r->ctx->arena, text + from, i - from);
        n++;
        from = i + 1;
    }
    return n;
}

/* t.c%TYPE: what the column has at the time. */
static bool resolve_column_type(struct resolve *r, const struct ast_decl *decl, const char *text,
                                struct type_name *type)
{
    const char *parts[3];
    size_t n = split_dotted(r, text, strlen(text) - strlen("%TYPE"), parts);
    if (n < 2 || n > 3) return false;
    struct span span = place_in(decl, parts[n - 2]);
    const struct table *table = find_table(r, schema_of_decl(decl), n == 3 ? parts[0] : NULL, parts[n - 2], span, NULL);
    const struct object *column = table ? find_column(r, table, parts[n - 1], place_in(decl, parts[n - 1])) : NULL;
    if (!column) return false;
    *type = object_get(column, "type")->type;
    type->sql.mods = NULL;
    return true;
}

bool resolve_arg_types(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                       struct type_names *types)
{
    for (size_t i = 0; i < name->args.n; i++) {
        const char *text = name->args.at[i];
        struct type_name type = {.sql = {.name = "none"}, .text = "none"};
        struct sql_type bare;
        struct sql_error error;
        if (str_ends(text, "%TYPE")) {
            if (!resolve_column_type(r, decl, text, &type)) return false;
        } else if (!str_eq(text, "none")) {
            bool read = sql_type_parse(r->ctx->arena, text, &bare, &error);
            struct span span = read ? place_in(decl, bare.name) : decl->name_span;
            if (!resolve_type(r, schema_of_decl(decl), text, span, &type)) return false;
            type.sql.mods = NULL;
        }
        vec_push(r->ctx->arena, types, type);
    }
    return true;
}

/* "(a AS b)" and "FOR a LANGUAGE l" with the types as they are now known. */
static const char *name_of_types(struct resolve *r, const struct created *made, const struct type_names *types)
{
    const char *first = sql_type_text(r->ctx->arena, &types->at[0].sql);
    if (types->n > 1)
        return arena_printf(r->ctx->arena, "(%s AS %s)", first, sql_type_text(r->ctx->arena, &types->at[1].sql));
    return arena_printf(r->ctx->arena, "FOR %s LANGUAGE %s", first, sql_ident_str(r->ctx->arena, made->name.on));
}

void resolve_arguments(struct resolve *r)
{
    for (size_t i = 0; i < r->created.n; i++) {
        struct created *made = r->created.at[i];
        struct type_names types = {0};
        if (!made->name.has_args && made->name.args.n == 0) continue;
        if (!resolve_arg_types(r, made->decl, &made->name, &types)) continue;
        if (!made->name.has_args) {
            place(r, made, name_of_types(r, made, &types));
            if (made->object) made->object->args = types;
        } else if (made->object) {
            made->object->args = types;
            take_names(r, space_of(r, made->object->parent->name), made);
        }
    }
}

/* ---- what stands on a relation */

/* An object of the relation; a second one of its name names the first. */
static void place_on(struct resolve *r, struct created *made, struct object *relation)
{
    const struct object *first = object_child(relation, made->kind->name, made->name.name);
    struct span span = place_in(made->decl, made->name.name);
    if (first) {
        say_duplicate(r, span, first->span, "%s %s of %s is already defined", made->kind->title, made->name.name,
                      object_shown(r->ctx->arena, relation));
    } else if (!kind_stands_in(made->kind, relation->kind->name)) {
        diag_add(r->ctx, D_INVALID, place_in(made->decl, made->name.on), "a %s has no %s", relation->kind->title,
                 made->kind->title);
    } else {
        define(r, made, schema_add(r->schema, made->kind, relation, made->name.name));
        if (str_eq(made->kind->name, "policy")) read_policy(r, made->object, made->text);
    }
}

/* Tables hold their indexes; the columns of a materialized view, and so its indexes, are nothing that the models show.
 */
static void place_index(struct resolve *r, struct created *made)
{
    const struct sql_object_name *name = &made->name;
    struct space *space = NULL;
    const struct named *on = find_name(r, FIND_RELATION, schema_of_decl(made->decl), name->on_schema, name->on, &space);
    if (!on || !on->object || !object_is(on->object, "materialized_view")) {
        struct diag *diag = diag_add(r->ctx, D_INVALID, made->decl->name_span, "an index stands inside its table");
        const char *line = index_line(r->ctx->arena, made->text->text);
        if (line) diag_mend(r->ctx, diag, "write", "%s", line);
    } else if (!name->name) {
        diag_add(r->ctx, D_INVALID, made->decl->name_span, "an index of a materialized view needs a name");
    } else {
        made->kind = kind_find("view_index");
        define(r, made, schema_add(r->schema, made->kind, on->object, name->name));
        take(r, space->relations, made, name->name, made->object);
    }
}

void place_statements(struct resolve *r)
{
    for (size_t i = 0; i < r->created.n; i++) {
        struct created *made = r->created.at[i];
        const struct sql_object_name *name = &made->name;
        if (!name->on || name->args.n || made->object) continue;
        if (str_eq(name->kind, "index")) {
            place_index(r, made);
            continue;
        }
        struct span span = place_in(made->decl, name->on);
        struct object *relation = find_relation(r, schema_of_decl(made->decl), name->on_schema, name->on, span);
        if (relation) place_on(r, made, relation);
    }
}
