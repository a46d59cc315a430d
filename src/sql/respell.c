/* respell.c: an expression whose columns have other names by now. */
#include <string.h>

#include "sql/quote.h"
#include "sql/raw.h"

/* The new name of a column that the token names; NULL: it is another word, or keeps its name. */
static const char *other_name(struct arena *arena, const char *text, struct sql_token token, const struct sql_new_names *names)
{
    const char *said = sql_fold(arena, text + token.start, token.end - token.start);
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(said, names->at[i].old)) return names->at[i].now;
    }
    return NULL;
}

static bool is_column(const struct sql_mentions *mentions, const char *name, size_t start)
{
    for (size_t i = 0; i < mentions->n; i++) {
        const struct sql_mention *mention = &mentions->at[i];
        if (mention->what == SQL_MENTION_COLUMN && mention->offset <= start && start - mention->offset < 130 && str_eq(mention->name, name)) {
            return true;
        }
    }
    return false;
}

const char *sql_respell(struct arena *arena, const char *text, const struct sql_new_names *names)
{
    struct sql_mentions mentions = {0};
    struct sql_tokens tokens = {0};
    struct sql_error error;
    struct buf out = buf_new(arena);
    size_t copied = 0;
    if (names->n == 0 || !sql_mentions(arena, SQL_EXPR, text, &mentions) || !sql_scan(arena, text, &tokens, &error)) return text;
    for (size_t i = 0; i < tokens.n; i++) {
        struct sql_token token = tokens.at[i];
        bool called = i + 1 < tokens.n && text[tokens.at[i + 1].start] == '(';
        bool cast = i > 0 && tokens.at[i - 1].end - tokens.at[i - 1].start == 2 && strncmp(text + tokens.at[i - 1].start, "::", 2) == 0;
        const char *now = text[token.start] == '\'' || called || cast ? NULL : other_name(arena, text, token, names);
        if (!now || !is_column(&mentions, sql_fold(arena, text + token.start, token.end - token.start), token.start)) continue;
        buf_addn(&out, text + copied, token.start - copied);
        sql_ident(&out, now);
        copied = token.end;
    }
    buf_add(&out, text + copied);
    return out.text;
}
