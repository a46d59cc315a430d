/* map.c: string -> pointer over uthash, whose memory is the arena's. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define uthash_malloc(size) arena_alloc(map->arena, (size))
#define uthash_free(at, size) ((void)(at))
#define uthash_fatal(message) abort()
#include <uthash.h>

struct node {
    const char *key;
    void *value;
    UT_hash_handle hh;
};

struct map {
    struct arena *arena;
    struct node *head;
};

struct map *map_new(struct arena *arena)
{
    struct map *map = ARENA_NEW(arena, struct map);
    map->arena = arena;
    return map;
}

static struct node *find(const struct map *map, const char *key)
{
    struct node *node = NULL;
    size_t len = strlen(key);
    HASH_FIND(hh, map->head, key, len, node);
    return node;
}

void *map_get(const struct map *map, const char *key)
{
    const struct node *node = find(map, key);
    return node ? node->value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
    return find(map, key) != NULL;
}

void map_put(struct map *map, const char *key, void *value)
{
    struct node *node = find(map, key);
    if (node) {
        node->value = value;
        return;
    }
    node = ARENA_NEW(map->arena, struct node);
    size_t len = strlen(key);
    node->key = arena_strndup(map->arena, key, len);
    node->value = value;
    HASH_ADD_KEYPTR(hh, map->head, node->key, len, node);
}

bool map_remove(struct map *map, const char *key)
{
    struct node *node = find(map, key);
    if (!node) return false;
    HASH_DEL(map->head, node);
    return true;
}

size_t map_count(const struct map *map)
{
    return HASH_COUNT(map->head);
}

static struct map_entry entry_of(const struct node *node)
{
    if (!node) return (struct map_entry){0};
    return (struct map_entry){.key = node->key, .value = node->value, .next = node->hh.next};
}

struct map_entry map_first(const struct map *map)
{
    return entry_of(map->head);
}

struct map_entry map_next(struct map_entry entry)
{
    return entry_of(entry.next);
}
