/* sql.h: what modelc asks of libpg_query. Only this folder includes pg_query.h; texts go in, plain structs come out.
 *
 * All functions take NUL-terminated text and allocate in `arena`. Positions are BYTE offsets into the text given. */
#ifndef MODELC_SQL_H
#define MODELC_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/vec.h"

#define SQL_ISLAND_MAX 65536 /* bytes; a longer island is an error ("too long: put it into a function") */

struct sql_error {
    const char *message; /* as PostgreSQL says it: syntax error at or near "and" */
    size_t offset;       /* byte of the text where it is; the text's length where it ends too early */
    size_t length;       /* bytes to underline, at least 1 */
};

/* What an SQL island must be. */
enum sql_island {
    SQL_EXPR,      /* one expression: no FROM, no bare row, no parameter, no second statement */
    SQL_NAMES,     /* a, "B"                   column names */
    SQL_KEYS,      /* lower(a) desc, b opclass index elements */
    SQL_EXCLUDE,   /* a with =, b with &&      exclude elements */
    SQL_OPTIONS,   /* fillfactor = 80, ..      storage parameters */
    SQL_SEQUENCE,  /* start 1000 increment 5   sequence options */
    SQL_TYPE,      /* numeric(12,2)[] */
    SQL_STATEMENT, /* exactly one statement */
    SQL_STATEMENTS, /* one or more, separated by `;` */
    SQL_PARTITION, /* range (a, lower(b))      a partition key, the method before it */
    SQL_BOUND,     /* FOR VALUES IN (1, 2) | DEFAULT   a partition's bound */
};
/* True, or false and *error. */
bool sql_check(struct arena *arena, enum sql_island what, const char *text, struct sql_error *error);

/* The text's syntax tree as one string without locations: equal shapes mean equal syntax, whatever the
 * spelling, case, comments and white space. NULL where it does not parse. Redundant parentheses vanish.
 * The same string on every run and platform: manifests hash it. */
const char *sql_shape(struct arena *arena, enum sql_island what, const char *text);

/* A type as written: int -> pg_catalog.integer's internal name. */
struct sql_type {
    const char *schema; /* NULL where unqualified and not one of the grammar's own (int, varchar, timestamp(3) ..) */
    const char *name;   /* internal: int4, varchar, timestamptz, bpchar, citext; "serial" stays serial */
    const char *mods;   /* normal form: "12,2", "200", interval's "28,3" as the grammar gives; NULL where none.
                           numeric(12) is "12,0"; bit is "1"; char is "1" */
    bool array;         /* any number of dimensions */
    bool set_of;
};
bool sql_type_parse(struct arena *arena, const char *text, struct sql_type *type, struct sql_error *error);
/* How users write it: schema-qualified unless pg_catalog, "timestamp with time zone" as timestamptz, int4 as
 * integer. PostgreSQL and sql_type_parse() read it back as the same type. */
const char *sql_type_text(struct arena *arena, const struct sql_type *type);
/* Whether pg_catalog of PostgreSQL 15 has a type of this internal name (from a short table of its documented
 * types, incl. geometric, network, range, multirange, reg*, text search, xml, pg_lsn..). */
bool sql_type_builtin(const char *name);
/* The documented type names, for "did you mean"; NULL-terminated. */
const char *const *sql_type_names(void);

/* One element of an index, a unique or primary key, or an exclude constraint. */
struct sql_key {
    const char *column;     /* folded name, or NULL for an expression */
    const char *expr;       /* the user's text without redundant outer parentheses, or NULL */
    size_t offset, length;  /* where the element stands in the text */
    const char *collation_schema, *collation; /* NULL where none was given */
    const char *opclass_schema, *opclass, *opclass_options; /* options: text in the parentheses */
    bool desc;
    int nulls;              /* 0 not said, 1 first, 2 last */
    const char *operator_schema, *operator_name; /* exclude's WITH */
};
struct sql_keys { struct sql_key *at; size_t n, cap; };
bool sql_keys_parse(struct arena *arena, enum sql_island what /* SQL_KEYS or SQL_EXCLUDE */, const char *text,
                    struct sql_keys *keys, struct sql_error *error);

