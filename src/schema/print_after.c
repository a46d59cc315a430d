/* print_after.c: objects that are SQL statements, and what stands below an object in SQL. */
#include <string.h>

#include "schema/print.h"

bool prints_inside(const struct object *object)
{
    const struct object *parent = object_is(object, "table") ? object_get(object, "partition_of")->ref.to : NULL;
    if (parent) return !parent->aside;
    if (!object->live || !object_is(object, "sequence")) return false;
    const struct object *owner = object_get(object, "owned_by")->ref.to;
    return owner && !owner->aside && column_sequence(owner) == object;
}

void print_statement(struct printer *p, const struct object *object)
{
    const struct value *definition = object_get(object, "definition");
    if (!definition->set) return;
    print_doc(&p->out, object->comment, "");
    buf_printf(&p->out, "%s;\n", sql_closed(p->ctx->arena, definition->expr.text));
}

/* ---- comments */

/* A `---` line stands above a declaration; these have none. */
static bool has_doc_place(const struct object *object)
{
    if (object_is(object, "column") && column_is_parents(object)) return false;
    return !object_is(object, "view_column") && !object_is(object, "domain_check");
}

static void print_comment(struct printer *p, const struct object *object)
{
    if (!object->comment || (has_doc_place(object) && print_doc_fits(object->comment))) return;
    buf_add(&p->out, "COMMENT ON ");
    sql_comment_target(&p->out, object);
    buf_add(&p->out, " IS ");
    sql_literal(&p->out, object->comment);
    buf_add(&p->out, ";\n");
}

/* ---- the whole */

static bool stands_below(const struct printer *p, const struct object *child)
{
    if (child->aside || !object_get(child, "definition")->set) return false;
    struct buf spare = buf_new(p->ctx->arena);
    return !object_is(child->parent, "table") || !print_code_item(&spare, child);
}

/* Below the table whose column owns it. */
static void print_owned(struct printer *p, const struct object *column)
{
    const struct object *sequence = object_is(column, "column") ? column_sequence(column) : NULL;
    if (!sequence || !prints_inside(sequence)) return;
    if (print_is_serial(sequence)) {
        print_privileges(p, sequence);
        return;
    }
    buf_addc(&p->out, '\n');
    print_sequence(p, sequence);
    print_after(p, sequence);
}

static void print_after_partitions(struct printer *p, const struct object *table)
{
    const struct object *partition;
    for (size_t i = 0; (partition = print_next_partition(p, table, &i));) print_after(p, partition);
}

void print_after(struct printer *p, const struct object *object)
{
    print_alterations(p, object);
    print_comment(p, object);
    if (!object_is(object, "default_privileges")) print_privileges(p, object); /* which are nothing else */
    if (object_is(object, "schema")) return;
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        print_owned(p, child);
        if (stands_below(p, child)) {
            buf_addc(&p->out, '\n');
            print_statement(p, child);
        }
        if (!child->aside) print_after(p, child);
    }
    if (object_is(object, "table")) print_after_partitions(p, object);
}
