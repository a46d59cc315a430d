/* type.c: type names: what is written to PostgreSQL's internal names, and back. */
#include <stdlib.h>
#include <string.h>

#include "base/memo.h"
#include "sql/errors.h"
#include "sql/quote.h"
#include "sql/raw.h"

/* First the spellings that only the grammar knows, then the types of pg_catalog, sorted. */
enum { SPELLINGS = 15 };
static const char *const type_names[] = {
    "bigint", "bigserial", "bit varying", "boolean", "character", "character varying", "decimal", "double precision",
    "float", "int", "integer", "real", "serial", "smallint", "smallserial",
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray", "anycompatiblemultirange",
    "anycompatiblenonarray", "anycompatiblerange", "anyelement", "anyenum", "anymultirange", "anynonarray", "anyrange",
    "bit", "bool", "box", "bpchar", "bytea", "char", "cid", "cidr", "circle", "cstring", "date", "datemultirange",
    "daterange", "event_trigger", "fdw_handler", "float4", "float8", "gtsvector", "index_am_handler", "inet", "int2",
    "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange", "int8range", "internal", "interval",
    "json", "jsonb", "jsonpath", "language_handler", "line", "lseg", "macaddr", "macaddr8", "money", "name", "numeric",
    "nummultirange", "numrange", "oid", "oidvector", "path", "pg_ddl_command", "pg_lsn", "pg_node_tree", "pg_snapshot",
    "point", "polygon", "record", "refcursor", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace",
    "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype", "table_am_handler", "text", "tid",
    "time", "timestamp", "timestamptz", "timetz", "trigger", "tsm_handler", "tsmultirange", "tsquery", "tsrange",
    "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "unknown", "uuid", "varbit", "varchar", "void", "xid",
    "xid8", "xml", NULL};

