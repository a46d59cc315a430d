/* seed_fill.c: the rows of a table: made, tried against its conditions, inserted at once, or one by one where that
 * is refused. */
#include "pg/seed_parts.h"

enum {
    BATCH = 8,        /* rows tried against conditions for each one wanted */
    BATCHES = 4,
    TRIES = 60,       /* for a row unlike the others */
    REFUSALS = 60,    /* until a table is given up */
    HOPELESS = 40,    /* the same where no row was taken */
    POOL = 200,       /* rows referred to */
};

struct filling {
    struct seeder *seeder;
    struct seed_table *table;
    struct map *taken;          /* keys of rows */
    struct seed_rows_made ready; /* rows that passed the conditions */
    size_t next, batches, number;
};

static const char **new_cells(const struct seeder *seeder, const struct seed_table *table)
{
    return ARENA_ARRAY(seeder->arena, const char *, table->n_columns + 1);
}

/* ---- what it may refer to */

static const char *tuples_sql(const struct seeder *seeder, const struct seed_foreign_key *key)
{
    struct buf sql = buf_new(seeder->arena), names = buf_new(seeder->arena), order = buf_new(seeder->arena);
    for (size_t i = 0; i < key->n; i++) {
        buf_printf(&names, "%s%s", i ? ", " : "", sql_ident_str(seeder->arena, key->targets[i]));
        buf_printf(&order, "%s%zu", i ? ", " : "", i + 1);
    }
    bool only = key->to && !table_is_partitioned(key->to->object);
    buf_printf(&sql, "SELECT %s FROM %s%s WHERE (%s) IS NOT NULL ORDER BY %s LIMIT %d", names.text, only ? "ONLY " : "",
               key->target, names.text, order.text, POOL);
    return sql.text;
}

static void keep_tuples(struct seeder *seeder, struct seed_foreign_key *key, const char *sql, struct rows *rows)
{
    key->pool = ARENA_ARRAY(seeder->arena, const char **, rows->n_rows + 1);
    for (size_t i = 0; i < rows->n_rows; i++) {
        const char **tuple = ARENA_ARRAY(seeder->arena, const char *, key->n);
        for (size_t k = 0; k < key->n; k++) tuple[k] = arena_strdup(seeder->arena, rows_get(rows, i, k));
        key->pool[key->n_pool++] = tuple;
    }
    rows_free(rows);
    map_put(seeder->pools, sql, key);
}

/* Foreign keys that refer to the same columns share what was read. */
static bool share_tuples(const struct seeder *seeder, struct seed_foreign_key *key, const char *sql)
{
    const struct seed_foreign_key *like = map_get(seeder->pools, sql);
    if (!like) return false;
    key->pool = like->pool;
    key->n_pool = like->n_pool;
    return true;
}

/* In one round trip, since others' rows are there now. */
static void read_tuples(struct seeder *seeder, struct seed_table *table)
{
    struct texts sql = {0};
    VEC(struct seed_foreign_key *) open = {0};
    size_t failed;
    for (size_t i = 0; i < table->foreign_keys.n; i++) {
        struct seed_foreign_key *key = &table->foreign_keys.at[i];
        key->later = key->to && !key->to->filled && !key->looped;
        if (key->later || key->looped) continue;
        const char *text = tuples_sql(seeder, key);
        if (share_tuples(seeder, key, text)) continue;
        vec_push(seeder->arena, &open, key);
        vec_push(seeder->arena, &sql, text);
    }
    struct rows *results = ARENA_ARRAY(seeder->arena, struct rows, sql.n + 1);
    if (!seed_run_all(seeder, &sql, results, &failed)) return;
    for (size_t i = 0; i < open.n; i++) keep_tuples(seeder, open.at[i], sql.at[i], &results[i]);
}

/* ---- rows that pass the conditions on several columns */

static const char *cell_sql(struct seeder *seeder, const struct seed_column *column, const char *cell, size_t number)
{
    const struct value *given = object_get(column->object, "default");
    if (cell != seed_default) return sql_literal_str(seeder->arena, cell);
    if (column->counts) return sql_literal_str(seeder->arena, seed_text(seeder, &column->type, number));
    return given->set ? arena_printf(seeder->arena, "(%s)", sql_closed(seeder->arena, given->expr.text)) : "NULL";
}

static void describe(struct seeder *seeder, const struct seed_table *table, struct seed_candidates *candidates)
{
    candidates->alias = table->object->name;
    candidates->names = new_cells(seeder, table);
    candidates->types = new_cells(seeder, table);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!table->columns[i].of_rule) continue;
        candidates->names[candidates->n_columns] = sql_ident_str(seeder->arena, table->columns[i].name);
        candidates->types[candidates->n_columns++] = seed_type_text(seeder, &table->columns[i].type);
    }
}

