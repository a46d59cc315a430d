/* journal.c: the state schema: heads, journal and manifest, how they are written and read. */
#include "pg/journal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/map.h"
#include "base/str.h"
#include "sql/quote.h"
#include "sql/sql.h"

static const struct span nowhere = {0, 0};

#define ELAPSED(since) "extract(epoch FROM clock_timestamp() - " since ") * 1000"

const char *journal_schema(struct ctx *ctx, const struct project *project)
{
    return sql_ident_str(ctx->arena, project && project->state_schema ? project->state_schema : "modelc");
}

void journal_sql_make(struct ctx *ctx, struct buf *sql, const char *schema)
{
    struct buf body = buf_new(
        ctx->arena); /* asked first: CREATE SCHEMA IF NOT EXISTS wants a right on the database even then */
    buf_add(&body, "BEGIN IF pg_catalog.to_regnamespace(");
    sql_literal(&body, schema);
    buf_printf(&body, ") IS NULL THEN CREATE SCHEMA %s; END IF; END", schema);
    buf_add(sql, "DO ");
    sql_dollar(sql, body.text, "modelc");
    buf_add(sql, ";\n");
    buf_printf(sql, "CREATE TABLE IF NOT EXISTS %s.revision (id text PRIMARY KEY);\n", schema);
    buf_printf(sql,
               "CREATE TABLE IF NOT EXISTS %s.journal (\n"
               "    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
               "    revision text NOT NULL,\n"
               "    direction text NOT NULL,\n"
               "    section integer NOT NULL,\n"
               "    statement integer NOT NULL,\n"
               "    state text NOT NULL,\n"
               "    who text NOT NULL DEFAULT session_user,\n"
               "    application text NOT NULL DEFAULT current_setting('application_name'),\n"
               "    started timestamptz NOT NULL DEFAULT now(),\n"
               "    ended timestamptz,\n"
               "    milliseconds double precision,\n"
               "    sql text,\n"
               "    digest text,\n"
               "    text text\n"
               ");\n",
               schema);
    buf_printf(sql, "CREATE INDEX IF NOT EXISTS journal_revision ON %s.journal (revision, n);\n", schema);
    buf_printf(sql, "CREATE TABLE IF NOT EXISTS %s.manifest (object text PRIMARY KEY, hash text NOT NULL);\n", schema);
    buf_printf(sql,
               "CREATE TABLE IF NOT EXISTS %s.batch (\n"
               "    revision text NOT NULL,\n"
               "    direction text NOT NULL,\n"
               "    section integer NOT NULL,\n"
               "    statement integer NOT NULL,\n"
               "    target text NOT NULL,\n"
               "    key text NOT NULL,\n"
               "    digest text NOT NULL,\n"
               "    pass integer NOT NULL,\n"
               "    reached text[],\n"
               "    bound text[],\n"
               "    rows bigint NOT NULL DEFAULT 0,\n"
               "    seen bigint NOT NULL DEFAULT 0,\n"
               "    expected bigint NOT NULL DEFAULT 0,\n"
               "    batches bigint NOT NULL DEFAULT 0,\n"
               "    started timestamptz NOT NULL DEFAULT now(),\n"
               "    batched timestamptz,\n"
               "    milliseconds double precision NOT NULL DEFAULT 0,\n"
               "    PRIMARY KEY (revision, direction, section, statement)\n"
               ");\n",
               schema);
}

static const char *direction(bool up)
{
    return up ? "up" : "down";
}

/* "INSERT .. VALUES ('8f3a', 'up', 0, -1, 'v1:..', " */
static void insert_step(struct buf *sql, const char *schema, const struct step_key *key, const char *more)
{
    buf_printf(sql, "INSERT INTO %s.journal (revision, direction, section, statement, digest, state, %s) VALUES (",
               schema, more);
    sql_literal(sql, key->revision);
    buf_printf(sql, ", '%s', %d, %d, ", direction(key->up), key->section, key->statement);
    sql_literal(sql, key->digest);
}

