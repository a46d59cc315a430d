/* check.c: what must hold in a schema once every name has found its object; a row in `checks` for each rule. */
#include <string.h>

#include "schema/resolve.h"

struct checking {
    struct resolve *r;
    const struct table *table;
    const struct object *object;
    enum severity severity;
};

__attribute__((format(printf, 4, 5)))
static struct diag *say(const struct checking *c, enum diag_code code, struct span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(c->r->ctx->arena, format, args);
    va_end(args);
    struct diag *diag = diag_add(c->r->ctx, code, span, "%s", message);
    diag_severity(diag, c->severity);
    return diag;
}

static const char *shown(const struct checking *c, const struct object *object)
{
    return object_shown(c->r->ctx->arena, object);
}

static struct span value_span(const struct object *object, const char *field)
{
    const struct value *value = object_get(object, field);
    return span_known(value->span) ? value->span : object->span;
}

/* ---- SQL islands */

struct island { const char *text; struct span span; enum sql_island what; const char *called; };

static void check_mention(const struct checking *c, const struct island *island, const struct sql_mention *mention)
{
    static const char *const system[] = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "*"};
    const struct object *table = c->table->object;
    if (mention->what == SQL_MENTION_RELATION) {
        say(c, D_INVALID, span_in(island->span, mention->offset, strlen(mention->name)), "%s cannot hold a sub-select",
            island->called);
    }
    if (mention->what != SQL_MENTION_COLUMN || (mention->schema && !str_eq(mention->schema, table->name))) return;
    for (size_t i = 0; i < sizeof system / sizeof *system; i++) {
        if (str_eq(system[i], mention->name)) return;
    }
    if (!mention->schema && str_eq(mention->name, table->name)) return; /* the whole row */
    size_t length = strlen(mention->name) + (mention->schema ? strlen(mention->schema) + 1 : 0);
    if (island->text[mention->offset] == '"') length += 2;
    find_column(c->r, c->table, mention->name, span_in(island->span, mention->offset, length));
}

static bool has_from(const struct sql_mentions *found)
{
    for (size_t i = 0; i < found->n; i++) {
        if (found->at[i].what == SQL_MENTION_RELATION) return true;
    }
    return false;
}

/* Columns inside a sub-select may be another table's: then the sub-select alone is told of. */
static void check_island(const struct checking *c, const struct island *island)
{
    struct sql_mentions found = {0};
    if (!sql_mentions(c->r->ctx->arena, island->what, island->text, &found)) return;
    bool from = has_from(&found);
    for (size_t i = 0; i < found.n; i++) {
        if (!from || found.at[i].what == SQL_MENTION_RELATION) check_mention(c, island, &found.at[i]);
    }
}

static void check_expr(const struct checking *c, const char *field, const char *called)
{
    const struct value *value = object_get(c->object, field);
    if (!value->set) return;
    check_island(c,
                 &(struct island){.text = value->expr.text, .span = value->span, .what = SQL_EXPR, .called = called});
}

static void check_expression(const struct checking *c)
{
    check_expr(c, "expression", "a check");
}

static void check_predicate(const struct checking *c)
{
    check_expr(c, "where", object_is(c->object, "index") ? "an index" : "an exclude constraint");
}

static void check_elements(const struct checking *c)
{
    const struct ast_clause *clause = ast_clause(c->object->decl, "elements");
    const struct ast_arg *arg = clause ? clause_arg_of(clause, AST_SQL, 0) : NULL;
    if (!arg) return;
    bool index = object_is(c->object, "index");
    check_island(c, &(struct island){.text = arg->text, .span = arg->span, .what = index ? SQL_KEYS : SQL_EXCLUDE,
                                     .called = index ? "an index" : "an exclude constraint"});
}

