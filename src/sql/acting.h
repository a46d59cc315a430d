/* acting.h: shared by the parts that read what a statement does (act.c, act_table.c, act_other.c); for this folder only. */
#ifndef MODELC_SQL_ACTING_H
#define MODELC_SQL_ACTING_H

#include "sql/act.h"
#include "sql/raw.h"

struct acting {
    struct arena *arena;
    const char *text;
    struct sql_tokens tokens;
    struct sql_acts *acts;
};

/* A new act on the whole statement; the pointer holds until the next. */
struct sql_act *act_add(struct acting *a, enum sql_act_what what);
/* A new one on the relation of a RangeVar. */
struct sql_act *act_on(struct acting *a, enum sql_act_what what, const json_t *relation);
/* Where it stands: from byte `offset` to the end of the element that begins there (a comma or a closing bracket ends it). */
void act_place(const struct acting *a, struct sql_act *act, size_t offset);
/* The same for a name that begins there: a, a.b */
void act_place_name(const struct acting *a, struct sql_act *act, size_t offset);
/* The flag where a member is true. */
unsigned act_flag(const json_t *body, const char *member, unsigned flag);
/* Strings of a list of String nodes. */
void act_texts(struct acting *a, const json_t *list, struct sql_texts *texts);
/* The columns that a condition says are NOT NULL, among other things; true: it says nothing else. */
bool act_not_null(struct acting *a, const json_t *condition, struct sql_texts *columns);
const char *act_text(struct acting *a, const json_t *object, const char *member);
bool act_has_word(const struct acting *a, const char *first, const char *second);

/* One function for each form of statement. */
void act_create_table(struct acting *a, const json_t *body);
void act_alter_table(struct acting *a, const json_t *body);

struct act_form {
    const char *node;
    void (*read)(struct acting *a, const json_t *body);
};
extern const struct act_form act_other_forms[];

#endif
