/* resolve_alter.c: ALTER statements of models: each sets a field of what it speaks of, or belongs to its definition. */
#include <string.h>

#include "base/suggest.h"
#include "schema/resolve.h"

struct altering {
    struct resolve *r;
    const struct ast_decl *decl;
    const struct ast_arg *text;
    const struct sql_object_name *name;
    struct object *object;
    const struct sql_alteration *done;
};

static struct span place_of(const struct altering *a)
{
    return a->done->length ? span_in(a->text->span, a->done->offset, a->done->length) : a->decl->name_span;
}

/* A column that only the parent of its table declares has what that says, until something else is said of it. */
static bool is_of_parent(const struct object *object, const struct value *value)
{
    const struct object *base =
        object_is(object, "column") && column_is_parents(object) ? inherited_column(object->parent, object->name) : NULL;
    const struct value *said = base ? &base->values[value - object->values] : NULL;
    return said && value->span.start == said->span.start && value->span.end == said->span.end;
}

/* False where it is already said otherwise: an error. */
static bool may_set(const struct altering *a, const struct object *object, const struct value *value, bool same)
{
    if (!value->set || same || is_of_parent(object, value)) return true;
    char *field = arena_strdup(a->r->ctx->arena, object->kind->fields[value - object->values].name);
    for (char *at = field; (at = strchr(at, '_'));) *at = ' ';
    struct diag *diag = diag_add(a->r->ctx, D_CONFLICT, place_of(a), "%s %s has another %s", object->kind->title,
                                 object_shown(a->r->ctx->arena, object), field);
    diag_note(a->r->ctx, diag, span_known(value->span) ? value->span : object->span, "said here");
    return false;
}

/* ---- one field of one object */

static void set_pairs(const struct altering *a, struct object *object, struct value *value)
{
    struct sql_pairs pairs = {0};
    struct sql_error error;
    struct span span = place_of(a);
    if (!sql_options_parse(a->r->ctx->arena, a->done->value ? a->done->value : "", &pairs, &error)) {
        say_sql(a->r, span, &error);
        return;
    }
    if (!may_set(a, object, value, false)) return;
    *value = (struct value){.set = true, .span = span, .pairs = pairs};
}

/* "2=100,3=50": one more of an index's columns, in their order. */
static const char *with_column(const struct altering *a, const char *list)
{
    struct buf joined = buf_new(a->r->ctx->arena);
    long number = strtol(a->done->part, NULL, 10);
    bool added = false;
    while (list && *list) {
        size_t len = strcspn(list, ",");
        bool before = !added && strtol(list, NULL, 10) > number;
        if (before) buf_printf(&joined, "%s%s=%s", joined.len ? "," : "", a->done->part, a->done->value);
        added = added || before;
        buf_printf(&joined, "%s%.*s", joined.len ? "," : "", (int)len, list);
        list += len + (list[len] == ',');
    }
    if (!added) buf_printf(&joined, "%s%s=%s", joined.len ? "," : "", a->done->part, a->done->value);
    return joined.text;
}

static bool set_field(const struct altering *a, struct object *object, const char *name)
{
    if (!object || !has_field(object, name)) return false;
    struct value *value = object_set(object, name);
    const struct field *field = &object->kind->fields[value - object->values];
    const char *text = a->done->value;
    if (field->means == LIVE) return false;
    switch (field->type) {
    case VALUE_FLAG:
        *value = (struct value){.set = text != NULL, .flag = text != NULL, .span = place_of(a)};
        return true;
    case VALUE_PAIRS: set_pairs(a, object, value); return true;
    case VALUE_EXPR:
        if (!text) return false;
        if (may_set(a, object, value, str_eq(value->expr.text, text)))
            *value = (struct value){.set = true, .span = place_of(a), .expr = {.text = text}};
        return true;
    case VALUE_WORD: case VALUE_TEXT:
        if (!text) return false;
        if (object_is(object, "index") && str_eq(name, "statistics"))
            text = with_column(a, value->set ? value->text : NULL);
        else if (!may_set(a, object, value, str_eq(value->text, text))) return true;
        *value = (struct value){.set = !str_eq(text, field->absent), .text = text, .span = place_of(a)};
        return true;
    case VALUE_REF: case VALUE_REFS: case VALUE_TYPE: case VALUE_KEYS: case VALUE_LABELS: break;
    }
    return false;
}

