/* act.h: what a statement does, one thing after another, as plain structs: for those who judge statements (review) and keep account of
 * what tables have after them. */
#ifndef MODELC_SQL_ACT_H
#define MODELC_SQL_ACT_H

#include "sql/sql.h"

enum sql_act_what {
    ACT_NONE,               /* nothing of the below */
    /* tables and their parts; schema and name are the table's */
    ACT_TABLE_CREATE, ACT_COLUMN_ADD, ACT_COLUMN_DROP, ACT_COLUMN_TYPE, ACT_COLUMN_RENAME, ACT_DEFAULT_SET, ACT_DEFAULT_DROP,
    ACT_NOT_NULL_SET, ACT_NOT_NULL_DROP, ACT_EXPRESSION_DROP, ACT_IDENTITY_CHANGE, ACT_CHECK_ADD, ACT_FOREIGN_KEY_ADD, ACT_UNIQUE_ADD,
    ACT_PRIMARY_KEY_ADD, ACT_EXCLUDE_ADD, ACT_CONSTRAINT_VALIDATE, ACT_CONSTRAINT_DROP, ACT_CONSTRAINT_RENAME, ACT_TABLE_RENAME,
    ACT_TABLE_MOVE, ACT_TABLE_REWRITE, ACT_PARTITION_ATTACH, ACT_PARTITION_DETACH, ACT_INHERIT_DROP, ACT_TRIGGER_DISABLE,
    ACT_TRIGGER_ENABLE, ACT_ROW_SECURITY, ACT_ROW_SECURITY_OFF, ACT_REPLICA_IDENTITY, ACT_OPTIONS_SET, ACT_OPTIONS_RESET, ACT_TABLE_OTHER,
    ACT_INDEX_CREATE, ACT_TRIGGER_CREATE, ACT_POLICY_CREATE, ACT_POLICY_ALTER, ACT_LOCK, ACT_TRUNCATE, ACT_INSERT, ACT_UPDATE, ACT_DELETE,
    ACT_MERGE,
    /* schema and name are the object's */
    ACT_TABLE_DROP, ACT_INDEX_DROP, ACT_INDEX_RENAME, ACT_REINDEX, ACT_DROP, ACT_RENAME, ACT_MOVE, ACT_REFRESH,
    ACT_VIEW_CREATE, ACT_ROUTINE_CREATE,
    ACT_ROUTINE_ALTER, ACT_ENUM_CREATE, ACT_ENUM_ADD, ACT_ATTRIBUTE_ADD, ACT_DOMAIN_CREATE, ACT_DOMAIN_CONSTRAINT_ADD,
    ACT_DOMAIN_VALIDATE, ACT_DOMAIN_NOT_NULL, ACT_SEQUENCE_CREATE, ACT_SEQUENCE_ALTER, ACT_EXTENSION_ALTER, ACT_ROLE, ACT_DATABASE, ACT_DATABASE_DROP, ACT_SYSTEM,
    ACT_GRANT, ACT_REVOKE, ACT_CREATE,
    /* of the session */
    ACT_SET, ACT_BEGIN, ACT_COMMIT, ACT_ROLLBACK, ACT_DO,
    ACT_NEWER,              /* never of sql_acts(): a statement that it can't read, and a newer PostgreSQL may */
    ACT_COUNT
};

enum sql_act_flag {
    ACT_IF = 1 << 0,            /* IF EXISTS, IF NOT EXISTS, OR REPLACE: it may run twice */
    ACT_CONCURRENTLY = 1 << 1,
    ACT_CASCADE = 1 << 2,
    ACT_NOT_VALID = 1 << 3,
    ACT_UNIQUE = 1 << 4,
    ACT_USING_INDEX = 1 << 5,
    ACT_NOT_NULL = 1 << 6,      /* of CHECK_ADD: it says nothing else */
    ACT_DEFAULT = 1 << 7,       /* of COLUMN_TYPE: USING with more than a cast of the column */
    ACT_VOLATILE = 1 << 8,      /* the default calls a function that is known to be volatile, or is none of PostgreSQL's */
    ACT_STORED = 1 << 9,        /* generated always as (..) stored */
    ACT_IDENTITY = 1 << 10,
    ACT_ON_DELETE = 1 << 11,
    ACT_MADE = 1 << 12,         /* of a relation that the same statement makes */
    ACT_TEMPORARY = 1 << 13,
    ACT_UNLOGGED = 1 << 14,
    ACT_PARTITIONED = 1 << 15,
    ACT_PARTITION = 1 << 16,    /* PARTITION OF, or INHERITS: its columns may be the parent's */
    ACT_WHERE = 1 << 17,
    ACT_ONLY = 1 << 18,
    ACT_PLACED = 1 << 19,       /* BEFORE or AFTER of an enum's value; a setting's LOCAL */
    ACT_INVOKER = 1 << 20,      /* security_invoker */
    ACT_DEFINER = 1 << 21,      /* SECURITY DEFINER */
    ACT_PATH = 1 << 22,         /* SET search_path */
    ACT_REPLACE = 1 << 23,
    ACT_PUBLIC = 1 << 24,       /* of a grant: to everybody */
    ACT_ALL = 1 << 25,          /* of a grant: all privileges */
    ACT_PASSWORD = 1 << 26,     /* a password as text */
    ACT_TWICE = 1 << 27,        /* one column is set twice */
    ACT_NO_COLUMNS = 1 << 28,   /* an INSERT that names none */
    ACT_INLINE = 1 << 29,       /* a constraint that stands at its column */
    ACT_SELECT = 1 << 30,       /* CREATE TABLE AS or LIKE: with more columns than are told; an INSERT of a query */
};

struct sql_act {
    enum sql_act_what what;
    unsigned flags;
    const char *schema, *name;  /* folded; schema NULL where not said */
    const char *part;           /* the column, constraint, index, trigger, policy, partition, enum's value; a setting's name. NULL: unnamed */
    const char *now;            /* its new name; a setting's value; the method of an index */
    const char *kind;           /* of DROP, RENAME, MOVE, CREATE: "VIEW", "FUNCTION", "COLUMN", .. */
    struct sql_type type;       /* of COLUMN_ADD, COLUMN_TYPE; no name: not readable */
    struct sql_texts columns;   /* of a key, an index (NULL for an expression), a foreign key; of a check: the columns that it
                                   says are NOT NULL; of a grant: the privileges */
    const char *to_schema, *to; /* what a foreign key refers to; the partition of ATTACH and DETACH; the parent */
    struct sql_texts to_columns; /* of an index: the columns that its WHERE says are NOT NULL, and it says nothing else */
    size_t offset, length;      /* where it stands in the statement */
};
struct sql_acts { struct sql_act *at; size_t n, cap; };

/* False where it does not parse. A statement that is nothing special has one ACT_NONE. */
bool sql_acts(struct arena *arena, const char *text, struct sql_acts *acts, struct sql_error *error);
/* Whether an option's value means yes, as PostgreSQL reads it: "on", "T", "ye". */
bool sql_is_on(const char *value);
/* The names in a text that PostgreSQL cuts, being longer than 63 bytes. */
bool sql_long_names(struct arena *arena, const char *text, struct sql_names *found);

#endif
