/* words.h: words in SQL texts that libpg_query may not know. */
#ifndef MODELC_SQL_WORDS_H
#define MODELC_SQL_WORDS_H

#include "sql/sql.h"

/* Whether `words` ("provider = icu": names and signs with one space between) stand in a text one after another, outside of quotes and
 * comments, in any case; *offset is where the first does. */
bool sql_find_words(struct arena *arena, const char *text, const char *words, size_t *offset);
/* Whether a text that libpg_query refuses may be syntax of a newer PostgreSQL (target.def): then the server judges it. */
bool sql_is_newer(struct arena *arena, const char *text);

#endif
