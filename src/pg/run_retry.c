/* run_retry.c: what was held up by others' locks may go through a moment later: how often, and how long to wait in
 * between. */
#include <time.h>

#include "base/str.h"
#include "pg/run.h"
#include "revision/duration.h"

#define FIRST_PAUSE 0.5
#define LONGEST_PAUSE 30.0

/* The server says the same of a statement that a person cancelled. */
static bool ran_into_timeout(const struct run *run, const struct run_step *step)
{
    struct timeouts timeouts = run_timeouts(run->project, run->revision, step->section,
                                            step->section->transaction ? NULL : run->watch.statement);
    long milliseconds;
    return !conn_interrupted() && duration_parse(timeouts.statement, &milliseconds) && milliseconds > 0 &&
           run->watch.began > 0 && run_now_ms() - run->watch.began >= (double)milliseconds;
}

bool run_was_held_up(const struct run *run, const struct run_step *step, const struct server_error *error)
{
    static const char *const states[] = {"55P03" /* lock_timeout, NOWAIT */, "40P01" /* deadlock */,
                                         "40001" /* serialization */};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (str_eq(error->sqlstate, states[i])) return !error->lost;
    }
    return str_eq(error->sqlstate, "57014") && !error->lost && ran_into_timeout(run, step);
}

static size_t retries_of(const struct run *run)
{
    int retries = run->revision->retries >= 0 ? run->revision->retries : run->project ? run->project->retries : 0;
    return (size_t)retries;
}

/* Doubled each time; a part of it by chance, so that two that were in each other's way don't meet again. */
static double pause_of(size_t tries)
{
    struct timespec now;
    double pause = FIRST_PAUSE;
    for (size_t i = 1; i < tries && pause < LONGEST_PAUSE; i++) pause *= 2;
    if (pause > LONGEST_PAUSE) pause = LONGEST_PAUSE;
    clock_gettime(CLOCK_REALTIME, &now);
    return pause * (0.5 + 0.5 * (double)(now.tv_nsec / 1000 % 1000) / 1000);
}

/* A signal ends it. */
static void sleep_for(double seconds)
{
    double until = run_now_ms() + seconds * 1e3;
    while (!conn_interrupted() && run_now_ms() < until) nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

bool run_retry(struct run *run, const struct run_step *step, const struct server_error *error, size_t tries)
{
    const struct run_options *options = run->options;
    size_t retries = retries_of(run);
    if (conn_interrupted() || tries > retries || !run_was_held_up(run, step, error)) return false;
    run_roll_back(run);
    if (conn_transaction(run->conn) != CONN_IDLE) return false;
    watch_look_back(run);
    double pause = pause_of(tries);
    if (options->retrying) {
        const char *blocker = run->watch.blockers.n ? blocker_text(run->ctx, &run->watch.blockers.at[0]) : NULL;
        options->retrying(options->arg, step, error, tries, retries, pause, blocker);
    }
    sleep_for(pause);
    return !conn_interrupted();
}
