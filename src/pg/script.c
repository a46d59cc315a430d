/* script.c: the runner's work as a script for psql, which leaves the same state behind. */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "pg/batch.h"
#include "pg/lock.h"
#include "pg/run.h"
#include "pg/session.h"
#include "revision/line.h"
#include "sql/quote.h"

struct script {
    struct ctx *ctx;
    const struct project *project;
    const struct graph_of_revisions *graph;
    const char *schema;
    struct buf out;
    struct revision_set heads;
    bool up;
};

static void add_do(struct script *script, const char *body)
{
    buf_add(&script->out, "DO ");
    sql_dollar(&script->out, body, "modelc");
    buf_add(&script->out, ";\n");
}

/* Waiting inside pg_advisory_lock would stand in the way of CREATE INDEX CONCURRENTLY: it is taken at once or not at
 * all. */
static void add_lock(struct script *script)
{
    add_do(script, arena_printf(script->ctx->arena,
                                "BEGIN IF NOT pg_catalog.pg_try_advisory_lock(%lld) THEN"
                                " RAISE EXCEPTION 'another modelc run holds the lock'; END IF; END",
                                lock_key(script->ctx, script->project)));
}

/* A script is written for one state of the database: it must not run on another. */
static void add_heads_check(struct script *script)
{
    struct buf body = buf_new(script->ctx->arena);
    buf_printf(&body,
               "DECLARE found text[] := ARRAY(SELECT id FROM %s.revision ORDER BY id COLLATE \"C\");\n"
               "    wanted text[] := ARRAY(SELECT v FROM pg_catalog.unnest('{}'::text[]", script->schema);
    for (size_t i = 0; i < script->heads.n; i++) {
        buf_add(&body, " || ");
        sql_literal(&body, script->heads.at[i]->id);
        buf_add(&body, "::text");
    }
    buf_add(&body, ") v ORDER BY v COLLATE \"C\");\n"
                   "BEGIN IF found IS DISTINCT FROM wanted THEN RAISE EXCEPTION"
                   " 'this script is for a database at %, this one is at %', wanted, found; END IF; END");
    add_do(script, body.text);
}

void script_session(struct ctx *ctx, const struct project *project, struct buf *out)
{
    buf_add(out, session_settings(ctx, project ? project->role : NULL));
    buf_add(out, "SET application_name TO 'modelc script';\nSET client_min_messages TO warning;\n");
}

static void add_start(struct script *script)
{
    struct buf *out = &script->out;
    buf_add(out, "-- written by modelc, to be run by psql\n\\set ON_ERROR_STOP on\n\\set AUTOCOMMIT on\n");
    script_session(script->ctx, script->project, out);
    add_lock(script);
    buf_add(out, "BEGIN;\n");
    journal_sql_make(script->ctx, out, script->schema);
    add_heads_check(script);
    buf_add(out, "COMMIT;\n");
}

void script_start(struct ctx *ctx, const struct project *project, const struct revision_set *heads, struct buf *out)
{
    struct script script = {.ctx = ctx, .project = project, .schema = journal_schema(ctx, project), .out = *out,
                            .heads = *heads};
    add_start(&script);
    *out = script.out;
}

/* The final `;` on a line of its own where a comment would swallow it. */
void script_statement(struct buf *out, const char *note, const char *sql)
{
    const char *last = strrchr(sql, '\n');
    if (note) line_comments(out, note); /* whatever psql takes for a line's end */
    buf_add(out, sql);
    buf_add(out, strstr(last ? last : sql, "--") ? "\n;\n" : ";\n");
}

static void add_settings(struct script *script, const struct section *section, const struct statement *statement,
                         const struct statement *before)
{
    if (before && str_eq(before->search_path, statement->search_path)) return;
    buf_printf(&script->out, "%s;\n", run_set_path(script->ctx, statement->search_path, section->transaction));
}

/* `alone`: for this statement, which is not in a transaction. */
static void add_timeouts(struct script *script, const struct revision *revision, const struct section *section,
                         const struct statement *alone)
{
    struct timeouts timeouts = run_timeouts(script->project, revision, section, alone);
    if (alone && alone->batch) timeouts.statement = "0"; /* one statement for psql, however many batches */
    timeouts_sql(&script->out, &timeouts, !alone);
}

