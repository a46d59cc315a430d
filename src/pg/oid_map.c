/* oid_map.c: integers to pointers, linear probing. */
#include "pg/oid_map.h"

void oid_map_init(struct oid_map *map, struct arena *arena)
{
    *map = (struct oid_map){.arena = arena};
}

static size_t slot(const struct oid_map *map, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 20) & (map->size - 1);
    while (map->keys[i] != 0 && map->keys[i] != key) i = (i + 1) & (map->size - 1);
    return i;
}

void *oid_map_get(const struct oid_map *map, uint64_t key)
{
    if (map->size == 0) return NULL;
    size_t i = slot(map, key);
    return map->keys[i] ? map->values[i] : NULL;
}

static void grow(struct oid_map *map)
{
    struct oid_map old = *map;
    map->size = old.size ? old.size * 2 : 1024;
    map->keys = ARENA_ARRAY(map->arena, uint64_t, map->size);
    map->values = ARENA_ARRAY(map->arena, void *, map->size);
    for (size_t i = 0; i < old.size; i++) {
        if (old.keys[i] == 0) continue;
        size_t to = slot(map, old.keys[i]);
        map->keys[to] = old.keys[i];
        map->values[to] = old.values[i];
    }
}

void oid_map_put(struct oid_map *map, uint64_t key, void *value)
{
    if (map->n * 2 >= map->size) grow(map);
    size_t i = slot(map, key);
    if (map->keys[i] == 0) map->n++;
    map->keys[i] = key;
    map->values[i] = value;
}
