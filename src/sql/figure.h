/* figure.h: the name PostgreSQL gives an index column that is an expression. */
#ifndef MODELC_SQL_FIGURE_H
#define MODELC_SQL_FIGURE_H

#include "base/arena.h"

/* "lower" for lower(a), "coalesce", "case", ..; NULL where PostgreSQL finds none (it then says "expr"), or where the
 * text is no expression. */
const char *sql_figure_name(struct arena *arena, const char *expr);

#endif
