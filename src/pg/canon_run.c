/* canon_run.c: one transaction: everything in a few pipelines; where one is refused, unit by unit, and at last ask by
 * ask. */
#include <string.h>

#include "pg/canon.h"

enum part { PART_CREATE, PART_ALTER };

/* Statements for one pipeline, each with the unit and piece it stems from. */
struct script {
    VEC(const char *) sql;
    VEC(struct unit *) units;
    VEC(size_t) pieces;
    const char *path;
};

static void script_line(struct job *job, struct script *script, struct unit *unit, size_t piece, const char *sql)
{
    vec_push(job->ctx->arena, &script->sql, sql);
    vec_push(job->ctx->arena, &script->units, unit);
    vec_push(job->ctx->arena, &script->pieces, piece);
}

static void script_path(struct job *job, struct script *script, const char *path)
{
    if (str_eq(script->path, path)) return;
    script->path = path;
    const char *sql = *path ? arena_printf(job->ctx->arena, "SET LOCAL search_path = %s, pg_temp", path)
                            : "SET LOCAL search_path = ''";
    script_line(job, script, NULL, 0, sql);
}

static void script_pieces(struct job *job, struct script *script, struct unit *unit, const struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->n; i++) {
        script_path(job, script, pieces->at[i].path ? pieces->at[i].path : "");
        script_line(job, script, unit, i, pieces->at[i].sql);
    }
}

/* One pipeline inside a savepoint. False: refused (undone again), or the connection is lost (error->lost). */
static bool try_script(struct job *job, struct script *script, struct server_error *error, size_t *failed)
{
    struct server_error ignored;
    script_line(job, script, NULL, 0, "RELEASE SAVEPOINT modelc_try");
    if (conn_pipeline(job->conn, script->sql.at, script->sql.n, NULL, error, failed)) return true;
    if (!error->lost) {
        conn_query(job->conn, "ROLLBACK TO SAVEPOINT modelc_try; RELEASE SAVEPOINT modelc_try", NULL, &ignored);
        error->lost = ignored.lost;
    }
    return false;
}

static struct script script_begin(struct job *job)
{
    struct script script = {0};
    script_line(job, &script, NULL, 0, "SAVEPOINT modelc_try");
    return script;
}

static bool lost_or_cancelled(const struct server_error *error)
{
    return error->lost || strcmp(error->sqlstate, "57014") == 0;
}

static const struct pieces *pieces_of(const struct unit *unit, enum part part)
{
    return part == PART_CREATE ? &unit->create : &unit->alter;
}

static bool try_units(struct job *job, const struct units *units, enum part part, struct server_error *error,
                      size_t *piece)
{
    struct script script = script_begin(job);
    size_t failed;
    for (size_t i = 0; i < units->n; i++) {
        if (part == PART_ALTER && !units->at[i]->made) continue;
        script_pieces(job, &script, units->at[i], pieces_of(units->at[i], part));
    }
    bool fine = try_script(job, &script, error, &failed);
    for (size_t i = 0; fine && i < units->n; i++) units->at[i]->made = true;
    if (!fine) *piece = failed < script.pieces.n ? script.pieces.at[failed] : 0;
    return fine;
}

static bool make_single(struct job *job, struct unit *unit, struct server_error *error)
{
    struct units one = {&unit, 1, 1};
    size_t piece;
    if (try_units(job, &one, PART_CREATE, error, &piece)) return true;
    if (!lost_or_cancelled(error)) refused_ask(job, unit, piece, error);
    return !lost_or_cancelled(error);
}

/* A unit that was refused as a whole: each of its asks on a table of its own. The new units replace it. */
static bool make_apart(struct job *job, struct unit *unit, struct units *made, struct server_error *error)
{
    for (size_t i = 0; i < unit->asks.n; i++) {
        struct unit *single = unit_of(job, unit->asks.at[i], unit->slot);
        unit_write(job, single);
        if (!make_single(job, single, error)) return false;
        vec_push(job->ctx->arena, made, single);
    }
    return true;
}

static void refuse_all(const struct units *units)
{
    for (size_t i = 0; i < units->n; i++) {
        for (size_t j = 0; j < units->at[i]->asks.n; j++) units->at[i]->asks.at[j]->refusal = REFUSED_HERE;
    }
}

/* Creates the units; `made` are those that stand for them then. False: the connection is lost, or the user interrupted.
 */
static bool make_units(struct job *job, const struct units *units, struct units *made, struct server_error *error)
{
    size_t piece;
    if (try_units(job, units, PART_CREATE, error, &piece)) {
        *made = *units;
        return true;
    }
    if (lost_or_cancelled(error)) return false;
    if (refused_wholly(error)) {
        refuse_all(units);
        return true;
    }
    for (size_t i = 0; i < units->n; i++) {
        struct units one = {&units->at[i], 1, 1};
        if (try_units(job, &one, PART_CREATE, error, &piece)) vec_push(job->ctx->arena, made, units->at[i]);
        else if (lost_or_cancelled(error) || !make_apart(job, units->at[i], made, error)) return false;
    }
    return true;
}

