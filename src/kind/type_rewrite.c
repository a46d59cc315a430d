/* type_rewrite.c: which changes of a column's type leave the stored values as they are, and which write the table anew. */
#include <stdlib.h>

#include "kind/kind.h"

/* Casts that PostgreSQL calls binary coercible: the bytes of the one are those of the other. "reg*": any that begins so. */
static const struct { const char *from, *to; } coercible[] = {
    {"text", "varchar"}, {"text", "bpchar"}, {"varchar", "text"}, {"varchar", "bpchar"},
    {"xml", "text"}, {"xml", "varchar"}, {"xml", "bpchar"},
    {"citext", "text"}, {"citext", "varchar"}, {"citext", "bpchar"}, {"text", "citext"}, {"varchar", "citext"},
    {"cidr", "inet"}, {"bit", "varbit"}, {"varbit", "bit"},
    {"int4", "oid"}, {"oid", "int4"}, {"int4", "reg*"}, {"reg*", "int4"}, {"oid", "reg*"}, {"reg*", "oid"},
    {"regproc", "regprocedure"}, {"regprocedure", "regproc"}, {"regoper", "regoperator"}, {"regoperator", "regoper"},
};

static bool is_one(const char *name, const char *pattern)
{
    size_t len = strlen(pattern);
    return pattern[len - 1] == '*' ? strncmp(name, pattern, len - 1) == 0 : str_eq(name, pattern);
}

static bool is_coercible(const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof coercible / sizeof *coercible; i++) {
        if (is_one(from, coercible[i].from) && is_one(to, coercible[i].to)) return true;
    }
    return false;
}

/* A domain that refuses some values is checked row by row, and the table written meanwhile. */
bool type_has_rules(const struct type_name *type)
{
    for (; type->to && object_is(type->to, "domain"); type = &object_get(type->to, "type")->type) {
        if (type->sql.array) return false;
        if (type->to->children.n || object_flag(type->to, "not_null")) return true;
    }
    return false;
}

static bool same_type(const struct type_name *old, const struct type_name *new)
{
    if (old->sql.array != new->sql.array || old->multirange != new->multirange) return false;
    if (old->to || new->to) return old->to && new->to && (old->to->peer == new->to || old->to == new->to);
    return str_eq(old->sql.name, new->sql.name) && str_eq(old->sql.schema, new->sql.schema);
}

enum { MICROSECONDS = 6 }; /* the precision of what says none */

static long part(const char *mods, bool second)
{
    const char *comma = strchr(mods, ',');
    return second ? (comma ? atol(comma + 1) : 0) : atol(mods);
}

/* The smallest unit that an interval's modifier leaves: 0 seconds, 1 minutes .. 5 years. */
static int smallest_unit(const char *mods)
{
    static const long bits[] = {1 << 12, 1 << 11, 1 << 10, 1 << 3, 1 << 1, 1 << 2};
    int unit = 0;
    while (mods && unit < 5 && !(part(mods, false) & bits[unit])) unit++;
    return unit;
}

static bool interval_widens(const char *old, const char *new)
{
    long was = old && strchr(old, ',') ? part(old, true) : MICROSECONDS, is = strchr(new, ',') ? part(new, true) : MICROSECONDS;
    return smallest_unit(new) <= smallest_unit(old) && (smallest_unit(old) > 0 || is >= was);
}

/* The same type, and other limits: whether PostgreSQL knows that every value keeps to the new ones. */
static bool widens(const char *name, const char *old, const char *new)
{
    static const char *const times[] = {"timestamp", "timestamptz", "time", "timetz"};
    if (!new) return true;
    if (str_eq(name, "varchar") || str_eq(name, "varbit")) return old && part(new, false) >= part(old, false);
    if (str_eq(name, "numeric")) return old && part(new, true) == part(old, true) && part(new, false) >= part(old, false);
    if (str_eq(name, "interval")) return interval_widens(old, new);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (str_eq(name, times[i])) return part(new, false) >= (old ? part(old, false) : MICROSECONDS);
    }
    return false;
}

/* Of a type's own limits: whether all values that keep the old ones keep the new ones. */
static bool keeps_limits(const struct type_name *from, const char *old_mods, const struct type_name *to)
{
    const char *new_mods = to->sql.mods;
    if (str_eq(old_mods, new_mods)) return true;
    return !from->to && widens(from->sql.array ? "" : from->sql.name, old_mods, new_mods);
}

bool type_change_rewrites(const struct type_name *old, const struct type_name *new)
{
    if (type_has_rules(new) || type_goes_by_text(old, new)) return true; /* the same domain, made anew, is another one to PostgreSQL */
    const struct type_name from = type_base(old), to = type_base(new);
    bool hidden = old->to && object_is(old->to, "domain"); /* PostgreSQL doesn't look for the limits below it */
    const char *old_mods = hidden ? NULL : from.sql.mods, *name = from.sql.name;
    if (same_type(&from, &to)) return !keeps_limits(&from, old_mods, &to);
    if (from.to || to.to || from.sql.array || to.sql.array || !is_coercible(name, to.sql.name)) return true;
    bool alike = str_eq(name, "varchar") || str_eq(name, "varbit"); /* their limits mean the same in the new type */
    return to.sql.mods && !widens(to.sql.name, alike ? old_mods : NULL, to.sql.mods);
}
