/* print.h: writing a schema as model text; for print*.c only. */
#ifndef MODELC_SCHEMA_PRINT_H
#define MODELC_SCHEMA_PRINT_H

#include "schema/schema.h"

struct printer {
    struct ctx *ctx;
    const struct schema *schema;
    struct buf out;
    const struct object *current; /* the schema that bare names mean here */
    bool begun;                   /* some schema line, or public without one, is in force */
    const struct map *constraints; /* print_shared_names(): "schema.name" of those whose name another one has as well */
    const char *indent;           /* of what is printed: a partition stands in its table's block; NULL: none */
};

/* A name where clauses or items may begin: words of the language take quotes too. */
void print_name(struct buf *buf, const char *name);
/* The shortest name that means this table, sequence or enum here. */
void print_qname(const struct printer *p, struct buf *buf, const struct object *object);
/* Its name where it is declared: a bare one is of the current schema. */
void print_declared(const struct printer *p, struct buf *buf, const struct object *object);
void print_ref(const struct printer *p, struct buf *buf, const struct ref *ref);
void print_type(const struct printer *p, struct buf *buf, const struct type_name *type);
/* As `---` lines; nothing where those can't say it: then print_after() says it in SQL. */
void print_doc(struct buf *buf, const char *comment, const char *indent);
bool print_doc_fits(const char *comment);
void print_was(struct buf *buf, const struct object *object);
void print_pairs(struct buf *buf, const struct sql_pairs *pairs);
void print_names(struct buf *buf, const struct refs *refs);    /* (a, b) */
/* The length of a quoted text or a bracketed island at `at`, 0 where none begins. */
size_t print_closed(const char *at);
void print_island(struct buf *buf, const char *sql);           /* (sql) */
void print_free(struct buf *buf, const char *sql, bool to_end); /* bare where that reads back, else in parentheses */
/* Whether the column can be written as `serial`, and with which word. */
const char *serial_word(const struct object *column, const struct object **sequence);
void print_extension(struct printer *p, const struct object *extension);
void print_enum(struct printer *p, const struct object *object);
void print_sequence(struct printer *p, const struct object *sequence);
void print_statement(struct printer *p, const struct object *object); /* of a kind that is one SQL text */
/* What follows an object at the top level: its rules and the like, and in SQL what the language has no words for. */
void print_after(struct printer *p, const struct object *object);
void print_alterations(struct printer *p, const struct object *object);
/* The schema below whose line a top-level object stands; NULL: above all. */
const struct object *print_home(struct ctx *ctx, const struct schema *schema, const struct object *object);
bool print_is_silent(const struct object *schema); /* public where nothing is said of it */
bool print_is_serial(const struct object *sequence); /* a column says it */
bool prints_inside(const struct object *object);   /* within the object it belongs to, not at the top level */
/* A trigger or policy as an item of its table; false: it takes a statement. */
bool print_code_item(struct buf *buf, const struct object *object);
/* print_privileges.c: an object's owner and grants, in SQL; but a table's grants are its items wherever those can say it. A live object's
 * owner goes without saying where it is who reads the database. */
void print_privileges(struct printer *p, const struct object *object);
void print_grant_items(struct printer *p, const struct object *table);
bool print_says_privileges(struct ctx *ctx, const struct object *object);
void print_table(struct printer *p, const struct object *table);
/* The columns, constraints and relations of a table or partition: the lines of its block. */
void print_block(struct printer *p, const struct object *table);
void print_gap(struct printer *p); /* an empty line, but not at the beginning of a block */
/* ---- print_partition.c */
void print_table_options(const struct printer *p, struct buf *buf, const struct object *table);
void print_partitions(struct printer *p, const struct object *table);
/* The partitions of a table, one after the other: NULL at the end. */
const struct object *print_next_partition(const struct printer *p, const struct object *table, size_t *i);
void print_domain(struct printer *p, const struct object *domain);
void print_composite(struct printer *p, const struct object *composite);
/* Names of constraints that stand in several tables of a schema: for each "schema.name" an entry. */
const struct map *print_shared_names(struct ctx *ctx, const struct schema *schema);
const char *print_item_name(const struct printer *p, const struct object *column); /* of a column or attribute */
size_t print_width(const char *name); /* characters, not bytes: names line up on the screen */
/* A constraint or index: within a column's line, or as an item of its own. */
bool is_inline(const struct printer *p, const struct object *constraint, const struct object **column);
void print_inline(const struct printer *p, struct buf *buf, const struct object *constraint);
void print_constraint(const struct printer *p, struct buf *buf, const struct object *constraint);

#endif