void journal_sql_section(struct buf *sql, const char *schema, const struct step_key *key)
{
    insert_step(sql, schema, key, "ended, milliseconds");
    buf_add(sql, ", 'done', clock_timestamp(), " ELAPSED("now()") ");\n");
}

void journal_sql_intent(struct buf *sql, const char *schema, const struct step_key *key, const char *statement)
{
    insert_step(sql, schema, key, "started, sql");
    buf_add(sql, ", 'intent', clock_timestamp(), ");
    sql_literal(sql, statement);
    buf_add(sql, ");\n");
}

void journal_sql_outcome(struct buf *sql, const char *schema, const struct step_key *key, const char *state)
{
    buf_printf(sql,
               "UPDATE %s.journal SET state = '%s', ended = clock_timestamp(), milliseconds = " ELAPSED(
                   "started") " WHERE revision = ",
               schema, state);
    sql_literal(sql, key->revision);
    buf_printf(sql, " AND direction = '%s' AND section = %d AND statement = %d AND state = 'intent';\n",
               direction(key->up), key->section, key->statement);
}

/* Values a thousand at a time: one statement of 100,000 rows is slow to parse. */
struct rows_sql {
    struct buf *sql;
    const char *head, *tail;
    size_t n;
};

static void row_begin(struct rows_sql *rows)
{
    if (rows->n % 1000 == 0) {
        if (rows->n > 0) buf_add(rows->sql, rows->tail);
        buf_add(rows->sql, rows->head);
    } else {
        buf_add(rows->sql, ", ");
    }
    rows->n++;
}

static void rows_end(struct rows_sql *rows)
{
    if (rows->n > 0) buf_add(rows->sql, rows->tail);
}

static void sql_manifest_puts(struct ctx *ctx, struct buf *sql, const char *schema, const struct map *puts)
{
    struct rows_sql rows = {.sql = sql, .tail = " ON CONFLICT (object) DO UPDATE SET hash = excluded.hash;\n"};
    rows.head = arena_printf(ctx->arena, "INSERT INTO %s.manifest (object, hash) VALUES ", schema);
    for (struct map_entry e = map_first(puts); e.key; e = map_next(e)) {
        if (!e.value) continue;
        row_begin(&rows);
        buf_addc(sql, '(');
        sql_literal(sql, e.key);
        buf_add(sql, ", ");
        sql_literal(sql, e.value);
        buf_addc(sql, ')');
    }
    rows_end(&rows);
}

static void sql_manifest_drops(struct ctx *ctx, struct buf *sql, const char *schema, const struct map *changes)
{
    struct rows_sql rows = {.sql = sql, .tail = ");\n"};
    rows.head = arena_printf(ctx->arena, "DELETE FROM %s.manifest WHERE object IN (", schema);
    for (struct map_entry e = map_first(changes); e.key; e = map_next(e)) {
        if (e.value) continue;
        row_begin(&rows);
        sql_literal(sql, e.key);
    }
    rows_end(&rows);
}

/* What has to change in `before`; a NULL value is an entry to drop. */
static struct map *manifest_changes(struct ctx *ctx, const struct closing *closing)
{
    struct map *changes = map_new(ctx->arena);
    if (!closing->after) {
        for (size_t i = 0; i < closing->revision->objects.n; i++) {
            const struct object_line *line = &closing->revision->objects.at[i];
            map_put(changes, arena_printf(ctx->arena, "%s %s", line->kind, line->path),
                    line->hash ? arena_strdup(ctx->arena, line->hash) : NULL);
        }
        return changes;
    }
    for (struct map_entry e = map_first(closing->after); e.key; e = map_next(e)) {
        if (!closing->before || !str_eq(map_get(closing->before, e.key), e.value)) map_put(changes, e.key, e.value);
    }
    if (!closing->before) return changes;
    for (struct map_entry e = map_first(closing->before); e.key; e = map_next(e)) {
        if (!map_has(closing->after, e.key)) map_put(changes, e.key, NULL);
    }
    return changes;
}

