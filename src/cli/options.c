/* options.c: parses the command line by the table of commands. */
#include "cli/options.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/suggest.h"

static const struct span nowhere = {0, 0};

struct parser {
    struct ctx *ctx;
    struct options *out;
    char **words;
    size_t n, at;
    size_t command; /* position of the command's word; n: none */
    bool failed;
};

/* ---- looking up */

/* `command` NULL: any command's options will do. */
static enum option_id find_long(const struct command *command, const char *name, size_t len)
{
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        bool same = strncmp(option_table[id].name, name, len) == 0 && option_table[id].name[len] == '\0';
        if (same && (!command || command_takes(command, id))) return id;
    }
    return OPT_NONE;
}

static enum option_id find_letter(const struct command *command, char letter)
{
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (option_table[id].letter == letter && (!command || command_takes(command, id))) return id;
    }
    return OPT_NONE;
}

/* "-" is a file, "-1" a revision. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

/* Whether the word after this option is its value. */
static bool takes_next(const char *word)
{
    if (str_starts(word, "--")) {
        enum option_id id = find_long(NULL, word + 2, strlen(word + 2));
        return id != OPT_NONE && option_table[id].value;
    }
    for (const char *at = word + 1; *at; at++) {
        enum option_id id = find_letter(NULL, *at);
        if (id != OPT_NONE && option_table[id].value) return at[1] == '\0';
    }
    return false;
}

static size_t find_command(char **words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], "--") == 0) break;
        if (!is_option(words[i])) return i;
        if (takes_next(words[i])) i++;
    }
    return n;
}

/* ---- what can be wrong */

static const char *help_line(const struct parser *p)
{
    const struct command *command = p->out->command;
    return command ? arena_printf(p->ctx->arena, "modelc help %s", command->name) : "modelc help";
}

static void unknown_command(struct parser *p, const char *word)
{
    struct suggest near = {.word = word};
    for (size_t i = 0; i < n_commands; i++) suggest_try(&near, commands[i].name);
    struct diag *diag = diag_add(p->ctx, D_USAGE, nowhere, "unknown command: %s", word);
    if (near.best) diag_mend(p->ctx, diag, "did you mean", "modelc %s", near.best);
    else diag_mend(p->ctx, diag, "mend", "modelc help");
    p->failed = true;
}

/* Who takes the option is worth saying: it was perhaps the command that was mistaken. */
static const char *takers(struct arena *arena, enum option_id id)
{
    struct buf names = buf_new(arena);
    for (size_t i = 0; id != OPT_NONE && i < n_commands; i++) {
        if (!command_takes(&commands[i], id)) continue;
        buf_separate(&names, "", ", ");
        buf_add(&names, commands[i].name);
    }
    return names.text;
}

static void unknown_option(struct parser *p, const char *word, enum option_id elsewhere)
{
    const struct command *command = p->out->command;
    p->failed = true;
    const char *others = takers(p->ctx->arena, elsewhere);
    if (*others) {
        struct diag *diag =
            diag_add(p->ctx, D_USAGE, nowhere, "modelc %s takes no %s (%s)", command->name, word, others);
        diag_mend(p->ctx, diag, "mend", "%s", help_line(p));
        return;
    }
    struct suggest near = {.word = str_starts(word, "--") ? word + 2 : NULL};
    for (enum option_id id = OPT_NONE + 1; id < OPT_COUNT; id++) {
        if (!command || command_takes(command, id)) suggest_try(&near, option_table[id].name);
    }
    struct diag *diag = diag_add(p->ctx, D_USAGE, nowhere, "unknown option: %s", word);
    if (near.best) diag_mend(p->ctx, diag, "did you mean", "--%s", near.best);
    diag_mend(p->ctx, diag, "mend", "%s", help_line(p));
}

/* ---- values */

static bool among(const char *choices, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = choices; *at;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, word, n) == 0) return true;
        at += n + strspn(at + n, " ");
    }
    return false;
}

static bool allowed(struct parser *p, const char *choices, const char *what, const char *word)
{
    if (!choices || among(choices, word)) return true;
    struct diag *diag = diag_add(p->ctx, D_USAGE, nowhere, "%s can't be %s", what, *word ? word : "empty");
    diag_mend(p->ctx, diag, "mend", "one of: %s", choices);
    p->failed = true;
    return false;
}

static void keep(struct parser *p, enum option_id id, const char *value)
{
    const char *shown = arena_printf(p->ctx->arena, "--%s", option_table[id].name);
    const struct command *command = p->out->command;
    const char *choices = id == OPT_FORMAT && command && command->formats ? command->formats : option_table[id].choices;
    if (value && !allowed(p, choices, shown, value)) return;
    vec_push(p->ctx->arena, &p->out->given[id], value ? value : "");
}

/* The value that stands in the next word. */
static const char *next_value(struct parser *p, const char *word, enum option_id id)
{
    bool more = p->at < p->n && p->at != p->command;
    if (option_table[id].bare && (!more || is_option(p->words[p->at]))) return "";
    if (more) return p->words[p->at++];
    struct diag *diag =
        diag_add(p->ctx, D_USAGE, nowhere, "%s needs a value: %s %s", word, word, option_table[id].value);
    diag_mend(p->ctx, diag, "mend", "%s", help_line(p));
    p->failed = true;
    return NULL;
}

/* ---- words */

