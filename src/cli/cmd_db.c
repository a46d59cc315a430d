/* cmd_db.c: the project's private server. */
#include <string.h>
#include <unistd.h>

#include "cli/session.h"
#include "pg/embedded.h"
#include "sql/quote.h"

static const struct span nowhere = {0, 0};

static const char *database_url(struct session *s, const struct embedded *server)
{
    return embedded_url(s->ctx, server, embedded_database(s->ctx, s->project->root));
}

/* The project's database, in the running server. Not by conn_open()'s own search, which DATABASE_URL would lead
 * elsewhere. */
static bool make_database(struct session *s, const struct embedded *server)
{
    struct server_error error;
    struct rows rows;
    const char *name = embedded_database(s->ctx, s->project->root);
    struct conn *conn = conn_open(s->ctx, NULL, embedded_url(s->ctx, server, "postgres"), false);
    if (!conn) return false;
    bool done =
        conn_query_params(conn, "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", 1, &name, &rows, &error);
    if (done) {
        bool exists = rows.n_rows > 0;
        rows_free(&rows);
        const char *sql = arena_printf(s->ctx->arena, "CREATE DATABASE %s", sql_ident_str(s->ctx->arena, name));
        done = exists || conn_query(conn, sql, NULL, &error);
    }
    if (!done) server_error_report(s->ctx, &error, nowhere, "cannot make the database");
    conn_close(conn);
    return done;
}

static int start(struct session *s, struct embedded *server)
{
    bool started;
    if (!embedded_create(s->ctx, server) || !embedded_keep(s->ctx, server, true)) return session_code(s);
    if (!embedded_start(s->ctx, server, &started) || !make_database(s, server)) return session_code(s);
    struct block block = block_new(&s->out, 0);
    const char *place = session_shown(s, server->data), *url = database_url(s, server);
    block_add(&block, started ? "started" : "runs", "PostgreSQL %d in %s%s", server->major, place,
              started ? "" : " already; it stays up until modelc db stop");
    block_add(&block, "url", "%s", url);
    block_print(&block);
    if (s->out.json) {
        out_json(&s->out, json_pack("{s:b, s:i, s:o, s:o}", "started", started, "version", server->major, "data",
                                    out_text(place), "url", out_text(url)));
    }
    return CODE_DONE;
}

static int stop(struct session *s, struct embedded *server)
{
    bool ran = dir_exists(server->data) && embedded_running(server);
    if (!embedded_stop(s->ctx, server, true)) return session_code(s);
    out_say(&s->out, ran ? "stopped\n" : "it wasn't running\n");
    if (s->out.json) out_json(&s->out, json_pack("{s:b}", "stopped", ran));
    return CODE_DONE;
}

static int url(struct session *s, struct embedded *server)
{
    const char *text = database_url(s, server);
    if (s->out.json) out_json(&s->out, json_pack("{s:o}", "url", out_text(text)));
    out_print(&s->out, "%s\n", text);
    return CODE_DONE;
}

static const char *psql_program(struct session *s, const struct embedded *server)
{
    const char *beside = path_join(s->ctx->arena, server->bin, "psql");
    return access(beside, X_OK) == 0 ? beside : "psql";
}

static int psql(struct session *s, struct embedded *server)
{
    VEC(const char *) argv = {0};
    bool started;
    if (!embedded_create(s->ctx, server) || !embedded_start(s->ctx, server, &started)) return session_code(s);
    if (!make_database(s, server)) return session_code(s);
    vec_push(s->ctx->arena, &argv, psql_program(s, server));
    vec_push(s->ctx->arena, &argv, database_url(s, server));
    for (size_t i = 1; i < s->options->arguments.n; i++) vec_push(s->ctx->arena, &argv, s->options->arguments.at[i]);
    vec_push(s->ctx->arena, &argv, NULL);
    out_elsewhere(&s->out);
    int status = session_spawn(s, argv.at);
    embedded_stop(s->ctx, server, false);
    if (diag_errors(s->ctx)) return session_code(s);
    return status == 0 ? CODE_DONE : status;
}

int cmd_db(struct session *s)
{
    static const struct { const char *name; int (*run)(struct session *, struct embedded *); } actions[] = {
        {"start", start}, {"stop", stop}, {"url", url}, {"psql", psql},
    };
    const char *name = argument_text(s->options, 0);
    struct embedded *server = session_project(s) ? embedded_find(s->ctx, s->project->root) : NULL;
    if (!server) return session_code(s);
    if (strcmp(name, "psql") != 0 && s->options->arguments.n > 1) {
        diag_add(s->ctx, D_USAGE, nowhere, "one argument too many: %s", s->options->arguments.at[1]);
        return CODE_UNJUDGED;
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, name) == 0) return actions[i].run(s, server);
    }
    return CODE_UNJUDGED;
}
