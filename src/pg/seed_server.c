/* seed_server.c: the transaction that rows are made in: its settings, silent triggers and rules, statements that may
 * fail. */
#include "pg/seed_parts.h"

static const struct span nowhere = {0, 0};

static const char start[] =
    "BEGIN; SET LOCAL search_path = ''; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';"
    " SET LOCAL TimeZone = 'UTC'; SET LOCAL standard_conforming_strings = on; SET LOCAL lc_monetary = 'C';"
    " SET LOCAL xmloption = 'content'; SET LOCAL session_replication_role = origin;"
    " SET LOCAL transform_null_equals = off;"
    " SET LOCAL client_min_messages = error; SET LOCAL lock_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE;"
    " SAVEPOINT modelc_seed";

#define OF_USERS "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

enum { HOMES, SUBTYPES, TRIGGERS, RULES, EVENTS, RIGHTS, QUERIES };

/* A partition's rows pass its own checks, too; its parent's are inherited. A foreign table takes no rows here.
 * PostgreSQL 13 and 14 call a partition's copy of a trigger internal; what belongs to a constraint stays at work. */
static const char *const queries[QUERIES] = {
    [HOMES] = "SELECT n.nspname, c.relname, coalesce(pg_get_partition_constraintdef(l.oid), 'true')"
              " || coalesce((SELECT string_agg(' AND ((' || pg_get_expr(k.conbin, k.conrelid) || ') IS NOT FALSE)', '' "
              "ORDER BY k.conname)"
              "     FROM pg_constraint k WHERE k.conrelid = l.oid AND k.contype = 'c' AND k.coninhcount = 0), '')"
              " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_partition_tree(c.oid) p"
              " JOIN pg_class l ON l.oid = p.relid WHERE c.relkind = 'p' AND NOT c.relispartition AND p.isleaf AND "
              "l.relkind = 'r'"
              " AND " OF_USERS " ORDER BY 1, 2, l.relname, l.relnamespace::regnamespace::text",
    [SUBTYPES] = "SELECT n.nspname || '.' || t.typname, format_type(r.rngsubtype, NULL) FROM pg_range r"
                 " JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname "
                 "<> 'pg_catalog'",
    [TRIGGERS] = "SELECT n.nspname, c.relname, t.tgname, t.tgenabled, 'TRIGGER' FROM pg_trigger t JOIN pg_class c ON "
                 "c.oid = t.tgrelid"
                 " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgenabled <> 'D' AND c.relkind IN ('r', 'p')"
                 " AND (NOT t.tgisinternal OR t.tgconstraint = 0) AND " OF_USERS
                 " ORDER BY (SELECT count(*) FROM pg_partition_ancestors(c.oid)), 1, 2, 3",
    [RULES] = "SELECT n.nspname, c.relname, r.rulename, r.ev_enabled, 'RULE' FROM pg_rewrite r JOIN pg_class c ON "
              "c.oid = r.ev_class"
              " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.ev_enabled <> 'D' AND c.relkind IN ('r', 'p') "
              "AND " OF_USERS " ORDER BY 1, 2, 3",
    [EVENTS] = "SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'D' ORDER BY 1",
    [RIGHTS] = "SELECT current_setting('is_superuser')",
};

/* ---- statements */

/* Undoing and setting the savepoint goes along with the next statement: no round trips of their own. */
static const char *const undo[] = {"ROLLBACK TO SAVEPOINT modelc_seed"};
static const char *const anew[] = {"RELEASE SAVEPOINT modelc_seed", "SAVEPOINT modelc_seed"};

static bool note_refusal(struct seeder *seeder, bool done)
{
    seeder->refused = !done;
    seeder->lost = !done && (seeder->error.lost || conn_interrupted());
    return done;
}

bool seed_run(struct seeder *seeder, const char *sql, struct rows *rows)
{
    if (seeder->lost) return false;
    const char *all = seeder->refused ? arena_printf(seeder->arena, "%s; %s", *undo, sql)
                                      : arena_printf(seeder->arena, "%s; %s; %s", anew[0], anew[1], sql);
    return note_refusal(seeder, conn_query(seeder->conn, all, rows, &seeder->error));
}

bool seed_run_all(struct seeder *seeder, const struct texts *sql, struct rows *results, size_t *failed)
{
    struct texts all = {0};
    *failed = 0;
    if (seeder->lost || !sql->n) return !seeder->lost;
    if (seeder->refused) vec_push(seeder->arena, &all, *undo);
    for (size_t i = 0; i < sizeof anew / sizeof *anew && !seeder->refused; i++) vec_push(seeder->arena, &all, anew[i]);
    size_t before = all.n;
    for (size_t i = 0; i < sql->n; i++) vec_push(seeder->arena, &all, sql->at[i]);
    struct rows *answers = ARENA_ARRAY(seeder->arena, struct rows, all.n);
    if (!note_refusal(seeder, conn_pipeline(seeder->conn, all.at, all.n, answers, &seeder->error, failed))) {
        *failed = *failed < before ? 0 : *failed - before;
        return false;
    }
    for (size_t i = 0; i < before; i++) rows_free(&answers[i]);
    for (size_t i = 0; i < sql->n; i++) results[i] = answers[i + before];
    return true;
}

const char *seed_refusal(struct seeder *seeder)
{
    const struct server_error *error = &seeder->error;
    return error->detail ? arena_printf(seeder->arena, "%s (%s)", error->message, error->detail) : error->message;
}

/* ---- silence */

static const char *state_word(const char *state)
{
    return *state == 'A' ? "ENABLE ALWAYS" : *state == 'R' ? "ENABLE REPLICA" : "ENABLE";
}

