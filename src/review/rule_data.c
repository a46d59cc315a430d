/* rule_data.c: rows, and who may see them. */
#include "review/rules.h"

/* A batch, or a small table, is as it should be. Under a strong lock work-under-lock says it, and more. */
void rule_rows_at_once(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act) || is_small(r, act) || strongest_held(r)) return;
    if (r->statement->statement && r->statement->statement->batch) return;
    report(r, act, "all changed rows of %s stay locked until the commit", shown_table(r, act));
}

void rule_twice(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_TWICE) report(r, act, "this column is set twice");
}

void rule_no_columns(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_NO_COLUMNS) report(r, act, "the columns of %s aren't named", shown_table(r, act));
}

/* Who generated it knows what is in it. */
void rule_not_looked_into(struct review *r, const struct sql_act *act)
{
    if (!r->statement->generated)
        report(r, act, act->what == ACT_DO ? "what this block does isn't looked into" : "syntax that is too new to be looked into");
}

/* ---- rights */

void rule_invoker_lost(struct review *r, const struct sql_act *act)
{
    bool had = map_has(r->ledger->invokers, ledger_key(r->ledger, act->schema, act->name));
    bool option = act->what == ACT_OPTIONS_RESET || act->what == ACT_OPTIONS_SET;
    if (!had || (option && !str_eq(act->part, "security_invoker"))) return;
    bool set = option ? act->what == ACT_OPTIONS_SET && sql_is_on(act->now) : (act->flags & ACT_INVOKER) != 0;
    if (!set) report(r, act, "%s had security_invoker, and has not from now on", shown_table(r, act));
}

void rule_definer(struct review *r, const struct sql_act *act)
{
    if ((act->flags & ACT_DEFINER) && !(act->flags & ACT_PATH))
        report(r, act, "%s runs with its owner's rights and its caller's search_path", shown_table(r, act));
}

/* What everybody has by PostgreSQL's own defaults, or had until 15: nobody is surprised. */
static bool is_customary(const struct sql_act *act)
{
    static const char *const kinds[] = {"FUNCTION", "PROCEDURE", "ROUTINE", "TYPE", "DOMAIN", "LANGUAGE"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(act->kind, kinds[i])) return true;
    }
    bool creates = (act->flags & ACT_ALL) != 0;
    for (size_t i = 0; i < act->columns.n; i++) creates |= str_eq(act->columns.at[i], "create");
    return str_eq(act->kind, "SCHEMA") && !creates;
}

void rule_grant_public(struct review *r, const struct sql_act *act)
{
    if ((act->flags & ACT_PUBLIC) && !is_customary(act))
        report(r, act, "everybody gets a privilege on %s", act->name ? shown_table(r, act) : "it");
}

void rule_grant_all(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_ALL) report(r, act, "all privileges on %s are granted", act->name ? shown_table(r, act) : "it");
}

void rule_password(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_PASSWORD) report(r, act, "a password stands here for everybody to read");
}

/* After the whole file: the policy, or the switch, may come later. */
static void each_upgrade_act(struct review *r, enum sql_act_what what, void (*check)(struct review *r, const struct sql_act *act))
{
    for (size_t i = 0; i < r->file->statements.n; i++) {
        r->statement = &r->file->statements.at[i];
        for (size_t k = 0; k < r->statement->acts.n && r->statement->up; k++) {
            if (r->statement->acts.at[k].what == what) check(r, &r->statement->acts.at[k]);
        }
    }
    r->statement = NULL;
}

static void check_switched_on(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act);
    if (table && table->row_security && !table->gone && table->policies.n == 0)
        report(r, act, "nobody but its owner sees a row of %s: it has no policy", shown_table(r, act));
}

static void check_policy(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act);
    if (table && table->whole && !table->gone && !table->row_security)
        report(r, act, "%s does nothing: row level security of %s is off", act->part, shown_table(r, act));
}

void rule_row_security(struct review *r, const struct sql_act *act)
{
    (void)act;
    each_upgrade_act(r, ACT_ROW_SECURITY, check_switched_on);
}

void rule_policy_unused(struct review *r, const struct sql_act *act)
{
    (void)act;
    each_upgrade_act(r, ACT_POLICY_CREATE, check_policy);
}
