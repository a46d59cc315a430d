/* map.h: string -> pointer, iterated in the order of insertion (over uthash). */
#ifndef MODELC_MAP_H
#define MODELC_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct map;

struct map *map_new(struct arena *arena);
void *map_get(const struct map *map, const char *key); /* NULL where absent */
bool map_has(const struct map *map, const char *key);
void map_put(struct map *map, const char *key, void *value); /* copies the key; replaces in place */
bool map_remove(struct map *map, const char *key);
size_t map_count(const struct map *map);

struct map_entry {
    const char *key;
    void *value;
    const void *next;
};
/* `for (struct map_entry e = map_first(m); e.key; e = map_next(e))` */
struct map_entry map_first(const struct map *map);
struct map_entry map_next(struct map_entry entry);

#endif