/* ---- what each alteration speaks of, and the field it sets */

/* Of the kinds given; an index may be a constraint's. A foreign table's columns are in its definition. */
static struct object *part_of(const struct altering *a, const char *const *sorts, size_t n)
{
    const char *name = a->done->part;
    for (size_t i = 0; name && i < n && sorts[i]; i++) {
        bool column = str_eq(sorts[i], "column") && (object_is(a->object, "table") || object_is(a->object, "view"));
        struct object *part = column ? own_column(a->r, a->object, name) : object_child(a->object, sorts[i], name);
        if (part) return part;
    }
    return NULL;
}

static const struct row {
    enum sql_alter what;
    const char *field;
    const char *parts[5]; /* kinds of the part it speaks of; none: the object itself */
} rows[] = {
    {SQL_ALTER_DEPENDS, "depends_on_extension", {NULL}},
    {SQL_ALTER_CLUSTER, "clustered", {"index", "primary_key", "unique", "exclude", "view_index"}},
    {SQL_ALTER_TRIGGER, "enabled", {"trigger"}},
    {SQL_ALTER_RULE, "enabled", {"rule"}},
    {SQL_ALTER_ENABLED, "enabled", {NULL}},
    {SQL_ALTER_ROW_SECURITY, "rls", {NULL}},
    {SQL_ALTER_FORCE_ROW_SECURITY, "force", {NULL}},
    {SQL_ALTER_TABLESPACE, "tablespace", {NULL}},
    {SQL_ALTER_OPTIONS, "options", {NULL}},
    {SQL_ALTER_COLUMN_DEFAULT, "default", {"column"}},
    {SQL_ALTER_COLUMN_STATISTICS, "statistics", {"column"}},
    {SQL_ALTER_COLUMN_STORAGE, "storage", {"column"}},
    {SQL_ALTER_COLUMN_COMPRESSION, "compression", {"column"}},
    {SQL_ALTER_COLUMN_OPTIONS, "options", {"column"}},
    {SQL_ALTER_STATISTICS, "target", {NULL}},
    {SQL_ALTER_REPLICA_IDENTITY, "replica_identity", {NULL}},
};

/* A view has columns that the models don't show, and so may what its definition holds. */
static bool say_no_part(const struct altering *a, const char *const *sorts)
{
    struct suggest near = {.word = a->done->part};
    if (!object_is(a->object, "table") && (str_eq(sorts[0], "column") || !object_is_relation(a->object))) return false;
    for (size_t i = 0; i < a->object->children.n; i++) {
        const struct object *child = a->object->children.at[i];
        if (child->name && object_is(child, sorts[0])) suggest_try(&near, child->name);
    }
    say_unknown(a->r, place_in(a->decl, a->done->part), near.best ? sql_ident_str(a->r->ctx->arena, near.best) : NULL,
                "%s %s has no %s %s", a->object->kind->title, object_shown(a->r->ctx->arena, a->object), sorts[0],
                a->done->part);
    return true;
}

/* What no field says is part of the object's text. */
static bool append(const struct altering *a, struct object *object)
{
    if (!has_field(object, "definition")) return false;
    struct value *value = object_set(object, "definition");
    value->expr.text = arena_printf(a->r->ctx->arena, "%s;\n%s", sql_closed(a->r->ctx->arena, value->expr.text),
                                    str_trim(a->r->ctx->arena, a->text->text));
    return true;
}

static bool set_by_row(const struct altering *a)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].what != a->done->what) continue;
        if (!rows[i].parts[0]) return set_field(a, a->object, rows[i].field);
        if (object_is(a->object, "index")) return set_field(a, a->object, rows[i].field);
        struct object *part = part_of(a, rows[i].parts, sizeof rows[i].parts / sizeof *rows[i].parts);
        if (!part) return a->done->part && say_no_part(a, rows[i].parts);
        return set_field(a, part, rows[i].field) || (part->kind->name_space == NAMES_RELATION && append(a, part));
    }
    return false;
}

/* The index that says the identity of a row says so itself. */
static bool set_identity(const struct altering *a)
{
    static const char *const indexes[] = {"index", "primary_key", "unique", NULL};
    struct object *index = part_of(a, indexes, 3);
    if (a->done->part && (!index || !has_field(index, "replica_identity"))) return false;
    return a->done->part ? set_field(a, index, "replica_identity") : set_by_row(a);
}