static void silence(struct seeder *seeder, const struct rows *rows, struct buf *sql)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *table = sql_qname_str(seeder->arena, rows_get(rows, i, 0), rows_get(rows, i, 1));
        const char *name = sql_ident_str(seeder->arena, rows_get(rows, i, 2)), *what = rows_get(rows, i, 4);
        buf_printf(sql, "ALTER TABLE %s DISABLE %s %s;", table, what, name);
        const char *back = arena_printf(seeder->arena, "ALTER TABLE %s %s %s %s;", table,
                                        state_word(rows_get(rows, i, 3)), what, name);
        vec_push(seeder->arena, &seeder->restore, back);
    }
}

/* First, since to silence a trigger is an event, too. */
static void silence_events(struct seeder *seeder, const struct rows *rows, struct buf *sql)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        buf_printf(sql, "ALTER EVENT TRIGGER %s DISABLE;", sql_ident_str(seeder->arena, rows_get(rows, i, 0)));
    }
}

static void restore_events(struct seeder *seeder, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *name = sql_ident_str(seeder->arena, rows_get(rows, i, 0));
        const char *back =
            arena_printf(seeder->arena, "ALTER EVENT TRIGGER %s %s;", name, state_word(rows_get(rows, i, 1)));
        vec_push(seeder->arena, &seeder->restore, back);
    }
}

static bool silence_all(struct seeder *seeder, const struct rows *answers)
{
    struct buf sql = buf_new(seeder->arena);
    silence_events(seeder, &answers[EVENTS], &sql);
    silence(seeder, &answers[TRIGGERS], &sql);
    silence(seeder, &answers[RULES], &sql);
    restore_events(seeder, &answers[EVENTS]);
    return !sql.len || conn_query(seeder->conn, sql.text, NULL, &seeder->error);
}

/* ---- what the schema does not tell */

/* The condition of one partition after the other, joined by OR. */
static void read_homes(struct seeder *seeder, const struct rows *rows)
{
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char *table = sql_qname_str(seeder->arena, rows_get(rows, i, 0), rows_get(rows, i, 1));
        const char *before = map_get(seeder->homes, table);
        map_put(
            seeder->homes, table,
            arena_printf(seeder->arena, "%s%s(%s)", before ? before : "", before ? " OR " : "", rows_get(rows, i, 2)));
    }
}

static void read_subtypes(struct seeder *seeder, const struct rows *rows)
{
    static const char *const kinds_of_types[] = {"domain", "enum", "composite", "range", "base_type"};
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct type_name *type = ARENA_NEW(seeder->arena, struct type_name);
        struct sql_error error;
        if (!sql_type_parse(seeder->arena, rows_get(rows, i, 1), &type->sql, &error)) continue;
        for (size_t k = 0; type->sql.schema && !type->to && k < sizeof kinds_of_types / sizeof *kinds_of_types; k++) {
            type->to = schema_lookup(seeder->live, kinds_of_types[k], type->sql.schema, type->sql.name);
        }
        map_put(seeder->subtypes, rows_get(rows, i, 0), type);
    }
}

/* ---- the transaction */

static bool give_up(struct seeder *seeder, const char *what)
{
    struct server_error ignored;
    server_error_report(seeder->ctx, &seeder->error, nowhere, what);
    if (!seeder->error.lost) conn_query(seeder->conn, "ROLLBACK", NULL, &ignored);
    return false;
}

static bool refuse(struct seeder *seeder, const char *why)
{
    struct server_error ignored;
    diag_add(seeder->ctx, D_SERVER, nowhere, "cannot make rows on %s: %s", seeder->conn->title, why);
    if (conn_transaction(seeder->conn) == CONN_IN_TRANSACTION) conn_query(seeder->conn, "ROLLBACK", NULL, &ignored);
    return false;
}

bool seed_begin(struct seeder *seeder)
{
    struct rows answers[QUERIES];
    size_t failed;
    if (conn_transaction(seeder->conn) != CONN_IDLE) {
        diag_add(seeder->ctx, D_SERVER, nowhere, "cannot make rows on %s: a transaction is open", seeder->conn->title);
        return false;
    }
    if (!conn_query(seeder->conn, start, NULL, &seeder->error)) return give_up(seeder, "cannot make rows");
    if (!conn_pipeline(seeder->conn, queries, QUERIES, answers, &seeder->error, &failed)) {
        return give_up(seeder, "cannot make rows");
    }
    bool mighty = answers[RIGHTS].n_rows && str_eq(rows_get(&answers[RIGHTS], 0, 0), "on");
    bool silent = mighty && silence_all(seeder, answers);
    read_homes(seeder, &answers[HOMES]);
    read_subtypes(seeder, &answers[SUBTYPES]);
    for (size_t i = 0; i < QUERIES; i++) rows_free(&answers[i]);
    if (!mighty) return refuse(seeder, "only a superuser may");
    return silent || give_up(seeder, "cannot make triggers and rules silent");
}

bool seed_next(struct seeder *seeder)
{
    const char *sql = arena_printf(seeder->arena, "%s; COMMIT; %s", seeder->refused ? *undo : anew[0], start);
    seeder->refused = false;
    if (!seeder->lost && conn_query(seeder->conn, sql, NULL, &seeder->error)) return true;
    seeder->lost = true;
    return false;
}

bool seed_end(struct seeder *seeder)
{
    struct buf sql = buf_new(seeder->arena);
    buf_printf(&sql, "%s;", seeder->refused ? *undo : anew[0]);
    for (size_t i = 0; i < seeder->restore.n; i++) buf_add(&sql, seeder->restore.at[i]);
    buf_add(&sql, "COMMIT");
    if (seeder->lost) return give_up(seeder, "rows could not be made");
    return conn_query(seeder->conn, sql.text, NULL, &seeder->error) || give_up(seeder, "rows could not be made");
}
