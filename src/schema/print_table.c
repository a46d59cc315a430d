/* print_table.c: a table as model text: columns in line, then its constraints and indexes, then its relations. */
#include <string.h>

#include "schema/layout.h"
#include "schema/print.h"

/* ---- defaults */

/* PostgreSQL prints 'a'::text for the default 'a' of a text column: the cast goes without saying. */
static const char *plain_default(struct arena *arena, const struct object *column)
{
    const char *text = object_get(column, "default")->expr.text, *type = object_get(column, "type")->type.text, *end = text;
    if (!column->live || !type || text[0] != '\'') return text;
    do { /* a doubled quote is two literals side by side */
        end = strchr(end + 1, '\'');
        end = end ? end + 1 : text + strlen(text);
    } while (*end == '\'');
    if (!str_starts(end, "::")) return text;
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    if (close) type = arena_printf(arena, "%.*s%s", (int)(open - type), type, close + 1);
    return strcmp(end + 2, type) == 0 ? arena_strndup(arena, text, (size_t)(end - text)) : text;
}

/* ---- serial */

static bool is_all_default(const struct object *sequence, const struct object *column, const char *maximum)
{
    static const char *const ones[] = {"start", "increment", "minimum", "cache"};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
        if (!str_eq(object_text(sequence, ones[i]), "1")) return false;
    }
    if (object_flag(sequence, "unlogged") != object_flag(column->parent, "unlogged")) return false;
    return str_eq(object_text(sequence, "maximum"), maximum) && !object_flag(sequence, "cycle") && !sequence->comment &&
           !sequence->was;
}

const char *serial_word(const struct object *column, const struct object **sequence)
{
    static const struct { const char *type, *word, *serial, *maximum; } forms[] = {
        {"int4", "integer", "serial", "2147483647"}, {"int8", "bigint", "bigserial", "9223372036854775807"},
        {"int2", "smallint", "smallserial", "32767"},
    };
    const struct value *expr = object_get(column, "default");
    const struct type_name *type = &object_get(column, "type")->type;
    const struct object *own = column_sequence(column);
    if (sequence) *sequence = own;
    if (!own || !expr->set || object_flag(column, "nullable") || type->sql.array) return NULL;
    struct arena *arena = arena_new();
    const char *schema, *name;
    bool fits = sql_nextval(arena, expr->expr.text, &schema, &name) && str_eq(name, own->name) &&
                (!schema || str_eq(schema, own->parent->name)) &&
                str_eq(own->name, sql_object_name(arena, column->parent->name, column->name, "seq"));
    arena_free(arena);
    for (size_t i = 0; fits && i < sizeof forms / sizeof *forms; i++) {
        if (!str_eq(type->sql.name, forms[i].type) || !str_eq(object_text(own, "type"), forms[i].word)) continue;
        return is_all_default(own, column, forms[i].maximum) ? forms[i].serial : NULL;
    }
    return NULL;
}

/* ---- columns */

static void print_identity(struct buf *buf, const struct object *column)
{
    const struct value *identity = object_get(column, "identity");
    if (!identity->set) return;
    const struct sql_pairs *pairs = &object_get(column, "identity_options")->pairs;
    buf_add(buf, str_eq(identity->text, "always") ? " identity always" : " identity");
    for (size_t i = 0; i < pairs->n; i++) {
        buf_add(buf, i ? " " : " (");
        if (str_eq(pairs->at[i].name, "cycle")) buf_add(buf, "cycle");
        else buf_printf(buf, "%s %s", pairs->at[i].name, pairs->at[i].value);
    }
    if (pairs->n) buf_addc(buf, ')');
}

static void print_expr(struct buf *buf, const struct object *column, const char *field, const char *word)
{
    const struct value *value = object_get(column, field);
    if (!value->set) return;
    buf_printf(buf, " %s ", word);
    print_island(buf, value->expr.text);
}

