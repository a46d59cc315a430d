/* print_type.c: domains and composite types as model text. */
#include "schema/print.h"

/* ---- domains */

static void print_check(struct printer *p, const struct object *check)
{
    buf_add(&p->out, " check ");
    if (!str_eq(check->name, schema_default_name(p->ctx, check, NULL))) {
        print_name(&p->out, check->name);
        buf_addc(&p->out, ' ');
    }
    print_island(&p->out, object_get(check, "expression")->expr.text);
    if (object_flag(check, "not_valid")) buf_add(&p->out, " not valid");
}

static void print_collation(struct printer *p, struct buf *buf, const struct object *object)
{
    const struct value *collation = object_get(object, "collation");
    if (!collation->set) return;
    buf_add(buf, " collate ");
    print_ref(p, buf, &collation->ref);
}

void print_domain(struct printer *p, const struct object *object)
{
    const struct value *value = object_get(object, "default");
    print_doc(&p->out, object->comment, "");
    buf_add(&p->out, "domain ");
    print_declared(p, &p->out, object);
    buf_addc(&p->out, ' ');
    print_type(p, &p->out, &object_get(object, "type")->type);
    print_collation(p, &p->out, object);
    if (value->set) {
        buf_add(&p->out, " default ");
        print_free(&p->out, value->expr.text, false);
    }
    if (object_text(object, "not_null_name")) {
        buf_add(&p->out, " constraint ");
        print_name(&p->out, object_text(object, "not_null_name"));
    }
    if (object_flag(object, "not_null")) buf_add(&p->out, " not null");
    print_was(&p->out, object);
    for (size_t i = 0; i < object->children.n; i++) print_check(p, object->children.at[i]);
    buf_addc(&p->out, '\n');
}

/* ---- composite types */

void print_composite(struct printer *p, const struct object *object)
{
    size_t widest = 0;
    for (size_t i = 0; i < object->children.n; i++) {
        size_t width = print_width(print_item_name(p, object->children.at[i]));
        if (width > widest) widest = width;
    }
    print_doc(&p->out, object->comment, "");
    buf_add(&p->out, "composite ");
    print_declared(p, &p->out, object);
    print_was(&p->out, object);
    buf_add(&p->out, " {\n");
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *attribute = object->children.at[i];
        const char *name = print_item_name(p, attribute);
        print_doc(&p->out, attribute->comment, "  ");
        buf_printf(&p->out, "  %s%*s", name, (int)(widest + 2 - print_width(name)), "");
        print_type(p, &p->out, &object_get(attribute, "type")->type);
        print_collation(p, &p->out, attribute);
        print_was(&p->out, attribute);
        buf_addc(&p->out, '\n');
    }
    buf_add(&p->out, "}\n");
}
