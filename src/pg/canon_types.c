/* canon_types.c: makes the target's names true inside the transaction: schemas, enums and sequences that the texts in
 * question need are renamed or created, so that a column's type and a literal's cast print as they will. None of it
 * locks a table. */
#include <string.h>

#include "pg/canon.h"

static void add(struct job *job, struct pieces *pieces, const char *sql)
{
    struct piece piece = {"", sql};
    vec_push(job->ctx->arena, pieces, piece);
}

static bool label_known(const struct labels *labels, const char *name)
{
    for (size_t i = 0; i < labels->n; i++) {
        if (str_eq(labels->at[i].name, name)) return true;
    }
    return false;
}

static const struct labels *labels_of(const struct object *type)
{
    return &object_get(type, "labels")->labels;
}

/* A label that `was` another, which the live type still has. */
static bool label_renamed(const struct object *type, const struct label *label)
{
    const struct labels *live = labels_of(type->peer);
    return label->was && !label_known(live, label->name) && label_known(live, label->was);
}

static bool labels_change(const struct object *type)
{
    const struct labels *labels = labels_of(type);
    for (size_t i = 0; i < labels->n; i++) {
        if (label_renamed(type, &labels->at[i])) return true;
    }
    return false;
}

bool types_renamed(const struct job *job)
{
    for (size_t i = 0; i < job->diff->models->all.n; i++) {
        const struct object *object = job->diff->models->all.at[i];
        bool is_enum = object_is(object, "enum");
        if (!object->peer || (!is_enum && !object_is(object, "schema"))) continue;
        if (!str_eq(object->name, object->peer->name)) return true;
        if (is_enum && (object->parent->peer != object->peer->parent || labels_change(object))) return true;
    }
    return false;
}

/* ---- who needs what */

static bool is_column_type(const struct job *job, const struct object *type)
{
    for (size_t i = 0; i < job->asks.n; i++) {
        const struct object *table = job->asks.at[i]->to->parent;
        for (size_t j = 0; j < table->children.n; j++) {
            if (object_get(table->children.at[j], "type")->type.to == type) return true;
        }
    }
    return false;
}

/* The label as it is, or in an array or a row: '{new,paid}', '(new,1)'. What is escaped there counts as well: asking too much does
 * no harm. */
static bool is_in_literal(const char *text, const char *label)
{
    if (str_eq(text, label)) return true;
    return text && (*text == '{' || *text == '(') && (strpbrk(label, "\"\\") || strstr(text, label));
}

/* Whether an ask's text names a type, or (where `literal`) holds a text of that name. */
static bool mentions(struct job *job, const char *text, const char *name, bool literal)
{
    struct sql_mentions found = {0};
    bool may = text && (strpbrk(name, "'\"\\") || strstr(text, name));
    if (!may || !sql_mentions(job->ctx->arena, SQL_EXPR, text, &found)) return false;
    for (size_t i = 0; i < found.n; i++) {
        const struct sql_mention *mention = &found.at[i];
        if (literal && mention->what == SQL_MENTION_LITERAL && is_in_literal(mention->name, name)) return true;
        if (!literal && mention->what == SQL_MENTION_TYPE && str_eq(mention->name, name)) return true;
    }
    return false;
}

static bool is_mentioned(struct job *job, const char *name, bool literal)
{
    for (size_t i = 0; i < job->asks.n; i++) {
        const struct value *value = job->asks.at[i]->model;
        if (!is_keys(job->asks.at[i])) {
            if (mentions(job, value->expr.text, name, literal)) return true;
            continue;
        }
        for (size_t j = 0; j < value->keys.n; j++) {
            if (mentions(job, value->keys.at[j].expr.text, name, literal)) return true;
        }
    }
    return false;
}

/* ---- statements */

static void add_create_enum(struct job *job, struct pieces *pieces, const struct object *type)
{
    struct buf sql = buf_new(job->ctx->arena);
    const struct labels *labels = labels_of(type);
    buf_add(&sql, "CREATE TYPE ");
    sql_qname(&sql, type->parent->name, type->name);
    buf_add(&sql, " AS ENUM (");
    for (size_t i = 0; i < labels->n; i++) {
        if (i) buf_add(&sql, ", ");
        sql_literal(&sql, labels->at[i].name);
    }
    buf_addc(&sql, ')');
    add(job, pieces, sql.text);
}

static const char *qname(struct job *job, const char *schema, const char *name)
{
    return sql_qname_str(job->ctx->arena, schema, name);
}

