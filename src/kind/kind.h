/* kind.h: what an object is, and what a kind of object must tell about itself. A kind is one file, src/kind/<kind>.c; it
 * includes this header only: no libpq, no AST, no ordering, no comparing, no freeing. Generic drivers read its
 * field list to resolve models (schema/resolve), decode catalog rows (pg/catalog), compare (schema/diff), print
 * (schema/print), hash (schema/manifest) and document. */
#ifndef MODELC_KIND_H
#define MODELC_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "kind/op.h"
#include "sql/quote.h"
#include "sql/sql.h"

struct object;
struct kind;
struct schema;

/* ---- values: typed, so that one driver decodes, compares and prints each type for all kinds ---- */

enum value_type {
    VALUE_FLAG,   /* .flag */
    VALUE_WORD,   /* .text: one of a closed set, lower case: "cascade", "by default" */
    VALUE_TEXT,   /* .text: a name or number without an object behind it */
    VALUE_REF,    /* .ref: one object */
    VALUE_REFS,   /* .refs: an ordered list of columns */
    VALUE_TYPE,   /* .type */
    VALUE_EXPR,   /* .expr: an SQL island */
    VALUE_KEYS,   /* .keys: elements of an index or exclude constraint */
    VALUE_PAIRS,  /* .pairs: name = value, sorted by name: storage parameters, sequence options */
    VALUE_LABELS, /* .labels: of an enum, in order */
};

/* A reference. `to` is NULL for what modelc doesn't model (pg_catalog, extension members, kinds to come): then the names count. */
struct ref {
    const char *schema, *name;
    struct object *to;
    struct span span;
};
struct refs { struct ref *at; size_t n, cap; };

struct type_name {
    struct sql_type sql;  /* schema filled where known; "serial" never stands here */
    struct object *to;    /* the enum, domain, composite .., or the table whose row it is, where modelled */
    bool multirange;      /* `to` is a range, and this its multirange type, which has a name of its own */
    const char *text;     /* as written by the user, or as the catalog prints it */
};

struct expr {
    const char *text;      /* the user's, or the catalog's deparsed one; this is what gets emitted */
    const char *shape;     /* sql_shape(), computed on demand by expr_shape() */
    const char *canonical; /* what the server prints for it on the target; NULL until asked (live: `text` itself unless re-read) */
};

struct key {
    struct object *column;      /* or NULL for an expression */
    struct expr expr;           /* .text NULL for a plain column */
    struct ref collation;       /* name NULL: the column's own */
    struct ref opclass;         /* name NULL: the default for the type and method */
    const char *opclass_options;
    bool desc;
    bool nulls_first;           /* resolved: PostgreSQL's default is desc -> first, asc -> last */
    const char *operator_schema, *operator_name; /* exclude */
    const char *canonical;      /* the whole element as the server prints it; set on both sides by the canonicaliser */
};
struct keys { struct key *at; size_t n, cap; };

struct label { const char *name, *was; struct span span; };
struct labels { struct label *at; size_t n, cap; };

struct value {
    bool set;          /* false: absent, all else is zero; then the field's `absent` holds */
    struct span span;  /* in the model; for an island: of its text */
    union {            /* by the field's type */
        const char *text;
        bool flag;
        struct ref ref;
        struct refs refs;
        struct type_name type;
        struct expr expr;
        struct keys keys;
        struct sql_pairs pairs;
        struct labels labels;
    };
};

/* ---- facets: what every kind of object may have ---- */

/* One privilege of one role, as something it has; or, in a list of steps, as something that is said of it. */
enum privilege_verb { PRIVILEGE_GRANT, PRIVILEGE_REVOKE, PRIVILEGE_REVOKE_OPTION };
struct privilege {
    const char *role;   /* "" for PUBLIC */
    const char *name;   /* upper case: "SELECT"; "ALL" in what models say */
    const char *column; /* of a table or view; NULL: the whole object */
    bool grantable;
    enum privilege_verb verb;
    struct span span;   /* where the models say it */
};
struct privileges { struct privilege *at; size_t n, cap; };