static void add_candidate(struct seeder *seeder, const struct seed_table *table, const char *const *cells,
                          size_t number, struct seed_candidates *candidates)
{
    const char **row = new_cells(seeder, table);
    for (size_t i = 0, n = 0; i < table->n_columns; i++) {
        if (table->columns[i].of_rule) row[n++] = cell_sql(seeder, &table->columns[i], cells[i], number);
    }
    vec_push(seeder->arena, &candidates->rows, row);
}

/* Where the server can't tell, all are ready: it will refuse them one by one. */
static void make_batch(struct filling *filling)
{
    struct seeder *seeder = filling->seeder;
    struct seed_table *table = filling->table;
    struct seed_candidates candidates = {0};
    struct seed_rows_made made = {0};
    size_t rows = seeder->options.rows, wanted = rows * BATCH;
    describe(seeder, table, &candidates);
    for (size_t i = 0; i < wanted && !table->reason; i++) {
        struct seed_row row = {.cells = new_cells(seeder, table)};
        bool first = !filling->batches && i < rows;
        if (!seed_row_make(seeder, table, i % rows, !first, row.cells)) continue;
        add_candidate(seeder, table, row.cells, filling->number++, &candidates);
        vec_push(seeder->arena, &made, row);
    }
    filling->batches++;
    bool *passes = ARENA_ARRAY(seeder->arena, bool, made.n + 1);
    bool told = made.n && seed_filter(seeder, &candidates, &table->rules, passes);
    for (size_t i = 0; i < made.n; i++) {
        if (passes[i] || !told) vec_push(seeder->arena, &filling->ready, made.at[i]);
    }
}

/* ---- the next row */

static const char **next_ready(struct filling *filling)
{
    for (;;) {
        while (filling->next < filling->ready.n) {
            const char **cells = filling->ready.at[filling->next++].cells;
            if (seed_row_unlike(filling->seeder, filling->table, cells, filling->taken, false)) return cells;
        }
        if (filling->batches == BATCHES || filling->table->reason || filling->seeder->lost) return NULL;
        make_batch(filling);
    }
}

/* A row that passes the conditions and is unlike the ones before; NULL: none is found. */
static const char **next_row(struct filling *filling)
{
    struct seeder *seeder = filling->seeder;
    struct seed_table *table = filling->table;
    if (table->rules.n) return next_ready(filling);
    for (size_t i = 0; i < TRIES && !table->reason; i++) {
        const char **cells = new_cells(seeder, table);
        size_t number = filling->number;
        bool fresh = i || number >= seeder->options.rows;
        if (!seed_row_make(seeder, table, number % seeder->options.rows, fresh, cells)) continue;
        if (!seed_row_unlike(seeder, table, cells, filling->taken, false)) continue;
        filling->number++;
        return cells;
    }
    return NULL;
}

/* ---- inserting */

static bool insert(struct filling *filling, const struct seed_rows_made *rows)
{
    struct buf sql = buf_new(filling->seeder->arena);
    seed_insert_sql(filling->seeder, filling->table, rows, &sql);
    if (!seed_run(filling->seeder, sql.text, NULL)) return false;
    filling->table->rows += conn_affected(filling->seeder->conn);
    return true;
}

/* A sequence that has no more numbers: its columns get values of ours. */
static void note_end(struct filling *filling)
{
    struct seed_table *table = filling->table;
    if (!str_eq(filling->seeder->error.sqlstate, "2200H")) return;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].counts && !table->columns[i].always)
            table->columns[i].counts = table->columns[i].defaults = false;
    }
}

static void insert_singly(struct filling *filling, const struct seed_rows_made *rows)
{
    struct seeder *seeder = filling->seeder;
    struct seed_table *table = filling->table;
    const char *refusal = seed_refusal(seeder);
    filling->taken = map_new(seeder->arena);
    for (size_t i = 0, refused = 0; table->rows < seeder->options.rows && !seeder->lost; i++) {
        const char **cells = i < rows->n ? rows->at[i].cells : next_row(filling);
        if (!cells || refused == REFUSALS || (refused == HOPELESS && !table->rows)) break;
        struct seed_row row = {.cells = cells};
        const struct seed_rows_made one = {.at = &row, .n = 1, .cap = 1};
        if (insert(filling, &one)) {
            seed_row_unlike(seeder, table, cells, filling->taken, true);
        } else {
            refused++;
            refusal = seed_refusal(seeder);
            note_end(filling);
        }
    }
    if (table->rows < seeder->options.rows) table->reason = refusal;
}

static const char *nothing_found(const struct seeder *seeder, const struct seed_table *table)
{
    if (table->rules.n)
        return arena_printf(seeder->arena, "no row that passes its conditions was found: %s", table->rules.at[0]);
    return "no row that its keys allow was found";
}

