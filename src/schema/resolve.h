/* resolve.h: the state of turning models into a schema; for the files of this folder only. */
#ifndef MODELC_SCHEMA_RESOLVE_H
#define MODELC_SCHEMA_RESOLVE_H

#include "model/model.h"
#include "schema/schema.h"
#include "schema/sequence.h"

/* A name that is taken, by whatever: objects, and what modelc has no kind for yet. */
struct named {
    const char *what;      /* "table", "index", "view", "domain" */
    struct span span;
    struct object *object; /* NULL where it isn't modelled */
    struct table *table;   /* of a table, else NULL */
};

/* The names in use in one schema. */
struct space {
    const char *name;
    const char *search_path;
    struct map *relations, *types, *constraints; /* plain name -> struct named */
    struct map *others; /* "operator class" .. -> the names of what has a name space of its own: routines with their
                           arguments */
};

struct mixin {
    const struct ast_decl *decl;
    bool open; /* being expanded: a `use` of it here is a loop */
};

/* An item of a table, its own or of a mixin it uses. */
struct item {
    const struct ast_decl *decl;
    const struct ast_decl *mixin; /* NULL for the table's own */
    struct span use;              /* where the mixin is named */
};

struct table {
    const struct ast_decl *decl;
    struct object *object;
    bool open;           /* inherits columns that the models don't show */
    struct table *parent; /* of a partition */
    VEC(struct item) items;
    struct map *constraints; /* names given to constraints: name -> struct named */
};

/* A foreign key on its way to its target, and its side of a relationship. */
struct link {
    struct object *object;
    struct table *table, *target; /* target NULL: not a table of the models */
    const struct ast_clause *references;
    const char *in_schema;
    const char *as;
    struct span as_span;
    bool told;     /* some `has` is its other side */
    bool recorded; /* in schema->relationships */
};

struct resolve {
    struct ctx *ctx;
    struct schema *schema;
    bool strict;
    bool extensions;           /* the models declare some: unknown types may come from them */
    struct map *spaces;        /* schema name -> struct space */
    struct map *mixins;        /* name -> struct mixin */
    struct map *fixed_names;   /* place of a name in a mixin that lacks {table} -> struct item of its first use */
    const struct ast_decl *naming;
    VEC(struct table *) tables;
    VEC(struct link *) links;
    struct map *others;         /* "publication" .. -> the names of what stands in no schema */
    VEC(struct created *) created;
    VEC(const struct ast_decl *) alter_statements, comment_statements;
    VEC(const struct ast_decl *) privilege_statements; /* GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, in order */
};

/* A CREATE statement on its way to its object. */
struct created {
    const struct ast_decl *decl;
    const struct ast_arg *text;
    struct sql_object_name name;
    const struct kind *kind;
    struct object *object; /* NULL until it has a place */
};

/* A declaration on its way to its object. */
struct build {
    struct resolve *r;
    const struct ast_decl *decl;
    struct object *object;
    struct table *table;    /* of a column, constraint or index */
    struct object *column;  /* of an inline constraint */
    const char *in_schema;
};

/* ---- resolve_names.c: finding names, and what to say where there is none */
struct space *space_of(struct resolve *r, const char *schema);           /* NULL: not declared */
struct object *namespace_of(struct schema *schema, const char *name); /* makes `public` where it is used */
/* The schema of a declaration: its qualifier, which has to be declared, or the file's. */
struct space *declared_space(struct resolve *r, const struct ast_decl *decl);
const char *schema_of_decl(const struct ast_decl *decl); /* the file's default schema */
enum name_sort { FIND_RELATION, FIND_TYPE };
/* Along the path of a file: the qualifier alone, else the file's schema, then public. */
struct named *find_name(struct resolve *r, enum name_sort sort, const char *in_schema, const char *schema,
                        const char *name, struct space **where);
