/* rule_file.c: the file as a whole: both directions, its place in the chain, its own lines. */
#include <string.h>

#include "review/rules.h"

void rule_syntax(struct review *r, const struct sql_act *act)
{
    (void)act;
    if (r->statement->defect) report_at(r, REVIEW_ERROR, r->statement->defect_span, "%s", r->statement->defect);
}

void rule_no_downgrade(struct review *r, const struct sql_act *act)
{
    bool up = false, down = false;
    (void)act;
    for (size_t i = 0; i < r->file->statements.n; i++) {
        up |= r->file->statements.at[i].up;
        down |= !r->file->statements.at[i].up;
    }
    if (r->file->directions && up && !down && !r->file->irreversible && !r->back) report(r, NULL, "there is no way back");
}

/* ---- is the downgrade the upgrade's inverse */

/* What a direction left of a table that the file touches, against what was there. */
struct inverse {
    struct review *r;
    const struct ledger_table *before, *back;
    const char *shown;
};

static bool is_there(const struct ledger_table *table)
{
    return table && !table->gone;
}

static void report_inverse(const struct inverse *in, const char *what, const char *name, bool was)
{
    report(in->r, NULL, "after the downgrade the %s %s of %s %s", what, name, in->shown, was ? "is missing" : "is still there");
}

/* Names of the columns, indexes or constraints that are known to be there. */
static void column_names(struct arena *arena, const struct ledger_table *table, struct map *names)
{
    (void)arena;
    for (struct map_entry e = map_first(table->columns); e.key; e = map_next(e)) {
        if (e.value) map_put(names, e.key, e.value);
    }
}

static void index_names(const struct ledger_table *table, struct map *names)
{
    for (size_t i = 0; i < table->indexes.n; i++) {
        if (table->indexes.at[i]->name) map_put(names, table->indexes.at[i]->name, table->indexes.at[i]);
    }
}

static void constraint_names(const struct ledger_table *table, struct map *names)
{
    for (size_t i = 0; i < table->constraints.n; i++) {
        if (table->constraints.at[i]->name) map_put(names, table->constraints.at[i]->name, table->constraints.at[i]);
    }
}

/* What is new is always known; what is missing only where the table was known wholly. */
static void compare_names(const struct inverse *in, const char *what, const struct map *before, const struct map *back)
{
    for (struct map_entry e = map_first(before); e.key; e = map_next(e)) {
        if (!map_has(back, e.key)) report_inverse(in, what, e.key, true);
    }
    for (struct map_entry e = map_first(back); e.key; e = map_next(e)) {
        if (in->before->whole && !map_has(before, e.key)) report_inverse(in, what, e.key, false);
    }
}

static void compare_types(const struct inverse *in, const struct map *before, const struct map *back)
{
    struct arena *arena = in->r->ctx->arena;
    for (struct map_entry e = map_first(before); e.key; e = map_next(e)) {
        const struct ledger_column *old = e.value, *now = map_get(back, e.key);
        if (!now || !old->type.name || !now->type.name || strstr(old->type.name, "serial")) continue;
        const char *was = sql_type_text(arena, &old->type), *is = sql_type_text(arena, &now->type);
        if (!str_eq(was, is)) report(in->r, NULL, "after the downgrade %s of %s is %s, and was %s", e.key, in->shown, is, was);
    }
}

static void compare_tables(const struct inverse *in)
{
    struct arena *arena = in->r->ctx->arena;
    struct map *maps[6];
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) maps[i] = map_new(arena);
    column_names(arena, in->before, maps[0]);
    column_names(arena, in->back, maps[1]);
    index_names(in->before, maps[2]);
    index_names(in->back, maps[3]);
    constraint_names(in->before, maps[4]);
    constraint_names(in->back, maps[5]);
    compare_names(in, "column", maps[0], maps[1]);
    compare_types(in, maps[0], maps[1]);
    compare_names(in, "index", maps[2], maps[3]);
    compare_names(in, "constraint", maps[4], maps[5]);
}

/* What a file drops without ever having been heard of is not known to have been there as it was. */
void rule_not_inverse(struct review *r, const struct sql_act *act)
{
    (void)act;
    for (struct map_entry e = r->back ? map_first(r->back->tables) : (struct map_entry){0}; e.key; e = map_next(e)) {
        const struct ledger_table *back = e.value, *before = map_get(r->before->tables, e.key);
        struct inverse in = {.r = r, .before = before, .back = back, .shown = shown_name(r, back->schema, back->name)};
        if (is_there(before) && !is_there(back)) {
            if (before->whole) report(r, NULL, "after the downgrade the table %s is missing", in.shown);
        } else if (!is_there(before) && is_there(back)) {
            if (back->whole && !before && !back->partition && !back->found)
                report(r, NULL, "after the downgrade the table %s is still there", in.shown);
        } else if (is_there(before)) {
            compare_tables(&in);
        }
    }
}

/* ---- the chain */

void rule_parent_taken(struct review *r, const struct sql_act *act)
{
    const struct revision *revision = r->file->revision;
    (void)act;
    for (size_t i = 0; revision && r->options->graph && i < revision->parents.n; i++) {
        const struct revision *parent = map_get(r->options->graph->by_id, revision->parents.at[i]);
        for (size_t k = 0; parent && k < parent->children.n; k++) {
            const struct revision *other = parent->children.at[k];
            if (str_eq(other->id, revision->id)) continue;
            report_at(r, REVIEW_ERROR, revision->revises_span, "%s follows %s, too", other->id, parent->id);
        }
    }
}

void rule_edited(struct review *r, const struct sql_act *act)
{
    const struct revision *revision = r->file->revision;
    (void)act;
    if (!revision || !revision->generated || str_eq(revision->generated, revision_generated_digest(r->ctx, revision))) return;
    report(r, NULL, "its generated statements aren't what autogenerate wrote");
}

void rule_unfinished(struct review *r, const struct sql_act *act)
{
    const struct statement *statement = r->statement->statement;
    (void)act;
    if (statement && statement->origin == STATEMENT_COMPLETE)
        report(r, NULL, "still to be completed: %s", statement->reason ? statement->reason : "see its comment");
}

/* ---- modelc:allow */

void rule_allow_wrong(struct review *r, const struct sql_act *act)
{
    const char *defect = allow_defect(r->ctx->arena, r->statement->allow);
    (void)act;
    if (defect) report_at(r, REVIEW_ERROR, r->statement->allow_span, "%s", defect);
}

/* What names a rule wrongly is told of already. */
void rule_allow_unused(struct review *r, const struct sql_act *act)
{
    (void)act;
    for (size_t i = 0; i < r->file->statements.n; i++) {
        const struct review_statement *statement = &r->file->statements.at[i];
        if (!statement->allow || allow_used(r, statement) || allow_defect(r->ctx->arena, statement->allow)) continue;
        report_at(r, REVIEW_ERROR, statement->allow_span, "there is nothing to allow");
    }
}
