/* compare_unhandled.c: what the models or the database hold and no kind of modelc does: named, counted, never touched. */
#include "cli/compare.h"

enum { SHOWN = 3 }; /* in the one line that counts them */

void unhandled_leave_ignored(const struct project *project, struct schema *schema)
{
    size_t n = 0;
    for (size_t i = 0; i < schema->unhandled.n; i++) {
        struct unhandled item = schema->unhandled.at[i];
        if (!project_ignores(project, item.what, item.path)) schema->unhandled.at[n++] = item;
    }
    schema->unhandled.n = n;
}

bool compare_unhandled(struct session *s, const struct schema *schema)
{
    size_t errors = diag_errors(s->ctx);
    bool strict = option_given(s->options, OPT_STRICT);
    if (schema->live && !strict) return true;
    for (size_t i = 0; i < schema->unhandled.n; i++) {
        const struct unhandled *item = &schema->unhandled.at[i];
        if (project_ignores(s->project, item->what, item->path)) continue;
        struct diag *diag = diag_add(s->ctx, D_UNSUPPORTED, item->span, "%s %s is %snot handled yet: modelc leaves it alone",
                                     item->what, item->path, schema->live ? "in the database, and " : "");
        if (!strict) continue;
        diag_severity(diag, SEVERITY_ERROR);
        if (schema->live) diag_mend(s->ctx, diag, "mend", "drop it, or name it under ignore = in modelc.ini");
    }
    return diag_errors(s->ctx) == errors;
}

static void add_each(const struct schema *live, struct block *block)
{
    for (size_t i = 0; i < live->unhandled.n; i++) {
        const struct unhandled *item = &live->unhandled.at[i];
        block_add(block, i ? "" : "Not handled", "%s %s", item->what, item->path);
    }
}

void unhandled_add(struct session *s, const struct schema *live, struct block *block)
{
    size_t n = live->unhandled.n;
    struct buf names = buf_new(s->ctx->arena);
    if (n == 0) return;
    if (option_given(s->options, OPT_VERBOSE)) {
        add_each(live, block);
        return;
    }
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        const struct unhandled *item = &live->unhandled.at[i];
        buf_printf(&names, "%s%s %s", i ? ", " : "", item->what, item->path);
    }
    block_add(block, "Not handled", "%s: %s%s", str_count(s->ctx->arena, n, "thing"), names.text,
              n > SHOWN ? ", .. (modelc diff -v lists them)" : "");
}

static void add_names(struct session *s, const struct schema *schema, struct map *seen, json_t *names)
{
    for (size_t i = 0; i < schema->unhandled.n; i++) {
        const struct unhandled *item = &schema->unhandled.at[i];
        const char *name = arena_printf(s->ctx->arena, "%s %s", item->what, item->path);
        if (map_has(seen, name) || project_ignores(s->project, item->what, item->path)) continue;
        map_put(seen, name, (void *)name);
        json_array_append_new(names, out_text(name));
    }
}

json_t *unhandled_json(struct session *s, const struct schema *models, const struct schema *live)
{
    json_t *names = json_array();
    struct map *seen = map_new(s->ctx->arena);
    if (models) add_names(s, models, seen, names);
    if (live) add_names(s, live, seen, names);
    return names;
}