static void parse_long(struct parser *p, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const char *shown = arena_strndup(p->ctx->arena, word, len);
    enum option_id id = find_long(p->out->command, word + 2, len - 2);
    if (id == OPT_NONE) {
        enum option_id elsewhere = find_long(NULL, word + 2, len - 2);
        unknown_option(p, shown, elsewhere);
        if (elsewhere != OPT_NONE && option_table[elsewhere].value && !equals && p->at < p->n) p->at++;
    } else if (option_table[id].value) {
        const char *value = equals ? equals + 1 : next_value(p, shown, id);
        if (value) keep(p, id, value);
    } else if (equals) {
        diag_add(p->ctx, D_USAGE, nowhere, "%s takes no value", shown);
        p->failed = true;
    } else {
        keep(p, id, NULL);
    }
}

/* -v, -qv, -m MSG, -mMSG, -m=MSG */
static void parse_letters(struct parser *p, const char *word)
{
    for (const char *at = word + 1; *at; at++) {
        const char shown[] = {'-', *at, '\0'};
        enum option_id id = find_letter(p->out->command, *at);
        if (id == OPT_NONE) {
            unknown_option(p, arena_strdup(p->ctx->arena, shown), find_letter(NULL, *at));
            return;
        }
        if (!option_table[id].value) {
            keep(p, id, NULL);
            continue;
        }
        const char *value = at[1] == '\0' ? next_value(p, shown, id) : at + 1 + (at[1] == '=');
        if (value) keep(p, id, value);
        return;
    }
}

static void parse_words(struct parser *p)
{
    bool options_end = false;
    while (p->at < p->n) {
        const char *word = p->words[p->at++];
        if (p->at - 1 == p->command) continue;
        if (!options_end && strcmp(word, "--") == 0) options_end = true;
        else if (options_end || !is_option(word)) vec_push(p->ctx->arena, &p->out->arguments, word);
        else if (str_starts(word, "--")) parse_long(p, word);
        else parse_letters(p, word);
    }
}

/* ---- arguments */

static void check_arguments(struct parser *p)
{
    const struct command *command = p->out->command;
    const struct words *words = &p->out->arguments;
    size_t i = 0, at = 0;
    for (; i < COMMAND_ARGUMENTS && command->arguments[i].name; i++) {
        const struct argument *argument = &command->arguments[i];
        if (argument->required && at >= words->n) {
            struct diag *diag = diag_add(p->ctx, D_USAGE, nowhere, "modelc %s needs %s", command->name, argument->name);
            diag_mend(p->ctx, diag, "mend", "%s", command->examples[0].line);
            p->failed = true;
            return;
        }
        if (at < words->n) allowed(p, argument->choices, argument->name, words->at[at]);
        at = argument->many ? words->n : at + 1;
    }
    if (at < words->n) {
        struct diag *diag = diag_add(p->ctx, D_USAGE, nowhere, "one argument too many: %s", words->at[at]);
        diag_mend(p->ctx, diag, "mend", "%s", help_line(p));
        p->failed = true;
    }
}

/* Without a command the line can't be read; in which form to say so is known all the same. */
static void keep_format(struct parser *p)
{
    for (size_t i = 0; i < p->n; i++) {
        bool next = strcmp(p->words[i], "--format") == 0 && i + 1 < p->n;
        const char *value = next ? p->words[i + 1] : str_starts(p->words[i], "--format=") ? p->words[i] + 9 : NULL;
        if (value) vec_push(p->ctx->arena, &p->out->given[OPT_FORMAT], value);
    }
}

bool options_parse(struct ctx *ctx, int argc, char **argv, struct options *parsed)
{
    *parsed = (struct options){0};
    struct parser p = {.ctx = ctx, .out = parsed, .words = argv + 1, .n = argc > 0 ? (size_t)argc - 1 : 0};
    p.command = find_command(p.words, p.n);
    if (p.command < p.n) {
        parsed->command = command_find(p.words[p.command]);
        if (!parsed->command) {
            unknown_command(&p, p.words[p.command]);
            keep_format(&p);
            return false;
        }
    }
    parse_words(&p);
    bool asks = option_given(parsed, OPT_HELP) || option_given(parsed, OPT_VERSION);
    if (parsed->command && !p.failed && !asks) check_arguments(&p);
    return !p.failed;
}

/* ---- reading */

bool option_given(const struct options *parsed, enum option_id id)
{
    return parsed->given[id].n > 0;
}

const char *option_text(const struct options *parsed, enum option_id id)
{
    const struct words *words = &parsed->given[id];
    return words->n ? words->at[words->n - 1] : NULL;
}

bool option_seconds(struct ctx *ctx, const struct options *parsed, enum option_id id, int otherwise, int *seconds)
{
    const char *text = option_text(parsed, id);
    *seconds = otherwise;
    if (!text) return true;
    char *end;
    long value = strtol(text, &end, 10);
    bool good = isdigit((unsigned char)text[0]) && (*end == '\0' || strcmp(end, "s") == 0) && value <= 7 * 24 * 3600;
    if (good) *seconds = (int)value;
    else diag_add(ctx, D_USAGE, nowhere, "--%s takes seconds, not %s", option_table[id].name, *text ? text : "nothing");
    return good;
}

bool option_number(struct ctx *ctx, const struct options *parsed, enum option_id id, int otherwise, int *number)
{
    const char *text = option_text(parsed, id);
    *number = otherwise;
    if (!text) return true;
    char *end;
    long value = strtol(text, &end, 10);
    bool good = isdigit((unsigned char)text[0]) && *end == '\0' && value <= INT_MAX;
    if (good) *number = (int)value;
    else diag_add(ctx, D_USAGE, nowhere, "--%s takes a number, not %s", option_table[id].name, *text ? text : "nothing");
    return good;
}

const char *argument_text(const struct options *parsed, size_t i)
{
    return i < parsed->arguments.n ? parsed->arguments.at[i] : NULL;
}
