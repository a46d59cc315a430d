/* stand_in.c: what is read in the place of a CREATE statement whose body libpg_query can't parse, as it is of a newer PostgreSQL: enough
 * to tell what it makes. What it says inside is the server's matter. */
#include <string.h>

#include "sql/raw.h"
#include "sql/words.h"

struct statement { const char *text; struct sql_tokens tokens; };

static bool is_at(const struct statement *s, size_t i, const char *word)
{
    return i < s->tokens.n && sql_token_is(s->text, s->tokens.at[i], word);
}

/* Among the first words, where a statement says what it makes. */
static bool makes(const struct statement *s, const char *word)
{
    enum { HEAD = 6 };
    for (size_t i = 1; i < HEAD; i++) {
        if (is_at(s, i, word)) return is_at(s, 0, "create");
    }
    return false;
}

/* The end of the first of two words (the second may be NULL) outside of all brackets; 0: none. */
static size_t end_of(const struct statement *s, const char *first, const char *second)
{
    for (size_t i = 0; i < s->tokens.n; i++) {
        if (s->tokens.at[i].kind == '(') i = sql_close(&s->tokens, i) - 1;
        else if (is_at(s, i, first) && !second) return s->tokens.at[i].end;
        else if (is_at(s, i, first) && is_at(s, i + 1, second)) return s->tokens.at[i + 1].end;
    }
    return 0;
}

static const char *cut(struct arena *arena, const struct statement *s, size_t end, const char *rest)
{
    return end ? arena_printf(arena, "%.*s%s", (int)end, s->text, rest) : NULL;
}

/* A virtual column is like a stored one, and every place stays where it was. */
static const char *older_columns(struct arena *arena, const struct statement *s)
{
    char *text = arena_strdup(arena, s->text);
    for (size_t i = 0; i < s->tokens.n; i++) {
        struct sql_token token = s->tokens.at[i];
        if (is_at(s, i, "virtual")) memcpy(text + token.start, "stored ", strlen("virtual"));
        if (!is_at(s, i, "not") || !is_at(s, i + 1, "enforced")) continue;
        memset(text + token.start, ' ', s->tokens.at[i + 1].end - token.start);
    }
    return text;
}

const char *sql_stand_in(struct arena *arena, const char *text)
{
    struct statement s = {.text = text};
    struct sql_error error;
    if (!sql_scan(arena, text, &s.tokens, &error)) return NULL;
    if (makes(&s, "foreign") && makes(&s, "table")) return older_columns(arena, &s);
    if (!sql_is_newer(arena, text)) return NULL;
    if (makes(&s, "view")) return cut(arena, &s, end_of(&s, "as", NULL), " select 1");
    if (makes(&s, "function") || makes(&s, "procedure")) return cut(arena, &s, end_of(&s, "begin", "atomic"), " select 1; end");
    return NULL;
}
