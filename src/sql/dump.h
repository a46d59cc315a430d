/* dump.h: makes two `pg_dump -s` texts comparable (docs/dump-normaliser.md lists the rules, tests/dump proves them). */
#ifndef MODELC_SQL_DUMP_H
#define MODELC_SQL_DUMP_H

#include "base/str.h"
#include "base/vec.h"

/* A dump's statements without anything that is no difference, in the dump's order. */
struct dump { const char **at; size_t n, cap; };
void dump_read(struct arena *arena, const char *text, struct dump *dump);

#endif
