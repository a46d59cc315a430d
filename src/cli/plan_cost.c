/* plan_cost.c: what statements cost on the tables of a database: for --plan. */
#include "cli/plan_cost.h"

#include "base/shown.h"
#include "sql/act.h"

/* ---- reading */

static const char *key_of(struct arena *arena, const struct relation_effect *at)
{
    return arena_printf(arena, "%s\n%s", at->schema ? at->schema : "", at->name);
}

/* ---- SET NOT NULL reads the table, unless a valid check has it that there is no NULL */

static const char *part_key(struct arena *arena, const struct sql_act *act, const char *part)
{
    return arena_printf(arena, "%s\n%s\n%s", act->schema ? act->schema : "", act->name, part);
}

static void learn(struct plan_costs *costs, const struct sql_act *act)
{
    struct arena *arena = costs->ctx->arena;
    if (act->what == ACT_CHECK_ADD && act->part && act->columns.n == 1 && act->columns.at[0]) {
        const char *column = part_key(arena, act, act->columns.at[0]);
        map_put(costs->checks, part_key(arena, act, act->part), arena_strdup(arena, column));
        if (!(act->flags & ACT_NOT_VALID)) map_put(costs->proven, column, costs);
    }
    const char *proves = act->what == ACT_CONSTRAINT_VALIDATE && act->part ? map_get(costs->checks, part_key(arena, act, act->part)) : NULL;
    if (proves) map_put(costs->proven, proves, costs);
}

static bool is_proven(const struct plan_costs *costs, const struct sql_act *act)
{
    if (act->what != ACT_NOT_NULL_SET || !act->part) return false;
    return map_has(costs->proven, part_key(costs->ctx->arena, act, act->part)) ||
           sizes_never_null(costs->conn, act->schema, act->name, act->part);
}

static void settle_nulls(struct plan_costs *costs, const char *sql, struct effect *effect)
{
    struct sql_acts acts = {0};
    struct sql_error error;
    if (!sql_acts(costs->ctx->arena, sql, &acts, &error)) return;
    size_t proven = 0;
    for (size_t i = 0; i < acts.n; i++) {
        learn(costs, &acts.at[i]);
        proven += is_proven(costs, &acts.at[i]);
    }
    for (size_t i = 0; proven && proven == acts.n && i < effect->relations.n; i++) effect->relations.at[i].work &= ~(unsigned)WORK_SCAN;
}

struct plan_costs plan_costs_new(struct ctx *ctx, struct conn *conn)
{
    struct arena *arena = ctx->arena;
    return (struct plan_costs){.ctx = ctx, .conn = conn, .sizes = map_new(arena), .made = map_new(arena),
                               .checks = map_new(arena), .proven = map_new(arena)};
}

struct plan_section plan_section_read(struct plan_costs *costs, const struct section *section)
{
    struct plan_section read = {.section = section};
    for (size_t i = 0; i < section->statements.n; i++) {
        struct plan_statement one = {.statement = &section->statements.at[i]};
        if (sql_effect(costs->ctx->arena, one.statement->sql, costs->conn->version, &one.effect)) sizes_settle(costs->conn, &one.effect);
        settle_nulls(costs, one.statement->sql, &one.effect);
        vec_push(costs->ctx->arena, &read.statements, one);
    }
    return read;
}

struct wanted { VEC(struct relation_size) sizes; };

/* Each relation once, unless something before has made it: then it has no rows that were there before. */
static void ask_for(struct plan_costs *costs, struct relation_effect *at, struct wanted *wanted)
{
    const char *key = key_of(costs->ctx->arena, at);
    if (map_has(costs->made, key)) at->made = true;
    if (at->made) map_put(costs->made, key, costs);
    if (at->made || map_has(costs->sizes, key)) return;
    map_put(costs->sizes, key, costs); /* for now: its place is known when all are */
    vec_push(costs->ctx->arena, &wanted->sizes, ((struct relation_size){.schema = at->schema, .name = at->name}));
}

