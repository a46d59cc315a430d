/* oid_map.h: (catalog, oid, sub-id) -> pointer: one open-addressed table, for the many rows of a catalog. */
#ifndef MODELC_OID_MAP_H
#define MODELC_OID_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct oid_map {
    struct arena *arena;
    uint64_t *keys; /* 0: free */
    void **values;
    size_t n, size;
};

/* The catalogs' own oids (pg_class.h ..): fixed since PostgreSQL was born. */
enum catalog_class {
    CLASS_TYPE = 1247,
    CLASS_ATTRIBUTE = 1249,
    CLASS_RELATION = 1259,
    CLASS_ATTRDEF = 2604,
    CLASS_CONSTRAINT = 2606,
    CLASS_DEPEND = 2608,
    CLASS_INDEX = 2610,
    CLASS_NAMESPACE = 2615,
    CLASS_SEQUENCE = 2224,
    CLASS_EXTENSION = 3079,
    CLASS_COLLATION = 3456,
};

/* catalog < 4096, sub-id (attnum) < 65536; never 0. */
static inline uint64_t oid_key(unsigned catalog, uint32_t oid, unsigned sub)
{
    return (uint64_t)(catalog & 0xfffu) << 48 | (uint64_t)oid << 16 | (sub & 0xffffu);
}

void oid_map_init(struct oid_map *map, struct arena *arena);
void *oid_map_get(const struct oid_map *map, uint64_t key); /* NULL where absent */
void oid_map_put(struct oid_map *map, uint64_t key, void *value);

#endif
