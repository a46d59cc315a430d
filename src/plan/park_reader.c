/* park_reader.c: who reads all columns of a table, whatever they are: `*` in a view or a routine, a routine that returns its rows. */
#include <ctype.h>
#include <strings.h>

#include "plan/plan_parts.h"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Whether a word ends right before `at` in the text; in any case. */
static bool follows(const char *text, const char *at, const char *word)
{
    size_t len = strlen(word), before = (size_t)(at - text);
    if (before < len || strncasecmp(at - len, word, len) != 0) return false;
    return before == len || !is_word(text[before - len - 1]);
}

/* count(*) and a * b are none. */
static bool has_star(const char *text)
{
    static const char *const before[] = {"select", "distinct", "all", "returning"};
    for (const char *at = strchr(text, '*'); at; at = strchr(at + 1, '*')) {
        const char *end = at;
        while (end > text && isspace((unsigned char)end[-1])) end--;
        if (end > text && (end[-1] == '.' || end[-1] == ',')) return true;
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            if (follows(text, end, before[i])) return true;
        }
    }
    return false;
}

/* "RETURNS [SETOF] [schema.]table", "table%ROWTYPE". */
static bool has_row(const char *text, const char *table)
{
    size_t len = strlen(table);
    for (const char *at = strcasestr(text, table); at; at = strcasestr(at + 1, table)) {
        const char *end = at, *after = at + len;
        if (is_word(*after)) continue;
        if (*after == '"') after++;
        if (strncasecmp(after, "%rowtype", strlen("%rowtype")) == 0) return true;
        if (end > text && end[-1] == '"') end--;
        if (end > text && end[-1] == '.') {
            for (end--; end > text && (is_word(end[-1]) || end[-1] == '"');) end--;
        }
        while (end > text && isspace((unsigned char)end[-1])) end--;
        if (follows(text, end, "returns") || follows(text, end, "setof")) return true;
    }
    return false;
}

static bool uses(const struct objects *list, const struct object *table)
{
    for (size_t i = 0; i < list->n; i++) {
        if (list->at[i] == table || list->at[i]->parent == table) return true;
    }
    return false;
}

const struct object *park_reader(struct ctx *ctx, const struct schema *schema, const struct object *table)
{
    for (size_t i = 0; i < schema->all.n; i++) {
        struct object *object = schema->all.at[i];
        const struct value *text = object_get(object, "definition");
        if (!text->set || !text->expr.text || (!has_star(text->expr.text) && !has_row(text->expr.text, table->name))) continue;
        if (uses(object_uses(ctx, object), table) || uses(&object->mentions, table)) return object;
    }
    return NULL;
}
