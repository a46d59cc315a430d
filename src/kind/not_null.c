/* not_null.c: a column's NOT NULL as a constraint. From PostgreSQL 18 on it has a name, may be NOT VALID or NO INHERIT, and takes
 * comments. Where it is plain and bears the name that PostgreSQL chose, it is no more than a column that isn't nullable. */
#include "kind/kind.h"

static bool required(const struct object *column)
{
    return !object_flag(column, "nullable");
}

static bool not_valid(const struct object *column)
{
    return required(column) && object_flag(column, "not_null_not_valid");
}

/* The name it has or gets: the one that was given, else PostgreSQL's own. */
const char *not_null_name(const struct object *column, struct arena *arena)
{
    const char *said = object_text(column, "not_null"), *chosen = object_text(column, "not_null_chosen");
    if (said) return said;
    return chosen ? chosen : sql_object_name(arena, column->parent->name, column->name, "not_null");
}

/* While a table of the old form is still there PostgreSQL would choose other names for the new one. */
static const char *name_to_say(const struct object *column, struct arena *arena)
{
    const struct object *table = column->parent, *old = table->peer;
    bool beside = old && table->anew && (table->version >= 180000 || old->version >= 180000);
    const char *said = object_text(column, "not_null");
    return said || !beside ? said : not_null_name(column, arena);
}

static void add_constraint(const struct object *column, struct buf *out)
{
    const char *name = name_to_say(column, out->arena);
    if (name) buf_printf(out, "CONSTRAINT %s ", sql_ident_str(out->arena, name));
    buf_add(out, "NOT NULL");
}

/* CREATE TABLE and ADD COLUMN know no NOT VALID: finish adds that one. */
void not_null_define(const struct object *column, bool implied, struct buf *out)
{
    bool plain = !name_to_say(column, out->arena) && !object_flag(column, "not_null_no_inherit");
    if (!required(column) || not_valid(column) || (implied && plain)) return;
    buf_addc(out, ' ');
    add_constraint(column, out);
    if (object_flag(column, "not_null_no_inherit")) buf_add(out, " NO INHERIT");
}

static void say_comment(const struct object *column, const char *name, struct ops *ops)
{
    const char *text = object_text(column, "not_null_comment");
    struct buf sql = buf_new(ops->ctx->arena);
    buf_printf(&sql, "COMMENT ON CONSTRAINT %s ON ", sql_ident_str(sql.arena, name));
    sql_table_of(&sql, column);
    op_addf(ops, PHASE_FACETS, "%s IS %s", sql.text, text ? sql_literal_str(sql.arena, text) : "NULL");
}

static struct op *alter_table(const struct object *column, const char *what, struct ops *ops)
{
    struct buf sql = buf_new(ops->ctx->arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_table_of(&sql, column);
    buf_printf(&sql, " %s", what);
    struct op *op = op_add(ops, PHASE_COLUMNS, sql.text);
    op->group = 1;
    return op;
}

/* The column is there, and nullable so far. */
void not_null_add(const struct object *column, struct ops *ops)
{
    struct buf what = buf_new(ops->ctx->arena);
    bool plain = !object_text(column, "not_null") && !object_flag(column, "not_null_no_inherit") && !not_valid(column);
    if (plain) {
        column_alter(column, "SET NOT NULL", ops)->risk = RISK_SCAN | RISK_REFUSED;
        return;
    }
    buf_add(&what, "ADD ");
    add_constraint(column, &what);
    buf_addc(&what, ' ');
    sql_object(&what, column);
    if (object_flag(column, "not_null_no_inherit")) buf_add(&what, " NO INHERIT");
    if (not_valid(column)) buf_add(&what, " NOT VALID");
    struct op *op = alter_table(column, what.text, ops);
    if (!not_valid(column)) op->risk = RISK_SCAN | RISK_REFUSED;
}

void not_null_comment(const struct object *column, struct ops *ops)
{
    const char *name = not_null_name(column, ops->ctx->arena);
    if (required(column) && object_text(column, "not_null_comment")) say_comment(column, name, ops);
}

void not_null_finish(const struct object *column, struct ops *ops)
{
    if (not_valid(column)) not_null_add(column, ops);
    not_null_comment(column, ops);
}

/* What it is called before this change: renames of the table and the column have been followed (not_null_follow). */
static const char *name_before(const struct object *from, const struct object *to, bool named, struct arena *arena)
{
    bool same_path = str_eq(from->name, to->name) && str_eq(from->parent->name, to->parent->name);
    const char *said = object_text(from, "not_null"), *other = named ? NULL : object_text(to, "not_null");
    if (said) return said;
    if (other) return other; /* the models leave the name open */
    return same_path ? not_null_name(from->live ? from : to->live ? to : from, arena)
                     : sql_object_name(arena, to->parent->name, to->name, "not_null");
}

static const char *renamed(const struct object *to, const char *old, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *said = object_text(to, "not_null");
    const char *new = said ? said : sql_object_name(arena, to->parent->name, to->name, "not_null");
    if (str_eq(old, new)) return old;
    alter_table(to, arena_printf(arena, "RENAME CONSTRAINT %s TO %s", sql_ident_str(arena, old), sql_ident_str(arena, new)), ops);
    return new;
}

/* It stays; what it is called, whether it is valid and inherited may change. */
void not_null_alter(const struct object *from, const struct object *to, const struct not_null_changes *changed, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *name = name_before(from, to, changed->name, arena);
    if (changed->valid && not_valid(to)) {
        column_alter(to, "DROP NOT NULL", ops);
        not_null_add(to, ops);
        not_null_comment(to, ops);
        return;
    }
    if (changed->name) name = renamed(to, name, ops);
    const char *quoted = sql_ident_str(arena, name);
    if (changed->inherit) {
        const char *word = object_flag(to, "not_null_no_inherit") ? "NO INHERIT" : "INHERIT";
        alter_table(to, arena_printf(arena, "ALTER CONSTRAINT %s %s", quoted, word), ops);
    }
    if (changed->valid) {
        if (online_applies(to, ops)) online_validate(to, quoted, ops);
        else alter_table(to, arena_printf(arena, "VALIDATE CONSTRAINT %s", quoted), ops)->risk = RISK_SCAN | RISK_REFUSED;
    }
    if (changed->comment) say_comment(to, name, ops);
}

/* A name that PostgreSQL chose from the old names follows the new ones, so that the database is as if it had been made so. */
void not_null_follow(const struct object *from, const char *from_table, const struct object *to, const char *to_table, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const struct object *live = from->live ? from : to, *model = from->live ? to : from;
    if (live->version < 180000 || !required(from) || !required(to)) return;
    if (object_text(live, "not_null") || object_text(model, "not_null")) return;
    const struct object *base = object_is(live->parent, "table") ? inherited_column(live->parent, live->name) : NULL;
    if (live->inherited || (base && required(base))) return;
    const char *chosen = object_text(live, "not_null_chosen");
    const char *old = from->live && chosen ? chosen : sql_object_name(arena, from_table, from->name, "not_null");
    const char *new = !from->live && chosen ? chosen : sql_object_name(arena, to_table, to->name, "not_null");
    if (str_eq(old, new)) return;
    struct buf sql = buf_new(arena);
    buf_add(&sql, "ALTER TABLE ");
    sql_object_as(&sql, to->parent, to_table);
    buf_printf(&sql, " RENAME CONSTRAINT %s TO %s", sql_ident_str(arena, old), sql_ident_str(arena, new));
    op_add(ops, PHASE_RENAME, sql.text)->group = 1;
}
