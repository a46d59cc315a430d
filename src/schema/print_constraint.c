/* print_constraint.c: constraints and indexes as model text, in a column's line where they fit. */
#include <string.h>

#include "schema/print.h"

/* ---- which stand in a column's line */

static const char *name_key(struct ctx *ctx, const struct object *constraint)
{
    const struct object *schema = object_schema(constraint);
    return sql_qname_str(ctx->arena, schema ? schema->name : NULL, constraint->name);
}

const struct map *print_shared_names(struct ctx *ctx, const struct schema *schema)
{
    if (schema->shared_names) return schema->shared_names;
    struct map *once = map_new(ctx->arena), *shared = map_new(ctx->arena);
    for (size_t i = 0; i < schema->all.n; i++) {
        const struct object *object = schema->all.at[i];
        if (object->kind->name_space != NAMES_CONSTRAINT || !object->name || object->inherited) continue;
        const char *key = name_key(ctx, object);
        map_put(map_has(once, key) ? shared : once, key, once);
    }
    ((struct schema *)schema)->shared_names = shared;
    return shared;
}

static bool same_columns(const struct refs *a, const struct refs *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) same = a->at[i].to == b->at[i].to;
    return same;
}

static bool same_elements(const struct keys *a, const struct keys *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) {
        same = a->at[i].column == b->at[i].column && str_eq(a->at[i].expr.text, b->at[i].expr.text);
    }
    return same;
}

/* Of two that say the same, which is meant? Only their names tell. */
static bool has_twin(const struct object *constraint)
{
    const struct objects *all = &constraint->parent->children;
    for (size_t i = 0; i < all->n; i++) {
        const struct object *other = all->at[i];
        if (other == constraint || other->kind != constraint->kind || other->inherited) continue;
        if (str_eq(object_get(other, "expression")->expr.text, object_get(constraint, "expression")->expr.text) &&
            same_columns(&object_get(other, "columns")->refs, &object_get(constraint, "columns")->refs) &&
            same_elements(&object_get(other, "elements")->keys, &object_get(constraint, "elements")->keys)) return true;
    }
    return false;
}

/* Left out it would come back as this one, even if another table has one of that name. */
static bool has_default_name(const struct printer *p, const struct object *constraint)
{
    if (!str_eq(constraint->name, schema_default_name(p->ctx, constraint, NULL)) || has_twin(constraint)) return false;
    return !p->constraints || !map_has(p->constraints, name_key(p->ctx, constraint));
}

/* The only column an expression mentions, or NULL. */
static const struct object *sole_column(const struct printer *p, const struct object *check)
{
    struct sql_mentions found = {0};
    const struct object *sole = NULL;
    if (!sql_mentions(p->ctx->arena, SQL_EXPR, object_get(check, "expression")->expr.text, &found)) return NULL;
    for (size_t i = 0; i < found.n; i++) {
        if (found.at[i].what != SQL_MENTION_COLUMN) continue;
        const struct object *column = object_child(check->parent, "column", found.at[i].name);
        if (!column || (sole && sole != column)) return NULL;
        sole = column;
    }
    return sole;
}

static bool is_plain_key(const struct key *key)
{
    return key->column && !key->collation.name && !key->opclass.name && !key->desc && !key->nulls_first;
}

static const struct object *sole_key(const struct object *index)
{
    const struct keys *keys = &object_get(index, "elements")->keys;
    return keys->n == 1 && is_plain_key(&keys->at[0]) ? keys->at[0].column : NULL;
}

/* Fields that only an item of its own can say. */
static bool says_more(const struct object *constraint)
{
    static const char *const fields[] = {"include", "options", "no_inherit", "where", "method", "tablespace", "without_overlaps", "period"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (object_get(constraint, fields[i])->set) return true;
    }
    bool reference = object_is(constraint, "foreign_key"), index = object_is(constraint, "index");
    if (index && (object_flag(constraint, "unique") || object_flag(constraint, "nulls_not_distinct"))) return true;
    return !reference && (object_flag(constraint, "not_valid") || object_flag(constraint, "not_enforced") || object_get(constraint, "deferrable")->set);
}

