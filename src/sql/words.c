/* words.c: finds words in SQL texts by their tokens. */
#include "sql/words.h"

#include <string.h>

#include "sql/raw.h"

static size_t word_length(const char *words)
{
    return strcspn(words, " ");
}

static bool is_word(struct arena *arena, const char *text, struct sql_token token, const char *words)
{
    if (strchr("(,=", words[0])) return token.kind == words[0];
    return sql_token_is(text, token, arena_strndup(arena, words, word_length(words)));
}

static bool stand_at(struct arena *arena, const char *text, const struct sql_tokens *tokens, size_t i, const char *words)
{
    for (; i < tokens->n; i++) {
        if (!is_word(arena, text, tokens->at[i], words)) return false;
        words += word_length(words);
        if (!*words) return true;
        words++;
    }
    return false;
}

bool sql_find_words(struct arena *arena, const char *text, const char *words, size_t *offset)
{
    struct sql_tokens tokens;
    struct sql_error error;
    const char *first = arena_strndup(arena, words, word_length(words));
    if (!strcasestr(text, first) || !sql_scan(arena, text, &tokens, &error)) return false;
    for (size_t i = 0; i < tokens.n; i++) {
        if (!stand_at(arena, text, &tokens, i, words)) continue;
        *offset = tokens.at[i].start;
        return true;
    }
    return false;
}

bool sql_is_newer(struct arena *arena, const char *text)
{
    static const struct { const char *kind, *words; } rows[] = {
#define FIELD(kind, field, version, what, mend)
#define WORDS(kind, words, version, what, mend) {kind, words},
#define TEST(kind, name, version, what, mend)
#define UNTIL(kind, name, version, what, mend)
#include "sql/target.def"
#undef FIELD
#undef WORDS
#undef TEST
#undef UNTIL
    };
    size_t offset;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].kind[0] && sql_find_words(arena, text, rows[i].words, &offset)) return true;
    }
    return false;
}
