/* identity.c: identity columns, from serial ones and back, and the bounds of sequences. */
#include <stdlib.h>

#include "kind/kind.h"

static const struct value *identity_in(const struct object *column)
{
    return object_get(column, "identity");
}

static const struct sql_pairs *pairs_in(const struct object *column)
{
    return &object_get(column, "identity_options")->pairs;
}

static void add_identity_options(const struct object *column, struct buf *out)
{
    static const struct { const char *name, *words; } options[] = {
        {"start", "START WITH"}, {"increment", "INCREMENT BY"}, {"minvalue", "MINVALUE"}, {"maxvalue", "MAXVALUE"}, {"cache", "CACHE"},
    };
    const struct sql_pairs *pairs = pairs_in(column);
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        buf_add(out, n++ ? " " : " (");
        if (str_eq(pairs->at[i].name, "cycle")) buf_add(out, "CYCLE");
        for (size_t j = 0; j < sizeof options / sizeof *options; j++) {
            if (str_eq(pairs->at[i].name, options[j].name)) buf_printf(out, "%s %s", options[j].words, pairs->at[i].value);
        }
    }
    if (n) buf_addc(out, ')');
}

void identity_define(const struct object *column, struct buf *out)
{
    bool always = str_eq(identity_in(column)->text, "always");
    buf_printf(out, "GENERATED %s AS IDENTITY", always ? "ALWAYS" : "BY DEFAULT");
    add_identity_options(column, out);
}

/* ---- bounds ---- */

const char *sequence_highest(const char *type)
{
    return str_eq(type, "smallint") ? "32767" : str_eq(type, "integer") ? "2147483647" : "9223372036854775807";
}

const char *sequence_lowest(const char *type)
{
    return str_eq(type, "smallint") ? "-32768" : str_eq(type, "integer") ? "-2147483648" : "-9223372036854775808";
}

static long long number(const char *text)
{
    return strtoll(text, NULL, 10);
}

const char *sequence_begin_anew(struct arena *arena, const char *sequence, const struct sequence_bounds *from,
                                const struct sequence_bounds *to, struct sequence_bounds *wide)
{
    if (number(from->start) >= number(to->minimum) && number(from->start) <= number(to->maximum)) return NULL;
    wide->minimum = number(from->minimum) < number(to->minimum) ? from->minimum : to->minimum;
    wide->maximum = number(from->maximum) > number(to->maximum) ? from->maximum : to->maximum;
    return arena_printf(arena, "SELECT pg_catalog.setval(%s, %s, false)"
                               " WHERE coalesce(pg_catalog.pg_sequence_last_value(%s) NOT BETWEEN %s AND %s, true)",
                        sequence, to->start, sequence, to->minimum, to->maximum);
}

/* ---- identity, serial ---- */

static const char *set_position(struct arena *arena, const char *target, const char *from_sequence)
{
    return arena_printf(arena, "SELECT pg_catalog.setval(%s, last_value, is_called) FROM %s", target, from_sequence);
}

static const char *identity_of(struct arena *arena, const struct object *column)
{
    const char *table = sql_object_str(arena, column->parent);
    const char *name = column->now ? column->now->name : column->name;
    return arena_printf(arena, "pg_catalog.pg_get_serial_sequence(%s, %s)", sql_literal_str(arena, table), sql_literal_str(arena, name));
}

static void group(struct op *op)
{
    op->group = 1;
}

