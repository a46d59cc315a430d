/* dump_parts.h: shared by the files of the dump normaliser only. */
#ifndef MODELC_SQL_DUMP_PARTS_H
#define MODELC_SQL_DUMP_PARTS_H

#include "sql/dump.h"

/* The end of what starts at `at`: a quoted text, a dollar-quoted one, or a single byte. */
const char *dump_token_end(const char *at);
void dump_sort(const char **at, size_t n);
/* Rule 7. */
void dump_name_attached(struct arena *arena, struct dump *dump);

#endif
