/* lease.h: modelc's lock as a row with an end (lock = lease), for servers behind a pooler, where a session's lock does
 * not hold; private to src/pg. The row belongs to who knows its token. */
#ifndef MODELC_LEASE_H
#define MODELC_LEASE_H

#include "pg/runner.h"

/* One try; the token is kept in the connection. False and an empty sqlstate: the lease is another's. */
bool lease_try(struct conn *conn, const struct project *project, const char *purpose, bool *got,
               struct server_error *error);
/* It is ours for another while; in a transaction nobody can take it before that ends. True where the lock is no lease.
 * False: another run has it (*error says so), or the server can't be asked. */
bool lock_renew(struct conn *conn, const struct project *project, struct server_error *error);
/* The same for `holder`, whose session is busy, by way of another one. */
void lease_renew_for(struct conn *via, const struct conn *holder, const struct project *project);
void lease_end(struct conn *conn, const struct project *project);
/* Whose it is at this time, for people; NULL: nobody's, or ours. */
const char *lease_holder(struct conn *conn, const struct project *project);

#endif
