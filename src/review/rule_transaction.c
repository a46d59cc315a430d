/* rule_transaction.c: what is done together in one transaction. */
#include <string.h>

#include "review/rules.h"

void rule_concurrently_inside(struct review *r, const struct sql_act *act)
{
    (void)act;
    struct sql_statement class;
    struct sql_error error;
    if (alone(r) || !sql_classify(r->ctx->arena, r->statement->sql, &class, &error) || !class.outside_transaction) return;
    report(r, NULL, "%s can't run in a transaction", class.verb);
}

void rule_enum_value_used(struct review *r, const struct sql_act *act)
{
    struct sql_mentions found = {0};
    (void)act;
    if (alone(r) || r->values.n == 0 || r->statement->acts.at[0].what == ACT_ENUM_ADD) return;
    if (!sql_mentions(r->ctx->arena, SQL_STATEMENT, r->statement->sql, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        for (size_t k = 0; k < r->values.n && found.at[i].what == SQL_MENTION_LITERAL; k++) {
            if (!str_eq(found.at[i].name, r->values.at[k])) continue;
            uint32_t at = r->statement->span.start + (uint32_t)found.at[i].offset;
            report_at(r, REVIEW_ERROR, (struct span){at, at + (uint32_t)strlen(r->values.at[k]) + 2},
                      "'%s' is added in this same transaction, and can't be used before its commit", r->values.at[k]);
        }
    }
}

const struct held *strongest_held(const struct review *r)
{
    const struct held *found = NULL;
    for (size_t i = 0; i < r->held.n && !alone(r); i++) {
        const struct held *held = &r->held.at[i];
        if (held->lock >= LOCK_SHARE && (!found || held->lock > found->lock)) found = held;
    }
    return found;
}

/* What takes long on a relation that exists: the words for it; NULL: nothing does. */
static const char *long_work(const struct relation_effect *relation)
{
    if (relation->work & WORK_REWRITE) return "is written anew";
    if (relation->work & WORK_BUILD) return "gets an index";
    if (relation->work & WORK_SCAN) return "is read";
    return relation->work & WORK_ROWS ? "has rows changed" : NULL;
}

/* INSERT .. VALUES and statements on a small table are a moment's. */
static bool is_short(const struct review *r)
{
    const struct sql_act *act = &r->statement->acts.at[0];
    if (act->what == ACT_INSERT && !(act->flags & ACT_SELECT)) return true;
    return act->name && is_small(r, act);
}

/* A foreign key of a table that the file makes: there is no row to look for. */
static bool is_key_of_new(const struct review *r)
{
    for (size_t i = 0; i < r->statement->acts.n; i++) {
        const struct sql_act *act = &r->statement->acts.at[i];
        if (act->what != ACT_FOREIGN_KEY_ADD || exists_already(r, act)) return false;
    }
    return true;
}

void rule_work_under_lock(struct review *r, const struct sql_act *act)
{
    const struct held *held = strongest_held(r);
    bool copies = r->statement->acts.at[0].what == ACT_INSERT; /* it is no short one: of a query */
    (void)act;
    if (!held || r->statement->effect.concurrently || is_short(r) || r->statement->acts.at[0].what == ACT_TABLE_DROP || is_key_of_new(r)) return;
    for (size_t i = 0; i < r->statement->effect.relations.n; i++) {
        const struct relation_effect *relation = &r->statement->effect.relations.at[i];
        const char *work = copies && relation->lock == LOCK_ACCESS_SHARE ? "is copied from" : long_work(relation);
        if (!work || relation->made || !relation_exists(r, relation->schema, relation->name)) continue;
        /* its own lock is as strong: another rule speaks of that */
        if (relation->lock >= held->lock && str_eq(held->key, ledger_key(r->ledger, relation->schema, relation->name))) continue;
        report(r, NULL, "%s %s while the transaction holds %s on %s", shown_name(r, relation->schema, relation->name), work,
               lock_name(held->lock), held->shown);
        return;
    }
}

void rule_lock_upgraded(struct review *r, const struct sql_act *act)
{
    (void)act;
    for (size_t i = 0; i < r->statement->effect.relations.n && !alone(r); i++) {
        const struct relation_effect *relation = &r->statement->effect.relations.at[i];
        const char *key = ledger_key(r->ledger, relation->schema, relation->name);
        const struct held *held = held_of(r, key);
        enum lock_level strongest_before = held ? held->lock : LOCK_NONE;
        bool weak = strongest_before == LOCK_ROW_EXCLUSIVE || strongest_before == LOCK_SHARE; /* the others exclude each other */
        if (weak && relation->lock >= LOCK_SHARE_ROW_EXCLUSIVE)
            report(r, NULL, "%s has %s by an earlier statement and gets %s now: two that do so end in a deadlock",
                   shown_name(r, relation->schema, relation->name), lock_name(strongest_before), lock_name(relation->lock));
    }
}

/* The first relation that this statement locks against reads and no earlier one of the transaction did; NULL: none. */
static const struct relation_effect *newly_locked(const struct review *r)
{
    for (size_t i = 0; i < r->statement->effect.relations.n && !alone(r); i++) {
        const struct relation_effect *relation = &r->statement->effect.relations.at[i];
        bool seen = relation->made || relation->index || relation->lock < LOCK_ACCESS_EXCLUSIVE ||
                    !relation_exists(r, relation->schema, relation->name);
        const struct held *held = held_of(r, ledger_key(r->ledger, relation->schema, relation->name));
        if (!seen && (!held || held->lock < LOCK_ACCESS_EXCLUSIVE)) return relation;
    }
    return NULL;
}

void rule_several_tables(struct review *r, const struct sql_act *act)
{
    const struct relation_effect *relation = newly_locked(r);
    (void)act;
    for (size_t i = 0; relation && i < r->held.n; i++) {
        if (r->held.at[i].lock < LOCK_ACCESS_EXCLUSIVE) continue;
        report(r, NULL, "%s is waited for while %s is locked", shown_name(r, relation->schema, relation->name), r->held.at[i].shown);
        return;
    }
}

void rule_lock_order(struct review *r, const struct sql_act *act)
{
    struct arena *arena = r->ctx->arena;
    const struct relation_effect *relation = newly_locked(r);
    (void)act;
    if (!relation) return;
    const char *later = ledger_key(r->ledger, relation->schema, relation->name);
    enum { MOST = 100 }; /* pairs are many: a transaction that locks more tables is out of order anyway */
    for (size_t i = 0; i < r->held.n && i < MOST; i++) {
        if (r->held.at[i].lock < LOCK_ACCESS_EXCLUSIVE) continue;
        const char *earlier = r->held.at[i].key;
        const char *other = map_get(r->orders, arena_printf(arena, "%s\n%s", later, earlier));
        if (other) report(r, NULL, "%s is locked after %s here, and before it in %s", shown_name(r, relation->schema, relation->name),
                          r->held.at[i].shown, other);
        const char *key = arena_printf(arena, "%s\n%s", earlier, later);
        struct place place = source_place(r->ctx->sources, r->statement->span.start);
        if (!map_has(r->orders, key))
            map_put(r->orders, key, arena_printf(arena, "%s:%u", r->file->name, place.line));
    }
}

void rule_nested(struct review *r, const struct sql_act *act)
{
    if (act->what == ACT_BEGIN && !alone(r)) report(r, act, "BEGIN: there is a transaction already");
    if (act->what != ACT_BEGIN && alone(r)) report(r, act, "there is no transaction to end");
}

void rule_not_ended(struct review *r, const struct sql_act *act)
{
    (void)act;
    if (r->file->open_transaction) report_at(r, REVIEW_ERROR, r->file->open_span, "this transaction is never ended");
}

void rule_not_repeatable(struct review *r, const struct sql_act *act)
{
    bool part = act->what == ACT_COLUMN_ADD && (act->flags & ACT_MADE);
    if (!alone(r) || r->file->revision || r->file->statements.n < 2 || (act->flags & ACT_IF) || part) return;
    report(r, act, "after a failure further down this statement can't run again");
}
