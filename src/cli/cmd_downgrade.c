/* cmd_downgrade.c: takes revisions back. */
#include "cli/apply_command.h"

int cmd_downgrade(struct session *s)
{
    return apply_command(s, false, argument_text(s->options, 0));
}