/* a, "B" -> folded names with their places. Those of temporal keys may end in `c without overlaps` or `period c` (PostgreSQL 18). */
struct sql_name { const char *name; size_t offset, length; };
struct sql_names {
    struct sql_name *at;
    size_t n, cap;
    bool without_overlaps, period;
};
bool sql_names_parse(struct arena *arena, const char *text, struct sql_names *names, struct sql_error *error);

/* fillfactor = 80, toast.autovacuum_enabled = off -> sorted pairs; values as PostgreSQL stores them in reloptions
 * (verbatim text without quotes; a bare word is "true"). */
struct sql_pair { const char *name, *value; };
struct sql_pairs { struct sql_pair *at; size_t n, cap; };
bool sql_options_parse(struct arena *arena, const char *text, struct sql_pairs *pairs, struct sql_error *error);

/* Sequence and identity options; a NULL or unset member was not given. */
struct sql_sequence {
    const char *type;                               /* smallint, integer, bigint */
    const char *start, *increment, *minimum, *maximum, *cache; /* numbers as text; "" for NO MINVALUE / NO MAXVALUE */
    int cycle;                                      /* 0 not said, 1 cycle, 2 no cycle */
    const char *owned_table_schema, *owned_table, *owned_column; /* OWNED BY */
    const char *name_schema, *name;                 /* SEQUENCE NAME (identity only) */
};
bool sql_sequence_parse(struct arena *arena, const char *text, struct sql_sequence *options, struct sql_error *error);

/* What an expression or statement mentions, in the order of the syntax tree; the names of CTEs and aliases are among
 * them. The body of a function in SQL is looked into (its offsets are 0), other languages' bodies are not. */
struct sql_mention {
    enum { SQL_MENTION_COLUMN, SQL_MENTION_RELATION, SQL_MENTION_FUNCTION, SQL_MENTION_TYPE, SQL_MENTION_LITERAL,
           SQL_MENTION_OPERATOR } what;
    const char *schema; /* NULL where not said; for a column its qualifier */
    const char *name;   /* for a literal its text */
    size_t offset;      /* byte in the text where known, else 0 */
    bool in_body;       /* in the body of a routine that is a text: PostgreSQL reads it, but keeps no dependency */
};
struct sql_mentions { struct sql_mention *at; size_t n, cap; };
bool sql_mentions(struct arena *arena, enum sql_island what, const char *text, struct sql_mentions *found);
/* An expression with other names for its columns: those of `names` that it mentions as columns; the rest stays byte for byte. */
struct sql_new_name { const char *old, *now; };
struct sql_new_names { struct sql_new_name *at; size_t n, cap; };
const char *sql_respell(struct arena *arena, const char *text, const struct sql_new_names *names);
/* The functions, operators and casts (by type) that are called without any column in their arguments: the immutable ones among them
 * PostgreSQL runs as soon as it plans the expression, even if nobody ever evaluates it. False where it does not parse. */
bool sql_folded(struct arena *arena, enum sql_island what, const char *text, struct sql_mentions *found);
/* nextval('a.b'::regclass) and nextval('s') -> the sequence named; false where the expression is anything else. */
bool sql_nextval(struct arena *arena, const char *expr, const char **schema, const char **name);

