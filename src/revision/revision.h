/* revision.h: a migration file in memory, the graph they form, the manifest they add up to.
 * The file format is docs/revisions.md's. The runner executes this and knows no kinds and no models. */
#ifndef MODELC_REVISION_H
#define MODELC_REVISION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "base/map.h"
#include "base/vec.h"

struct batch;

enum statement_origin {
    STATEMENT_GENERATED,
    STATEMENT_DATA,     /* under `-- modelc:data REASON`: hand-written, outside the generated digest */
    STATEMENT_COMPLETE, /* under `-- modelc:complete REASON`: upgrade refuses the file until a person finishes it */
};

struct statement {
    const char *sql;         /* verbatim, without the final `;`, leading comments and blank lines excluded */
    const char *verb;        /* "ALTER TABLE", "CREATE INDEX CONCURRENTLY", for progress lines */
    struct span span;        /* place in the file */
    unsigned line;           /* of its first token, in the file as written (kept for texts from the journal) */
    const char *search_path; /* the `-- modelc:search-path` in force, NULL where none was given */
    enum statement_origin origin;
    const char *reason;      /* of data and complete */
    const char *note;        /* the comment lines directly above it, without `-- `; NULL where there are none */
    const struct batch *batch; /* `-- modelc:batch` above it (revision/batch.h), or NULL */
    const char *allow;       /* value of a `-- modelc:allow` above it, or NULL */
};

/* Moved to the attic by its upgrade: kind and path as it was, its name there. */
struct parked { const char *kind, *path, *name; };

struct section {
    bool transaction;          /* false: no-transaction, statements run one by one */
    bool on_create;            /* `-- modelc:upgrade on-create`: run by `create` too */
    const char *lock_timeout;  /* `-- modelc:lock-timeout 10s` in it, or NULL */
    const char *statement_timeout; /* `-- modelc:statement-timeout 5min` in it, or NULL */
    struct span span;
    unsigned line;
    VEC(struct statement) statements;
    VEC(const char *) loses;   /* paths of `-- modelc:loses` in it */
};

struct object_line {
    const char *kind; /* "column", "foreign_key" */
    const char *path; /* public.products.xyz, parts quoted as SQL quotes them */
    const char *hash; /* "v1:.." or NULL: dropped */
    struct span span;
};

struct revision {
    const char *id;
    const char *message;              /* the first comment line */
    VEC(const char *) parents;        /* revises */
    VEC(const char *) depends_on;
    VEC(const char *) labels;
    const char *created;              /* ISO 8601, UTC */
    const char *generated;            /* digest in the header, or NULL */
    const char *certified;            /* the header's text, or NULL */
    const char *lock_timeout, *statement_timeout; /* of the header: for all its sections that say none; or NULL */
    int retries;                      /* of sections that ran into a timeout; -1: as the project says */
    const char *irreversible;         /* reason, or NULL */
    struct span irreversible_span;
    VEC(struct parked) parks;         /* `-- modelc:parks`: what it moves to the attic */
    VEC(const char *) loses;          /* paths of `-- modelc:loses`, of both directions: ask revision_loses() */
    VEC(struct section) up;
    VEC(struct section) down;
    VEC(struct object_line) objects;
    const char *path;                 /* absolute path of the file; NULL: from the journal */
    struct source *source;
    struct span header;               /* of its first line, for errors about the file */
    struct span id_span;
    struct span revises_span;         /* of the parents' ids, for errors about them */
    /* graph */
    VEC(struct revision *) children;
    size_t order;                     /* position in graph->all */
};

/* Parses a migration file. Every defect (unknown directive with "did you mean", missing revision id, session control
 * in the body, backslash lines, COPY FROM STDIN, unclosed quotes, statements outside a section, a directive twice) is
 * queued at its line. NULL only where nothing can be made of it. */
