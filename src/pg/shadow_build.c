/* shadow_build.c: makes a side's copy on the scratch server, in a few pipelines; where one is refused, statement by
 * statement, so that what does not need the refused object is there all the same. */
#include <string.h>

#include "pg/catalog.h"
#include "pg/run.h"
#include "pg/shadow_parts.h"

enum { STATEMENTS = 300, LACKING = 100 };

struct step {
    const char *sql, *path;
    const struct object *object; /* of the copy; NULL: of the copy under its new names */
};
struct steps {
    struct step *at;
    size_t n, cap;
};

/* ---- the statements */

/* Bodies are read at the end of a plan; here nobody asks about all of them. */
static bool reads_body(const struct op *op)
{
    return op->phase == PHASE_CODE && str_starts(op->sql, "SELECT ");
}

/* The versions that a scratch server has will do. */
static const char *extension_sql(struct arena *arena, const struct object *extension)
{
    const struct ref *schema = &object_get(extension, "schema")->ref;
    struct buf sql = buf_new(arena);
    const char *in = schema->to ? schema->to->name : schema->name ? schema->name : "public";
    buf_printf(&sql, "CREATE EXTENSION IF NOT EXISTS %s", sql_ident_str(arena, extension->name));
    buf_printf(&sql, " SCHEMA %s CASCADE", sql_ident_str(arena, in));
    return sql.text;
}

/* Nobody asks about its rows, and to compute them is to run whatever its query calls. */
static const char *without_rows(struct arena *arena, const char *sql)
{
    struct sql_error error;
    const char *empty = arena_printf(arena, "%s\nWITH NO DATA", sql);
    return sql_check(arena, SQL_STATEMENT, empty, &error) ? empty : sql;
}

static void take_plan(struct side *side, const struct plan *plan, bool creates, struct steps *steps)
{
    for (size_t i = 0; i < plan->ops.n; i++) {
        const struct op *op = &plan->ops.at[i];
        const struct object *to = op->change->to;
        if (reads_body(op)) continue;
        struct step step = {.sql = op->sql, .path = op->search_path ? op->search_path : "", .object = creates ? to : NULL};
        if (object_is(to, "materialized_view")) step.sql = without_rows(side->ctx->arena, op->sql);
        if (object_is(to, "extension")) step.sql = extension_sql(side->ctx->arena, to);
        vec_push(side->ctx->arena, steps, step);
    }
}

static bool plan_changes(struct side *side, struct diff *diff, bool creates, struct steps *steps)
{
    static const struct plan_options options = {.create = true};
    struct plan *plan = plan_make(side->ctx, diff_changes(diff, false), &options);
    if (plan) take_plan(side, plan, creates, steps);
    return plan != NULL;
}

/* From a database as it is created. */
static bool plan_creations(struct side *side, struct steps *steps)
{
    struct schema *empty = schema_new(side->ctx, true);
    schema_add(empty, kind_find("schema"), NULL, "public");
    return plan_changes(side, diff_bind(side->ctx, empty, side->copy, NULL), true, steps);
}

/* The renames of the plan, labels included: the only thing in which the two trees differ. */
static bool plan_renames(struct side *side, struct steps *steps)
{
    for (size_t i = 0; i < side->source->all.n; i++) {
        if (!side->copies[i]) continue;
        side->copies[i]->peer = side->afters[i];
        side->afters[i]->peer = side->copies[i];
    }
    struct diff diff = {.ctx = side->ctx, .live = side->copy, .models = side->after, .drops = map_new(side->ctx->arena)};
    return plan_changes(side, &diff, false, steps);
}

/* ---- running them */

/* Event triggers that are asked about don't fire; messages are in the language that lacking_make() reads. What isn't allowed here
 * can be done without. */
static void prepare(struct side *side)
{
    static const char *const settings[] = {
        "SET lc_messages = 'C'", "SET session_replication_role = replica", "SET check_function_bodies = off",
        "SET client_min_messages = error",
    };
    struct server_error ignored;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) conn_query(side->conn, settings[i], NULL, &ignored);
}

static bool run_together(struct side *side, const struct step *at, size_t n, struct server_error *error)
{
    struct arena *arena = side->ctx->arena;
    struct server_error ignored;
    VEC(const char *) sql = {0};
    const char *path = NULL;
    size_t failed;
    vec_push(arena, &sql, "BEGIN");
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(path, at[i].path)) vec_push(arena, &sql, run_set_path(side->ctx, at[i].path, true));
        path = at[i].path;
        vec_push(arena, &sql, at[i].sql);
    }
    vec_push(arena, &sql, "COMMIT");
    if (conn_pipeline(side->conn, sql.at, sql.n, NULL, error, &failed)) return true;
    if (!error->lost) conn_query(side->conn, "ROLLBACK", NULL, &ignored);
    return false;
}

static struct failure *failure_of_needs(const struct side *side, const struct object *object)
{
    struct objects needs = {0}, later = {0};
    object_needs(side->ctx, object, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        if (side->failures[needs.at[i]->serial]) return side->failures[needs.at[i]->serial];
    }
    return NULL;
}

/* Of an object and of the parts that come with it. */
static struct failure *known_failure(const struct side *side, const struct object *object)
{
    struct failure *found = side->failures[object->serial];
    if (!found) found = failure_of_needs(side, object);
    for (size_t i = 0; !found && i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        if (child->change && child->change->with_parent) found = failure_of_needs(side, child);
    }
    return found;
}

