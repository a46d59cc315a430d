/* rule_break.c: what code that runs during the migration, or rows, do not survive. */
#include <string.h>

#include "review/rules.h"

/* "people.name", "people", "the role app" */
static const char *thing(const struct review *r, const struct sql_act *act)
{
    struct arena *arena = r->ctx->arena;
    if (!act->name) return act->part ? act->part : "";
    const char *shown = shown_table(r, act);
    return act->part && !str_eq(act->part, act->name) ? arena_printf(arena, "%s of %s", act->part, shown) : shown;
}

/* "FUNCTION" as people write it. */
static const char *kind_of(const struct review *r, const struct sql_act *act)
{
    char *kind = arena_strdup(r->ctx->arena, act->kind ? act->kind : "object");
    for (char *c = kind; *c; c++) {
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    }
    return kind;
}

/* modelc's own place for what is parked (`autogenerate --park`). */
static bool is_attic(const char *name)
{
    return str_eq(name, "modelc_attic") || (name && str_starts(name, "_attic_"));
}

/* Whether what is called `name` from now on is parked further down, or this very act parks it. */
static bool is_parked(const struct review *r, const struct sql_act *act)
{
    for (size_t i = r->number; i < r->file->statements.n; i++) {
        const struct review_statement *later = &r->file->statements.at[i];
        for (size_t k = 0; k < later->acts.n && later->up == r->statement->up; k++) {
            const struct sql_act *move = &later->acts.at[k];
            bool same = move == act || str_eq(move->name, act->now);
            if (same && is_attic(move->now) && (move->what == ACT_TABLE_MOVE || move->what == ACT_MOVE || move == act)) return true;
        }
    }
    return false;
}

/* Of a thing that exists already the rule's title says it all. */
void rule_simply(struct review *r, const struct sql_act *act)
{
    bool replaces = act->what == ACT_VIEW_CREATE || act->what == ACT_ROUTINE_CREATE;
    if ((replaces && !(act->flags & ACT_REPLACE)) || !exists_already(r, act)) return;
    report(r, act, "%s: %s", r->rule->title, thing(r, act));
}

/* A revision that declares what it loses was thought about: a note remains. */
static enum review_level declared(const struct review *r)
{
    return r->statement->section && r->statement->section->loses.n > 0 ? REVIEW_NOTE : REVIEW_ERROR;
}

void rule_column_renamed(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && !is_parked(r, act))
        report(r, act, "code that runs knows %s of %s only by its old name", act->part, shown_table(r, act));
}

void rule_object_moved(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && !is_attic(act->now))
        report(r, act, "%s is moved to %s: who names its schema doesn't find it any more", thing(r, act), act->now);
}

/* A view of the old name, made in the same transaction, serves old code. */
void rule_table_renamed(struct review *r, const struct sql_act *act)
{
    bool kept = !alone(r) && made_again(r, act->schema, act->name);
    if (exists_already(r, act) && !kept && !is_parked(r, act))
        report(r, act, "code that runs knows %s only by its old name", shown_table(r, act));
}

void rule_object_renamed(struct review *r, const struct sql_act *act)
{
    const char *name = act->part && str_eq(act->kind, "VALUE") ? act->part : act->name;
    if (is_parked(r, act) || (!alone(r) && made_again(r, act->schema, act->name))) return;
    report(r, act, "who uses the %s %s by its name doesn't find it any more", kind_of(r, act), name ? name : "");
}

void rule_table_dropped(struct review *r, const struct sql_act *act)
{
    bool moves = act->what == ACT_TABLE_MOVE;
    if (moves && is_attic(act->now))
        report_at(r, REVIEW_NOTE, act_span(r, act), "%s is parked: code that runs doesn't find it any more", shown_table(r, act));
    if (moves || !exists_already(r, act) || made_again(r, act->schema, act->name)) return;
    report_at(r, declared(r), act_span(r, act), "%s is dropped with its rows", shown_table(r, act));
}

void rule_column_dropped(struct review *r, const struct sql_act *act)
{
    bool renames = act->what == ACT_COLUMN_RENAME;
    if (!exists_already(r, act) || !str_eq(act->kind, "TABLE")) return;
    if (renames && is_attic(act->now))
        report_at(r, REVIEW_NOTE, act_span(r, act), "%s of %s is parked: code that runs doesn't find it any more", act->part,
                  shown_table(r, act));
    if (!renames) report_at(r, declared(r), act_span(r, act), "%s of %s is dropped with its values", act->part, shown_table(r, act));
}

