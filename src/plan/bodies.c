/* bodies.c: routines whose bodies mention what the same plan makes. What a body in SQL mentions is made before it, unless both need
 * each other; of other languages nobody knows. Those are made unread (check_function_bodies = off) where something that
 * they may mean comes later, and the server reads them at the end. */
#include <ctype.h>
#include <string.h>

#include "plan/plan_parts.h"

static bool is_routine(const struct object *object)
{
    return object && (object_is(object, "function") || object_is(object, "procedure"));
}

static bool read_routine(struct ctx *ctx, const struct object *object, struct sql_routine *routine)
{
    const struct value *text = object_get(object, "definition");
    return text->set && sql_routine(ctx->arena, text->expr.text, routine);
}

bool order_leave_unread(struct order *order, const size_t *cycle, size_t n_cycle)
{
    for (size_t i = 0; i < n_cycle; i++) {
        struct object *to = order->nodes.at[cycle[i]].change->to;
        struct sql_routine routine;
        if (!is_routine(to) || to->unchecked || !read_routine(order->ctx, to, &routine) || routine.atomic) continue;
        to->unchecked = true;
        return true;
    }
    return false;
}

bool plan_has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strcasestr(text, word); at; at = strcasestr(at + 1, word)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (begins && !(isalnum((unsigned char)at[len]) || at[len] == '_')) return true;
    }
    return false;
}

/* Whether a later op makes something whose name stands in the body. */
static bool mentions_later(const struct plan *plan, size_t at, const char *body)
{
    for (size_t i = at + 1; i < plan->ops.n; i++) {
        const struct op *op = &plan->ops.at[i];
        const struct object *made = op->change->to;
        bool named = made && op_role(op) == ROLE_BUILD && made->parent && (object_is(made->parent, "schema") || object_is(made, "column"));
        if (named && op->change != plan->ops.at[at].change && plan_has_word(body, made->name)) return true;
    }
    return false;
}

static const char *validator(const struct sql_routine *routine)
{
    if (str_eq(routine->language, "sql")) return "fmgr_sql_validator";
    return str_eq(routine->language, "plpgsql") ? "plpgsql_validator" : NULL;
}

static bool goes_unread(struct ctx *ctx, const struct plan *plan, size_t at, struct sql_routine *routine)
{
    const struct op *op = &plan->ops.at[at];
    const struct object *to = op->change->to;
    if (!is_routine(to) || op->phase != PHASE_CODE || !read_routine(ctx, to, routine)) return false;
    if (!validator(routine) || !routine->body) return false;
    /* What a live one's body mentions is in no catalog, so nothing else puts it in order. */
    bool unordered = to->live || str_eq(routine->language, "plpgsql");
    return to->unchecked || (unordered && mentions_later(plan, at, routine->body));
}

static struct op setting(const struct op *beside, const char *sql)
{
    return (struct op){.sql = sql, .phase = beside->phase, .change = beside->change, .note = beside->note};
}

/* Under a session that reads no bodies it has to be switched on beside. */
static struct op reading(struct ctx *ctx, const struct op *of, const struct sql_routine *routine, bool session_is_off)
{
    struct buf name = buf_new(ctx->arena), sql = buf_new(ctx->arena);
    sql_object(&name, of->change->to);
    const char *on = session_is_off ? "pg_catalog.set_config('check_function_bodies', 'on', true), " : "";
    buf_printf(&sql, "SELECT %spg_catalog.%s(", on, validator(routine));
    sql_literal(&sql, name.text);
    buf_add(&sql, "::pg_catalog.regprocedure)");
    struct op op = setting(of, sql.text);
    op.note = arena_printf(ctx->arena, "%s %s was made before what it may mention: now the server reads it",
                           of->change->to->kind->title, object_shown(ctx->arena, of->change->to));
    return op;
}

/* Behind the last op that runs in a transaction. */
static size_t end_of_transactions(const struct plan *plan)
{
    size_t n = plan->ops.n;
    while (n && plan->ops.at[n - 1].transaction == OP_ALONE) n--;
    return n;
}

void plan_bodies(struct ctx *ctx, struct plan *plan, bool session_is_off)
{
    struct plan with = {0}, readings = {0};
    size_t end = end_of_transactions(plan);
    bool off = false;
    for (size_t i = 0; plan->ops.n && i <= plan->ops.n; i++) {
        struct sql_routine routine;
        bool unread = i < end && goes_unread(ctx, plan, i, &routine);
        const struct op *beside = &plan->ops.at[i < plan->ops.n ? i : i - 1];
        if (unread) {
            struct op op = reading(ctx, &plan->ops.at[i], &routine, session_is_off);
            vec_push(ctx->arena, &readings.ops, op);
        }
        if (unread != off && !session_is_off) {
            struct op op = setting(beside, unread ? "SET LOCAL check_function_bodies = off" : "SET LOCAL check_function_bodies = on");
            vec_push(ctx->arena, &with.ops, op);
        }
        off = unread;
        for (size_t k = 0; i == end && k < readings.ops.n; k++) vec_push(ctx->arena, &with.ops, readings.ops.at[k]);
        if (i < plan->ops.n) vec_push(ctx->arena, &with.ops, plan->ops.at[i]);
    }
    if (readings.ops.n) *plan = with;
}
