/* errors.h: what libpg_query complains of, in the bytes of the text the caller gave; for this folder only. */
#ifndef MODELC_SQL_ERRORS_H
#define MODELC_SQL_ERRORS_H

#include "sql/sql.h"

/* What an island is put into to make a statement of it. */
struct sql_frame {
    const char *before, *after;
};

/* `cursor` counts characters of the framed text from 1; 0 where the parser knew no place. */
struct sql_error sql_error_of(struct arena *arena, const struct sql_frame *frame, const char *text, const char *message,
                              int cursor);
/* One of our own. */
struct sql_error sql_error_at(const char *message, size_t offset, size_t length);

#endif
