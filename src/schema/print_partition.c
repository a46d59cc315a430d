/* print_partition.c: what stands behind a table's name, and partitions as items of their table. */
#include <ctype.h>
#include <string.h>

#include "schema/print.h"

/* After the parenthesis that closes the one at `open`; 0 where comments or dollar quotes leave that uncertain. */
static size_t close_of(const char *text, size_t open)
{
    int depth = 0;
    for (size_t i = open; text[i] && !strchr("$\\", text[i]); i++) {
        if (str_starts(text + i, "--") || str_starts(text + i, "/*")) return 0;
        const char *end = text[i] == '\'' || text[i] == '"' ? strchr(text + i + 1, text[i]) : NULL;
        if (end) i = (size_t)(end - text);
        depth += (text[i] == '(') - (text[i] == ')');
        if (text[i] == ')' && depth == 0) return i + 1;
    }
    return 0;
}

/* Words in lower case, islands as they stand: "RANGE (a)" -> "range (a)". */
static void print_lower(struct buf *buf, const char *text)
{
    for (size_t i = 0; text[i];) {
        size_t close = text[i] == '(' ? close_of(text, i) : 0;
        if (text[i] == '(' && !close) close = strlen(text);
        if (close) buf_addn(buf, text + i, close - i);
        else buf_addc(buf, (char)tolower((unsigned char)text[i]));
        i = close ? close : i + 1;
    }
}

static void print_inherits(const struct printer *p, struct buf *buf, const struct object *table)
{
    const struct value *inherits = object_get(table, "inherits");
    for (size_t i = 0; i < inherits->refs.n; i++) {
        buf_add(buf, i ? ", " : " inherits (");
        print_ref(p, buf, &inherits->refs.at[i]);
    }
    if (inherits->refs.n) buf_addc(buf, ')');
}

static void print_named(struct buf *buf, const struct object *table, const char *field, const char *word)
{
    const struct value *value = object_get(table, field);
    if (!value->set) return;
    buf_printf(buf, " %s ", word);
    print_name(buf, value->text);
}

void print_table_options(const struct printer *p, struct buf *buf, const struct object *table)
{
    print_inherits(p, buf, table);
    if (table_is_partitioned(table)) {
        buf_add(buf, " partition by ");
        print_lower(buf, object_get(table, "partition_key")->expr.text);
    }
    if (object_get(table, "of_type")->set) {
        buf_add(buf, " of ");
        print_ref(p, buf, &object_get(table, "of_type")->ref);
    }
    if (object_flag(table, "unlogged")) buf_add(buf, " unlogged");
    if (object_get(table, "options")->pairs.n) {
        buf_add(buf, " with ");
        print_pairs(buf, &object_get(table, "options")->pairs);
    }
    print_named(buf, table, "method", "using");
    print_named(buf, table, "tablespace", "tablespace");
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    if (parent && object_get(parent, "tablespace")->set && !object_get(table, "tablespace")->set) buf_add(buf, " tablespace pg_default");
    if (object_flag(table, "rls")) buf_add(buf, " rls");
    if (object_flag(table, "force")) buf_add(buf, " force");
}

const struct object *print_next_partition(const struct printer *p, const struct object *table, size_t *i)
{
    while (table_is_partitioned(table) && *i < p->schema->all.n) {
        const struct object *other = p->schema->all.at[(*i)++];
        if (object_is(other, "table") && !other->aside && object_get(other, "partition_of")->ref.to == table) return other;
    }
    return NULL;
}

static void print_partition(struct printer *p, const struct object *table)
{
    static const char values[] = "FOR VALUES ";
    const char *bound = object_get(table, "bound")->expr.text, *indent = p->indent;
    const struct object *parent = object_get(table, "partition_of")->ref.to;
    p->indent = arena_printf(p->ctx->arena, "%s  ", indent ? indent : "");
    print_doc(&p->out, table->comment, p->indent);
    buf_printf(&p->out, "%spartition ", p->indent);
    if (parent->parent != table->parent) {
        print_name(&p->out, table->parent->name);
        buf_addc(&p->out, '.');
    }
    print_name(&p->out, table->name);
    buf_addc(&p->out, ' ');
    print_lower(&p->out, str_starts(bound, values) ? bound + sizeof values - 1 : bound);
    print_was(&p->out, table);
    print_table_options(p, &p->out, table);
    size_t mark = p->out.len;
    buf_add(&p->out, " {\n");
    size_t empty = p->out.len;
    print_block(p, table);
    if (p->out.len == empty) p->out.text[p->out.len = mark] = '\0';
    else buf_printf(&p->out, "%s}", p->indent);
    buf_addc(&p->out, '\n');
    p->indent = indent;
}

void print_partitions(struct printer *p, const struct object *table)
{
    const struct object *partition;
    bool first = true;
    for (size_t i = 0; (partition = print_next_partition(p, table, &i)); first = false) {
        if (first) print_gap(p);
        print_partition(p, partition);
    }
}
