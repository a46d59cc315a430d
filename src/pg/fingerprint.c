/* fingerprint.c: did the catalogs move while they were read? pg_get_expr and its like ignore the snapshot, so a read is
 * good only if nothing that they name was changed meanwhile. */
#include "pg/reader.h"

const char *mark_query(void)
{
    return "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END";
}

const char *snapshot_query(void)
{
    return "SELECT pg_current_snapshot()";
}

/* Temporary objects of other sessions come and go all the time, and no managed object can depend on them. */
#define LASTING "(SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)')"

static const char *const catalogs[] = {
    "pg_namespace x WHERE oid IN " LASTING,
    "pg_class x WHERE relnamespace IN " LASTING,
    "pg_attribute x WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'c', 'v', 'm', 'f')"
    " AND relnamespace IN " LASTING ")",
    "pg_type x WHERE typnamespace IN " LASTING,
    "pg_index x JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace IN " LASTING,
    "pg_proc x WHERE pronamespace IN " LASTING,
    "pg_enum x",
    "pg_operator x",
    "pg_opclass x",
    "pg_collation x",
};

const char *fingerprint_query(struct arena *arena)
{
    struct buf sql = buf_new(arena);
    buf_add(&sql, "SELECT string_agg(n || ' ' || coalesce(h, 0), ' ' ORDER BY i) FROM (");
    for (size_t i = 0; i < sizeof catalogs / sizeof *catalogs; i++) {
        buf_printf(&sql,
                   "%sSELECT %zu AS i, count(*) AS n, sum(hashtext(x.xmin::text || ' ' || x.ctid::text)) AS h FROM %s",
                   i ? " UNION ALL " : "", i, catalogs[i]);
    }
    buf_add(&sql, ") AS f");
    return sql.text;
}
