/* effect_column.c: whether a new column, another type or a new constraint reads the table or writes it anew. */
#include <string.h>

#include "sql/effect_parts.h"

/* ---- defaults: those that are the same for all rows are kept once, the others are written into each row */

static bool is_one_of(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

bool name_is_volatile(const char *name)
{
    static const char *const names[] = {
        "nextval", "currval", "lastval", "setval", "random", "random_normal", "clock_timestamp", "timeofday",
        "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "pg_sleep",
        "gen_random_bytes", "gen_salt"};
    return is_one_of(names, sizeof names / sizeof *names, name);
}

static bool is_not_volatile(const char *name)
{
    static const char *const names[] = {
        "now", "transaction_timestamp", "statement_timestamp", "timezone", "date_trunc", "date_part", "age",
        "make_date", "make_time", "make_timestamp", "make_timestamptz", "make_interval", "to_char", "to_date",
        "to_timestamp", "to_number", "to_tsvector", "to_tsquery", "to_json", "to_jsonb", "json_build_object",
        "json_build_array", "jsonb_build_object", "jsonb_build_array", "lower", "upper", "initcap", "btrim", "ltrim",
        "rtrim", "lpad", "rpad", "concat", "concat_ws", "replace", "repeat", "substring", "substr", "left", "right",
        "length", "md5", "sha256", "encode", "decode", "format", "quote_literal", "quote_ident", "chr", "ascii",
        "abs", "ceil", "floor", "round", "trunc", "power", "sqrt", "current_setting", "pg_backend_pid",
        "current_database", "array_fill", "string_to_array", "int4range", "int8range", "numrange", "daterange",
        "tsrange", "tstzrange", "point", "box", "txid_current", "pg_current_xact_id", "inet_client_addr"};
    return is_one_of(names, sizeof names / sizeof *names, name);
}

struct default_calls {
    struct arena *arena;
    bool volatile_one;                /* a function known to be volatile */
    const char *schema, *unknown;     /* the first one that isn't known */
};

static void look_at_call(struct default_calls *calls, const json_t *call)
{
    const char *schema, *name = json_qname(calls->arena, json_object_get(call, "funcname"), &schema);
    if (!name) return;
    bool usual = !schema || strcmp(schema, "pg_catalog") == 0;
    if (name_is_volatile(name)) calls->volatile_one = true;
    else if (!calls->unknown && !(usual && is_not_volatile(name))) {
        calls->unknown = name;
        calls->schema = schema;
    }
}

static void find_calls(struct default_calls *calls, const json_t *node)
{
    const char *key;
    json_t *value;
    for (size_t i = 0; json_is_array(node) && i < json_array_size(node); i++) find_calls(calls, json_array_get(node, i));
    if (!json_is_object(node)) return;
    json_object_foreach((json_t *)node, key, value) {
        if (strcmp(key, "FuncCall") == 0) look_at_call(calls, value);
        find_calls(calls, value);
    }
}

/* ---- columns */

static void refer(struct effecting *e, const json_t *table, const json_t *constraint, bool unchecked)
{
    unsigned work = unchecked ? 0 : WORK_SCAN; /* the tables are joined */
    effect_on(e, table, LOCK_SHARE_ROW_EXCLUSIVE, work);
    effect_on(e, json_object_get(constraint, "pktable"), LOCK_SHARE_ROW_EXCLUSIVE, work);
}

static bool is_serial(const char *name)
{
    static const char *const names[] = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};
    return is_one_of(names, sizeof names / sizeof *names, name);
}

static const char *type_text(struct effecting *e, const json_t *written, struct sql_type *type)
{
    *type = (struct sql_type){0};
    return sql_type_of_node(e->arena, written, type) ? sql_type_text(e->arena, type) : json_type_text(e->arena, written);
}

static void doubt(struct effecting *e, const json_t *table, struct rewrite_doubt doubt)
{
    struct relation_effect *at =
        effect_named(e, json_member(table, "schemaname"), json_member(table, "relname"), LOCK_ACCESS_EXCLUSIVE, WORK_MAY_REWRITE);
    if (!at->doubts.n) {
        at->column = doubt.column;
        at->type = doubt.type;
    }
    vec_push(e->arena, &at->doubts, doubt);
}

/* What a new column says of its values. */
struct column_facts {
    bool is_default, is_null, not_null;
    unsigned work;
    struct default_calls calls;
};