static void check_generated(const struct checking *c)
{
    const struct value *value = object_get(c->object, "generated");
    struct sql_mentions found = {0};
    check_expr(c, "generated", "a generated column");
    if (!value->set || !sql_mentions(c->r->ctx->arena, SQL_EXPR, value->expr.text, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        if (found.at[i].what != SQL_MENTION_COLUMN) continue;
        const struct object *column = table_column(c->table->object, found.at[i].name);
        if (!column || !object_get(column, "generated")->set) continue;
        say(c, D_INVALID, span_in(value->span, found.at[i].offset, strlen(column->name)),
            "a generated column cannot be made of a generated column: %s", column->name);
    }
}

static void check_default(const struct checking *c)
{
    const struct value *value = object_get(c->object, "default");
    struct sql_mentions found = {0};
    if (!value->set || !sql_mentions(c->r->ctx->arena, SQL_EXPR, value->expr.text, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        const struct sql_mention *mention = &found.at[i];
        struct span span = span_in(value->span, mention->offset, strlen(mention->name));
        if (mention->what == SQL_MENTION_RELATION) say(c, D_INVALID, span, "a default cannot hold a sub-select");
        if (mention->what != SQL_MENTION_COLUMN || has_from(&found)) continue;
        struct diag *diag = say(c, D_INVALID, span, "a default cannot mention a column: %s", mention->name);
        if (found.n == 1 && str_eq(mention->name, value->expr.text)) {
            diag_mend(c->r->ctx, diag, "write", "default '%s'", mention->name);
        }
    }
}

/* ---- columns that a parent has, too */

static bool same_type(const struct type_name *a, const struct type_name *b)
{
    return a->to == b->to && a->sql.array == b->sql.array && str_eq(a->sql.name, b->sql.name) && str_eq(a->sql.mods, b->sql.mods);
}

static void check_override(const struct checking *c)
{
    const struct object *table = c->table->object, *base = inherited_column(table, c->object->name);
    if (!base && c->table->parent) {
        struct diag *diag = say(c, D_INVALID, c->object->span, "partition %s has the columns of %s, and no others", shown(c, table),
                                shown(c, c->table->parent->object));
        diag_mend(c->r->ctx, diag, "mend", "declare %s in %s", c->object->name, shown(c, c->table->parent->object));
    }
    if (!base) return;
    struct diag *diag = NULL;
    const struct type_name *own = &object_get(c->object, "type")->type, *other = &object_get(base, "type")->type;
    if (!same_type(own, other)) {
        diag = say(c, D_CONFLICT, value_span(c->object, "type"), "%s is %s, but %s is %s", shown(c, c->object),
                   sql_type_text(c->r->ctx->arena, &own->sql), shown(c, base), sql_type_text(c->r->ctx->arena, &other->sql));
    } else if (object_flag(c->object, "nullable") && !object_flag(base, "nullable")) {
        diag = say(c, D_CONFLICT, value_span(c->object, "nullable"), "%s cannot be NULL, since %s cannot", shown(c, c->object),
                   shown(c, base));
    }
    if (diag) diag_note(c->r->ctx, diag, base->span, "%s inherits this column", shown(c, table));
}

/* ---- keys */

static void check_key_not_null(const struct checking *c)
{
    const struct value *columns = object_get(c->object, "columns");
    for (size_t i = 0; i < columns->refs.n; i++) {
        const struct object *column = columns->refs.at[i].to;
        if (!column || !object_flag(column, "nullable")) continue;
        if (ast_clause(column->decl, "primary key")) continue; /* said already: null contradicts primary key */
        struct diag *diag = say(c, D_CONFLICT, value_span(column, "nullable"),
                                "column %s is in the primary key and cannot be NULL", shown(c, column));
        diag_note(c->r->ctx, diag, columns->refs.at[i].span, "the primary key names it here");
    }
}

static void say_virtual(const struct checking *c, const struct object *column, struct span span)
{
    if (!column || !object_flag(column, "virtual")) return;
    struct diag *diag = say(c, D_INVALID, span_known(span) ? span : c->object->span, "%s is virtual: PostgreSQL makes no %s of it",
                            shown(c, column), c->object->kind->title);
    diag_note(c->r->ctx, diag, value_span(column, "virtual"), "said here");
    diag_mend(c->r->ctx, diag, "mend", "leave out `virtual`: the column is stored");
}

/* What is nowhere stored has no index. */
static void check_virtual(const struct checking *c)
{
    const struct value *columns = object_get(c->object, "columns"), *elements = object_get(c->object, "elements");
    for (size_t i = 0; i < columns->refs.n; i++) say_virtual(c, columns->refs.at[i].to, columns->refs.at[i].span);
    for (size_t i = 0; i < elements->keys.n; i++) say_virtual(c, elements->keys.at[i].column, elements->span);
}

/* ---- foreign keys */

static void check_period(const struct checking *c)
{
    static const char *const actions[] = {"on_delete", "on_update"};
    for (size_t i = 0; i < sizeof actions / sizeof *actions && object_flag(c->object, "period"); i++) {
        if (!object_get(c->object, actions[i])->set) continue;
        say(c, D_INVALID, value_span(c->object, actions[i]), "a foreign key over a period has no other action than `no action`");
    }
}

static bool same_columns(const struct refs *a, const struct refs *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++) {
        bool found = false;
        for (size_t k = 0; k < b->n; k++) found = found || str_eq(a->at[i].name, b->at[k].name);
        if (!found) return false;
    }
    return true;
}

/* The plain columns of an index; none where it has an expression or is partial. */
static struct refs plain_keys(struct arena *arena, const struct object *index)
{
    struct refs refs = {0};
    const struct value *elements = object_get(index, "elements");
    if (object_get(index, "where")->set) return refs;
    for (size_t i = 0; i < elements->keys.n; i++) {
        struct ref ref = {.to = elements->keys.at[i].column};
        if (!ref.to) return (struct refs){0};
        ref.name = ref.to->name;
        vec_push(arena, &refs, ref);
    }
    return refs;
}

bool is_unique_key(struct arena *arena, const struct object *key, const struct refs *columns)
{
    bool constraint = object_is(key, "primary_key") || object_is(key, "unique");
    bool index = object_is(key, "index") && object_flag(key, "unique");
    struct refs keys = {0};
    if (constraint) keys = object_get(key, "columns")->refs;
    if (index) keys = plain_keys(arena, key);
    return keys.n && same_columns(&keys, columns);
}

static bool is_deferrable(const struct object *key)
{
    return object_get(key, "deferrable")->set;
}

static void check_target_key(const struct checking *c)
{
    const struct object *table = object_get(c->object, "table")->ref.to;
    const struct value *targets = object_get(c->object, "target_columns");
    const struct object *deferrable = NULL;
    if (!table || !targets->refs.n || targets->refs.n != object_get(c->object, "columns")->refs.n) return;
    struct buf names = buf_new(c->r->ctx->arena);
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *key = table->children.at[i];
        if (!is_unique_key(c->r->ctx->arena, key, &targets->refs)) continue;
        if (object_flag(key, "without_overlaps") != object_flag(c->object, "period")) continue;
        if (!is_deferrable(key)) return;
        deferrable = key;
    }
    for (size_t i = 0; i < targets->refs.n; i++) {
        buf_separate(&names, "", ", ");
        sql_ident(&names, targets->refs.at[i].name);
    }
    struct diag *diag = say(c, D_INVALID, targets->span, "%s (%s) has no primary key or unique constraint to refer to",
                            shown(c, table), names.text);
    if (deferrable)
        diag_note(c->r->ctx, diag, deferrable->span, "this one is deferrable, and PostgreSQL takes none that is");
    else diag_mend(c->r->ctx, diag, "mend", "write `unique (%s%s)` in table %s", names.text,
                   object_flag(c->object, "period") ? " without overlaps" : "", shown(c, table));
}

