/* options.c: storage parameters and sequence options. */
#include <stdlib.h>
#include <string.h>

#include "sql/errors.h"
#include "sql/raw.h"

/* a.b of a list of String nodes. */
static const char *dotted(struct arena *arena, const json_t *list)
{
    struct buf text = buf_new(arena);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *part = json_string_value(json_at(json_array_get(list, i), "String", "sval", NULL));
        if (i) buf_addc(&text, '.');
        buf_add(&text, part ? part : "");
    }
    return text.text;
}

const char *json_option_value(struct arena *arena, const json_t *arg)
{
    if (!arg) return "true";
    const json_t *names = json_at(arg, "TypeName", "names", NULL);
    if (!names) names = json_at(arg, "List", "items", NULL);
    if (names) return dotted(arena, names);
    const char *value = json_constant(arena, arg);
    return value ? value : "";
}

static int by_pair_name(const void *a, const void *b)
{
    return strcmp(((const struct sql_pair *)a)->name, ((const struct sql_pair *)b)->name);
}

static size_t word_length(const char *text, size_t offset)
{
    return strcspn(text + offset, " \t\r\n=,()");
}

static bool said_before(const struct sql_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (str_eq(pairs->at[i].name, name)) return true;
    }
    return false;
}

bool sql_options_parse(struct arena *arena, const char *text, struct sql_pairs *pairs, struct sql_error *error)
{
    *pairs = (struct sql_pairs){0};
    json_auto_t *node = sql_parse_node(arena, SQL_OPTIONS, text, error);
    if (!node) return false;
    const json_t *list = json_at(node, "AlterTableStmt", "cmds", "0", "AlterTableCmd", "def", "List", "items", NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *option = json_at(json_array_get(list, i), "DefElem", NULL);
        const char *space = json_member(option, "defnamespace"), *name = json_member(option, "defname");
        struct sql_pair pair = {
            .name = arena_printf(arena, "%s%s%s", space ? space : "", space ? "." : "", name ? name : ""),
            .value = json_option_value(arena, json_object_get(option, "arg"))};
        if (said_before(pairs, pair.name)) {
            size_t offset = json_offset(option, SQL_OPTIONS);
            const char *message = arena_printf(arena, "parameter \"%s\" is given twice", pair.name);
            *error = sql_error_at(message, offset, word_length(text, offset));
            return false;
        }
        vec_push(arena, pairs, pair);
    }
    if (pairs->n) qsort(pairs->at, pairs->n, sizeof *pairs->at, by_pair_name);
    return true;
}

/* ---- sequences */

static const char *sequence_type(const char *internal)
{
    static const char *const types[][2] = {{"int2", "smallint"}, {"int4", "integer"}, {"int8", "bigint"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_eq(types[i][0], internal)) return types[i][1];
    }
    return NULL;
}

/* OWNED BY schema.table.column; NONE leaves all three out. */
static const char *read_owner(struct arena *arena, const json_t *list, struct sql_sequence *options)
{
    size_t n = json_array_size(list);
    const char *schema, *column = json_qname(arena, list, &options->owned_table);
    if (n == 1 && str_eq(column, "none")) return NULL;
    if (n < 2 || n > 3) return "OWNED BY takes table.column or NONE";
    options->owned_column = column;
    options->owned_table_schema = NULL;
    if (n == 3) {
        const char *first = json_string_value(json_at(list, "0", "String", "sval", NULL));
        schema = first ? arena_strdup(arena, first) : NULL;
        options->owned_table_schema = schema;
    }
    return NULL;
}

static const char **number_of(struct sql_sequence *options, const char *word)
{
    if (str_eq(word, "start")) return &options->start;
    if (str_eq(word, "increment")) return &options->increment;
    if (str_eq(word, "minvalue")) return &options->minimum;
    if (str_eq(word, "maxvalue")) return &options->maximum;
    return str_eq(word, "cache") ? &options->cache : NULL;
}

/* One option; the message where it makes no sense, else NULL. */
static const char *read_sequence_option(struct arena *arena, const char *word, const json_t *arg,
                                        struct sql_sequence *options)
{
    const char **number = number_of(options, word);
    if (number) {
        if (*number) return arena_printf(arena, "%s is given twice", word);
        *number = arg ? json_constant(arena, arg) : "";
        return NULL;
    }
    if (str_eq(word, "cycle")) {
        options->cycle = json_is_true(json_at(arg, "Boolean", "boolval", NULL)) ? 1 : 2;
        return NULL;
    }
    if (str_eq(word, "as")) {
        const char *schema;
        options->type = sequence_type(json_qname(arena, json_at(arg, "TypeName", "names", NULL), &schema));
        return options->type ? NULL : "a sequence's type is smallint, integer or bigint";
    }
    if (str_eq(word, "owned_by")) return read_owner(arena, json_at(arg, "List", "items", NULL), options);
    if (str_eq(word, "sequence_name")) {
        options->name = json_qname(arena, json_at(arg, "List", "items", NULL), &options->name_schema);
        return NULL;
    }
    return arena_printf(arena, "%s has no meaning here", word);
}

bool sql_sequence_parse(struct arena *arena, const char *text, struct sql_sequence *options, struct sql_error *error)
{
    *options = (struct sql_sequence){0};
    json_auto_t *node = sql_parse_node(arena, SQL_SEQUENCE, text, error);
    if (!node) return false;
    const json_t *list = json_at(node, "AlterTableStmt", "cmds", "0", "AlterTableCmd", "def", "ColumnDef",
                                 "constraints", "0", "Constraint", "options", NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *option = json_at(json_array_get(list, i), "DefElem", NULL);
        const char *word = json_member(option, "defname");
        const char *wrong = read_sequence_option(arena, word, json_object_get(option, "arg"), options);
        if (!wrong) continue;
        size_t offset = json_offset(option, SQL_SEQUENCE);
        *error = sql_error_at(wrong, offset, word_length(text, offset));
        return false;
    }
    return true;
}
