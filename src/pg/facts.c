/* facts.c: what a plan has to know of the live rows and of neighbours that aren't managed. */
#include "pg/facts.h"

static const struct span nowhere = {0, 0};

/* ---- rows */

static bool becomes_required(const struct change *change)
{
    if (change->type != CHANGE_ALTER || !object_is(change->to, "column")) return false;
    bool may_be_null = object_flag(change->from, "nullable") || object_flag(change->from, "not_null_not_valid");
    bool required = !object_flag(change->to, "nullable") && !object_flag(change->to, "not_null_not_valid");
    return may_be_null && required && !object_get(change->to, "backfill")->set;
}

static bool holds_null(struct conn *conn, const struct object *column, bool *answer)
{
    struct arena *arena = conn->ctx->arena;
    struct rows rows;
    struct server_error error;
    const char *table = sql_qname_str(arena, column->parent->parent->name, column->parent->name);
    const char *sql = arena_printf(arena, "SELECT EXISTS (SELECT FROM %s WHERE %s IS NULL)", table, sql_ident_str(arena, column->name));
    *answer = true; /* a role that may not read the table can't know */
    if (!conn_query(conn, sql, &rows, &error)) return !error.lost;
    *answer = str_eq(rows_get(&rows, 0, 0), "t");
    rows_free(&rows);
    return true;
}

bool facts_nulls(struct conn *conn, const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        if (becomes_required(change) && !holds_null(conn, change->from, &change->to->holds_nulls)) return false;
    }
    return true;
}

/* ---- foreign keys of others */

static bool is_retyped(const struct change *change)
{
    return change->type == CHANGE_ALTER && object_is(change->from, "column") && change->changed[0];
}

/* What is dropped, or dropped and made anew, and may be referred to; a column whose type changes. */
static bool goes(const struct change *change)
{
    return change->from && (change->type == CHANGE_DROP || change->type == CHANGE_RECREATE || is_retyped(change));
}

/* By foreign keys. */
static bool may_be_referred_to(const struct change *change)
{
    const struct object *from = change->from;
    if (!goes(change) || is_retyped(change)) return false;
    return object_is(from, "table") || object_is(from, "column") || object_is(from, "primary_key") || object_is(from, "unique") ||
           object_is(from, "index");
}

static void report(struct ctx *ctx, const struct change *change, const char *key, const char *table)
{
    const struct object *from = change->from;
    struct diag *diag = diag_add(ctx, D_UNMANAGED, change->to ? change->to->span : nowhere, "foreign key %s of %s refers to %s %s, and modelc "
                                 "does not manage it", key, table, from->kind->title, object_shown(ctx->arena, from));
    diag_severity(diag, SEVERITY_ERROR);
    diag_mend(ctx, diag, "mend", "declare %s in the models, or drop that foreign key by hand before", table);
}

static bool is_needed(struct ctx *ctx, const struct object *user, const struct object *used)
{
    struct objects needs = {0}, later = {0};
    object_needs(ctx, user, &needs, &later);
    for (size_t i = 0; i < needs.n; i++) {
        if (needs.at[i] == used) return true;
    }
    return false;
}

/* A foreign key that nobody declared, or a view, a routine, a trigger .. that uses what goes. */
static bool blocked_by(struct ctx *ctx, const struct change *change, const struct object *user)
{
    const struct object *from = change->from;
    bool within = user->parent == from || user == from || (from->parent && user->parent == from->parent && !object_is(user, "foreign_key"));
    if (object_is(user, "column") || within || !is_needed(ctx, user, from)) return false;
    if (object_is(user, "foreign_key")) {
        report(ctx, change, sql_ident_str(ctx->arena, user->name), object_shown(ctx->arena, user->parent));
        return true;
    }
    struct diag *diag = diag_add(ctx, D_UNMANAGED, change->to ? change->to->span : nowhere, "%s %s uses %s %s, and modelc does not manage it",
                                 user->kind->title, object_shown(ctx->arena, user), from->kind->title, object_shown(ctx->arena, from));
    diag_severity(diag, SEVERITY_ERROR);
    diag_mend(ctx, diag, "mend", "modelc import --add \"%s %s\", or drop it by hand before", user->kind->name, object_path(ctx->arena, user));
    return true;
}

/* By what stands in the managed schemas and nobody declared. */
static bool blocked_by_unmanaged(const struct diff *diff, const struct change *change)
{
    for (size_t i = 0; i < diff->unmanaged.n; i++) {
        const struct object *other = diff->unmanaged.at[i];
        for (size_t j = 0; j <= other->children.n; j++) {
            if (blocked_by(diff->ctx, change, j ? other->children.at[j - 1] : other)) return true;
        }
    }
    return false;
}

/* name of the key, its table, the table referred to (path), the name of the index it rests on */
static const char foreign_keys[] =
    "SELECT k.conname, format('%I.%I', n.nspname, c.relname), format('%I.%I', tn.nspname, t.relname), i.relname\n"
    "FROM pg_catalog.pg_constraint k\n"
    "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
    "JOIN pg_catalog.pg_class t ON t.oid = k.confrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace\n"
    "LEFT JOIN pg_catalog.pg_class i ON i.oid = k.conindid\n"
    "WHERE k.contype = 'f' AND n.oid <> tn.oid ORDER BY 2, 1";

static bool concerns(struct arena *arena, const struct change *change, const char *target, const char *index)
{
    const struct object *from = change->from, *table = object_is(from, "table") ? from : from->parent;
    if (!str_eq(object_path(arena, table), target)) return false;
    if (object_is(from, "table")) return true;
    return !object_is(from, "column") && str_eq(from->name, index);
}

static bool from_managed(const struct diff *diff, const char *table)
{
    return schema_find_path(diff->live, arena_printf(diff->ctx->arena, "table %s", table)) != NULL;
}

static bool blocked_by_others(const struct diff *diff, const struct changes *changes, const struct rows *rows)
{
    struct arena *arena = diff->ctx->arena;
    bool blocked = false;
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        if (goes(change)) blocked |= blocked_by_unmanaged(diff, change);
        if (!may_be_referred_to(change)) continue;
        for (size_t r = 0; r < rows->n_rows; r++) {
            const char *table = rows_get(rows, r, 1);
            if (!concerns(arena, change, rows_get(rows, r, 2), rows_get(rows, r, 3)) || from_managed(diff, table)) continue;
            report(diff->ctx, change, rows_get(rows, r, 0), table);
            blocked = true;
        }
    }
    return blocked;
}

bool facts_blockers(struct conn *conn, const struct diff *diff, const struct changes *changes)
{
    struct rows rows;
    struct server_error error;
    bool any = false;
    for (size_t i = 0; i < changes->n; i++) any |= goes(changes->at[i]);
    if (!any) return true;
    if (!conn_query(conn, foreign_keys, &rows, &error)) {
        server_error_report(conn->ctx, &error, nowhere, "foreign keys of other schemas");
        return false;
    }
    bool blocked = blocked_by_others(diff, changes, &rows);
    rows_free(&rows);
    return !blocked;
}