void plan_costs_read(struct plan_costs *costs, const struct plan_section *at, size_t n)
{
    struct wanted wanted = {0};
    struct server_error error;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < at[i].statements.n; k++) {
            struct effect *effect = &at[i].statements.at[k].effect;
            for (size_t j = 0; j < effect->relations.n; j++) ask_for(costs, &effect->relations.at[j], &wanted);
        }
    }
    if (!sizes_read(costs->conn, wanted.sizes.at, wanted.sizes.n, &error)) wanted.sizes.n = 0;
    costs->sizes = map_new(costs->ctx->arena);
    for (size_t i = 0; i < wanted.sizes.n; i++) {
        struct relation_size *size = &wanted.sizes.at[i];
        struct relation_effect named = {.schema = size->schema, .name = size->name};
        map_put(costs->sizes, key_of(costs->ctx->arena, &named), size);
    }
}

const struct relation_size *plan_size(const struct plan_costs *costs, const struct relation_effect *at)
{
    const struct relation_size *size = at->made ? NULL : map_get(costs->sizes, key_of(costs->ctx->arena, at));
    return size && size->exists ? size : NULL;
}

/* ---- texts */

const char *plan_shown(const struct plan_costs *costs, const struct relation_effect *at)
{
    struct arena *arena = costs->ctx->arena;
    const struct relation_size *size = plan_size(costs, at);
    const char *name = at->schema ? arena_printf(arena, "%s.%s", at->schema, at->name) : at->name;
    if (at->index && size) name = arena_printf(arena, "%s.%s", size->table_schema, size->table);
    else if (at->index) name = arena_printf(arena, "the table of %s", name);
    return text_shown(arena, name, false);
}

/* "writes 12 GB anew (about 40,000,000 rows)". */
static void add_work(struct buf *out, const struct relation_size *size, const char *verb, const char *end)
{
    if (size && size->bytes <= 0) buf_add(out, ", it is empty");
    else if (size) buf_printf(out, ", %s %s%s (%s)", verb, str_bytes(out->arena, size->bytes), end, size_rows_text(out->arena, size));
    else buf_printf(out, ", %s all of it%s", verb, end);
}

const char *plan_cost_text(const struct plan_costs *costs, const struct relation_effect *at)
{
    struct arena *arena = costs->ctx->arena;
    const struct relation_size *size = plan_size(costs, at);
    const char *parts = size && size->parts ? arena_printf(arena, " and its %s", str_count(arena, size->parts, "part")) : "";
    struct buf out = buf_new(arena);
    buf_printf(&out, "%s%s: %s", plan_shown(costs, at), parts, lock_name(at->lock));
    if (at->work & WORK_REWRITE) add_work(&out, size, "writes", " anew");
    else if (at->work & WORK_MAY_REWRITE) add_work(&out, size, "may write", " anew");
    else if (at->work & WORK_BUILD) add_work(&out, size, "builds an index of", "");
    else if (at->work & WORK_SCAN) add_work(&out, size, "reads", "");
    if (at->work & WORK_ROWS) add_work(&out, size, "changes rows of", "");
    if (at->work & WORK_WAITS) buf_add(&out, ", waits for older transactions");
    if (at->work & WORK_LOSES && !(at->work & WORK_ROWS)) add_work(&out, size, "loses data of", "");
    return out.text;
}

/* ---- times: what usual disks and processors do; an order of magnitude is all that is meant */

enum { WRITES_A_SECOND = 60 << 20, READS_A_SECOND = 400 << 20 };

double plan_seconds(const struct plan_costs *costs, const struct effect *effect)
{
    double seconds = 0;
    for (size_t i = 0; i < effect->relations.n; i++) {
        const struct relation_effect *at = &effect->relations.at[i];
        const struct relation_size *size = plan_size(costs, at);
        if (!size) continue;
        if (at->work & (WORK_REWRITE | WORK_MAY_REWRITE)) seconds += (size->bytes + size->index_bytes) / WRITES_A_SECOND;
        else if (at->work & (WORK_BUILD | WORK_ROWS)) seconds += size->bytes / WRITES_A_SECOND;
        else if (at->work & WORK_SCAN) seconds += size->bytes / READS_A_SECOND;
    }
    return effect->concurrently ? 2 * seconds : seconds;
}

const char *plan_seconds_text(double seconds)
{
    enum { MINUTE = 60, HOUR = 3600 };
    return seconds < 1 ? "a moment" : seconds < MINUTE ? "seconds" : seconds < HOUR ? "minutes" : "hours";
}
