/* lacking.c: makes the roles and tablespaces that a throw-away server says it lacks. */
#include "pg/lacking.h"

#include <string.h>

#include "base/vec.h"
#include "sql/quote.h"

/* The name in `role "x" does not exist`, NULL: another message. */
static const char *missing(struct arena *arena, const struct server_error *error, const char *what)
{
    static const char end[] = "\" does not exist";
    const char *start = arena_printf(arena, "%s \"", what);
    if (!str_starts(error->message, start) || !str_ends(error->message, end)) return NULL;
    const char *name = error->message + strlen(start);
    return arena_strndup(arena, name, strlen(name) - (sizeof end - 1));
}

bool lacking_make(struct conn *conn, const struct server_error *error, struct role_names *made)
{
    struct arena *arena = conn->ctx->arena;
    struct server_error ignored;
    const char *role = missing(arena, error, "role"), *space = missing(arena, error, "tablespace");
    if (space) { /* unknown before PostgreSQL 15: there a missing tablespace stays an error */
        const char *sql = arena_printf(arena, "CREATE TABLESPACE %s LOCATION ''", sql_ident_str(arena, space));
        return conn_query(conn, "SET allow_in_place_tablespaces = on", NULL, &ignored) && conn_query(conn, sql, NULL, &ignored);
    }
    if (!role) return false;
    const char *sql = arena_printf(arena, "CREATE ROLE %s NOLOGIN", sql_ident_str(arena, role));
    if (!conn_query(conn, sql, NULL, &ignored)) return false;
    if (made) vec_push(arena, made, role);
    return true;
}

bool lacking_mended(void *unused, struct conn *conn, const struct server_error *error)
{
    (void)unused;
    return lacking_make(conn, error, NULL);
}
