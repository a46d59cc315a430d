/* type_loss.c: which changes of a built-in type cut or round values that they don't refuse. */
#include <stdlib.h>

#include "kind/kind.h"

/* `from` and `to` by their internal names; "*" at the end: any that begins so. */
static const struct { const char *from, *to; } losing[] = {
    {"timestamp", "date"}, {"timestamptz", "date"}, {"timestamp", "time"}, {"timestamptz", "time*"}, {"timetz", "time"},
    {"interval", "time"},
    {"float8", "float4"}, {"float8", "int*"}, {"float4", "int*"}, {"float8", "numeric"}, {"float4", "numeric"},
    {"numeric", "float*"}, {"int8", "float*"}, {"int4", "float4"}, {"numeric", "money"}, {"int4", "bool"},
    {"json", "jsonb"}, {"inet", "cidr"}, {"text", "name"}, {"varchar", "name"}, {"bpchar", "name"},
};

static bool is_one(const char *name, const char *pattern)
{
    size_t len = strlen(pattern);
    return pattern[len - 1] == '*' ? strncmp(name, pattern, len - 1) == 0 : str_eq(name, pattern);
}

/* Digits behind the point. */
static long scale_of(const struct sql_type *type)
{
    enum { ANY = 100000 };
    const char *comma = type->mods ? strchr(type->mods, ',') : NULL;
    return !type->mods ? ANY : comma ? atol(comma + 1) : 0;
}

static long precision_of(const struct sql_type *type)
{
    enum { MICROSECONDS = 6 };
    return type->mods ? atol(type->mods) : MICROSECONDS;
}

static bool has_precision(const char *name)
{
    return str_eq(name, "timestamp") || str_eq(name, "timestamptz") || str_eq(name, "time") || str_eq(name, "timetz");
}

bool type_change_loses(const struct type_name *old, const struct type_name *new)
{
    const struct type_name from_type = type_base(old), to_type = type_base(new);
    const struct sql_type *from = &from_type.sql, *to = &to_type.sql;
    if (from_type.to || to_type.to || from->array != to->array) return false;
    if (!str_eq(from->schema, "pg_catalog") || !str_eq(to->schema, "pg_catalog")) return false;
    if (str_eq(from->name, "numeric") && str_eq(to->name, "numeric")) return scale_of(to) < scale_of(from);
    if (str_eq(from->name, "numeric") && strncmp(to->name, "int", 3) == 0 && !str_eq(to->name, "interval")) return scale_of(from) > 0;
    if (str_eq(from->name, "interval") && str_eq(to->name, "interval")) return to->mods && !str_eq(from->mods, to->mods);
    if (has_precision(from->name) && has_precision(to->name) && precision_of(to) < precision_of(from)) return true;
    for (size_t i = 0; i < sizeof losing / sizeof *losing; i++) {
        if (str_eq(from->name, losing[i].from) && is_one(to->name, losing[i].to)) return true;
    }
    return false;
}