static void sql_heads(struct buf *sql, const char *schema, const struct revision_set *heads)
{
    buf_printf(sql, "DELETE FROM %s.revision", schema);
    for (size_t i = 0; i < heads->n; i++) {
        buf_add(sql, i == 0 ? " WHERE id NOT IN (" : ", ");
        sql_literal(sql, heads->at[i]->id);
    }
    buf_add(sql, heads->n > 0 ? ");\n" : ";\n");
    for (size_t i = 0; i < heads->n; i++) {
        buf_printf(sql, "INSERT INTO %s.revision (id) VALUES (", schema);
        sql_literal(sql, heads->at[i]->id);
        buf_add(sql, ") ON CONFLICT (id) DO NOTHING;\n");
    }
}

/* Began with its first step, took as long as its steps took together. */
static void sql_closing_row(struct ctx *ctx, struct buf *sql, const char *schema, const struct revision *revision, bool up,
                            const char *state)
{
    buf_printf(sql,
               "INSERT INTO %s.journal (revision, direction, section, statement, state, ended, started, milliseconds, "
               "digest, text)\n"
               "SELECT ",
               schema);
    sql_literal(sql, revision->id);
    buf_printf(
        sql,
        ", '%s', -1, -1, '%s', clock_timestamp(), coalesce(min(j.started), now()), coalesce(sum(j.milliseconds), 0), ",
        direction(up), state);
    sql_literal(sql, revision->source ? revision_body_digest(ctx, revision) : NULL);
    buf_add(sql, ", ");
    sql_literal(sql, revision->source ? revision->source->text : NULL);
    buf_printf(sql,
               "\nFROM %s.journal j WHERE j.state IN ('done', 'skipped') AND j.section >= 0 AND j.revision = ", schema);
    sql_literal(sql, revision->id);
    buf_printf(
        sql,
        "\n    AND j.n > coalesce((SELECT max(c.n) FROM %s.journal c WHERE c.section = -1 AND c.revision = ", schema);
    sql_literal(sql, revision->id);
    buf_add(sql, "), 0);\n");
    buf_printf(sql, "DELETE FROM %s.batch WHERE revision = ", schema);
    sql_literal(sql, revision->id);
    buf_add(sql, ";\n");
}

void journal_sql_close(struct ctx *ctx, struct buf *sql, const char *schema, const struct closing *closing)
{
    sql_closing_row(ctx, sql, schema, closing->revision, closing->up, "done");
    sql_heads(sql, schema, closing->heads);
    struct map *changes = manifest_changes(ctx, closing);
    sql_manifest_drops(ctx, sql, schema, changes);
    sql_manifest_puts(ctx, sql, schema, changes);
}

const char *journal_statement_digest(struct ctx *ctx, const struct statement *statement)
{
    return sql_token_digest(ctx->arena, statement->sql);
}

const char *journal_section_digest(struct ctx *ctx, const struct section *section)
{
    struct buf all = buf_new(ctx->arena);
    for (size_t i = 0; i < section->statements.n; i++) {
        buf_add(&all, journal_statement_digest(ctx, &section->statements.at[i]));
        buf_addc(&all, '\n');
    }
    return digest_text(ctx->arena, all.text, all.len);
}

