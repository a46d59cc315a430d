/* named.c: the names of objects as syntax trees hold them. */
#include "sql/named.h"

#include <string.h>

#include "sql/quote.h"

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

void named_plain(struct arena *arena, const json_t *value, const char **schema, const char **name)
{
    const char *string = json_string_value(value), *node = json_string_value(json_at(value, "String", "sval", NULL));
    const json_t *range = json_object_get(value, "RangeVar"), *items = json_at(value, "List", "items", NULL);
    if (string || node) {
        *name = keep(arena, string ? string : node);
    } else if (json_is_array(value) || items) {
        *name = json_qname(arena, items ? items : value, schema);
    } else if (value) {
        if (!range) range = value;
        *schema = keep(arena, json_member(range, "schemaname"));
        *name = keep(arena, json_member(range, "relname"));
    }
}

const char *named_role(struct arena *arena, const json_t *role)
{
    static const char *const words[][2] = {
        {"ROLESPEC_PUBLIC", "PUBLIC"}, {"ROLESPEC_CURRENT_USER", "CURRENT_USER"},
        {"ROLESPEC_SESSION_USER", "SESSION_USER"}, {"ROLESPEC_CURRENT_ROLE", "CURRENT_ROLE"},
    };
    const json_t *inner = json_object_get(role, "RoleSpec");
    const char *type = json_member(inner ? inner : role, "roletype"),
               *name = json_member(inner ? inner : role, "rolename");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_eq(type, words[i][0])) return words[i][1];
    }
    return name ? sql_ident_str(arena, name) : NULL;
}

void named_mapping(struct arena *arena, const json_t *role, const char *server, struct sql_object_name *object)
{
    const char *who = named_role(arena, role);
    if (str_eq(who, "PUBLIC")) who = "public";
    if (who && server) object->name = arena_printf(arena, "FOR %s SERVER %s", who, sql_ident_str(arena, server));
}

/* ---- types */

/* `t.c%TYPE`: the type of a column. */
static const char *column_type(struct arena *arena, const json_t *names)
{
    struct buf text = buf_new(arena);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_at(json_array_get(names, i), "String", "sval", NULL));
        buf_separate(&text, "", ".");
        sql_ident(&text, name ? name : "");
    }
    buf_add(&text, "%TYPE");
    return text.text;
}

const char *json_type_text(struct arena *arena, const json_t *written)
{
    const json_t *inner = json_object_get(written, "TypeName");
    struct sql_type type;
    if (inner) written = inner;
    if (json_is_true(json_object_get(written, "pct_type")))
        return column_type(arena, json_object_get(written, "names"));
    sql_type_of_node(arena, written, &type);
    if (!type.name) return NULL;
    type.mods = NULL;
    type.set_of = false;
    return sql_type_text(arena, &type);
}

void named_args(struct arena *arena, const json_t *list, struct sql_object_name *object)
{
    object->has_args = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i), *parameter = json_object_get(one, "FunctionParameter");
        const char *mode = json_member(parameter, "mode");
        if (str_eq(mode, "FUNC_PARAM_OUT") || str_eq(mode, "FUNC_PARAM_TABLE")) continue;
        const char *text = json_type_text(arena, parameter ? json_object_get(parameter, "argType") : one);
        vec_push(arena, &object->args, text ? text : "none");
    }
}

void named_cast(struct arena *arena, const json_t *from, const json_t *to, struct sql_object_name *object)
{
    const char *types[] = {json_type_text(arena, from), json_type_text(arena, to)};
    if (!types[0] || !types[1]) return;
    object->name = arena_printf(arena, "(%s AS %s)", types[0], types[1]);
    vec_push(arena, &object->args, types[0]);
    vec_push(arena, &object->args, types[1]);
}

void named_transform(struct arena *arena, const json_t *type, const char *language, struct sql_object_name *object)
{
    const char *text = json_type_text(arena, type);
    if (!text || !language) return;
    object->name = arena_printf(arena, "FOR %s LANGUAGE %s", text, sql_ident_str(arena, language));
    object->on = keep(arena, language);
    vec_push(arena, &object->args, text);
}

/* ---- kinds */

const char *named_kind(const char *object)
{
    static const char *const kinds[][2] = {
        {"TABLE", "table"}, {"VIEW", "view"}, {"MATVIEW", "materialized_view"}, {"INDEX", "index"},
        {"SEQUENCE", "sequence"}, {"FOREIGN_TABLE", "foreign_table"}, {"COLUMN", "column"}, {"ATTRIBUTE", "column"},
        {"TABCONSTRAINT", "constraint"}, {"DOMCONSTRAINT", "domain_check"}, {"TRIGGER", "trigger"}, {"RULE", "rule"},
        {"POLICY", "policy"}, {"EVENT_TRIGGER", "event_trigger"}, {"SCHEMA", "schema"}, {"EXTENSION", "extension"},
        {"TYPE", "type"}, {"DOMAIN", "domain"}, {"FUNCTION", "function"}, {"PROCEDURE", "procedure"},
        {"ROUTINE", "routine"}, {"AGGREGATE", "aggregate"}, {"OPERATOR", "operator"}, {"OPCLASS", "operator_class"},
        {"OPFAMILY", "operator_family"}, {"CAST", "cast"}, {"TRANSFORM", "transform"},
        {"TSPARSER", "text_search_parser"}, {"TSTEMPLATE", "text_search_template"},
        {"TSDICTIONARY", "text_search_dictionary"}, {"TSCONFIGURATION", "text_search_configuration"},
        {"ACCESS_METHOD", "access_method"}, {"FDW", "foreign_data_wrapper"}, {"FOREIGN_SERVER", "server"},
        {"USER_MAPPING", "user_mapping"}, {"LANGUAGE", "language"}, {"STATISTIC_EXT", "statistics"},
        {"CONVERSION", "conversion"}, {"COLLATION", "collation"}, {"PUBLICATION", "publication"},
    };
    if (!object || !str_starts(object, "OBJECT_")) return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(object + strlen("OBJECT_"), kinds[i][0])) return kinds[i][1];
    }
    return NULL;
}
