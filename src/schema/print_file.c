/* print_file.c: one file of models: schema lines, and what stands below them. */
#include "schema/layout.h"
#include "schema/print.h"

/* ---- homes */

/* Models: the schema whose file the object stands in, since its islands are read along that file's path. */
const struct object *print_home(struct ctx *ctx, const struct schema *schema, const struct object *object)
{
    if (object_is(object, "schema")) return object;
    const char *path = object->search_path && !object->live ? object->search_path : "";
    for (size_t i = 0; *path && i < schema->roots.n && !object_is(object, "extension"); i++) {
        const struct object *root = schema->roots.at[i];
        if (!object_is(root, "schema")) continue;
        const char *name = sql_ident_str(ctx->arena, root->name);
        const char *own = str_eq(name, "public") ? name : arena_printf(ctx->arena, "%s, public", name);
        if (str_eq(own, path)) return root;
    }
    return object_schema(object);
}

/* Public goes without saying. */
bool print_is_silent(const struct object *schema)
{
    bool says = schema->comment || schema->was || print_says_privileges(schema->home->ctx, schema);
    return str_eq(schema->name, "public") && (schema->implied || schema->live) && !says;
}

/* The line that declares a schema, and makes it the one that bare names mean. */
static void print_schema_line(struct printer *p, const struct object *schema, bool declares)
{
    bool first = !p->begun;
    p->begun = true;
    p->current = schema;
    if (first && (print_is_silent(schema) || (!declares && str_eq(schema->name, "public")))) return;
    if (p->out.len) buf_addc(&p->out, '\n');
    if (declares) print_doc(&p->out, schema->comment, "");
    buf_add(&p->out, "schema ");
    print_name(&p->out, schema->name);
    if (declares) print_was(&p->out, schema);
    buf_addc(&p->out, '\n');
    if (declares) print_after(p, schema);
}

/* ---- units */

static const struct unit_printer {
    const char *kind;
    void (*print)(struct printer *p, const struct object *object);
    bool spaced; /* an empty line between two of them */
} unit_printers[] = {
    {"extension", print_extension, false}, {"enum", print_enum, false}, {"sequence", print_sequence, false},
    {"domain", print_domain, false}, {"composite", print_composite, true},
    {"table", print_table, true}, {"default_privileges", print_privileges, false},
};

static struct unit_printer printer_of(const struct object *object)
{
    for (size_t i = 0; i < sizeof unit_printers / sizeof *unit_printers; i++) {
        if (object_is(object, unit_printers[i].kind)) return unit_printers[i];
    }
    return (struct unit_printer){object->kind->name, print_statement, true};
}

/* Whether it printed something; a serial's sequence prints nothing. */
static bool print_unit(struct printer *p, const struct object *object, bool same_kind)
{
    struct unit_printer unit = printer_of(object);
    size_t before = p->out.len;
    bool gap = before && (!same_kind || unit.spaced);
    if (gap) buf_addc(&p->out, '\n');
    size_t mark = p->out.len;
    unit.print(p, object);
    if (p->out.len > mark) {
        print_after(p, object);
        return true;
    }
    if (gap) p->out.text[p->out.len = before] = '\0';
    return false;
}

const char *schema_print_file(struct ctx *ctx, const struct schema *schema, const struct layout_file *file)
{
    struct printer p = {.ctx = ctx, .schema = schema, .out = buf_new(ctx->arena), .begun = file->in_schema != NULL};
    const struct object *before = NULL;
    p.constraints = print_shared_names(ctx, schema);
    if (file->in_schema) p.current = schema_namespace(schema, file->in_schema);
    for (size_t i = 0; i < file->units.n; i++) {
        const struct object *object = file->units.at[i], *home = print_home(ctx, schema, object);
        bool declares = home == object;
        if (home && (declares || home != p.current)) {
            if (home != p.current) print_schema_line(&p, home, declares);
            before = NULL;
        }
        if (declares) continue;
        if (print_unit(&p, object, before && before->kind == object->kind)) before = object;
    }
    return p.out.text;
}

const char *schema_print(struct ctx *ctx, const struct schema *schema)
{
    struct layout layout = {0};
    schema_layout(ctx, schema, LAYOUT_SINGLE, "schema", &layout);
    return layout.n ? schema_print_file(ctx, schema, &layout.at[0]) : "";
}