static void note_failure(struct side *side, const struct object *object, struct failure *failure)
{
    side->failed = true;
    side->failures[object->serial] = failure;
    for (size_t i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.at[i];
        if (child->change && child->change->with_parent) note_failure(side, child, failure);
    }
}

static void refuse(struct side *side, const struct step *step, const struct server_error *error)
{
    struct failure *failure = ARENA_NEW(side->ctx->arena, struct failure);
    *failure = (struct failure){.of = side->originals[step->object->serial], .sql = step->sql, .error = *error};
    if (object_is(step->object, "extension")) side->extension_failed = true;
    note_failure(side, step->object, failure);
}

static bool run_alone(struct side *side, const struct step *step, struct server_error *error)
{
    if (!conn_query(side->conn, run_set_path(side->ctx, step->path, false), NULL, error)) return false;
    for (int i = 0; i < LACKING; i++) {
        if (conn_query_params(side->conn, step->sql, 0, NULL, NULL, error)) return true;
        if (error->lost || !lacking_make(side->conn, error, side->roles)) return false;
    }
    return false;
}

/* False where it makes no sense to go on. */
static bool run_singly(struct side *side, const struct step *at, size_t n)
{
    struct server_error error;
    for (size_t i = 0; i < n; i++) {
        struct failure *known = at[i].object ? known_failure(side, at[i].object) : NULL;
        if (known) note_failure(side, at[i].object, known);
        else if (run_alone(side, &at[i], &error)) continue;
        else if (!at[i].object || error.lost) return false;
        else refuse(side, &at[i], &error);
    }
    return true;
}

static bool run_all(struct side *side, const struct steps *steps)
{
    for (size_t i = 0; i < steps->n; i += STATEMENTS) {
        size_t n = steps->n - i < STATEMENTS ? steps->n - i : STATEMENTS;
        struct server_error error;
        bool done = !side->failed && run_together(side, steps->at + i, n, &error);
        for (int tries = 0; !done && !side->failed && tries < LACKING && lacking_make(side->conn, &error, side->roles); tries++)
            done = run_together(side, steps->at + i, n, &error);
        if (!done && !run_singly(side, steps->at + i, n)) return false;
    }
    return true;
}

/* ---- one side */

static void index_copies(struct side *side)
{
    struct arena *arena = side->ctx->arena;
    side->originals = ARENA_ARRAY(arena, struct object *, side->copy->all.n + 1);
    side->failures = ARENA_ARRAY(arena, struct failure *, side->copy->all.n + 1);
    for (size_t i = 0; i < side->source->all.n; i++) {
        if (side->copies[i]) side->originals[side->copies[i]->serial] = side->source->all.at[i];
    }
}

static bool any_renamed(const struct side *side)
{
    for (size_t i = 0; i < side->source->all.n; i++) {
        const struct object *object = side->copies[i] ? side->source->all.at[i] : NULL, *peer = object ? object->peer : NULL;
        if (!peer) continue;
        bool moved = object->parent && object->parent->peer != peer->parent;
        if (moved || !str_eq(object->name, peer->name) || object_is(object, "enum")) return true;
    }
    return false;
}

static bool rename_all(struct side *side)
{
    struct steps steps = {0};
    side->afters = ARENA_ARRAY(side->ctx->arena, struct object *, side->source->all.n + 1);
    side->after = side_copy(side, true, side->afters);
    if (!plan_renames(side, &steps)) return false;
    if (steps.n == 0) side->after = NULL;
    return run_all(side, &steps);
}

static void fail_all(struct side *side)
{
    struct failure *unknown = ARENA_NEW(side->ctx->arena, struct failure);
    unknown->error = (struct server_error){.sqlstate = "", .message = ""};
    side->failed = true;
    for (size_t i = 0; i < side->copy->all.n; i++) {
        if (!side->failures[i]) side->failures[i] = unknown;
    }
}

void side_build(struct side *side)
{
    struct steps steps = {0};
    size_t n = side->source->all.n + 1, mark = diag_mark(side->ctx);
    side->failed = side->extension_failed = false;
    side->after = NULL;
    side->wanted = ARENA_ARRAY(side->ctx->arena, bool, n);
    side->copies = ARENA_ARRAY(side->ctx->arena, struct object *, n);
    side_want(side);
    side->copy = side_copy(side, false, side->copies);
    index_copies(side);
    bool built = plan_creations(side, &steps);
    if (built) prepare(side);
    built = built && run_all(side, &steps);
    if (built && side->source->live && any_renamed(side)) built = rename_all(side);
    diag_rollback(side->ctx, mark);
    if (!built) fail_all(side);
}

static void forget_peers(const struct schema *schema)
{
    for (size_t i = 0; i < schema->all.n; i++) schema->all.at[i]->peer = NULL;
}

void side_read(struct side *side)
{
    struct server_error ignored;
    size_t mark = diag_mark(side->ctx);
    struct schema *bound = side->after ? side->after : side->copy;
    forget_peers(side->copy);
    forget_peers(bound);
    conn_query(side->conn, "RESET search_path", NULL, &ignored);
    struct schema *read = catalog_read(side->conn, NULL);
    if (read) diff_bind(side->ctx, read, bound, NULL);
    else fail_all(side);
    diag_rollback(side->ctx, mark);
}

const struct object *side_found(const struct side *side, const struct object *object)
{
    const struct object *copy = side->copies[object->serial];
    if (!copy || side->failures[copy->serial]) return NULL;
    return side->after ? side->afters[object->serial]->peer : copy->peer;
}

struct failure *side_failure(const struct side *side, const struct object *object)
{
    const struct object *copy = side->copies[object->serial];
    return copy ? side->failures[copy->serial] : NULL;
}
