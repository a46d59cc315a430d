/* commands.h: every command with its options and arguments: one table, from which parsing, help, completions and the
 * man pages are made. A new command is a function here and a row in commands.c. */
#ifndef MODELC_COMMANDS_H
#define MODELC_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/* How a shell completes a value. */
enum complete { COMPLETE_NOTHING, COMPLETE_FILE, COMPLETE_FOLDER, COMPLETE_REVISION, COMPLETE_COMMAND };

enum option_id {
    OPT_NONE,
    /* everywhere */
    OPT_DIRECTORY, OPT_DB, OPT_CONFIG, OPT_ENV, OPT_EXTRA, OPT_FORMAT, OPT_QUIET, OPT_NO_COLOR, OPT_HELP, OPT_VERSION,
    /* of some commands */
    OPT_MESSAGE, OPT_AUTOGENERATE, OPT_HEAD, OPT_SPLICE, OPT_REV_ID, OPT_DEPENDS_ON, OPT_LABEL,
    OPT_SQL, OPT_PLAN, OPT_WAIT, OPT_LOG, OPT_LOCK_WAIT, OPT_STATUS, OPT_ALLOW_LOSS, OPT_RESUME,
    OPT_VERBOSE, OPT_RANGE, OPT_INDICATE_CURRENT, OPT_CHECK_HEADS, OPT_PURGE,
    OPT_CHECK, OPT_SCDOC,
    OPT_SCRATCH, OPT_DROP, OPT_EXIT_CODE, OPT_STAGED, OPT_STRICT, OPT_ONTO,
    OPT_SQL_FILE, OPT_LAYOUT, OPT_MODELS, OPT_ADD, OPT_FORCE, OPT_PARK, OPT_OLDER_THAN,
    OPT_ALL, OPT_WRITE, OPT_SEED, OPT_ROWS, OPT_VERIFY, OPT_CERTIFIED,
    OPT_FAIL_ON, OPT_RULES,
    OPT_COUNT
};

struct option {
    char letter;            /* 0: none */
    const char *name;
    const char *value;      /* what stands for its value: "MSG"; NULL: a flag */
    const char *choices;    /* the values allowed, separated by spaces; NULL: any */
    enum complete complete;
    bool global;
    bool bare;              /* its value may be left out, at the end of the line or before another option: "" */
    const char *help;       /* one line, lower case */
};
extern const struct option option_table[OPT_COUNT];

struct argument {
    const char *name;       /* "REV" */
    const char *choices;
    enum complete complete;
    bool required, many;
};

struct example {
    const char *line;       /* "modelc upgrade head" */
    const char *what;
};

enum command_group { GROUP_START, GROUP_WRITE, GROUP_APPLY, GROUP_LOOK, GROUP_OTHER, GROUP_COUNT };
extern const char *const group_titles[GROUP_COUNT];

enum { COMMAND_OPTIONS = 16, COMMAND_ARGUMENTS = 3, COMMAND_EXAMPLES = 8 };

struct command {
    const char *name;
    enum command_group group;
    const char *summary;    /* one line, lower case: "apply revisions to the database" */
    const char *about;      /* paragraphs, at most 80 columns wide; may be NULL */
    const char *formats;    /* of --format, where it has more than the table of options says */
    struct argument arguments[COMMAND_ARGUMENTS]; /* up to the first without a name */
    enum option_id options[COMMAND_OPTIONS];      /* its own, up to OPT_NONE */
    struct example examples[COMMAND_EXAMPLES];    /* up to the first without a line */
    bool own_session;       /* needs a session of its own on the server: direct-url where modelc.ini has it */
    int (*run)(struct session *session);          /* returns an exit code (lib/code.h) */
};
extern const struct command commands[];
extern const size_t n_commands;

const struct command *command_find(const char *name); /* NULL where there is none */
bool command_takes(const struct command *command, enum option_id id); /* its own and the global ones */

int cmd_attic(struct session *session);
int cmd_autogenerate(struct session *session);
int cmd_baseline(struct session *session);
int cmd_branches(struct session *session);
int cmd_check(struct session *session);
int cmd_completions(struct session *session);
int cmd_create(struct session *session);
int cmd_current(struct session *session);
int cmd_db(struct session *session);
int cmd_diff(struct session *session);
int cmd_downgrade(struct session *session);
int cmd_edit(struct session *session);
int cmd_fmt(struct session *session);
int cmd_heads(struct session *session);
int cmd_help(struct session *session);
int cmd_history(struct session *session);
int cmd_import(struct session *session);
int cmd_init(struct session *session);
int cmd_merge(struct session *session);
int cmd_rebase(struct session *session);
int cmd_review(struct session *session);
int cmd_revision(struct session *session);
int cmd_show(struct session *session);
int cmd_stamp(struct session *session);
int cmd_upgrade(struct session *session);
int cmd_verify(struct session *session);

#endif
