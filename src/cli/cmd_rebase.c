/* cmd_rebase.c: placeholder until it is written. */
#include "cli/session.h"

int cmd_rebase(struct session *s)
{
    return session_code(s);
}
