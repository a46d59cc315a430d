/* doubt.c: statements outside transactions whose outcome is unknown: a closed list of which modelc knows where to look.
 */
#include "base/str.h"
#include "pg/run.h"
#include "sql/quote.h"
#include "sql/sql.h"

enum index_state { INDEX_ABSENT, INDEX_VALID, INDEX_INVALID, INDEX_UNKNOWN };

static enum doubt refuse(struct run *run, const struct statement *statement)
{
    struct diag *diag = diag_add(run->ctx, D_POLICY, statement->span,
                                 "%s: it is not known whether this %s was done: the last run broke off in it",
                                 run->revision->id, statement->verb ? statement->verb : "statement");
    diag_mend(run->ctx, diag, "mend",
              "look at the database, then run it again with: modelc %s --resume retry, or go on after it with: "
              "--resume skip",
              run->options->up ? "upgrade" : "downgrade");
    return DOUBT_REFUSED;
}

static enum doubt unreadable(struct run *run, const struct statement *statement, const struct server_error *error)
{
    server_error_report(run->ctx, error, statement->span, "cannot find out how this statement ended");
    return DOUBT_FAILED;
}

/* The name is looked up in the statement's search path, which is set. *name is the index's, qualified. */
static enum index_state look_at_index(struct run *run, const struct sql_statement *info, const char **name,
                                      struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(run->ctx->arena);
    /* A partitioned table's index is INVALID as long as one of its partitions has none: that is no remnant. */
    buf_add(&sql, "SELECT c.relkind = 'I' OR i.indisvalid AND i.indisready, pg_catalog.quote_ident(n.nspname) || '.' || "
                  "pg_catalog.quote_ident(c.relname)\n"
                  "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace\n"
                  "    JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid\nWHERE c.relname = ");
    sql_literal(&sql, info->name);
    buf_add(&sql, " AND n.nspname = ");
    if (info->schema) sql_literal(&sql, info->schema);
    else buf_add(&sql, "ANY (pg_catalog.current_schemas(false))");
    buf_add(&sql, "\nORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) LIMIT 1");
    if (!conn_query(run->conn, sql.text, &rows, error)) return INDEX_UNKNOWN;
    enum index_state state = INDEX_ABSENT;
    if (rows.n_rows > 0) {
        state = str_eq(rows_get(&rows, 0, 0), "t") ? INDEX_VALID : INDEX_INVALID;
        *name = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 1));
    }
    rows_free(&rows);
    return state;
}

static bool drop_index(struct run *run, const char *name, struct server_error *error)
{
    return conn_query(run->conn, arena_printf(run->ctx->arena, "DROP INDEX CONCURRENTLY %s", name), NULL, error);
}

static enum doubt settle_create_index(struct run *run, const struct statement *statement,
                                      const struct sql_statement *info)
{
    struct server_error error;
    const char *name;
    if (!info->name) return refuse(run, statement); /* the server chose a name that we don't know */
    switch (look_at_index(run, info, &name, &error)) {
    case INDEX_ABSENT: return DOUBT_RUN;
    case INDEX_VALID: return DOUBT_DONE;
    case INDEX_INVALID:
        if (drop_index(run, name, &error)) return DOUBT_RUN;
        break;
    case INDEX_UNKNOWN: break;
    }
    return unreadable(run, statement, &error);
}

static enum doubt settle_drop_index(struct run *run, const struct statement *statement,
                                    const struct sql_statement *info)
{
    struct server_error error;
    const char *name;
    enum index_state state = info->name ? look_at_index(run, info, &name, &error) : INDEX_VALID;
    if (state == INDEX_UNKNOWN) return unreadable(run, statement, &error);
    return state == INDEX_ABSENT ? DOUBT_DONE : DOUBT_RUN;
}

/* The half-built copies that a broken REINDEX CONCURRENTLY leaves beside the old indexes. */
static bool drop_copies(struct run *run, const struct sql_statement *info, struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(run->ctx->arena);
    if (!info->name) return true;
    buf_add(&sql, "WITH named (rel) AS (SELECT coalesce((SELECT o.indrelid FROM pg_catalog.pg_index o WHERE o.indexrelid = t), t)\n"
                  "    FROM pg_catalog.to_regclass(");
    sql_literal(&sql, sql_qname_str(run->ctx->arena, info->schema, info->name));
    buf_add(&sql, ") t)\nSELECT i.indexrelid::pg_catalog.regclass\n"
                  "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid\n"
                  "WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$' AND i.indrelid IN\n"
                  "    (SELECT rel FROM named UNION SELECT p.relid FROM named, pg_catalog.pg_partition_tree(named.rel) p)");
    if (!conn_query(run->conn, sql.text, &rows, error)) return false;
    bool fine = true;
    for (size_t i = 0; fine && i < rows.n_rows; i++) fine = drop_index(run, rows_get(&rows, i, 0), error);
    rows_free(&rows);
    return fine;
}