struct type_names { struct type_name *at; size_t n, cap; };

/* ---- fields ---- */

enum change_means {
    ALTER,    /* the kind's alter() handles it */
    RECREATE, /* drop and create */
    INTENT,   /* not DDL: how to get there (backfill, convert); never compared, printed or hashed */
    LIVE,     /* known of live objects only (the name of an identity's sequence); never compared, printed or hashed */
};

struct field {
    const char *name;     /* also the column of the kind's catalog query that feeds it */
    const char *word;     /* the language's word (a clause of ast.h) that sets it; NULL: set by code in schema/resolve */
    enum value_type type;
    enum change_means means;
    const char *absent;   /* WORD and TEXT: the value that "not said" means, e.g. "no action"; NULL: none */
    const char *refers;   /* REF: kind of its target ("schema", "table", "collation", "sequence") */
    bool later;           /* REF: not needed to create the object; `finish` sets it (breaks loops) */
    bool loose;           /* "not said" in the model accepts whatever is live (an extension's version, the name of a NOT NULL) */
    enum sql_island island; /* EXPR: what its text is; SQL_EXPR, unless it says otherwise: SQL_STATEMENTS for a definition */
    bool shadow;          /* EXPR: only a server that holds the whole schema can spell it (pg/shadow.h), no temp table */
};