static void print_words(const struct printer *p, struct buf *buf, const struct object *column)
{
    static const char *const words[] = {"storage", "compression", "statistics"};
    if (object_get(column, "collation")->set) {
        buf_add(buf, " collate ");
        print_ref(p, buf, &object_get(column, "collation")->ref);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (object_get(column, words[i])->set) buf_printf(buf, " %s %s", words[i], object_text(column, words[i]));
    }
    print_expr(buf, column, "backfill", "backfill");
    print_expr(buf, column, "convert", "convert");
    print_expr(buf, column, "convert_back", "back");
}

/* What is more than not being nullable. Its options follow at once: behind a check they would be the check's. */
static void print_not_null(struct buf *buf, const struct object *column)
{
    const char *name = object_text(column, "not_null");
    bool not_valid = object_flag(column, "not_null_not_valid"), no_inherit = object_flag(column, "not_null_no_inherit");
    if (object_flag(column, "nullable") || (!name && !not_valid && !no_inherit)) return;
    if (name) buf_add(buf, " constraint ");
    if (name) print_name(buf, name);
    buf_printf(buf, " not null%s%s", not_valid ? " not valid" : "", no_inherit ? " no inherit" : "");
}

/* The column's constraints of one kind that can stand in its line; the first alone where there may be one. */
static void print_inlines(const struct printer *p, struct buf *buf, const struct object *column, const char *kind)
{
    for (size_t i = 0; i < column->parent->children.n; i++) {
        const struct object *child = column->parent->children.at[i], *of = NULL;
        if (object_is(child, kind) && is_inline(p, child, &of) && of == column) print_inline(p, buf, child);
    }
}

static const char *column_text(const struct printer *p, const struct object *column)
{
    struct buf buf = buf_new(p->ctx->arena);
    const char *serial = serial_word(column, NULL);
    if (serial) buf_add(&buf, serial);
    else print_type(p, &buf, &object_get(column, "type")->type);
    if (object_flag(column, "nullable")) buf_addc(&buf, '?');
    print_inlines(p, &buf, column, "primary_key");
    print_identity(&buf, column);
    if (object_get(column, "default")->set && !serial) {
        buf_add(&buf, " default ");
        print_free(&buf, plain_default(buf.arena, column), false);
    }
    print_expr(&buf, column, "generated", "generated");
    if (object_flag(column, "virtual")) buf_add(&buf, " virtual");
    print_not_null(&buf, column);
    print_was(&buf, column);
    print_words(p, &buf, column);
    static const char *const kinds_inside[] = {"unique", "index", "check", "foreign_key"};
    for (size_t i = 0; i < sizeof kinds_inside / sizeof *kinds_inside; i++)
        print_inlines(p, &buf, column, kinds_inside[i]);
    return buf.text;
}

const char *print_item_name(const struct printer *p, const struct object *column)
{
    static const char *const starts[] = {"primary", "unique", "check", "foreign",   "exclude", "index", "constraint",
                                         "trigger", "policy", "grant", "partition", "use",     "has"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_eq(column->name, starts[i])) return arena_printf(p->ctx->arena, "\"%s\"", starts[i]);
    }
    struct buf escaped = buf_new(p->ctx->arena);
    if (!strpbrk(column->name, "\r\n")) return sql_ident_str(p->ctx->arena, column->name);
    print_name(&escaped, column->name);
    return escaped.text;
}

/* Characters, not bytes: names line up on the screen. */
size_t print_width(const char *name)
{
    size_t n = 0;
    for (; *name; name++) n += ((unsigned char)*name & 0xC0) != 0x80;
    return n;
}

static const char *inside(const struct printer *p)
{
    return p->indent ? arena_printf(p->ctx->arena, "%s  ", p->indent) : "  ";
}

void print_gap(struct printer *p)
{
    if (!str_ends(p->out.text, "{\n")) buf_addc(&p->out, '\n');
}

/* A column's line; what differs in a column of the parent's is said below the table. */
static bool declares(const struct object *child)
{
    return object_is(child, "column") && !column_is_parents(child);
}

