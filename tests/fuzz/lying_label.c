/* lying_label.c: names for the queries of the catalog reader and of the journal, for who records them and who makes them up. */
#include <string.h>

#include "base/str.h"
#include "kind/kind.h"
#include "lying.h"

static const char *of_kind(struct arena *arena, const char *sql)
{
    for (size_t i = 0; i < n_kinds; i++) {
        size_t number = 0;
        for (const struct catalog_query *query = kinds[i]->queries; query && query->sql; query++, number++) {
            if (query->sql == sql) return arena_printf(arena, "%s.%zu", kinds[i]->name, number);
        }
    }
    return NULL;
}

const char *lying_label(struct arena *arena, const char *first, const char *sql, size_t i, size_t n)
{
    static const char *const zero[] = {"begin", "path", "snapshot", "mark", "schemas", "present"};
    static const char *const early[] = {"members", "comments", "unhandled", "depend", "privileges"};
    enum { LOOKUPS = 8 };
    if (str_starts(first, "BEGIN") && i < sizeof zero / sizeof *zero) return zero[i];
    if (str_starts(first, "SELECT classid, objid FROM pg_depend")) {
        if (i < sizeof early / sizeof *early) return early[i];
        return of_kind(arena, sql);
    }
    if (strstr(sql, "to_regclass")) return "there";
    if (strstr(sql, "SELECT 'head'")) return "state";
    if (str_starts(first, "COMMIT")) return i ? "snapshot" : "commit";
    if (n == LOOKUPS) return arena_printf(arena, "lookup.%zu", i);
    return n == 2 ? (i ? "mark" : "keys") : "prints";
}
