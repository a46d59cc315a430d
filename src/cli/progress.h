/* progress.h: what is printed while revisions run, and kept for the report. */
#ifndef MODELC_PROGRESS_H
#define MODELC_PROGRESS_H

#include "cli/session.h"

/* A data statement that ran: for the report's Backfill lines. */
struct data_step {
    const struct revision *revision;
    const struct statement *statement;
    size_t rows;
};

struct progress {
    struct session *s;
    bool up;
    bool log;                       /* --log: a line with its time each */
    bool line_open;                 /* a section's line waits for its end */
    double batch_shown;             /* when batches were last shown; 0: not yet */
    bool batch_drawn;               /* they were */
    const char *batch_line;         /* the section's line before them */
    const struct section *now;      /* which section it is */
    const struct section *failed;   /* the one that didn't come to its end */
    json_t *revisions, *sections;   /* --format json */
    VEC(struct data_step) data;
    VEC(const struct revision *) done;
};

struct progress progress_new(struct session *s, bool up);
/* Sets the callbacks. */
void progress_listen(struct progress *progress, struct run_options *options);
/* A line that a failure left open is ended. */
void progress_end(struct progress *progress);
/* --log: "2026-11-20T07:15:00Z schema is up to date". */
void progress_log(const struct progress *progress, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* After a batch; `line`: the section's, which is open. */
void progress_batch(struct progress *progress, const char *line, const struct run_step *step, const struct batch_progress *at);

#endif
