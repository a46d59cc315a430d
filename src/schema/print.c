/* print.c: a schema as model text: schemas, types, sequences, and the small parts that tables share. */
#include "schema/print.h"
#include "schema/sequence.h"

#include <ctype.h>
#include <string.h>

/* ---- names */

static bool is_language_word(const char *name)
{
    static const char *const words[] = {
        "primary", "unique",     "check",     "foreign", "exclude",    "index",       "constraint", "trigger",
        "policy",  "grant",      "partition", "use",     "has",        "null",        "not",        "pk",
        "default", "generated",  "identity",  "collate", "storage",    "compression", "statistics", "backfill",
        "convert", "references", "was",       "as",      "on",         "match",       "deferrable", "initially",
        "nulls",   "no",         "include",   "with",    "tablespace", "where",       "using",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(words[i], name)) return true;
    }
    return false;
}

/* U&"a\000Ab": in a model a quote ends on its line. */
static void print_escaped(struct buf *buf, const char *text, char quote)
{
    buf_printf(buf, "U&%c", quote);
    for (; *text; text++) {
        if (*text == '\n' || *text == '\r') {
            buf_printf(buf, "\\%04X", (unsigned)*text);
            continue;
        }
        if (*text == '\\' || *text == quote) buf_addc(buf, *text);
        buf_addc(buf, *text);
    }
    buf_addc(buf, quote);
}

void print_name(struct buf *buf, const char *name)
{
    if (strpbrk(name, "\r\n")) print_escaped(buf, name, '"');
    else if (is_language_word(name) && !sql_needs_quotes(name)) buf_printf(buf, "\"%s\"", name);
    else sql_ident(buf, name);
}

/* Whether something of the name stands in a schema that would be found before one of that name in public: names of indexes are
 * relations', too. */
static bool is_hidden(const struct object *schema, const char *name)
{
    static const char *const kinds_that_hide[] = {"table", "view", "materialized_view", "foreign_table", "sequence", "enum", "domain",
                                                  "composite", "range", "base_type"};
    static const char *const parts_that_hide[] = {"index", "view_index", "primary_key", "unique", "exclude"};
    for (size_t i = 0; i < sizeof kinds_that_hide / sizeof *kinds_that_hide; i++) {
        if (object_child(schema, kinds_that_hide[i], name)) return true;
    }
    for (size_t i = 0; i < schema->children.n; i++) {
        for (size_t k = 0; object_is_relation(schema->children.at[i]) && k < sizeof parts_that_hide / sizeof *parts_that_hide; k++) {
            if (object_child(schema->children.at[i], parts_that_hide[k], name)) return true;
        }
    }
    return false;
}

/* Whether a bare name is the object's: its schema is the current one, or public where the current one hides nothing. */
static bool is_on_path(const struct printer *p, const struct object *object)
{
    const struct object *schema = object_schema(object);
    if (schema == p->current) return true;
    if (!str_eq(schema->name, "public") || !p->current) return false;
    return !is_hidden(p->current, object->name);
}

void print_qname(const struct printer *p, struct buf *buf, const struct object *object)
{
    if (!is_on_path(p, object)) {
        print_name(buf, object_schema(object)->name);
        buf_addc(buf, '.');
    }
    print_name(buf, object->name);
}

void print_declared(const struct printer *p, struct buf *buf, const struct object *object)
{
    if (object_schema(object) != p->current) {
        print_name(buf, object_schema(object)->name);
        buf_addc(buf, '.');
    }
    print_name(buf, object->name);
}

void print_ref(const struct printer *p, struct buf *buf, const struct ref *ref)
{
    if (ref->to) {
        print_qname(p, buf, ref->to);
        return;
    }
    if (ref->schema && !str_eq(ref->schema, "pg_catalog")) {
        print_name(buf, ref->schema);
        buf_addc(buf, '.');
    }
    print_name(buf, ref->name);
}

void print_type(const struct printer *p, struct buf *buf, const struct type_name *type)
{
    if (!type->to || type->multirange) {
        buf_add(buf, sql_type_text(p->ctx->arena, &type->sql));
        return;
    }
    bool hidden = is_on_path(p, type->to) && sql_type_builtin(type->to->name); /* pg_catalog comes first */
    if (hidden) {
        print_name(buf, object_schema(type->to)->name);
        buf_addc(buf, '.');
    }
    print_qname(p, buf, type->to);
    if (type->sql.array) buf_add(buf, "[]");
}

