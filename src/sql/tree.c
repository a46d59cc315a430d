/* tree.c: reading the JSON trees of libpg_query. */
#include <stdlib.h>
#include <string.h>

#include "sql/raw.h"

const json_t *json_at(const json_t *from, ...)
{
    va_list keys;
    va_start(keys, from);
    for (const char *key; from && (key = va_arg(keys, const char *));) {
        from = json_is_array(from) ? json_array_get(from, strtoul(key, NULL, 10)) : json_object_get(from, key);
    }
    va_end(keys);
    return from;
}

const char *json_member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const char *string_node(struct arena *arena, const json_t *node)
{
    const char *text = json_string_value(json_at(node, "String", "sval", NULL));
    return text ? arena_strdup(arena, text) : NULL;
}

const char *json_qname(struct arena *arena, const json_t *list, const char **schema)
{
    size_t n = json_array_size(list);
    *schema = n > 1 ? string_node(arena, json_array_get(list, n - 2)) : NULL;
    return n ? string_node(arena, json_array_get(list, n - 1)) : NULL;
}

size_t json_offset(const json_t *node, enum sql_island what)
{
    json_int_t location = json_integer_value(json_object_get(node, "location"));
    json_int_t frame = (json_int_t)sql_frame_length(what);
    return location > frame ? (size_t)(location - frame) : 0;
}

/* "ival": {"ival": 5} in an A_Const, "Integer": {"ival": 5} elsewhere; a zero is an empty object. */
static const char *scalar(struct arena *arena, const json_t *value, const char *key)
{
    const json_t *inner = json_object_get(value, key);
    if (json_is_string(inner)) return arena_strdup(arena, json_string_value(inner));
    if (strcmp(key, "ival") == 0) return arena_printf(arena, "%lld", (long long)json_integer_value(inner));
    if (strcmp(key, "boolval") == 0) return json_is_true(inner) ? "true" : "false";
    return "";
}

const char *json_constant(struct arena *arena, const json_t *node)
{
    static const struct { const char *node, *key; } forms[] = {
        {"Integer", "ival"}, {"Float", "fval"}, {"String", "sval"}, {"Boolean", "boolval"}};
    const json_t *constant = json_object_get(node, "A_Const");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const json_t *value = json_object_get(constant ? constant : node, constant ? forms[i].key : forms[i].node);
        if (value) return scalar(arena, value, forms[i].key);
    }
    return NULL;
}

const char *json_string_end(const char *json)
{
    for (json++; *json && *json != '"'; json++) {
        if (*json == '\\' && json[1]) json++;
    }
    return *json ? json + 1 : json;
}
