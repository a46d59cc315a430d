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
    CLASS_DEFAULT_ACL = 826,
    CLASS_TYPE = 1247,
    CLASS_ATTRIBUTE = 1249,
    CLASS_RELATION = 1259,
    CLASS_ROUTINE = 1255,
    CLASS_SERVER = 1417,
    CLASS_USER_MAPPING = 1418,
    CLASS_WRAPPER = 2328,
    CLASS_AGGREGATE = 2600,
    CLASS_ACCESS_METHOD = 2601,
    CLASS_ATTRDEF = 2604,
    CLASS_CAST = 2605,
    CLASS_CONSTRAINT = 2606,
    CLASS_CONVERSION = 2607,
    CLASS_DEPEND = 2608,
    CLASS_INDEX = 2610,
    CLASS_LANGUAGE = 2612,
    CLASS_NAMESPACE = 2615,
    CLASS_OPERATOR_CLASS = 2616,
    CLASS_OPERATOR = 2617,
    CLASS_RULE = 2618,
    CLASS_TRIGGER = 2620,
    CLASS_SEQUENCE = 2224,
    CLASS_OPERATOR_FAMILY = 2753,
    CLASS_EXTENSION = 3079,
    CLASS_FOREIGN_TABLE = 3118,
    CLASS_POLICY = 3256,
    CLASS_STATISTICS = 3381,
    CLASS_COLLATION = 3456,
    CLASS_EVENT_TRIGGER = 3466,
    CLASS_ENUM = 3501,
    CLASS_RANGE = 3541,
    CLASS_TRANSFORM = 3576,
    CLASS_TS_DICTIONARY = 3600,
    CLASS_TS_PARSER = 3601,
    CLASS_TS_CONFIGURATION = 3602,
    CLASS_TS_TEMPLATE = 3764,
    CLASS_PUBLICATION = 6104,
};

/* catalog and sub-id (attnum) < 65536; never 0. */
static inline uint64_t oid_key(unsigned catalog, uint32_t oid, unsigned sub)
{
    return (uint64_t)(catalog & 0xffffu) << 48 | (uint64_t)oid << 16 | (sub & 0xffffu);
}

void oid_map_init(struct oid_map *map, struct arena *arena);
void *oid_map_get(const struct oid_map *map, uint64_t key); /* NULL where absent */
void oid_map_put(struct oid_map *map, uint64_t key, void *value);

#endif
