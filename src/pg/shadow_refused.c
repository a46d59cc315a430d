/* shadow_refused.c: what it means that the scratch server refused an object of the models: a mistake in their text, at its
 * very place, or something that this server lacks. */
#include <string.h>

#include "pg/run.h"
#include "pg/shadow_parts.h"

static bool state_is(const struct server_error *error, const char *const *states, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strncmp(error->sqlstate, states[i], strlen(states[i])) == 0) return true;
    }
    return false;
}

bool shadow_misses_name(const struct server_error *error)
{
    static const char *const states[] = {"42P01", "42883", "42704", "3F000"};
    return state_is(error, states, sizeof states / sizeof *states);
}

/* The last part of the name in `relation "a.b" does not exist` and `function a.b(integer) does not exist`; NULL: none. */
static const char *missed_name(struct arena *arena, const char *message)
{
    const char *start = strchr(message, '"'), *end = start ? strchr(start + 1, '"') : NULL;
    if (!end && str_starts(message, "function ")) {
        start = message + strlen("function");
        end = strchr(start, '(');
    }
    if (!end) return NULL;
    const char *name = arena_strndup(arena, start + 1, (size_t)(end - start - 1)), *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* The models may speak of what is in the database and not theirs. */
static bool is_in_database(const struct side *side, const char *name)
{
    struct server_error ignored;
    struct rows rows;
    const char *sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = $1)"
                      " OR EXISTS (SELECT FROM pg_catalog.pg_type WHERE typname = $1)"
                      " OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proname = $1)"
                      " OR EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)";
    if (!conn_query_params(side->job->conn, sql, 1, &name, &rows, &ignored)) return true;
    bool there = str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    return there;
}

static bool lacks_here(const struct side *side, const struct server_error *error)
{
    if (side->conn->version / 10000 < side->job->conn->version / 10000) return true; /* may be syntax of the newer one */
    if (side->extension_failed || refused_for_unhandled(side->job, error)) return true;
    const char *name = shadow_misses_name(error) ? missed_name(side->ctx->arena, error->message) : NULL;
    return name && is_in_database(side, name);
}

static bool models_fault(const struct side *side, const struct failure *failure)
{
    static const char *const faults[] = {"42", "22", "0A", "3F", "23"};
    const struct server_error *error = &failure->error;
    if (object_is(failure->of, "extension") || strcmp(error->sqlstate, "42501") == 0) return false;
    return state_is(error, faults, sizeof faults / sizeof *faults) && !lacks_here(side, error);
}

/* ---- where */

/* The byte `at` of `sql` in a text of the models: the statement is one of the text's, or holds the text. */
static bool is_within(const char *sql, size_t at, const char *text, size_t *offset)
{
    const char *found = strstr(text, sql);
    if (found) {
        *offset = (size_t)(found - text) + at;
        return true;
    }
    found = strstr(sql, text);
    if (!found || at < (size_t)(found - sql) || at >= (size_t)(found - sql) + strlen(text)) return false;
    *offset = at - (size_t)(found - sql);
    return true;
}

static bool place_in_object(struct ctx *ctx, const struct object *object, const struct failure *failure, struct span *place)
{
    size_t at = refused_byte(failure->sql, failure->error.position), offset;
    for (size_t i = 0; i < object->kind->n_fields; i++) {
        const struct value *value = &object->values[i];
        if (object->kind->fields[i].type != VALUE_EXPR || !value->set || !span_known(value->span)) continue;
        if (!is_within(failure->sql, at, value->expr.text, &offset)) continue;
        *place = refused_place(ctx, value->span, value->expr.text, offset);
        return true;
    }
    return false;
}

static struct span place_of(struct ctx *ctx, const struct failure *failure)
{
    struct span place;
    if (failure->error.position == 0) return failure->of->span;
    if (place_in_object(ctx, failure->of, failure, &place)) return place;
    for (size_t i = 0; i < failure->of->children.n; i++) {
        if (place_in_object(ctx, failure->of->children.at[i], failure, &place)) return place;
    }
    return failure->of->span;
}

enum refusal shadow_refused(struct side *side, struct failure *failure)
{
    const struct object *of = failure ? failure->of : NULL;
    /* what is there already was not refused by the real server */
    if (!of || of->live || (of->peer && !side->asked[of->serial]) || !models_fault(side, failure)) return REFUSED_METHOD;
    if (!failure->said) refused_report(side->ctx, &failure->error, place_of(side->ctx, failure));
    failure->said = true;
    return REFUSED_MODEL;
}

/* ---- bodies */

static bool run_checked(struct side *side, const struct object *routine, const char *sql, struct server_error *error)
{
    struct server_error ignored;
    const char *path = routine->search_path ? routine->search_path : "";
    bool set = conn_query(side->conn, "SET check_function_bodies = on", NULL, error) &&
               conn_query(side->conn, run_set_path(side->ctx, path, false), NULL, error);
    bool sound = set && conn_query_params(side->conn, sql, 0, NULL, NULL, error);
    conn_query(side->conn, "SET check_function_bodies = off; RESET search_path", NULL, &ignored);
    return sound || !set;
}

bool shadow_body_is_sound(struct side *side, const struct object *routine)
{
    const struct value *definition = object_get(routine, "definition");
    struct arena *arena = side->ctx->arena;
    struct sql_texts statements = {0};
    struct sql_error ignored;
    struct failure failure = {.of = routine};
    if (!definition->set || !sql_split(arena, definition->expr.text, &statements, &ignored) || statements.n == 0) return true;
    failure.sql = statements.at[0];
    const char *again = sql_or_replace(arena, failure.sql);
    size_t added = strlen(again) - strlen(failure.sql);
    if (run_checked(side, routine, again, &failure.error)) return true;
    if (failure.error.position > added) failure.error.position -= added;
    /* a body may speak of what the routine was not found to need */
    if (failure.error.lost || (!side->whole && shadow_misses_name(&failure.error))) return true;
    return shadow_refused(side, &failure) != REFUSED_MODEL;
}
