/* unsaved.c: what the models hold otherwise than the revisions, by place: the findings of check, and why create refuses. */
#include "cli/unsaved.h"

#include <string.h>

static const struct span nowhere = {0, 0};

static void mend_by_autogenerate(struct session *s, struct diag *diag)
{
    diag_mend(s->ctx, diag, "mend", "modelc autogenerate -m \"...\"");
}

static void check_model_object(struct session *s, const struct map *held, const struct map *wanted, const struct object *object)
{
    struct arena *arena = s->ctx->arena;
    const char *key = arena_printf(arena, "%s %s", object->kind->name, object_path(arena, object));
    const char *hash = map_get(wanted, key), *old = map_get(held, key);
    if (!hash || str_eq(hash, old)) return;
    const char *shown = object_shown(arena, object);
    const char *state = !map_has(held, key) || !old ? "is in no revision" : "differs from what the revisions hold";
    mend_by_autogenerate(s, diag_add(s->ctx, D_UNSAVED, object->span, "%s %s", shown, state));
}

/* A new table is one finding, not one for each of its columns. */
static bool parent_is_new(struct session *s, const struct map *held, const struct object *object)
{
    struct arena *arena = s->ctx->arena;
    const struct object *parent = object->parent;
    if (!parent || object_is(parent, "schema")) return false;
    return !map_get(held, arena_printf(arena, "%s %s", parent->kind->name, object_path(arena, parent)));
}

void unsaved_report(struct session *s, const struct map *held)
{
    struct arena *arena = s->ctx->arena;
    struct map *wanted = schema_manifest(s->ctx, s->models);
    for (size_t i = 0; i < s->models->all.n; i++) {
        const struct object *object = s->models->all.at[i];
        if (!object->implied && !parent_is_new(s, held, object)) check_model_object(s, held, wanted, object);
    }
    for (struct map_entry e = map_first(held); e.key; e = map_next(e)) {
        if (!e.value || map_has(wanted, e.key)) continue;
        const char *path = strchr(e.key, ' ') + 1, *dot = strrchr(path, '.');
        const char *table = dot ? arena_printf(arena, "table %.*s", (int)(dot - path), path) : NULL;
        if (table && map_get(held, table) && !map_has(wanted, table)) continue;
        mend_by_autogenerate(s, diag_add(s->ctx, D_UNSAVED, nowhere, "%s is in the revisions, but not in the models", e.key));
    }
}