/* The label can't be used in the transaction that adds it, a fresh type's can: it takes the live one's name. */
static void substitute(struct job *job, struct pieces *pieces, const struct object *type)
{
    const struct labels *labels = labels_of(type), *live = labels_of(type->peer);
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *label = &labels->at[i];
        if (label_known(live, label->name) || label_renamed(type, label) || !is_mentioned(job, label->name, true))
            continue;
        const char *path = qname(job, type->parent->name, type->name),
                   *aside = arena_printf(job->ctx->arena, "modelc_old_%zu", type->serial);
        add(job, pieces, arena_printf(job->ctx->arena, "ALTER TYPE %s RENAME TO %s", path, aside));
        add_create_enum(job, pieces, type);
        map_put(job->stand_ins, qname(job, type->parent->name, aside), (char *)path);
        return;
    }
}

static void rename_enum(struct job *job, struct pieces *pieces, const struct object *type)
{
    struct arena *arena = job->ctx->arena;
    const struct object *live = type->peer;
    /* The live type's schema has the target's name by now. */
    const char *schema = live->parent->peer ? live->parent->peer->name : live->parent->name;
    if (!str_eq(schema, type->parent->name)) {
        add(job, pieces,
            arena_printf(arena, "ALTER TYPE %s SET SCHEMA %s", qname(job, schema, live->name),
                         sql_ident_str(arena, type->parent->name)));
    }
    if (!str_eq(live->name, type->name)) {
        add(job, pieces,
            arena_printf(arena, "ALTER TYPE %s RENAME TO %s", qname(job, type->parent->name, live->name),
                         sql_ident_str(arena, type->name)));
    }
    const struct labels *labels = labels_of(type);
    for (size_t i = 0; i < labels->n; i++) {
        if (!label_renamed(type, &labels->at[i])) continue;
        add(job, pieces,
            arena_printf(arena, "ALTER TYPE %s RENAME VALUE %s TO %s", qname(job, type->parent->name, type->name),
                         sql_literal_str(arena, labels->at[i].was), sql_literal_str(arena, labels->at[i].name)));
    }
}

static void enum_pieces(struct job *job, struct pieces *pieces, const struct object *type)
{
    if (!type->peer) {
        if (is_column_type(job, type) || is_mentioned(job, type->name, false)) add_create_enum(job, pieces, type);
        return;
    }
    rename_enum(job, pieces, type);
    substitute(job, pieces, type);
}

/* nextval('name') needs the sequence; one of the new name stands in for one that is renamed or made later. */
static void sequence_pieces(struct job *job, struct pieces *pieces, const struct object *sequence)
{
    const struct object *live = sequence->peer;
    bool same = live && str_eq(live->name, sequence->name) && live->parent->peer == sequence->parent;
    if (same) return;
    for (size_t i = 0; i < job->asks.n; i++) {
        const char *text = is_keys(job->asks.at[i]) ? NULL : job->asks.at[i]->model->expr.text, *schema, *name;
        if (!text || !strstr(text, sequence->name) || !sql_nextval(job->ctx->arena, text, &schema, &name)) continue;
        if (!str_eq(name, sequence->name)) continue;
        add(job, pieces,
            arena_printf(job->ctx->arena, "CREATE SEQUENCE IF NOT EXISTS %s",
                         qname(job, sequence->parent->name, sequence->name)));
        return;
    }
}

static void schema_pieces(struct job *job, struct pieces *pieces, const struct object *schema)
{
    struct arena *arena = job->ctx->arena;
    if (!schema->peer) {
        add(job, pieces, arena_printf(arena, "CREATE SCHEMA IF NOT EXISTS %s", sql_ident_str(arena, schema->name)));
    } else if (!str_eq(schema->name, schema->peer->name)) {
        add(job, pieces,
            arena_printf(arena, "ALTER SCHEMA %s RENAME TO %s", sql_ident_str(arena, schema->peer->name),
                         sql_ident_str(arena, schema->name)));
    }
}

static void add_extension(struct job *job, struct pieces *pieces, const struct object *extension)
{
    struct arena *arena = job->ctx->arena;
    const struct ref *schema = &object_get(extension, "schema")->ref;
    add(job, pieces,
        arena_printf(arena, "CREATE EXTENSION IF NOT EXISTS %s SCHEMA %s", sql_ident_str(arena, extension->name),
                     sql_ident_str(arena, schema->name ? schema->name : "public")));
}

/* Its types, operators and functions may be what the texts are about. */
static void extension_pieces(struct job *job, struct pieces *pieces, const struct object *extension)
{
    if (!extension->peer) add_extension(job, pieces, extension);
}

void types_pieces(struct job *job, struct pieces *pieces)
{
    static const struct {
        const char *kind;
        void (*pieces)(struct job *, struct pieces *, const struct object *);
    } makers[] = {
        {"schema", schema_pieces},
        {"extension", extension_pieces},
        {"enum", enum_pieces},
        {"sequence", sequence_pieces},
    };
    const struct objects *all = &job->diff->models->all;
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
        for (size_t i = 0; i < all->n; i++) {
            if (object_is(all->at[i], makers[m].kind)) makers[m].pieces(job, pieces, all->at[i]);
        }
    }
}