void seed_fill(struct seeder *seeder, struct seed_table *table)
{
    struct filling filling = {.seeder = seeder, .table = table, .taken = map_new(seeder->arena)};
    struct seed_rows_made rows = {0};
    if (table->homeless) {
        table->reason = "it is partitioned, and has no partition that could hold rows";
        return;
    }
    read_tuples(seeder, table);
    while (rows.n < seeder->options.rows && !seeder->lost) {
        struct seed_row row = {.cells = next_row(&filling)};
        if (!row.cells) break;
        seed_row_unlike(seeder, table, row.cells, filling.taken, true);
        vec_push(seeder->arena, &rows, row);
    }
    if (!rows.n) {
        if (!table->reason) table->reason = nothing_found(seeder, table);
        return;
    }
    if (!insert(&filling, &rows)) insert_singly(&filling, &rows);
}

/* ---- tables that need each other's rows */

static const char *target_cell(const struct seed_table *to, const struct seed_row *row, const char *name)
{
    for (size_t i = 0; i < to->n_columns; i++) {
        if (str_eq(to->columns[i].name, name)) return row->cells[i];
    }
    return NULL;
}

/* A row refers to the row of the same number; in a table of its own, to one before it. */
static bool close_cells(struct seed_table *const *group, struct seed_rows_made *rows, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < group[i]->foreign_keys.n; k++) {
            const struct seed_foreign_key *key = &group[i]->foreign_keys.at[k];
            size_t to = 0;
            while (key->looped && to < n && group[to] != key->to) to++;
            if (!key->looped || to == n) continue;
            for (size_t r = 0; r < rows[i].n; r++) {
                const struct seed_row *other = &rows[to].at[to == i ? r / 2 : r];
                for (size_t c = 0; c < key->n; c++) {
                    const char *cell = target_cell(key->to, other, key->targets[c]);
                    if (rows[i].at[r].cells[key->columns[c]] != seed_open || cell == seed_open) continue;
                    rows[i].at[r].cells[key->columns[c]] = cell;
                    any = true;
                }
            }
        }
    }
    return any;
}

/* Columns that only refer to each other: any value will do, the same one for all. */
static bool break_open(struct seeder *seeder, struct seed_table *const *group, struct seed_rows_made *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < group[i]->n_columns; c++) {
            if (!rows[i].n || rows[i].at[0].cells[c] != seed_open) continue;
            for (size_t r = 0; r < rows[i].n; r++)
                rows[i].at[r].cells[c] = seed_text(seeder, &group[i]->columns[c].type, r);
            return true;
        }
    }
    return false;
}

static bool loop_rows(struct seeder *seeder, struct seed_table **group, size_t n, size_t wanted, bool fresh,
                      struct seed_rows_made *rows)
{
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct seed_rows_made){0};
        for (size_t r = 0; r < wanted; r++) {
            struct seed_row row = {.cells = new_cells(seeder, group[i])};
            bool made = false;
            for (size_t t = 0; t < TRIES && !made && !group[i]->reason; t++) {
                made = seed_row_make(seeder, group[i], r, fresh || t, row.cells);
            }
            if (!made) return false;
            vec_push(seeder->arena, &rows[i], row);
        }
    }
    while (close_cells(group, rows, n) || break_open(seeder, group, rows, n)) continue;
    return true;
}

/* One statement: foreign keys are checked at its end. */
static const char *loop_sql(struct seeder *seeder, struct seed_table **group, size_t n,
                            const struct seed_rows_made *rows)
{
    struct buf sql = buf_new(seeder->arena);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n) buf_printf(&sql, "%smodelc_%zu AS (", i ? ", " : "WITH ", i);
        seed_insert_sql(seeder, group[i], &rows[i], &sql);
        if (i + 1 < n) buf_add(&sql, ") ");
    }
    return sql.text;
}

void seed_fill_loop(struct seeder *seeder, struct seed_table **group, size_t n)
{
    struct seed_rows_made *rows = ARENA_ARRAY(seeder->arena, struct seed_rows_made, n);
    const char *reason = NULL;
    bool homeless = false;
    for (size_t i = 0; i < n; i++) {
        homeless = homeless || group[i]->homeless;
        read_tuples(seeder, group[i]);
    }
    for (size_t t = 0; t < TRIES && !seeder->lost && !homeless; t++) {
        size_t wanted = t < TRIES / 2 ? seeder->options.rows : 1;
        if (!loop_rows(seeder, group, n, wanted, t > 0, rows)) break;
        if (!seed_run(seeder, loop_sql(seeder, group, n, rows), NULL)) {
            reason = seed_refusal(seeder);
            continue;
        }
        for (size_t i = 0; i < n; i++) group[i]->rows = wanted;
        if (wanted == seeder->options.rows) reason = NULL;
        break;
    }
    for (size_t i = 0; i < n; i++) {
        if (!group[i]->reason) group[i]->reason = homeless ? "it refers to a table without partitions" : reason;
    }
}
