/* seed_order.c: which tables come first: those that others refer to. Loops are cut at foreign keys that rows can do
 * without; tables of a loop that has none are filled together. */
#include "pg/seed_parts.h"

static bool waits_for(const struct seed_foreign_key *key, const struct seed_table *table, bool hard_only)
{
    return key->to && key->to != table && !key->to->placed && (key->hard || !hard_only);
}

static bool is_ready(const struct seed_table *table, bool hard_only)
{
    for (size_t i = 0; i < table->foreign_keys.n; i++) {
        if (waits_for(&table->foreign_keys.at[i], table, hard_only)) return false;
    }
    return true;
}

static size_t number_of(const struct seeder *seeder, const struct seed_table *table)
{
    return (size_t)(table - seeder->tables);
}

/* Marks all that `from` needs, by foreign keys it can't do without, of what is not placed. */
static void mark_needs(const struct seeder *seeder, const struct seed_table *from, bool *marks)
{
    VEC(const struct seed_table *) open = {0};
    vec_push(seeder->arena, &open, from);
    while (open.n) {
        const struct seed_table *table = open.at[--open.n];
        for (size_t i = 0; i < table->foreign_keys.n; i++) {
            const struct seed_foreign_key *key = &table->foreign_keys.at[i];
            if (!waits_for(key, table, true) || marks[number_of(seeder, key->to)]) continue;
            marks[number_of(seeder, key->to)] = true;
            vec_push(seeder->arena, &open, key->to);
        }
    }
}

static void set_looped(struct seed_table **group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < group[i]->foreign_keys.n; k++) {
            struct seed_foreign_key *key = &group[i]->foreign_keys.at[k];
            for (size_t m = 0; m < n; m++) key->looped = key->looped || (key->hard && key->to == group[m]);
            for (size_t c = 0; key->looped && c < key->n; c++) {
                for (size_t x = 0; x < key->to->n_columns; x++) {
                    if (str_eq(key->to->columns[x].name, key->targets[c])) key->to->columns[x].asked = true;
                }
            }
        }
    }
}

/* Every table left is in a loop, or waits for one. The first one whose needs all need it. */
static size_t find_loop(struct seeder *seeder, struct seed_table **group)
{
    bool *needs = ARENA_ARRAY(seeder->arena, bool, seeder->n_tables),
         *theirs = ARENA_ARRAY(seeder->arena, bool, seeder->n_tables);
    for (size_t i = 0; i < seeder->n_tables; i++) {
        struct seed_table *table = &seeder->tables[i];
        size_t n = 0;
        bool closed = true;
        if (table->placed) continue;
        memset(needs, 0, sizeof *needs * seeder->n_tables);
        mark_needs(seeder, table, needs);
        for (size_t k = 0; k < seeder->n_tables && closed; k++) {
            if (!needs[k]) continue;
            memset(theirs, 0, sizeof *theirs * seeder->n_tables);
            mark_needs(seeder, &seeder->tables[k], theirs);
            closed = theirs[i];
            group[n++] = &seeder->tables[k];
        }
        if (closed && n) return n;
    }
    return 0;
}

static struct seed_table *first_ready(struct seeder *seeder, bool hard_only)
{
    for (size_t i = 0; i < seeder->n_tables; i++) {
        struct seed_table *table = &seeder->tables[i];
        if (!table->placed && is_ready(table, hard_only)) return table;
    }
    return NULL;
}

static bool refers_to_itself(const struct seed_table *table)
{
    for (size_t i = 0; i < table->foreign_keys.n; i++) {
        if (table->foreign_keys.at[i].to == table && table->foreign_keys.at[i].hard) return true;
    }
    return false;
}

size_t seed_order_next(struct seeder *seeder, struct seed_table **group)
{
    size_t n = 1;
    group[0] = first_ready(seeder, false);
    if (!group[0]) group[0] = first_ready(seeder, true);
    if (!group[0]) n = find_loop(seeder, group);
    if (n > 1 || (n == 1 && refers_to_itself(group[0]))) set_looped(group, n);
    for (size_t i = 0; i < n; i++) group[i]->placed = true;
    return n;
}
