/* load.h: a script of pg_dump's or psql's, run on a throw-away database: what it makes counts, its rows don't. */
#ifndef MODELC_PG_LOAD_H
#define MODELC_PG_LOAD_H

#include "pg/conn.h"

/* Runs the script's statements on the database that `conn` is on, in a session of its own. Roles and tablespaces that
 * are missing are made on the way (the server has to be ours alone), rows and psql's own lines are left out. False and
 * a diagnostic at its place for the first statement that the server refuses. */
bool load_script(struct conn *conn, struct source *source);

#endif
