/* project.h: modelc.ini and what follows from it: where the models and migrations are, what is managed. */
#ifndef MODELC_PROJECT_H
#define MODELC_PROJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "base/file.h"
#include "base/map.h"

/* Lines of modelc.ini's section [review]; what they may be is src/review's to say. */
struct review_setting {
    const char *key, *value;
    struct span key_span, value_span;
};
struct review_settings { struct review_setting *at; size_t n, cap; };

enum id_style { IDS_RANDOM, IDS_SEQUENTIAL, IDS_TIMESTAMP };

struct project {
    const char *root;         /* absolute folder of modelc.ini */
    const char *ini;          /* absolute path of it */
    const char *models;       /* absolute; modelc.ini: models = models */
    const char *migrations;   /* absolute; migrations = migrations/versions */
    const char *shown_from;   /* absolute folder that printed paths are relative to: where the user stands */
    enum id_style ids;        /* ids = random | sequential | timestamp */
    const char *file_name;    /* file-name = %(rev)s_%(slug)s */
    bool embedded;            /* embedded = true, written by init */
    bool online;              /* online = always (default) | never: CONCURRENTLY on tables that exist */
    bool park;                /* drop = park: what is dropped is moved to the attic; default: drop */
    bool protect;             /* protect = true: data loss needs --allow-loss */
    const char *certified;    /* certified = REV | base: what comes after it runs only with a good certificate of verify; NULL */
    const char *state_schema; /* schema = modelc: where revision and journal live */
    const char *role;         /* role = NAME: SET ROLE after connecting; NULL */
    const char *url;          /* url = .. of the env's section (or the main one); %(NAME)s reads the environment */
    const char *url_missing;  /* the environment variable that url reads and that isn't set; url is NULL then */
    struct span url_span;     /* of url's value in modelc.ini */
    const char *templates;    /* absolute; templates = templates: a revision.sql in it takes the place of ours */
    const char *env;          /* -n NAME or NULL */
    struct { int at[6]; size_t n; } targets; /* target = 15, 18: what the models are for; none: not said */
    struct span target_span;
    int lock_wait;            /* seconds to wait for modelc's own lock; lock-wait = 30 */
    bool lease;               /* lock = session (default) | lease: modelc's lock is a row with an end, not a session's */
    const char *direct_url;   /* direct-url = ..: past a pooler, for what needs a session of its own; NULL */
    const char *direct_url_missing; /* as url_missing */
    struct span direct_url_span;
    const char *lock_timeout, *statement_timeout; /* of each transaction, as PostgreSQL takes them; lock-timeout = 3s; "0": none */
    int retries;              /* of a section that ran into a timeout; retries = 5 */
    struct paths ignore;      /* ignore = pattern, .. : globs like "table public.spatial_*", "public.tmp_*" */
    struct paths roles;       /* roles = app, public, .. | *: whose ownership and privileges are managed */
    struct review_settings review; /* CODE = off|note|warning|error, fail-on = .. in [review] */
    bool roles_given;         /* else: those that the models speak of */
    struct map *extra;        /* -x k=v: %(k)s in modelc.ini, ${k} in templates */
};

/* Reads `explicit_ini` or looks for modelc.ini in `start` and above it. NULL and diagnostics (with file and line of
 * the ini: unknown keys get "did you mean") where there is none or it is wrong. `env` selects section [env NAME],
 * whose keys override. */
struct project *project_load(struct ctx *ctx, const char *start, const char *explicit_ini, const char *env);
/* The same with values of -x (name -> text, or NULL), which %(NAME)s reads before the environment. */
struct project *project_load_with(struct ctx *ctx, const char *start, const char *explicit_ini, const char *env,
                                  struct map *extra);
/* Whether there is a modelc.ini in `start` or above it. */
bool project_exists(struct ctx *ctx, const char *start);
/* What holds in the folder `start` where there is none: everything as by default. */
struct project *project_without_ini(struct ctx *ctx, const char *start);
bool project_ignores(const struct project *project, const char *kind, const char *path);

#endif