/* A top-level statement. */
enum sql_class {
    SQL_CREATE_TABLE, SQL_CREATE_ENUM, SQL_CREATE_INDEX, SQL_CREATE_VIEW, SQL_CREATE_MATVIEW, SQL_CREATE_FUNCTION,
    SQL_CREATE_PROCEDURE, SQL_CREATE_AGGREGATE, SQL_CREATE_TRIGGER, SQL_CREATE_EVENT_TRIGGER, SQL_CREATE_RULE,
    SQL_CREATE_POLICY, SQL_CREATE_SEQUENCE, SQL_CREATE_SCHEMA, SQL_CREATE_EXTENSION, SQL_CREATE_DOMAIN,
    SQL_CREATE_COMPOSITE, SQL_CREATE_RANGE, SQL_CREATE_STATISTICS, SQL_CREATE_PUBLICATION, SQL_CREATE_OTHER,
    SQL_GRANT, SQL_REVOKE, SQL_DEFAULT_PRIVILEGES, SQL_COMMENT, SQL_ALTER, SQL_DROP,
    SQL_SELECT, SQL_INSERT, SQL_UPDATE, SQL_DELETE, SQL_MERGE, SQL_DO, SQL_CALL, SQL_COPY, SQL_TRUNCATE,
    SQL_TRANSACTION /* BEGIN COMMIT ROLLBACK SAVEPOINT PREPARE TRANSACTION .. */, SQL_SET, SQL_DISCARD, SQL_LOCK,
    SQL_VACUUM /* VACUUM, ANALYZE, CLUSTER, REINDEX, CHECKPOINT */, SQL_OTHER
};
struct sql_statement {
    enum sql_class class;
    const char *verb;   /* "CREATE INDEX CONCURRENTLY", "UPDATE", "ALTER TABLE": for progress lines */
    const char *schema; /* of the object it makes or changes; NULL where not said */
    const char *name;   /* NULL where there is none */
    bool concurrently;  /* CREATE/DROP INDEX, REINDEX, DETACH PARTITION .. CONCURRENTLY */
    bool outside_transaction; /* can't run in a transaction block: the above, VACUUM, CREATE/DROP DATABASE or
                                 TABLESPACE, ALTER SYSTEM, REINDEX DATABASE .. */
};
bool sql_classify(struct arena *arena, const char *text, struct sql_statement *statement, struct sql_error *error);

/* The object that a CREATE statement makes, or that COMMENT, ALTER, GRANT or DROP speaks of: enough to find it. Names
 * are folded. */
struct sql_texts { const char **at; size_t n, cap; };
struct sql_object_name {
    const char *kind; /* the kind's name as in kind/: "view", "function", "operator_class", "column", "table"; NULL:
                         none known. TABLE names may also be views: SQL allows ALTER TABLE v */
    const char *schema, *name;  /* schema NULL where not said. Of a cast "(a AS b)", a transform "FOR a LANGUAGE b", a
                                   user mapping "FOR r SERVER s": composed, types by sql_type_text() as written, so
                                   not qualified; args has the types, on a transform's language */
    const char *on_schema, *on; /* relation of a trigger, rule, policy, column, constraint; type of a domain's
                                   constraint or an attribute */
    bool has_args;
    struct sql_texts args; /* types of the (input) arguments as written; "none" for an operator's missing side */
    const char *method;         /* index method of an operator class or family */
    const char *also_schema, *also; /* what it brings: a range type its multirange type, an operator class its family */
};
/* The name is NULL for an index that PostgreSQL names. False for what is no object of a schema. */
bool sql_created(struct arena *arena, const char *text, struct sql_object_name *object);
/* Whether a CREATE TYPE statement makes the shell of a base type: CREATE TYPE n, and no more. */
bool sql_is_shell(struct arena *arena, const char *text);
/* CREATE .. without its OR REPLACE, IF NOT EXISTS or CONCURRENTLY: what a definition says. */
const char *sql_plain_create(struct arena *arena, const char *text);
/* The objects that a COMMENT, ALTER, GRANT, REVOKE or DROP statement speaks of; none where they are not said one by one
 * (ALL TABLES IN SCHEMA, DEFAULT PRIVILEGES). Further kinds: "type" (any type), "routine" (any routine), "constraint"
 * (of a table), "column" (of any relation, or an attribute of a type), "domain_check". "function" may also be an
 * aggregate. A routine without (..): has_args is false. */
struct sql_object_names { struct sql_object_name *at; size_t n, cap; };
bool sql_spoken_of(struct arena *arena, const char *text, struct sql_object_names *objects);
/* The comment that COMMENT ON gives; *comment NULL for IS NULL. False for other statements. */
bool sql_comment_text(struct arena *arena, const char *text, const char **comment);

