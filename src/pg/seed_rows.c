/* seed_rows.c: one row: what its foreign keys take from other rows, then a value for each column that is left. */
#include "pg/seed_parts.h"

const char seed_default[] = "DEFAULT", seed_open[] = "(open)";

/* A row under construction. */
struct making {
    struct seeder *seeder;
    struct seed_table *table;
    size_t number;
    bool fresh;
    size_t common; /* n of all values, so that equal types get equal values; SIZE_MAX: each its own */
    bool stairs;   /* one more for each further column: from < to */
    const char **cells;
    bool *done;
};

static void set(struct making *making, size_t column, const char *cell)
{
    making->cells[column] = cell;
    making->done[column] = true;
}

/* ---- foreign keys */

static bool same(const char *a, const char *b)
{
    return a && b && a != seed_default && a != seed_open && str_eq(a, b);
}

static bool take_tuple(struct making *making, const struct seed_foreign_key *key, const char **tuple)
{
    for (size_t i = 0; i < key->n; i++) {
        if (making->done[key->columns[i]] && !same(making->cells[key->columns[i]], tuple[i])) return false;
    }
    for (size_t i = 0; i < key->n; i++) set(making, key->columns[i], tuple[i]);
    return true;
}

/* As NULL as its match asks for. False: what is set already refers to something. */
static bool leave_null(struct making *making, const struct seed_foreign_key *key)
{
    bool any = false;
    for (size_t i = 0; i < key->n; i++) {
        size_t column = key->columns[i];
        bool null = making->done[column] && !making->cells[column];
        if (!making->done[column] && !making->table->columns[column].not_null) {
            set(making, column, NULL);
            null = true;
        }
        any = any || null;
    }
    return any;
}

/* Whether nothing but what is referred to keeps rows apart. */
static bool is_distinct(const struct making *making, const struct seed_foreign_key *key)
{
    const struct seed_table *table = making->table;
    bool of_key = false;
    for (size_t c = 0; c < key->n; c++) of_key = of_key || table->columns[key->columns[c]].alone;
    for (size_t i = 0; i < table->keys.n; i++) {
        bool mine = false, all = true;
        for (size_t k = 0; k < table->keys.at[i].n; k++) {
            size_t column = table->keys.at[i].columns[k];
            all = all && table->columns[column].of_foreign_key;
            for (size_t c = 0; c < key->n; c++) mine = mine || key->columns[c] == column;
        }
        of_key = of_key || (mine && all);
    }
    return of_key;
}

static bool refer(struct making *making, const struct seed_foreign_key *key)
{
    struct seed_table *table = making->table;
    bool null = !key->hard && making->number && (making->number == 1 || rng_one_in(&table->rng, 6));
    for (size_t i = 0; key->looped && i < key->n; i++) {
        if (!making->done[key->columns[i]]) set(making, key->columns[i], seed_open);
    }
    if (key->looped) return true;
    if (!key->hard && (null || key->later || !key->n_pool)) return leave_null(making, key);
    if (!key->n_pool) {
        table->reason = arena_printf(making->seeder->arena, "foreign key %s refers to %s, which has no rows",
                                     key->object->name, key->target);
        return false;
    }
    bool in_turn = is_distinct(making, key) && !making->fresh;
    size_t first = in_turn ? making->number : rng_below(&table->rng, key->n_pool);
    for (size_t i = 0; i < key->n_pool; i++) {
        if (take_tuple(making, key, key->pool[(first + i) % key->n_pool])) return true;
    }
    return !key->hard && leave_null(making, key);
}

/* ---- the other columns */

static bool is_enum(const struct seed_column *column)
{
    const struct type_name base = type_base(&column->type);
    return base.to && !base.sql.array && object_is(base.to, "enum");
}

static bool is_integer(const struct seed_column *column)
{
    static const char *const names[] = {"int2", "int4", "int8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!column->type.to && !column->type.sql.array && str_eq(column->type.sql.name, names[i])) return true;
    }
    return false;
}

/* Which of its type's values. */
static size_t choose(struct making *making, const struct seed_column *column)
{
    struct rng *rng = &making->table->rng;
    size_t rows = making->seeder->options.rows;
    if (making->common != SIZE_MAX) return making->stairs ? making->common++ : making->common;
    if (column->asked) return making->number + column->offset;
    if (column->distinct || is_enum(column)) {
        return making->fresh ? rng_below(rng, rows * 40) + column->offset : making->number + column->offset;
    }
    return rng_below(rng, column->pool.n > rows ? column->pool.n : rows + 4);
}

static const char *own_value(struct making *making, const struct seed_column *column)
{
    struct seeder *seeder = making->seeder;
    struct rng *rng = &making->table->rng;
    size_t n = choose(making, column);
    if (column->pooled && column->pool.n) return column->pool.at[n % column->pool.n];
    if (column->hints.n && rng_one_in(rng, 2)) return column->hints.at[rng_below(rng, column->hints.n)];
    const char *text = column->pooled && !column->not_null ? NULL : seed_text(seeder, &column->type, n);
    if (text || !column->not_null) return text;
    if (object_get(column->object, "default")->set) return seed_default;
    making->table->reason = arena_printf(seeder->arena, "no value is known for column %s of type %s", column->name,
                                         seed_type_text(seeder, &column->type));
    return NULL;
}

