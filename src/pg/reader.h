/* reader.h: what the parts of the catalog reader share while one read is going on; private to src/pg. */
#ifndef MODELC_READER_H
#define MODELC_READER_H

#include <stdint.h>

#include "pg/catalog.h"
#include "pg/oid_map.h"

/* One (type, typmod) pair of the database; filled by catalog_types.c. */
struct known_type {
    uint32_t oid;
    int32_t typmod;
    struct type_name name;
    uint32_t collation, base, element;
    char what;           /* typtype */
    const char *storage; /* the type's default, as fields spell it */
};

/* A TYPE value that waits for its known_type, and what else depends on it. */
struct typed {
    struct object *object;
    struct value *value;
    struct known_type *type;
    uint32_t collation;
};

struct raw_key {
    uint32_t opclass, collation, type, operator;
};

/* An argument's type that waits for its known_type. */
struct argument {
    struct type_name *name;
    struct known_type *type;
};

/* A KEYS value whose operator classes, collations and operators still are oids. */
struct keyed {
    struct object *object;
    struct value *value;
    uint32_t index, method;
    struct raw_key *raw; /* [value->keys.n] */
    bool unsure;         /* only pg_get_indexdef knows whether an operator class or collation is the default */
};

/* A reference whose target may not have been read yet. */
struct pending {
    struct ref *ref;
    uint64_t key;
};

struct reader {
    struct ctx *ctx;
    struct conn *conn;
    const struct catalog_options *options;
    struct schema *schema;
    struct oid_map objects; /* oid_key -> object */
    struct oid_map same;    /* oid_key of a column that is its parent's -> the parent's oid_key, uint64_t */
    struct oid_map members; /* of extensions: oid_key -> anything */
    unsigned classes[64];   /* catalog of each kind, by kind_order() */
    VEC(struct pending) pending;
    VEC(struct argument) arguments;
    VEC(struct typed) typed; /* in the order of their objects */
    VEC(struct keyed) keyed;
    VEC(struct known_type *) types;
    struct oid_map type_map;
    size_t awaited; /* expressions announced, whose text has not come */
    bool any_broken;
};

/* catalog_decode.c */
/* All rows of one query: new objects in their natural order, or values that complete known ones. */
void decode_rows(struct reader *reader, const struct kind *kind, const struct rows *rows);
/* The object behind an oid_key: of a column that a table only has from its parent the parent's. NULL: none. */
struct object *reader_object(const struct reader *reader, uint64_t key);
uint32_t decode_oid(const char *text); /* 0 for NULL */
/* Next element of a text array's text ("{a,NULL,\"b\"}"); *at starts at the brace. False at the end; *item NULL for
 * NULL. */
bool decode_array_item(struct arena *arena, const char **at, const char **item);
struct known_type *reader_type(struct reader *reader, uint32_t oid, int32_t typmod);

/* catalog_sound.c: whether the server's answers can be true; false: a diagnostic. */
/* `shape`: a character for each column that is needed, `!` where NULL makes no sense. All text is UTF-8. */
bool rows_sound(struct reader *reader, const struct rows *rows, const char *shape, const char *what);
bool kind_rows_sound(struct reader *reader, const struct kind *kind, const struct rows *rows);
/* All objects have what none of their kind is without, references lead somewhere, and nothing is made of itself. */
bool schema_sound(struct reader *reader);
bool catalog_unsound(struct reader *reader, const char *what, const char *of); /* says so, and is false */

/* catalog_types.c: what has to be asked once the rows are known, and putting the answers in. */
enum {
    LOOKUP_TYPES,
    LOOKUP_CLASSES,
    LOOKUP_COLLATIONS,
    LOOKUP_OPERATORS,
    LOOKUP_RELATIONS,
    LOOKUP_COLUMNS,
    LOOKUP_NAMESPACES,
    LOOKUP_BUILDING,
    LOOKUP_COUNT
};
void lookup_queries(struct reader *reader, const char **sql /* [LOOKUP_COUNT] */);
void lookup_answers(struct reader *reader, const struct rows *rows /* [LOOKUP_COUNT] */);

/* catalog_keys.c: operator classes and collations of index elements. */
void keys_resolve(struct reader *reader, const struct rows *classes);
const char *keys_query(struct reader *reader); /* pg_get_indexdef for the unsure ones; NULL where there are none */
void keys_answers(struct reader *reader, const struct rows *rows);

/* catalog_depend.c: pg_depend, as far as no field says it. */
const char *depend_query(void);
void depend_rows(struct reader *reader, const struct rows *rows);

/* catalog_privileges.c: owners and ACLs. */
const char *privileges_query(struct arena *arena);
void privileges_rows(struct reader *reader, const struct rows *rows);

/* catalog_unhandled.c */
/* A column for each thing that is looked for: may there be one? And the query for those that the answers, from `column`
 * on, say there may be; NULL: none. */
void unhandled_present(struct buf *sql, int version);
const char *unhandled_query(struct arena *arena, const struct rows *present, size_t column);
void unhandled_rows(struct reader *reader, const struct rows *rows);

/* fingerprint.c */
/* A number that moves when anything at all is written on the server: cheap, and says "nothing happened" for certain. */
const char *mark_query(void);
const char *snapshot_query(void);
/* Counts and hashes of what deparsed expressions may mention: costs a fifth of a read, asked only if the mark moved. */
const char *fingerprint_query(struct arena *arena);

#endif
