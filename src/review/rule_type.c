/* rule_type.c: types, names and keys that people are sorry for later. */
#include <string.h>

#include "review/rules.h"

static bool is_type(const struct sql_act *act, const char *name)
{
    return str_eq(act->type.name, name);
}

static void report_type(struct review *r, const struct sql_act *act, const char *name)
{
    if (is_type(act, name)) report(r, act, "%s: %s", act->part, r->rule->title);
}

void rule_timestamp(struct review *r, const struct sql_act *act) { report_type(r, act, "timestamp"); }
void rule_timetz(struct review *r, const struct sql_act *act) { report_type(r, act, "timetz"); }
void rule_char_type(struct review *r, const struct sql_act *act) { report_type(r, act, "bpchar"); }
void rule_json(struct review *r, const struct sql_act *act) { report_type(r, act, "json"); }
void rule_money(struct review *r, const struct sql_act *act) { report_type(r, act, "money"); }

void rule_varchar(struct review *r, const struct sql_act *act)
{
    if (act->type.mods) report_type(r, act, "varchar");
}

void rule_serial(struct review *r, const struct sql_act *act)
{
    if (act->type.name && strstr(act->type.name, "serial")) report(r, act, "%s: %s", act->part, r->rule->title);
}

static bool is_small_int(const struct sql_type *type)
{
    return !type->array && (str_eq(type->name, "int4") || str_eq(type->name, "int2"));
}

static bool is_small_serial(const struct sql_type *type)
{
    return str_eq(type->name, "serial") || str_eq(type->name, "smallserial") || str_eq(type->name,
                                                                                                                        "serial4") || str_eq(type->name, "serial2");
}

/* Whether the statement makes the column its table's whole primary key. */
static bool is_key(const struct review *r, const struct sql_act *column)
{
    for (size_t i = 0; i < r->statement->acts.n; i++) {
        const struct sql_act *key = &r->statement->acts.at[i];
        if (key->what == ACT_PRIMARY_KEY_ADD && key->columns.n == 1 && str_eq(key->columns.at[0], column->part)) return true;
    }
    return false;
}

static bool refers(const struct review *r, const struct sql_act *column)
{
    for (size_t i = 0; i < r->statement->acts.n; i++) {
        const struct sql_act *key = &r->statement->acts.at[i];
        if (key->what == ACT_FOREIGN_KEY_ADD && key->columns.n == 1 && str_eq(key->columns.at[0], column->part)) return true;
    }
    return false;
}

/* A key that a person gives (a country's number) is not counted up; one that refers is as wide as what it refers to. */
void rule_small_key(struct review *r, const struct sql_act *act)
{
    if (act->what == ACT_PRIMARY_KEY_ADD) return; /* its column was judged when it was added */
    bool counted = is_small_serial(&act->type) || (is_small_int(&act->type) && (act->flags & (ACT_IDENTITY | ACT_VOLATILE)));
    bool called_so = is_small_int(&act->type) && str_eq(act->part, "id"); /* the application counts, it seems */
    bool tiny = is_type(act, "int2") || is_type(act, "smallserial") || is_type(act, "serial2");
    if ((counted || called_so) && is_key(r, act) && !refers(r, act))
        report_at(r, counted ? REVIEW_ERROR : REVIEW_NOTE, act_span(r, act), "%s counts up to %s", act->part,
                  tiny ? "32,767" : "2,147,483,647");
}

void rule_small_int(struct review *r, const struct sql_act *act)
{
    if (is_small_int(&act->type) || is_small_serial(&act->type)) report(r, act, "%s: %s", act->part, r->rule->title);
}

static bool adds_key(const struct review_statement *statement, const struct sql_act *table)
{
    for (size_t i = 0; i < statement->acts.n; i++) {
        const struct sql_act *act = &statement->acts.at[i];
        if (act->what == ACT_PRIMARY_KEY_ADD && str_eq(act->name, table->name)) return true;
    }
    return false;
}

void rule_no_primary_key(struct review *r, const struct sql_act *act)
{
    if (act->flags & (ACT_TEMPORARY | ACT_PARTITION | ACT_SELECT)) return;
    for (size_t i = r->number; i < r->file->statements.n; i++) {
        if (adds_key(&r->file->statements.at[i], act)) return;
    }
    report(r, act, "%s has no primary key", shown_table(r, act));
}

void rule_on_delete(struct review *r, const struct sql_act *act)
{
    if (!(act->flags & ACT_ON_DELETE))
        report(r, act, "the foreign key to %s doesn't say what becomes of its rows", shown_name(r, act->to_schema, act->to));
}