/* The serial's sequence steps aside so that the identity's gets the name, hands over its position, and goes. */
static void serial_to_identity(const struct object *to, const struct object *sequence, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *aside = sql_object_name(arena, sequence->name, NULL, "modelc_old");
    struct buf identity = buf_new(arena), current = buf_new(arena), old = buf_new(arena);
    sql_object_as(&current, to->parent, sequence->name); /* it went where its table went */
    sql_object_as(&old, to->parent, aside);
    group(op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s RENAME TO %s", current.text, sql_ident_str(arena, aside)));
    group(op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s OWNED BY NONE", old.text)); /* else it would still be the column's */
    column_alter(to, "DROP DEFAULT", ops);
    buf_add(&identity, "ADD ");
    identity_define(to, &identity);
    column_alter(to, identity.text, ops);
    group(op_add(ops, PHASE_COLUMNS, set_position(arena, identity_of(arena, to), old.text)));
    group(op_addf(ops, PHASE_COLUMNS, "DROP SEQUENCE %s", old.text));
}

static void identity_to_serial(const struct object *from, const struct object *to, const struct object *sequence, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    const char *live = object_get(from, "identity_sequence")->set ? object_text(from, "identity_sequence")
                                                                  : sql_object_name(arena, from->parent->name, from->name, "seq");
    const char *aside = sql_object_name(arena, live, NULL, "modelc_old");
    const char *name = sql_object_str(arena, sequence);
    struct buf current = buf_new(arena), old = buf_new(arena);
    sql_object_as(&current, sequence, live);
    sql_object_as(&old, sequence, aside);
    group(op_addf(ops, PHASE_COLUMNS, "ALTER SEQUENCE %s RENAME TO %s", current.text, sql_ident_str(arena, aside)));
    size_t first = ops->list.n;
    sequence->kind->create(sequence, ops);
    group(op_add(ops, PHASE_COLUMNS, set_position(arena, sql_literal_str(arena, name), old.text)));
    column_alter(to, "DROP IDENTITY", ops);
    column_set_default(to, ops);
    for (size_t i = first; i < ops->list.n; i++) {
        ops->list.at[i].group = 1;
        ops->list.at[i].phase = PHASE_COLUMNS;
    }
}

/* A plain column's values were given by hand so far: the identity has to begin behind them. */
static void plain_to_identity(const struct object *to, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct buf identity = buf_new(arena), name = buf_new(arena);
    buf_add(&identity, "ADD ");
    identity_define(to, &identity);
    column_alter(to, identity.text, ops);
    sql_object(&name, to);
    group(op_addf(ops, PHASE_COLUMNS, "SELECT pg_catalog.setval(%s, max(%s)) FROM %s HAVING max(%s) > 0", identity_of(arena, to),
                  name.text, sql_object_str(arena, to->parent), name.text));
}

static const char *pair_of(const struct sql_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (str_eq(pairs->at[i].name, name)) return pairs->at[i].value;
    }
    return NULL;
}

static struct sequence_bounds bounds_of(const struct object *column)
{
    const char *internal = object_get(column, "type")->type.sql.name;
    const char *type = str_eq(internal, "int2") ? "smallint" : str_eq(internal, "int4") ? "integer" : "bigint";
    const struct sql_pairs *pairs = pairs_in(column);
    const char *increment = pair_of(pairs, "increment");
    bool down = increment && increment[0] == '-';
    struct sequence_bounds bounds = {pair_of(pairs, "minvalue"), pair_of(pairs, "maxvalue"), pair_of(pairs, "start")};
    if (!bounds.minimum) bounds.minimum = down ? sequence_lowest(type) : "1";
    if (!bounds.maximum) bounds.maximum = down ? "-1" : sequence_highest(type);
    if (!bounds.start) bounds.start = down ? bounds.maximum : bounds.minimum;
    return bounds;
}

static void add_option(const struct object *to, const char *name, const char *words, const char *otherwise, struct buf *out)
{
    const char *value = pair_of(pairs_in(to), name);
    if (value) buf_printf(out, " SET %s %s", words, value);
    else buf_printf(out, " SET %s", otherwise);
}

static void begin_anew(const struct object *from, const struct object *to, const struct sequence_bounds *bounds, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    struct sequence_bounds old = bounds_of(from), wide;
    const char *sql = sequence_begin_anew(arena, identity_of(arena, to), &old, bounds, &wide);
    if (!sql) return;
    column_alter(to, arena_printf(arena, "SET MINVALUE %s SET MAXVALUE %s", wide.minimum, wide.maximum), ops);
    group(op_add(ops, PHASE_COLUMNS, sql));
}

static void change_identity(const struct object *from, const struct object *to, const struct identity_changes *changed,
                            struct ops *ops)
{
    struct buf what = buf_new(ops->ctx->arena);
    if (changed->identity) {
        buf_printf(&what, " SET GENERATED %s", str_eq(identity_in(to)->text, "always") ? "ALWAYS" : "BY DEFAULT");
    }
    if (changed->options) {
        struct sequence_bounds bounds = bounds_of(to);
        begin_anew(from, to, &bounds, ops);
        add_option(to, "increment", "INCREMENT BY", "INCREMENT BY 1", &what);
        add_option(to, "minvalue", "MINVALUE", "NO MINVALUE", &what);
        add_option(to, "maxvalue", "MAXVALUE", "NO MAXVALUE", &what);
        buf_printf(&what, " SET START WITH %s", bounds.start);
        add_option(to, "cache", "CACHE", "CACHE 1", &what);
        buf_add(&what, pair_of(pairs_in(to), "cycle") ? " SET CYCLE" : " SET NO CYCLE");
    }
    if (what.len) column_alter(to, what.text + 1, ops);
}

void identity_alter(const struct object *from, const struct object *to, const struct identity_changes *changed, struct ops *ops)
{
    if (identity_in(from)->set && identity_in(to)->set) {
        change_identity(from, to, changed, ops);
        return;
    }
    const struct object *sequence = column_sequence(identity_in(from)->set ? to : from);
    if (identity_in(to)->set) {
        if (sequence) serial_to_identity(to, sequence, ops);
        else plain_to_identity(to, ops);
    } else if (sequence && !sequence->peer) {
        identity_to_serial(from, to, sequence, ops);
    } else {
        column_alter(to, "DROP IDENTITY", ops);
    }
}

void identity_follow(const struct object *from, const char *from_table, const struct object *to, const char *to_table, struct ops *ops)
{
    struct arena *arena = ops->ctx->arena;
    if (!identity_in(from)->set || !identity_in(to)->set) return;
    const char *old = sql_object_name(arena, from_table, from->name, "seq");
    const char *new = sql_object_name(arena, to_table, to->name, "seq");
    const struct value *live = object_get(from->live ? from : to, "identity_sequence");
    if (live->set && !str_eq(live->text, from->live ? old : new)) return;
    struct buf sql = buf_new(arena);
    buf_add(&sql, "ALTER SEQUENCE ");
    sql_object_as(&sql, to->parent, old);
    buf_printf(&sql, " RENAME TO %s", sql_ident_str(arena, new));
    op_add(ops, PHASE_RENAME, sql.text)->group = 1;
}
