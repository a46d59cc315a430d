/* status.h: upgrade --status. */
#ifndef MODELC_CLI_STATUS_H
#define MODELC_CLI_STATUS_H

#include "cli/session.h"

/* Where the last run stands, what it left, who is at work. CODE_PARTIAL where a revision is half applied. */
int status_show(struct session *s);

#endif
