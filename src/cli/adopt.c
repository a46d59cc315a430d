/* adopt.c: somebody changed the database by hand and took it into the models, or wrote DDL into a revision: which of the two? */
#include "cli/adopt.h"

#include "lib/apply.h"
#include "pg/catalog.h"
#include "pg/embedded.h"
#include "pg/lacking.h"

/* Default privileges are what they give, to each role for itself: nobody takes them over as a whole. */
static bool always_there(const struct object *object)
{
    return object_is(object, "default_privileges") || (object_is(object, "schema") && str_eq(object->name, "public"));
}

/* Bound to something live, and in no revision under its old or new name. */
static bool is_unrecorded(struct session *s, const struct map *known, const struct object *model)
{
    struct arena *arena = s->ctx->arena;
    if (!model->peer || always_there(model) || model->inherited || model->peer->inherited) return false;
    const struct object *sides[] = {model, model->peer};
    for (size_t i = 0; i < 2; i++) {
        if (map_has(known, arena_printf(arena, "%s %s", sides[i]->kind->name, object_path(arena, sides[i])))) return false;
    }
    /* under a name of its own choice an unnamed constraint is recorded by its default name */
    if (!model->unnamed) return true;
    const char *usual = schema_default_name(s->ctx, model, map_new(arena));
    const char *table = object_path(arena, model->parent), *schema = object_schema(model)->name;
    const char *home = model->kind->name_space == NAMES_RELATION ? sql_ident_str(arena, schema) : table;
    return !map_has(known, arena_printf(arena, "%s %s.%s", model->kind->name, home, sql_ident_str(arena, usual)));
}

static bool run_chain(struct session *s, struct conn *conn)
{
    struct revision_set none = {0}, steps = {0};
    /* on a server of ours; one that was named is not to be given roles */
    struct run_options options = {.up = true, .allow_loss = true, .mended = option_given(s->options, OPT_SCRATCH) ? NULL : lacking_mended};
    bool held = false;
    if (!revisions_upgrade_path(s->ctx, s->graph, &none, "heads", &steps)) return false;
    if (!lock_take(conn, s->project, 10, "replay", &held)) return false;
    bool done = run_revisions(conn, s->project, s->graph, &steps, &options) == RUN_DONE;
    lock_release(conn, s->project);
    return done;
}

static void read_roles(struct conn *conn, struct map *roles)
{
    struct rows rows;
    struct server_error error;
    if (!conn_query(conn, "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'", &rows, &error)) return;
    for (size_t i = 0; i < rows.n_rows; i++) map_put(roles, rows_get(&rows, i, 0), roles);
    rows_free(&rows);
}

/* A throw-away server of ours has nobody that the chain could grant anything to. Those of the real server come first, as the chain may ask
 * for them; who isn't there either is made when he is missed. */
static void bring_roles(struct session *s, struct conn *conn)
{
    struct map *here = map_new(s->ctx->arena), *there = map_new(s->ctx->arena);
    struct server_error error;
    read_roles(s->conn, here);
    read_roles(conn, there);
    for (struct map_entry e = map_first(here); e.key; e = map_next(e)) {
        if (map_has(there, e.key)) continue;
        conn_query(conn, arena_printf(s->ctx->arena, "CREATE ROLE %s", sql_ident_str(s->ctx->arena, e.key)), NULL, &error);
    }
}

/* The database that the chain alone makes, or NULL where it can't be had. */
static struct schema *replay(struct session *s, const struct comparison *found)
{
    struct scratch *scratch = scratch_open(s->ctx, session_scratch(s), s->conn->version);
    if (!scratch) return NULL;
    struct conn *conn = scratch_conn(scratch);
    struct schema *made = NULL;
    struct catalog_options options = {.models = s->models, .known = found->known, .state_schema = s->project->state_schema};
    if (conn && !option_given(s->options, OPT_SCRATCH)) bring_roles(s, conn);
    if (conn && run_chain(s, conn)) made = catalog_read(conn, &options);
    scratch_close(scratch);
    return made;
}

static bool suggest_baseline(struct session *s, const struct objects *unrecorded)
{
    const struct object *first = unrecorded->at[0];
    struct diag *diag = diag_add(s->ctx, D_UNSAVED, first->span, "the database holds %s of the models already, and there is no revision yet",
                                 str_count(s->ctx->arena, unrecorded->n, "object"));
    diag_mend(s->ctx, diag, "mend", "modelc baseline -m \"first\" takes the database over as it is");
    return false;
}

bool adopt_find(struct session *s, const struct comparison *found, struct adoption *adoption)
{
    struct arena *arena = s->ctx->arena;
    struct objects unrecorded = {0};
    for (size_t i = 0; i < s->models->all.n; i++) {
        struct object *model = s->models->all.at[i];
        if (is_unrecorded(s, found->known, model)) vec_push(arena, &unrecorded, model);
    }
    if (!unrecorded.n) return true;
    if (s->graph->all.n == 0) return suggest_baseline(s, &unrecorded);
    struct schema *made = replay(s, found);
    if (!made) {
        struct diag *diag = diag_add(s->ctx, D_UNVERIFIED, unrecorded.at[0]->span,
                                     "%s is in the database and in no revision; whether a revision's own SQL makes it can't be tried here",
                                     object_shown(arena, unrecorded.at[0]));
        diag_severity(diag, SEVERITY_ERROR);
        diag_mend(s->ctx, diag, "mend", "install the server programs (apt-get install postgresql), or pass --scratch URL");
        return false;
    }
    for (size_t i = 0; i < unrecorded.n; i++) {
        struct object *model = unrecorded.at[i];
        const char *path = arena_printf(arena, "%s %s", model->kind->name, object_path(arena, model->peer));
        if (schema_find_path(made, path)) vec_push(arena, &adoption->made, model);
        else vec_push(arena, &adoption->by_hand, model);
    }
    return true;
}

void adopt_as_new(struct adoption *adoption)
{
    for (size_t i = 0; i < adoption->by_hand.n; i++) {
        struct object *model = adoption->by_hand.at[i];
        model->peer->aside = true;
        model->peer->peer = NULL;
        model->peer = NULL;
    }
}
