/* help.h: help texts, all from the table of commands. */
#ifndef MODELC_HELP_H
#define MODELC_HELP_H

#include "cli/commands.h"
#include "cli/out.h"

void help_overview(const struct out *out);
void help_command(const struct out *out, const struct command *command);
/* The source of modelc-COMMAND.1 for scdoc. */
void help_scdoc(const struct out *out, const struct command *command);

#endif
