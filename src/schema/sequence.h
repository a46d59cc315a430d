/* sequence.h: the numbers of a sequence or identity column. */
#ifndef MODELC_SCHEMA_SEQUENCE_H
#define MODELC_SCHEMA_SEQUENCE_H

#include "base/ctx.h"
#include "sql/sql.h"

/* All of them known. */
struct sequence_numbers { const char *start, *increment, *minimum, *maximum, *cache; bool cycle; };

/* What differs from PostgreSQL's defaults for the type ("bigint") and direction, sorted by name: increment, minvalue,
 * .. */
void sequence_pairs(struct ctx *ctx, const char *type, const struct sequence_numbers *numbers, struct sql_pairs *pairs);

#endif
