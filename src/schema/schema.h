/* schema.h: a whole database as objects: from models (resolve) or from the catalog (pg/catalog); one tree for both. */
#ifndef MODELC_SCHEMA_H
#define MODELC_SCHEMA_H

#include "base/ctx.h"
#include "kind/kind.h"

struct ast_files; /* model/model.h: for schema_resolve() and its callers */

/* Something that modelc read but has no kind for yet: named, counted, never touched. */
struct unhandled {
    const char *what;   /* "view", "trigger", "partitioned table" */
    const char *path;   /* public.v */
    struct span span;   /* nowhere for live ones */
};

/* Both sides of a relationship, for the checks, generated code and diagrams. */
struct relationship {
    const struct object *foreign_key;
    const char *name;          /* `as` on the foreign key's side, NULL where unnamed */
    const struct object *table;/* table that says `has`, NULL where it doesn't */
    const char *has_name;
    bool many;
    const struct object *via;  /* second foreign key of a many-to-many, or NULL */
};

struct schema {
    struct ctx *ctx;
    bool live;
    struct objects roots;        /* schemas and extensions */
    struct objects all;          /* every object, parents first; all.at[i]->serial == i */
    VEC(struct unhandled) unhandled;
    VEC(struct relationship) relationships;
    size_t counts[64];           /* of all, by kind_order(); for schema_count() */
    struct map *called;          /* uses.c only: name -> struct objects, of those in schemas; made of the first n_called of all */
    size_t n_called;
    const struct map *shared_names; /* print_shared_names(); NULL until wanted */
    size_t files;                /* models: number of files */
    const char *role;            /* live: who reads it, and will own what is made; NULL: not known */
    int version;                 /* live: the server's, as 150004; 0: not known */
};

struct schema *schema_new(struct ctx *ctx, bool live);
/* A new object of a kind below a parent (NULL: a root), with room for its values; not checked for duplicates. */
struct object *schema_add(struct schema *schema, const struct kind *kind, struct object *parent, const char *name);
/* Names an object that was added without (name NULL), so that it can be found. */
void schema_name(struct schema *schema, struct object *object, const char *name);
struct object *schema_namespace(const struct schema *schema, const char *name);                      /* `schema` object or NULL */
struct object *schema_lookup(const struct schema *schema, const char *kind, const char *in, const char *name); /* in schema `in` */
/* "kind path" or bare "path" (as `--drop orders.qty`: schema public may be left out). NULL where nothing matches. */
struct object *schema_find_path(const struct schema *schema, const char *path);
size_t schema_count(const struct schema *schema, const char *kind);
/* Schemas that the models declare or use. */
bool schema_manages(const struct schema *models, const char *namespace);

/* models -> schema: mixins, naming, inline constraints, serial, references, `was`; duplicates name both places, unknown names get
 * "did you mean". NULL where there are errors (all are queued). strict: one-sided relationships are errors. */
struct schema *schema_resolve(struct ctx *ctx, const struct ast_files *files, bool strict);

/* The schema as model text: one file's worth, parses back to an equal schema (fmt-clean). */
const char *schema_print(struct ctx *ctx, const struct schema *schema);

/* PostgreSQL's own name for an unnamed constraint, index or serial's sequence; `taken` are names in use in its schema. */
const char *schema_default_name(struct ctx *ctx, const struct object *object, const struct map *taken);

/* "kind path" -> "v1:hash" of everything that is DDL; islands by shape, layout and intent left out. Keys are the form of object lines. */
struct map *schema_manifest(struct ctx *ctx, const struct schema *schema);
/* The hash of one object alone. */
const char *object_hash(struct ctx *ctx, struct object *object);

#endif
