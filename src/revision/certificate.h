/* certificate.h: what `verify` writes into a migration file: that its statements were proven, on which server, bound to them and to
 * their place in the chain. */
#ifndef MODELC_REVISION_CERTIFICATE_H
#define MODELC_REVISION_CERTIFICATE_H

#include "revision/project.h"
#include "revision/revision.h"

/* "up-down-up postgres 15.20 2026-11-20 v1:40c2.."; `how` is "up-down-up", or "up" of an irreversible revision. */
const char *certificate_text(struct ctx *ctx, const struct revision *revision, const char *how, const char *server);

enum certificate { CERTIFICATE_NONE, CERTIFICATE_GOOD, CERTIFICATE_VOID /* statements or parents changed since */ };
enum certificate certificate_state(struct ctx *ctx, const struct revision *revision);

/* An error for each revision that has to have a good certificate and has none: those not at or above `after` ("base": all; NULL: no
 * revision has to). Of `only` alone, where that isn't NULL. False where `after` can't be found, or there are errors. */
bool certificates_demand(struct ctx *ctx, const struct graph_of_revisions *graph, const char *after,
                         const struct revision_set *only);

#endif
