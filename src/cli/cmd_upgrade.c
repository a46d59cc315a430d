/* cmd_upgrade.c: applies revisions. */
#include "cli/apply_command.h"

int cmd_upgrade(struct session *s)
{
    const char *target = argument_text(s->options, 0);
    return apply_command(s, true, target ? target : "head");
}