void print_was(struct buf *buf, const struct object *object)
{
    if (!object->was) return;
    const struct object *schema = object_schema(object);
    buf_add(buf, " was ");
    if (object->was_schema && schema && !str_eq(object->was_schema, schema->name)) {
        print_name(buf, object->was_schema);
        buf_addc(buf, '.');
    }
    print_name(buf, object->was);
}

/* ---- texts */

/* `---` lines lose white space around them, and one that ends in a dash is a ruler. */
bool print_doc_fits(const char *comment)
{
    static const char white[] = " \t\r\n\v\f";
    if (!*comment || *comment == '\n') return false;
    for (size_t len; *comment; comment += len + (comment[len] == '\n')) {
        len = strcspn(comment, "\n");
        bool spaced = len && (strchr(white, comment[0]) || strchr(white, comment[len - 1]));
        if (spaced || (len && comment[len - 1] == '-')) return false;
        if (comment[len] && !comment[len + 1]) return false; /* an empty line at the end */
    }
    return true;
}

void print_doc(struct buf *buf, const char *comment, const char *indent)
{
    if (comment && !print_doc_fits(comment)) return; /* print_after() says it */
    while (comment) {
        size_t len = strcspn(comment, "\n");
        buf_printf(buf, "%s---%s%.*s\n", indent, len ? " " : "", (int)len, comment);
        comment = comment[len] ? comment + len + 1 : NULL;
    }
}


size_t print_closed(const char *at)
{
    if (*at != '\'' && *at != '"' && *at != '(' && *at != '[') return 0;
    char close = *at;
    if (*at == '(') close = ')';
    if (*at == '[') close = ']';
    for (size_t i = 1; at[i]; i++) {
        size_t inner = close == ')' || close == ']' ? print_closed(at + i) : 0;
        if (at[i] == close) return i + 1;
        if (inner) i += inner - 1;
    }
    return 0;
}

/* The server prints an expression in parentheses of its own; the island's are enough. A text with a backslash or a
 * dollar sign may close brackets that are none. */
void print_island(struct buf *buf, const char *sql)
{
    bool plain = *sql == '(' && !strpbrk(sql, "\\$") && !strstr(sql, "--") && !strstr(sql, "/*");
    size_t closed = plain ? print_closed(sql) : 0;
    if (closed && !sql[closed]) buf_add(buf, sql);
    else buf_printf(buf, "(%s%s)", sql, strstr(sql, "--") ? "\n" : "");
}

static bool has_comment(const char *sql)
{
    return strstr(sql, "--") || strstr(sql, "/*");
}

/* One run of letters, signs, quoted texts and brackets: nothing that could be taken for a clause. */
static bool is_one_token_run(const char *sql)
{
    for (const char *at = sql; *at;) {
        size_t closed = print_closed(at);
        if (!closed && !isalnum((unsigned char)*at) && !strchr("_.:+-*/", *at)) return false;
        at += closed ? closed : 1;
    }
    return !has_comment(sql);
}

void print_free(struct buf *buf, const char *sql, bool to_end)
{
    size_t closed = *sql == '(' ? print_closed(sql) : 0;
    bool island = closed && !sql[closed], bare = !strpbrk(sql, "\n\r;@\\") && !has_comment(sql);
    bool run = !to_end && !strpbrk(sql, "\n\r") && is_one_token_run(sql);
    if (to_end && island && bare) buf_add(buf, str_trim(buf->arena, arena_strndup(buf->arena, sql + 1, closed - 2)));
    else if (island || run || (to_end && bare)) buf_add(buf, sql);
    else print_island(buf, sql);
}

void print_names(struct buf *buf, const struct refs *refs)
{
    buf_addc(buf, '(');
    for (size_t i = 0; i < refs->n; i++) {
        if (i) buf_add(buf, ", ");
        sql_ident(buf, refs->at[i].name);
    }
    buf_addc(buf, ')');
}

static bool is_plain_value(const char *value)
{
    if (!isalnum((unsigned char)*value)) return false;
    for (; *value; value++) {
        if (!isalnum((unsigned char)*value) && !strchr("._", *value)) return false;
    }
    return true;
}

void print_pairs(struct buf *buf, const struct sql_pairs *pairs)
{
    buf_addc(buf, '(');
    for (size_t i = 0; i < pairs->n; i++) {
        buf_printf(buf, "%s%s = ", i ? ", " : "", pairs->at[i].name);
        bool number = is_plain_value(pairs->at[i].value) && (isdigit((unsigned char)pairs->at[i].value[0]) ||
                      !sql_needs_quotes(pairs->at[i].value));
        if (number) buf_add(buf, pairs->at[i].value);
        else sql_literal(buf, pairs->at[i].value);
    }
    buf_addc(buf, ')');
}