static void read_default(struct column_facts *facts, const json_t *expr)
{
    facts->is_null = json_is_true(json_at(expr, "A_Const", "isnull", NULL));
    facts->is_default = !facts->is_null;
    find_calls(&facts->calls, expr);
    if (facts->calls.volatile_one) facts->work |= WORK_REWRITE;
}

static void read_constraint(struct effecting *e, const json_t *table, struct column_facts *facts, const json_t *constraint)
{
    const char *sort = json_member(constraint, "contype");
    if (str_eq(sort, "CONSTR_DEFAULT")) read_default(facts, json_object_get(constraint, "raw_expr"));
    else if (str_eq(sort, "CONSTR_NOTNULL")) facts->not_null = true;
    else if (str_eq(sort, "CONSTR_IDENTITY") || str_eq(sort, "CONSTR_GENERATED")) facts->work |= WORK_REWRITE;
    else if (!str_eq(sort, "CONSTR_FOREIGN")) effect_of_constraint(e, table, constraint);
}

/* An added column that is NULL in all rows refers to nothing: the server knows. */
static void read_reference(struct effecting *e, const json_t *table, const struct column_facts *facts, const json_t *constraint)
{
    if (!str_eq(json_member(constraint, "contype"), "CONSTR_FOREIGN")) return;
    refer(e, table, constraint, !facts->is_default && !facts->work);
}

void effect_of_new_column(struct effecting *e, const json_t *table, const json_t *column)
{
    const json_t *constraints = json_object_get(column, "constraints"), *one;
    struct column_facts facts = {.calls.arena = e->arena};
    struct sql_type type;
    size_t i;
    const char *text = type_text(e, json_object_get(column, "typeName"), &type);
    bool usual = str_eq(type.schema, "pg_catalog");
    json_array_foreach((json_t *)constraints, i, one) read_constraint(e, table, &facts, json_object_get(one, "Constraint"));
    if (!type.schema && type.name && is_serial(type.name)) facts.work |= WORK_REWRITE;
    json_array_foreach((json_t *)constraints, i, one) read_reference(e, table, &facts, json_object_get(one, "Constraint"));
    if (facts.not_null && !facts.is_default) facts.work |= WORK_SCAN;
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, facts.work);
    if (facts.work & WORK_REWRITE || (usual && !facts.calls.unknown)) return;
    doubt(e, table, (struct rewrite_doubt){.column = arena_strdup(e->arena, json_member(column, "colname")), .type = text, .added = true,
                                           .function = facts.calls.unknown, .function_schema = facts.calls.schema});
}

/* USING that says the column itself, or a cast of it, does as much as the change without it. */
static bool is_plain_column(const json_t *expr, const char *name)
{
    const json_t *arg = json_at(expr, "TypeCast", "arg", NULL);
    const json_t *fields = json_at(arg ? arg : expr, "ColumnRef", "fields", NULL);
    const char *said = json_string_value(json_at(fields, "0", "String", "sval", NULL));
    return json_array_size(fields) == 1 && str_eq(said, name);
}

void effect_of_new_type(struct effecting *e, const json_t *table, const char *name, const json_t *column)
{
    const json_t *expr = json_object_get(column, "raw_default");
    struct sql_type type;
    effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, 0);
    effect_keys(e, table, (struct key_doubt){.column = name, .incoming = true, .lock = LOCK_ACCESS_EXCLUSIVE});
    if (expr && !is_plain_column(expr, name)) {
        effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, WORK_REWRITE);
        return;
    }
    doubt(e, table, (struct rewrite_doubt){.column = arena_strdup(e->arena, name),
                                           .type = type_text(e, json_object_get(column, "typeName"), &type)});
}

/* ---- constraints */

void effect_of_constraint(struct effecting *e, const json_t *table, const json_t *constraint)
{
    const char *sort = json_member(constraint, "contype");
    bool unchecked = json_is_true(json_object_get(constraint, "skip_validation"));
    bool key = str_eq(sort, "CONSTR_UNIQUE") || str_eq(sort, "CONSTR_PRIMARY") || str_eq(sort, "CONSTR_EXCLUSION");
    if (str_eq(sort, "CONSTR_FOREIGN")) {
        refer(e, table, constraint, unchecked);
    } else if (key) {
        effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, json_member(constraint, "indexname") ? 0 : WORK_BUILD);
    } else if (str_eq(sort, "CONSTR_CHECK")) {
        effect_on(e, table, LOCK_ACCESS_EXCLUSIVE, unchecked ? 0 : WORK_SCAN);
    }
}