/* Statements without which some asks fail on their own account: each may be refused. */
static bool make_pieces(struct job *job, const struct pieces *pieces, struct server_error *error)
{
    struct script script = script_begin(job);
    size_t failed;
    if (pieces->n == 0) return true;
    script_pieces(job, &script, NULL, pieces);
    if (try_script(job, &script, error, &failed)) return true;
    for (size_t i = 0; i < pieces->n && !lost_or_cancelled(error); i++) {
        struct pieces one = {&pieces->at[i], 1, 1};
        struct script single = script_begin(job);
        script_pieces(job, &single, NULL, &one);
        try_script(job, &single, error, &failed);
    }
    return !lost_or_cancelled(error);
}

static bool read_into(struct job *job, const char *query, struct server_error *error)
{
    const char *sql[] = {"SET LOCAL search_path = ''", query};
    struct rows rows[2];
    size_t failed;
    if (!query) return true;
    if (!conn_pipeline(job->conn, sql, 2, rows, error, &failed)) return false;
    read_rows(job, &rows[1]);
    for (size_t i = 0; i < 2; i++) rows_free(&rows[i]);
    return true;
}

/* Its table doesn't show what the plan will make of the live text. */
static bool drop_unit(struct job *job, const struct unit *unit, struct server_error *error)
{
    return conn_query(job->conn, arena_printf(job->ctx->arena, "DROP TABLE pg_temp.%s", unit->name), NULL, error);
}

/* Renames and type changes on the live side's tables. What can't be altered so can't be on the real table either: the
 * plan has to make it anew, and the live text stands for itself. */
static bool alter_units(struct job *job, const struct units *units, struct server_error *error)
{
    size_t piece;
    if (units->n == 0 || try_units(job, units, PART_ALTER, error, &piece)) return true;
    if (lost_or_cancelled(error)) return false;
    for (size_t i = 0; i < units->n; i++) {
        struct units one = {&units->at[i], 1, 1};
        if (!units->at[i]->made || try_units(job, &one, PART_ALTER, error, &piece)) continue;
        if (lost_or_cancelled(error)) return false;
        if (!drop_unit(job, units->at[i], error)) return false;
    }
    return true;
}

/* nextval of a sequence that the plan renames: its stored text follows. Renaming it here would lock it. */
static const char *follow_sequence(struct job *job, const char *text)
{
    struct arena *arena = job->ctx->arena;
    const char *schema, *name;
    if (!text || !str_starts(text, "nextval(") || !sql_nextval(arena, text, &schema, &name) || !schema) return text;
    const struct object *live = schema_lookup(job->diff->live, "sequence", schema, name);
    const struct object *target = live ? live->peer : NULL;
    if (!target || (str_eq(target->name, live->name) && str_eq(target->parent->name, schema))) return text;
    const char *path = sql_qname_str(arena, target->parent->name, target->name);
    return arena_printf(arena, "nextval(%s::regclass)", sql_literal_str(arena, path));
}

/* The live text as it stands, for asks that nothing will move, or whose altered form the server would not give. */
static void live_stands(struct job *job)
{
    for (size_t i = 0; i < job->asks.n; i++) {
        struct ask *ask = job->asks.at[i];
        struct answer *answer = &ask->answers[SLOT_LIVE];
        if (!ask->from || is_keys(ask)) continue;
        const char *text = answer->given ? answer->text : ask->live->expr.text;
        *answer = (struct answer){.given = true, .text = follow_sequence(job, text)};
    }
}

static bool ask_once(struct job *job, enum slot slot, bool single, struct units *made, struct server_error *error)
{
    struct units units = {0};
    units_make(job, slot, single, &units);
    return units.n == 0 || make_units(job, &units, made, error);
}

static bool ask_all(struct job *job, struct server_error *error)
{
    struct pieces types = {0};
    struct units live = {0}, model = {0}, again = {0};
    types_pieces(job, &types);
    /* An index that is read as it stands has to be read before its types are renamed. */
    if (!read_into(job, read_live_query(job), error)) return false;
    if (!ask_once(job, SLOT_LIVE, true, &live, error) || !make_pieces(job, &types, error)) return false;
    if (!alter_units(job, &live, error) || !ask_once(job, SLOT_MODEL, false, &model, error)) return false;
    if (!read_into(job, read_query(job->ctx->arena), error)) return false;
    live_stands(job);
    bool more =
        ask_once(job, SLOT_MODEL_AGAIN, false, &again, error) && ask_once(job, SLOT_LIVE_AGAIN, false, &again, error);
    return more && (again.n == 0 || read_into(job, read_query(job->ctx->arena), error));
}

bool job_run(struct job *job)
{
    struct server_error error, ignored;
    if (!conn_query(job->conn, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL, &error)) {
        server_error_report(job->ctx, &error, (struct span){0}, "comparing expressions");
        return false;
    }
    bool fine = ask_all(job, &error);
    if (!fine) server_error_report(job->ctx, &error, (struct span){0}, "comparing expressions");
    return conn_query(job->conn, "ROLLBACK", NULL, &ignored) && fine;
}