static void check_count(const struct checking *c)
{
    const struct value *columns = object_get(c->object, "columns"), *targets = object_get(c->object, "target_columns");
    if (!targets->refs.n || !columns->refs.n || columns->refs.n == targets->refs.n) return;
    say(c, D_INVALID, targets->span, "%s refer%s to %s", str_count(c->r->ctx->arena, columns->refs.n, "column"),
        columns->refs.n == 1 ? "s" : "", str_count(c->r->ctx->arena, targets->refs.n, "column"));
}

/* Types that PostgreSQL compares with each other; any other builtin type is a family of its own. */
static const char *family(const struct sql_type *type)
{
    static const char *const families[][8] = {
        {"number", "int2", "int4", "int8", "numeric", "float4", "float8", NULL},
        {"text", "text", "varchar", "bpchar", "name", NULL},
        {"time", "date", "timestamp", "timestamptz", NULL},
        {"address", "inet", "cidr", NULL}, {"bits", "bit", "varbit", NULL},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        for (size_t k = 1; families[i][k]; k++) {
            if (str_eq(families[i][k], type->name)) return families[i][0];
        }
    }
    return type->name;
}

static void check_types(const struct checking *c)
{
    const struct value *columns = object_get(c->object, "columns"), *targets = object_get(c->object, "target_columns");
    for (size_t i = 0; i < columns->refs.n && i < targets->refs.n; i++) {
        const struct object *from = columns->refs.at[i].to, *to = targets->refs.at[i].to;
        if (!from || !to) continue;
        const struct sql_type *a = &object_get(from, "type")->type.sql, *b = &object_get(to, "type")->type.sql;
        bool builtin = str_eq(a->schema, "pg_catalog") && str_eq(b->schema, "pg_catalog");
        if (!builtin || (a->array == b->array && str_eq(family(a), family(b)))) continue;
        struct diag *diag = say(c, D_INVALID, value_span(from, "type"), "%s is %s, but refers to %s, which is %s",
                                shown(c, from), sql_type_text(c->r->ctx->arena, a), shown(c, to),
                                sql_type_text(c->r->ctx->arena, b));
        diag_note(c->r->ctx, diag, value_span(to, "type"), "the type of %s", shown(c, to));
    }
}

