/* commands.c: the table of options and the table of commands. */
#include "cli/commands.h"

#include <string.h>

const struct option option_table[OPT_COUNT] = {
    [OPT_DIRECTORY] = {.letter = 'C', .name = "directory", .value = "DIR", .complete = COMPLETE_FOLDER, .global = true,
                       .help = "as if started in DIR"},
    [OPT_DB] = {.name = "db", .value = "URL", .global = true, .bare = true,
                .help = "the database (else DATABASE_URL, then PG* variables)"},
    [OPT_CONFIG] = {.letter = 'c', .name = "config", .value = "FILE", .complete = COMPLETE_FILE, .global = true,
                    .help = "another modelc.ini"},
    [OPT_ENV] = {.letter = 'n', .name = "env", .value = "NAME", .global = true,
                 .help = "the section [env NAME] of modelc.ini"},
    [OPT_EXTRA] = {.letter = 'x', .name = "extra", .value = "K=V", .global = true,
                   .help = "a value: %(K)s in modelc.ini, ${K} in templates (repeatable)"},
    [OPT_FORMAT] = {.name = "format", .value = "FORMAT", .choices = "text json", .global = true,
                    .help = "text, or json for other programs"},
    [OPT_QUIET] = {.letter = 'q', .name = "quiet", .global = true, .help = "results only, no progress; of a new file its path"},
    [OPT_NO_COLOR] = {.name = "no-color", .global = true, .help = "no colours (also: NO_COLOR=1)"},
    [OPT_HELP] = {.letter = 'h', .name = "help", .global = true, .help = "what a command does, with examples"},
    [OPT_VERSION] = {.letter = 'V', .name = "version", .global = true, .help = "modelc's version"},

    [OPT_MESSAGE] = {.letter = 'm', .name = "message", .value = "MSG",
                     .help = "what the revision does: its first line and its file's name"},
    [OPT_AUTOGENERATE] = {.name = "autogenerate",
                          .help = "write what the models ask for, as `modelc autogenerate` does"},
    [OPT_HEAD] = {.name = "head", .value = "REV", .complete = COMPLETE_REVISION,
                  .help = "the revision it follows (default: the only head)"},
    [OPT_SPLICE] = {.name = "splice", .help = "allow --head to be no head: a new branch begins there"},
    [OPT_REV_ID] = {.name = "rev-id", .value = "ID", .help = "the id, instead of a new one"},
    [OPT_DEPENDS_ON] = {.name = "depends-on", .value = "REV", .complete = COMPLETE_REVISION,
                        .help = "a revision of another branch that must be applied before (repeatable)"},
    [OPT_LABEL] = {.name = "branch-label", .value = "NAME", .help = "a name for the branch that begins here"},
    [OPT_SQL] = {.name = "sql", .help = "print the SQL instead of running it"},
    [OPT_PLAN] = {.name = "plan", .help = "show what would run, and run nothing"},
    [OPT_WAIT] = {.name = "wait", .help = "wait for the server and for modelc's lock (application start)"},
    [OPT_LOG] = {.name = "log", .help = "plain lines with times, for a log"},
    [OPT_LOCK_WAIT] = {.name = "lock-wait", .value = "SECONDS", .help = "how long to wait for modelc's lock"},
    [OPT_STATUS] = {.name = "status", .help = "where the last run stands, what it left, and who is at work; exit 5 if half a revision is"},
    [OPT_ALLOW_LOSS] = {.name = "allow-loss", .help = "let rows and values be lost although modelc.ini protects them"},
    [OPT_RESUME] = {.name = "resume", .value = "HOW", .choices = "retry skip",
                    .help = "a step whose outcome is unknown: run it again, or count it as done"},
    [OPT_VERBOSE] = {.letter = 'v', .name = "verbose", .help = "everything known about each revision, or all that diff can't handle"},
    [OPT_RANGE] = {.letter = 'r', .name = "rev-range", .value = "A:B", .complete = COMPLETE_REVISION,
                   .help = "from A to B; either may be left out, or be `current`"},
    [OPT_INDICATE_CURRENT] = {.letter = 'i', .name = "indicate-current", .help = "mark where the database is"},
    [OPT_CHECK_HEADS] = {.name = "check-heads", .help = "exit 1 unless the database is at the heads"},
    [OPT_PURGE] = {.name = "purge", .help = "forget heads that no file has"},
    [OPT_CHECK] = {.name = "check", .help = "write nothing; exit 1 and name the files that would change"},
    [OPT_SCRATCH] = {.name = "scratch", .value = "URL",
                     .help = "a server for trials, where this one can't judge an expression"},
    [OPT_DROP] = {.name = "drop", .value = "PATH",
                  .help = "drop it although it may have been renamed, or no revision made it (repeatable; all)"},
    [OPT_ALL] = {.name = "all", .help = "every revision, from the first"},
    [OPT_WRITE] = {.name = "write", .help = "write the certificate into the files that are proven"},
    [OPT_SEED] = {.name = "seed", .value = "N", .help = "other rows, the same again for the same number (1)"},
    [OPT_ROWS] = {.name = "rows", .value = "N", .help = "rows in each table (20); 0: none"},
    [OPT_VERIFY] = {.name = "verify", .help = "prove the file as `modelc verify` does, and write it only if that succeeds"},
    [OPT_CERTIFIED] = {.name = "certified", .value = "REV", .complete = COMPLETE_REVISION, .bare = true,
                       .help = "every revision (after REV) has to have a good certificate of `modelc verify`"},
    [OPT_PARK] = {.name = "park", .help = "move what is dropped to the attic, with its rows and values (drop = park)"},
    [OPT_OLDER_THAN] = {.name = "older-than", .value = "DAYS", .help = "what was parked longer ago: 30d, 12h"},
    [OPT_EXIT_CODE] = {.name = "exit-code", .help = "exit 1 if there are differences"},
    [OPT_STAGED] = {.name = "staged", .help = "also name files that git would not commit as they are"},
    [OPT_STRICT] = {.name = "strict", .help = "what modelc does not handle, and one-sided relationships, are errors"},
    [OPT_ONTO] = {.name = "onto", .value = "REV", .complete = COMPLETE_REVISION,
                  .help = "the other head, which your revisions shall follow"},
    [OPT_SQL_FILE] = {.name = "sql", .value = "FILE", .complete = COMPLETE_FILE,
                      .help = "not the database: what this script makes (pg_dump -s; - for standard input)"},
    [OPT_LAYOUT] = {.name = "layout", .value = "HOW", .choices = "single schema group table",
                    .help = "one file; one per schema; per group of related tables; per table"},
    [OPT_MODELS] = {.letter = 'o', .name = "models", .value = "DIR", .complete = COMPLETE_FOLDER,
                    .help = "the folder to write to (default: the project's, else models)"},
    [OPT_ADD] = {.name = "add", .value = "PATH",
                 .help = "add this one object to the models there are (repeatable)"},
    [OPT_FORCE] = {.name = "force", .help = "write although there are model files: those of the same name are lost"},
    [OPT_FAIL_ON] = {.name = "fail-on", .value = "LEVEL", .choices = "error warning note",
                     .help = "exit 1 on findings of this level and above (warning)"},
    [OPT_RULES] = {.name = "rules", .help = "list the rules, with the level that each has here"},
    [OPT_SCDOC] = {.name = "scdoc", .help = "as the source of a man page"},
};

