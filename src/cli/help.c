/* help.c: help that teaches by example, made from the table of commands. */
#include "cli/help.h"

#include <string.h>

#include "cli/session.h"
#include "base/suggest.h"

static const struct span nowhere = {0, 0};

/* "-m, --message MSG" */
static const char *option_shown(struct arena *arena, enum option_id id)
{
    const struct option *option = &option_table[id];
    const char *letter = option->letter ? arena_printf(arena, "-%c, ", option->letter) : "    ";
    return arena_printf(arena, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
                        option->value ? option->value : "");
}

static const char *option_help(struct arena *arena, enum option_id id)
{
    const struct option *option = &option_table[id];
    bool said = !option->choices || id == OPT_FORMAT;
    return said ? option->help : arena_printf(arena, "%s (%s)", option->help, option->choices);
}

/* "REV", "[REV]", "FILE..", "start|stop|url|psql" */
static const char *argument_shown(struct arena *arena, const struct argument *argument)
{
    char *name = arena_strdup(arena, argument->choices ? argument->choices : argument->name);
    for (char *at = name; *at; at++) {
        if (*at == ' ') *at = '|';
    }
    const char *many = argument->many ? ".." : "";
    return arena_printf(arena, argument->required ? "%s%s" : "[%s%s]", name, many);
}

static const char *usage(struct arena *arena, const struct command *command)
{
    struct buf line = buf_new(arena);
    buf_printf(&line, "modelc %s", command->name);
    if (command->options[0] != OPT_NONE) buf_add(&line, " [OPTIONS]");
    for (size_t i = 0; i < COMMAND_ARGUMENTS && command->arguments[i].name; i++) {
        buf_printf(&line, " %s", argument_shown(arena, &command->arguments[i]));
    }
    return line.text;
}

static void print_title(const struct out *out, const char *title)
{
    fprintf(out->file, "\n%s\n", out_paint(out, PAINT_BOLD, title));
}

static void print_globals(const struct out *out)
{
    struct table table = table_new(out, 2, "  ");
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (option_table[id].global) table_row(&table, option_shown(out->arena, id), option_help(out->arena, id));
    }
    print_title(out, "Everywhere");
    table_print(&table);
}

/* ---- modelc */

static void print_group(const struct out *out, enum command_group group, size_t width)
{
    print_title(out, group_titles[group]);
    for (size_t i = 0; i < n_commands; i++) {
        if (commands[i].group != group) continue;
        fprintf(out->file, "  %-*s  %s\n", (int)width, commands[i].name, commands[i].summary);
    }
}

void help_overview(const struct out *shown)
{
    struct out plain = *shown, *out = &plain;
    plain.json = false;
    size_t width = 0;
    for (size_t i = 0; i < n_commands; i++) {
        if (strlen(commands[i].name) > width) width = strlen(commands[i].name);
    }
    fputs("modelc: models of a PostgreSQL database, and the migrations between them\n", out->file);
    print_title(out, "A first session");
    fputs("  modelc init                          modelc.ini, models/, migrations/versions/\n"
          "  $EDITOR models/shop.model            table products { id bigint pk identity }\n"
          "  modelc autogenerate -m \"products\"    writes the migration that makes it so\n"
          "  modelc upgrade                       runs it\n", out->file);
    for (enum command_group group = 0; group < GROUP_COUNT; group++) print_group(out, group, width);
    print_globals(out);
    fputs("\nOne command: modelc help COMMAND. The language: man 5 modelc-model.\n", out->file);
}

/* ---- modelc help COMMAND */

static void print_examples(const struct out *out, const struct command *command)
{
    struct table table = table_new(out, 2, "  ");
    for (size_t i = 0; i < COMMAND_EXAMPLES && command->examples[i].line; i++) {
        table_row(&table, out_paint(out, PAINT_CYAN, command->examples[i].line), command->examples[i].what);
    }
    if (table.rows.n == 0) return;
    print_title(out, "Examples");
    table_print(&table);
}

static void print_options(const struct out *out, const struct command *command)
{
    struct table table = table_new(out, 2, "  ");
    for (size_t i = 0; i < COMMAND_OPTIONS && command->options[i] != OPT_NONE; i++) {
        enum option_id id = command->options[i];
        table_row(&table, option_shown(out->arena, id), option_help(out->arena, id));
    }
    if (table.rows.n == 0) return;
    print_title(out, "Options");
    table_print(&table);
}

