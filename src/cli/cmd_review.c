/* cmd_review.c: the checklist before migrations are applied. */
#include <stdlib.h>
#include <string.h>

#include "cli/listing.h"
#include "cli/review.h"

/* ---- which files */

static bool is_file(const struct session *s, const char *word)
{
    return str_ends(word, ".sql") || strchr(word, '/') || strcmp(word, "-") == 0 || dir_exists(path_join(s->ctx->arena, s->start, word));
}

static bool is_revision_text(const struct source *source)
{
    for (const char *at = source->text; (at = strstr(at, "modelc:revision")); at++) {
        const char *line = at;
        while (line > source->text && line[-1] != '\n') line--;
        if (strncmp(line, "--", 2) == 0) return true;
    }
    return false;
}

/* The project's own revision of this file: then the chain before it is known. */
static const struct revision *known_file(const struct session *s, const char *path)
{
    for (size_t i = 0; s->graph && i < s->graph->all.n; i++) {
        const char *other = s->graph->all.at[i]->path;
        if (other && strcmp(other, path) == 0) return s->graph->all.at[i];
    }
    return NULL;
}

static void add_revision(struct session *s, struct revision_set *set, const struct revision *revision)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->at[i] == revision) return;
    }
    vec_push(s->ctx->arena, set, map_get(s->graph->by_id, revision->id));
}

static bool is_read(const struct review_files *files, const char *shown)
{
    for (size_t i = 0; i < files->n; i++) {
        if (strcmp(files->at[i]->name, shown) == 0) return true;
    }
    return false;
}

/* "-": standard input */
static bool read_file(struct session *s, const char *name, struct revision_set *set, struct review_files *files)
{
    bool standard = strcmp(name, "-") == 0;
    const char *path = standard ? "/dev/stdin" : path_join(s->ctx->arena, s->start, name);
    const char *shown = standard ? "stdin" : session_shown(s, path);
    const struct revision *known = known_file(s, path);
    if (known) {
        add_revision(s, set, known);
        return true;
    }
    if (is_read(files, shown)) return true;
    struct source *source = file_load(s->ctx, path, shown);
    if (!source) return false;
    if (!is_revision_text(source)) {
        vec_push(s->ctx->arena, files, review_plain(s->ctx, source));
        return true;
    }
    struct revision *revision = revision_parse(s->ctx, source);
    if (revision) vec_push(s->ctx->arena, files, review_revision(s->ctx, revision));
    return revision != NULL;
}

/* A folder: each .sql file in it and below, in the order of their names. */
static bool read_path(struct session *s, const char *name, struct revision_set *set, struct review_files *files)
{
    struct paths found = {0};
    const char *path = path_join(s->ctx->arena, s->start, name);
    bool good = true;
    if (!dir_exists(path)) return read_file(s, name, set, files);
    if (!dir_walk(s->ctx, path, ".sql", &found)) return false;
    for (size_t i = 0; i < found.n; i++) good &= read_file(s, found.at[i], set, files);
    return good;
}

static bool read_named(struct session *s, struct revision_set *set, struct review_files *files)
{
    bool good = true;
    for (size_t i = 0; i < s->options->arguments.n; i++) {
        const char *word = s->options->arguments.at[i];
        if (is_file(s, word)) {
            good &= read_path(s, word, set, files);
            continue;
        }
        struct revision *revision = listing_find(s, word);
        if (revision) add_revision(s, set, revision);
        good &= revision != NULL;
    }
    return good;
}

static bool is_applied(const struct session *s, const struct revision *revision)
{
    for (size_t i = 0; i < s->current.n; i++) {
        if (revision_reaches(s->graph, revision, s->current.at[i])) return true;
    }
    return false;
}

/* Those that the database lacks; without one the newest. */
static void take_pending(struct session *s, struct revision_set *set)
{
    for (size_t i = 0; s->conn && i < s->graph->all.n; i++) {
        if (!is_applied(s, s->graph->all.at[i])) add_revision(s, set, s->graph->all.at[i]);
    }
    for (size_t i = 0; !s->conn && i < s->graph->heads.n; i++) add_revision(s, set, s->graph->heads.at[i]);
}