/* X-macro rows of a kind's field list: F(name, word, type, means, ) or F(name, word, type, means, .absent = "x") */
#define FIELD_ENUM(name_, ...) F_##name_,
#define FIELD_ROW(name_, word_, type_, means_, ...) \
    {.name = #name_, .word = word_, .type = VALUE_##type_, .means = means_, __VA_ARGS__},

/* ---- objects ---- */

/* What models say of how to change a table that is in use; LARGE: always, and data are changed in batches. */
enum online_word { ONLINE_UNSAID, ONLINE_NEVER, ONLINE_ALWAYS, ONLINE_LARGE };

struct objects { struct object **at; size_t n, cap; };

/* Where parked tables, sequences and types lie, and what the names of parked columns begin with. Nothing of it is compared. */
#define ATTIC_SCHEMA "modelc_attic"
#define ATTIC_COLUMN "_attic_"

enum park {
    PARK_NOT,
    PARK_ITSELF, /* it is moved */
    PARK_ALONG,  /* it goes where its table or type goes */
    PARK_APART,  /* its table is moved; it would hold or do something there, so it is dropped */
};

/* Objects by the names they were added with, in open addresses. */
struct name_entry { const char *name; struct object *object; };
struct child_names { struct name_entry *at; size_t n, size; };

struct object {
    const struct kind *kind;
    const char *name;          /* unquoted */
    struct object *parent;     /* table -> schema, column -> table; NULL for schema and extension */
    struct objects children;   /* in the order of the model or the catalog */
    struct child_names by_name;      /* of children, for object_child() */
    struct value *values;      /* [kind->n_fields] */
    bool has_args;             /* a routine or operator: its argument types follow its name (a cast's are in it) */
    struct type_names args;    /* input types, without modifiers; an operator's missing side has the name "none" */
    const char *tail;          /* verbatim SQL that follows the quoted name: " USING btree" of an operator class; NULL: none */
    const char *comment;       /* NULL: none */
    const char *owner;         /* a role; NULL: not said (models) */
    struct privileges privileges; /* live: all it has (nothing is listed where it has what is the default); models: what GRANT and
                                     REVOKE say of it, one after the other (schema/privileges.h) */
    bool says_privileges;      /* models: some GRANT or REVOKE speaks of it; live: it has others than the default ones */
    struct objects uses;       /* live: what pg_depend says it depends on, columns included; models: see object_uses() */
    struct objects mentions;   /* models: what the text of a routine's body mentions, and needs only to be made */
    bool uses_known;
    const struct schema *home; /* the schema (schema/schema.h) it stands in */
    struct span span;          /* the name in the model; nowhere for live objects */
    struct span comment_span;
    const char *search_path;   /* under which its SQL islands are read: "media, public"; live: "" */
    bool unnamed;              /* the model gave no name: `name` is the default one */
    bool implied;              /* the model didn't declare it: schema public, the sequence of a serial column */
    const char *was_schema, *was; /* rename intent; was NULL: none */
    struct span was_span;
    bool live;
    int version;               /* live: the server's, as 150004; else 0 */
    bool broken;               /* live index that is INVALID */
    bool holds_nulls;          /* column of the models that becomes NOT NULL: its live rows hold NULL (asked before planning) */
    bool building;             /* live index that is being built now */
    bool reordered;            /* a composite that nothing holds values of: made again for the order of its attributes */
    bool inherited;            /* of a partition or child table: its parent's, spelled out here only to compare (schema/inherit.c) */
    bool anew;                 /* dropped and made again in this plan */
    bool joins;                /* a table that becomes a partition or child, or ends to be one, in this plan; or the parent that it is about */
    bool new_values;           /* a column's default gives each row a value of its own (a volatile function; asked before planning) */
    bool large;                /* a table whose statistics tell of many rows (asked before planning) */
    enum online_word online;   /* @online(..) of the models */
    bool lets_go;              /* a column whose default uses something that goes: the default goes first */
    bool apart;                /* has a statement of its own, as its parent's CREATE would come too early for it; a column: its default has */
    bool unchecked;            /* a routine that can't be made after all that its body mentions: made with check_function_bodies off */
    bool referenced;           /* a table that a foreign key points at (set by the planner) */
    bool aside;                /* left out of the comparison: another revision's matter */
    struct object *peer;       /* the same object on the other side, once bound */
    const struct object *now;  /* whose names the SQL has to use at this point of a plan (set by the planner) */
    struct change *change;     /* create, drop, alter or recreate in the set of changes at hand (diff.h: changes_mark) */
    struct change *renaming;   /* its rename or move in that set */
    size_t serial;             /* position among all objects of its schema: stable ties */
    const void *decl;          /* struct ast_decl, schema/resolve only */
    enum park park;            /* live, and dropped by this plan: whether it is moved to the attic instead (plan/park.h) */
    const char *attic;         /* its name there */
    bool attic_holds;          /* a type that this plan drops: something that was parked before has values of it */
    const char *attic_prefix;  /* of a table: what the names of its indexes begin with there */
    const char *not_parked;    /* why it is dropped all the same; NULL: nothing is lost, or it is parked */
    struct object *sequence;   /* column_sequence() only: what it found, of `linked` children of the schema */
    size_t linked;
};

/* The value of a field by its name; never NULL (an unset value where the kind has no such field). */
const struct value *object_get(const struct object *object, const char *field);
struct value *object_set(struct object *object, const char *field); /* aborts on an unknown field: a programming error */
bool object_flag(const struct object *object, const char *field);
/* The text of a WORD or TEXT, or what absence means. */
const char *object_text(const struct object *object, const char *field);
static inline bool object_is(const struct object *object, const char *kind);
struct object *object_child(const struct object *object, const char *kind, const char *name);
/* So that object_child() finds it; of two of one kind and name the first. */
void object_enter(struct arena *arena, struct object *child, const char *name);
/* kind "public.products.xyz": parts quoted where SQL would; a table's children are schema.table.name, an index is schema.name. */
const char *object_path(struct arena *arena, const struct object *object);
/* For people: without the schema where that is public: "products.xyz", "media.mediaassettype". */
const char *object_shown(struct arena *arena, const struct object *object);
const char *name_shown(struct arena *arena, const char *name); /* one name, for people */
struct object *object_schema(const struct object *object); /* its `schema` ancestor, or NULL */
const char *expr_shape(struct ctx *ctx, enum sql_island island, struct expr *expr);

/* ---- emitting ---- */

struct ops {
    struct ctx *ctx;
    const struct change *change; /* being emitted */
    bool online;                 /* existing tables change in the forms that block least */
    bool annotated;              /* .. or not, where @online says so */
    bool beside;                 /* a key or index that is made anew: built beside the old one, whose place it takes */
    bool parts_built;            /* an index of a partitioned table: those of its partitions are there */
    bool reverse;                /* planning a downgrade: `from` is the models' side */
    bool foreign;                /* what is dropped was made in this database only (--drop): elsewhere it may not exist */
    bool forced;                 /* this change is made only because something it depends on changes */
    int version;                 /* the server's, as 150004; 0: not known */
    const char *role;            /* whose what is made will be; NULL: not known */
    VEC(struct op) list;
};

/* Appends an op for the change being emitted and returns it for further settings (valid until the next). */
struct op *op_add(struct ops *ops, enum op_phase phase, const char *sql);
struct op *op_addf(struct ops *ops, enum op_phase phase, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, read under the object's search path, since the user's SQL is in it. */
struct op *op_add_user(struct ops *ops, enum op_phase phase, const struct object *object, const char *sql);

/* SQL names as they are at this point of the plan (object->now). */
void sql_object(struct buf *buf, const struct object *object);     /* public.products; a column or constraint: its bare name */
void sql_table_of(struct buf *buf, const struct object *child);    /* the qualified table of a column, constraint or index */
const char *sql_object_str(struct arena *arena, const struct object *object);
void sql_object_as(struct buf *buf, const struct object *object, const char *name); /* the same place, another name */
void sql_columns(struct buf *buf, const struct refs *columns);     /* a, "B" */
void sql_keys(struct buf *buf, const struct keys *keys);
void sql_pairs(struct buf *buf, const struct sql_pairs *pairs);    /* fillfactor='80', .. */
void sql_type(struct buf *buf, const struct type_name *type);      /* qualified; through object->now */
void sql_ref(struct buf *buf, const struct ref *ref);
/* What COMMENT ON and DROP take: "TABLE public.t", "COLUMN public.t.c", "CONSTRAINT n ON public.t", "TRIGGER n ON public.t",
 * "FUNCTION public.f(integer)", "CAST (a AS b)". */
void sql_comment_target(struct buf *buf, const struct object *object);
/* "(integer, public.mood)" of what has arguments, else nothing. */
void sql_args(struct buf *buf, const struct object *object);

/* Structural equality of two values of one field, by peers for references. Expressions: equal text, shape or canonical. */
bool value_equal(struct ctx *ctx, const struct field *field, struct value *from, struct value *to);

/* Whether both have the same arguments, by peers for the models' own types. */
bool same_args(const struct object *from, const struct object *to);
const char *transform_language(const struct object *object); /* the end of its name: " LANGUAGE plperl"; NULL: no transform */

/* ---- what several kinds share ---- */

/* Kinds whose object is one SQL text, in a field `definition` (EXPR, island SQL_STATEMENTS, shadow): CREATE .. and what
 * ALTERs belong to it, separated by `;`. Live texts are built by the kind's query, every name qualified. */
void statement_create(const struct object *object, struct ops *ops); /* in the phase the kind names */
void statement_drop(const struct object *object, struct ops *ops);   /* DROP <comment target> */
/* Its definition as the server prints it; NULL: the server was not asked. */
const char *statement_printed(const struct object *object);
/* CREATE OR REPLACE, for a kind's alter(). */
void statement_replace(const struct object *from, const struct object *to, const bool *changed, struct ops *ops);
/* The field list of such a kind: STATEMENT(F) and further rows. `means_` of a definition: ALTER or RECREATE. */
#define STATEMENT_FIELD(F, means_) F(definition, NULL, EXPR, means_, .island = SQL_STATEMENTS, .shadow = true)

/* "IF EXISTS ", where what is dropped may not be there. */
const char *drop_if(const struct ops *ops);

/* "nextval" default or ownership: the sequence object that a column owns, or NULL. */
struct object *column_sequence(const struct object *column);
/* Constraints: ALTER TABLE t ADD CONSTRAINT n <definition>, its drop, rename and deferrability. */
void constraint_add(const struct object *object, const char *definition, unsigned risk, struct ops *ops);
void constraint_drop(const struct object *object, struct ops *ops);
void constraint_rename(const struct object *from, const struct object *to, struct ops *ops);
void constraint_deferrable(const struct object *object, struct buf *out);
void constraint_validate(const struct object *object, struct ops *ops);
/* CONSTRAINT n <definition>, for CREATE TABLE. */
bool constraint_define(const struct object *object, void (*definition)(const struct object *, struct buf *), struct buf *out);
/* After "PRIMARY KEY (": columns, closing parenthesis, INCLUDE, WITH, DEFERRABLE. */
void key_constraint(const struct object *object, struct buf *out);
void key_tail(const struct object *object, struct buf *out); /* INCLUDE and WITH alone */
/* keys.c: what every index has, a constraint's too: options, tablespace, and being the one that a table is clustered on or that
 * identifies its rows. */
void key_alter(const struct object *from, const struct object *to, struct ops *ops);
bool key_must_recreate(const struct object *from, const struct object *to, const bool *changed);
void key_finish(const struct object *object, struct ops *ops);
void key_leave(const struct object *object, struct ops *ops); /* before it is dropped */
void key_drop(const struct object *object, struct ops *ops);  /* of a constraint */
void describe_columns(const struct object *object, struct buf *out); /* (a, b) */
/* An island's text so that what follows it can't become part of it: a trailing `--` comment gets its newline. */
const char *sql_closed(struct arena *arena, const char *text);
/* ---- online.c: the forms that block least ---- */
/* Whether a part of a table that exists gets it: models and modelc.ini say so, and its tables neither join nor leave others. */
bool online_applies(const struct object *part, const struct ops *ops);
/* Rows are many: what changes data does so in batches. */
bool online_large(const struct object *table);
/* CREATE UNIQUE INDEX CONCURRENTLY, and ADD CONSTRAINT USING INDEX; false: the plain form has to do .. */
bool online_key(const struct object *key, const char *noun, struct ops *ops);
/* .. and the op added last says why. */
void online_say_plain(const struct object *constraint, struct ops *ops);
/* A constraint that existing rows don't have to keep yet, then VALIDATE; `definition` without NOT VALID. */
void online_constraint(const struct object *constraint, const char *definition, struct ops *ops);
/* VALIDATE CONSTRAINT in a transaction of its own: reads and writes go on. `name`: its name as SQL. */
struct op *online_validate(const struct object *part, const char *name, struct ops *ops);
/* The name that a new index bears while the old one is still there; what the old one is called then. */
const char *online_new_name(struct arena *arena, const struct object *index);
const char *online_old_name(struct arena *arena, const struct object *index);
/* Whether a dropped key or index has a new one in its place, so that it goes after that was built. */
bool online_replaced(const struct object *from, const struct ops *ops);
/* A column of an existing table becomes NOT NULL: as a constraint that is not valid yet .. */
void online_not_null_begin(const struct object *column, enum op_phase phase, struct ops *ops);
/* .. and once no row holds NULL any more. */
void online_not_null_end(const struct object *column, struct ops *ops);
/* `op` changes data in batches by the table's key; false: it has none. */
bool online_batch(const struct object *table, struct op *op, struct ops *ops);
/* type_rewrite.c: whether ALTER COLUMN TYPE writes the table anew; else the stored values stay as they are. */
bool type_change_rewrites(const struct type_name *old, const struct type_name *new);
bool type_has_rules(const struct type_name *type); /* a domain that refuses some values: ADD COLUMN writes the table anew, too */
/* ---- identity.c: identity columns, from serial ones and back; the bounds of sequences ---- */
struct identity_changes { bool identity, options; };
void identity_define(const struct object *column, struct buf *out);
void identity_alter(const struct object *from, const struct object *to, const struct identity_changes *changed, struct ops *ops);
/* A name PostgreSQL gave to the sequence of an identity column follows the renames of its table and column. */
void identity_follow(const struct object *from, const char *from_table, const struct object *to, const char *to_table, struct ops *ops);
/* Where a sequence of a type stands by itself. */
const char *sequence_lowest(const char *type);
const char *sequence_highest(const char *type);
struct sequence_bounds { const char *minimum, *maximum, *start; };
/* The sequence began where it may not stand any more: within `wide`, which hold the old bounds and the new, it is first brought into the
 * new ones. NULL: nothing to do; else a statement, to run between an ALTER to `wide` and the one to the new bounds. */
const char *sequence_begin_anew(struct arena *arena, const char *sequence, const struct sequence_bounds *from,
                                const struct sequence_bounds *to, struct sequence_bounds *wide);
/* ---- not_null.c: the NOT NULL of a column as a constraint (PostgreSQL 18) ---- */
#define NOT_NULL_FIELDS(F)                            \
    F(not_null, NULL, TEXT, ALTER, .loose = true)     \
    F(not_null_not_valid, NULL, FLAG, ALTER, )        \
    F(not_null_no_inherit, NULL, FLAG, ALTER, )       \
    F(not_null_comment, NULL, TEXT, ALTER, )          \
    F(not_null_chosen, NULL, TEXT, LIVE, )
struct not_null_changes { bool name, valid, inherit, comment; };
const char *not_null_name(const struct object *column, struct arena *arena);
/* " CONSTRAINT n NOT NULL" of a definition; `implied`: by something else that it says, where it is plain. */
void not_null_define(const struct object *column, bool implied, struct buf *out);
void not_null_add(const struct object *column, struct ops *ops);
void not_null_comment(const struct object *column, struct ops *ops);
void not_null_finish(const struct object *column, struct ops *ops);
void not_null_alter(const struct object *from, const struct object *to, const struct not_null_changes *changed, struct ops *ops);
void not_null_follow(const struct object *from, const char *from_table, const struct object *to, const char *to_table, struct ops *ops);
void column_set_default(const struct object *column, struct ops *ops);
/* Sets the column to `value` where it is NULL. */
struct op *column_update(const struct object *column, const char *value, struct ops *ops);
/* "c type COLLATE ..": what it is, without default and NOT NULL. */
void column_name_and_type(const struct object *column, struct buf *out);
/* ALTER TABLE t ALTER COLUMN c <what>, in the one group of this column's ops. */
struct op *column_alter(const struct object *column, const char *what, struct ops *ops);
/* Whether PostgreSQL's own assignment cast does a type change, and dependents follow by themselves (int -> bigint, varchar -> text). */
bool column_casts_itself(const struct object *from, const struct object *to);
/* The name a label of one enum lives on under in the other; NULL: removed. */
const char *enum_label_after(const struct object *from, const struct label *label, const struct object *to);
/* ---- types.c ---- */
/* What a type is below its domains; an array where any of them is one. */
struct type_name type_base(const struct type_name *type);
/* Storage that a type's columns have by default: "plain" for fixed-length types, "main" for inet and cidr, else "extended". */
const char *type_storage(const struct type_name *type);
/* The domain that gives values of a type their default; NULL: none. */
const struct object *type_with_default(const struct type_name *type);
/* The least a value of a type can be; NULL where nobody can say. */
const char *type_neutral_value(struct arena *arena, const struct type_name *type);
/* type_loss.c: whether a change of a built-in type cuts or rounds values without refusing them. */
bool type_change_loses(const struct type_name *old, const struct type_name *new);
/* Whether PostgreSQL has no cast between the two: one enum to another, a composite to what is built in its place. */
bool type_goes_by_text(const struct type_name *old, const struct type_name *new);
/* `value` of the old type as one of the new: "c::t", "(c::text)::t", an enum's renamed labels replaced, a composite's attributes
 * one by one. No subqueries: it stands in ALTER COLUMN .. TYPE .. USING. */
void type_convert(struct buf *out, const char *value, const struct type_name *old, const struct type_name *new);
/* A kind's rebuild(): the old type makes room for the new one (group 1); at the end comments of the new one's kept parts, and the
 * drop of the old one. */
struct op *rebuild_aside(const struct object *to, struct ops *ops);
void rebuild_finish(const struct object *to, struct ops *ops);
/* ALTER TABLE|INDEX <name> SET (..) and RESET (..) from one pair list to the other. */
void options_alter(const char *noun, const struct object *to, const struct sql_pairs *from_pairs,
                   const struct sql_pairs *to_pairs, enum op_phase phase, struct ops *ops);
/* partition.c: a table as a partition or child of others. */
/* The tables it takes its columns from: the one it is a partition of, or those it inherits. */
void table_parents(const struct object *table, struct arena *arena, struct objects *parents);
bool table_is_partition(const struct object *table);
bool table_is_partitioned(const struct object *table);
/* Its own column of that name, else that of its parents; inherited_column: of its parents only. NULL: none. */
struct object *table_column(const struct object *table, const char *name);
struct object *inherited_column(const struct object *table, const char *name);
/* All its columns, the inherited ones first, each once. */
void table_columns(const struct object *table, struct arena *arena, struct objects *columns);
/* PARTITION OF .. / INHERITS (..) of CREATE TABLE; attaching, detaching and what else `changed` says of a table's parents. */
void partition_head(const struct object *table, struct buf *sql);
void inherits_clause(const struct object *table, struct buf *sql);
void partition_alter(const struct object *from, const struct object *to, bool bound, struct ops *ops);
void partition_leave(const struct object *table, struct ops *ops);
bool partition_is_new_beside_default(const struct object *table);
/* The same for whatever stands between ALTER and SET. */
void options_alter_named(const char *noun, const char *name, const struct sql_pairs *from_pairs, const struct sql_pairs *to_pairs,
                         enum op_phase phase, struct ops *ops);
/* inherit_hold.c: between two parents: whether something had to be held; then inherit_let_go() follows the new parents' INHERIT. */
bool inherit_hold(const struct object *from, const struct object *to, struct ops *ops);
void inherit_let_go(const struct object *to, struct ops *ops);
/* override.c: columns that parent and child both declare. Whether a child's column differs in what a child may change. */
bool override_differs(struct ctx *ctx, const struct object *from, const struct object *to, bool *changed);
bool column_overrides(const struct object *column);
/* Of a child table, no partition, that does not declare it: only its parents do. ALTERs say what differs. */
bool column_is_parents(const struct object *column);
void override_create(const struct object *column, struct ops *ops);
bool override_drop(const struct object *column, struct ops *ops); /* false: a column like any other */
/* Whether the object's table exists before this plan (so that it may hold rows). */
bool table_exists(const struct object *child);

/* ---- kinds ---- */

struct catalog_query {
    int min_version;   /* server_version_num; rows of one part newest first */
    const char *sql;   /* see pg/catalog.h for the columns it returns */
    int part;          /* 0: the objects themselves; 1, 2, ..: further queries that complete them. Parts ascend */
    const char *present; /* as the kind's: where this has no row, the part is not read; NULL: always */
};

/* Names that live in one namespace can't be taken before they are released. */
enum name_space { NAMES_OWN, NAMES_RELATION, NAMES_TYPE, NAMES_CONSTRAINT };

struct kind {
    const char *name;    /* "foreign_key": object lines, --drop PATH */
    const char *title;   /* "foreign key": for people */
    const char *noun;    /* "TABLE", "TYPE": for COMMENT ON, ALTER .. RENAME; NULL where special */
    const char *parent;  /* "table", "schema" or NULL; where it may be one of several: "table view materialized_view" */
    const char *word;    /* the declaration's word in ast.h: "table", "foreign key" */
    enum name_space name_space;
    bool overloaded;     /* several of one name live side by side, told apart by their arguments */
    bool verbatim;       /* its name is SQL as it stands, never quoted: an operator's sign, a cast's "(a AS b)" */
    /* Writes a verbatim name that is made of types (object->args) as those are called at this point of a plan. */
    void (*spell)(struct buf *buf, const struct object *object);
    enum op_phase phase; /* of statement_create() */
    bool own_comment;    /* its live comment is not ours unless the model gives one (an extension's) */
    const struct field *fields;
    size_t n_fields;
    const struct catalog_query *queries; /* newest first, ends with {0}; NULL: another kind's query feeds it */
    /* "pg_policy", "pg_proc WHERE oid >= 16384": where this has no row, no database object of the kind can exist, and its queries are not
     * run; cheap to ask. NULL: always run them. Two more tables are at hand: relkinds (relkind) and typtypes (typtype; of no
     * array) hold what there is of the user's in pg_class and pg_type. */
    const char *present;
    /* "function operator": kinds of objects that its `definition` calls by name where neither pg_depend nor the syntax tree tells; they
     * are found by their names in it, live or not. NULL: none. */
    const char *calls;
    /* CREATE or ALTER TABLE .. ADD. */
    void (*create)(const struct object *object, struct ops *ops);
    /* Its text inside the parent's CREATE TABLE; false: it has to be created on its own. NULL: always on its own. */
    bool (*define)(const struct object *object, struct buf *out);
    /* What create and define could not say and has to follow (SET STORAGE, OWNED BY). May be NULL. */
    void (*finish)(const struct object *object, struct ops *ops);
    /* changed[i] tells which fields differ. */
    void (*alter)(const struct object *from, const struct object *to, const bool *changed, struct ops *ops);
    void (*drop)(const struct object *object, struct ops *ops);
    /* NULL: ALTER <noun> .. RENAME TO. Moving to another schema: ALTER <noun> .. SET SCHEMA. */
    void (*rename)(const struct object *from, const struct object *to, struct ops *ops);
    /* What follows its rename (the sequence of an identity column). May be NULL. */
    void (*renamed)(const struct object *from, const struct object *to, struct ops *ops);
    /* May turn an ALTER into a RECREATE by what changed. NULL: never. */
    bool (*must_recreate)(const struct object *from, const struct object *to, const bool *changed);
    /* Objects it needs besides its references (a foreign key: the key it points at). */
    void (*needs)(const struct object *object, struct arena *arena, struct objects *found);
    /* A RECREATE that keeps what refers to it alive (an enum's rebuild): emits all of its ops. NULL: drop and create. */
    void (*rebuild)(const struct object *from, const struct object *to, struct ops *ops);
    /* The rest of the report's line: "varchar(200)?" for a column, "3 columns, 1 check" for a table. May be NULL. */
    void (*describe)(const struct object *object, struct buf *out);
    /* The line's text for an alteration: "int -> bigint, default 0". NULL: names of the changed fields. */
    void (*describe_change)(const struct object *from, const struct object *to, const bool *changed, struct buf *out);
};

static inline bool object_is(const struct object *object, const char *kind)
{
    return str_eq(object->kind->name, kind);
}

/* All kinds in creation order; kinds.def is rendered by src/kind/meson.build from its list. */
extern const struct kind *const kinds[];
extern const size_t n_kinds;
const struct kind *kind_find(const char *name);        /* "foreign_key" */
const struct kind *kind_of_word(const char *word);     /* "foreign key"; NULL where no kind handles it yet */
size_t kind_order(const struct kind *kind);
/* Whether objects of a kind may stand below one of the kind called `parent`. */
bool kind_stands_in(const struct kind *kind, const char *parent);
/* A relation's children are named below it: table, view, materialized_view, foreign_table. */
bool object_is_relation(const struct object *object);
extern const struct kind kind_column;
extern const struct catalog_query column_queries[];

#endif