static const char revisions_explained[] =
    "  head      the newest (heads: all of them)     base     before the first\n"
    "  8f3a1c    the beginning of an id              -1, +2   steps from where you are\n";

static bool takes_revision(const struct command *command)
{
    for (size_t i = 0; i < COMMAND_ARGUMENTS && command->arguments[i].name; i++) {
        if (command->arguments[i].complete == COMPLETE_REVISION) return true;
    }
    return false;
}

void help_command(const struct out *shown, const struct command *command)
{
    struct out plain = *shown, *out = &plain;
    plain.json = false;
    fprintf(out->file, "%s: %s\n", out_paint(out, PAINT_BOLD, usage(out->arena, command)), command->summary);
    if (command->about) fprintf(out->file, "\n%s\n", command->about);
    print_examples(out, command);
    print_options(out, command);
    if (takes_revision(command)) {
        print_title(out, "REV");
        fputs(revisions_explained, out->file);
    }
    print_globals(out);
}

/* ---- modelc help --scdoc COMMAND */

/* scdoc reads * _ ` \ # as markup, and at the start of a line - . | too. */
static const char *escaped(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (; *text; text++) {
        bool line_start = out.len == 0 || out.text[out.len - 1] == '\n';
        if (strchr(line_start ? "*_`\\#[]<>-.|" : "*_`\\#[]<>", *text)) buf_addc(&out, '\\');
        buf_addc(&out, *text);
    }
    return out.text;
}

static void scdoc_options(const struct out *out, const struct command *command)
{
    if (command->options[0] != OPT_NONE) fputs("# OPTIONS\n\n", out->file);
    for (size_t i = 0; i < COMMAND_OPTIONS && command->options[i] != OPT_NONE; i++) {
        const char *name = str_trim(out->arena, option_shown(out->arena, command->options[i]));
        const char *help = option_help(out->arena, command->options[i]);
        fprintf(out->file, "*%s*\n\t%s\n\n", escaped(out->arena, name), escaped(out->arena, help));
    }
}

void help_scdoc(const struct out *out, const struct command *command)
{
    struct arena *arena = out->arena;
    fprintf(out->file, "modelc-%s(1)\n\n# NAME\n\nmodelc-%s - %s\n\n", command->name, command->name,
            escaped(arena, command->summary));
    fprintf(out->file, "# SYNOPSIS\n\n*%s*\n\n", escaped(arena, usage(arena, command)));
    const char *about = command->about ? command->about : "Prints its result on standard output.";
    fprintf(out->file, "# DESCRIPTION\n\n%s\n\n", escaped(arena, about));
    if (takes_revision(command)) {
        fputs("A revision is an id or the beginning of one, _head_, _heads_, _base_, or a number of steps: _-1_, "
              "_+2_.\n\n",
              out->file);
    }
    fputs("# EXAMPLES\n\n", out->file);
    for (size_t i = 0; i < COMMAND_EXAMPLES && command->examples[i].line; i++) {
        fprintf(out->file, "*%s*\n\t%s\n\n", escaped(arena, command->examples[i].line),
                escaped(arena, command->examples[i].what));
    }
    scdoc_options(out, command);
    fputs("Options for all commands are in *modelc*(1).\n\n# SEE ALSO\n\n"
          "*modelc*(1), *modelc-model*(5), *modelc-migration*(5), *modelc.ini*(5)\n", out->file);
}

/* ---- the command */

int cmd_help(struct session *s)
{
    const char *name = argument_text(s->options, 0);
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !command) {
        struct suggest near = {.word = name};
        for (size_t i = 0; i < n_commands; i++) suggest_try(&near, commands[i].name);
        struct diag *diag = diag_add(s->ctx, D_USAGE, nowhere, "unknown command: %s", name);
        if (near.best) diag_mend(s->ctx, diag, "did you mean", "modelc help %s", near.best);
        return CODE_UNJUDGED;
    }
    if (!command) help_overview(&s->out);
    else if (option_given(s->options, OPT_SCDOC)) help_scdoc(&s->out, command);
    else help_command(&s->out, command);
    return CODE_DONE;
}
