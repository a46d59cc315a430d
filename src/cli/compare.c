/* compare.c: models against the live database, a line a stage. */
#include "cli/compare.h"

#include <string.h>

#include "cli/new_revision.h"
#include "plan/park.h"
#include "pg/attic.h"
#include "pg/canonical.h"
#include "pg/catalog.h"
#include "pg/facts.h"

static const struct span nowhere = {0, 0};

static bool in_public(const char *key)
{
    const char *space = strchr(key, ' ');
    return space && str_starts(space + 1, "public.");
}

/* What the revisions of this database's heads made, and what the database itself remembers (`create`, foreign heads). */
static struct map *known_objects(struct session *s)
{
    struct map *known = map_new(s->ctx->arena);
    struct map *sources[] = {s->state.manifest, s->current.n ? revisions_manifest(s->ctx, s->graph, &s->current) : NULL};
    for (size_t i = 0; i < 2; i++) {
        if (!sources[i]) continue;
        for (struct map_entry e = map_first(sources[i]); e.key; e = map_next(e)) {
            if (e.value) map_put(known, e.key, e.value);
            /* nobody creates it, yet what was made in it has to be looked at when the models name it no more */
            if (e.value && in_public(e.key)) map_put(known, "schema public", e.value);
        }
    }
    return known;
}

static bool ignored(const void *arg, const char *kind, const char *path)
{
    return project_ignores(arg, kind, path);
}

static void take_drops(struct session *s, struct diff *diff)
{
    const struct words *words = &s->options->given[OPT_DROP];
    for (size_t i = 0; i < words->n; i++) map_put(diff->drops, words->at[i], (void *)words->at[i]);
}

/* --drop of something that isn't there, or that the models declare, is a mistake. */
static bool check_drops(struct session *s, const struct diff *diff)
{
    bool good = true;
    for (struct map_entry e = map_first(diff->drops); e.key; e = map_next(e)) {
        if (str_eq(e.key, "all")) continue;
        const struct object *live = schema_find_path(diff->live, e.key);
        if (live && !live->peer) continue;
        struct diag *diag = diag_add(s->ctx, D_USAGE, live ? live->peer->span : nowhere, "--drop %s: %s", e.key,
                                     live ? "the models declare it" : "the database has no such object");
        if (live) diag_mend(s->ctx, diag, "mend", "remove it from the models; then it is dropped without --drop");
        good = false;
    }
    return good;
}

bool compare_read(struct session *s, struct comparison *found)
{
    if (!session_fits_server(s)) return false;
    found->known = known_objects(s);
    struct catalog_options options = {.models = s->models, .known = found->known, .state_schema = s->project->state_schema};
    found->live = catalog_read(s->conn, &options);
    if (!found->live) return false;
    unhandled_leave_ignored(s->project, found->live);
    found->diff = diff_bind(s->ctx, found->live, s->models, found->known);
    found->diff->ignored = ignored;
    found->diff->ignored_arg = s->project;
    if (s->project->roles_given) found->diff->roles = &s->project->roles;
    diff_unlisted_roles(found->diff);
    take_drops(s, found->diff);
    size_t errors = diag_errors(s->ctx);
    if (!check_drops(s, found->diff)) return false;
    const char *cache = path_join(s->ctx->arena, s->project->root, ".modelc/cache/canonical");
    if (!canonical_answer(s->conn, found->diff, session_scratch(s), cache) || diag_errors(s->ctx) > errors) return false;
    diff_answered(found->diff);
    return true;
}

bool compare_changes(struct session *s, struct comparison *found)
{
    size_t errors = diag_errors(s->ctx);
    found->down = diff_changes(found->diff, true);
    found->up = diff_changes(found->diff, false);
    return diag_errors(s->ctx) == errors && facts_nulls(s->conn, found->up) && facts_online(s->conn, found->up, found->down) && facts_blockers(s->conn, found->diff, found->up);
}

static bool is_held(const struct changes *changes)
{
    for (size_t i = 0; i < changes->n; i++) {
        if (changes->at[i]->from && changes->at[i]->from->attic_holds) return true;
    }
    return false;
}

/* What is dropped with rows or values, if that is wanted; and the types of what was parked before. */
static bool park(struct session *s, const struct comparison *found)
{
    bool wanted = s->project->park || option_given(s->options, OPT_PARK);
    if (!attic_holders(s->conn, found->up)) return false;
    if (!wanted && !is_held(found->up)) return true;
    const char *id = draft_id(s);
    if (id) plan_park(s->ctx, found->up, id, wanted);
    return id != NULL;
}

bool compare_plan(struct session *s, struct comparison *found)
{
    struct plan_options options = {.online = s->project->online, .annotated = true};
    if (!park(s, found)) return false;
    found->downgrade = plan_make(s->ctx, found->down, &options);
    found->upgrade = plan_make(s->ctx, found->up, &options);
    return found->upgrade && found->downgrade;
}

bool compare_is_empty(const struct comparison *found)
{
    return found->up->n == 0 && found->diff->unmanaged.n == 0;
}

static int by_kind_and_path(const void *a, const void *b)
{
    const struct object_line *x = a, *y = b;
    int kind = strcmp(x->kind, y->kind);
    return kind ? kind : strcmp(x->path, y->path);
}

static void add_line(struct session *s, struct object_lines *lines, const char *key, const char *hash)
{
    const char *space = strchr(key, ' ');
    struct object_line line = {.kind = arena_strndup(s->ctx->arena, key, (size_t)(space - key)), .path = space + 1, .hash = hash};
    vec_push(s->ctx->arena, lines, line);
}

void compare_object_lines(struct session *s, const struct map *held, const struct map *wanted, struct object_lines *lines)
{
    for (struct map_entry e = map_first(wanted); e.key; e = map_next(e)) {
        if (!str_eq(map_get(held, e.key), e.value)) add_line(s, lines, e.key, e.value);
    }
    for (struct map_entry e = map_first(held); e.key; e = map_next(e)) {
        if (e.value && !map_has(wanted, e.key)) add_line(s, lines, e.key, NULL);
    }
    if (lines->n) qsort(lines->at, lines->n, sizeof *lines->at, by_kind_and_path);
}
