/* review.h: the checklist before a migration is applied, as rules over its statements. Files go in, findings come out; nothing is
 * connected to. Works on revisions and on plain SQL files of other tools. */
#ifndef MODELC_REVIEW_H
#define MODELC_REVIEW_H

#include "revision/project.h"
#include "revision/revision.h"
#include "sql/act.h"
#include "sql/effect.h"

enum review_level { REVIEW_OFF, REVIEW_NOTE, REVIEW_WARNING, REVIEW_ERROR };

/* A rule, as people see it. */
struct review_rule {
    const char *code;         /* "index-not-concurrent": stable */
    enum review_level level;  /* unless modelc.ini says otherwise */
    const char *title, *why, *mend;
    const char *before;       /* of the examples: an earlier file; NULL: none */
    const char *bad, *good;
};
extern const struct review_rule review_rules[];
extern const size_t n_review_rules;
/* The rule of a code; NULL where there is none, and then *near is what may have been meant, or NULL. */
const struct review_rule *review_rule(const char *code, const char **near);
extern const char *const review_level_words[]; /* "off", "note", "warning", "error" */

struct review_statement {
    const char *sql;
    struct span span;
    const char *allow;                  /* value of `-- modelc:allow`, lines joined by newlines; or NULL */
    struct span allow_span;
    bool up;
    int transaction;                    /* its number in the file, from 1; 0: none */
    const struct statement *statement;  /* of a revision; NULL in a plain file */
    const struct section *section;
    bool generated;                     /* by autogenerate, and said so */
    struct sql_acts acts;
    struct effect effect;
    bool creates;                       /* something, which is called so */
    struct sql_object_name created;
    const char *defect;                 /* why it can't be read; NULL: it can */
    struct span defect_span;
};

struct review_file {
    const char *name;                   /* as the user sees it */
    const struct source *source;
    const struct revision *revision;    /* NULL: a plain file */
    VEC(struct review_statement) statements; /* upgrade first */
    bool directions;                    /* a plain file that says which statements go up and which down */
    bool irreversible;
    int open_transaction;               /* number of a BEGIN that no COMMIT follows; 0: none */
    struct span open_span;
    bool context;                       /* an earlier file: read, not judged */
};
struct review_files { struct review_file **at; size_t n, cap; };

/* A revision's statements. */
struct review_file *review_revision(struct ctx *ctx, const struct revision *revision);
/* Those of another tool's file: goose, dbmate and psql scripts are understood. */
struct review_file *review_plain(struct ctx *ctx, const struct source *source);

/* What a live database says of a table. Where one was asked, the effects of the statements are settled by it, too: no WORK_MAY_REWRITE. */
struct review_size {
    bool exists, partitioned;
    double rows;                        /* estimated; -1: not known */
    const char *text;                   /* "12 GB, about 40,000,000 rows" */
};

struct review_options {
    enum review_level levels[256];      /* by the rule's place in the table; review_levels() fills it */
    int version;                        /* of the server, as 150004; 0: not known */
    struct map *sizes;                  /* "schema.name" -> struct review_size; NULL: no database was asked */
    struct map *never_null;             /* "schema.name.column" of columns that can't hold NULL already; NULL likewise */
    const struct graph_of_revisions *graph; /* NULL: plain files */
    bool no_lock_timeout;               /* modelc.ini switches it off */
};
/* Levels as the rules say, then as `settings` say (name and value are checked); false: diagnostics. */
bool review_levels(struct ctx *ctx, const struct review_settings *settings, struct review_options *options);

struct review_finding {
    const struct review_rule *rule;
    enum review_level level;
    const struct review_file *file;
    struct span span;
    const char *message;
    const char *mend;                   /* of this place; NULL: the rule's */
};
struct review_result {
    VEC(struct review_finding) findings;
    size_t allowed;                     /* findings that `modelc:allow` took back */
};
void review_run(struct ctx *ctx, const struct review_files *files, const struct review_options *options, struct review_result *result);

/* One line on what a statement locks and does, for the overview; NULL: nothing that exists already. */
const char *review_cost(struct ctx *ctx, const struct review_file *file, const struct review_statement *statement,
                        const struct review_options *options);

#endif
