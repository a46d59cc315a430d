/* print.h: writing a schema as model text; for print*.c only. */
#ifndef MODELC_SCHEMA_PRINT_H
#define MODELC_SCHEMA_PRINT_H

#include "schema/schema.h"

struct printer {
    struct ctx *ctx;
    const struct schema *schema;
    struct buf out;
    const struct object *current; /* the schema that bare names mean here */
};

/* A name where clauses or items may begin: words of the language take quotes too. */
void print_name(struct buf *buf, const char *name);
/* The shortest name that means this table, sequence or enum here. */
void print_qname(const struct printer *p, struct buf *buf, const struct object *object);
/* Its name where it is declared: a bare one is of the current schema. */
void print_declared(const struct printer *p, struct buf *buf, const struct object *object);
void print_ref(const struct printer *p, struct buf *buf, const struct ref *ref);
void print_type(const struct printer *p, struct buf *buf, const struct type_name *type);
void print_doc(struct buf *buf, const char *comment, const char *indent);
void print_was(struct buf *buf, const struct object *object);
void print_pairs(struct buf *buf, const struct sql_pairs *pairs);
void print_names(struct buf *buf, const struct refs *refs);    /* (a, b) */
void print_island(struct buf *buf, const char *sql);           /* (sql) */
void print_free(struct buf *buf, const char *sql, bool to_end); /* bare where that reads back, else in parentheses */
/* Whether the column can be written as `serial`, and with which word. */
const char *serial_word(const struct object *column, const struct object **sequence);
void print_table(struct printer *p, const struct object *table);
/* A constraint or index: within a column's line, or as an item of its own. */
bool is_inline(const struct printer *p, const struct object *constraint, const struct object **column);
void print_inline(const struct printer *p, struct buf *buf, const struct object *constraint);
void print_constraint(const struct printer *p, struct buf *buf, const struct object *constraint);

#endif