/* ---- enums, sequences, extensions */

static void print_label(struct buf *buf, const char *label)
{
    bool plain = (isalpha((unsigned char)*label) || *label == '_') && !str_eq(label, "was");
    for (const char *at = label; *at; at++) plain = plain && (isalnum((unsigned char)*at) || *at == '_');
    if (plain) {
        buf_add(buf, label);
        return;
    }
    if (strpbrk(label, "\r\n")) {
        print_escaped(buf, label, '\'');
        return;
    }
    buf_addc(buf, '\'');
    for (; *label; label++) {
        if (*label == '\'') buf_addc(buf, '\'');
        buf_addc(buf, *label);
    }
    buf_addc(buf, '\'');
}

void print_enum(struct printer *p, const struct object *object)
{
    const struct labels *labels = &object_get(object, "labels")->labels;
    print_doc(&p->out, object->comment, "");
    buf_add(&p->out, "enum ");
    print_declared(p, &p->out, object);
    print_was(&p->out, object);
    buf_add(&p->out, " {");
    for (size_t i = 0; i < labels->n; i++) {
        buf_add(&p->out, i ? ", " : " ");
        print_label(&p->out, labels->at[i].name);
        if (!labels->at[i].was) continue;
        buf_add(&p->out, " was ");
        print_label(&p->out, labels->at[i].was);
    }
    buf_add(&p->out, " }\n");
}

bool print_is_serial(const struct object *sequence)
{
    const struct object *column = object_get(sequence, "owned_by")->ref.to, *own = NULL;
    return column && serial_word(column, &own) && own == sequence;
}

static const char *number(const struct object *sequence, const char *field)
{
    const char *text = object_text(sequence, field);
    return text ? text : "1";
}

/* What differs from PostgreSQL's defaults. */
static void print_numbers(struct printer *p, struct buf *options, const struct object *sequence)
{
    struct sequence_numbers numbers = {.start = number(sequence, "start"), .increment = number(sequence, "increment"),
                                       .minimum = number(sequence, "minimum"), .maximum = number(sequence, "maximum"),
                                       .cache = number(sequence, "cache"), .cycle = object_flag(sequence, "cycle")};
    struct sql_pairs pairs = {0};
    sequence_pairs(p->ctx, object_text(sequence, "type"), &numbers, &pairs);
    for (size_t i = 0; i < pairs.n; i++) {
        buf_separate(options, "", " ");
        buf_add(options, pairs.at[i].name);
        if (!str_eq(pairs.at[i].name, "cycle")) buf_printf(options, " %s", pairs.at[i].value);
    }
}

void print_sequence(struct printer *p, const struct object *object)
{
    if (print_is_serial(object)) return;
    struct buf options = buf_new(p->ctx->arena);
    const struct object *owner = object_get(object, "owned_by")->ref.to;
    if (!str_eq(object_text(object, "type"), "bigint")) buf_printf(&options, "as %s", object_text(object, "type"));
    print_numbers(p, &options, object);
    if (owner) {
        buf_separate(&options, "", " ");
        buf_printf(&options, "owned by %s", object_path(p->ctx->arena, owner));
    }
    print_doc(&p->out, object->comment, "");
    buf_add(&p->out, "sequence ");
    print_declared(p, &p->out, object);
    if (options.len) buf_printf(&p->out, " (%s)", options.text);
    print_was(&p->out, object);
    buf_addc(&p->out, '\n');
}

void print_extension(struct printer *p, const struct object *object)
{
    const struct value *schema = object_get(object, "schema"), *version = object_get(object, "version");
    print_doc(&p->out, object->comment, "");
    buf_add(&p->out, "extension ");
    print_name(&p->out, object->name);
    bool known = schema->set && (schema_namespace(p->schema, schema->ref.name) || str_starts(schema->ref.name, "pg_") ||
                                 str_eq(schema->ref.name, "public"));
    if (known) {
        buf_add(&p->out, " schema ");
        print_name(&p->out, schema->ref.name);
    }
    if (version->set && !object->live) buf_printf(&p->out, " version %s", sql_literal_str(p->ctx->arena, version->text));
    buf_addc(&p->out, '\n');
}
