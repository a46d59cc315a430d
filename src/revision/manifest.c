/* manifest.c: the object lines of many revisions add up to what the schema holds. */
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "revision/walk.h"

/* For each revision a row of bits: what stands above it, and itself. */
struct ancestry {
    size_t words; /* of a row */
    uint64_t *bits;
};

/* What one revision says of a path, as long as no later revision of the same line says anything else. */
struct saying {
    const struct revision *revision;
    const struct object_line *line;
};

struct entry {
    VEC(struct saying) sayings;
};

static struct ancestry ancestry_new(struct ctx *ctx, const struct graph_of_revisions *graph)
{
    size_t n = graph->all.n;
    struct ancestry ancestry = {.words = n / 64 + 1};
    ancestry.bits = ARENA_ARRAY(ctx->arena, uint64_t, (n + 1) * ancestry.words);
    for (size_t i = 0; i < n; i++) {
        uint64_t *row = ancestry.bits + i * ancestry.words;
        row[i / 64] |= UINT64_C(1) << (i % 64);
        for (size_t k = 0; k < walk_n_above(graph->all.at[i]); k++) {
            const struct revision *above = walk_above(graph, graph->all.at[i], k);
            const uint64_t *other = above ? ancestry.bits + above->order * ancestry.words : row;
            for (size_t word = 0; word < ancestry.words; word++) row[word] |= other[word];
        }
    }
    return ancestry;
}

static bool is_above(const struct ancestry *ancestry, const struct revision *above, const struct revision *revision)
{
    return ancestry->bits[revision->order * ancestry->words + above->order / 64] >> (above->order % 64) & 1;
}

static void say(struct ctx *ctx, const struct ancestry *ancestry, struct entry *entry, const struct revision *revision,
                const struct object_line *line)
{
    size_t kept = 0;
    for (size_t i = 0; i < entry->sayings.n; i++) {
        struct saying saying = entry->sayings.at[i];
        if (!is_above(ancestry, saying.revision, revision)) entry->sayings.at[kept++] = saying;
    }
    entry->sayings.n = kept;
    vec_push(ctx->arena, &entry->sayings, ((struct saying){revision, line}));
}

static void fold(struct ctx *ctx, const struct ancestry *ancestry, struct map *entries, const struct revision *revision)
{
    for (size_t i = 0; i < revision->objects.n; i++) {
        const struct object_line *line = &revision->objects.at[i];
        const char *key = arena_printf(ctx->arena, "%s %s", line->kind, line->path);
        struct entry *entry = map_get(entries, key);
        if (!entry) {
            entry = ARENA_NEW(ctx->arena, struct entry);
            map_put(entries, key, entry);
        }
        say(ctx, ancestry, entry, revision, line);
    }
}

static void check_conflict(struct ctx *ctx, const char *key, const struct entry *entry)
{
    const struct saying *first = &entry->sayings.at[0];
    for (size_t i = 1; i < entry->sayings.n; i++) {
        const struct saying *other = &entry->sayings.at[i];
        if (str_eq(first->line->hash, other->line->hash)) continue;
        struct diag *diag = diag_add(ctx, D_CONFLICT, other->line->span, "revisions %s and %s %s %s differently",
                                     first->revision->id, other->revision->id,
                                     first->line->hash && other->line->hash ? "change" : "change or drop", key);
        diag_note(ctx, diag, first->line->span, "the other one");
        diag_mend(ctx, diag, "mend", "modelc rebase, or a merge revision that settles it");
        return;
    }
}

struct map *revisions_manifest(struct ctx *ctx, const struct graph_of_revisions *graph,
                               const struct revision_set *heads)
{
    struct map *entries = map_new(ctx->arena), *manifest = map_new(ctx->arena);
    struct ancestry ancestry = ancestry_new(ctx, graph);
    const bool *wanted = heads ? walk_ancestors(ctx, graph, heads) : NULL;
    for (size_t i = 0; i < graph->all.n; i++) {
        if (!wanted || wanted[i]) fold(ctx, &ancestry, entries, graph->all.at[i]);
    }
    for (struct map_entry each = map_first(entries); each.key; each = map_next(each)) {
        const struct entry *entry = each.value;
        const char *hash = entry->sayings.at[entry->sayings.n - 1].line->hash;
        check_conflict(ctx, each.key, entry);
        if (hash) map_put(manifest, each.key, (void *)(uintptr_t)hash);
    }
    return manifest;
}
