/* seed.c: rows for every table of a throw-away database. */
#include "pg/seed_parts.h"

enum { USUAL_ROWS = 20, TABLES_A_TRANSACTION = 100 };

uint64_t seed_mix(uint64_t number)
{
    number += 0x9e3779b97f4a7c15u;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

size_t rng_below(struct rng *rng, size_t n)
{
    rng->state += 0x9e3779b97f4a7c15u;
    return n ? (size_t)(seed_mix(rng->state) % n) : 0;
}

bool rng_one_in(struct rng *rng, size_t n)
{
    return rng_below(rng, n) == 0;
}

static void fill_all(struct seeder *seeder)
{
    struct seed_table **group = ARENA_ARRAY(seeder->arena, struct seed_table *, seeder->n_tables + 1);
    size_t n, since = 0;
    while (!seeder->lost && (n = seed_order_next(seeder, group))) {
        bool looped = n > 1;
        for (size_t i = 0; i < group[0]->foreign_keys.n; i++) looped = looped || group[0]->foreign_keys.at[i].looped;
        if (looped) seed_fill_loop(seeder, group, n);
        else seed_fill(seeder, group[0]);
        for (size_t i = 0; i < n; i++) group[i]->filled = true;
        since += n;
        if (since < TABLES_A_TRANSACTION || !seed_next(seeder)) continue;
        since = 0;
    }
    for (size_t i = 0; i < seeder->n_tables; i++) seed_later(seeder, &seeder->tables[i]);
}

static void report_tables(const struct seeder *seeder, struct seed_report *report)
{
    for (size_t i = 0; i < seeder->n_tables; i++) {
        const struct seed_table *table = &seeder->tables[i];
        report->tables += table->rows > 0;
        report->rows += table->rows;
        if (!table->reason) continue;
        struct seed_skipped skipped = {.path = table->path, .reason = table->reason, .rows = table->rows};
        vec_push(seeder->arena, &report->skipped, skipped);
    }
}

bool seed_rows(struct conn *conn, const struct schema *live, const struct seed_options *options,
               struct seed_report *report)
{
    struct arena *arena = conn->ctx->arena;
    struct seeder seeder = {
        .conn = conn, .ctx = conn->ctx, .arena = arena, .live = live, .options = *options,
        .by_path = map_new(arena), .homes = map_new(arena), .subtypes = map_new(arena), .pools = map_new(arena),
    };
    if (!seeder.options.rows) seeder.options.rows = USUAL_ROWS;
    *report = (struct seed_report){0};
    if (!seed_begin(&seeder)) return false;
    seed_tables_read(&seeder);
    seed_pools(&seeder);
    fill_all(&seeder);
    if (!seed_end(&seeder)) return false;
    report_tables(&seeder, report);
    return true;
}
