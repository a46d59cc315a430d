/* rule_lock.c: statements that make others wait for long. */
#include <string.h>

#include "kind/kind.h"
#include "review/rules.h"

/* On a small table it is a note. */
#define report_work(r, act, ...) report_at(r, is_small(r, act) ? REVIEW_NOTE : REVIEW_ERROR, act_span(r, act), __VA_ARGS__)

static bool is_partitioned(const struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act);
    const struct review_size *size = size_of(r, act->schema, act->name);
    return (table && table->partitioned) || (size && size->partitioned);
}

void rule_index_not_concurrent(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || (act->flags & (ACT_CONCURRENTLY | ACT_ONLY))) return;
    if (is_partitioned(r, act)) {
        r->mend = "CREATE INDEX .. ON ONLY the table, CREATE INDEX CONCURRENTLY on each partition, ALTER INDEX .. ATTACH PARTITION";
        report_work(r, act, "the index is built in every partition of %s while writes wait", shown_table(r, act));
    } else {
        report_work(r, act, "writes to %s wait until the index is built", shown_table(r, act));
    }
}

void rule_index_drop(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = map_get(r->ledger->indexes, ledger_key(r->ledger, act->schema, act->name));
    if ((act->flags & ACT_CONCURRENTLY) || (table && (table->is_new || table->partitioned || table->temporary))) return;
    report(r, act, "DROP INDEX %s locks its table against reads and writes", shown_table(r, act));
}

void rule_reindex(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_CONCURRENTLY) return;
    report_work(r, act, "REINDEX %s: writes wait until it is done, and reads of the index",
                act->name ? shown_table(r, act) : "of the database");
}

void rule_check_validated(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || (act->flags & ACT_NOT_VALID)) return;
    report_work(r, act, "%s is read and nobody else can use it meanwhile", shown_table(r, act));
}

/* A new column that is NULL everywhere has nothing to check, and yet both tables are locked. */
static bool is_empty_column(const struct review *r, const struct sql_act *key)
{
    for (size_t i = 0; (key->flags & ACT_INLINE) && i < r->statement->acts.n; i++) {
        const struct sql_act *column = &r->statement->acts.at[i];
        if (column->what == ACT_COLUMN_ADD && str_eq(column->part, key->columns.at[0]))
            return !(column->flags & (ACT_DEFAULT | ACT_STORED | ACT_IDENTITY));
    }
    return false;
}

void rule_foreign_key_validated(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || (act->flags & ACT_NOT_VALID) || is_empty_column(r, act)) return;
    if (is_partitioned(r, act) && r->options->version > 0 && r->options->version < 180000) return; /* it has no other form */
    report_work(r, act, "writes to %s and %s wait while the rows are checked", shown_table(r, act), shown_name(r, act->to_schema, act->to));
}

void rule_key_builds(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || (act->flags & ACT_USING_INDEX) || is_partitioned(r, act)) return;
    report_work(r, act, "nobody else can use %s until the key's index is built", shown_table(r, act));
}

void rule_exclude_blocks(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act)) report_work(r, act, "nobody else can use %s until the constraint's index is built", shown_table(r, act));
}

/* A valid check that the column IS NOT NULL, or that it isn't nullable anyway. */
static bool known_not_null(const struct ledger_table *table, const char *column)
{
    const struct ledger_column *known = ledger_column(table, column);
    if (known && known->not_null) return true;
    for (size_t i = 0; table && i < table->constraints.n; i++) {
        const struct ledger_constraint *check = table->constraints.at[i];
        for (size_t k = 0; check->what == ACT_CHECK_ADD && !check->not_valid && k < check->columns.n; k++) {
            if (str_eq(check->columns.at[k], column)) return true;
        }
    }
    return false;
}

void rule_not_null_scan(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || known_not_null(table_of_act(r, act), act->part)) return;
    const char *key = arena_printf(r->ctx->arena, "%s.%s", ledger_key(r->ledger, act->schema, act->name), act->part);
    if (r->options->never_null && map_has(r->options->never_null, key)) return;
    report_work(r, act, "%s is read and nobody else can use it meanwhile; no valid check says that %s IS NOT NULL",
                shown_table(r, act), act->part);
}

/* Whether the statement itself, or an earlier one of its transaction, adds the constraint. */
static bool is_added_here(const struct review *r, const struct sql_act *validate)
{
    for (size_t i = 0; i <= r->number; i++) {
        const struct review_statement *statement = &r->file->statements.at[i];
        bool together = statement == r->statement || (!alone(r) && statement->transaction == r->statement->transaction);
        for (size_t k = 0; together && k < statement->acts.n; k++) {
            const struct sql_act *add = &statement->acts.at[k];
            bool same = str_eq(add->part, validate->part) && str_eq(add->name, validate->name);
            if (same && (add->flags & ACT_NOT_VALID) && add->what != validate->what) return true;
        }
    }
    return false;
}