struct named *take_name(struct resolve *r, struct map *names, const char *name, const char *what, struct span span);
void say_duplicate(struct resolve *r, struct span span, struct span first, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* With "did you mean" where `nearest` isn't NULL. */
struct diag *say_unknown(struct resolve *r, struct span span, const char *nearest, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* False and an error where a qualifier names a schema that isn't declared. */
bool check_space(struct resolve *r, const char *schema, struct span span);
struct table *find_table(struct resolve *r, const char *in_schema, const char *schema, const char *name,
                         struct span span, const struct named **found);
struct object *find_column(struct resolve *r, const struct table *table, const char *name, struct span span);
bool resolve_type(struct resolve *r, const char *in_schema, const char *text, struct span span, struct type_name *type);
struct span span_in(struct span island, size_t offset, size_t length);
void say_sql(struct resolve *r, struct span island, const struct sql_error *error);
void add_unhandled(struct resolve *r, const char *what, const char *path, struct span span);

/* ---- clauses.c: from clauses to values */
const struct ast_arg *clause_arg_of(const struct ast_clause *clause, enum ast_arg_type type, size_t nth);
void check_clauses(struct resolve *r, const struct ast_decl *decl); /* contradicting each other */
void apply_clauses(struct build *b);
void set_expr(struct value *value, struct ctx *ctx, const struct ast_arg *arg);
void set_refs(struct build *b, struct value *value, const struct ast_arg *arg);
void set_facets(struct build *b); /* span, doc comment, `was`, search path */

/* ---- declarations */
void declare_table(struct resolve *r, const struct ast_decl *decl);
/* resolve_table.c: what a table has from others, once all are declared; and by which columns it is partitioned. */
void resolve_inherits(struct resolve *r, struct table *table);
void resolve_partition_key(struct resolve *r, struct table *table);
/* A table's clauses that no field says: clauses.c calls them. */
void set_partition_key(struct build *b, const struct ast_clause *clause);
void declare_type(struct resolve *r, const struct ast_decl *decl); /* domain, composite */
void resolve_types(struct resolve *r); /* what those are made of, once all types are declared */
const char *type_collation(const struct type_name *type); /* the collation that goes without saying */
void declare_sql(struct resolve *r, const struct ast_decl *decl);
void declare_naming(struct resolve *r, const struct ast_decl *decl);
void declare_mixin(struct resolve *r, const struct ast_decl *decl);
void expand_items(struct resolve *r, struct table *table);
/* A name as written in a mixin: `{table}` replaced. */
const char *mixed_name(struct resolve *r, const struct table *table, const struct item *item, const char *name);
void check_mixed_name(struct resolve *r, const struct item *item, const char *what, const char *name, struct span span);
void resolve_columns(struct resolve *r, struct table *table);
void reserve_names(struct resolve *r, struct table *table);
void resolve_constraints(struct resolve *r, struct table *table);
void resolve_links(struct resolve *r);
void resolve_relations(struct resolve *r);
void name_children(struct resolve *r, struct table *table);
void check_all(struct resolve *r);
/* Whether a primary key, unique constraint or whole unique index has exactly these columns, in any order. */
bool is_unique_key(struct arena *arena, const struct object *key, const struct refs *columns);

/* Inline constraints of a column as declarations of their own, in the order of the source. */
struct inlines { const struct ast_decl **at; size_t n, cap; };
void split_column(struct resolve *r, const struct ast_decl *column, struct inlines *inlines);
bool is_inline_clause(const char *word); /* of a constraint that stands in a column, or one of its options */

/* ---- resolve_sql.c: CREATE statements */
/* The verbatim SQL of a top-level statement; NULL where it isn't whole. */
const struct ast_arg *statement_of(const struct ast_decl *decl);
bool has_field(const struct object *object, const char *field);
/* Operators, routines, casts by their arguments, once all types and columns are known. */
void resolve_arguments(struct resolve *r);
/* Triggers, rules and policies that are statements, once all relations are known. */
void place_statements(struct resolve *r);
void imply_families(struct resolve *r); /* resolve_family.c */
/* ---- resolve_find.c: what statements speak of */
/* NULL and an error where the name means nothing; NULL and *unmodelled where it may mean something that modelc has no
 * object for (PostgreSQL's own, an extension's, a kind to come). A view's column becomes an object here, where its kind
 * exists. */
struct object *find_spoken(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                           bool *unmodelled);
/* A column of any relation or an attribute of a type, as an object of its own: of a view where its kind exists, and of
 * a table that inherits it. NULL: none. */
struct object *own_column(struct resolve *r, struct object *relation, const char *name);
/* A table, view, materialized view or foreign table; else NULL and an error, but for what isn't modelled. */
struct object *find_relation(struct resolve *r, const char *in_schema, const char *schema, const char *name,
                             struct span span);
/* The argument types of what a statement speaks of: with `types`, in the spelling and the schemas of the models. */
bool resolve_arg_types(struct resolve *r, const struct ast_decl *decl, const struct sql_object_name *name,
                       struct type_names *types);
/* Where word `word` stands in the statement; the statement's first word where it doesn't. */
struct span place_in(const struct ast_decl *decl, const char *word);
/* The names of one sort, of a schema or (NULL) of those that stand in none. */
struct map *names_of_sort(struct resolve *r, struct space *space, const char *sort);
/* ---- resolve_trigger.c: trigger and policy items of tables */
/* The fields of a policy that is a statement. */
void read_policy(struct resolve *r, struct object *policy, const struct ast_arg *text);
void resolve_trigger(struct resolve *r, struct table *table, const struct item *item);
void resolve_policy(struct resolve *r, struct table *table, const struct item *item);
/* ---- resolve_alter.c, resolve_comment.c: once every object has its name */
void resolve_alters(struct resolve *r);
void resolve_comments(struct resolve *r);
/* resolve_collation.c */
void resolve_collations(struct resolve *r);

/* ---- resolve_privileges.c: owners, `grant` items of tables, and the privilege statements, once every object has its
 * name */
void resolve_privileges(struct resolve *r);

/* ---- sequence.c */
/* PostgreSQL's defaults filled in; false and an error at `span` where the options contradict each other. */
bool sequence_fill(struct resolve *r, const char *type, const struct sql_sequence *given, struct span span,
                   struct sequence_numbers *numbers);
void sequence_set(struct object *sequence, const char *type, const struct sequence_numbers *numbers, struct span span);
const char *integer_word(const struct sql_type *type); /* "integer" for int4 ..; NULL for other types */
void resolve_sequence(struct resolve *r, struct object *sequence);
void own_sequences(struct resolve *r);
void share_persistence(struct resolve *r); /* owned sequences are unlogged where their tables are */
/* OWNED BY, said by a declaration or by ALTER SEQUENCE at `decl`. */
void own_by(struct resolve *r, const struct ast_decl *decl, struct object *sequence, const struct sql_sequence *options,
            struct span span);
struct object *serial_sequence(struct resolve *r, struct table *table, struct object *column, const char *type);

/* ---- naming.c */
const char *default_name(struct ctx *ctx, const struct object *object, const struct map *taken,
                         const struct map *also_taken);

#endif
