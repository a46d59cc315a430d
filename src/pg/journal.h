/* journal.h: the SQL of modelc's own bookkeeping, the same for the runner and for printed scripts; private to src/pg.
 */
#ifndef MODELC_JOURNAL_H
#define MODELC_JOURNAL_H

#include "base/str.h"
#include "pg/runner.h"

/* A step's place: statement -1 is a transaction section as a whole, section -1 a revision's closing row. */
struct step_key {
    const char *revision;
    bool up;
    int section, statement;
    const char *digest; /* of what was run there */
};
struct closing {
    const struct revision *revision;
    bool up;
    const struct revision_set *heads;  /* afterwards */
    const struct map *before, *after;  /* manifests; `after` NULL: `before` and the revision's object lines */
};

const char *journal_schema(struct ctx *ctx, const struct project *project); /* quoted */
/* Statements end in ";\n". */
void journal_sql_make(struct ctx *ctx, struct buf *sql, const char *schema);
void journal_sql_section(struct buf *sql, const char *schema,
                         const struct step_key *key); /* inside the section's own transaction */
void journal_sql_intent(struct buf *sql, const char *schema, const struct step_key *key, const char *statement);
void journal_sql_outcome(struct buf *sql, const char *schema, const struct step_key *key, const char *state);
/* The closing row, the heads and the manifest: a revision is applied, or taken back. */
void journal_sql_close(struct ctx *ctx, struct buf *sql, const char *schema, const struct closing *closing);

/* `create` has begun; a stamp ends it. */
void journal_sql_creating(struct buf *sql, const char *schema);
struct stamping {
    const struct graph_of_revisions *graph;
    const struct revision_set *heads;
    const struct map *manifest;    /* afterwards */
    const struct db_state *state;  /* before */
};
/* Heads and manifest are set, with a row for each revision that is, or is no longer, applied by it. */
void journal_sql_stamp(struct ctx *ctx, struct buf *sql, const char *schema, const struct stamping *stamping);

/* What a step runs, whatever its layout. */
const char *journal_section_digest(struct ctx *ctx, const struct section *section);
const char *journal_statement_digest(struct ctx *ctx, const struct statement *statement);

bool state_ensure(struct conn *conn, const struct project *project);
/* The database's heads as revisions of the graph; false and a diagnostic where no file has an id. */
bool state_heads(struct conn *conn, const struct graph_of_revisions *graph, const struct db_state *state,
                 struct revision_set *heads);

#endif