static void check_set_null(const struct checking *c)
{
    const struct value *named = object_get(c->object, "on_delete_columns");
    const struct value *columns = named->refs.n ? named : object_get(c->object, "columns");
    if (!str_eq(object_text(c->object, "on_delete"), "set null")) return;
    for (size_t i = 0; i < columns->refs.n; i++) {
        const struct object *column = columns->refs.at[i].to;
        if (!column || object_flag(column, "nullable")) continue;
        struct diag *diag = say(c, D_LINT, value_span(c->object, "on_delete"),
                                "`on delete set null`, but %s is NOT NULL: deletes will fail", shown(c, column));
        diag_mend(c->r->ctx, diag, "mend", "write `?` after the type of %s, or `on delete cascade`", column->name);
    }
}

static void check_delete_columns(const struct checking *c)
{
    const struct value *named = object_get(c->object, "on_delete_columns"), *columns = object_get(c->object, "columns");
    for (size_t i = 0; i < named->refs.n; i++) {
        bool found = false;
        for (size_t k = 0; k < columns->refs.n; k++)
            found = found || str_eq(columns->refs.at[k].name, named->refs.at[i].name);
        if (!found)
            say(c, D_INVALID, named->refs.at[i].span, "column %s is not in this foreign key", named->refs.at[i].name);
    }
}

/* Nobody sees what is in the attic: it would be made again and again. */
static void check_attic(const struct checking *c)
{
    if (!str_starts(c->object->name, ATTIC_COLUMN)) return;
    say(c, D_INVALID, c->object->span, "names that begin with " ATTIC_COLUMN " are those of parked columns: modelc doesn't look at them");
}

static void check_attic_schema(struct resolve *r)
{
    for (size_t i = 0; i < r->schema->roots.n; i++) {
        const struct object *root = r->schema->roots.at[i];
        if (!object_is(root, "schema") || !str_eq(root->name, ATTIC_SCHEMA)) continue;
        diag_add(r->ctx, D_INVALID, root->span, "schema " ATTIC_SCHEMA " is for what is parked: modelc doesn't look into it");
    }
}

/* ---- the list */