static bool is_in(const struct revision_set *set, const struct revision *revision)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->at[i] == revision) return true;
    }
    return false;
}

static bool leads_to(const struct session *s, const struct revision_set *set, const struct revision *revision)
{
    for (size_t i = 0; i < set->n; i++) {
        if (revision_reaches(s->graph, revision, set->at[i])) return true;
    }
    return false;
}

/* The revisions in the order of the chain, with all that come before them as context. */
static void add_chain(struct session *s, const struct revision_set *set, struct review_files *files)
{
    for (size_t i = 0; set->n > 0 && i < s->graph->all.n; i++) {
        const struct revision *revision = s->graph->all.at[i];
        if (!leads_to(s, set, revision)) continue;
        struct review_file *file = review_revision(s->ctx, revision);
        file->context = !is_in(set, revision);
        vec_push(s->ctx->arena, files, file);
    }
}

/* ---- the command */

static bool wants_database(const struct session *s)
{
    return option_given(s->options, OPT_DB) || option_given(s->options, OPT_ENV);
}

/* Files of other tools need no project. */
static bool open_project(struct session *s)
{
    bool needed = wants_database(s) || s->options->arguments.n == 0 || project_exists(s->ctx, s->start);
    for (size_t i = 0; i < s->options->arguments.n; i++) needed |= !is_file(s, s->options->arguments.at[i]);
    if (option_given(s->options, OPT_RULES) && !project_exists(s->ctx, s->start)) needed = false;
    if (!needed) return true;
    if (!session_project(s)) return false;
    if (wants_database(s)) return session_open_db(s, FOREIGN_ALLOWED);
    return session_graph(s) != NULL;
}

static bool level_of(const char *word, enum review_level *level)
{
    for (enum review_level i = REVIEW_NOTE; word && i <= REVIEW_ERROR; i++) {
        if (strcmp(review_level_words[i], word) != 0) continue;
        *level = i;
        return true;
    }
    return false;
}

/* --fail-on, else fail-on of [review], else warning. */
static bool read_fail_on(struct session *s, enum review_level *level)
{
    const struct review_settings *settings = s->project ? &s->project->review : NULL;
    *level = REVIEW_WARNING;
    if (level_of(option_text(s->options, OPT_FAIL_ON), level)) return true;
    for (size_t i = 0; settings && i < settings->n; i++) {
        if (strcmp(settings->at[i].key, "fail-on") != 0 || level_of(settings->at[i].value, level)) continue;
        struct diag *diag = diag_add(s->ctx, D_CONFIG, settings->at[i].value_span, "fail-on: \"%s\" is no level", settings->at[i].value);
        diag_mend(s->ctx, diag, "write", "error, warning or note");
        return false;
    }
    return true;
}

static bool read_files(struct session *s, struct review_files *files)
{
    struct revision_set set = {0};
    if (!read_named(s, &set, files)) return false;
    if (s->options->arguments.n == 0) take_pending(s, &set);
    add_chain(s, &set, files);
    return true;
}

static bool fails(const struct review_result *result, enum review_level level)
{
    for (size_t i = 0; i < result->findings.n; i++) {
        if (result->findings.at[i].level >= level) return true;
    }
    return false;
}

int cmd_review(struct session *s)
{
    struct review_options *options = ARENA_NEW(s->ctx->arena, struct review_options);
    struct review_files files = {0};
    struct review_result result = {0};
    enum review_level fail_on;
    *options = (struct review_options){0};
    if (!open_project(s) || !read_fail_on(s, &fail_on)) return session_code(s);
    if (!review_levels(s->ctx, s->project ? &s->project->review : NULL, options)) return session_code(s);
    options->graph = s->graph;
    options->no_lock_timeout = s->project && str_eq(s->project->lock_timeout, "0");
    if (option_given(s->options, OPT_RULES)) {
        review_print_rules(s, options);
        return CODE_DONE;
    }
    if (!read_files(s, &files) || diag_errors(s->ctx) > 0) return session_code(s);
    if (s->conn && !review_facts(s, &files, options)) return session_code(s);
    review_run(s->ctx, &files, options, &result);
    review_print(s, &files, options, &result);
    return fails(&result, fail_on) ? CODE_FINDINGS : CODE_DONE;
}
