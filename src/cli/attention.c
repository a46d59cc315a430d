/* attention.c: reads from a generated statement what it refuses from now on, for the report of an upgrade. It knows the
 * few shapes that modelc writes and is silent about any other. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/report.h"

struct cursor {
    struct arena *arena;
    const char *at;
};

static void skip_space(struct cursor *c)
{
    while (isspace((unsigned char)*c->at)) c->at++;
}

static bool is_name_char(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '$' || (unsigned char)ch >= 0x80;
}

static bool take_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    skip_space(c);
    if (strncasecmp(c->at, word, n) != 0 || is_name_char(c->at[n])) return false;
    c->at += n;
    return true;
}

/* Several words, all or none. */
static bool take_words(struct cursor *c, const char *const *words, size_t n)
{
    const char *before = c->at;
    for (size_t i = 0; i < n; i++) {
        if (take_word(c, words[i])) continue;
        c->at = before;
        return false;
    }
    return true;
}
#define TAKE(c, ...)                                                                                                   \
    take_words(c, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void skip_part(struct cursor *c)
{
    if (*c->at != '"') {
        while (is_name_char(*c->at)) c->at++;
        return;
    }
    for (c->at++; *c->at && !(c->at[0] == '"' && c->at[1] != '"'); c->at++) {
        if (c->at[0] == '"') c->at++;
    }
    if (*c->at == '"') c->at++;
}

/* A name as written, perhaps qualified; NULL where there is none. */
static const char *take_name(struct cursor *c)
{
    skip_space(c);
    const char *start = c->at;
    skip_part(c);
    while (c->at > start && *c->at == '.') {
        c->at++;
        skip_part(c);
    }
    return c->at > start ? arena_strndup(c->arena, start, (size_t)(c->at - start)) : NULL;
}

/* The text in the parentheses that open here; NULL where none do. */
static const char *take_parens(struct cursor *c)
{
    skip_space(c);
    if (*c->at != '(') return NULL;
    const char *start = c->at + 1;
    int depth = 0;
    char quote = '\0';
    for (; *c->at; c->at++) {
        if (quote) {
            if (*c->at == quote) quote = '\0';
        } else if (*c->at == '\'' || *c->at == '"') {
            quote = *c->at;
        } else if (*c->at == '(') {
            depth++;
        } else if (*c->at == ')' && --depth == 0) {
            return arena_strndup(c->arena, start, (size_t)(c->at++ - start));
        }
    }
    return NULL;
}

const char *without_public(const char *path)
{
    return str_starts(path, "public.") ? path + strlen("public.") : path;
}

static bool held(struct arena *arena, const struct map *manifest, const char *kind, const char *path)
{
    return map_get(manifest, arena_printf(arena, "%s %s", kind, path)) != NULL;
}

static const char *columns_of(struct arena *arena, const char *table, const char *columns)
{
    bool several = strpbrk(columns, ",( ") != NULL;
    return arena_printf(arena, several ? "%s (%s)" : "%s.%s", without_public(table), columns);
}

static const char *unique_text(struct arena *arena, const char *name, const char *table, const char *columns)
{
    return arena_printf(arena, "%s: a repeated %s is now refused", name, columns_of(arena, table, columns));
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), len = strlen(end);
    return n >= len && strcmp(text + n - len, end) == 0;
}

/* CREATE UNIQUE INDEX [CONCURRENTLY] name ON [ONLY] table [USING m] (..) */
static const char *unique_index(struct cursor *c, const struct map *manifest)
{
    take_word(c, "CONCURRENTLY");
    const char *name = take_name(c);
    if (!name || !take_word(c, "ON")) return NULL;
    take_word(c, "ONLY");
    const char *table = take_name(c);
    if (take_word(c, "USING")) take_name(c);
    const char *columns = take_parens(c);
    if (!table || !columns || !held(c->arena, manifest, "table", table)) return NULL;
    return unique_text(c->arena, name, table, columns);
}

/* .. ADD CONSTRAINT name UNIQUE | FOREIGN KEY | CHECK | PRIMARY KEY .. */
static const char *constraint(struct cursor *c, const char *table)
{
    const char *name = take_name(c);
    if (!name) return NULL;
    if (TAKE(c, "UNIQUE") || TAKE(c, "PRIMARY", "KEY")) {
        TAKE(c, "NULLS", "NOT", "DISTINCT");
        const char *columns = take_parens(c);
        return columns ? unique_text(c->arena, name, table, columns) : NULL; /* USING INDEX: said at the index */
    }
    if (TAKE(c, "FOREIGN", "KEY")) {
        const char *columns = take_parens(c);
        const char *target = columns && take_word(c, "REFERENCES") ? take_name(c) : NULL;
        if (!target) return NULL;
        return arena_printf(c->arena, "%s: a %s that %s doesn't hold is now refused", name,
                            columns_of(c->arena, table, columns), without_public(target));
    }
    const char *condition = TAKE(c, "CHECK") ? take_parens(c) : NULL;
    if (!condition || strlen(condition) > 60 || ends_with(name, "modelc_not_null")) return NULL; /* it goes again: SET NOT NULL says it */
    return arena_printf(c->arena, "%s: a row of %s without %s is now refused", name, without_public(table), condition);
}

/* ALTER TABLE [ONLY] table .. */
static const char *altered(struct cursor *c, const struct map *manifest)
{
    take_word(c, "ONLY");
    const char *table = take_name(c);
    if (!table || !held(c->arena, manifest, "table", table)) return NULL;
    if (TAKE(c, "ADD", "CONSTRAINT")) return constraint(c, table);
    if (!TAKE(c, "ALTER", "COLUMN")) return NULL;
    const char *column = take_name(c);
    if (!column || !TAKE(c, "SET", "NOT", "NULL")) return NULL;
    if (!held(c->arena, manifest, "column", arena_printf(c->arena, "%s.%s", table, column))) return NULL;
    return arena_printf(c->arena, "%s.%s: NULL is now refused", without_public(table), column);
}

const char *attention_text(struct arena *arena, const struct map *manifest, const char *sql)
{
    struct cursor c = {.arena = arena, .at = sql};
    if (TAKE(&c, "CREATE", "UNIQUE", "INDEX")) return unique_index(&c, manifest);
    if (TAKE(&c, "ALTER", "TABLE")) return altered(&c, manifest);
    return NULL;
}

bool backfill_target(struct arena *arena, const char *sql, const char **table, const char **column)
{
    struct cursor c = {.arena = arena, .at = sql};
    if (!TAKE(&c, "UPDATE")) return false;
    take_word(&c, "ONLY");
    *table = take_name(&c);
    *column = *table && take_word(&c, "SET") ? take_name(&c) : NULL;
    skip_space(&c);
    return *column && *c.at == '=';
}
