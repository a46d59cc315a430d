/* seed.h: rows for every table of a throw-away database: by type, keeping constraints and foreign keys, the same for
 * the same seed. */
#ifndef MODELC_SEED_H
#define MODELC_SEED_H

#include <stdint.h>

#include "base/vec.h"
#include "pg/conn.h"
#include "schema/schema.h"

struct seed_options {
    uint64_t seed;
    size_t rows; /* wanted per table; 0: 20 */
};
/* A table that got no row, or fewer than it has room for, and why: the server's words, or ours where it wasn't
 * asked. */
struct seed_skipped {
    const char *path, *reason;
    size_t rows; /* that it got all the same */
};
struct seed_report {
    size_t tables, rows; /* tables that have rows now; rows that were inserted, each once (in partitions, too) */
    VEC(struct seed_skipped) skipped;
};

/* Fills every table of the database, which must be ours alone, as a superuser; `live` is what catalog_read() read of
 * it. One transaction for each hundred tables, since locks are limited; then the session is as before. Triggers of
 * users and rules stay silent; what is checked is checked: NOT NULL, keys, checks, exclusions, foreign keys. What can't
 * be filled is in the report and is no error.
 * False: the connection is lost, a transaction is open already, or the role may not do this; a diagnostic says so, and
 * the database is of no further use. */
bool seed_rows(struct conn *conn, const struct schema *live, const struct seed_options *options,
               struct seed_report *report);

#endif