static void add_together(struct script *script, const struct revision *revision, const struct section *section,
                         int number, const char *ending)
{
    struct step_key key = {revision->id, script->up, number, -1, journal_section_digest(script->ctx, section)};
    buf_add(&script->out, "\nBEGIN;\n");
    add_timeouts(script, revision, section, NULL);
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        add_settings(script, section, statement, i > 0 ? statement - 1 : NULL);
        script_statement(&script->out, statement->note, statement->sql);
    }
    if (run_changes_session(section)) script_session(script->ctx, script->project, &script->out);
    journal_sql_section(&script->out, script->schema, &key);
    if (ending) buf_add(&script->out, ending);
    buf_add(&script->out, "COMMIT;\n");
}

static const char *single_text(struct script *script, const struct revision *revision, const struct section *section,
                               const struct statement *statement, const struct step_key *key)
{
    if (!statement->batch) return statement->sql;
    struct timeouts timeouts = run_timeouts(script->project, revision, section, statement);
    return batch_script(script->ctx, script->schema, key, statement, &timeouts);
}

static void add_singly(struct script *script, const struct revision *revision, const struct section *section,
                       int number)
{
    buf_add(&script->out, "\n-- not in a transaction\n");
    for (size_t i = 0; i < section->statements.n; i++) {
        const struct statement *statement = &section->statements.at[i];
        struct step_key key = {revision->id, script->up, number, (int)i,
                               journal_statement_digest(script->ctx, statement)};
        journal_sql_intent(&script->out, script->schema, &key, statement->sql);
        add_timeouts(script, revision, section, statement);
        add_settings(script, section, statement, i > 0 ? statement - 1 : NULL);
        script_statement(&script->out, statement->note, single_text(script, revision, section, statement, &key));
        if (run_changes_session(section)) script_session(script->ctx, script->project, &script->out);
        journal_sql_outcome(&script->out, script->schema, &key, "done");
    }
    buf_add(&script->out, "RESET search_path;\nRESET lock_timeout;\nRESET statement_timeout;\n");
}

static const char *ending_of(struct script *script, const struct revision *revision)
{
    struct revision_set after = {0};
    struct buf sql = buf_new(script->ctx->arena);
    revisions_heads_after(script->ctx, script->graph, &script->heads, revision, script->up, &after);
    struct closing closing = {.revision = revision, .up = script->up, .heads = &after};
    if (!script->up) {
        closing.before = revisions_manifest(script->ctx, script->graph, &script->heads);
        closing.after = revisions_manifest(script->ctx, script->graph, &after);
        if (!closing.before || !closing.after) return NULL;
    }
    journal_sql_close(script->ctx, &sql, script->schema, &closing);
    script->heads = after;
    return sql.text;
}

static bool add_revision(struct script *script, const struct revision *revision)
{
    struct sections sections = run_sections(revision, script->up);
    const char *ending;
    if (!run_in_order(script->ctx, script->graph, &script->heads, revision, script->up)) return false;
    ending = ending_of(script, revision);
    if (!ending) return false;
    buf_printf(&script->out, "\n-- %s %s: %s\n", script->up ? "upgrade" : "downgrade", revision->id,
               revision->message ? revision->message : "");
    for (size_t i = 0; i < sections.n; i++) {
        const struct section *section = &sections.at[i];
        if (section->transaction) add_together(script, revision, section, (int)i, i + 1 == sections.n ? ending : NULL);
        else add_singly(script, revision, section, (int)i);
    }
    if (sections.n == 0 || !sections.at[sections.n - 1].transaction) {
        buf_printf(&script->out, "\nBEGIN;\n%sCOMMIT;\n", ending);
    }
    return true;
}

const char *run_script(struct ctx *ctx, const struct project *project, struct graph_of_revisions *graph,
                       const struct revision_set *from, const struct revision_set *steps, bool up)
{
    struct script script = {.ctx = ctx, .project = project, .graph = graph, .schema = journal_schema(ctx, project),
                            .out = buf_new(ctx->arena), .up = up};
    if (!run_allowed(ctx, project, steps, up, true)) return NULL; /* who runs it decides about losses */
    for (size_t i = 0; from && i < from->n; i++) vec_push(ctx->arena, &script.heads, from->at[i]);
    add_start(&script);
    for (size_t i = 0; i < steps->n; i++) {
        if (!add_revision(&script, steps->at[i])) return NULL;
    }
    return script.out.text;
}