static void print_columns(struct printer *p, const struct object *table)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->children.n; i++) {
        if (!declares(table->children.at[i])) continue;
        size_t width = print_width(print_item_name(p, table->children.at[i]));
        if (width > widest) widest = width;
    }
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.at[i];
        if (!declares(column)) continue;
        const char *name = print_item_name(p, column);
        print_doc(&p->out, column->comment, inside(p));
        buf_printf(&p->out, "%s%s%*s%s\n", inside(p), name, (int)(widest + 2 - print_width(name)), "", column_text(p, column));
    }
}

const char *schema_print_item(struct ctx *ctx, const struct schema *schema, const char *in_schema,
                              const struct object *object)
{
    struct printer p = {.ctx = ctx, .schema = schema, .out = buf_new(ctx->arena)};
    p.constraints = print_shared_names(ctx, schema);
    p.current = schema_namespace(schema, in_schema);
    struct buf item = buf_new(ctx->arena);
    if (object_is(object, "column")) buf_printf(&item, "%s  %s", print_item_name(&p, object), column_text(&p, object));
    else if (!print_code_item(&item, object) && !object_get(object, "definition")->set) print_constraint(&p, &item, object);
    if (!item.len) return NULL;
    print_doc(&p.out, object->comment, "  ");
    buf_printf(&p.out, "  %s\n", item.text);
    return p.out.text;
}

/* ---- relations */

static const char *relation_name(const struct printer *p, const struct object *foreign_key)
{
    for (size_t i = 0; i < p->schema->relationships.n; i++) {
        const struct relationship *relationship = &p->schema->relationships.at[i];
        if (relationship->foreign_key == foreign_key && relationship->name) return relationship->name;
    }
    return NULL;
}

static void print_side(struct printer *p, const struct object *foreign_key)
{
    print_qname(p, &p->out, foreign_key->parent);
    buf_addc(&p->out, '.');
    print_name(&p->out, relation_name(p, foreign_key));
}

static void print_relations(struct printer *p, const struct object *table)
{
    bool first = true;
    for (size_t i = 0; i < p->schema->relationships.n; i++) {
        const struct relationship *relationship = &p->schema->relationships.at[i];
        if (relationship->table != table || !relationship->name) continue;
        if (relationship->via && !relation_name(p, relationship->via)) continue;
        if (first) print_gap(p);
        buf_printf(&p->out, "%shas %s ", inside(p), relationship->many ? "many" : "one");
        print_name(&p->out, relationship->has_name);
        buf_add(&p->out, " via ");
        print_side(p, relationship->foreign_key);
        if (relationship->via) {
            buf_add(&p->out, " -> ");
            print_side(p, relationship->via);
        }
        buf_addc(&p->out, '\n');
        first = false;
    }
}

/* ---- tables */

static void print_items(struct printer *p, const struct object *table)
{
    bool first = true;
    for (size_t i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.at[i], *column;
        if (child->aside || object_is(child, "column") || is_inline(p, child, &column)) continue;
        struct buf item = buf_new(p->ctx->arena);
        bool code = print_code_item(&item, child);
        if (!code && object_get(child, "definition")->set) continue;
        if (!code) print_constraint(p, &item, child);
        if (first) print_gap(p);
        first = false;
        print_doc(&p->out, child->comment, inside(p));
        buf_printf(&p->out, "%s%s\n", inside(p), item.text);
    }
}

void print_block(struct printer *p, const struct object *table)
{
    print_columns(p, table);
    print_items(p, table);
    print_grant_items(p, table);
    print_relations(p, table);
    print_partitions(p, table);
}

void print_table(struct printer *p, const struct object *table)
{
    print_doc(&p->out, table->comment, "");
    buf_add(&p->out, "table ");
    print_declared(p, &p->out, table);
    print_was(&p->out, table);
    print_table_options(p, &p->out, table);
    buf_add(&p->out, " {\n");
    print_block(p, table);
    buf_add(&p->out, "}\n");
}
