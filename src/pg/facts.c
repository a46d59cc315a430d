/* facts.c: what a plan has to know of the live rows and of neighbours that aren't managed. */
#include "pg/facts.h"

static const struct span nowhere = {0, 0};

/* ---- rows */

static bool becomes_required(const struct change *change)
{
    return change->type == CHANGE_ALTER && object_is(change->to, "column") && object_flag(change->from, "nullable") &&
           !object_flag(change->to, "nullable") && !object_get(change->to, "backfill")->set;
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

/* What is dropped, or dropped and made anew, and may be referred to. */
static bool may_be_referred_to(const struct change *change)
{
    const struct object *from = change->from;
    if (!from || (change->type != CHANGE_DROP && change->type != CHANGE_RECREATE)) return false;
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

/* Foreign keys of the managed schemas that nobody declared. */
static bool blocked_by_unmanaged(const struct diff *diff, const struct change *change)
{
    struct arena *arena = diff->ctx->arena;
    bool blocked = false;
    for (size_t i = 0; i < diff->unmanaged.n; i++) {
        const struct object *other = diff->unmanaged.at[i];
        for (size_t j = 0; j <= other->children.n; j++) {
            const struct object *key = j ? other->children.at[j - 1] : other;
            struct objects needs = {0}, later = {0};
            if (!object_is(key, "foreign_key")) continue;
            object_needs(diff->ctx, key, &needs, &later);
            for (size_t k = 0; k < needs.n && !blocked; k++) {
                if (needs.at[k] != change->from || key->parent == change->from) continue;
                report(diff->ctx, change, sql_ident_str(arena, key->name), object_shown(arena, key->parent));
                blocked = true;
            }
        }
    }
    return blocked;
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
        if (!may_be_referred_to(change)) continue;
        for (size_t r = 0; r < rows->n_rows; r++) {
            const char *table = rows_get(rows, r, 1);
            if (!concerns(arena, change, rows_get(rows, r, 2), rows_get(rows, r, 3)) || from_managed(diff, table)) continue;
            report(diff->ctx, change, rows_get(rows, r, 0), table);
            blocked = true;
        }
        blocked |= blocked_by_unmanaged(diff, change);
    }
    return blocked;
}

bool facts_blockers(struct conn *conn, const struct diff *diff, const struct changes *changes)
{
    struct rows rows;
    struct server_error error;
    bool any = false;
    for (size_t i = 0; i < changes->n; i++) any |= may_be_referred_to(changes->at[i]);
    if (!any) return true;
    if (!conn_query(conn, foreign_keys, &rows, &error)) {
        server_error_report(conn->ctx, &error, nowhere, "foreign keys of other schemas");
        return false;
    }
    bool blocked = blocked_by_others(diff, changes, &rows);
    rows_free(&rows);
    return !blocked;
}