/* CREATE POLICY; roles as SQL, PUBLIC among them; texts NULL where not said. */
struct sql_policy {
    bool restrictive;
    const char *command; /* select, all .. */
    struct sql_texts roles;
    const char *using_text, *check_text;
    size_t using_offset, check_offset;
};
bool sql_policy_parse(struct arena *arena, const char *text, struct sql_policy *policy);

/* One thing that an ALTER statement does to the object that sql_spoken_of() tells. */
enum sql_alter {
    SQL_ALTER_OTHER,
    SQL_ALTER_OWNER,
    SQL_ALTER_DEPENDS,
    SQL_ALTER_REPLICA_IDENTITY,
    SQL_ALTER_CLUSTER,
    SQL_ALTER_TRIGGER,
    SQL_ALTER_RULE,
    SQL_ALTER_ENABLED,
    SQL_ALTER_ROW_SECURITY,
    SQL_ALTER_FORCE_ROW_SECURITY,
    SQL_ALTER_TABLESPACE,
    SQL_ALTER_OPTIONS,
    SQL_ALTER_COLUMN_DEFAULT, /* no value: DROP DEFAULT */
    SQL_ALTER_COLUMN_STATISTICS,
    SQL_ALTER_COLUMN_STORAGE,
    SQL_ALTER_COLUMN_COMPRESSION,
    SQL_ALTER_COLUMN_OPTIONS,
    SQL_ALTER_STATISTICS,
    SQL_ALTER_PERSISTENCE,
    SQL_ALTER_SEQUENCE, /* options; OWNED BY is one of them */
    SQL_ALTER_ADDS,
    SQL_ALTER_MOVES, /* RENAME, SET SCHEMA */
    SQL_ALTER_COLUMN_NULL, /* a value: DROP NOT NULL */
};
struct sql_alteration {
    enum sql_alter what;
    const char *part;  /* the column, trigger, rule or index: its name; an index column's number */
    const char *value; /* OWNER a role, NULL for CURRENT_USER and its like; DEPENDS an extension; REPLICA_IDENTITY
                          default, full, nothing, index; TRIGGER, RULE, ENABLED origin, disabled, replica, always; flags
                          "true" or NULL; OPTIONS the text in the parentheses; others as written */
    size_t offset, length; /* of the value in the text where it is an SQL text (options, default); else 0 */
};
struct sql_alterations { struct sql_alteration *at; size_t n, cap; };
/* ADDS: the statement belongs to its object's definition: ALTER TEXT SEARCH CONFIGURATION .. ADD MAPPING, ALTER
 * OPERATOR FAMILY .. ADD. One OTHER where nothing is known of it. */
void sql_alterations(struct arena *arena, const char *text, struct sql_alterations *list);

/* What CREATE FUNCTION or PROCEDURE says of its body; false for any other statement. */
struct sql_routine {
    const char *language;
    const char *body;  /* its text; NULL where it is SQL read by the parser (BEGIN ATOMIC, RETURN) */
    bool atomic;
};
bool sql_routine(struct arena *arena, const char *text, struct sql_routine *routine);

/* The statements of a text, without their `;` and surrounding white space; BEGIN ATOMIC and quotes are understood.
 * False where it does not parse. */
bool sql_split(struct arena *arena, const char *text, struct sql_texts *statements, struct sql_error *error);
/* The same by the scanner alone: where each begins, comments before it included, and how long it is. False where a quote isn't closed. */
struct sql_stretch { size_t offset, length; };
struct sql_stretches { struct sql_stretch *at; size_t n, cap; };
bool sql_split_places(struct arena *arena, const char *text, struct sql_stretches *places, struct sql_error *error);
/* "CREATE VIEW .." -> "CREATE OR REPLACE VIEW .."; what has it already comes back as it is. */
const char *sql_or_replace(struct arena *arena, const char *text);

/* Digest of a text's token stream ("v1:.."): comments, white space and line ends do not matter. Falls back to the
 * bytes less CR where the scanner refuses the text. */
const char *sql_token_digest(struct arena *arena, const char *text);

#endif