static const struct object *column_of(const struct printer *p, const struct object *constraint)
{
    const struct refs *columns = &object_get(constraint, "columns")->refs;
    if (constraint->was || constraint->comment || says_more(constraint) || object_is(constraint, "exclude"))
        return NULL;
    if (object_is(constraint, "check")) return sole_column(p, constraint);
    if (object_is(constraint, "index")) return sole_key(constraint);
    if (object_is(constraint, "foreign_key") && !has_default_name(p, constraint)) return NULL;
    return columns->n == 1 ? columns->at[0].to : NULL;
}

/* A column's line has room for one of each kind, and any number of checks. */
bool is_inline(const struct printer *p, const struct object *constraint, const struct object **column)
{
    *column = column_of(p, constraint);
    if (*column && (*column)->parent != constraint->parent) *column = NULL; /* its parent's */
    if (!*column || object_is(constraint, "check")) return *column != NULL;
    for (size_t i = 0; i < constraint->parent->children.n; i++) {
        const struct object *other = constraint->parent->children.at[i];
        if (other == constraint) return true;
        if (other->kind == constraint->kind && column_of(p, other) == *column) return false;
    }
    return true;
}

/* ---- parts */

static void print_given_name(const struct printer *p, struct buf *buf, const struct object *constraint)
{
    if (has_default_name(p, constraint)) return;
    buf_addc(buf, ' ');
    print_name(buf, constraint->name);
}

/* A reference to the primary key goes without its columns. */
static bool is_primary_key(const struct object *foreign_key, const struct refs *targets)
{
    const struct object *table = object_get(foreign_key, "table")->ref.to, *key = NULL;
    for (size_t i = 0; table && i < table->children.n; i++) {
        if (object_is(table->children.at[i], "primary_key")) key = table->children.at[i];
    }
    const struct refs *columns = key ? &object_get(key, "columns")->refs : NULL;
    if (!columns || columns->n != targets->n) return false;
    for (size_t i = 0; i < columns->n; i++) {
        if (!str_eq(columns->at[i].name, targets->at[i].name)) return false;
    }
    return true;
}

/* (a, b without overlaps), (a, period b) */
static void print_columns(struct buf *buf, const struct object *constraint, const struct refs *columns)
{
    bool period = object_flag(constraint, "period");
    if (!period && !object_flag(constraint, "without_overlaps")) {
        print_names(buf, columns);
        return;
    }
    buf_addc(buf, '(');
    for (size_t i = 0; i < columns->n; i++) {
        buf_printf(buf, "%s%s", i ? ", " : "", period && i + 1 == columns->n ? "period " : "");
        sql_ident(buf, columns->at[i].name);
    }
    buf_add(buf, period ? ")" : " without overlaps)");
}

static void print_reference(const struct printer *p, struct buf *buf, const struct object *object)
{
    const struct value *targets = object_get(object, "target_columns"),
                       *named = object_get(object, "on_delete_columns");
    const char *as = NULL;
    for (size_t i = 0; i < p->schema->relationships.n && !as; i++) {
        if (p->schema->relationships.at[i].foreign_key == object) as = p->schema->relationships.at[i].name;
    }
    buf_add(buf, " -> ");
    print_ref(p, buf, &object_get(object, "table")->ref);
    if (targets->refs.n && !is_primary_key(object, &targets->refs)) print_columns(buf, object, &targets->refs);
    if (as) {
        buf_add(buf, " as ");
        print_name(buf, as);
    }
    if (str_eq(object_text(object, "match"), "full")) buf_add(buf, " match full");
    if (!str_eq(object_text(object, "on_delete"), "no action"))
        buf_printf(buf, " on delete %s", object_text(object, "on_delete"));
    if (named->refs.n) {
        buf_addc(buf, ' ');
        print_names(buf, &named->refs);
    }
    if (!str_eq(object_text(object, "on_update"), "no action"))
        buf_printf(buf, " on update %s", object_text(object, "on_update"));
}

static void print_qualified(struct buf *buf, const struct ref *ref)
{
    bool known = ref->schema && !str_eq(ref->schema, "pg_catalog");
    sql_qname(buf, known ? ref->schema : NULL, ref->name);
}

static bool is_call(const char *expr)
{
    size_t name = strspn(expr, "abcdefghijklmnopqrstuvwxyz_0123456789");
    if (!name || expr[name] != '(') return false;
    int depth = 0;
    for (const char *at = expr + name; *at; at++) {
        if (*at == '\'' || *at == '"') return false;
        depth += (*at == '(') - (*at == ')');
        if (!depth) return at[1] == '\0';
    }
    return false;
}

