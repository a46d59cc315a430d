/* seed_filter.c: conditions tried out by the server on values of ours, many at once, before any row is inserted. */
#include <stdlib.h>

#include "pg/seed_parts.h"

enum { POOL_TRIES = 64 };

static void add_row(struct buf *sql, const struct seed_candidates *candidates, size_t row)
{
    buf_printf(sql, "%s(%zu", row ? ", " : "", row);
    for (size_t i = 0; i < candidates->n_columns; i++) {
        const char *text = candidates->rows.at[row][i];
        if (row) buf_printf(sql, ", %s", text); /* the first row tells the types */
        else buf_printf(sql, ", CAST(%s AS %s)", text, candidates->types[i]);
    }
    buf_addc(sql, ')');
}

static const char *filter_sql(struct arena *arena, const struct seed_candidates *candidates,
                              const struct texts *conditions)
{
    struct buf sql = buf_new(arena);
    const char *alias = sql_ident_str(arena, candidates->alias);
    buf_printf(&sql, "SELECT %s.\"modelc row\" FROM (VALUES ", alias);
    for (size_t i = 0; i < candidates->rows.n; i++) add_row(&sql, candidates, i);
    buf_printf(&sql, ") AS %s (\"modelc row\"", alias);
    for (size_t i = 0; i < candidates->n_columns; i++) buf_printf(&sql, ", %s", candidates->names[i]);
    buf_add(&sql, ") WHERE ");
    for (size_t i = 0; i < conditions->n; i++) {
        buf_printf(&sql, "%s(%s) IS NOT FALSE", i ? " AND " : "", sql_closed(arena, conditions->at[i]));
    }
    return sql.text;
}

bool seed_filter(struct seeder *seeder, const struct seed_candidates *candidates, const struct texts *conditions,
                 bool *passes)
{
    struct rows rows = {0};
    if (!seed_run(seeder, filter_sql(seeder->arena, candidates, conditions), &rows)) return false;
    for (size_t i = 0; i < rows.n_rows; i++) passes[strtoul(rows_get(&rows, i, 0), NULL, 10)] = true;
    rows_free(&rows);
    return true;
}

/* ---- pools */

struct ask {
    const char *column;
    const struct type_name *type;
    const struct texts *conditions;
    struct texts hinted, plain; /* values that are tried; hints may be no values of the type at all */
    struct texts *pool;
    bool answered;
};
struct asks { struct ask *at; size_t n, cap; };

static const char *ask_sql(struct seeder *seeder, const struct ask *ask, const struct texts *values)
{
    const char *name = sql_ident_str(seeder->arena, ask->column), *type = seed_type_text(seeder, ask->type);
    struct seed_candidates candidates = {.alias = "modelc values", .names = &name, .types = &type, .n_columns = 1};
    for (size_t i = 0; i < values->n; i++) {
        const char **row = ARENA_ARRAY(seeder->arena, const char *, 1);
        *row = sql_literal_str(seeder->arena, values->at[i]);
        vec_push(seeder->arena, &candidates.rows, row);
    }
    return filter_sql(seeder->arena, &candidates, ask->conditions);
}

static void keep(struct seeder *seeder, struct ask *ask, const struct texts *values, struct rows *rows)
{
    bool *passes = ARENA_ARRAY(seeder->arena, bool, values->n + 1);
    for (size_t i = 0; i < rows->n_rows; i++) passes[strtoul(rows_get(rows, i, 0), NULL, 10)] = true;
    for (size_t i = 0; i < values->n; i++) {
        if (passes[i]) vec_push(seeder->arena, ask->pool, values->at[i]);
    }
    rows_free(rows);
    ask->answered = true;
}

static bool try_values(struct seeder *seeder, struct ask *ask, const struct texts *values)
{
    struct rows rows = {0};
    if (!values->n || !seed_run(seeder, ask_sql(seeder, ask, values), &rows)) return false;
    keep(seeder, ask, values, &rows);
    return true;
}

static bool has_text(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->n; i++) {
        if (str_eq(texts->at[i], text)) return true;
    }
    return false;
}

static struct ask new_ask(struct seeder *seeder, const char *column, const struct type_name *type,
                          const struct texts *conditions, struct texts *pool)
{
    struct ask ask = {.column = column, .type = type, .conditions = conditions, .pool = pool};
    struct texts hints = {0};
    for (size_t i = 0; i < conditions->n; i++) seed_hints(seeder, conditions->at[i], type, false, &hints);
    for (size_t i = 0; i < hints.n; i++) {
        if (!has_text(&ask.hinted, hints.at[i])) vec_push(seeder->arena, &ask.hinted, hints.at[i]);
    }
    for (size_t i = 0; i < POOL_TRIES; i++) {
        const char *text = seed_text(seeder, type, i);
        if (!text) continue;
        if (!has_text(&ask.plain, text)) vec_push(seeder->arena, &ask.plain, text);
        if (!has_text(&ask.hinted, text)) vec_push(seeder->arena, &ask.hinted, text);
    }
    return ask;
}

/* Where all at once is refused, without the hints; then each value alone. */
static void ask_alone(struct seeder *seeder, struct ask *ask)
{
    if (try_values(seeder, ask, &ask->hinted) || (try_values(seeder, ask, &ask->plain) && ask->pool->n)) return;
    for (size_t i = 0; i < ask->hinted.n && ask->pool->n < POOL_TRIES / 4 && !seeder->lost; i++) {
        const struct texts one = {.at = &ask->hinted.at[i], .n = 1, .cap = 1};
        try_values(seeder, ask, &one);
    }
    ask->answered = true;
}

void seed_pool(struct seeder *seeder, const char *column, const struct type_name *type, const struct texts *conditions,
               struct texts *pool)
{
    struct ask ask = new_ask(seeder, column, type, conditions, pool);
    ask_alone(seeder, &ask);
}

/* All that wait in one round trip. The one that is refused is asked alone; false: others still wait. */
static bool ask_all(struct seeder *seeder, struct asks *asks)
{
    struct texts sql = {0};
    VEC(struct ask *) open = {0};
    size_t failed;
    for (size_t i = 0; i < asks->n; i++) {
        struct ask *ask = &asks->at[i];
        if (ask->answered || !ask->hinted.n) continue;
        vec_push(seeder->arena, &open, ask);
        vec_push(seeder->arena, &sql, ask_sql(seeder, ask, &ask->hinted));
    }
    struct rows *results = ARENA_ARRAY(seeder->arena, struct rows, sql.n + 1);
    if (seed_run_all(seeder, &sql, results, &failed)) {
        for (size_t i = 0; i < open.n; i++) keep(seeder, open.at[i], &open.at[i]->hinted, &results[i]);
        return true;
    }
    if (!seeder->lost) ask_alone(seeder, open.at[failed]);
    return seeder->lost;
}

void seed_pools(struct seeder *seeder)
{
    enum { MOST_REFUSED = 8 };
    struct asks asks = {0};
    for (size_t i = 0; i < seeder->n_tables; i++) {
        struct seed_table *table = &seeder->tables[i];
        for (size_t k = 0; k < table->n_columns; k++) {
            struct seed_column *column = &table->columns[k];
            if (!column->pooled) continue;
            vec_push(seeder->arena, &asks,
                     new_ask(seeder, column->name, &column->type, &column->checks, &column->pool));
        }
    }
    for (size_t i = 0; i < MOST_REFUSED; i++) {
        if (ask_all(seeder, &asks)) return;
    }
    for (size_t i = 0; i < asks.n && !seeder->lost; i++) {
        if (!asks.at[i].answered) ask_alone(seeder, &asks.at[i]);
    }
}
