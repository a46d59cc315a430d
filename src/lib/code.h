/* code.h: exit codes of the command line and error codes of the library: the same numbers. */
#ifndef MODELC_CODE_H
#define MODELC_CODE_H

#include "base/ctx.h"
#include "pg/runner.h"

enum code {
    CODE_DONE = 0,         /* done, or clean */
    CODE_FINDINGS = 1,     /* differences or findings */
    CODE_UNJUDGED = 2,     /* usage, config, models, ambiguity: it can't be judged */
    CODE_SERVER = 3,       /* the server can't be reached or refused a statement */
    CODE_LOCKED = 4,       /* the lock is held elsewhere */
    CODE_PARTIAL = 5,      /* partially applied: run again */
    CODE_REFUSED = 6,      /* refused by policy */
    CODE_INTERRUPTED = 130,
};

/* What the queued errors amount to: CODE_DONE where there are none. */
int code_of_findings(const struct ctx *ctx);
int code_of_outcome(enum run_outcome outcome);

#endif
