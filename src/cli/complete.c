/* complete.c: completion scripts for shells, made from the table of commands. */
#include <string.h>

#include "cli/session.h"

/* ---- pieces */

static bool any_argument(const struct command *command, enum complete complete)
{
    for (size_t i = 0; i < COMMAND_ARGUMENTS && command->arguments[i].name; i++) {
        if (command->arguments[i].complete == complete) return true;
    }
    return false;
}

static const char *choices_of(const struct command *command)
{
    return command->arguments[0].name && command->arguments[0].choices ? command->arguments[0].choices : "";
}

/* The shells' quotes: ' becomes '\'' . */
static const char *quoted(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    buf_addc(&out, '\'');
    for (; *text; text++) {
        if (*text == '\'') buf_add(&out, "'\\''");
        else buf_addc(&out, *text);
    }
    buf_addc(&out, '\'');
    return out.text;
}

/* What an option may be; those of a command's own --format first. */
static const char *option_choices(const struct command *command, enum option_id id)
{
    return id == OPT_FORMAT && command && command->formats ? command->formats : option_table[id].choices;
}

/* "-m|--message" of all options with a value that `wanted` chooses; "" where there are none. */
static const char *value_options(struct arena *arena, bool (*wanted)(const struct option *))
{
    struct buf out = buf_new(arena);
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        const struct option *option = &option_table[id];
        if (!option->value || !wanted(option)) continue;
        buf_separate(&out, "", "|");
        if (option->letter) buf_printf(&out, "-%c|", option->letter);
        buf_printf(&out, "--%s", option->name);
    }
    return out.text;
}

static bool takes_value(const struct option *option) { return option->value != NULL; }
static bool takes_file(const struct option *option) { return option->complete == COMPLETE_FILE; }
static bool takes_folder(const struct option *option) { return option->complete == COMPLETE_FOLDER; }
static bool takes_revision(const struct option *option) { return option->complete == COMPLETE_REVISION; }
static bool takes_choice(const struct option *option) { return option->choices != NULL; }

static const char *command_names(struct arena *arena)
{
    struct buf out = buf_new(arena);
    for (size_t i = 0; i < n_commands; i++) {
        buf_separate(&out, "", " ");
        buf_add(&out, commands[i].name);
    }
    return out.text;
}

/* The options of one command and the global ones; `command` NULL: these only. */
static const char *option_words(struct arena *arena, const struct command *command)
{
    struct buf out = buf_new(arena);
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (!(command ? command_takes(command, id) : option_table[id].global)) continue;
        buf_separate(&out, "", " ");
        if (option_table[id].letter) buf_printf(&out, "-%c ", option_table[id].letter);
        buf_printf(&out, "--%s", option_table[id].name);
    }
    return out.text;
}

/* ---- bash */

static void bash_values(const struct out *out)
{
    struct arena *arena = out->arena;
    fprintf(out->file, "    case $before in\n");
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (!takes_choice(&option_table[id])) continue;
        fprintf(out->file, "        --%s)\n            words='%s'\n", option_table[id].name, option_table[id].choices);
        for (size_t i = 0; i < n_commands && id == OPT_FORMAT; i++) {
            if (!commands[i].formats) continue;
            fprintf(out->file, "            [[ $command == %s ]] && words='%s'\n", commands[i].name, commands[i].formats);
        }
        fputs("            COMPREPLY=($(compgen -W \"$words\" -- \"$word\")); return ;;\n", out->file);
    }
    fprintf(out->file, "        %s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n",
            value_options(arena, takes_file));
    fprintf(out->file, "        %s) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n",
            value_options(arena, takes_folder));
    fprintf(out->file,
            "        %s)\n            COMPREPLY=($(compgen -W \"$(_modelc_revisions)\" -- \"$word\")); return ;;\n",
            value_options(arena, takes_revision));
    fprintf(out->file, "        %s) return ;;\n    esac\n", value_options(arena, takes_value));
}

static void bash_command(const struct out *out, const struct command *command)
{
    fprintf(out->file, "        %s)\n            options='%s'\n", command->name, option_words(out->arena, command));
    if (*choices_of(command)) fprintf(out->file, "            words='%s'\n", choices_of(command));
    if (any_argument(command, COMPLETE_REVISION)) fputs("            words=$(_modelc_revisions)\n", out->file);
    if (any_argument(command, COMPLETE_COMMAND)) fputs("            words=$commands\n", out->file);
    if (any_argument(command, COMPLETE_FILE)) fputs("            files=-f\n", out->file);
    if (any_argument(command, COMPLETE_FOLDER)) fputs("            files=-d\n", out->file);
    fputs("            ;;\n", out->file);
}

