/* fuzz_sql.c: SQL islands: every kind of island on every text, and what each check promises. */
#include <string.h>

#include "base/str.h"
#include "fuzz.h"
#include "sql/batch_sql.h"
#include "sql/quote.h"
#include "sql/sql.h"

/* Trees that jansson finds too deep are checked, but not read further; no shorter text has one. */
enum { MAY_BE_DEEP = 1000 };

struct trial {
    struct ctx *ctx;
    struct arena *arena;
    const char *text;
    size_t len;
};

static const char *complain(const struct trial *t, const char *what)
{
    return arena_printf(t->arena, "%s\n--- text:\n%s\n---", what, t->text);
}

static const char *check_error(const struct trial *t, const struct sql_error *error)
{
    if (!error->message || !*error->message) return complain(t, "an error without a message");
    if (error->length == 0) return complain(t, "an error of no length");
    return error->offset > t->len ? complain(t, "an error behind the text") : NULL;
}

static const char *check_mentions(const struct trial *t, enum sql_island what)
{
    struct sql_mentions found = {0};
    bool told = sql_mentions(t->arena, what, t->text, &found);
    if (!told && t->len < MAY_BE_DEEP) return complain(t, "it passed, but has no mentions");
    for (size_t i = 0; i < found.n; i++) {
        if (!found.at[i].name) return complain(t, "a mention without a name");
        if (found.at[i].offset > t->len) return complain(t, "a mention behind the text");
    }
    return NULL;
}

static const char *check_type(const struct trial *t)
{
    struct sql_type type, again;
    struct sql_error error;
    if (!sql_type_parse(t->arena, t->text, &type, &error)) return complain(t, "a type that passed is none");
    const char *written = sql_type_text(t->arena, &type);
    if (!sql_type_parse(t->arena, written, &again, &error)) {
        return complain(t, arena_printf(t->arena, "a type is written as %s, which is none", written));
    }
    bool same = str_eq(type.schema, again.schema) && str_eq(type.name, again.name) && str_eq(type.mods, again.mods) &&
                type.array == again.array && type.set_of == again.set_of;
    return same ? NULL : complain(t, arena_printf(t->arena, "a type is written as %s, which is another", written));
}

static const char *check_keys(const struct trial *t, enum sql_island what)
{
    struct sql_keys keys;
    struct sql_error error;
    if (!sql_keys_parse(t->arena, what, t->text, &keys, &error)) return check_error(t, &error);
    if (keys.n == 0) return complain(t, "no keys");
    for (size_t i = 0; i < keys.n; i++) {
        const struct sql_key *key = &keys.at[i];
        if (!key->column == !key->expr) return complain(t, "a key is either a column or an expression");
        if (key->offset + key->length > t->len) return complain(t, "a key behind the text");
        /* a row is none by itself, but may stand here */
        if (key->expr && *key->expr != '(' && !sql_check(t->arena, SQL_EXPR, key->expr, &error)) {
            const char *which = arena_printf(t->arena, "the expression of a key is none: %s", key->expr);
            return complain(t, which);
        }
    }
    return NULL;
}

static const char *check_names(const struct trial *t)
{
    struct sql_names names = {0};
    struct sql_error error;
    if (!sql_names_parse(t->arena, t->text, &names, &error)) return complain(t, "names that passed are none");
    for (size_t i = 0; i < names.n; i++) {
        if (names.at[i].offset + names.at[i].length > t->len) return complain(t, "a name behind the text");
        const char *written = arena_strndup(t->arena, t->text + names.at[i].offset, names.at[i].length);
        bool plain = !strchr(written, '&'); /* U&".." is more than folding undoes */
        if (plain && !str_eq(names.at[i].name, sql_fold(t->arena, written, strlen(written)))) {
            return complain(t, arena_printf(t->arena, "a name folds otherwise: %s", written));
        }
    }
    return names.n ? NULL : complain(t, "no names");
}

static const char *check_options(const struct trial *t)
{
    struct sql_pairs pairs = {0};
    struct sql_error error;
    if (!sql_options_parse(t->arena, t->text, &pairs, &error)) return complain(t, "options that passed are none");
    for (size_t i = 1; i < pairs.n; i++) {
        if (strcmp(pairs.at[i - 1].name, pairs.at[i].name) >= 0) return complain(t, "options out of order");
    }
    return NULL;
}

