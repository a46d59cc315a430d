/* names.c: what rules ask again and again: is it there already, how is it called, how big is it. */
#include "review/rules.h"
#include "sql/quote.h"

enum { SMALL_ROWS = 10000 };

bool relation_exists(const struct review *r, const char *schema, const char *name)
{
    const struct ledger_table *table = ledger_table(r->ledger, schema, name);
    if (name && map_has(r->ledger->new_views, ledger_key(r->ledger, schema, name))) return false;
    return !table || (!table->is_new && !table->temporary);
}

bool exists_already(const struct review *r, const struct sql_act *act)
{
    return !(act->flags & (ACT_MADE | ACT_TEMPORARY)) && relation_exists(r, act->schema, act->name);
}

const struct ledger_table *table_of_act(const struct review *r, const struct sql_act *act)
{
    return ledger_table(r->ledger, act->schema, act->name);
}

const struct review_size *size_of(const struct review *r, const char *schema, const char *name)
{
    return r->options->sizes ? map_get(r->options->sizes, ledger_key(r->ledger, schema, name)) : NULL;
}

bool is_small(const struct review *r, const struct sql_act *act)
{
    const struct review_size *size = size_of(r, act->schema, act->name);
    return size && size->exists && size->rows >= 0 && size->rows < SMALL_ROWS;
}

unsigned work_of(const struct review *r, const struct sql_act *act)
{
    const struct effect *effect = &r->statement->effect;
    const char *key = ledger_key(r->ledger, act->schema, act->name);
    for (size_t i = 0; i < effect->relations.n; i++) {
        if (str_eq(ledger_key(r->ledger, effect->relations.at[i].schema, effect->relations.at[i].name),
                   key)) return effect->relations.at[i].work;
    }
    return 0;
}

const char *shown_name(const struct review *r, const char *schema, const char *name)
{
    const char *shown = sql_qname_str(r->ctx->arena, str_eq(schema, "public") ? NULL : schema, name ? name : "");
    const struct review_size *size = size_of(r, schema, name);
    return size && size->text ? arena_printf(r->ctx->arena, "%s (%s)", shown, size->text) : shown;
}

const char *shown_table(const struct review *r, const struct sql_act *act)
{
    return shown_name(r, act->schema, act->name);
}

bool made_again(const struct review *r, const char *schema, const char *name)
{
    for (size_t i = r->number + 1; i < r->file->statements.n; i++) {
        const struct review_statement *later = &r->file->statements.at[i];
        if (later->up != r->statement->up || !later->creates) continue;
        bool same_schema = !schema || !later->created.schema || str_eq(schema, later->created.schema);
        if (str_eq(later->created.name, name) && same_schema) return true;
    }
    return false;
}
