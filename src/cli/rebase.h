/* rebase.h: whose revisions are whose, and what their files become: the middle of `rebase`. */
#ifndef MODELC_REBASE_H
#define MODELC_REBASE_H

#include "base/file.h"
#include "cli/session.h"

/* What git, or else a duplicate number, says of a file. */
enum side { SIDE_UNKNOWN, SIDE_SHARED /* others have it */, SIDE_LOCAL };

struct rebase_file {
    struct revision *revision;  /* in the view, where files of one id have two: "070" and "070~1" */
    const char *id;             /* as the file has it */
    enum side side;
    bool applied;               /* here: this text, where two files have the id */
    const struct rebase_file *twin; /* the file that keeps the number which this one has, too */
    bool mine;                  /* it moves */
    bool theirs;                /* what it moves behind, since the branches parted */
    const char *new_id, *new_path, *new_text; /* of mine */
    struct revision *written;   /* new_text, parsed */
    struct file_draft draft;    /* new_text, on the disk beside its place */
};

struct rebase {
    struct session *s;
    VEC(struct rebase_file *) files;     /* in the view's order */
    struct map *by_id;                   /* of the view -> file */
    struct graph_of_revisions *view;
    size_t twins;
    const struct rebase_file *head;      /* yours */
    const struct rebase_file *onto;      /* the other head; NULL: only numbers change */
};

/* rebase_files.c: reads all files, also where two have one number (s->graph is set, for the database's state), and asks
 * git. */
bool rebase_load(struct rebase *r);
/* After the database was read: which files it has, which of two with one number keeps it; makes the view. */
bool rebase_view(struct rebase *r);
struct graph_of_revisions *rebase_graph(struct ctx *ctx, const struct revision_set *set);
struct rebase_file *rebase_file_of(const struct rebase *r, const char *id); /* by the view's id */
const char *rebase_shown(const struct rebase *r, const struct rebase_file *file); /* "070 (colour)" */

/* rebase_sides.c: chooses your head and the other one; marks what moves. False: diagnostics. Where there is nothing to
 * do, nothing is marked. */
bool rebase_sides(struct rebase *r);
/* Errors where both branches change one object. */
bool rebase_disjoint(const struct rebase *r);

/* rebase_write.c: new ids, texts and names of what moves; the graph as it will be (NULL: diagnostics). */
struct graph_of_revisions *rebase_rewrite(struct rebase *r);
/* The new files beside their places, before the database is touched. Where that fails, nothing is left of them. */
bool rebase_draft(const struct rebase *r);
void rebase_discard(const struct rebase *r);
/* Puts them in their places, then removes the old ones. Where that fails, the old ones are as they were. */
bool rebase_publish(const struct rebase *r);
/* The graph as the database knows it: each file under its own id. */
struct graph_of_revisions *rebase_applied_graph(const struct rebase *r);

#endif
