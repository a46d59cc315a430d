/* seed_later.c: foreign keys whose rows were not there yet: set once they are, in most rows, by one UPDATE each.
 * Rows of one table refer to rows before them, so that there is no loop. */
#include "pg/seed_parts.h"

struct later {
    struct seeder *seeder;
    const struct seed_table *table;
    const struct seed_foreign_key *key;
    const char *only;
};

/* Whether the column keeps its value: the row referred to has to have the same. */
static bool is_fixed(const struct later *later, size_t i)
{
    return later->table->columns[later->key->columns[i]].not_null;
}

static const char *column_of(const struct later *later, size_t i)
{
    return sql_ident_str(later->seeder->arena, later->table->columns[later->key->columns[i]].name);
}

static const char *target_of(const struct later *later, size_t i)
{
    return sql_ident_str(later->seeder->arena, later->key->targets[i]);
}

/* "PARTITION BY a": of the rows referred to, or of the referring ones. */
static const char *parts(const struct later *later, bool target)
{
    struct buf sql = buf_new(later->seeder->arena);
    for (size_t i = 0; i < later->key->n; i++) {
        if (!is_fixed(later, i)) continue;
        buf_add(&sql, sql.len ? ", " : "PARTITION BY ");
        buf_add(&sql, target ? target_of(later, i) : column_of(later, i));
    }
    return sql.text;
}

static const char *targets(const struct later *later)
{
    struct buf sql = buf_new(later->seeder->arena);
    for (size_t i = 0; i < later->key->n; i++) buf_printf(&sql, "%s%s", i ? ", " : "", target_of(later, i));
    return sql.text;
}

static void add_assignments(const struct later *later, struct buf *sql)
{
    size_t n = 0;
    for (size_t i = 0; i < later->key->n; i++) {
        if (!is_fixed(later, i)) buf_printf(sql, "%s%s = k.v%zu", n++ ? ", " : "", column_of(later, i), i);
    }
}

static void add_conditions(const struct later *later, struct buf *sql)
{
    for (size_t i = 0; i < later->key->n; i++) {
        if (is_fixed(later, i)) buf_printf(sql, " AND t.%s = k.v%zu", column_of(later, i), i);
        else buf_printf(sql, " AND t.%s IS NULL AND k.v%zu IS NOT NULL", column_of(later, i), i);
    }
}

static void own_rows(const struct later *later, struct buf *sql)
{
    buf_add(sql, "(SELECT ctid AS place, tableoid AS part, row_number() OVER w AS n");
    for (size_t i = 0; i < later->key->n; i++) buf_printf(sql, ", lag(%s) OVER w AS v%zu", target_of(later, i), i);
    buf_printf(sql,
               " FROM %s%s WINDOW w AS (%s ORDER BY %s)) AS k WHERE t.ctid = k.place AND t.tableoid = k.part AND k.n "
               "%% 3 <> 1",
               later->only, later->table->name, parts(later, true), targets(later));
}

static void other_rows(const struct later *later, struct buf *sql)
{
    bool once = false, whole = table_is_partitioned(later->key->to->object);
    for (size_t i = 0; i < later->key->n; i++) once = once || later->table->columns[later->key->columns[i]].distinct;
    buf_printf(sql,
               "(SELECT ctid AS place, tableoid AS part, row_number() OVER (%s ORDER BY tableoid, ctid) - 1 AS n FROM "
               "%s%s) AS r,",
               parts(later, false), later->only, later->table->name);
    buf_printf(sql, " (SELECT row_number() OVER (%s ORDER BY %s) - 1 AS n, count(*) OVER (%s) AS total",
               parts(later, true), targets(later), parts(later, true));
    for (size_t i = 0; i < later->key->n; i++) buf_printf(sql, ", %s AS v%zu", target_of(later, i), i);
    buf_printf(
        sql,
        " FROM %s%s) AS k WHERE t.ctid = r.place AND t.tableoid = r.part AND r.n %% k.total = k.n AND r.n %% 4 <> 3%s",
        whole ? "" : "ONLY ", later->key->target, once ? " AND r.n < k.total" : "");
}

static void set_later(const struct later *later)
{
    struct buf sql = buf_new(later->seeder->arena);
    buf_printf(&sql, "UPDATE %s%s AS t SET ", later->only, later->table->name);
    add_assignments(later, &sql);
    buf_add(&sql, " FROM ");
    if (later->key->to == later->table) own_rows(later, &sql);
    else other_rows(later, &sql);
    add_conditions(later, &sql);
    seed_run(later->seeder, sql.text, NULL); /* where a check wants it so, they stay NULL */
}

void seed_later(struct seeder *seeder, struct seed_table *table)
{
    const char *only = table_is_partitioned(table->object) ? "" : "ONLY ";
    for (size_t i = 0; i < table->foreign_keys.n && table->rows; i++) {
        const struct later later = {.seeder = seeder, .table = table, .key = &table->foreign_keys.at[i], .only = only};
        if (later.key->later && later.key->to->rows) set_later(&later);
    }
}