/* A statement for batches is still one of its sort when the window is in it, and so is the count of what is left. */
static const char *check_batch(const struct trial *t, const struct sql_statement *statement)
{
    struct sql_batch batch;
    struct sql_statement now;
    struct sql_error error;
    if (!sql_batch_read(t->arena, t->text, &batch, &error)) return check_error(t, &error);
    const char *text = arena_printf(t->arena, "%s(1, 2) > (3, 4)%s", batch.before, batch.after);
    if (!sql_classify(t->arena, text, &now, &error) || now.class != statement->class) return complain(t, "with a window it is no such statement");
    if (!str_eq(now.name, statement->name)) return complain(t, "with a window it is about another table");
    if (!batch.left_before) return NULL;
    text = arena_printf(t->arena, "%strue%s", batch.left_before, batch.left_after);
    bool counts = sql_classify(t->arena, text, &now, &error) && now.class == SQL_SELECT;
    return counts ? NULL : complain(t, arena_printf(t->arena, "what counts the rows left is no query: %s", text));
}

static const char *check_statement(const struct trial *t)
{
    struct sql_statement statement;
    struct sql_error error;
    if (!sql_classify(t->arena, t->text, &statement, &error)) return complain(t, "a statement that passed is none");
    if (!statement.verb) return complain(t, "a statement without a verb");
    return statement.class == SQL_UPDATE || statement.class == SQL_DELETE ? check_batch(t, &statement) : NULL;
}

static const char *check_passed(const struct trial *t, enum sql_island what)
{
    const char *schema, *name;
    switch (what) {
    case SQL_TYPE: return check_type(t);
    case SQL_KEYS:
    case SQL_EXCLUDE: return check_keys(t, what);
    case SQL_NAMES: return check_names(t);
    case SQL_OPTIONS: return check_options(t);
    case SQL_STATEMENT: return check_statement(t);
    case SQL_EXPR: sql_nextval(t->arena, t->text, &schema, &name); return NULL;
    case SQL_SEQUENCE:
    case SQL_STATEMENTS:
    case SQL_PARTITION:
    case SQL_BOUND: return NULL;
    }
    return NULL;
}

static const char *check_island(const struct trial *t, enum sql_island what)
{
    struct sql_error error = {0};
    if (!sql_check(t->arena, what, t->text, &error)) return check_error(t, &error);
    const char *shape = sql_shape(t->arena, what, t->text);
    if (!shape) return complain(t, "it passed, but has no shape");
    const char *spaced = sql_shape(t->arena, what, arena_printf(t->arena, " /* a */\n%s\n-- b\n", t->text));
    if (!str_eq(shape, spaced)) return complain(t, "comments around it change its shape");
    const char *complaint = check_mentions(t, what);
    return complaint ? complaint : check_passed(t, what);
}

/* Whatever a name or text holds, quoted it is that and nothing else. */
static const char *check_quotes(const struct trial *t)
{
    struct sql_names names = {0};
    struct sql_error error;
    const char *name = arena_strndup(t->arena, t->text, str_clip_utf8(t->text, t->len, 63));
    const char *quoted = sql_ident_str(t->arena, name);
    bool one = sql_names_parse(t->arena, quoted, &names, &error) && names.n == 1 && str_eq(names.at[0].name, name);
    if (*name && !one) return complain(t, arena_printf(t->arena, "a name is not what it was: %s", quoted));
    if (t->len > 4096) return NULL;
    struct buf call = buf_new(t->arena);
    buf_add(&call, "nextval(");
    sql_literal(&call, t->text);
    buf_addc(&call, ')');
    if (!sql_check(t->arena, SQL_EXPR, call.text, &error)) return complain(t, "a quoted text is no expression");
    struct buf body = buf_new(t->arena);
    sql_dollar(&body, t->text, "x");
    struct sql_mentions found = {0};
    bool same = sql_mentions(t->arena, SQL_EXPR, body.text, &found) && found.n == 1 && str_eq(found.at[0].name, t->text);
    return same ? NULL : complain(t, "a dollar-quoted text is not what it was");
}

const char *fuzz_one(struct ctx *ctx, const char *text, size_t len)
{
    struct trial t = {ctx, ctx->arena, text, len};
    const char *complaint = check_quotes(&t);
    for (int what = SQL_EXPR; what <= SQL_STATEMENT && !complaint; what++) {
        complaint = check_island(&t, (enum sql_island)what);
    }
    if (!complaint && !sql_token_digest(ctx->arena, text)) complaint = "no digest";
    return complaint;
}
