/* everything.c: the plan that makes all that the models hold. */
#include "cli/everything.h"

#include <string.h>

struct schema *everything_new(struct ctx *ctx, int version)
{
    struct schema *empty = schema_new(ctx, true);
    empty->version = version;
    schema_add(empty, kind_find("schema"), NULL, "public");
    return empty;
}

static const char *root_line(struct arena *arena, const struct object *root)
{
    return arena_printf(arena, "%s %s\n", root->kind->name, root->name);
}

/* What is there before there are models, and does no harm to them. */
static bool is_ground(const struct object *root)
{
    return object_is(root, "schema") || object_is(root, "extension");
}

void everything_strip(struct schema *live, const char *kept)
{
    struct arena *arena = live->ctx->arena;
    struct objects roots = live->roots;
    live->all.n = live->roots.n = live->unhandled.n = 0;
    for (size_t i = 0; i < roots.n; i++) {
        struct object *root = roots.at[i];
        if (!is_ground(root) || (kept && !strstr(kept, root_line(arena, root)))) continue;
        root->children.n = 0;
        root->by_name = (struct child_names){0};
        root->serial = live->all.n;
        vec_push(arena, &live->all, root);
        vec_push(arena, &live->roots, root);
    }
}

const char *everything_roots(struct ctx *ctx, const struct schema *live)
{
    struct buf lines = buf_new(ctx->arena);
    for (size_t i = 0; i < live->roots.n; i++) buf_add(&lines, root_line(ctx->arena, live->roots.at[i]));
    return lines.text;
}

/* Relations and types share their names, whatever their kinds; NULL: not in the way. */
static const char *name_taken(struct arena *arena, const struct object *object)
{
    enum name_space names = object->kind->name_space;
    bool shared = names == NAMES_RELATION || names == NAMES_TYPE, part = object->parent && !object_is(object->parent, "schema");
    if (!shared && (part || is_ground(object) || object_is(object, "default_privileges"))) return NULL;
    const char *path = object_path(arena, object);
    return shared ? path : arena_printf(arena, "%s %s", object->kind->title, path);
}

void everything_taken(struct ctx *ctx, const struct schema *live, const struct schema *models, struct taken *taken)
{
    struct arena *arena = ctx->arena;
    struct map *names = map_new(arena);
    for (size_t i = 0; i < live->all.n; i++) {
        const struct object *object = live->all.at[i];
        const char *name = name_taken(arena, object);
        if (name) map_put(names, name, (void *)object->kind->title);
    }
    for (size_t i = 0; i < live->unhandled.n; i++)
        map_put(names, live->unhandled.at[i].path, (void *)live->unhandled.at[i].what);
    for (size_t i = 0; i < models->all.n; i++) {
        const struct object *object = models->all.at[i];
        const char *name = name_taken(arena, object), *what = name ? map_get(names, name) : NULL;
        if (what) vec_push(arena, taken, arena_printf(arena, "%s %s", what, object_path(arena, object)));
    }
}

bool everything_plan(struct ctx *ctx, struct schema *empty, struct schema *models, struct plan **up, struct plan **down)
{
    static const struct plan_options options = {.create = true};
    size_t errors = diag_errors(ctx);
    struct diff *diff = diff_bind(ctx, empty, models, map_new(ctx->arena)); /* nothing there is ours to drop */
    struct changes *backward = down ? diff_changes(diff, true) : NULL, *forward = diff_changes(diff, false);
    if (diag_errors(ctx) > errors) return false;
    if (down) *down = plan_make(ctx, backward, &options);
    *up = plan_make(ctx, forward, &options);
    return *up && (!down || *down);
}
