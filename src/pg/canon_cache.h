/* canon_cache.h: equalities that the server has proven before, kept between runs; private to src/pg.
 *
 * A file of one header line and sorted digests, one a line. Each is of everything that the verdict rests on: the
 * server's version, the database, what users have defined in it that a text could name, the search path, the table's
 * columns, both texts. What changes any of it is asked again. Only "equal" is kept. The file may be deleted at any
 * time, and is passed over where it can't be read. */
#ifndef MODELC_CANON_CACHE_H
#define MODELC_CANON_CACHE_H

#include "pg/canon.h"

struct canon_cache;

/* What is known. NULL where `path` is NULL. */
struct canon_cache *cache_open(struct ctx *ctx, const char *path);
/* The key of an ask that goes to a temp table (shadow.h has those of the others), NULL where its verdict is not to be kept: it rests on more than the key says. */
const char *cache_key(struct canon_cache *cache, struct job *job, const struct ask *ask);
bool cache_knows(struct canon_cache *cache, const char *key);
void cache_add(struct canon_cache *cache, const char *key);
/* Writes the file where something was added. What can't be written is forgotten. */
void cache_save(struct canon_cache *cache);

#endif