/* Whether the file adds one of the key's columns: there was no index on it. */
static bool is_new_column(const struct review *r, const struct sql_act *key)
{
    for (size_t i = 0; i < r->file->statements.n; i++) {
        const struct review_statement *statement = &r->file->statements.at[i];
        for (size_t k = 0; k < statement->acts.n && statement->up; k++) {
            const struct sql_act *add = &statement->acts.at[k];
            if (add->what != ACT_COLUMN_ADD || (add->flags & ACT_IF) || !str_eq(add->name, key->name)) continue;
            for (size_t c = 0; c < key->columns.n; c++) {
                if (str_eq(key->columns.at[c], add->part)) return true;
            }
        }
    }
    return false;
}

/* After the whole file: the index may come later. */
void rule_fk_index(struct review *r, const struct sql_act *act)
{
    (void)act;
    for (size_t i = 0; i < r->file->statements.n; i++) {
        const struct review_statement *statement = &r->file->statements.at[i];
        r->statement = statement;
        for (size_t k = 0; k < statement->acts.n && statement->up; k++) {
            const struct sql_act *key = &statement->acts.at[k];
            const struct ledger_table *table = key->what == ACT_FOREIGN_KEY_ADD ? table_of_act(r, key) : NULL;
            bool known = table && !table->gone && (table->whole || is_new_column(r, key));
            if (known && key->columns.n > 0 && !ledger_has_index_on(table, &key->columns))
                report(r, key, "no index of %s begins with %s: each delete in %s reads all of it", shown_table(r, key), key->columns.at[0],
                       shown_name(r, key->to_schema, key->to));
        }
    }
    r->statement = NULL;
}

/* serial is an integer with a default. */
static const char *stored_type(const struct sql_type *type)
{
    static const char *const forms[][2] = {{"serial", "int4"}, {"serial4", "int4"}, {"bigserial", "int8"}, {"serial8", "int8"},
                                           {"smallserial", "int2"}, {"serial2", "int2"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_eq(type->name, forms[i][0])) return forms[i][1];
    }
    return type->name;
}

void rule_fk_type(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act), *target = ledger_table(r->ledger, act->to_schema, act->to);
    for (size_t i = 0; i < act->columns.n && i < act->to_columns.n; i++) {
        const struct ledger_column *column = ledger_column(table, act->columns.at[i]), *other = ledger_column(target,
                                                                                                              act->to_columns.at[i]);
        if (!column || !other || !column->type.name || !other->type.name) continue;
        if (str_eq(stored_type(&column->type), stored_type(&other->type))) continue;
        report(r, act, "%s is %s, and %s of %s is %s", column->name, sql_type_text(r->ctx->arena, &column->type), other->name,
               shown_name(r, act->to_schema, act->to), sql_type_text(r->ctx->arena, &other->type));
    }
}

static bool begins_the_same(const struct sql_texts *a, const struct sql_texts *b)
{
    if (a->n > b->n || a->n == 0) return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!a->at[i] || !str_eq(a->at[i], b->at[i])) return false;
    }
    return true;
}

void rule_duplicate_index(struct review *r, const struct sql_act *act)
{
    const struct ledger_table *table = table_of_act(r, act);
    if (act->flags & (ACT_UNIQUE | ACT_WHERE)) return;
    for (size_t i = 0; table && i < table->indexes.n; i++) {
        const struct ledger_index *index = table->indexes.at[i];
        if (index->partial || !str_eq(index->method, act->now) || !begins_the_same(&act->columns, &index->columns)) continue;
        report(r, act, "%s begins with the same columns", index->name ? index->name : "another index");
        return;
    }
}

void rule_wide_index(struct review *r, const struct sql_act *act)
{
    enum { MANY = 3 };
    if (!(act->flags & ACT_UNIQUE) && act->columns.n > MANY) report(r, act, "an index of %zu columns", act->columns.n);
}

void rule_long_name(struct review *r, const struct sql_act *act)
{
    struct sql_names found;
    (void)act;
    if (!sql_long_names(r->ctx->arena, r->statement->sql, &found)) return;
    for (size_t i = 0; i < found.n; i++) {
        uint32_t at = r->statement->span.start + (uint32_t)found.at[i].offset;
        report_at(r, REVIEW_ERROR, (struct span){at, at + (uint32_t)found.at[i].length}, "this name is cut after 63 bytes");
    }
}

void rule_no_schema(struct review *r, const struct sql_act *act)
{
    if (!act->schema && !(act->flags & ACT_TEMPORARY)) report(r, act, "where %s is made depends on search_path", shown_table(r, act));
}

void rule_enum_place(struct review *r, const struct sql_act *act)
{
    if (!(act->flags & ACT_PLACED)) report(r, act, "'%s' goes to the end of %s", act->part, shown_table(r, act));
}

/* modelc's journal knows where its own revisions stopped. */
void rule_enum_repeat(struct review *r, const struct sql_act *act)
{
    if (!(act->flags & ACT_IF) && !r->file->revision) report(r, act, "without IF NOT EXISTS this can't run twice");
}

void rule_unlogged(struct review *r, const struct sql_act *act)
{
    if (act->flags & ACT_UNLOGGED) report(r, act, "%s is empty after a crash", shown_table(r, act));
}