const char *const group_titles[GROUP_COUNT] = {
    [GROUP_START] = "Begin",
    [GROUP_WRITE] = "Write revisions",
    [GROUP_APPLY] = "Apply them",
    [GROUP_LOOK] = "Look around",
    [GROUP_OTHER] = "More",
};

const struct command commands[] = {
    {.name = "init", .group = GROUP_START, .run = cmd_init,
     .summary = "begin a project here",
     .about = "Writes modelc.ini, models/, migrations/versions/ and a line in .gitignore.\n"
              "Where no other database is named, it makes a private PostgreSQL in .modelc/,\n"
              "so that the first tables need no server of yours: commands start it when they\n"
              "need it and stop it afterwards.",
     .arguments = {{.name = "DIR", .complete = COMPLETE_FOLDER}},
     .examples = {{"modelc init", "in this folder"},
                  {"modelc init shop", "in a new folder"}}},
    {.name = "db", .group = GROUP_START, .run = cmd_db,
     .summary = "the project's private PostgreSQL server",
     .about = "It runs on a private socket only, while a modelc command needs it, or from\n"
              "`start` to `stop`. `psql` opens a session on it; what follows `--` goes to psql.",
     .arguments = {{.name = "ACTION", .choices = "start stop url psql", .required = true},
                   {.name = "ARG", .many = true}},
     .examples = {{"modelc db start", "keep it running"},
                  {"modelc db psql", "look inside"},
                  {"modelc db psql -- -c '\\d'", "one psql command"},
                  {"export DATABASE_URL=$(modelc db url)", "for your application"},
                  {"modelc db stop", "end it"}}},
    {.name = "fmt", .group = GROUP_START, .run = cmd_fmt,
     .summary = "format models",
     .about = "Aligns columns and shortens spellings; comments stay. Without files: all\n"
              "models of the project. Names each file it changed.",
     .arguments = {{.name = "FILE", .complete = COMPLETE_FILE, .many = true}},
     .options = {OPT_CHECK},
     .examples = {{"modelc fmt", "all models"},
                  {"modelc fmt models/shop.model", "one file"},
                  {"modelc fmt --check", "for CI: exit 1 if a file would change"}}},

    {.name = "import", .group = GROUP_START, .run = cmd_import,
     .summary = "write models of a database that exists, or of an SQL script",
     .about = "Says everything that a database holds as models: one file per schema, or per\n"
              "group of related tables where there are many (--layout), in the order a person\n"
              "would read them, with PostgreSQL's own names left out. Comments become `---`\n"
              "lines. The database is only read. With --sql it is a script's: it is loaded\n"
              "into a throw-away server; its rows are left out, its roles made as needed.\n"
              "Nothing is overwritten without --force. With --add, single objects are put\n"
              "where they belong in the models there are, and the rest stays as it is.",
     .arguments = {{.name = "PATH", .many = true}},
     .options = {OPT_SQL_FILE, OPT_LAYOUT, OPT_MODELS, OPT_ADD, OPT_FORCE},
     .examples = {{"modelc import", "the project's database"},
                  {"modelc import --db postgresql://localhost/shop", "this one; no project is needed"},
                  {"modelc import --sql shop.sql", "what pg_dump -s wrote, or any script"},
                  {"pg_dump -s shop | modelc import --sql -", "without a file"},
                  {"modelc import --layout group -o models", "a file per group of tables"},
                  {"modelc import --add table public.prices", "one table into the models there are"}}},

    {.name = "autogenerate", .group = GROUP_WRITE, .run = cmd_autogenerate,
     .summary = "write a revision from models and database",
     .about = "Compares the models with the live database and writes a migration file with\n"
              "both directions: what it detected, what is risky, where it is. Nothing is run.\n"
              "The database has to be at the files' head: `modelc upgrade` first. Where\n"
              "models and database agree, no file is written. What may have been renamed is\n"
              "never guessed: say `was old_name` in the model, or --drop it.",
     .options = {OPT_MESSAGE, OPT_HEAD, OPT_REV_ID, OPT_DEPENDS_ON, OPT_LABEL, OPT_DROP, OPT_PARK, OPT_SCRATCH, OPT_STRICT,
                 OPT_VERIFY, OPT_SEED, OPT_ROWS},
     .examples = {{"modelc autogenerate -m \"add prices\"", "write it, then: modelc show head, modelc upgrade"},
                  {"modelc autogenerate -m \"split name\" --drop people.name", "dropped, not renamed"},
                  {"modelc autogenerate -m \"old orders\" --park", "rows of dropped tables and columns stay in the attic"},
                  {"modelc autogenerate -m \"tidy up\" --drop all", "everything that might be a rename is dropped"}}},
    {.name = "baseline", .group = GROUP_WRITE, .own_session = true, .run = cmd_baseline,
     .summary = "write the first revision of a database that exists already",
     .about = "The revision creates all that the models hold. A database that equals the\n"
              "models is recorded as being there; an empty one wants `modelc upgrade head`; one\n"
              "that differs is refused, and the differences are shown. Without a database only\n"
              "the file is written.",
     .options = {OPT_MESSAGE, OPT_REV_ID, OPT_LABEL, OPT_SCRATCH, OPT_LOCK_WAIT},
     .examples = {{"modelc baseline -m \"as of November\"", "once `modelc diff` finds nothing"}}},
    {.name = "revision", .group = GROUP_WRITE, .run = cmd_revision,
     .summary = "write an empty revision, for data",
     .about = "Makes a migration file with both directions to fill in by hand. No database\n"
              "is needed.",
     .options = {OPT_MESSAGE, OPT_AUTOGENERATE, OPT_HEAD, OPT_SPLICE, OPT_REV_ID, OPT_DEPENDS_ON, OPT_LABEL,
                 OPT_DROP, OPT_PARK, OPT_SCRATCH, OPT_STRICT},
     .examples = {{"modelc revision -m \"fill in prices\"", "after the only head"},
                  {"modelc revision -m \"hotfix\" --head 1975ea --splice", "a branch that begins at 1975ea.."}}},
    {.name = "merge", .group = GROUP_WRITE, .run = cmd_merge,
     .summary = "join heads into one",
     .about = "Writes a revision that follows all the given ones and changes nothing itself.\n"
              "Without revisions: all heads.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION, .many = true}},
     .options = {OPT_MESSAGE, OPT_REV_ID, OPT_LABEL},
     .examples = {{"modelc merge -m \"merge brand and stock\" heads", "all heads"},
                  {"modelc merge -m \"merge\" 1975ea 8f3a1c", "these two"}}},
    {.name = "rebase", .group = GROUP_WRITE, .own_session = true, .run = cmd_rebase,
     .summary = "set your revisions after somebody else's",
     .about = "For two heads after a git merge. Yours is the branch that git has not sent to\n"
              "others; where git can't tell, the one of the two that this database has; or say\n"
              "--onto. Your revisions are taken back here, the other branch is applied, your\n"
              "files follow it (with new numbers under `ids = sequential`), and they are applied\n"
              "again. Where both branches change one object, nothing is done and the places are\n"
              "named. Two files with one number get two numbers.",
     .options = {OPT_ONTO, OPT_PLAN, OPT_LOCK_WAIT, OPT_ALLOW_LOSS},
     .examples = {{"modelc rebase", "yours after the other head"},
                  {"modelc rebase --onto 77be", "after this one"},
                  {"modelc rebase --plan", "what it would do"}}},
    {.name = "edit", .group = GROUP_WRITE, .run = cmd_edit,
     .summary = "open a revision's file in your editor",
     .about = "Uses $VISUAL, then $EDITOR, and reads the file again afterwards: what is wrong\n"
              "in it is said at once.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION}},
     .examples = {{"modelc edit", "the head"}, {"modelc edit 8f3a", "by the beginning of its id"}}},

    {.name = "create", .group = GROUP_APPLY, .own_session = true, .run = cmd_create,
     .summary = "make everything that the models hold, in an empty database",
     .about = "For tests and new installations: the state at head in one go, without running\n"
              "through the revisions, and recorded as being there. Of the revisions only\n"
              "sections marked `-- modelc:upgrade on-create` run; those with data that did not\n"
              "run are listed. Refused where the models hold what no revision has, or the\n"
              "database has one of the objects already. After an interruption it goes on.\n"
              "With --sql no database is needed.",
     .options = {OPT_SQL, OPT_LOCK_WAIT},
     .examples = {{"modelc create", "an empty database, ready to use"},
                  {"modelc create --sql > all.sql", "a script for psql"}}},
    {.name = "upgrade", .group = GROUP_APPLY, .own_session = true, .run = cmd_upgrade,
     .summary = "apply revisions to the database",
     .about = "Runs what the database lacks, up to REV (default: head), a transaction per\n"
              "section, each step recorded. One modelc at a time: the others wait for its\n"
              "lock. A section that others' locks hold up gives way soon and is tried again\n"
              "(lock-timeout, retries). If a step fails, what it did is undone, and the next\n"
              "upgrade goes on from there.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION}},
     .options = {OPT_SQL, OPT_PLAN, OPT_STATUS, OPT_WAIT, OPT_LOG, OPT_LOCK_WAIT, OPT_ALLOW_LOSS, OPT_RESUME},
     .examples = {{"modelc upgrade", "everything, to the only head"},
                  {"modelc upgrade +1", "the next one"},
                  {"modelc upgrade 8f3a", "up to this one"},
                  {"modelc upgrade --plan", "what would run, what it locks"},
                  {"modelc upgrade --status", "what ran, or runs, so far"},
                  {"modelc upgrade --sql 1975ea:head > up.sql", "a script for psql"},
                  {"modelc upgrade --wait --log", "when an application starts"}}},
    {.name = "downgrade", .group = GROUP_APPLY, .own_session = true, .run = cmd_downgrade,
     .summary = "take revisions back",
     .about = "Runs the downgrade sections, newest revision first, until the database is at\n"
              "REV. A revision whose file is on another branch is taken back by the text\n"
              "that was recorded when it was applied.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION, .required = true}},
     .options = {OPT_SQL, OPT_PLAN, OPT_WAIT, OPT_LOG, OPT_LOCK_WAIT, OPT_ALLOW_LOSS, OPT_RESUME},
     .examples = {{"modelc downgrade -1", "the last one"},
                  {"modelc downgrade 1975ea", "down to this one, which stays"},
                  {"modelc downgrade base", "all of them"},
                  {"modelc downgrade --sql head:-1", "a script for psql"}}},
    {.name = "stamp", .group = GROUP_APPLY, .own_session = true, .run = cmd_stamp,
     .summary = "record a revision as applied, and run nothing",
     .about = "For a database that has the objects already.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION, .required = true, .many = true}},
     .options = {OPT_PURGE, OPT_LOCK_WAIT},
     .examples = {{"modelc stamp head", "the database is up to date already"},
                  {"modelc stamp base", "as if nothing had been applied"},
                  {"modelc stamp --purge head", "although it is at an id that no file has"}}},

    {.name = "attic", .group = GROUP_APPLY, .run = cmd_attic,
     .summary = "what was parked instead of dropped, and the end of it",
     .about = "Revisions that `autogenerate --park` (or drop = park in modelc.ini) wrote move\n"
              "tables to the schema modelc_attic, and rename columns to _attic_REV_N, in place\n"
              "of DROP: `downgrade` brings rows and values back. `list` shows what is there;\n"
              "`purge` empties tables and drops columns: the way back then restores them empty.\n"
              "`drop` also removes the definitions: then there is no way back. Nothing is asked.",
     .arguments = {{.name = "ACTION", .choices = "list purge drop"}, {.name = "PATH", .many = true}},
     .options = {OPT_OLDER_THAN, OPT_ALL},
     .examples = {{"modelc attic", "what is parked, by which revision, since when"},
                  {"modelc attic purge --older-than 30d", "rows and values that nobody missed for a month"},
                  {"modelc attic purge orders", "one table's"},
                  {"modelc attic drop --all", "everything, definitions too"}}},
    {.name = "current", .group = GROUP_LOOK, .run = cmd_current,
     .summary = "where the database is",
     .options = {OPT_VERBOSE, OPT_CHECK_HEADS},
     .examples = {{"modelc current", "the id, or base"},
                  {"modelc current --check-heads", "for scripts: exit 1 unless it is up to date"}}},
    {.name = "check", .group = GROUP_LOOK, .run = cmd_check,
     .summary = "models, revisions and git: is anything missing",
     .about = "For a pre-commit hook and CI; no database is needed. It finds models that no\n"
              "revision holds, several heads, two files with one number, steps to complete;\n"
              "with --staged also files that git would not commit as they are. With --db or -n\n"
              "it looks at that database: whether it is at head, was changed behind modelc's\n"
              "back, or has applied a file that was edited.",
     .options = {OPT_STAGED, OPT_STRICT, OPT_CERTIFIED, OPT_SCRATCH},
     .examples = {{"modelc check", "exit 1 if something is to be done"},
                  {"modelc check --staged", "in a pre-commit hook"},
                  {"modelc check --certified 014", "all that came after 014 is proven"},
                  {"modelc check --db \"$DATABASE_URL\"", "this database, too"}}},
    {.name = "verify", .group = GROUP_LOOK, .run = cmd_verify,
     .summary = "prove revisions on a throw-away server: up, down and up again",
     .about = "A database is brought to the state before the revision and gets rows in every\n"
              "table, made by type, within all constraints. Then the revision goes up, down and\n"
              "up. Each state is read from the catalog, and by pg_dump where there is one: the\n"
              "first has to be what the models say (for the newest revision), the second what\n"
              "was there before, the third the first. Rows, values and sequence positions that\n"
              "are lost without `-- modelc:loses` in the file are an error. Nothing but the\n"
              "throw-away server is touched: a private one, or a database of its own on the\n"
              "server that --scratch names. --write puts the certificate into the file; editing\n"
              "the statements voids it. Without REV the newest revision is proven.",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION, .many = true}},
     .options = {OPT_ALL, OPT_WRITE, OPT_SEED, OPT_ROWS, OPT_SCRATCH, OPT_VERBOSE},
     .examples = {{"modelc verify", "the newest revision"},
                  {"modelc verify --write 014 015", "these two, and say so in their files"},
                  {"modelc verify --all", "the whole chain, in CI"}}},
    {.name = "review", .group = GROUP_LOOK, .run = cmd_review, .formats = "text json sarif github gitlab",
     .summary = "look at migrations for what hurts a database at work",
     .about = "Locks that last, rewrites, what can't run in a transaction, what breaks running\n"
              "code, what is lost, types that people are sorry for: docs/review.md lists the\n"
              "rules. Each statement is shown with what it locks. Without arguments the newest\n"
              "revision is looked at, with --db or -n those that this database lacks, with the\n"
              "sizes of its tables. SQL files of other tools can be named, too. Nothing is\n"
              "connected to without --db or -n. `-- modelc:allow CODE the reason` above a\n"
              "statement takes a finding back; section [review] of modelc.ini sets levels:\n"
              "index-not-concurrent = off|note|warning|error, fail-on = error.",
     .arguments = {{.name = "FILE|REV", .complete = COMPLETE_FILE, .many = true}},
     .options = {OPT_FAIL_ON, OPT_RULES},
     .examples = {{"modelc review", "the newest revision"},
                  {"modelc review --db \"$DATABASE_URL\"", "all that this database lacks, with the sizes of its tables"},
                  {"modelc review --format sarif 014 015", "these two, for a code scanning service"},
                  {"modelc review db/migrate/*.sql", "files of another tool"}}},
    {.name = "diff", .group = GROUP_LOOK, .run = cmd_diff,
     .summary = "models against the live database",
     .about = "What autogenerate would write, whatever revision the database is at. Nothing is\n"
              "written or run. With -v each thing that modelc does not handle has a line.",
     .options = {OPT_VERBOSE, OPT_SQL, OPT_EXIT_CODE, OPT_DROP, OPT_PARK, OPT_SCRATCH},
     .examples = {{"modelc diff", "a line for each difference"},
                  {"modelc diff --sql", "the statements"},
                  {"modelc diff --exit-code", "for scripts: exit 1 unless they agree"}}},
    {.name = "history", .group = GROUP_LOOK, .run = cmd_history,
     .summary = "all revisions, newest first",
     .options = {OPT_VERBOSE, OPT_RANGE, OPT_INDICATE_CURRENT},
     .examples = {{"modelc history", "a line each"},
                  {"modelc history -v", "with files, dates and proofs"},
                  {"modelc history -r current:", "what the database lacks, and where it is"}}},
    {.name = "heads", .group = GROUP_LOOK, .run = cmd_heads,
     .summary = "the newest revisions: those that nothing follows",
     .options = {OPT_VERBOSE},
     .examples = {{"modelc heads", "more than one: see `modelc merge`"}}},
    {.name = "branches", .group = GROUP_LOOK, .run = cmd_branches,
     .summary = "revisions that more than one other follows",
     .options = {OPT_VERBOSE},
     .examples = {{"modelc branches", "where branches begin"}}},
    {.name = "show", .group = GROUP_LOOK, .run = cmd_show,
     .summary = "print a revision's file",
     .arguments = {{.name = "REV", .complete = COMPLETE_REVISION}},
     .examples = {{"modelc show", "the head"},
                  {"modelc show -1", "the one before it"},
                  {"modelc show 8f3a", "by the beginning of its id"}}},

    {.name = "completions", .group = GROUP_OTHER, .run = cmd_completions,
     .summary = "completion for your shell",
     .arguments = {{.name = "SHELL", .choices = "bash zsh fish revisions", .required = true}},
     .examples = {{"source <(modelc completions bash)", "in ~/.bashrc"},
                  {"modelc completions fish > ~/.config/fish/completions/modelc.fish", "for fish"},
                  {"modelc completions revisions", "ids, one a line, for a completion of your own"}}},
    {.name = "help", .group = GROUP_OTHER, .run = cmd_help,
     .summary = "what a command does, with examples",
     .arguments = {{.name = "COMMAND", .complete = COMPLETE_COMMAND}},
     .options = {OPT_SCDOC},
     .examples = {{"modelc help upgrade", "the same as modelc upgrade --help"}}},
};

const size_t n_commands = sizeof commands / sizeof *commands;

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < n_commands; i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

bool command_takes(const struct command *command, enum option_id id)
{
    if (option_table[id].global) return true;
    for (size_t i = 0; i < COMMAND_OPTIONS && command->options[i] != OPT_NONE; i++) {
        if (command->options[i] == id) return true;
    }
    return false;
}
