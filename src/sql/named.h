/* named.h: reading the names of objects out of syntax trees; for this folder only. */
#ifndef MODELC_SQL_NAMED_H
#define MODELC_SQL_NAMED_H

#include "sql/raw.h"

/* A name in whichever form a tree gives it: a string, a list of String nodes, a RangeVar. */
void named_plain(struct arena *arena, const json_t *value, const char **schema, const char **name);
/* "FOR r SERVER s", "FOR t LANGUAGE l", "(a AS b)": names that are composed; the types of the latter two are its args, too. */
void named_mapping(struct arena *arena, const json_t *role, const char *server, struct sql_object_name *object);
void named_transform(struct arena *arena, const json_t *type, const char *language, struct sql_object_name *object);
void named_cast(struct arena *arena, const json_t *from, const json_t *to, struct sql_object_name *object);
/* Types of a list of FunctionParameter (less OUT and TABLE) or TypeName nodes become the object's args. */
void named_args(struct arena *arena, const json_t *list, struct sql_object_name *object);
/* A role as SQL: a quoted name, PUBLIC, CURRENT_USER .. */
const char *named_role(struct arena *arena, const json_t *role);
/* OBJECT_MATVIEW -> "materialized_view"; NULL for what is no object of a schema. */
const char *named_kind(const char *object);

#endif