void rule_validated_same(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || !is_added_here(r, act)) return;
    if (act->what == ACT_DOMAIN_VALIDATE) {
        report(r, act, "%s is added and validated in one transaction: %s stays locked during the scan of all tables that have it", act->part,
               shown_table(r, act));
        return;
    }
    report_work(r, act, "%s is added and validated in one transaction: its lock on %s is held during the scan", act->part,
                shown_table(r, act));
}

static bool is_builtin(const struct sql_type *type)
{
    return type->name && (!type->schema || str_eq(type->schema, "pg_catalog")) && sql_type_builtin(type->name);
}

/* By the types where both are PostgreSQL's own; else a live database may know. */
enum rewrite { REWRITES_NOT, REWRITES_PERHAPS, REWRITES };
static enum rewrite retype_rewrites(const struct review *r, const struct sql_act *act, const struct ledger_column *column)
{
    if (act->flags & ACT_DEFAULT) return REWRITES; /* by a USING that computes */
    if (column && is_builtin(&column->type) && is_builtin(&act->type)) {
        struct type_name old = {.sql = column->type}, now = {.sql = act->type};
        old.sql.schema = now.sql.schema = "pg_catalog";
        return type_change_rewrites(&old, &now) ? REWRITES : REWRITES_NOT;
    }
    if (!r->options->sizes) return REWRITES_PERHAPS;
    unsigned work = work_of(r, act);
    return work & WORK_REWRITE ? REWRITES : work & WORK_MAY_REWRITE ? REWRITES_PERHAPS : REWRITES_NOT;
}

static struct relation_effect *effect_on(const struct review *r, const struct sql_act *act)
{
    const struct effect *effect = &r->statement->effect;
    const char *key = ledger_key(r->ledger, act->schema, act->name);
    for (size_t i = 0; i < effect->relations.n; i++) {
        struct relation_effect *relation = &effect->relations.at[i];
        if (str_eq(ledger_key(r->ledger, relation->schema, relation->name), key)) return relation;
    }
    return NULL;
}

void settle_effect(const struct review *r)
{
    const struct sql_act *act = r->statement->acts.n == 1 ? &r->statement->acts.at[0] : NULL;
    struct relation_effect *relation = act && act->name ? effect_on(r, act) : NULL;
    if (!relation) return;
    const struct ledger_table *table = table_of_act(r, act);
    if (act->what == ACT_NOT_NULL_SET && known_not_null(table, act->part)) relation->work &= ~(unsigned)WORK_SCAN;
    if (act->what != ACT_COLUMN_TYPE || !(relation->work & WORK_MAY_REWRITE)) return;
    enum rewrite rewrite = retype_rewrites(r, act, ledger_column(table, act->part));
    if (rewrite != REWRITES_PERHAPS) relation->work &= ~(unsigned)WORK_MAY_REWRITE;
    if (rewrite == REWRITES) relation->work |= WORK_REWRITE;
}

void rule_type_rewrites(struct review *r, const struct sql_act *act)
{
    const struct ledger_column *column = ledger_column(table_of_act(r, act), act->part);
    if (!exists_already(r, act) || !str_eq(act->kind, "TABLE")) return;
    enum rewrite rewrite = retype_rewrites(r, act, column);
    const char *now = act->type.name ? sql_type_text(r->ctx->arena, &act->type) : "another type";
    const char *old = column && column->type.name ? arena_printf(r->ctx->arena, "%s, %s,", act->part,
                                                                 sql_type_text(r->ctx->arena, &column->type)) : act->part;
    if (rewrite == REWRITES) report_work(r, act, "%s is written anew under ACCESS EXCLUSIVE: %s becomes %s", shown_table(r, act), old, now);
    if (rewrite == REWRITES_PERHAPS)
        report_work(r, act, "%s may be written anew under ACCESS EXCLUSIVE: it depends on the type that %s has now",
                    shown_table(r, act), act->part);
}

/* A function in the default of a new column that may be volatile; NULL: none. */
static const char *unknown_function(const struct review *r, const struct sql_act *act)
{
    const struct effect *effect = &r->statement->effect;
    for (size_t i = 0; i < effect->relations.n; i++) {
        for (size_t k = 0; k < effect->relations.at[i].doubts.n; k++) {
            const struct rewrite_doubt *doubt = &effect->relations.at[i].doubts.at[k];
            if (doubt->added && doubt->function && str_eq(doubt->column, act->part)) return doubt->function;
        }
    }
    return NULL;
}