static const struct check {
    const char *name, *kind;
    enum severity severity;
    void (*check)(const struct checking *c);
} checks[] = {
#define CHECK(name, kind, severity) {#name, kind, severity, check_##name}
    CHECK(attic, "column", SEVERITY_ERROR),
    CHECK(default, "column", SEVERITY_ERROR),
    CHECK(generated, "column", SEVERITY_ERROR),
    CHECK(override, "column", SEVERITY_ERROR),
    CHECK(expression, "check", SEVERITY_ERROR),
    CHECK(predicate, "index", SEVERITY_ERROR),
    CHECK(predicate, "exclude", SEVERITY_ERROR),
    CHECK(elements, "index", SEVERITY_ERROR),
    CHECK(elements, "exclude", SEVERITY_ERROR),
    CHECK(key_not_null, "primary_key", SEVERITY_ERROR),
    CHECK(virtual, "primary_key", SEVERITY_ERROR),
    CHECK(virtual, "unique", SEVERITY_ERROR),
    CHECK(virtual, "exclude", SEVERITY_ERROR),
    CHECK(virtual, "index", SEVERITY_ERROR),
    CHECK(virtual, "foreign_key", SEVERITY_ERROR),
    CHECK(period, "foreign_key", SEVERITY_ERROR),
    CHECK(count, "foreign_key", SEVERITY_ERROR),
    CHECK(target_key, "foreign_key", SEVERITY_ERROR),
    CHECK(types, "foreign_key", SEVERITY_ERROR),
    CHECK(delete_columns, "foreign_key", SEVERITY_ERROR),
    CHECK(set_null, "foreign_key", SEVERITY_WARNING),
#undef CHECK
};

/* Two things cannot both have been the same thing. */
static void check_same_was(struct resolve *r, const struct objects *siblings)
{
    struct map *seen = map_new(r->ctx->arena);
    for (size_t i = 0; i < siblings->n; i++) {
        struct object *object = siblings->at[i];
        if (!object->was) continue;
        const char *old = sql_qname_str(r->ctx->arena, object->was_schema, object->was);
        const char *key = arena_printf(r->ctx->arena, "%s %s", object->kind->name, old);
        const struct object *other = map_get(seen, key);
        map_put(seen, key, object);
        if (!other) continue;
        struct diag *diag = diag_add(r->ctx, D_CONFLICT, object->was_span, "two %ss were %s", object->kind->title,
                                     object->was);
        diag_note(r->ctx, diag, other->was_span, "the other one");
    }
}

static const struct object *named_by_was(const struct objects *siblings, const struct object *object)
{
    for (size_t i = 0; object->was && i < siblings->n; i++) {
        const struct object *other = siblings->at[i];
        bool same_place = !object->was_schema || str_eq(other->parent->name, object->was_schema);
        if (other->kind == object->kind && other != object && same_place && str_eq(other->name, object->was)) return other;
    }
    return NULL;
}

/* Names that were exchanged look the same before and after: nobody could tell whether it has been done. */
static void check_exchanged(struct resolve *r, const struct objects *siblings)
{
    for (size_t i = 0; i < siblings->n; i++) {
        const struct object *object = siblings->at[i], *at = named_by_was(siblings, object);
        size_t steps = 0;
        while (at && at != object && steps++ < siblings->n) at = named_by_was(siblings, at);
        if (!at || at != object) continue;
        struct diag *diag = diag_add(r->ctx, D_CONFLICT, object->was_span, "these names go round in a circle: %s was %s, and that was another",
                                     object->name, object->was);
        diag_mend(r->ctx, diag, "mend", "rename one of them to a third name, apply that, then rename both");
        return;
    }
}

static void check_object(struct resolve *r, const struct table *table, const struct object *object)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!object_is(object, checks[i].kind)) continue;
        checks[i].check(&(struct checking){.r = r, .table = table, .object = object, .severity = checks[i].severity});
    }
}

void check_all(struct resolve *r)
{
    struct objects inside = {0}; /* what stands in any schema: a table may have been another schema's */
    for (size_t i = 0; i < r->schema->roots.n; i++) {
        const struct objects *children = &r->schema->roots.at[i]->children;
        for (size_t k = 0; k < children->n; k++) vec_push(r->ctx->arena, &inside, children->at[k]);
    }
    check_attic_schema(r);
    check_same_was(r, &r->schema->roots);
    check_same_was(r, &inside);
    check_exchanged(r, &inside);
    for (size_t i = 0; i < r->tables.n; i++) {
        const struct table *table = r->tables.at[i];
        check_same_was(r, &table->object->children);
        check_exchanged(r, &table->object->children);
        for (size_t k = 0; k < table->object->children.n; k++) check_object(r, table, table->object->children.at[k]);
    }
}
