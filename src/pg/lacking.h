/* lacking.h: what a throw-away server lacks of a whole server's belongings: roles and tablespaces, made when it says so. */
#ifndef MODELC_LACKING_H
#define MODELC_LACKING_H

#include "pg/conn.h"

struct role_names { const char **at; size_t n, cap; };

/* Makes the role (without login) or tablespace that `error` says does not exist. True: what was refused may be tried again. `conn`
 * must be in no transaction and speak English (lc_messages). Roles are added to `made`, which may be NULL. */
bool lacking_make(struct conn *conn, const struct server_error *error, struct role_names *made);
/* The same for struct run_options' `mended`. */
bool lacking_mended(void *unused, struct conn *conn, const struct server_error *error);

#endif