static enum doubt settle_reindex(struct run *run, const struct statement *statement, const struct sql_statement *info)
{
    struct server_error error;
    return drop_copies(run, info, &error) ? DOUBT_RUN : unreadable(run, statement, &error);
}

/* The partition that is half detached, if any (a parent has one at most), as a FINALIZE statement in *finish. */
static bool look_at_detach(struct run *run, const struct sql_statement *info, const char **finish,
                           struct server_error *error)
{
    struct rows rows;
    struct buf sql = buf_new(run->ctx->arena);
    buf_add(&sql, "SELECT pg_catalog.format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', inhparent::regclass, "
                  "inhrelid::regclass)\n"
                  "FROM pg_catalog.pg_inherits WHERE inhdetachpending AND inhparent = pg_catalog.to_regclass(");
    sql_literal(&sql, sql_qname_str(run->ctx->arena, info->schema, info->name));
    buf_add(&sql, ")");
    *finish = NULL;
    if (!conn_query(run->conn, sql.text, &rows, error)) return false;
    if (rows.n_rows > 0) *finish = arena_strdup(run->ctx->arena, rows_get(&rows, 0, 0));
    rows_free(&rows);
    return true;
}

static enum doubt settle_detach(struct run *run, const struct statement *statement, const struct sql_statement *info)
{
    static const char no_partition[] = "42P01"; /* "is not a partition of relation": then it was done */
    struct server_error error;
    const char *finish;
    if (run->conn->version < 140000 || !info->name) return refuse(run, statement);
    if (!look_at_detach(run, info, &finish, &error)) return unreadable(run, statement, &error);
    if (conn_query_params(run->conn, finish ? finish : statement->sql, 0, NULL, NULL, &error)) return DOUBT_DONE;
    return !finish && str_eq(error.sqlstate, no_partition) ? DOUBT_DONE : unreadable(run, statement, &error);
}

enum doubt doubt_settle(struct run *run, const struct statement *statement)
{
    struct sql_statement info;
    struct sql_error bad;
    if (run->options->resume == RESUME_SKIP) return DOUBT_SKIP;
    if (statement->batch) return DOUBT_RUN; /* each batch recorded how far it was */
    if (sql_classify(run->ctx->arena, statement->sql, &info, &bad)) {
        if (info.concurrently) {
            switch (info.class) {
            case SQL_CREATE_INDEX: return settle_create_index(run, statement, &info);
            case SQL_DROP: return settle_drop_index(run, statement, &info);
            case SQL_ALTER: return settle_detach(run, statement, &info);
            case SQL_VACUUM: return settle_reindex(run, statement, &info);
            default: break;
            }
        } else if (info.class == SQL_CREATE_INDEX) {
            return settle_create_index(run, statement, &info);
        } else if (info.class == SQL_VACUUM && info.verb && str_starts(info.verb, "VACUUM")) {
            return DOUBT_RUN;
        }
    }
    return run->options->resume == RESUME_RETRY ? DOUBT_RUN : refuse(run, statement);
}

static bool clean(struct run *run, const struct sql_statement *info, bool may_be_ours, struct server_error *error)
{
    const char *name;
    if (info->class == SQL_VACUUM) return drop_copies(run, info, error);
    if (info->class != SQL_CREATE_INDEX || !info->name || !may_be_ours) return true;
    enum index_state state = look_at_index(run, info, &name, error);
    return state != INDEX_UNKNOWN && (state != INDEX_INVALID || drop_index(run, name, error));
}

/* After an interrupt nobody wants to wait for the very transaction that held up the statement: then the next run
 * drops it. */
static bool clean_soon(struct run *run, const struct sql_statement *info, bool may_be_ours, struct server_error *error)
{
    struct server_error second; /* where this fails, so does all that follows, and says why */
    conn_query(run->conn, "SET statement_timeout TO '3s'", NULL, &second);
    bool fine = clean(run, info, may_be_ours, error);
    conn_query(run->conn, "RESET statement_timeout", NULL, &second);
    return fine;
}

bool doubt_clean(struct run *run, const struct statement *statement, const struct server_error *error)
{
    static const char duplicate_name[] = "42P07"; /* the index of that name is another's */
    struct sql_statement info;
    struct sql_error bad;
    struct server_error second;
    if (statement->batch) return !run->batched;
    if (!sql_classify(run->ctx->arena, statement->sql, &info, &bad) || !info.concurrently) return true;
    bool may_be_ours = !str_eq(error->sqlstate, duplicate_name);
    bool fine = conn_interrupted() ? clean_soon(run, &info, may_be_ours, &second)
                                   : clean(run, &info, may_be_ours, &second);
    if (!fine) {
        server_error_report(run->ctx, &second, statement->span,
                            "cannot remove the INVALID index that this left, the next run does");
    }
    return fine;
}