const char *const *sql_type_names(void)
{
    return type_names;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool sql_type_builtin(const char *name)
{
    size_t n = sizeof type_names / sizeof *type_names - SPELLINGS - 1;
    return bsearch(&name, type_names + SPELLINGS, n, sizeof *type_names, by_name) != NULL;
}

/* ---- reading */

/* One modifier as SQL: 12, -2, 'text' or a word (PostGIS writes geometry(Point, 4326)). */
static const char *modifier(struct arena *arena, const json_t *node)
{
    const char *word = json_string_value(json_at(node, "ColumnRef", "fields", "0", "String", "sval", NULL));
    if (word) return sql_ident_str(arena, word);
    const char *text = json_constant(arena, node);
    return text && json_at(node, "A_Const", "sval", NULL) ? sql_literal_str(arena, text) : text;
}

static bool read_modifiers(struct arena *arena, const json_t *mods, struct sql_type *type)
{
    struct buf text = buf_new(arena);
    for (size_t i = 0; i < json_array_size(mods); i++) {
        const char *one = modifier(arena, json_array_get(mods, i));
        if (!one) return false;
        buf_separate(&text, "", ",");
        buf_add(&text, one);
    }
    if (text.len == 0) return true;
    bool scale_unsaid = json_array_size(mods) == 1 && str_eq(type->name, "numeric");
    type->mods = arena_printf(arena, "%s%s", text.text, scale_unsaid ? ",0" : "");
    return true;
}

bool sql_type_of_node(struct arena *arena, const json_t *written, struct sql_type *type)
{
    *type = (struct sql_type){0};
    type->name = json_qname(arena, json_object_get(written, "names"), &type->schema);
    if (!type->name) return false;
    if (!type->schema && sql_type_builtin(type->name)) type->schema = "pg_catalog";
    type->array = json_array_size(json_object_get(written, "arrayBounds")) > 0;
    type->set_of = json_is_true(json_object_get(written, "setof"));
    return read_modifiers(arena, json_object_get(written, "typmods"), type);
}

static bool parse_type(struct arena *arena, const char *text, struct sql_type *type, struct sql_error *error)
{
    *type = (struct sql_type){0};
    json_auto_t *node = sql_parse_node(arena, SQL_TYPE, text, error);
    if (!node) return false;
    const json_t *written =
        json_at(node, "SelectStmt", "targetList", "0", "ResTarget", "val", "TypeCast", "typeName", NULL);
    if (sql_type_of_node(arena, written, type)) return true;
    *error = sql_error_at(type->name ? "a type's modifiers are constants" : "a type is expected", 0, strlen(text));
    return false;
}

bool sql_type_parse(struct arena *arena, const char *text, struct sql_type *type, struct sql_error *error)
{
    const struct sql_type *known = memo_get(arena, SQL_TYPE, text);
    if (known) {
        *type = *known;
        return true;
    }
    if (!parse_type(arena, text, type, error)) return false;
    struct sql_type *kept = ARENA_NEW(arena, struct sql_type);
    *kept = *type;
    memo_put(arena, SQL_TYPE, text, kept);
    return true;
}

/* ---- writing */

/* Types that are written otherwise than they are called. */
static const struct {
    const char *name, *plain, *modified;
} written_as[] = {
    {"int2", "smallint", NULL}, {"int4", "integer", NULL},        {"int8", "bigint", NULL},
    {"bool", "boolean", NULL},  {"float4", "real", NULL},         {"float8", "double precision", NULL},
    {"char", "\"char\"", NULL}, {"bit", "\"bit\"", "bit"},        {"varbit", "varbit", "varbit"},
    {"any", "\"any\"", NULL},   {"bpchar", "bpchar", "char"},     {"varchar", "varchar", "varchar"},
    {"time", "time", "time"},   {"timestamp", "timestamp", NULL}, {"numeric", "numeric", "numeric"},
};

static const char *catalog_word(const struct sql_type *type)
{
    for (size_t i = 0; i < sizeof written_as / sizeof *written_as; i++) {
        if (!str_eq(written_as[i].name, type->name)) continue;
        return type->mods && written_as[i].modified ? written_as[i].modified : written_as[i].plain;
    }
    return type->name;
}

/* Bits of an interval's fields, as PostgreSQL counts them in its modifier. */
enum { MONTH = 2, YEAR = 4, DAY = 8, HOUR = 1024, MINUTE = 2048, SECOND = 4096 };

static const char *interval_fields(long mask)
{
    static const struct { long mask; const char *fields; } forms[] = {
        {YEAR, " year"}, {MONTH, " month"}, {DAY, " day"}, {HOUR, " hour"}, {MINUTE, " minute"}, {SECOND, " second"},
        {YEAR | MONTH, " year to month"}, {DAY | HOUR, " day to hour"}, {DAY | HOUR | MINUTE, " day to minute"},
        {DAY | HOUR | MINUTE | SECOND, " day to second"}, {HOUR | MINUTE, " hour to minute"},
        {HOUR | MINUTE | SECOND, " hour to second"}, {MINUTE | SECOND, " minute to second"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].mask == mask) return forms[i].fields;
    }
    return ""; /* all of them */
}

static void add_interval(struct buf *text, const char *mods)
{
    buf_add(text, "interval");
    if (!mods) return;
    char *end;
    buf_add(text, interval_fields(strtol(mods, &end, 10)));
    if (*end == ',') buf_printf(text, "(%s)", end + 1);
}

const char *sql_type_text(struct arena *arena, const struct sql_type *type)
{
    struct buf text = buf_new(arena);
    if (type->set_of) buf_add(&text, "setof ");
    bool catalog = str_eq(type->schema, "pg_catalog") && sql_type_builtin(type->name);
    if (catalog && str_eq(type->name, "interval")) {
        add_interval(&text, type->mods);
    } else {
        if (catalog) {
            buf_add(&text, catalog_word(type));
        } else {
            sql_qname(&text, type->schema, type->name);
        }
        if (type->mods) buf_printf(&text, "(%s)", type->mods);
    }
    if (type->array) buf_add(&text, "[]");
    return text.text;
}
