/* effect_newer.c: statements of a newer PostgreSQL that libpg_query can't parse, as older ones that lock and work alike. */
#include <string.h>

#include "sql/effect_parts.h"

struct reword {
    struct arena *arena;
    const char *text;
    struct sql_tokens tokens;
    struct buf out;
    size_t at;      /* the token at hand */
    bool changed;
};

static bool is(const struct reword *r, size_t i, const char *word)
{
    return i < r->tokens.n && sql_token_is(r->text, r->tokens.at[i], word);
}

static void take(struct reword *r, size_t i)
{
    struct sql_token token = r->tokens.at[i];
    buf_separate(&r->out, "", " ");
    buf_addn(&r->out, r->text + token.start, token.end - token.start);
}

/* `text` in the place of so many tokens. */
static bool instead(struct reword *r, const char *text, size_t tokens)
{
    buf_separate(&r->out, "", " ");
    buf_add(&r->out, text);
    r->at += tokens;
    r->changed = true;
    return true;
}

/* ADD [CONSTRAINT n] NOT NULL c: a check that is said otherwise. */
static bool not_null(struct reword *r)
{
    bool named = r->at > 2 && is(r, r->at - 2, "constraint") && is(r, r->at - 3, "add");
    bool bare = r->at > 0 && is(r, r->at - 1, "add");
    if (!(named || bare) || !is(r, r->at, "not") || !is(r, r->at + 1, "null") || r->at + 2 >= r->tokens.n) return false;
    struct sql_token column = r->tokens.at[r->at + 2];
    return instead(r, arena_printf(r->arena, "CHECK (%.*s IS NOT NULL)", (int)(column.end - column.start), r->text + column.start), 3);
}

/* GENERATED ALWAYS AS (..), which is virtual unless it says STORED: nothing is written. */
static bool generated(struct reword *r)
{
    if (!is(r, r->at, "generated") || !is(r, r->at + 1, "always") || !is(r, r->at + 2, "as")) return false;
    if (r->at + 3 >= r->tokens.n || r->tokens.at[r->at + 3].kind != '(') return false;
    size_t end = sql_close(&r->tokens, r->at + 3);
    return !is(r, end, "stored") && instead(r, "", end + is(r, end, "virtual") - r->at);
}

/* SET EXPRESSION AS (..) writes a stored column anew. */
static bool expression(struct reword *r)
{
    if (!is(r, r->at, "set") || !is(r, r->at + 1, "expression") || !is(r, r->at + 2, "as")) return false;
    return instead(r, "TYPE integer USING 1 +", 3);
}

/* Words that change neither lock nor work, or what stands for them. */
static bool words(struct reword *r)
{
    static const struct { const char *first, *second, *instead; } rows[] = {
        {"without", "overlaps", ""}, {"not", "enforced", "NOT VALID"}, {"no", "inherit", ""}};
    bool altered = r->at > 2 && is(r, r->at - 2, "constraint") && is(r, r->at - 3, "alter");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is(r, r->at, rows[i].first) && is(r, r->at + 1, rows[i].second)) return instead(r, rows[i].instead, 2);
    }
    if (altered && (is(r, r->at, "inherit") || is(r, r->at, "enforced"))) return instead(r, "NOT DEFERRABLE", 1);
    bool after = r->at > 0 && strchr(",(", r->tokens.at[r->at - 1].kind);
    if (is(r, r->at, "enforced")) return instead(r, "", 1);
    return after && is(r, r->at, "period") && r->at + 1 < r->tokens.n && !strchr(",)", r->tokens.at[r->at + 1].kind) && instead(r, "", 1);
}

const char *effect_older(struct arena *arena, const char *text)
{
    struct reword r = {.arena = arena, .text = text, .out = buf_new(arena)};
    struct sql_error error;
    if (!sql_scan(arena, text, &r.tokens, &error)) return NULL;
    while (r.at < r.tokens.n) {
        if (not_null(&r) || generated(&r) || expression(&r) || words(&r)) continue;
        take(&r, r.at++);
    }
    return r.changed ? r.out.text : NULL;
}