bool state_ensure(struct conn *conn, const struct project *project)
{
    struct ctx *ctx = conn->ctx;
    struct server_error error;
    struct rows rows;
    const char *schema = journal_schema(ctx, project);
    struct buf sql = buf_new(ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.to_regclass(");
    sql_literal(&sql, arena_printf(ctx->arena, "%s.batch", schema)); /* the last one made */
    buf_add(&sql, ") IS NOT NULL");
    bool there = conn_query(conn, sql.text, &rows, &error);
    if (there) {
        there = str_eq(rows_get(&rows, 0, 0), "t");
        rows_free(&rows);
        if (there) return true;
        sql = buf_new(ctx->arena); /* several statements in one message are one transaction */
        journal_sql_make(ctx, &sql, schema);
        if (conn_query(conn, sql.text, NULL, &error)) return true;
    }
    server_error_report(ctx, &error, nowhere, arena_printf(ctx->arena, "cannot make modelc's schema %s", schema));
    return false;
}

#define UTC(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
#define COLUMNS                                                                                                        \
    "revision, direction, section, statement, state, who, " UTC("started") ", " UTC(                                   \
        "ended") ", milliseconds, digest, text"

/* One row per head, object of the manifest, applied revision, step of a half-applied one, and `create` under way. */
static const char *read_query(struct ctx *ctx, const char *schema)
{
    return arena_printf(
        ctx->arena,
        "SELECT 'head', 0::bigint AS n, id COLLATE \"C\" AS revision, NULL, 0, 0, NULL, NULL, NULL, NULL, 0::float8, "
        "NULL, NULL"
        " FROM %s.revision\n"
        "UNION ALL SELECT 'applied', n, " COLUMNS " FROM (SELECT DISTINCT ON (revision) * FROM %s.journal\n"
        "    WHERE section = -1 AND direction IN ('up', 'down') ORDER BY revision, n DESC) last WHERE direction = "
        "'up'\n"
        "UNION ALL SELECT 'open', n, " COLUMNS
        " FROM %s.journal j WHERE section >= 0 AND state <> 'failed' AND NOT EXISTS\n"
        "    (SELECT 1 FROM %s.journal c WHERE c.revision = j.revision AND c.section = -1 AND c.n > j.n)\n"
        "UNION ALL SELECT 'creating', n, " COLUMNS " FROM %s.journal WHERE direction = 'create' AND state = 'intent'\n"
        "UNION ALL SELECT 'object', 0, object, hash, 0, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL FROM %s.manifest\n"
        "ORDER BY 2, 3",
        schema, schema, schema, schema, schema, schema);
}

static const char *copy(struct ctx *ctx, const struct rows *rows, size_t row, size_t column)
{
    const char *text = rows_get(rows, row, column);
    return text ? arena_strdup(ctx->arena, text) : NULL;
}

static size_t number(const struct rows *rows, size_t row, size_t column)
{
    return (size_t)strtol(rows_get(rows, row, column), NULL, 10); /* -1 is (size_t)-1 */
}

static struct journal_entry read_entry(struct ctx *ctx, const struct rows *rows, size_t row)
{
    const char *milliseconds = rows_get(rows, row, 10);
    return (struct journal_entry){
        .revision = copy(ctx, rows, row, 2),
        .direction = copy(ctx, rows, row, 3),
        .section = number(rows, row, 4),
        .statement = number(rows, row, 5),
        .state = copy(ctx, rows, row, 6),
        .who = copy(ctx, rows, row, 7),
        .started = copy(ctx, rows, row, 8),
        .ended = copy(ctx, rows, row, 9),
        .milliseconds = milliseconds ? strtod(milliseconds, NULL) : 0,
        .digest = copy(ctx, rows, row, 11),
        .text = copy(ctx, rows, row, 12),
    };
}

static void find_partial(struct db_state *state)
{
    if (state->open.n == 0) return;
    const struct journal_entry *last = &state->open.at[state->open.n - 1];
    bool whole = last->statement == SIZE_MAX, in_doubt = str_eq(last->state, "intent");
    state->partial = last->revision;
    state->partial_direction = last->direction;
    state->partial_in_doubt = in_doubt;
    state->partial_section = last->section + (whole ? 1 : 0);
    state->partial_statement = whole ? 0 : last->statement + (in_doubt ? 0 : 1);
}

static void read_rows(struct ctx *ctx, const struct rows *rows, struct db_state *state)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *kind = rows_get(rows, i, 0);
        if (str_eq(kind, "head")) vec_push(ctx->arena, &state->heads, copy(ctx, rows, i, 2));
        else if (str_eq(kind, "object"))
            map_put(state->manifest, rows_get(rows, i, 2), arena_strdup(ctx->arena, rows_get(rows, i, 3)));
        else if (str_eq(kind, "creating")) state->creating = true;
        else if (str_eq(kind, "applied")) vec_push(ctx->arena, &state->applied, read_entry(ctx, rows, i));
        else vec_push(ctx->arena, &state->open, read_entry(ctx, rows, i));
    }
    find_partial(state);
}