static void print_key(struct buf *buf, const struct key *key)
{
    if (key->column) sql_ident(buf, key->column->name);
    else if (is_call(key->expr.text)) buf_add(buf, key->expr.text);
    else print_island(buf, key->expr.text);
    if (key->collation.name) {
        buf_add(buf, " collate ");
        print_qualified(buf, &key->collation);
    }
    if (key->opclass.name) {
        buf_addc(buf, ' ');
        print_qualified(buf, &key->opclass);
        if (key->opclass_options) buf_printf(buf, "(%s)", key->opclass_options);
    }
    if (key->desc) buf_add(buf, " desc");
    if (key->nulls_first != key->desc) buf_add(buf, key->nulls_first ? " nulls first" : " nulls last");
    if (!key->operator_name) return;
    bool known = key->operator_schema && !str_eq(key->operator_schema, "pg_catalog");
    if (known)
        buf_printf(buf, " with operator(%s.%s)", sql_ident_str(buf->arena, key->operator_schema), key->operator_name);
    else buf_printf(buf, " with %s", key->operator_name);
}

static void print_keys(struct buf *buf, const struct keys *keys)
{
    buf_add(buf, " (");
    for (size_t i = 0; i < keys->n; i++) {
        if (i) buf_add(buf, ", ");
        print_key(buf, &keys->at[i]);
    }
    buf_addc(buf, ')');
}

static void print_options(struct buf *buf, const struct object *constraint)
{
    static const struct { const char *field, *word; } flags[] = {
        {"nulls_not_distinct", "nulls not distinct"}, {"not_valid", "not valid"}, {"no_inherit", "no inherit"},
        {"not_enforced", "not enforced"},
    };
    if (object_get(constraint, "include")->refs.n) {
        buf_add(buf, " include ");
        print_names(buf, &object_get(constraint, "include")->refs);
    }
    const struct value *deferrable = object_get(constraint, "deferrable");
    if (deferrable->set && !str_eq(deferrable->text, "not deferrable")) buf_printf(buf, " %s", deferrable->text);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (object_flag(constraint, flags[i].field)) buf_printf(buf, " %s", flags[i].word);
    }
    if (object_get(constraint, "options")->pairs.n) {
        buf_add(buf, " with ");
        print_pairs(buf, &object_get(constraint, "options")->pairs);
    }
    if (object_get(constraint, "tablespace")->set) {
        buf_add(buf, " tablespace ");
        print_name(buf, object_text(constraint, "tablespace"));
    }
    print_was(buf, constraint);
    const struct value *where = object_get(constraint, "where");
    if (!where->set) return;
    buf_add(buf, " where ");
    print_free(buf, where->expr.text, true);
}

/* ---- the whole */

void print_inline(const struct printer *p, struct buf *buf, const struct object *constraint)
{
    bool reference = object_is(constraint, "foreign_key");
    if (reference) print_reference(p, buf, constraint);
    else buf_printf(buf, " %s", object_is(constraint, "primary_key") ? "pk" : constraint->kind->word);
    if (!reference) print_given_name(p, buf, constraint);
    if (object_is(constraint, "check")) {
        buf_addc(buf, ' ');
        print_island(buf, object_get(constraint, "expression")->expr.text);
    }
    print_options(buf, constraint);
}

void print_constraint(const struct printer *p, struct buf *buf, const struct object *constraint)
{
    const struct value *columns = object_get(constraint, "columns"), *method = object_get(constraint, "method");
    const struct value *expression = object_get(constraint, "expression"),
                       *elements = object_get(constraint, "elements");
    if (object_is(constraint, "index") && object_flag(constraint, "unique")) buf_add(buf, "unique ");
    buf_add(buf, constraint->kind->word);
    print_given_name(p, buf, constraint);
    const char *using = method->set ? method->text : object_is(constraint, "exclude") ? "btree" : NULL;
    if (using && !(object_is(constraint, "index") && str_eq(using, "btree"))) {
        buf_add(buf, " using ");
        print_name(buf, using);
    }
    if (columns->refs.n) buf_addc(buf, ' ');
    if (columns->refs.n) print_columns(buf, constraint, &columns->refs);
    if (elements->keys.n) print_keys(buf, &elements->keys);
    if (expression->set) {
        buf_addc(buf, ' ');
        print_island(buf, expression->expr.text);
    }
    if (object_is(constraint, "foreign_key")) print_reference(p, buf, constraint);
    print_options(buf, constraint);
}
