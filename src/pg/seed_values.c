/* seed_values.c: the n-th value of any type: arrays, enums, domains, composites, ranges, and types that modelc knows
 * by name only, whose values are found by trying. */
#include <string.h>

#include "pg/seed_parts.h"

enum { DEEPEST = 4, ELEMENTS = 3 };

static const char *value(struct seeder *seeder, const struct type_name *type, size_t n, unsigned depth);

const char *seed_type_text(struct seeder *seeder, const struct type_name *type)
{
    struct buf text = buf_new(seeder->arena);
    sql_type(&text, type);
    return text.text;
}

size_t seed_length(const struct type_name *type)
{
    const struct type_name base = type_base(type);
    bool limited = base.sql.mods && (str_eq(base.sql.name, "varchar") || str_eq(base.sql.name, "bpchar"));
    if (str_eq(base.sql.name, "char") && !base.to) return 1;
    return limited ? (size_t)strtoul(base.sql.mods, NULL, 10) : str_eq(base.sql.name, "name") ? 63 : 0;
}

/* ---- parts in quotes, as arrays, rows and ranges write them */

static void add_part(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

static const char *array_value(struct seeder *seeder, const struct type_name *type, size_t n, unsigned depth)
{
    struct type_name element = *type;
    element.sql.array = false;
    const char *separator = str_eq(element.sql.name, "box") && !element.to ? ";" : ",";
    struct buf text = buf_new(seeder->arena);
    buf_addc(&text, '{');
    for (size_t i = 0; n != 4 && i <= n % ELEMENTS; i++) {
        const char *part = value(seeder, &element, n + i, depth + 1);
        if (!part && n == 0) return NULL;
        if (i) buf_add(&text, separator);
        if (part) add_part(&text, part);
        else buf_add(&text, "NULL");
    }
    buf_addc(&text, '}');
    return text.text;
}

static const char *row_value(struct seeder *seeder, const struct object *of, size_t n, unsigned depth)
{
    struct objects columns = {0};
    struct buf text = buf_new(seeder->arena);
    if (object_is(of, "table")) table_columns(of, seeder->arena, &columns);
    else columns = of->children;
    for (size_t i = 0, fields = 0; i < columns.n; i++) {
        const struct value *type = object_get(columns.at[i], "type");
        if (!type->set) continue;
        buf_add(&text, fields++ ? "," : "(");
        const char *part = value(seeder, &type->type, n, depth + 1);
        if (part) add_part(&text, part);
    }
    if (!text.len) buf_addc(&text, '(');
    buf_addc(&text, ')');
    return text.text;
}

/* ---- ranges: values grow with n, so that no two ranges of one type overlap */

static bool grows(const struct type_name *type)
{
    static const char growing[] =
        " int2 int4 int8 numeric float4 float8 date timestamp timestamptz time money oid pg_lsn interval ";
    const struct type_name base = type_base(type);
    size_t length = base.sql.name ? strlen(base.sql.name) : 0;
    if (base.to || base.sql.array || !length) return false;
    for (const char *at = growing; (at = strstr(at, base.sql.name)); at++) {
        if (at[-1] == ' ' && at[length] == ' ') return true;
    }
    return false;
}

static const char *range_value(struct seeder *seeder, const struct type_name *bound, size_t n, unsigned depth)
{
    bool apart = grows(bound);
    const char *from = value(seeder, bound, apart ? 2 * n : n, depth + 1);
    const char *to = apart ? value(seeder, bound, 2 * n + 1, depth + 1) : from;
    struct buf text = buf_new(seeder->arena);
    if (!from || !to) return "empty";
    buf_addc(&text, '[');
    add_part(&text, from);
    buf_addc(&text, ',');
    add_part(&text, to);
    buf_addc(&text, apart ? ')' : ']');
    return text.text;
}

static const char *multirange_value(struct seeder *seeder, const struct type_name *bound, size_t n, unsigned depth)
{
    return arena_printf(seeder->arena, "{%s,%s}", range_value(seeder, bound, 2 * n, depth),
                        range_value(seeder, bound, 2 * n + 1, depth));
}

/* The bounds' type of a built-in range or multirange. */
static const char *built_in_bound(const char *name, bool *multi)
{
    static const char *const ranges[][3] = {
        {"int4range", "int4multirange", "int4"}, {"int8range", "int8multirange", "int8"},
        {"numrange", "nummultirange", "numeric"}, {"tsrange", "tsmultirange", "timestamp"},
        {"tstzrange", "tstzmultirange", "timestamptz"}, {"daterange", "datemultirange", "date"},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        *multi = str_eq(ranges[i][1], name);
        if (*multi || str_eq(ranges[i][0], name)) return ranges[i][2];
    }
    return NULL;
}

/* ---- types that are tried */

/* A `#` stands for n. What is likely for the type's name first. */
static const struct { const char *type, *form; } known_forms[] = {
    {"hstore", "a=>#, \"b c\"=>NULL"}, {"citext", "Text #"}, {"ltree", "top.a#"}, {"lquery", "*.a#.*"},
    {"ltxtquery", "a# & b"}, {"cube", "(#,2,3)"}, {"earth", "(0,0,6378168)"}, {"seg", "# .. 2000"},
    {"isbn", "0-393-04002-X"}, {"isbn13", "978-0-393-04002-9"}, {"issn", "1436-4522"}, {"ean13", "978-0-393-04002-9"},
    {"upc", "220500112014"}, {"geometry", "POINT(# 1)"}, {"geometry", "SRID=4326;POINT(# 1)"},
    {"geography", "POINT(# 1)"},
    {"vector", "[#,2,3]"}, {"xml", "<item id=\"#\">O'Brien &amp; ä</item>"}, {"query_int", "# | 2"},
    {"", "text #"}, {"", "a=>#"}, {"", "a#"}, {"", "#"}, {"", "(#,1)"}, {"", "{#}"}, {"", "[#,1]"}, {"", "<#,1>"},
    {"", "2020-01-01"},
    {"", ""}, {"", "0"}, {"", "1"}, {"", "t"},
};

const char *form_text(struct arena *arena, const char *form, size_t n)
{
    struct buf text = buf_new(arena);
    for (; *form; form++) {
        if (*form == '#') buf_printf(&text, "%zu", n);
        else buf_addc(&text, *form);
    }
    return text.text;
}

static bool takes(struct seeder *seeder, const char *type, const char *form)
{
    struct buf sql = buf_new(seeder->arena);
    buf_add(&sql, "SELECT CAST(");
    sql_literal(&sql, form_text(seeder->arena, form, 1));
    buf_printf(&sql, " AS %s)", type);
    return seed_run(seeder, sql.text, NULL);
}

/* [1,2,..] of the dimensions that the type asks for. */
static const char *dimensions_form(struct arena *arena, const struct type_name *type)
{
    struct buf text = buf_new(arena);
    size_t n = type->sql.mods ? (size_t)strtoul(type->sql.mods, NULL, 10) : 3;
    buf_add(&text, "[#");
    for (size_t i = 1; i < n && n <= 4096; i++) buf_printf(&text, ",%zu", i % 10);
    buf_addc(&text, ']');
    return text.text;
}

static struct texts *try_forms(struct seeder *seeder, const struct type_name *type, const char *sql_name)
{
    struct texts *found = ARENA_NEW(seeder->arena, struct texts);
    for (size_t i = 0; i < sizeof known_forms / sizeof *known_forms && !found->n && !seeder->lost; i++) {
        bool of_any = !*known_forms[i].type;
        if (!of_any && !str_eq(known_forms[i].type, type->sql.name)) continue;
        bool sized = str_eq(known_forms[i].type, "vector");
        const char *form = sized ? dimensions_form(seeder->arena, type) : known_forms[i].form;
        if (takes(seeder, sql_name, form)) vec_push(seeder->arena, found, form);
    }
    return found;
}

static const char *tried_value(struct seeder *seeder, const struct type_name *type, size_t n)
{
    const char *name = seed_type_text(seeder, type);
    struct texts *forms = map_get(seeder->pools, name);
    if (!forms) {
        forms = try_forms(seeder, type, name);
        map_put(seeder->pools, name, forms);
    }
    return forms->n ? form_text(seeder->arena, forms->at[n % forms->n], n + 1) : NULL;
}

/* ---- all types */

static const char *domain_value(struct seeder *seeder, const struct object *domain, size_t n, unsigned depth)
{
    const struct type_name *of = &object_get(domain, "type")->type;
    struct texts checks = {0};
    for (size_t i = 0; i < domain->children.n; i++) {
        const struct value *check = object_get(domain->children.at[i], "expression");
        if (check->set) vec_push(seeder->arena, &checks, check->expr.text);
    }
    if (!checks.n) return value(seeder, of, n, depth);
    const char *path = arena_printf(seeder->arena, "domain %s", object_path(seeder->arena, domain));
    struct texts *pool = map_get(seeder->pools, path);
    if (!pool) {
        pool = ARENA_NEW(seeder->arena, struct texts);
        seed_pool(seeder, "value", of, &checks, pool); /* VALUE of the check reads as a column */
        map_put(seeder->pools, path, pool);
    }
    return pool->n ? pool->at[n % pool->n] : NULL;
}

static const char *made_value(struct seeder *seeder, const struct type_name *type, size_t n, unsigned depth)
{
    if (object_is(type->to, "enum")) {
        const struct labels *labels = &object_get(type->to, "labels")->labels;
        return labels->n ? labels->at[n % labels->n].name : NULL;
    }
    if (object_is(type->to, "domain")) return domain_value(seeder, type->to, n, depth);
    if (object_is(type->to, "range")) {
        const struct object *range = type->to;
        const char *key = arena_printf(seeder->arena, "%s.%s", object_schema(range)->name, range->name);
        const struct type_name *bound = map_get(seeder->subtypes, key);
        if (!bound) return "empty";
        return type->multirange ? multirange_value(seeder, bound, n, depth) : range_value(seeder, bound, n, depth);
    }
    if (object_is(type->to, "base_type")) return tried_value(seeder, type, n);
    return row_value(seeder, type->to, n, depth);
}

static const char *value(struct seeder *seeder, const struct type_name *type, size_t n, unsigned depth)
{
    bool multi = false, built_in = !type->sql.schema || str_eq(type->sql.schema, "pg_catalog");
    if (depth > DEEPEST) return NULL;
    if (type->sql.array) return array_value(seeder, type, n, depth);
    if (type->to) return made_value(seeder, type, n, depth);
    const char *bound = built_in ? built_in_bound(type->sql.name, &multi) : NULL;
    const struct type_name of = {.sql = {.name = bound}};
    if (bound) return multi ? multirange_value(seeder, &of, n, depth) : range_value(seeder, &of, n, depth);
    const char *text = built_in ? scalar_text(seeder->arena, type->sql.name, type->sql.mods, n) : NULL;
    return text ? text : tried_value(seeder, type, n);
}

const char *seed_text(struct seeder *seeder, const struct type_name *type, size_t n)
{
    return value(seeder, type, n, 0);
}