/* The first row has everything, the second nothing that it can do without. */
static const char *cell_of(struct making *making, const struct seed_column *column)
{
    struct rng *rng = &making->table->rng;
    size_t number = making->number;
    if (column->asked) return own_value(making, column);
    if (column->always) return seed_default;
    if (column->counts) {
        bool last = number && number + 1 == making->seeder->options.rows;
        if (!last || column->pooled || !is_integer(column)) return seed_default;
        return arena_printf(making->seeder->arena, "%zu", 9000 + number); /* as rows that were brought from elsewhere */
    }
    bool sparse = number == 1 && !making->fresh;
    if (!column->not_null && number && (sparse || rng_one_in(rng, column->of_rule ? 3 : 7))) return NULL;
    if (column->defaults && !column->distinct && number && (sparse || rng_one_in(rng, 3))) return seed_default;
    return own_value(making, column);
}

bool seed_row_make(struct seeder *seeder, struct seed_table *table, size_t number, bool fresh, const char **cells)
{
    bool *done = ARENA_ARRAY(seeder->arena, bool, table->n_columns + 1);
    struct making making = {.seeder = seeder,
                            .table = table,
                            .number = number,
                            .fresh = fresh,
                            .common = SIZE_MAX,
                            .cells = cells,
                            .done = done};
    making.stairs = fresh && rng_one_in(&table->rng, 2);
    if (making.stairs) making.common = rng_below(&table->rng, seeder->options.rows * 10) * 8;
    else if (fresh && rng_one_in(&table->rng, 3)) making.common = rng_below(&table->rng, seeder->options.rows * 40);
    for (size_t i = 0; i < table->foreign_keys.n; i++) {
        if (!refer(&making, &table->foreign_keys.at[i])) return false;
    }
    for (size_t i = 0; i < table->n_columns && !table->reason; i++) {
        if (!done[i] && !table->columns[i].generated) cells[i] = cell_of(&making, &table->columns[i]);
    }
    return !table->reason;
}

/* ---- keys */

/* The key's values as one text; NULL: it is like no other one. */
static const char *key_text(struct arena *arena, const struct seed_table *table, size_t number,
                            const char *const *cells)
{
    const struct seed_key *key = &table->keys.at[number];
    struct buf text = buf_new(arena);
    buf_printf(&text, "%zu", number);
    for (size_t i = 0; i < key->n; i++) {
        const char *cell = cells[key->columns[i]];
        if (cell == seed_default || cell == seed_open || table->columns[key->columns[i]].generated) return NULL;
        if (!cell && !key->nulls_alike) return NULL;
        if (cell) buf_printf(&text, " %zu:%s", strlen(cell), cell);
        else buf_add(&text, " null");
    }
    return text.text;
}

bool seed_row_unlike(struct seeder *seeder, const struct seed_table *table, const char *const *cells, struct map *taken,
                     bool take)
{
    for (size_t i = 0; i < table->keys.n; i++) {
        const char *text = key_text(seeder->arena, table, i, cells);
        if (text && map_has(taken, text)) return false;
    }
    for (size_t i = 0; i < table->keys.n && take; i++) {
        const char *text = key_text(seeder->arena, table, i, cells);
        if (text) map_put(taken, text, taken);
    }
    return true;
}

/* ---- as SQL */

static bool overrides(const struct seed_table *table, const struct seed_rows_made *rows)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        for (size_t k = 0; table->columns[i].always && k < rows->n; k++) {
            if (rows->at[k].cells[i] != seed_default) return true;
        }
    }
    return false;
}

static void add_names(const struct seed_table *table, struct buf *sql)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].generated) continue;
        buf_add(sql, n++ ? ", " : " (");
        sql_ident(sql, table->columns[i].name);
    }
    if (n) buf_addc(sql, ')');
}

static void add_cells(const struct seed_table *table, const char *const *cells, struct buf *sql)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].generated) continue;
        buf_add(sql, n++ ? ", " : "(");
        if (cells[i] == seed_default) buf_add(sql, seed_default);
        else sql_literal(sql, cells[i]);
    }
    buf_addc(sql, ')');
}

void seed_insert_sql(struct seeder *seeder, const struct seed_table *table, const struct seed_rows_made *rows,
                     struct buf *sql)
{
    struct buf names = buf_new(seeder->arena);
    add_names(table, &names);
    buf_printf(sql, "INSERT INTO %s%s", table->name, names.text);
    if (!names.len) { /* no columns, or generated ones only */
        buf_printf(sql, " SELECT FROM generate_series(1, %zu)", rows->n);
        return;
    }
    buf_printf(sql, "%s VALUES ", overrides(table, rows) ? " OVERRIDING SYSTEM VALUE" : "");
    for (size_t i = 0; i < rows->n; i++) {
        if (i) buf_add(sql, ", ");
        add_cells(table, rows->at[i].cells, sql);
    }
}
