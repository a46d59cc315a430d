/* shadow_cache.c: keys for verdicts of the shadow: a digest of every object that the two sides are made of. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "pg/shadow_parts.h"

struct half {
    const struct schema *schema;
    struct objects *needs;   /* by serial, of objects that nobody asks about */
    const char **contents;   /* by serial; both are worked out once */
    size_t *seen;            /* by serial: the ask that last saw it */
};

struct shadow_keys {
    struct job *job;
    struct ctx *ctx;
    struct half model, live;
    size_t asks;
    struct buf key;
};

static struct half half_new(struct ctx *ctx, const struct schema *schema)
{
    size_t n = schema->all.n + 1;
    return (struct half){.schema = schema,
                         .needs = ARENA_ARRAY(ctx->arena, struct objects, n),
                         .contents = ARENA_ARRAY(ctx->arena, const char *, n),
                         .seen = ARENA_ARRAY(ctx->arena, size_t, n)};
}

struct shadow_keys *shadow_keys_new(struct job *job)
{
    struct shadow_keys *keys = ARENA_NEW(job->ctx->arena, struct shadow_keys);
    keys->job = job;
    keys->ctx = job->ctx;
    keys->model = half_new(job->ctx, job->diff->models);
    keys->live = half_new(job->ctx, job->diff->live);
    keys->key = buf_new(job->ctx->arena);
    return keys;
}

/* Texts with their closing zero, which no text holds. */
static void add(struct buf *key, const char *text)
{
    if (text) buf_addn(key, text, strlen(text) + 1);
    else buf_addn(key, "\1", 2);
}

/* What it is, how its SQL is read, and what the plan will call it. */
static const char *content_of(struct shadow_keys *keys, struct half *half, struct object *object)
{
    struct arena *arena = keys->ctx->arena;
    struct buf text = buf_new(arena);
    if (half->contents[object->serial]) return half->contents[object->serial];
    add(&text, object->kind->name);
    add(&text, object_path(arena, object));
    add(&text, object_hash(keys->ctx, object));
    add(&text, object->search_path);
    struct object *peer = object->live ? object->peer : NULL;
    if (peer) add(&text, object_path(arena, peer));
    if (peer && object_is(peer, "enum")) add(&text, object_hash(keys->ctx, peer));
    return half->contents[object->serial] = digest_text(arena, text.text, text.len);
}

static const struct objects *needs_of(struct shadow_keys *keys, struct half *half, const struct object *object, bool asked)
{
    struct objects *needs = asked ? ARENA_NEW(keys->ctx->arena, struct objects) : &half->needs[object->serial];
    if (needs->n == 0) shadow_needs(keys->ctx, object, asked, needs);
    return needs;
}

static void see(struct shadow_keys *keys, struct half *half, struct object *object, struct objects *seen)
{
    if (object->home != half->schema || half->seen[object->serial] == keys->asks) return;
    half->seen[object->serial] = keys->asks;
    vec_push(keys->ctx->arena, seen, object);
}

static int by_serial(const void *a, const void *b)
{
    size_t i = (*(struct object *const *)a)->serial, j = (*(struct object *const *)b)->serial;
    return i < j ? -1 : i > j;
}

static void add_half(struct shadow_keys *keys, struct half *half, struct object *asked)
{
    struct objects seen = {0};
    see(keys, half, asked, &seen);
    for (size_t i = 0; i < half->schema->roots.n; i++) {
        struct object *root = half->schema->roots.at[i];
        if (object_is(root, "extension")) see(keys, half, root, &seen);
    }
    for (size_t i = 0; i < seen.n; i++) {
        const struct objects *needs = needs_of(keys, half, seen.at[i], seen.at[i] == asked);
        for (size_t k = 0; k < needs->n; k++) see(keys, half, needs->at[k], &seen);
    }
    qsort(seen.at, seen.n, sizeof *seen.at, by_serial);
    for (size_t i = 0; i < seen.n; i++) add(&keys->key, content_of(keys, half, seen.at[i]));
}

/* Constants that are the time of their reading: 'now', 'yesterday'. */
static bool tells_time(struct arena *arena, const struct field *field, const char *text)
{
    static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
    struct sql_mentions mentions = {0};
    enum sql_island island = field->island == SQL_STATEMENTS ? SQL_STATEMENT : field->island;
    if (!text || !sql_mentions(arena, island, text, &mentions)) return true;
    for (size_t i = 0; i < mentions.n; i++) {
        const struct sql_mention *mention = &mentions.at[i];
        for (size_t k = 0; mention->what == SQL_MENTION_LITERAL && k < sizeof words / sizeof *words; k++) {
            if (mention->name && strcasecmp(str_trim(arena, mention->name), words[k]) == 0) return true;
        }
    }
    return false;
}

const char *shadow_key(struct shadow_keys *keys, const struct ask *ask)
{
    const struct field *field = &ask->to->kind->fields[ask->field];
    struct buf *key = &keys->key;
    if (!ask->from || (!is_keys(ask) && tells_time(keys->ctx->arena, field, ask->model->expr.text))) return NULL;
    keys->asks++;
    key->len = 0;
    add(key, "shadow 1");
    buf_printf(key, "%d", keys->job->conn->version);
    add(key, field->name);
    add_half(keys, &keys->model, ask->to);
    add(key, "");
    add_half(keys, &keys->live, ask->from);
    return strchr(digest_text(keys->ctx->arena, key->text, key->len), ':') + 1;
}