/* NOT NULL and no default, of a column that the table does not declare: else the declaration says it. */
static bool set_parents_column(const struct altering *a)
{
    static const char *const columns[] = {"column"};
    struct object *column = object_is(a->object, "table") ? part_of(a, columns, 1) : NULL;
    bool null = a->done->what == SQL_ALTER_COLUMN_NULL;
    if (!column || !column_is_parents(column)) return false;
    if (null) return set_field(a, column, "nullable");
    *object_set(column, "default") = (struct value){0};
    return true;
}

static bool set_owner(const struct altering *a)
{
    const char *owner = a->done->value;
    if (!owner) return false;
    if (a->object->owner && !str_eq(a->object->owner, owner)) {
        diag_add(a->r->ctx, D_CONFLICT, a->decl->name_span, "%s %s has another owner", a->object->kind->title,
                 object_shown(a->r->ctx->arena, a->object));
        return true;
    }
    a->object->owner = owner;
    return true;
}

/* OWNED BY alone: the numbers are the declaration's to say. */
static bool set_sequence(const struct altering *a)
{
    struct sql_sequence said;
    struct sql_error error;
    const char *text = a->done->value;
    if (!text || !object_is(a->object, "sequence")) return false;
    if (!sql_sequence_parse(a->r->ctx->arena, text, &said, &error) || !said.owned_column) return false;
    bool numbers = said.type || said.start || said.increment || said.minimum || said.maximum || said.cache || said.cycle;
    const struct value *owner = object_get(a->object, "owned_by");
    if (!numbers && may_set(a, a->object, owner, false)) own_by(a->r, a->decl, a->object, &said, place_of(a));
    return !numbers;
}

static bool set_persistence(const struct altering *a)
{
    struct sql_alteration flag = {.value = str_eq(a->done->value, "unlogged") ? "true" : NULL};
    struct altering same = *a;
    same.done = &flag;
    return set_field(&same, a->object, "unlogged");
}

static bool set_one(const struct altering *a)
{
    switch (a->done->what) {
    case SQL_ALTER_OWNER: return set_owner(a);
    case SQL_ALTER_REPLICA_IDENTITY: return set_identity(a);
    case SQL_ALTER_PERSISTENCE: return set_persistence(a);
    case SQL_ALTER_SEQUENCE: return set_sequence(a);
    case SQL_ALTER_COLUMN_NULL: return set_parents_column(a);
    case SQL_ALTER_COLUMN_DEFAULT: return a->done->value ? set_by_row(a) : set_parents_column(a);
    default: return set_by_row(a);
    }
}

/* ---- statements */

static void leave(struct resolve *r, const struct ast_decl *decl, const struct sql_statement *statement)
{
    const char *path =
        statement->name ? sql_qname_str(r->ctx->arena, statement->schema, statement->name) : statement->verb;
    add_unhandled(r, "alter", path ? path : "ALTER", decl->name_span);
}

static void alter(struct altering *a, const struct sql_statement *statement)
{
    struct sql_alterations list;
    bool whole = false, moved = false;
    sql_alterations(a->r->ctx->arena, a->text->text, &list);
    for (size_t i = 0; i < list.n; i++) {
        a->done = &list.at[i];
        moved = moved || a->done->what == SQL_ALTER_MOVES; /* names and places are the declarations' to say */
        if (!set_one(a)) whole = true;
    }
    if (whole && (moved || !append(a, a->object))) leave(a->r, a->decl, statement);
}

static void resolve_alter(struct resolve *r, const struct ast_decl *decl)
{
    struct altering a = {.r = r, .decl = decl, .text = statement_of(decl)};
    struct sql_statement statement = {.class = SQL_OTHER};
    struct sql_object_names names = {0};
    struct sql_error error;
    bool unmodelled = true;
    sql_classify(r->ctx->arena, a.text->text, &statement, &error);
    sql_spoken_of(r->ctx->arena, a.text->text, &names);
    if (names.n == 1) {
        a.name = &names.at[0];
        a.object = find_spoken(r, decl, a.name, &unmodelled);
    }
    if (a.object) alter(&a, &statement);
    else if (unmodelled) leave(r, decl, &statement);
}

void resolve_alters(struct resolve *r)
{
    for (size_t i = 0; i < r->alter_statements.n; i++) resolve_alter(r, r->alter_statements.at[i]);
    if (r->alter_statements.n) share_persistence(r);
}
