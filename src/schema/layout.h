/* layout.h: which file of models says what, and in which order a person would want to read it. */
#ifndef MODELC_SCHEMA_LAYOUT_H
#define MODELC_SCHEMA_LAYOUT_H

#include "schema/schema.h"

enum layout_style {
    LAYOUT_SINGLE, /* one file */
    LAYOUT_SCHEMA, /* one per schema */
    LAYOUT_GROUP,  /* one per group of related tables, and one each for types, views, functions */
    LAYOUT_TABLE,  /* one per table, and the same */
};

struct layout_file {
    const char *name;     /* "shop", "shop/orders": below the models folder, without .model */
    const char *in_schema; /* the schema in force where the text begins; NULL: none yet, public */
    struct objects units; /* what stands at its top level, in order: schemas, types, tables, .. */
};
struct layout { struct layout_file *at; size_t n, cap; };

/* Types before tables, tables before those that refer to them, then views, then functions. The same schema always gives
 * the same layout. `single` is the name of LAYOUT_SINGLE's file. Models keep the order they were written in. */
void schema_layout(struct ctx *ctx, const struct schema *schema, enum layout_style style, const char *single,
                   struct layout *layout);
/* A file's text; parses back to equal objects where all files are read together. Empty where its units say nothing. */
const char *schema_print_file(struct ctx *ctx, const struct schema *schema, const struct layout_file *file);
/* A column, constraint, index, trigger or policy as an item of its table, in a file where `in_schema` is in force; NULL
 * where that can't say it. */
const char *schema_print_item(struct ctx *ctx, const struct schema *schema, const char *in_schema,
                              const struct object *object);

#endif