/* Renamed by the file itself, to make room for the new one: nobody calls it so. */
static bool was_set_aside(const struct review *r, const struct sql_act *act)
{
    for (size_t i = 0; i < r->number; i++) {
        const struct review_statement *earlier = &r->file->statements.at[i];
        for (size_t k = 0; k < earlier->acts.n && earlier->up == r->statement->up; k++) {
            const struct sql_act *rename = &earlier->acts.at[k];
            if (rename->what == ACT_RENAME && str_eq(rename->now, act->name)) return true;
        }
    }
    return false;
}

static bool is_guard(const struct sql_act *act)
{
    return str_eq(act->kind, "TRIGGER") || str_eq(act->kind, "POLICY") || str_eq(act->kind, "RULE");
}

void rule_object_dropped(struct review *r, const struct sql_act *act)
{
    static const char *const harmless[] = {"STATISTIC EXT", "STATISTICS", "TSPARSER", "CAST"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (str_eq(act->kind, harmless[i])) return;
    }
    if (was_set_aside(r, act)) return;
    if (is_guard(act) || made_again(r, act->schema, act->name)) return;
    report(r, act, "the %s %s is dropped", kind_of(r, act), thing(r, act));
}

void rule_guard_dropped(struct review *r, const struct sql_act *act)
{
    if (is_guard(act) && exists_already(r, act) && !made_again(r, NULL, act->part))
        report(r, act, "the %s %s of %s is dropped", kind_of(r, act), act->part, shown_table(r, act));
}

void rule_index_dropped(struct review *r, const struct sql_act *act)
{
    if (!made_again(r, NULL, act->name)) report(r, act, "the index %s is dropped", thing(r, act));
}

void rule_database_dropped(struct review *r, const struct sql_act *act)
{
    report(r, act, "the database %s is dropped", act->name ? act->name : "");
}

void rule_cascade(struct review *r, const struct sql_act *act)
{
    if ((act->flags & ACT_CASCADE) && exists_already(r, act)) report(r, act, "CASCADE drops whatever depends on %s", thing(r, act));
}

void rule_truncated(struct review *r, const struct sql_act *act)
{
    if (!exists_already(r, act)) return;
    report(r, act, "%s is emptied%s", shown_table(r, act), act->flags & ACT_CASCADE ? ", and so is each table that refers to it" : "");
}

void rule_delete_all(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && !(act->flags & ACT_WHERE))
        report_at(r, declared(r), act_span(r, act), "every row of %s is deleted", shown_table(r, act));
}

void rule_required_column(struct review *r, const struct sql_act *act)
{
    unsigned filled = ACT_DEFAULT | ACT_STORED | ACT_IDENTITY;
    bool serial = act->type.name && strstr(act->type.name, "serial");
    /* a domain may have a default of its own */
    bool domain = act->type.name && (!sql_type_builtin(act->type.name) || (act->type.schema && !str_eq(act->type.schema, "pg_catalog")));
    if (exists_already(r, act) && (act->flags & ACT_NOT_NULL) && !(act->flags & filled) && !serial)
        report_at(r, domain ? REVIEW_NOTE : REVIEW_ERROR, act_span(r, act),
                  "%s of %s is NOT NULL without a default: it fails as soon as there is a row", act->part, shown_table(r, act));
}

/* The same name again in the same direction: it is changed, not dropped. */
static bool constraint_comes_back(const struct review *r, const struct sql_act *act)
{
    for (size_t i = r->number; i < r->file->statements.n; i++) {
        const struct review_statement *later = &r->file->statements.at[i];
        for (size_t k = 0; k < later->acts.n && later->up == r->statement->up; k++) {
            const struct sql_act *other = &later->acts.at[k];
            bool adds = other->what == ACT_CHECK_ADD || other->what == ACT_FOREIGN_KEY_ADD || other->what == ACT_UNIQUE_ADD ||
                        other->what == ACT_PRIMARY_KEY_ADD || other->what == ACT_EXCLUDE_ADD || other->what == ACT_CONSTRAINT_RENAME;
            const char *name = other->what == ACT_CONSTRAINT_RENAME ? other->now : other->part;
            if (adds && str_eq(name, act->part) && str_eq(other->name, act->name)) return true;
        }
    }
    return false;
}

/* A check that only helped SET NOT NULL has done its work. */
static bool was_helper(const struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act);
    const struct ledger_constraint *check = ledger_constraint(table, act->part);
    if (!check || !check->only_not_null) return false;
    for (size_t i = 0; i < check->columns.n; i++) {
        const struct ledger_column *column = ledger_column(table, check->columns.at[i]);
        if (!column || !column->not_null) return false;
    }
    return true;
}

void rule_constraint_dropped(struct review *r, const struct sql_act *act)
{
    if (exists_already(r, act) && !constraint_comes_back(r, act) && !was_helper(r, act))
        report(r, act, "%s of %s is dropped: what it kept is no longer kept", act->part, shown_table(r, act));
}
