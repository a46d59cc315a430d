/* effect_parts.h: what the files of effect.h share; for this folder only. */
#ifndef MODELC_SQL_EFFECT_PARTS_H
#define MODELC_SQL_EFFECT_PARTS_H

#include "sql/effect.h"
#include "sql/raw.h"

struct effecting {
    struct arena *arena;
    struct effect *effect;
    int version;
    bool names_are_indexes; /* relations that are met now are indexes */
    bool names_are_rowless; /* or views, or sequences */
};

/* A relation of the statement: the stronger lock and all work count. The pointer is good until the next one. */
struct relation_effect *effect_named(struct effecting *e, const char *schema, const char *name, enum lock_level lock,
                                     unsigned work);
/* The same of a RangeVar, bare or in its node; nothing for NULL. */
void effect_on(struct effecting *e, const json_t *range, enum lock_level lock, unsigned work);
/* Of each element of a list of RangeVars. */
void effect_on_each(struct effecting *e, const json_t *list, enum lock_level lock, unsigned work);
/* Of a list of String nodes: [catalog,] [schema,] relation, less `less` names at its end. */
void effect_on_names(struct effecting *e, const json_t *names, size_t less, enum lock_level lock, unsigned work);
void effect_made(struct effecting *e, const json_t *range);
/* Something that has no name in the statement. */
void effect_others(struct effecting *e, const char *what);

/* What a query, or an expression, reads: ACCESS SHARE; FOR UPDATE and its like: ROW SHARE. */
void effect_of_query(struct effecting *e, const json_t *node);
void effect_of_statement(struct effecting *e, const json_t *root);

/* Foreign keys of `table`, a RangeVar; see struct key_doubt. */
void effect_keys(struct effecting *e, const json_t *table, struct key_doubt doubt);
void effect_keys_of_names(struct effecting *e, const json_t *names, struct key_doubt doubt);

/* OBJECT_INDEX, OBJECT_VIEW ..: what the relations are that are met from now on; NULL: tables, or nobody knows. */
void effect_names_are(struct effecting *e, const char *object);

/* effect_alter.c, effect_column.c */
void effect_of_alter_table(struct effecting *e, const json_t *body);
void effect_of_new_column(struct effecting *e, const json_t *table, const json_t *column);
void effect_of_new_type(struct effecting *e, const json_t *table, const char *name, const json_t *column);
void effect_of_constraint(struct effecting *e, const json_t *table, const json_t *constraint);

/* effect_other.c: the other statements; false where it isn't listed. */
bool effect_of_other(struct effecting *e, const char *node, const json_t *body);
/* effect_query.c: those that read or change rows. */
bool effect_of_rows(struct effecting *e, const char *node, const json_t *body);
/* effect_newer.c: what a text that libpg_query can't parse may be read as, if only for this; NULL: nothing. */
const char *effect_older(struct arena *arena, const char *text);

#endif
