/* fingerprint.c: did the catalogs move while they were read? pg_get_expr and its like ignore the snapshot, so a read is good
 * only if nothing that they name was changed meanwhile. */
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
#define PRINT(from) "SELECT count(*) AS n, sum(hashtext(x.xmin::text || ' ' || x.ctid::text)) AS h FROM " from

const char *fingerprint_query(void)
{
    return "SELECT string_agg(n || ' ' || coalesce(h, 0), ' ') FROM ("
           PRINT("pg_namespace x WHERE oid IN " LASTING) " UNION ALL "
           PRINT("pg_class x WHERE relnamespace IN " LASTING) " UNION ALL "
           PRINT("pg_attribute x WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'c', 'v', 'm', 'f')"
                 " AND relnamespace IN " LASTING ")") " UNION ALL "
           PRINT("pg_type x WHERE typnamespace IN " LASTING) " UNION ALL "
           PRINT("pg_enum x") " UNION ALL "
           PRINT("pg_proc x WHERE pronamespace IN " LASTING) " UNION ALL "
           PRINT("pg_operator x") " UNION ALL "
           PRINT("pg_opclass x") " UNION ALL "
           PRINT("pg_index x JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace IN " LASTING) " UNION ALL "
           PRINT("pg_collation x") ") AS f";
}