/* What every row, and every one of its kind, has. People may have changed the tables by hand. */
static bool row_sound(const struct rows *rows, size_t row)
{
    static const size_t always[] = {0, 2, 4, 5};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (!rows_get(rows, row, always[i])) return false;
    }
    for (size_t column = 0; column < rows->n_columns; column++) {
        const char *text = rows_get(rows, row, column);
        if (text && str_utf8_valid(text, strlen(text)) < strlen(text)) return false;
    }
    const char *kind = rows_get(rows, row, 0);
    if (str_eq(kind, "object")) return rows_get(rows, row, 3) && strchr(rows_get(rows, row, 2), ' ');
    return str_eq(kind, "head") || (rows_get(rows, row, 3) && rows_get(rows, row, 6));
}

static bool rows_are_sound(struct ctx *ctx, const struct rows *rows, const char *schema)
{
    enum { COLUMNS_READ = 13 };
    bool sound = rows->n_rows == 0 || rows->n_columns == COLUMNS_READ;
    for (size_t i = 0; sound && i < rows->n_rows; i++) sound = row_sound(rows, i);
    if (!sound) diag_add(ctx, D_SERVER, nowhere, "the rows of modelc's schema %s make no sense: were they changed by hand?", schema);
    return sound;
}

bool state_read(struct conn *conn, const struct project *project, struct db_state *state)
{
    struct ctx *ctx = conn->ctx;
    struct server_error error;
    struct rows rows;
    const char *schema = journal_schema(ctx, project);
    *state = (struct db_state){.manifest = map_new(ctx->arena)};
    struct buf sql = buf_new(ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.to_regclass(");
    sql_literal(&sql, arena_printf(ctx->arena, "%s.manifest", schema));
    buf_add(&sql, ") IS NOT NULL");
    bool fine = conn_query(conn, sql.text, &rows, &error);
    if (fine) {
        state->exists = str_eq(rows_get(&rows, 0, 0), "t");
        rows_free(&rows);
        if (!state->exists) return true;
        fine = conn_query(conn, read_query(ctx, schema), &rows, &error);
    }
    if (!fine) {
        server_error_report(ctx, &error, nowhere, arena_printf(ctx->arena, "cannot read modelc's schema %s", schema));
        state->manifest = NULL;
        return false;
    }
    bool sound = rows_are_sound(ctx, &rows, schema);
    if (sound) read_rows(ctx, &rows, state);
    else state->manifest = NULL;
    rows_free(&rows);
    return sound;
}

bool state_heads(struct conn *conn, const struct graph_of_revisions *graph, const struct db_state *state,
                 struct revision_set *heads)
{
    *heads = (struct revision_set){0};
    for (size_t i = 0; i < state->heads.n; i++) {
        struct revision *revision = map_get(graph->by_id, state->heads.at[i]);
        if (!revision) {
            diag_add(conn->ctx, D_HEADS, nowhere, "database is at %s, no file has that id", state->heads.at[i]);
            return false;
        }
        vec_push(conn->ctx->arena, heads, revision);
    }
    return true;
}

void journal_sql_creating(struct buf *sql, const char *schema)
{
    buf_printf(sql,
               "INSERT INTO %s.journal (revision, direction, section, statement, state)"
               " VALUES ('', 'create', -1, -1, 'intent');\n",
               schema);
}

bool state_creating(struct conn *conn, const struct project *project)
{
    struct ctx *ctx = conn->ctx;
    struct server_error error;
    struct buf sql = buf_new(ctx->arena);
    if (!state_ensure(conn, project)) return false;
    journal_sql_creating(&sql, journal_schema(ctx, project));
    if (conn_query(conn, sql.text, NULL, &error)) return true;
    server_error_report(ctx, &error, nowhere, "cannot write the journal");
    return false;
}

static bool reached(const struct graph_of_revisions *graph, const struct revision *revision,
                    const struct revision_set *heads)
{
    for (size_t i = 0; i < heads->n; i++) {
        if (revision_reaches(graph, revision, heads->at[i])) return true;
    }
    return false;
}

/* Whether the journal holds it as applied, or half-applied, now. */
static bool journaled(const struct db_state *state, const struct revision *revision)
{
    for (size_t i = 0; i < state->applied.n; i++) {
        if (str_eq(state->applied.at[i].revision, revision->id)) return true;
    }
    return false;
}

static void sql_stamp(struct ctx *ctx, struct buf *sql, const char *schema, const struct graph_of_revisions *graph,
                      const struct revision_set *heads, const struct db_state *state)
{
    for (size_t i = 0; i < graph->all.n; i++) {
        const struct revision *revision = graph->all.at[i];
        bool applied = reached(graph, revision, heads);
        if (applied != journaled(state, revision) || str_eq(state->partial, revision->id)) {
            sql_closing_row(ctx, sql, schema, revision, applied, "stamped");
        }
    }
    for (size_t i = 0; i < state->applied.n; i++) {
        const struct journal_entry *entry = &state->applied.at[i];
        if (map_has(graph->by_id, entry->revision)) {
            continue; /* its file is gone: the stamp says that it isn't applied */
        }
        sql_closing_row(ctx, sql, schema, &(struct revision){.id = entry->revision}, false, "stamped");
    }
    buf_printf(sql,
               "UPDATE %s.journal SET state = 'done', ended = clock_timestamp() WHERE direction = 'create' AND state = "
               "'intent';\n",
               schema);
    sql_heads(sql, schema, heads);
}

void journal_sql_stamp(struct ctx *ctx, struct buf *sql, const char *schema, const struct stamping *stamping)
{
    sql_stamp(ctx, sql, schema, stamping->graph, stamping->heads, stamping->state);
    struct map *changes = manifest_changes(ctx, &(struct closing){.before = stamping->state->manifest,
                                                                  .after = stamping->manifest});
    sql_manifest_drops(ctx, sql, schema, changes);
    sql_manifest_puts(ctx, sql, schema, changes);
}

bool state_stamp(struct conn *conn, const struct project *project, struct graph_of_revisions *graph,
                 const struct revision_set *heads, const struct map *manifest, const char *what)
{
    struct ctx *ctx = conn->ctx;
    struct db_state state;
    struct server_error error;
    struct buf sql = buf_new(ctx->arena);
    const char *schema = journal_schema(ctx, project);
    if (!state_ensure(conn, project) || !state_read(conn, project, &state)) return false;
    if (!manifest) manifest = revisions_manifest(ctx, graph, heads);
    if (!manifest) return false;
    buf_add(&sql, "SELECT set_config('application_name', ");
    sql_literal(&sql, arena_printf(ctx->arena, "modelc %s", what));
    buf_add(&sql, ", true);\n"); /* for the journal's rows; SET LOCAL of the one transaction that this message is */
    journal_sql_stamp(ctx, &sql, schema, &(struct stamping){graph, heads, manifest, &state});
    if (conn_query(conn, sql.text, NULL, &error)) return true;
    server_error_report(ctx, &error, nowhere, "cannot write the journal");
    return false;
}
