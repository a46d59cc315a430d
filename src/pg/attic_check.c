/* attic_check.c: what the attic means for a plan, and for a way back: types that it holds, things that are not there any more. */
#include <string.h>

#include "pg/attic.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

static bool fails(struct conn *conn, const struct server_error *error)
{
    server_error_report(conn->ctx, error, nowhere, "reading the attic");
    return false;
}

/* ---- types */

#define HELD \
    "WITH RECURSIVE held(type, by) AS (\n" \
    "    SELECT a.atttypid, CASE WHEN n.nspname = '" ATTIC_SCHEMA "' THEN pg_catalog.format('%I.%I', n.nspname, c.relname)\n" \
    "        ELSE pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname) END\n" \
    "    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid\n" \
    "        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n" \
    "    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'c')\n" \
    "        AND (n.nspname = '" ATTIC_SCHEMA "' OR pg_catalog.left(a.attname, 7) = '" ATTIC_COLUMN "')\n" \
    "    UNION SELECT CASE WHEN t.typelem <> 0 THEN t.typelem ELSE t.typbasetype END, held.by\n" \
    "    FROM held JOIN pg_catalog.pg_type t ON t.oid = held.type WHERE t.typelem <> 0 OR t.typbasetype <> 0)\n" \
    "SELECT n.nspname, t.typname, min(held.by) FROM held JOIN pg_catalog.pg_type t ON t.oid = held.type\n" \
    "    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace\n" \
    "WHERE n.nspname NOT IN ('pg_catalog', '" ATTIC_SCHEMA "') GROUP BY 1, 2"

static bool is_type(const struct object *object)
{
    return object_is(object, "enum") || object_is(object, "domain") || object_is(object, "composite");
}

static bool report_anew(struct ctx *ctx, const struct object *type, const char *by)
{
    struct diag *diag = diag_add(ctx, D_POLICY, nowhere, "%s %s would be made anew, but %s in the attic has values of it",
                                 type->kind->title, object_shown(ctx->arena, type), by);
    diag_mend(ctx, diag, "mend", "modelc attic drop %s", sql_literal_str(ctx->arena, by));
    return false;
}

static bool mark(struct ctx *ctx, const struct changes *changes, const struct rows *rows, size_t row)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        struct object *type = change->from;
        if (!type || !is_type(type) || !str_eq(type->name, rows_get(rows, row, 1))) continue;
        if (!str_eq(object_schema(type)->name, rows_get(rows, row, 0))) continue;
        if (change->type == CHANGE_RECREATE) return report_anew(ctx, type, rows_get(rows, row, 2));
        if (change->type == CHANGE_DROP) type->attic_holds = true;
    }
    return true;
}

static bool has_types(const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = changes->at[i];
        if (change->from && is_type(change->from) && (change->type == CHANGE_DROP || change->type == CHANGE_RECREATE)) return true;
    }
    return false;
}

bool attic_holders(struct conn *conn, const struct changes *changes)
{
    struct rows rows;
    struct server_error error;
    bool good = true;
    if (!has_types(changes)) return true;
    if (!conn_query(conn, HELD, &rows, &error)) return fails(conn, &error);
    for (size_t i = 0; i < rows.n_rows; i++) good = mark(conn->ctx, changes, &rows, i) && good;
    rows_free(&rows);
    return good;
}

/* ---- the way back */

struct finding { const struct revision *revision; const struct parked *parked; };

/* Whether it is there, and whether it holds anything, as two columns of a row; its table may have another name by then. */
static const char *question(struct arena *arena, const struct parked *parked)
{
    const char *name = sql_literal_str(arena, parked->name), *path = sql_literal_str(arena, sql_qname_str(arena, ATTIC_SCHEMA, parked->name));
    if (str_eq(parked->kind, "column")) {
        return arena_printf(arena, "SELECT true, EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attname = %s"
                            " AND NOT attisdropped)", name);
    }
    if (str_eq(parked->kind, "table") || str_eq(parked->kind, "sequence")) {
        return arena_printf(arena, "SELECT c.oid IS NOT NULL, c.relkind IS DISTINCT FROM 'r'"
                            " OR pg_catalog.pg_relation_size(c.oid) > 0 FROM (SELECT pg_catalog.to_regclass(%s) AS oid) AS x LEFT JOIN pg_catalog.pg_class c ON c.oid = x.oid", path);
    }
    if (str_eq(parked->kind, "collation")) return "SELECT true, true";
    return arena_printf(arena, "SELECT pg_catalog.to_regtype(%s) IS NOT NULL, true", path);
}

static bool judge(struct ctx *ctx, const struct finding *finding, bool there, bool filled)
{
    const struct parked *parked = finding->parked;
    if (there && filled) return true;
    if (there) {
        struct diag *diag = diag_add(ctx, D_RISK, nowhere, "%s %s comes back empty", parked->kind, parked->path);
        if (!str_eq(parked->kind, "column")) diag_severity(diag, SEVERITY_NOTE); /* it may have been so before */
        return true;
    }
    struct diag *diag = diag_add(ctx, D_POLICY, finding->revision->header, "%s can't be taken back: %s %s is not in the attic any more",
                                 finding->revision->id, parked->kind, parked->path);
    diag_mend(ctx, diag, "mend", "write a new revision that makes what should be, or restore a backup");
    return false;
}

bool attic_there(struct conn *conn, const struct revision_set *steps, const char *partial)
{
    VEC(struct finding) findings = {0};
    VEC(const char *) sql = {0};
    struct arena *arena = conn->ctx->arena;
    struct server_error error;
    size_t failed;
    bool good = true;
    for (size_t i = 0; i < steps->n; i++) {
        for (size_t k = 0; k < steps->at[i]->parks.n && !str_eq(steps->at[i]->id, partial); k++) {
            struct finding finding = {steps->at[i], &steps->at[i]->parks.at[k]};
            vec_push(arena, &findings, finding);
            vec_push(arena, &sql, question(arena, finding.parked));
        }
    }
    if (findings.n == 0) return true;
    struct rows *rows = ARENA_ARRAY(arena, struct rows, findings.n);
    if (!conn_pipeline(conn, sql.at, findings.n, rows, &error, &failed)) return fails(conn, &error);
    for (size_t i = 0; i < findings.n; i++) {
        bool there = str_eq(rows_get(&rows[i], 0, 0), "t"), filled = str_eq(rows_get(&rows[i], 0, 1), "t");
        good = judge(conn->ctx, &findings.at[i], there, filled) && good;
        rows_free(&rows[i]);
    }
    return good;
}