struct revision *revision_parse(struct ctx *ctx, struct source *source);
/* The digest of the generated statements as they now stand, to compare with ->generated. */
const char *revision_generated_digest(struct ctx *ctx, const struct revision *revision);
/* The token digest of the whole body, both directions, layout and comments aside: what the journal keeps of an applied file. */
const char *revision_body_digest(struct ctx *ctx, const struct revision *revision);
/* Slots still to complete: the first one, or NULL. */
const struct statement *revision_unfinished(const struct revision *revision);
/* The first path whose data are lost by going up (or down), or NULL. */
const char *revision_loses(const struct revision *revision, bool up);
/* Whether a text can be a revision's id: letters, digits, `_`, `.` and, not at first, `-`; at most 64; not head,
 * heads, base. */
bool revision_id_valid(const char *id);

struct graph_of_revisions {
    VEC(struct revision *) all; /* parents before children; ties by created, then id: stable */
    VEC(struct revision *) heads; /* nothing revises them; being depended on leaves a head a head */
    VEC(struct revision *) bases;
    struct map *by_id;
};
/* Loads every *.sql of the migrations folder. Defects of files, unknown parents ("did you mean"), duplicate ids (both
 * files named; under `ids = sequential` also two files of one number), and cycles are diagnostics. A missing folder
 * is an empty graph. */
struct graph_of_revisions *revisions_load(struct ctx *ctx, const char *folder, const char *shown_from);
/* Adds one (e.g. from the journal or about to be written) and recomputes order, heads and children. */
void revisions_add(struct ctx *ctx, struct graph_of_revisions *graph, struct revision *revision);

/* An id, a unique prefix of one (at least 2 characters, else it must be the whole id), a label, a number without its
 * leading zeroes, NAME@head (the one head below NAME), or `head` when there is exactly one. NULL and a diagnostic:
 * unknown ("did you mean"), ambiguous (all named), several heads (named, with the commands that help). */
struct revision *revision_find(struct ctx *ctx, const struct graph_of_revisions *graph, const char *name);

struct revision_set { struct revision **at; size_t n, cap; };
/* Whether `ancestor` is `revision` or above it (parents and depends-on). */
bool revision_reaches(const struct graph_of_revisions *graph, const struct revision *ancestor,
                      const struct revision *revision);
/* What to run, in order, from the database's heads (ids; unknown ones must be resolved by the caller first) to a
 * target: "head", "heads", "base", an id or prefix, "+N", "-N", ID+N. Upgrades list missing ancestors, parents first;
 * downgrades the revisions to take back, children first, and where `-N` would be ambiguous at a merge or with several
 * heads it is an error. `up` says which direction the command is for: a target in the other direction is an error
 * that names the right command. */
bool revisions_upgrade_path(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *current,
                            const char *target, struct revision_set *steps);
bool revisions_downgrade_path(struct ctx *ctx, const struct graph_of_revisions *graph,
                              const struct revision_set *current, const char *target, struct revision_set *steps);
/* The heads after applying / taking back one revision, from the heads before. */
void revisions_heads_after(struct ctx *ctx, const struct graph_of_revisions *graph, const struct revision_set *before,
                           const struct revision *step, bool up, struct revision_set *after);

/* The manifest: "kind path" -> hash, folded over all ancestors of `heads` (all heads where NULL) in graph order.
 * Branches are merged as a union; two values for one path on two branches that no later revision settles is a
 * conflict: a diagnostic that names both. */
struct map *revisions_manifest(struct ctx *ctx, const struct graph_of_revisions *graph,
                               const struct revision_set *heads);

/* A new id in the project's style (12 random hex digits; next number, zero-padded to the width in use, at least 3;
 * UTC timestamp). */
struct project;
const char *revision_new_id(struct ctx *ctx, const struct project *project, const struct graph_of_revisions *graph);
const char *revision_slug(struct ctx *ctx, const char *message); /* lower case, [a-z0-9_], at most 40 */
const char *revision_file_name(struct ctx *ctx, const struct project *project, const char *id, const char *message);

#endif
