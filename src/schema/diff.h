/* diff.h: two schemas become a set of changes. Pure: what only a server can judge becomes questions, which pg/canonical answers. */
#ifndef MODELC_DIFF_H
#define MODELC_DIFF_H

#include "base/file.h"
#include "schema/schema.h"

struct access; /* schema/access.h */

enum change_type { CHANGE_CREATE, CHANGE_DROP, CHANGE_RENAME, CHANGE_ALTER, CHANGE_RECREATE, CHANGE_COMMENT, CHANGE_OWNER,
                   CHANGE_PRIVILEGES };

struct change {
    enum change_type type;
    struct object *from, *to; /* from NULL: create; to NULL: drop */
    bool *changed;            /* [kind->n_fields] for ALTER and RECREATE */
    bool gone;                /* RECREATE: its drop happens with its parent's */
    bool with_parent;         /* create or drop that happens with its parent's (a column of a new table) */
    bool foreign;             /* DROP: in no revision, dropped because --drop says so */
    bool forced;              /* has to be, because something it depends on is recreated or goes */
    bool differs;             /* forced: and is something else now, too */
    bool moved;               /* RENAME: the schema differs */
    bool renamed;             /* RENAME: the name differs */
    bool aside;               /* by way of a third name, since another object takes its name before it can give it up for good */
    struct object *third;     /* `from` under that name (set by the planner) */
    const char *owner;        /* OWNER: the new one; PRIVILEGES: who its owner is then, NULL where nobody knows */
    struct privileges privileges; /* PRIVILEGES, and what is done with default privileges: steps */
    size_t position;          /* in its set; for the planner */
};
struct changes {
    struct change **at;
    size_t n, cap;
    bool reverse;                 /* models -> live: a downgrade */
    const struct schema *from, *to;
    const struct access *access;  /* whose owners and privileges count */
};

/* "What would the server print for this?": an expression or key list of `to` (model side), and of `from` where it is bound. */
struct question {
    struct object *from;  /* live; NULL: only the model's form is wanted (to match an unnamed object) */
    struct object *to;
    size_t field;
};
struct questions { struct question *at; size_t n, cap; };

struct diff {
    struct ctx *ctx;
    struct schema *live, *models;
    const struct map *manifest;      /* "kind path" -> hash: what modelc knows; NULL: everything live is known (diff, tests) */
    struct map *drops;               /* paths of --drop; "all" answers every lookalike */
    bool (*ignored)(const void *arg, const char *kind, const char *path);
    const void *ignored_arg;
    const struct paths *roles;       /* whose ownership and privileges are managed, `*`: all; NULL: those that the models speak of */
    bool creations_only;             /* only what the models have and the database lacks; nothing is altered or dropped */
    struct objects unmanaged;        /* live, never known, not in the models: reported, not touched */
    struct objects not_verified;     /* objects with an expression the server could not judge */
    struct questions questions;
};

/* Binds both sides top-down (path, then `was`, then structure) and collects the questions. */
struct diff *diff_bind(struct ctx *ctx, struct schema *live, struct schema *models, const struct map *manifest);
/* After the questions were answered (expr.canonical, key.canonical): binds what waited for it. */
void diff_answered(struct diff *diff);
/* The changes live -> models, or models -> live. Lookalikes without an answer are diagnostics (D_LOOKALIKE). */
struct changes *diff_changes(struct diff *diff, bool reverse);

/* A warning for each role that the models speak of and `roles` leaves out. */
void diff_unlisted_roles(struct diff *diff);
/* A comment, owner or privileges: the object itself stays as it is. */
bool change_is_facet(const struct change *change);
/* It comes back as it was: only what it depends on changes. */
bool change_only_follows(const struct change *change);

/* Sets object->change and object->renaming of all objects to those of this set (a diff makes two sets, one for each direction). */
void changes_mark(const struct changes *changes);

/* Every object that `object` needs to exist: its parent, references, types, columns and sequences in its expressions, and what its
 * kind's needs() adds. `later` ones (kind.h) go to their own list. Repeats are possible. */
void object_needs(struct ctx *ctx, const struct object *object, struct objects *needs, struct objects *later);
/* What an object depends on beyond its fields: the live one by pg_depend, the models' by what its SQL mentions: relations, columns,
 * routines, types. Read once, then kept in object->uses. */
const struct objects *object_uses(struct ctx *ctx, const struct object *object);
/* Columns of its own table that an expression mentions. */
void expr_columns(struct ctx *ctx, const struct object *table, const char *text, struct objects *found);

/* One line for a report or a note: "column products.xyz is new", "table old_prices is dropped". */
const char *change_text(struct ctx *ctx, const struct change *change);

#endif
