/* forms.h: what libpg_query calls each statement, and what people call it; for this folder only. */
#ifndef MODELC_SQL_FORMS_H
#define MODELC_SQL_FORMS_H

#include "sql/raw.h"

struct sql_form {
    const char *node;    /* "IndexStmt" */
    enum sql_class class;
    const char *verb;    /* "CREATE INDEX"; its object's word is added where `object` is set */
    const char *object;  /* member with the object's sort: OBJECT_TABLE */
    const char *keys[3]; /* members that may hold the name, the first present one counts */
    const char *within;  /* member with the table whose schema is the object's, too */
};

/* NULL for a statement that is not listed. */
const struct sql_form *sql_form_of(const char *node);
/* OBJECT_MATVIEW -> "MATERIALIZED VIEW"; parts of a thing give the thing: OBJECT_COLUMN -> "TABLE". */
const char *sql_object_word(struct arena *arena, const char *object);

/* Of a statement's tree: whether an option stands in a list of them and isn't off. */
bool sql_option(const json_t *body, const char *list, const char *name);
/* Whether it says CONCURRENTLY; what PostgreSQL refuses inside a transaction block for another reason. */
bool sql_concurrent(const char *node, const json_t *body);
bool sql_refuses_transaction(const char *node, const json_t *body);

#endif