static void print_bash(const struct out *out)
{
    struct arena *arena = out->arena;
    fprintf(out->file,
            "# bash completion for modelc, made by `modelc completions bash`\n"
            "_modelc_revisions() {\n"
            "    echo head heads base\n"
            "    modelc completions revisions 2>/dev/null\n"
            "}\n\n"
            "_modelc() {\n"
            "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local i command= words= files= options='%s'\n"
            "    local commands='%s'\n"
            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "        case ${COMP_WORDS[i]} in\n"
            "            %s) ((i++)) ;;\n"
            "            -*) ;;\n"
            "            *) command=${COMP_WORDS[i]}; break ;;\n"
            "        esac\n"
            "    done\n",
            option_words(arena, NULL), command_names(arena), value_options(arena, takes_value));
    bash_values(out);
    fputs("    case $command in\n        '') words=$commands ;;\n", out->file);
    for (size_t i = 0; i < n_commands; i++) bash_command(out, &commands[i]);
    fputs("    esac\n"
          "    [[ $word == -* ]] && words=$options files=\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "    [[ $files ]] && COMPREPLY+=($(compgen $files -- \"$word\"))\n"
          "}\n"
          "complete -o filenames -F _modelc modelc\n", out->file);
}

/* ---- zsh */

/* Brackets and colons mean something in the texts of _arguments. */
static const char *zsh_text(struct arena *arena, const char *text)
{
    struct buf out = buf_new(arena);
    for (; *text; text++) {
        if (strchr("[]:\\", *text)) buf_addc(&out, '\\');
        buf_addc(&out, *text);
    }
    return out.text;
}

static const char *zsh_action(enum complete complete, const char *choices, struct arena *arena)
{
    if (choices) return arena_printf(arena, "(%s)", choices);
    switch (complete) {
    case COMPLETE_FILE: return "_files";
    case COMPLETE_FOLDER: return "_files -/";
    case COMPLETE_REVISION: return "_modelc_revisions";
    case COMPLETE_COMMAND: return "_modelc_commands";
    case COMPLETE_NOTHING: break;
    }
    return " ";
}

static void zsh_option(const struct out *out, const struct command *command, enum option_id id)
{
    struct arena *arena = out->arena;
    const struct option *option = &option_table[id];
    struct buf rest = buf_new(arena);
    buf_printf(&rest, "[%s]", zsh_text(arena, option->help));
    if (option->value) {
        buf_printf(&rest, ":%s:%s", zsh_text(arena, option->value),
                   zsh_action(option->complete, option_choices(command, id), arena));
    }
    const char *equals = option->value ? "=" : "", *plus = option->value ? "+" : "";
    if (option->letter)
        fprintf(out->file, " \\\n            %s",
                quoted(arena, arena_printf(arena, "*-%c%s%s", option->letter, plus, rest.text)));
    fprintf(out->file, " \\\n            %s",
            quoted(arena, arena_printf(arena, "*--%s%s%s", option->name, equals, rest.text)));
}

static void zsh_command(const struct out *out, const struct command *command)
{
    struct arena *arena = out->arena;
    fprintf(out->file, "        %s) _arguments -s %s", command->name, command->formats ? "${(@)globals:#*--format*}" : "$globals");
    if (command->formats) zsh_option(out, command, OPT_FORMAT);
    for (size_t i = 0; i < COMMAND_OPTIONS && command->options[i] != OPT_NONE; i++)
        zsh_option(out, command, command->options[i]);
    for (size_t i = 0; i < COMMAND_ARGUMENTS && command->arguments[i].name; i++) {
        const struct argument *argument = &command->arguments[i];
        const char *action = zsh_action(argument->complete, argument->choices, arena);
        const char *number = argument->many ? "*" : arena_printf(arena, "%zu", i + 1);
        fprintf(out->file, " \\\n            %s",
                quoted(arena, arena_printf(arena, "%s:%s:%s", number, argument->name, action)));
    }
    fputs(" ;;\n", out->file);
}

static void print_zsh(const struct out *out)
{
    struct arena *arena = out->arena;
    fputs("#compdef modelc\n# zsh completion for modelc, made by `modelc completions zsh`\n"
          "_modelc_revisions() {\n    compadd head heads base ${(f)\"$(modelc completions revisions "
          "2>/dev/null)\"}\n}\n\n"
          "_modelc_commands() {\n    local -a names\n    names=(\n",
          out->file);
    for (size_t i = 0; i < n_commands; i++) {
        fprintf(out->file, "        %s\n",
                quoted(arena, arena_printf(arena, "%s:%s", commands[i].name, zsh_text(arena, commands[i].summary))));
    }
    fputs("    )\n    _describe command names\n}\n\n_modelc() {\n    local context state line\n    local -a globals\n  "
          "  globals=(",
          out->file);
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (option_table[id].global) zsh_option(out, NULL, id);
    }
    fputs("\n    )\n    _arguments -s -C $globals '1:command:_modelc_commands' '*::argument:->argument'\n"
          "    [[ $state == argument ]] || return\n    case $words[1] in\n", out->file);
    for (size_t i = 0; i < n_commands; i++) zsh_command(out, &commands[i]);
    fputs("    esac\n}\n\n_modelc \"$@\"\n", out->file);
}

/* ---- fish */

static void fish_option(const struct out *out, const struct command *command, const char *condition, enum option_id id)
{
    struct arena *arena = out->arena;
    const struct option *option = &option_table[id];
    fprintf(out->file, "complete -c modelc%s -l %s", condition, option->name);
    if (option->letter) fprintf(out->file, " -s %c", option->letter);
    if (option->value)
        fputs(option->complete == COMPLETE_FILE || option->complete == COMPLETE_FOLDER ? " -r -F" : " -x", out->file);
    if (option->choices) fprintf(out->file, " -a %s", quoted(arena, option_choices(command, id)));
    if (option->complete == COMPLETE_REVISION) fputs(" -a '(__modelc_revisions)'", out->file);
    fprintf(out->file, " -d %s\n", quoted(arena, option->help));
}

static void fish_command(const struct out *out, const struct command *command)
{
    struct arena *arena = out->arena;
    const char *condition = arena_printf(arena, " -n '__fish_seen_subcommand_from %s'", command->name);
    fprintf(out->file, "complete -c modelc -f -n __fish_use_subcommand -a %s -d %s\n", command->name,
            quoted(arena, command->summary));
    for (size_t i = 0; i < COMMAND_OPTIONS && command->options[i] != OPT_NONE; i++)
        fish_option(out, command, condition, command->options[i]);
    if (command->formats) fish_option(out, command, condition, OPT_FORMAT);
    if (*choices_of(command))
        fprintf(out->file, "complete -c modelc -f%s -a %s\n", condition, quoted(arena, choices_of(command)));
    if (any_argument(command, COMPLETE_REVISION))
        fprintf(out->file, "complete -c modelc -f%s -a '(__modelc_revisions)'\n", condition);
    if (any_argument(command, COMPLETE_COMMAND)) {
        fprintf(out->file, "complete -c modelc -f%s -a %s\n", condition, quoted(arena, command_names(arena)));
    }
    if (any_argument(command, COMPLETE_FILE)) fprintf(out->file, "complete -c modelc -F%s\n", condition);
}

static void print_fish(const struct out *out)
{
    fputs("# fish completion for modelc, made by `modelc completions fish`\n"
          "function __modelc_revisions\n    printf '%s\\n' head heads base\n    modelc completions revisions "
          "2>/dev/null\nend\n\n",
          out->file);
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (option_table[id].global) fish_option(out, NULL, "", id);
    }
    for (size_t i = 0; i < n_commands; i++) fish_command(out, &commands[i]);
}

/* ---- the command */

static int print_revisions(struct session *s)
{
    const struct graph_of_revisions *graph = session_graph(s);
    if (!graph) return session_code(s);
    for (size_t i = graph->all.n; i-- > 0;) fprintf(s->out.file, "%s\n", graph->all.at[i]->id);
    return CODE_DONE;
}

int cmd_completions(struct session *s)
{
    const char *shell = argument_text(s->options, 0);
    if (strcmp(shell, "revisions") == 0) return print_revisions(s);
    if (strcmp(shell, "bash") == 0) print_bash(&s->out);
    else if (strcmp(shell, "zsh") == 0) print_zsh(&s->out);
    else print_fish(&s->out);
    return CODE_DONE;
}