/* A live database knows whether the function is volatile. */
void rule_volatile_default(struct review *r, const struct sql_act *act)
{
    bool settled = r->options->sizes && !(work_of(r, act) & (WORK_REWRITE | WORK_MAY_REWRITE));
    if (!exists_already(r, act) || settled) return;
    if (act->flags & ACT_VOLATILE) {
        report_work(r, act, "%s is written anew under ACCESS EXCLUSIVE: the default of %s is another one in each row",
                    shown_table(r, act), act->part);
        return;
    }
    const char *function = unknown_function(r, act);
    if (function)
        report_work(r, act, "%s may be written anew under ACCESS EXCLUSIVE: it is unless %s, the default of %s, is STABLE or IMMUTABLE",
                    shown_table(r, act), function, act->part);
}

void rule_stored_added(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && (act->flags & ACT_STORED))
        report_work(r, act, "%s is written anew under ACCESS EXCLUSIVE to store %s", shown_table(r, act), act->part);
}

static bool is_serial(const struct sql_type *type)
{
    return type->name && strstr(type->name, "serial");
}

void rule_numbered_added(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && ((act->flags & ACT_IDENTITY) || is_serial(&act->type)))
        report_work(r, act, "%s is written anew under ACCESS EXCLUSIVE to number its rows", shown_table(r, act));
}

void rule_rewrites(struct review *r, const struct sql_act *act)
{
    if (!act->name) report(r, act, "every table is written anew under ACCESS EXCLUSIVE");
    else if (exists_already(r, act) && !is_partitioned(r, act))
        report_work(r, act, "%s is written anew under ACCESS EXCLUSIVE", shown_table(r, act));
}

void rule_detach(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && !(act->flags & ACT_CONCURRENTLY) && str_eq(act->kind, "TABLE"))
        report(r, act, "%s is locked against reads and writes while %s is detached", shown_table(r, act),
               shown_name(r, act->to_schema,
                          act->to));
}

void rule_attach(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = ledger_table(r->ledger, act->to_schema, act->to);
    if (!str_eq(act->kind, "TABLE") || !relation_exists(r, act->to_schema, act->to)) return;
    for (size_t i = 0; table && i < table->constraints.n; i++) {
        if (table->constraints.at[i]->what == ACT_CHECK_ADD && !table->constraints.at[i]->not_valid) return;
    }
    report_work(r, act, "%s is read and locked while it is attached, unless a valid check says what its bounds say",
                shown_name(r, act->to_schema, act->to));
}

void rule_refresh(struct review *r, const struct sql_act *act)
{
    if (!(act->flags & (ACT_CONCURRENTLY | ACT_ONLY))) report_work(r, act, "readers of %s wait until it is made anew", shown_table(r, act));
}

void rule_lock(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act)) report(r, act, "%s stays locked until the commit", shown_table(r, act));
}

void rule_domain_constraint(struct review *r, const struct sql_act *act)
{
    if (!(act->flags & ACT_NOT_VALID))
        report(r, act, "every table with a column of %s is locked against writes and read", shown_table(r, act));
}

/* ---- timeouts */

/* The first relation that exists already and is locked strongly. */
static const struct relation_effect *strongly(const struct review *r)
{
    const struct effect *effect = &r->statement->effect;
    for (size_t i = 0; i < effect->relations.n && !effect->concurrently; i++) {
        const struct relation_effect *relation = &effect->relations.at[i];
        bool strong = relation->lock >= LOCK_SHARE && !relation->made;
        if (strong && relation_exists(r, relation->schema, relation->name)) return relation;
    }
    return NULL;
}

/* Of a revision the runner sets them, unless it is told not to. */
static bool runner_sets_it(const struct review *r)
{
    const struct section *section = r->statement->section;
    if (!section) return false;
    if (section->lock_timeout) return !str_eq(section->lock_timeout, "0");
    return !r->options->no_lock_timeout;
}

void rule_no_lock_timeout(struct review *r, const struct sql_act *act)
{
    const struct relation_effect *relation = strongly(r);
    (void)act;
    if (!relation || timeout_is_set(r, &r->lock_timeout) || r->said_lock_timeout || runner_sets_it(r)) return;
    r->said_lock_timeout = true;
    report(r, NULL, "%s (%s) is waited for without an end, and all others queue behind it: no lock_timeout is set",
           shown_name(r, relation->schema, relation->name), lock_name(relation->lock));
}

void rule_no_statement_timeout(struct review *r, const struct sql_act *act)
{
    const struct relation_effect *relation = strongly(r);
    (void)act;
    if (!relation || timeout_is_set(r, &r->statement_timeout) || r->said_statement_timeout) return;
    r->said_statement_timeout = true;
    report(r, NULL, "no statement_timeout is set while %s is locked", shown_name(r, relation->schema, relation->name));
}
