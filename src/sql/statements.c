/* statements.c: several statements in one text. */
#include <pg_query.h>
#include <string.h>

#include "sql/errors.h"
#include "sql/raw.h"

static void add_trimmed(struct arena *arena, struct sql_texts *statements, const char *text, size_t len)
{
    static const char white[] = " \t\r\n\f\v";
    while (len && strchr(white, *text)) {
        text++;
        len--;
    }
    while (len && strchr(white, text[len - 1])) len--;
    if (len) vec_push(arena, statements, arena_strndup(arena, text, len));
}

bool sql_split(struct arena *arena, const char *text, struct sql_texts *statements, struct sql_error *error)
{
    PgQuerySplitResult result = pg_query_split_with_parser(text);
    bool parsed = !result.error;
    if (!parsed) *error = sql_error_of(arena, &(struct sql_frame){"", ""}, text, result.error->message, result.error->cursorpos);
    for (int i = 0; parsed && i < result.n_stmts; i++) {
        add_trimmed(arena, statements, text + result.stmts[i]->stmt_location, (size_t)result.stmts[i]->stmt_len);
    }
    pg_query_free_split_result(result);
    return parsed;
}

bool sql_split_places(struct arena *arena, const char *text, struct sql_stretches *places, struct sql_error *error)
{
    PgQuerySplitResult result = pg_query_split_with_scanner(text);
    bool scanned = !result.error;
    if (!scanned) *error = sql_error_of(arena, &(struct sql_frame){"", ""}, text, result.error->message, result.error->cursorpos);
    for (int i = 0; scanned && i < result.n_stmts; i++) {
        struct sql_stretch stretch = {(size_t)result.stmts[i]->stmt_location, (size_t)result.stmts[i]->stmt_len};
        vec_push(arena, places, stretch);
    }
    pg_query_free_split_result(result);
    return scanned;
}

const char *sql_or_replace(struct arena *arena, const char *text)
{
    struct sql_tokens tokens;
    struct sql_error error;
    if (!sql_scan(arena, text, &tokens, &error) || tokens.n < 2 || !sql_token_is(text, tokens.at[0], "create")) return text;
    if (sql_token_is(text, tokens.at[1], "or")) return text;
    size_t end = tokens.at[0].end;
    bool lower = text[end - 1] == 'e'; /* as the text itself writes it */
    return arena_printf(arena, "%.*s %s%s", (int)end, text, lower ? "or replace" : "OR REPLACE", text + end);
}
